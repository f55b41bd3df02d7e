"""The view network of a recurrent net: its units as circles, an edge for each weight."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import run
from nnviz import figure
from nnviz.errors import NnvizError
from nnviz.figure.scene import Ellipse, Path, Scene
from nnviz.request import Appearance
from view_checks import drawn, words

X = [[0.25, -0.5], [1, 0.5], [0, 1]]


def _drawn(*steps: int, inputs: Any = X, width: int = 720, **options: Any) -> Scene:
    return drawn(run("rnn", inputs, **options), *steps, view="network", width=width)


def _edges(scene: Scene) -> int:
    """The straight lines between two circles."""
    paths = [m for m in scene.flat() if isinstance(m, Path) and m.line == 1]
    return sum([letter for letter, _ in p.commands] == ["M", "L"] for p in paths)


def _heads(scene: Scene) -> int:
    return sum(isinstance(m, Path) and m.fill is not None for m in scene.flat())


def _circles(scene: Scene) -> int:
    return sum(isinstance(m, Ellipse) for m in scene.flat())


# d·Dh + Dh·Dh + Dh·Dy weights; d + 2·Dh + Dy units, the states of two times; Dh led back.
COUNTS = [
    ("2, 4, 3", {"hidden": 4, "outputs": 3}, 2 * 4 + 4 * 4 + 4 * 3, 2 + 2 * 4 + 3, 4),
    ("2, 8, none", {"hidden": 8}, 2 * 8 + 8 * 8, 2 + 2 * 8, 8),
    ("2, 1, 1", {"hidden": 1, "outputs": 1}, 2 + 1 + 1, 2 + 2 + 1, 1),
    ("a step without y", {"hidden": 3, "outputs": 2, "mode": "many-to-one"}, 2 * 3 + 9, 8, 3),
    ("a step without x", {"hidden": 3, "outputs": 2, "mode": "one-to-many"}, 9 + 6, 8, 3),
]


@pytest.mark.parametrize(
    ("options", "edges", "circles", "back"), [c[1:] for c in COUNTS], ids=[c[0] for c in COUNTS]
)
def test_every_weight_is_an_edge(
    options: dict[str, Any], edges: int, circles: int, back: int
) -> None:
    scene = _drawn(2, **options)
    assert (_edges(scene), _circles(scene), _heads(scene)) == (edges, circles, back)


def test_more_than_eight_units_are_elided() -> None:
    scene = _drawn(hidden=30)
    assert "⋮" in words(scene)
    assert "W" + "h 30×30" in words(scene)
    assert scene.height <= 1000


def test_a_step_has_its_values_in_the_circles() -> None:
    weights = {"Wx": [[1, 0], [0, 1]], "Wh": [[0, 1], [1, 0]], "Wy": [[1, 1]]}
    trace = run("rnn", [[1, 2], [3, -4]], weights=weights, activation="relu")
    said = words(drawn(trace, 2, view="network"))
    # h₁ = relu(1, 2) = (1, 2); h₂ = relu(3 + 2, −4 + 1) = (5, 0); y₂ = 5.
    start = said.index("x2")
    values = [t for t in said[start:] if t.lstrip("−").isdigit()]
    assert values == ["2", "3", "−4", "2", "1", "2", "2", "5", "0", "1", "5"]
    names = words(drawn(trace, view="network"))
    assert {"xt,0", "ht−1,1", "ht,1", "yt,0"} <= {*names}


@pytest.mark.parametrize("cell", ["lstm", "gru"])
def test_cells_with_gates_are_left_to_their_wiring(cell: str) -> None:
    trace = run("rnn", X, cell=cell, hidden=2)
    with pytest.raises(NnvizError, match="--view wiring"):
        figure.draw(trace, Appearance(view="network"))


@settings(deadline=None, max_examples=40)
@given(
    inputs=st.integers(1, 12),
    hidden=st.integers(1, 14),
    outputs=st.integers(0, 12),
    scale=st.sampled_from([1, 1e4, 1e-6]),
    width=st.sampled_from([360, 720, 1280]),
    step=st.integers(0, 2),
    symbols=st.booleans(),
    lang=st.sampled_from(["en", "ko"]),
    theme=st.sampled_from(["light", "print", "transparent"]),
)
def test_any_net_is_tidy(
    inputs: int, hidden: int, outputs: int, scale: float, width: int, step: int, **look: Any
) -> None:
    x = [[scale * (k + t) for k in range(inputs)] for t in range(2)]
    trace = run("rnn", x, hidden=hidden, **({"outputs": outputs} if outputs else {}))
    scene = drawn(trace, *[step][: bool(step)], view="network", width=width, **look)
    circles = [m for m in scene.flat() if isinstance(m, Ellipse)]
    for one, other in pairwise(sorted(circles, key=lambda c: (c.x, c.y))):
        assert one.x != other.x or other.y - one.y >= 2 * one.rx + 8
