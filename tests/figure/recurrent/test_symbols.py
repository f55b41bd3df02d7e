"""--symbols: the sizes of a net's vectors and weights stand in place of their numbers."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import nnviz
from helpers import run
from nnviz import figure
from nnviz.errors import UsageError
from nnviz.figure.layout.style import Style
from nnviz.figure.recurrent._net import Net
from nnviz.request import Appearance
from nnviz.trace import Trace
from view_checks import drawn, words

X = [[1, 0], [0, 1], [1, 1]]
VIEWS = [name for name in figure.view_names("rnn") if name not in ("stacked", "output")]


def _net(cell: str = "rnn", **options: Any) -> Trace:
    return run("rnn", options.pop("x", X), cell=cell, hidden=4, **options)


def _both_ways(cell: str, gates: int) -> Trace:
    """Two layers in both directions, named as PyTorch names them."""
    weights: dict[str, Any] = {}
    for end, inputs in (("l0", 2), ("l0_reverse", 2), ("l1", 8), ("l1_reverse", 8)):
        weights[f"weight_ih_{end}"] = np.full((gates * 4, inputs), 0.25)
        weights[f"weight_hh_{end}"] = np.full((gates * 4, 4), 0.25)
    return run("rnn", X, weights=weights, cell=cell)


def _weight(trace: Trace, letter: str, end: str = "") -> str:
    net = Net(trace, Style.of(Appearance(symbols=True)), None)
    return "".join(piece.text for piece in net.weight(letter, end))


# Sizes of the definitions: h is Dh, x is d; gates stand below each other; PyTorch's second
# layer reads both directions of the first.
SIZES = [
    ("rnn", _net(outputs=3), {"x": "Wx Dh×d", "h": "Wh Dh×Dh", "y": "Wy Dy×Dh"}),
    ("lstm", _net("lstm"), {"x": "Wx 4Dh×d", "h": "Wh 4Dh×Dh"}),
    ("gru", _net("gru"), {"x": "Wx 3Dh×d", "h": "Wh 3Dh×Dh"}),
    ("as many inputs as states", _net(x=[[1, 0, 0, 0]]), {"x": "Wx Dh×d", "h": "Wh Dh×Dh"}),
]


@pytest.mark.parametrize(("trace", "said"), [s[1:] for s in SIZES], ids=[s[0] for s in SIZES])
def test_weights_have_the_sizes_of_their_definition(trace: Trace, said: dict[str, str]) -> None:
    assert {letter: _weight(trace, letter) for letter in said} == said


def test_a_layer_above_reads_both_directions() -> None:
    trace = _both_ways("lstm", 4)
    assert _weight(trace, "x", "_l0_reverse") == "Wx 4Dh×d"
    assert _weight(trace, "x", "_l1") == "Wx 4Dh×2Dh"
    said = words(drawn(trace, 11, view="cell", symbols=True))  # layer 2 of time 3
    assert said.count("Dh×2Dh") == 4
    assert said.count("2Dh") == 4


def test_the_cell_has_no_time_but_t() -> None:
    said = words(drawn(_net(outputs=3), view="cell", symbols=True))
    assert said[:2] == ["RNN, inside the cell", "sizes  d = 2, Dh = 4, Dy = 3, T = 3"]
    cells = ["Wx", "Dh×d", "·", "xt", "d", "+", "Wh", "Dh×Dh", "·", "ht−1", "Dh", "+", "b", "Dh"]
    for text in cells:
        assert text in said
    assert not {"x1", "h1"} & {*said}
    assert "x2" in words(drawn(_net(), 2, view="cell", symbols=True))


@settings(deadline=None, max_examples=30)
@given(
    view=st.sampled_from(VIEWS),
    cell=st.sampled_from(["rnn", "lstm", "gru"]),
    hidden=st.integers(1, 40),
    length=st.integers(1, 12),
    width=st.sampled_from([360, 720, 1280]),
    step=st.booleans(),
)
def test_no_number_of_a_net_is_drawn(
    view: str, cell: str, hidden: int, length: int, width: int, step: bool
) -> None:
    x = [[0.25, -0.5]] * length
    cell = "rnn" if view == "network" else cell  # It draws no gates.
    trace = run("rnn", x, cell=cell, hidden=hidden, outputs=2)
    steps = [length] if step else []
    scene = drawn(trace, *steps, view=view, width=width, symbols=True)
    # A number of the net has a point; sizes and times have none.
    assert not [text for text in words(scene) if re.search(r"\d\.\d", text)]


@pytest.mark.parametrize(
    ("trace", "view"),
    [(nnviz.conv(X, [[1]]).trace, None), (_net(), "output")],
    ids=["a window", "a result alone"],
)
def test_what_has_no_such_symbols_refuses_them(trace: Trace, view: str | None) -> None:
    with pytest.raises(UsageError, match="--symbols changes nothing"):
        figure.draw(trace, Appearance(view=view, symbols=True))
