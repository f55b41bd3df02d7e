"""pool: refusals, windows, defaults of frameworks, and the steps."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from helpers import assert_steps_hold, run
from nnviz import ops
from nnviz.errors import NnvizError
from nnviz.numerals import exact
from nnviz.ops.windows import pool
from nnviz.trace import text

X = [[1, 3, 2, 1], [4, 6, 5, 0], [7, 2, 9, 8], [0, 5, 3, 4]]

REFUSALS: list[tuple[str, Any, dict[str, Any], str]] = [
    ("larger than input", X, {"kernel": 5}, "5×5 is larger .* 4×4"),
    ("vector", [1, 2], {"kernel": 2, "dims": 2}, "2 has 1 axis"),
    ("padding as wide as kernel", X, {"kernel": 2, "padding": 2}, "padding of 2 .* windows of 2"),
    ("global and kernel", X, {"kernel": 2, "global_map": True}, "contradict"),
    (
        "dilated past a small input",
        [[1]],
        {"kernel": 2, "dilation": 2, "padding": 1},
        "nothing but padding",
    ),
    ("unknown kind", X, {"kernel": 2, "kind": "median"}, "median is none of"),
    ("p of zero", X, {"kernel": 2, "kind": "lp", "p": 0}, "0 is not above 0"),
    ("tf pads by name", X, {"kernel": 2, "padding": 1, "like": "tf"}, "pads by name"),
    ("three kernel sizes", X, {"kernel": (1, 2, 3)}, "3 values, .* 2 axes"),
]


REFUSALS_OF_LATER_OPTIONS: list[tuple[str, dict[str, Any], str]] = [
    ("half a kernel", {"kernel": 3, "padding": 2, "like": "torch"}, "more than half a kernel of 3"),
    ("divisor of max", {"kernel": 2, "divisor_override": 3}, "belongs to --kind avg"),
    ("adaptive kernel", {"kernel": 2, "adaptive": 2}, "--kernel and --adaptive contradict"),
    ("adaptive stride", {"stride": 2, "adaptive": 2}, "--stride belongs to --kernel"),
    ("adaptive padding", {"padding": 1, "adaptive": 2}, "--padding belongs to --kernel"),
    ("adaptive of three axes", {"adaptive": (1, 2, 3)}, "3 values, .* 2 axes"),
]
REFUSALS += [(name, X, options, message) for name, options, message in REFUSALS_OF_LATER_OPTIONS]


@pytest.mark.parametrize(
    ("x", "options", "message"), [r[1:] for r in REFUSALS], ids=[r[0] for r in REFUSALS]
)
def test_refuses(x: Any, options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        run("pool", x, **options)


LP_CUT = [[39.0, 27.0], [24.0, 36.0]]
"""Σ|x| of each window, times 9 cells over those that are left: torch.nn.functional.lp_pool2d."""

CASES: list[tuple[str, dict[str, Any], Any]] = [
    ("max", {"kernel": 2}, [[6, 5], [7, 9]]),
    ("avg", {"kernel": 2, "kind": "avg"}, [[3.5, 2.0], [3.5, 6.0]]),
    ("overlapping", {"kernel": 2, "stride": 1}, [[6, 6, 5], [7, 9, 9], [7, 9, 9]]),
    ("global", {"global_map": True}, [[9]]),
    ("no kernel is global", {"kind": "avg"}, [[3.75]]),
    (
        "torch counts padding",
        {"kernel": 2, "padding": 1, "kind": "avg"},
        [[0.25, 1.25, 0.25], [2.75, 5.5, 2.0], [0.0, 2.0, 1.0]],
    ),
    ("onnx strides by one", {"kernel": 3, "like": "onnx"}, [[9, 9], [9, 9]]),
    ("ceil keeps a cut window", {"kernel": 3, "stride": 2, "ceil_mode": True}, [[9, 9], [9, 9]]),
    ("lp", {"kernel": 4, "kind": "lp", "p": 1}, [[60.0]]),
    ("adaptive", {"adaptive": (2, 3)}, [[6, 6, 5], [7, 9, 9]]),
    ("adaptive average", {"adaptive": (1, 2), "kind": "avg"}, [[3.5, 4.0]]),
    ("divisor", {"kernel": 2, "kind": "avg", "divisor_override": 2}, [[7.0, 4.0], [7.0, 12.0]]),
    ("lp cut off", {"kernel": 3, "stride": 3, "ceil_mode": True, "kind": "lp", "p": 1}, LP_CUT),
]


@pytest.mark.parametrize(("options", "expected"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_pools(options: dict[str, Any], expected: list[list[float]]) -> None:
    trace = run("pool", X, **options)
    assert trace.output.tolist() == expected
    assert (trace.output.dtype == np.int64) == (options.get("kind", "max") == "max")
    assert_steps_hold(trace)


def test_frameworks_differ_in_what_an_average_counts() -> None:
    torch, onnx = (
        run("pool", X, kernel=2, stride=2, padding=1, kind="avg", like=like)
        for like in ("torch", "onnx")
    )
    assert torch.output[0, 0] == 1 / 4
    assert onnx.output[0, 0] == 1 / 1
    assert [t.steps[0].detail["divisor"] for t in (torch, onnx)] == [4, 1]


def test_formulas_read_as_a_person_writes_them() -> None:
    assert text(run("pool", X, kernel=2).steps[0].formula, exact) == "max(1, 3, 4, 6) = 6"
    average = run("pool", X, kernel=2, kind="avg").steps[0]
    assert text(average.formula, exact) == "(1 + 3 + 4 + 6) / 4 = 3.5"


@st.composite
def cases(draw: st.DrawFn) -> tuple[np.ndarray, dict[str, Any]]:
    dims = draw(st.integers(1, 3))
    kernel = [draw(st.integers(1, 3)) for _ in range(dims)]
    spatial = [k + draw(st.integers(0, 3)) for k in kernel]
    rng = np.random.default_rng(draw(st.integers(0, 99)))
    x = rng.integers(-9, 10, (draw(st.integers(1, 2)), draw(st.integers(1, 2)), *spatial))
    kind = draw(st.sampled_from(["max", "avg", "lp"]))
    return x, {
        "kind": kind,
        "kernel": kernel,
        "stride": [draw(st.integers(1, 3)) for _ in range(dims)],
        "padding": [(draw(st.integers(0, k - 1)), draw(st.integers(0, k - 1))) for k in kernel],
        "dilation": [draw(st.integers(1, 3)) for _ in range(dims)],
        "ceil_mode": draw(st.booleans()),
        "count_include_pad": draw(st.booleans()) if kind == "avg" else None,
        "dims": dims,
    }


@settings(deadline=None, max_examples=60)
@given(cases())
def test_steps_say_what_each_window_holds(case: tuple[np.ndarray, dict[str, Any]]) -> None:
    x, options = case
    try:
        trace = run("pool", x, **options)
    except NnvizError:  # a dilated window may not fit, or may miss the input
        assume(max(options["dilation"]) == 1)
        raise
    for step in assert_steps_hold(trace):
        channel = x[step.index[:2]]
        inside = [
            cell
            for cell in step.cells["input"]
            if all(0 <= p < n for p, n in zip(cell, x.shape, strict=True))
        ]
        assert [x[cell] for cell in inside] == step.detail["window"]
        if options["kind"] == "max":
            flat = step.detail["argmax"]
            assert channel.ravel()[flat] == step.value
            assert trace.results["indices"][step.index] == flat
            assert x[step.cells["max"][0]] == step.value


def test_indices_name_the_first_of_equal_maxima() -> None:
    assert run("pool", [[2, 2], [2, 2]], kernel=2).results["indices"].tolist() == [[0]]


@settings(deadline=None, max_examples=40)
@given(
    st.lists(st.tuples(st.integers(1, 7), st.integers(1, 9)), min_size=1, max_size=3),
    st.sampled_from(["max", "avg"]),
)
def test_adaptive_windows_are_those_of_pytorch(sizes: list[tuple[int, int]], kind: str) -> None:
    x = np.random.default_rng(0).integers(-9, 10, (1, 1, *(n for n, _ in sizes)))
    out = [m for _, m in sizes]
    trace = run("pool", x, adaptive=out, kind=kind, dims=len(sizes))
    for index in np.ndindex(*out):
        window = x[0, 0][
            tuple(
                slice(o * n // m, -(-(o + 1) * n // m))
                for o, (n, m) in zip(index, sizes, strict=True)
            )
        ]
        expected = window.max() if kind == "max" else window.mean()
        assert trace.output[(0, 0, *index)] == pytest.approx(expected)
    assert_steps_hold(trace)


def test_layer_has_nothing_to_learn() -> None:
    values = ops.load("pool").accept({"kernel": 2})
    counted = pool.layer((6, 28, 28), values)
    assert (counted.output, counted.weights, counted.macs) == ((6, 14, 14), 0, 0)


TITLES = [
    ({"kernel": 2}, "Max pooling"),
    ({"kernel": 2, "kind": "avg"}, "Average pooling"),
    ({"global_map": True, "kind": "avg"}, "Global average pooling"),
    ({}, "Global max pooling"),
    ({"adaptive": (2, 2), "kind": "avg"}, "Adaptive average pooling"),
    ({"adaptive": (2, 2), "kind": "lp"}, "Adaptive Lp pooling"),
]


@pytest.mark.parametrize(("options", "title"), TITLES, ids=[title for _, title in TITLES])
def test_the_title_says_what_the_windows_follow_from(options: dict[str, Any], title: str) -> None:
    assert str(run("pool", np.ones((4, 4)), **options).title) == title
