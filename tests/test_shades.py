"""How values become shades: levels, pixels, and one rule for terminal, figure and file."""

from __future__ import annotations

import re
import tracemalloc
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drawing import drawn
from helpers import run
from nnviz import formats
from nnviz.figure.arrays.picture import picture
from nnviz.figure.layout.style import Style
from nnviz.figure.scene import Image, Text, flatten
from nnviz.figure.theme import theme
from nnviz.request import THEMES, Appearance, Request, Screen
from nnviz.shades import (
    Levels,
    color_levels,
    colored,
    drawn_size,
    ends,
    greys,
    kinds_of,
    levels,
    levels_after,
    levels_as_is,
    odd,
    reduced,
    rgb,
)
from nnviz.trace import Trace

RAMP = np.arange(256).reshape(16, 16)
POLES = theme("light").poles

LEVELS = {
    "0..255": (RAMP, Levels("grey", 0, 255)),
    "zeros and ones": (RAMP % 2, Levels("grey", 0, 1)),
    "whole numbers past 255": (RAMP * 4, Levels("grey", 0, 1020)),
    "0..1": (RAMP / 255, Levels("grey", 0, 1.0)),
    "floats above 1": (RAMP / 10, Levels("grey", 0, 25.5)),
    "signed": (RAMP - 100, Levels("signed", -155, 155)),
    "nothing but zero": (RAMP * 0, Levels("grey", 0, 1.0)),
    "a vector": (RAMP[0] - 9, Levels("signed", -9, 9)),
    "a batch of channels": ((RAMP - 3).reshape(2, 2, 8, 8), Levels("signed", -252, 252)),
    "close together, far from 0": (RAMP + 1000, Levels("grey", 1002.55, 1252.45, True)),
    "nothing finite": (np.array([[np.nan, np.inf]]), Levels("grey", 0, 1.0)),
}
READ = {
    "a dark image": (RAMP // 4, 255),
    "an image of 16 bits": (RAMP * 100, 65535),
    "an image in parts of one": (RAMP / 300, 1),
    "an image as floats": (RAMP / 2.0, 255),
}


@pytest.mark.parametrize("name", LEVELS)
def test_levels(name: str) -> None:
    array, expected = LEVELS[name]
    assert levels(array) == expected


@pytest.mark.parametrize("name", READ)
def test_an_image_that_was_read_keeps_its_range(name: str) -> None:
    array, high = READ[name]
    assert levels(array, image=True) == Levels("grey", 0, high)


AFTER = {
    "a blur keeps the scale": (RAMP * 0.8, Levels("grey", 0, 255)),
    "past the end: its own": (RAMP * 2, Levels("grey", 0, 510)),
    "much darker: its own": (RAMP * 0.25, Levels("grey", 0, 63.75)),
    "signed: its own": (RAMP - 100, Levels("signed", -155, 155)),
}


@pytest.mark.parametrize("name", AFTER)
def test_what_is_made_of_a_picture_keeps_its_scale_where_the_ranges_are_alike(name: str) -> None:
    made, expected = AFTER[name]
    assert levels_after(RAMP, made) == expected


def test_maps_of_one_figure_share_a_scale() -> None:
    assert levels(np.stack([RAMP, RAMP * 3])) == Levels("grey", 0, 765)
    assert levels(np.stack([RAMP, RAMP - 300])) == Levels("signed", -300, 300)


def test_a_few_extremes_do_not_darken_a_map_of_greys() -> None:
    array = np.full((40, 40), 10.0)
    array[3, :4] = 500  # 4 of 1,600: less than 1 of 100
    assert levels(array) == Levels("grey", 0, 10, clipped=True)
    assert levels(array, image=True).high == 65535  # a photograph keeps its range
    array[:, :4] = 500
    assert levels(array) == Levels("grey", 0, 500)


def test_a_few_extremes_do_not_pale_a_signed_map() -> None:
    array = np.tile([-10, 10], (100, 50))
    array[0, 0] = 100_000
    assert levels(array) == Levels("signed", -10, 10, clipped=True)


@pytest.mark.parametrize(
    ("array", "image", "expected"),
    [
        pytest.param(RAMP % 2, False, Levels("grey", 1, 0), id="zeros and ones are ink"),
        pytest.param(RAMP % 2, True, Levels("grey", 0, 255), id="but not of an image"),
        pytest.param(RAMP, False, Levels("grey", 0, 255), id="any other array"),
        pytest.param(np.full((3, 2, 2), 9), False, Levels("rgb", 0, 255), id="colours"),
        pytest.param(np.full((3, 2, 2), 999), True, Levels("rgb", 0, 65535), id="of 16 bits"),
    ],
)
def test_levels_of_what_is_shown_as_it_is(array: np.ndarray, image: bool, expected: Levels) -> None:
    assert levels_as_is(array, image=image) == expected


def test_colour_pictures() -> None:
    array = np.zeros((3, 30, 40), np.uint8)
    array[0] = 200
    assert colored(array)
    assert not colored(array - 1.0)
    assert not colored(array // 200)
    assert color_levels(array).paint(array, POLES)[0, 0].tolist() == [200, 0, 0]


@pytest.mark.parametrize(
    ("shape", "size"),
    [
        ((25, 25), (225, 225)),
        ((240, 120), (120, 240)),
        ((3000, 4000), (240, 180)),
        ((1, 999), (240, 4)),
    ],
)
def test_size(shape: tuple[int, int], size: tuple[int, int]) -> None:
    assert drawn_size(shape) == size


GREYS = [
    pytest.param([[0, 1], [2, 4]], (0, 4), [[0, 64], [128, 255]], id="rounded to the nearest"),
    pytest.param([[-5, 3, 254.6, 999]], (0, 255), [[0, 3, 255, 255]], id="clipped"),
    pytest.param([[0, 1]], (1, 0), [[255, 0]], id="ink"),
    pytest.param([[7, 7]], (7, 7), [[0, 0]], id="a flat map"),
    pytest.param([[np.nan, np.inf, -np.inf]], (0, 1), [[0, 255, 0]], id="not numbers"),
    pytest.param([[-1.7e308, 0, 1.7e308]], (-1.7e308, 1.7e308), [[0, 128, 255]], id="overflow"),
]


@pytest.mark.parametrize(("array", "span", "expected"), GREYS)
def test_greys(array: Any, span: tuple[float, float], expected: list[list[int]]) -> None:
    assert greys(np.asarray(array), *span).tolist() == expected


@pytest.mark.parametrize("name", THEMES)
def test_signed_values_are_mixtures_of_the_poles_about_0(name: str) -> None:
    poles = theme(name).poles
    values = np.array([[-9.0, -2.0, 0.0, np.nan, 2.0, np.inf]])
    made = Levels("signed", -2, 2, clipped=True).paint(values, poles)
    least, zero, most, (_, infinite, none) = poles
    found = ["#" + bytes(pixel).hex() for pixel in made[0]]
    assert found == [least, least, zero, none, most, infinite]


# --- terminal and figure -------------------------------------------------------------


def in_terminal(trace: Trace, **appearance: Any) -> np.ndarray:
    """The pixels of the last picture of half-blocks, H×W×3."""
    request = Request(appearance=Appearance(**appearance), screen=Screen(200, color=True))
    text = formats.load("table").write(trace, request).content.decode()
    rows: list[list[list[int]]] = []
    for line in text.splitlines():
        if "▀" not in line:
            continue
        pixels = [
            ([[int(v) for v in color.split(";")] for color in style[5:].split(";48;2;")], len(run))
            for style, run in re.findall(r"\x1b\[(38;2;[0-9;]+)m(▀+)", line)
        ]
        rows += [[pair[i] for pair, n in pixels for _ in range(n)] for i in (0, 1)]
    return np.array(rows)


def in_figure(trace: Trace, **appearance: Any) -> np.ndarray:
    """The pixels of the last picture of a figure, H×W×3."""
    found = [m.pixels for m in drawn(trace, **appearance).flat() if isinstance(m, Image)]
    made = next(p for p in reversed(found) if p.shape[0] > 1 and p.shape[1] > 1)
    return np.atleast_3d(made).repeat(1 if made.ndim == 3 else 3, 2)


NOISE = np.random.default_rng(0)
WAVES = np.sin(np.arange(40)[:, None] / 5) * np.cos(np.arange(44) / 7)
MAPS = {
    "not negative, from 100": (RAMP.repeat(2, 0) + 100, {}),
    "signed": (WAVES, {}),
    "signed, with extremes": (np.where(WAVES > 0.97, 50.0, WAVES), {}),
    "signed, in the dark": (WAVES, {"theme": "dark"}),
    "signed, printed": (WAVES, {"theme": "print"}),
    "zeros and ones": ((WAVES > 0).astype(int), {}),
    "colours": (NOISE.integers(0, 255, (3, 32, 30)), {}),
}


@pytest.mark.parametrize("name", MAPS)
def test_a_map_has_the_same_shades_in_terminal_and_figure(name: str) -> None:
    array, appearance = MAPS[name]
    trace = run("show", array)
    found, expected = (
        in_terminal(trace, **appearance),
        in_figure(trace, view="picture", **appearance),
    )
    assert found.shape == expected.shape
    assert (found == expected).all()


@pytest.mark.parametrize("image", [True, False])
@pytest.mark.parametrize(
    "kernel", [[[1 / 9] * 3] * 3, [[1, -1, 0]], [[0.125]]], ids=["blur", "edge", "darker"]
)
def test_what_is_made_of_a_map_too(kernel: list[list[float]], image: bool) -> None:
    array = RAMP.repeat(2, 0).repeat(2, 1)
    trace = replace(run("conv", array, kernel=np.array(kernel), padding="same"), image=image)
    assert (in_terminal(trace)[:, -32:] == in_figure(trace)).all()


def test_the_range_does_not_depend_on_how_large_a_map_is_drawn() -> None:
    array = NOISE.standard_normal((900, 900)) * 10
    scale = levels(array)
    assert scale.high < ends(array)[1]
    said = {
        tuple(m.content for m in flatten(block.marks) if isinstance(m, Text))
        for side in (60, 140, 240)
        if (block := picture(Style.of(Appearance()), array, "output", side=side, axes=False))
    }
    ((most, _, least),) = said
    assert scale.high <= float(most[2:]) < 1.01 * scale.high
    assert least == "≤ −" + most[2:]


def test_a_smaller_picture_says_that_values_lie_past_its_ends() -> None:
    checks = np.where(np.indices((2000, 2000)).sum(0) % 2, -9.0, 10.0)
    scale = levels(checks)
    assert scale.clipped
    assert scale.high < 10
    assert not levels(checks[:40, :40]).clipped
    assert levels(checks[:40, :40]).high == 10


# --- what is no number -------------------------------------------------------------------


@pytest.mark.parametrize("name", THEMES)
@pytest.mark.parametrize("signed", [True, False])
def test_what_is_no_number_has_a_colour_that_no_number_has(name: str, signed: bool) -> None:
    poles = theme(name).poles
    assert len(set(poles.odd)) == 3
    values = np.linspace(-1 if signed else 0, 1, 2001)[None]
    made = Levels("signed" if signed else "grey", values.min(), 1).paint(values, poles)
    painted = np.atleast_3d(made).repeat(1 if signed else 3, 2)[0].astype(int)
    for color in poles.odd:
        assert np.abs(painted - rgb(color)).sum(1).min() > 60


@settings(deadline=None, max_examples=30)
@given(st.data())
def test_what_is_no_number_is_in_every_smaller_picture(data: st.DataObject) -> None:
    shape = data.draw(st.tuples(st.integers(2, 90), st.integers(2, 90)), "shape")
    size = data.draw(st.tuples(st.integers(1, 40), st.integers(1, 40)), "size")
    array = np.ones(shape, data.draw(st.sampled_from([np.float32, np.float64])))
    r, c = data.draw(st.integers(0, shape[0] - 1)), data.draw(st.integers(0, shape[1] - 1))
    array[r, c] = value = data.draw(st.sampled_from([np.nan, np.inf, -np.inf]))
    small = reduced(array, size)
    marked = np.argwhere(~np.isfinite(small))
    assert len(marked)
    for pixel in marked:
        assert np.array_equal(small[tuple(pixel)], value, equal_nan=True)
        for i, cell, n, m in zip(pixel, (r, c), shape, small.shape, strict=True):
            assert i * n < (cell + 1) * m  # it falls on this pixel
            assert cell * m < (i + 1) * n
    assert np.allclose(small[np.isfinite(small)], 1)


@pytest.mark.parametrize("row", [0, 499, 500, 501, 1000])
def test_no_row_of_a_large_map_is_lost(row: int) -> None:
    """Row 500 of 1001 ends in the middle of 480, where two blocks meet."""
    array = np.zeros((1001, 300), np.float32)
    array[row] = 480
    small = reduced(array, (150, 240))
    assert small.shape == (480, 300)
    found = np.flatnonzero(small[:, 0])
    assert found.tolist() == [max(0, -(-480 * (2 * row + 1) // 2002) - 1)]
    assert small[found[0]].max() in (160, 240, 480)  # of 3, 2 or 1 rows


def test_a_large_map_is_not_copied_to_be_drawn() -> None:
    array = np.ones((4000, 4000), np.uint8)
    tracemalloc.start()
    small = reduced(array, (200, 200))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert small.min() == small.max() == 1
    assert peak < array.nbytes / 4


def test_where_several_fall_on_one_pixel_nan_is_seen() -> None:
    array = np.array([[1, -np.inf, np.inf, np.nan], [np.inf, -np.inf, 1, 3]] * 2)
    assert np.array_equal(
        Levels("grey", 0, 3).paint(array[:1], POLES)[0, 1:],
        [rgb(color) for color in POLES.odd],
    )
    assert odd(array) is not None
    assert kinds_of(array, array[:, :1]) == [3, 2, 1]
    assert kinds_of(RAMP, RAMP / 2) == []


def test_numbers_past_float32_are_no_infinities() -> None:
    small = reduced(np.full((900, 4), 1e200), (1, 100))
    assert np.allclose(small, 1e200)


@pytest.mark.parametrize("most", [1e-5, 1e-30, 1e-56, 5e-324])
def test_ends_that_float32_cannot_hold_are_ends_all_the_same(most: float) -> None:
    array = np.array([[-most, 0, most]], np.float32 if most > 1e-45 else float)
    for levels_ in (Levels("signed", -most, most), Levels("grey", -most, most)):
        painted = levels_.paint(array, POLES).tolist()[0]
        assert painted[0] != painted[1] != painted[2]
    far = np.array([[-1e-19, 0, 1e-19]], np.float32)
    painted = Levels("signed", -most, most).paint(far, POLES).tolist()[0]
    assert painted[1] == list(rgb(POLES.zero))
