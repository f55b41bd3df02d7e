"""Gradients of operations without a view of their own: each step shows what it multiplies."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import run
from nnviz.backpropagation import backward
from nnviz.figure.scene import Scene, Text
from nnviz.trace import Trace
from view_checks import drawn, words

SUBJECTS: dict[str, tuple[str, dict[str, Any], str]] = {
    "dropout": ("dropout", {"p": 0.5, "train": True}, "input"),
    "nearest": ("upsample", {"mode": "nearest"}, "input"),
    "bilinear": ("upsample", {"mode": "bilinear"}, "input"),
    "batch": ("norm", {"kind": "batch", "train": True}, "input"),
    "layer": ("norm", {"kind": "layer"}, "input"),
    "rnn": ("rnn", {"hidden": 2}, "input"),
    "lstm": ("rnn", {"cell": "lstm", "hidden": 1}, "Wh"),
}


def back(subject: str, x: Any, g: Any = None) -> Trace:
    op, options, of = SUBJECTS[subject]
    return backward(run(op, x, **options), g, of)


def factors(scene: Scene) -> list[str]:
    """What stands in the corners of cells."""
    return [t.content for t in scene.texts() if t.cell and t.content.startswith("×")]


def number(text: str) -> float:
    """A number as it is written: −3.1×10⁻⁵."""
    return float(text.replace("×10", "e").translate(str.maketrans("−⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "--0123456789")))


def summed(scene: Scene) -> tuple[float, float]:
    """The gradients times what stands in their corners, added, and what that may be off by."""
    by: dict[Any, list[Text]] = {}
    for text in scene.texts():
        if text.cell:
            by.setdefault(text.cell, []).append(text)
    pairs = [cell for cell in by.values() if len(cell) == 2]
    products = [number(g.content) * number(f.content[1:]) for g, f in pairs]
    return sum(products), 0.06 * sum(map(abs, products)) + 1e-9


def test_a_number_left_out_has_nothing_to_multiply() -> None:
    trace = back("dropout", np.ones((2, 3, 4)))
    for step in trace.steps:
        scene = drawn(trace, step.number)
        assert factors(scene) == (["×2"] if step.value else [])
        said = "gradient of the output, channel " + str(step.index[0])
        assert said in words(scene)  # where it would have been used


def test_a_line_between_two_cells_gives_each_its_share() -> None:
    scene = drawn(back("bilinear", [[1, 2]]), 1)  # a row of 4: x0, ¾x0 + ¼x1, ¼x0 + ¾x1, x1, twice
    assert factors(scene) == ["×1", "×0.75", "×0.25"] * 2
    assert not factors(drawn(back("nearest", [[1, 2]]), 1))


@settings(max_examples=20)
@given(
    st.sampled_from([*SUBJECTS]),
    st.lists(st.lists(st.integers(-9, 9), min_size=2, max_size=2), min_size=2, max_size=3),
    st.data(),
)
def test_the_corners_are_the_factors_of_the_step(subject: str, x: Any, data: Any) -> None:
    forward = run(*SUBJECTS[subject][:1], x, **SUBJECTS[subject][1])
    g = np.arange(1, forward.output.size + 1).reshape(forward.output.shape)
    trace = back(subject, x, g)
    step = trace.steps[data.draw(st.integers(0, len(trace.steps) - 1))]
    scene = drawn(trace, step.number)
    made, off = summed(scene)
    if factors(scene):
        assert made == pytest.approx(step.value, abs=off)


@pytest.mark.parametrize(
    ("op", "x", "options", "of", "brief"),
    [
        ("conv", [[1, 2], [3, 4]], {"kernel": [[1, 2], [0, 1]]}, "input", ["∂L/∂y", "∂L/∂x"]),
        (
            "conv",
            [[1, 2], [3, 4]],
            {"kernel": [[1]], "act": "tanh"},
            "kernel",
            ["∂L/∂y", "∂L/∂z", "∂L/∂z", "∂L/∂w"],
        ),
        ("pool", [[1, 2], [3, 4]], {"kernel": 2}, "input", ["∂L/∂y", "∂L/∂x"]),
        ("act", [1.5, 2.5], {"name": "gelu"}, "input", ["∂L/∂y", "f′(x)", "∂L/∂x"]),
        ("act", [1.5, 2.5], {"name": "softmax"}, "input", ["J", "∂L/∂y", "∂L/∂x"]),
        ("dense", [1, 2], {"weight": [[1, 2]]}, "input", ["Wᵀ", "∂L/∂y", "∂L/∂x"]),
        ("dense", [[1, 2], [3, 4]], {"weight": [[1, 2]]}, "weight", ["(∂L/∂y)ᵀ", "∂L/∂w"]),
        ("norm", [[1, 2], [3, 5]], {"kind": "layer"}, "input", ["∂L/∂y", "∂L/∂x"]),
    ],
)
def test_a_step_on_a_phone_calls_arrays_as_its_sum_does(
    op: str, x: Any, options: dict[str, Any], of: str, brief: list[str]
) -> None:
    trace = backward(run(op, x, **options), None, of)
    for lang in ("en", "ko"):
        said = words(drawn(trace, 1, width=360, lang=lang))
        assert [w for w in said if w in brief] == brief
    assert not {*brief[1:]} & {*words(drawn(trace, width=360))}  # the whole has no sum


def test_channels_that_are_not_drawn_are_counted_where_the_gradient_has_none() -> None:
    forward = run("norm", np.arange(12).reshape(3, 2, 2), kind="batch", train=True)
    assert "… and 2 more channels" in words(drawn(backward(forward, None, "gamma")))


def test_panels_have_the_names_of_the_sums_and_stand_side_by_side() -> None:
    kernel = np.array([[2, 1], [1, 1]])
    for trace, names in (
        (backward(run("conv", np.arange(9).reshape(3, 3), kernel=kernel)), ("∂L/∂y", "∂L/∂x")),
        (back("layer", [[1, 2, 3], [4, 5, 9]]), ("∂L/∂y", "∂L/∂x")),
    ):
        scene = drawn(trace, 1, 2, 3, 4)
        for name in names:
            assert words(scene).count(name) == 4
        first, second = (t for t in scene.texts() if t.content in {"step 1", "step 2"})
        assert first.x < second.x
        assert scene.height <= 800
