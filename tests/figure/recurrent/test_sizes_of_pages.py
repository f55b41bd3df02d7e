"""How much of a net is on a page."""

from __future__ import annotations

from itertools import groupby

import numpy as np
import pytest

from helpers import run
from nnviz.figure.scene import Rect, Scene
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


def test_a_step_of_ten_is_a_page() -> None:
    assert drawn(run("rnn", TEN, hidden=4), 4).height <= 1000


def test_hello_world_has_all_its_eleven_steps() -> None:
    trace = run("rnn", None, text="hello world", hidden=4, outputs=3, mode="many-to-one")
    for steps in ((), (5,)):
        scene = drawn(trace, *steps)
        assert sum(_columns(scene)) == 11
        assert [t for t in words(scene) if t.startswith("“")] == [f"“{c}”" for c in "hello world"]
        assert not any("more" in t for t in words(scene)[:1])


@pytest.mark.parametrize("cell", ["lstm", "gru"])
@pytest.mark.parametrize("inputs", [1, 2, 3])
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_cells_of_six_units_have_their_weights_in_numbers(
    cell: str, inputs: int, seed: int
) -> None:
    x = np.random.default_rng(seed).normal(size=(2, inputs)).round(2)
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
