"""Every view of every cell on a phone: within the page, letters to read, short enough to scroll."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from helpers import run, stacked_weights
from nnviz.figure.scene import Scene
from nnviz.trace import Trace
from view_checks import drawn, words

ONE = ("unrolled", "rolled", "cell", "wiring")
SEVERAL = ("stacked", "cell", "wiring")


def _one(cell: str, hidden: int, length: int, outputs: int) -> Trace:
    given: dict[str, Any] = {"outputs": outputs} if outputs else {}
    x = np.random.default_rng(1).normal(size=(length, 2)).round(2)
    return run("rnn", x, cell=cell, hidden=hidden, **given)


def _several(cell: str, layers: int, both: bool, hidden: int, length: int) -> Trace:
    x = np.random.default_rng(1).normal(size=(length, 2)).round(2)
    weights = stacked_weights(cell, layers, both, hidden=hidden, outputs=3)
    return run("rnn", x, cell=cell, weights=weights)


def _looked_at(trace: Trace, view: str, width: int, *step: int, **look: Any) -> Scene:
    """Checked by `drawn` against the page."""
    scene = drawn(trace, *step, view=view, width=width, **look)
    assert all(text.size >= 11 for text in scene.texts())
    return scene


# Each cell with and without outputs, in Korean and plain, small and large; not every pair.
@pytest.mark.parametrize("view", ONE)
@pytest.mark.parametrize(
    ("cell", "hidden", "length", "outputs", "width", "look"),
    [
        ("rnn", 2, 3, 0, 320, {"lang": "ko"}),
        ("rnn", 30, 10, 3, 360, {"plain": True}),
        ("gru", 6, 10, 0, 320, {}),
        ("gru", 2, 3, 3, 360, {"lang": "ko", "plain": True}),
        ("lstm", 6, 10, 3, 360, {"lang": "ko"}),
        ("lstm", 2, 10, 0, 320, {"plain": True}),
    ],
)
def test_a_chain_fits_a_phone(
    cell: str, view: str, hidden: int, length: int, outputs: int, width: int, look: dict[str, Any]
) -> None:
    trace = _one(cell, hidden, length, outputs)
    _looked_at(trace, view, width, **look)
    _looked_at(trace, view, width, 3, **look)


def test_a_cell_of_thirty_units_fits_the_narrowest_phone() -> None:
    _looked_at(_one("lstm", 30, 3, 3), "cell", 320, 3)


@pytest.mark.parametrize("view", SEVERAL)
@pytest.mark.parametrize(
    ("cell", "layers", "both", "hidden", "length", "look"),
    [
        ("rnn", 2, False, 6, 3, {"plain": True}),
        ("gru", 1, True, 2, 10, {"lang": "ko"}),
        ("lstm", 2, True, 6, 10, {}),
        ("lstm", 1, True, 2, 3, {"plain": True}),
    ],
)
def test_layers_and_directions_fit_a_phone(
    cell: str, view: str, layers: int, both: bool, hidden: int, length: int, look: dict[str, Any]
) -> None:
    trace = _several(cell, layers, both, hidden, length)
    if view == "stacked":
        _looked_at(trace, view, 320, **look)
    _looked_at(trace, view, 320, 4, **look)


@pytest.mark.parametrize(
    ("hidden", "outputs", "width"), [(2, 0, 320), (6, 3, 360), (30, 3, 320), (30, 0, 360)]
)
def test_neurons_fit_a_phone(hidden: int, outputs: int, width: int) -> None:
    _looked_at(_one("rnn", hidden, 3, outputs), "network", width, 3)


@pytest.mark.parametrize("view", [*ONE, "stacked"])
@pytest.mark.parametrize("width", [320, 720])
def test_symbols_fit_too(view: str, width: int) -> None:
    trace = _several("lstm", 2, True, 4, 3) if view == "stacked" else _one("lstm", 4, 3, 2)
    _looked_at(trace, view, width, 2, symbols=True)


@pytest.mark.parametrize(
    ("cell", "hidden", "outputs", "tall"),
    [("lstm", 2, 0, 1080), ("lstm", 6, 3, 1400), ("gru", 6, 0, 1100), ("rnn", 6, 3, 600)],
)
def test_the_inside_of_a_cell_is_short_on_a_phone(
    cell: str, hidden: int, outputs: int, tall: int
) -> None:
    scene = drawn(_one(cell, hidden, 3, outputs), 3, view="cell", width=360)
    assert scene.height <= tall


@pytest.mark.parametrize(
    ("cell", "hidden", "outputs", "tall"),
    [("rnn", 2, 2, 740), ("lstm", 4, 0, 820), ("lstm", 4, 3, 980), ("gru", 4, 3, 840)],
)
def test_a_step_is_about_a_screen(cell: str, hidden: int, outputs: int, tall: int) -> None:
    scene = drawn(_one(cell, hidden, 10, outputs), 3, view="unrolled", width=360)
    assert scene.height <= tall


@pytest.mark.parametrize("step", [1, 2, 6, 10])
def test_a_step_has_one_row_with_the_state_that_it_reads(step: int) -> None:
    trace = _one("rnn", 2, 10, 2)
    scene = drawn(trace, step, view="unrolled", width=360)
    said = words(scene)
    last = max(2, step)
    assert f"times {last - 1} to {last} of 10" in said
    assert {f"h{step}", f"h{step - 1}", f"x{step}", f"y{step}"} <= {*said}
    numbers = [float(t.replace("−", "-")) for t in said if re.fullmatch(r"−?[\d.]+", t)]
    for value in trace.results["h"][step - 1]:
        assert any(number == pytest.approx(value, rel=0.05) for number in numbers)


def test_a_step_its_states_and_its_sum_are_on_a_screen() -> None:
    scene = drawn(_one("rnn", 2, 10, 2), 3, view="unrolled", width=360)
    (top,) = (m.y for m in scene.texts() if m.content == "y3" and m.size == 15)
    (bottom,) = (m.y for m in scene.texts() if m.content.startswith("y3,1"))
    assert bottom - top <= 640
