"""How much of a net is on a page, and that nothing leaves it at the width of a phone or a slide."""

from __future__ import annotations

from itertools import groupby
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import run
from nnviz.figure.scene import Rect, Scene
from nnviz.trace import Trace
from view_checks import drawn, words

RNG = np.random.default_rng(0)
TEN = RNG.normal(size=(10, 2)).round(2)


def _columns(scene: Scene) -> list[int]:
    """How many cells stand in each row of an unrolled net."""
    tops = sorted(m.y for m in scene.flat() if isinstance(m, Rect) and m.radius == 12)
    return [len([*same]) for _, same in groupby(tops)]


@pytest.mark.parametrize("outputs", [{}, {"outputs": 3}], ids=["h", "h and y"])
def test_ten_steps_stand_five_in_a_row(outputs: dict[str, int]) -> None:
    trace = run("rnn", TEN, hidden=4, **outputs)
    scene = drawn(trace)
    assert _columns(scene) == [5, 5]
    assert scene.height <= 1000
    assert _columns(drawn(trace, 4)) == [5, 5]


@pytest.mark.parametrize("outputs", [{}, {"outputs": 2}, {"outputs": 3}], ids=["h", "2", "3"])
@pytest.mark.parametrize("step", [3, 4, 10])
def test_a_step_of_ten_is_a_page(outputs: dict[str, int], step: int) -> None:
    scene = drawn(run("rnn", TEN, hidden=4, **outputs), step)
    assert _columns(scene) == [5, 5]
    assert scene.height <= 1000
    said = words(scene)
    assert any(text.startswith(f"h{step},0") for text in said)
    assert not outputs or any(text.startswith(f"y{step},") for text in said)


def test_hello_world_has_all_its_eleven_steps() -> None:
    trace = run("rnn", None, text="hello world", hidden=4, outputs=3, mode="many-to-one")
    for steps in ((), (5,)):
        scene = drawn(trace, *steps)
        assert sum(_columns(scene)) == 11
        assert [t for t in words(scene) if t.startswith("“")] == [f"“{c}”" for c in "hello world"]
        assert not any("more" in t for t in words(scene)[:1])


@pytest.mark.parametrize("cell", ["lstm", "gru"])
@pytest.mark.parametrize("inputs", [1, 2, 4])
@pytest.mark.parametrize("digits", [2, 9])
@pytest.mark.parametrize("seed", [0, 1])
def test_cells_of_six_units_have_their_weights_in_numbers(
    cell: str, inputs: int, seed: int, digits: int
) -> None:
    x = np.random.default_rng(seed).normal(size=(2, inputs)).round(digits)
    trace = run("rnn", x, cell=cell, hidden=6, seed=seed)
    scene = drawn(trace, 2, view="cell")
    said = words(scene)
    for name in ("Wx", "Wh"):  # The ends of every row: where there is no room, the middle is not.
        for value in trace.arrays[name][:, [0, -1]].ravel():
            assert f"{value:g}".replace("-", "−") in said
    assert scene.height <= 1250


def test_an_lstm_of_six_units_and_two_inputs_shows_every_weight() -> None:
    trace = run("rnn", TEN[:2], cell="lstm", hidden=6)
    said = words(drawn(trace, 2, view="cell"))
    for value in np.concatenate([trace.arrays[w].ravel() for w in ("Wx", "Wh")]):
        assert f"{value:g}".replace("-", "−") in said


def _layers(cell: str, layers: int, both: bool, hidden: int, length: int) -> Trace:
    """A net of several chains, its weights named as PyTorch names them."""
    gates, weights = {"rnn": 1, "lstm": 4, "gru": 3}[cell], {}
    for layer in range(layers):
        inputs = 2 if layer == 0 else hidden * (1 + both)
        for end in ("", "_reverse") if both else ("",):
            name = f"l{layer}{end}"
            weights[f"weight_ih_{name}"] = np.full((gates * hidden, inputs), -0.25)
            weights[f"weight_hh_{name}"] = np.full((gates * hidden, hidden), 0.125)
    return run("rnn", [[0.25, -1.5]] * length, weights=weights, cell=cell)


@settings(deadline=None, max_examples=60)
@given(
    view=st.sampled_from(["unrolled", "rolled", "cell"]),
    cell=st.sampled_from(["rnn", "lstm", "gru"]),
    hidden=st.integers(1, 12),
    length=st.integers(1, 12),
    mode=st.sampled_from(["many-to-many", "many-to-one", "one-to-many", "feedback"]),
    at=st.integers(0, 12),
    width=st.sampled_from([360, 720, 1280]),
    lang=st.sampled_from(["en", "ko"]),
)
def test_nothing_of_a_chain_leaves_the_page(
    view: str, cell: str, hidden: int, length: int, mode: str, at: int, **look: Any
) -> None:
    fed = {"mode": "one-to-many", "feedback": True, "length": length}
    options = fed if mode == "feedback" else {"mode": mode}
    x = [[0.25, -0.5]] * (1 if mode == "feedback" else length)
    trace = run("rnn", x, cell=cell, hidden=hidden, outputs=2, **options)
    assert drawn(trace, *[min(at, length)][: bool(at)], view=view, **look).marks


@settings(deadline=None, max_examples=40)
@given(
    view=st.sampled_from(["stacked", "cell"]),
    cell=st.sampled_from(["rnn", "lstm", "gru"]),
    layers=st.integers(1, 3),
    hidden=st.integers(1, 12),
    length=st.integers(1, 12),
    at=st.integers(0, 24),
    width=st.sampled_from([360, 720, 1280]),
)
def test_nothing_of_layers_and_directions_leaves_the_page(
    view: str, cell: str, layers: int, hidden: int, length: int, at: int, width: int
) -> None:
    trace = _layers(cell, layers, True, hidden, length)
    steps = [min(at, len(trace.steps))][: bool(at)]
    assert drawn(trace, *steps, view=view, width=width).marks


def test_a_narrow_page_says_the_shapes_above() -> None:
    said = words(drawn(run("rnn", TEN, hidden=4, outputs=3), width=360))
    assert "weights  Wx 4×2  Wh 4×4  Wy 3×4" in said
    assert "Wx" in said
    said = words(drawn(_layers("rnn", 2, True, 4, 3), width=360))
    assert any("Wx(2)→ 4×8" in text for text in said)
