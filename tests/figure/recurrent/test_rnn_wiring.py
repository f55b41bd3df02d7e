"""The view wiring: gates, signs and wires as the cell's equations have them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import run
from nnviz.figure.scene import Ellipse, Scene, Text
from nnviz.trace import Trace
from view_checks import drawn, words

X = [[0.25, -0.5], [1, 0.5], [0, 1]]
WIDTHS = [360, 720, 1280]


def _net(cell: str, hidden: int = 4, **options: Any) -> Trace:
    return run("rnn", X, cell=cell, hidden=hidden, **options)


def _both_ways(cell: str) -> Trace:
    """Two layers in both directions, named as PyTorch names them."""
    gates, weights = {"rnn": 1, "lstm": 4, "gru": 3}[cell], {}
    for end, inputs in (("l0", 2), ("l0_reverse", 2), ("l1", 8), ("l1_reverse", 8)):
        weights[f"weight_ih_{end}"] = np.full((gates * 4, inputs), -0.25)
        weights[f"weight_hh_{end}"] = np.full((gates * 4, 4), 0.25)
    return run("rnn", X, weights=weights, cell=cell)


def _circles(scene: Scene) -> list[tuple[str, float, float]]:
    """What stands in each circle, and where, from the left."""
    marks = list(scene.flat())
    round_ = [m for m in marks if isinstance(m, Ellipse) and m.rx == 16]
    texts = [m for m in marks if isinstance(m, Text)]
    inside = [
        (next(t.content for t in texts if t.x == c.x and abs(t.y - c.y) < 8), c.x, c.y)
        for c in round_
    ]
    return sorted(inside, key=lambda c: (c[1], c[2]))


# As the cells are defined: LSTM (Hochreiter & Schmidhuber 1997, with a forget gate) has three σ
# and two tanh, three ⊙ and one +; GRU (Cho 2014) two σ and one tanh, three ⊙, + and 1 −.
CELLS = [
    ("rnn", ["tanh"]),
    ("lstm", ["+", "tanh", "tanh", "σ", "σ", "σ", "⊙", "⊙", "⊙"]),
    ("gru", ["+", "1−", "tanh", "σ", "σ", "⊙", "⊙", "⊙"]),
]


@pytest.mark.parametrize(("cell", "expected"), CELLS, ids=[c for c, _ in CELLS])
@pytest.mark.parametrize("steps", [(), (2,)], ids=["symbols", "a step"])
def test_every_function_and_sign_of_a_cell_is_a_circle(
    cell: str, expected: list[str], steps: tuple[int, ...]
) -> None:
    scene = drawn(_net(cell), *steps, view="wiring")
    assert sorted(text for text, _, _ in _circles(scene)) == expected


def test_the_cell_state_of_an_lstm_goes_straight_along_the_top() -> None:
    circles = _circles(drawn(_net("lstm"), view="wiring"))
    top = min(y for _, _, y in circles)
    assert [text for text, _, y in circles if y == top] == ["⊙", "+"]
    gates = [text for text, _, y in circles if y == max(y for _, _, y in circles)]
    assert gates == ["σ", "σ", "tanh", "σ"]  # f, i, g, o


def test_symbols_without_a_step_and_numbers_with_one() -> None:
    trace = _net("lstm")
    said = words(drawn(trace, view="wiring"))
    for name in ["ct−1", "ht−1", "ct", "ht", "ft", "it", "gt", "ot", "xt"]:
        assert said.count(name) == 1
    said = words(drawn(trace, 2, view="wiring", width=1280))
    gates = trace.steps[1].detail
    assert "0.5" in said  # x
    for name, t in (("c1", 0), ("c2", 1)):
        assert name in said
        assert f"{trace.results['c'][t][0]:#.4g}".replace("-", "−") in said
    # f ⊙ c and i ⊙ g are on wires too.
    kept = np.array(gates["f"]) * trace.results["c"][0]
    assert f"{kept[0]:#.4g}".replace("-", "−") in said


@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
def test_vectors_of_any_length_are_elided(cell: str) -> None:
    small, large = (drawn(_net(cell, n), 2, view="wiring", width=1280) for n in (4, 64))
    assert large.height <= small.height + 8
    assert "⋮" in words(large)


def test_a_narrow_page_has_the_numbers_in_a_block_of_their_own() -> None:
    said = words(drawn(_net("lstm"), 2, view="wiring", width=360))
    assert said.count("c1") == 2  # on its wire, and over its numbers
    assert "0.5" in said


@pytest.mark.parametrize("after", [True, False], ids=["reset after", "reset before"])
def test_the_weight_of_a_reset_state_stands_where_it_is_applied(after: bool) -> None:
    scene = drawn(_net("gru", linear_before_reset=after), view="wiring")
    (label,) = [t for t in scene.texts() if t.content == "Whn"]
    circles = _circles(scene)
    reset = max((x, y) for text, x, y in circles if text == "⊙" and y == max(c[2] for c in circles))
    # After: on the wire up into ⊙; before: on the wire on from it.
    assert (label.x < reset[0] + 16) == after


@settings(deadline=None, max_examples=40)
@given(
    cell=st.sampled_from(["rnn", "lstm", "gru"]),
    hidden=st.integers(1, 40),
    scale=st.sampled_from([1, 1e4, 1e-6]),
    mode=st.sampled_from(["many-to-many", "many-to-one", "one-to-many"]),
    width=st.sampled_from(WIDTHS),
    step=st.integers(0, 3),
    lang=st.sampled_from(["en", "ko"]),
    symbols=st.booleans(),
)
def test_any_cell_is_tidy(
    cell: str,
    hidden: int,
    scale: float,
    mode: str,
    width: int,
    step: int,
    lang: str,
    symbols: bool,
) -> None:
    x = (np.array(X) * scale).tolist()
    trace = run("rnn", x, cell=cell, hidden=hidden, mode=mode, outputs=2)
    steps = [step] if step else []
    assert drawn(trace, *steps, view="wiring", width=width, lang=lang, symbols=symbols).marks


@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("theme", ["light", "dark", "print", "transparent"])
def test_a_layer_in_a_direction_is_tidy(cell: str, width: int, theme: str) -> None:
    trace = _both_ways(cell)
    for steps in ([], [7], [1, 2]):
        said = words(drawn(trace, *steps, view="wiring", width=width, theme=theme))
        assert any("layer 2, forward" in text for text in said) == (7 in steps)
