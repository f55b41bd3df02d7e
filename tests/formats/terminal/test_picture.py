"""Pictures of large arrays: small, in proportion, true to where things are."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nnviz.formats.terminal.paper import Paper
from nnviz.formats.terminal.picture import Picture, caption, reduced
from nnviz.formats.terminal.text import block_width, spoken
from nnviz.request import Screen
from nnviz.shades import Levels

PLAIN = Paper(Screen(80), "en", 4)
COLOR = Paper(Screen(80, color=True), "en", 4)
ASCII = Paper(Screen(80, encoding="ascii"), "en", 4)


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


@pytest.mark.parametrize("paper", [PLAIN, COLOR, ASCII], ids=["shades", "colour", "ascii"])
@pytest.mark.parametrize(
    "shape", [(1, 25, 25), (1, 1, 700), (1, 900, 1), (3, 100, 300), (1, 300, 100)]
)
def test_fits_its_box(paper: Paper, shape: tuple[int, ...]) -> None:
    picture = Picture(paper, np.arange(np.prod(shape)).reshape(shape), 40, 20)
    body = picture.draw(Levels("grey", 0, 9))
    assert block_width(body) <= 40
    assert len(body) <= 21
    lines = [spoken(line, color=False) for line in body]
    assert lines[-1].split()[0] == "0"
    assert lines[-1].split()[-1] == str(shape[2] - 1)
    assert shape[1] == 1 or len(body) < 3 or lines[-2].split()[0] == str(shape[1] - 1)


def test_a_square_is_square() -> None:
    """A character is as high as two are wide."""
    body = Picture(COLOR, np.ones((1, 100, 100)), 44, 20).draw(Levels("grey", 0, 1))
    upper = [line for line in body if any(text == "▀" for text, _ in line)]
    assert len(upper) == 20
    assert sum(text == "▀" for text, _ in upper[0]) == 40


GREY, SIGNED = Levels("grey", 0, 255), Levels("signed", -9, 9)


@pytest.mark.parametrize(
    ("paper", "scale", "expected"),
    [
        pytest.param(COLOR, GREY, "black 0, white 255", id="colour"),
        pytest.param(COLOR, SIGNED, "   −9     0     9", id="colour, signed"),
        pytest.param(COLOR, replace(SIGNED, clipped=True), "   ≤ −9     0     ≥ 9", id="clipped"),
        pytest.param(PLAIN, replace(SIGNED, clipped=True), "blank 0, █ ≥ ±9", id="shades, signed"),
        pytest.param(ASCII, SIGNED, "blank 0, @ +-9", id="ascii, signed"),
    ],
)
def test_caption(paper: Paper, scale: Levels, expected: str) -> None:
    assert spoken(caption(paper, scale), color=False) == expected


def test_a_signed_map_has_the_colours_of_a_figure_and_says_them() -> None:
    picture = Picture(COLOR, np.array([[[-9, 0, 9]]]), 40, 20)
    drawn = [style for text, style in picture.draw(SIGNED)[0] if text == "▀"]
    named = [style for text, style in caption(COLOR, SIGNED) if text == "  " and style]
    assert [style.replace("38;", "48;") for style in drawn] == named
    poles = [";".join(str(v) for v in bytes.fromhex(pole[1:])) for pole in COLOR.poles]
    assert drawn == [f"38;2;{pole}" for pole in poles]


def test_not_a_number_is_drawn_black() -> None:
    values = np.array([[[np.nan, 0.0, 1.0, np.inf]]])
    body = Picture(PLAIN, values, 40, 20).draw(Levels("grey", 0, 1))
    assert spoken(body[0], color=False) == "0   ██"
