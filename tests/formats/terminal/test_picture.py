"""Pictures of large arrays: small, in proportion, true to where things are."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.segment import Segment

import consoles
from helpers import run
from nnviz.formats.terminal.paper import Paper
from nnviz.formats.terminal.picture import Picture, caption, reduced
from nnviz.shades import Levels
from screens import lines_of

PLAIN = consoles.paper(40)
COLOR = consoles.paper(40, color=True)
ASCII = consoles.paper(40, encoding="ascii")
GROUNDS = consoles.paper(40, color=True, encoding="ascii")


@settings(deadline=None, max_examples=60)
@given(st.integers(1, 60), st.integers(1, 60), st.integers(1, 12), st.integers(1, 12))
def test_reducing_keeps_the_mean_of_flat_and_the_place_of_bright(
    height: int, across: int, tall: int, wide: int
) -> None:
    tall, wide = min(tall, height), min(wide, across)
    assert (reduced(np.full((2, height, across), 7), tall, wide) == 7).all()
    ramp = np.arange(height)[:, None] * across + np.arange(across)
    small = reduced(ramp[None], tall, wide)
    assert small.shape == (1, tall, wide)
    assert (np.diff(small, axis=1) > 0).all()
    assert (np.diff(small, axis=2) > 0).all()


def test_reducing_matches_the_mean_of_each_block() -> None:
    x = np.random.default_rng(0).random((3, 24, 40))
    expected = x.reshape(3, 4, 6, 5, 8).mean((2, 4))
    np.testing.assert_allclose(reduced(x, 4, 5), expected)


def test_the_two_sides_of_an_edge_do_not_cancel() -> None:
    x = np.zeros((1, 40, 40))
    x[0, :, 19], x[0, :, 20] = 5, -6
    made = reduced(x, 5, 5)
    expected = -np.sqrt((8 * 25 + 8 * 36) / 64)
    np.testing.assert_allclose(made.min(axis=2), expected)


@pytest.mark.parametrize(
    "on", [PLAIN, COLOR, ASCII, GROUNDS], ids=["shades", "colour", "ascii", "grounds"]
)
@pytest.mark.parametrize(
    "shape", [(1, 25, 25), (1, 1, 700), (1, 900, 1), (3, 100, 300), (1, 300, 100)]
)
def test_fits_its_box(on: Paper, shape: tuple[int, ...]) -> None:
    scale = Levels("rgb" if shape[0] == 3 else "grey", 0, 9)
    picture = Picture(on, np.arange(np.prod(shape)).reshape(shape), scale, 40, 20)
    lines = consoles.drawn(on, picture)
    assert max(map(cell_len, lines)) <= consoles.measured(on, picture) <= 40
    assert len(lines) <= 21
    assert lines[-1].split()[0] == "0"
    assert lines[-1].split()[-1] == str(shape[2] - 1)
    assert shape[1] == 1 or len(lines) < 3 or lines[-2].split()[0] == str(shape[1] - 1)


def test_is_drawn_smaller_where_there_is_less_room() -> None:
    picture = Picture(COLOR, np.ones((1, 100, 100)), Levels("grey", 0, 1), 40)
    for width in (40, 30, 12, 5):
        lines = consoles.drawn(COLOR.within(width), picture)
        assert max(map(cell_len, lines)) <= width


def inks(line: list[Segment]) -> list[tuple[int, int, int]]:
    """The colour of each ▀ of a line."""
    return [
        tuple(s.style.color.triplet)  # type: ignore[misc]
        for s in line
        for sign in s.text
        if sign == "▀" and s.style and s.style.color and s.style.color.triplet
    ]


def test_a_square_is_square() -> None:
    """A character is as high as two are wide."""
    on = consoles.paper(44, color=True)
    picture = Picture(on, np.ones((1, 100, 100)), Levels("grey", 0, 1), 44, 20)
    rows = [inks(line) for line in consoles.segments(on, picture)]
    assert [len(row) for row in rows if row] == [40] * 20


def test_sixteen_colours_are_too_few() -> None:
    on = consoles.paper(40, color=True)
    on.console._color_system = None
    assert "▀" not in "".join(consoles.drawn(on, Picture(on, np.eye(30)[None], GREY, 40)))
    on = consoles.paper(40, color=True)
    on.console.no_color = True
    assert "▀" not in "".join(consoles.drawn(on, Picture(on, np.eye(30)[None], GREY, 40)))


GREY, SIGNED = Levels("grey", 0, 255), Levels("signed", -9, 9)


@pytest.mark.parametrize(
    ("on", "scale", "expected"),
    [
        pytest.param(COLOR, GREY, "black 0, white 255", id="colour"),
        pytest.param(COLOR, SIGNED, "   −9     0     9", id="colour, signed"),
        pytest.param(COLOR, replace(SIGNED, clipped=True), "   ≤ −9     0     ≥ 9", id="clipped"),
        pytest.param(PLAIN, replace(SIGNED, clipped=True), "blank 0, █ ≥ ±9", id="shades, signed"),
        pytest.param(ASCII, SIGNED, "blank 0, @ +-9", id="ascii, signed"),
    ],
)
def test_caption(on: Paper, scale: Levels, expected: str) -> None:
    assert consoles.drawn(on, caption(on, scale)) == [expected]


def test_a_signed_map_has_the_colours_of_a_figure_and_says_them() -> None:
    picture = Picture(COLOR, np.array([[[-9, 0, 9]]]), SIGNED, 40)
    poles = [tuple(bytes.fromhex(pole[1:])) for pole in COLOR.poles[:3]]
    assert inks(consoles.segments(COLOR, picture)[0]) == poles
    (line,) = consoles.segments(COLOR, caption(COLOR, SIGNED))
    grounds = [s.style.bgcolor for s in line if s.style and s.style.bgcolor]
    assert [tuple(ground.triplet or ()) for ground in grounds] == poles


ODD = np.array([[[np.nan, 0.0, 1.0, np.inf, -np.inf]]])


@pytest.mark.parametrize(
    ("on", "drawn", "said"),
    [
        pytest.param(PLAIN, "0 ? █^v", "blank 0, █ 1  ? nan  ^ ∞  v −∞", id="shades"),
        pytest.param(ASCII, "0 ? @^v", "blank 0, @ 1  ? nan  ^ inf  v -inf", id="ascii"),
        pytest.param(COLOR, "0 ▀▀▀▀▀", "black 0, white 1     nan     ∞     −∞", id="colour"),
    ],
)
def test_what_is_no_number_has_marks_and_says_them(on: Paper, drawn: str, said: str) -> None:
    picture = Picture(on, ODD, Levels("grey", 0, 1), 40)
    assert consoles.drawn(on, picture)[0] == drawn
    assert consoles.drawn(on, caption(on, Levels("grey", 0, 1), ODD)) == [said]


def test_what_is_no_number_is_not_lost_in_a_small_picture() -> None:
    planes = np.ones((1, 999, 999))
    planes[0, 500, 13] = np.nan
    (found,) = np.argwhere(np.isnan(reduced(planes, 20, 30)[0])).tolist()
    assert found == [10, 0]


def test_what_is_known_of_an_array_is_of_its_numbers() -> None:
    x = np.full((70, 90), 3.0)
    x[0, :2], x[1, :3], x[2, 0] = (5, -4), np.nan, np.inf
    text = "\n".join(lines_of(run("show", x)))
    assert "min −4, max 5, mean " in text
    assert "6,300 numbers, not written here; 4 of them nan or infinite" in text
