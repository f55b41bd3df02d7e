"""A small network as a graph: every number of a published example, and edges one can follow."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import run
from nnviz.backpropagation import backward
from nnviz.errors import NnvizError
from nnviz.figure.scene import Path, Rect, Scene, Text, extent
from nnviz.request import THEMES
from nnviz.trace import Trace
from view_checks import drawn, words

MAZUR = (
    "hidden: dense --weight '0.15 0.20; 0.25 0.30' --bias '0.35 0.35' | sigmoid | "
    "out: dense --weight '0.40 0.45; 0.50 0.55' --bias '0.6 0.6' | sigmoid"
)
"""Matt Mazur, A Step by Step Backpropagation Example (2015), https://mattmazur.com/2015/03/17/."""


def net(chain: str, x: Any, **asked: Any) -> Trace:
    return run("net", x, net=chain, **asked)


def mazur() -> Trace:
    return net(MAZUR, [0.05, 0.10], target=[0.01, 0.99], loss="mse")


PUBLISHED = {  # to three digits, as he has them to nine
    "h": "0.593 0.597", "y": "0.751 0.773", "loss": "0.298", "δ of o1": "0.138",
    "∂E/∂out o1": "0.741", "∂E/∂out h1": "0.0364", "w": "0.15 0.2 0.25 0.3 0.4 0.45 0.5 0.55",
    "∂E/∂w5, w6": "0.0822 0.0827", "∂E/∂w1": "0.000439",
}  # fmt: skip


@pytest.mark.parametrize("look", THEMES)
def test_all_numbers_of_a_published_example_stand_in_one_row(look: Any) -> None:
    scene = drawn(backward(mazur()), view="graph", theme=look)
    said = words(scene)
    for name, numbers in PUBLISHED.items():
        assert {*numbers.split()} <= {*said}, name
    assert said.count("h0") == said.count("z0") / 2 == 1  # rows would begin with what others end in
    assert said.count("0.000439") == 1


@pytest.mark.parametrize("lang", ["en", "ko"])
@pytest.mark.parametrize("width", [320, 360, 720, 1280])
def test_each_weight_stands_above_its_gradient_at_any_width(width: int, lang: str) -> None:
    scene = drawn(backward(mazur()), view="graph", width=width, lang=lang)
    at = {text.content: text for text in scene.texts()}
    gradient = next(at[n] for n in ("0.0004386", "0.000439", "0.00044") if n in at)
    assert abs(at["0.15"].x - gradient.x) < 1
    assert 0 < gradient.y - at["0.15"].y <= 16


def test_a_run_forward_has_values_alone() -> None:
    said = words(drawn(mazur(), view="graph"))
    assert {"0.5933", "0.7514", "0.2984", "0.15", "0.55"} <= {*said}
    assert not {"0.08217", "0.0822", "0.741", "0.7414"} & {*said}
    signs = [s for s in said if re.fullmatch("[xzhyL][01]?", s)]
    assert " ".join(signs) == "x0 x1 z0 z1 h0 h1 z0 z1 y0 y1 L"


def test_edges_without_weights_have_the_direction() -> None:
    tips = [
        (m.commands[0][1][0], sum(p[0] for _, p in m.commands[1:3]) / 2)
        for m in drawn(backward(mazur()), view="graph").flat()
        if isinstance(m, Path) and m.fill and len(m.commands) == 4
    ]
    assert len(tips) == 2 + 2 + 2  # two activations of two, and the loss
    assert all(tip < base for tip, base in tips)


REFUSED = [
    (
        "flatten | dense --units 2",
        [[1, 2]],
        "dense layers and activations",
    ),
    ("residual { dense --units 2 }", [1, 2], "dense layers and activations"),
    ("relu | tanh", [1, 2], "dense layers and activations"),
    ("dense --units 9", [1, 2], "9 neurons are too many .* at most 8; the view pipeline"),
]


@pytest.mark.parametrize(("chain", "x", "why"), REFUSED)
def test_refusals(chain: str, x: Any, why: str) -> None:
    with pytest.raises(NnvizError, match=why):
        drawn(net(chain, x), view="graph")


def overlaps(scene: Scene) -> list[tuple[str, str]]:
    """Numbers and neurons that stand over another."""
    texts = [(t.content, extent(t)) for t in scene.flat() if isinstance(t, Text)]
    return [
        (one, other)
        for i, (one, a) in enumerate(texts)
        for other, b in texts[i + 1 :]
        if a.overlaps(b)
    ]


@settings(max_examples=15)
@given(
    st.lists(st.integers(1, 5), min_size=2, max_size=4),
    st.sampled_from(["", " | tanh", " | softmax"]),
    st.sampled_from([320, 720, 1000]),
    st.booleans(),
)
def test_nothing_stands_over_another(sizes: list[int], act: str, width: int, there: bool) -> None:
    chain = " | ".join(f"dense --units {n}{act}" for n in sizes[1:])
    trace = net(chain, [0.25 * k - 0.5 for k in range(sizes[0])])
    scene = drawn(trace if there else backward(trace), view="graph", width=width)
    assert not overlaps(scene)
    neurons = [m for m in scene.flat() if isinstance(m, Rect) and m.radius and not m.dash]
    assert len(neurons) >= sum(sizes) + sum(sizes[1:]) * bool(act)
