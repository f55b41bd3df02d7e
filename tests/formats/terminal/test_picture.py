"""Pictures of large arrays: small, in proportion, true to where things are."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nnviz.formats.terminal.paper import Paper
from nnviz.formats.terminal.picture import Picture, Range, caption, range_of, reduced
from nnviz.formats.terminal.text import block_width, spoken
from nnviz.request import Screen

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
    assert (np.abs(reduced(x, 5, 5)).max(axis=2) == 6).all()


@pytest.mark.parametrize("paper", [PLAIN, COLOR, ASCII], ids=["shades", "colour", "ascii"])
@pytest.mark.parametrize(
    "shape", [(1, 25, 25), (1, 1, 700), (1, 900, 1), (3, 100, 300), (1, 300, 100)]
)
def test_fits_its_box(paper: Paper, shape: tuple[int, ...]) -> None:
    picture = Picture(paper, np.arange(np.prod(shape)).reshape(shape), 40, 20)
    body = picture.draw(range_of([picture]))
    assert block_width(body) <= 40
    assert len(body) <= 21
    lines = [spoken(line, color=False) for line in body]
    assert lines[-1].split()[0] == "0"
    assert lines[-1].split()[-1] == str(shape[2] - 1)
    assert shape[1] == 1 or len(body) < 3 or lines[-2].split()[0] == str(shape[1] - 1)


def test_a_square_is_square() -> None:
    """A character is as high as two are wide."""
    body = Picture(COLOR, np.ones((1, 100, 100)), 44, 20).draw(Range(0, 1))
    upper = [line for line in body if any(text == "▀" for text, _ in line)]
    assert len(upper) == 20
    assert sum(text == "▀" for text, _ in upper[0]) == 40


@pytest.mark.parametrize(
    ("values", "low", "high", "clipped"),
    [
        pytest.param([0, 1, 2, 4], 0, 4, True, id="from 0"),
        pytest.param([-2, 0, 1], -2, 2, True, id="about 0"),
        pytest.param([3, 3], 3, 3, False, id="all the same"),
        pytest.param([np.nan, np.inf], 0, 0, False, id="nothing finite"),
    ],
)
def test_range(values: list[float], low: float, high: float, clipped: bool) -> None:
    black = range_of([Picture(PLAIN, np.array([[values]], float), 40, 20)])
    assert (black.low, black.high) == pytest.approx((low, high), abs=0.1)
    assert black.clipped is clipped


@pytest.mark.parametrize(
    ("paper", "black", "expected"),
    [
        pytest.param(COLOR, Range(0, 255), "black 0, white 255", id="colour"),
        pytest.param(COLOR, Range(-9, 9, True), "black ≤ −9, white ≥ 9", id="colour, signed"),
        pytest.param(PLAIN, Range(-9, 9, True), "blank 0, █ ≥ ±9", id="shades, signed"),
        pytest.param(ASCII, Range(-9, 9), "blank 0, @ +-9", id="ascii, signed"),
    ],
)
def test_caption(paper: Paper, black: Range, expected: str) -> None:
    assert spoken(caption(paper, black), color=False) == expected


def test_not_a_number_is_drawn_black() -> None:
    values = np.array([[[np.nan, 0.0, 1.0, np.inf]]])
    body = Picture(PLAIN, values, 40, 20).draw(Range(0, 1))
    assert spoken(body[0], color=False) == "0   ██"
