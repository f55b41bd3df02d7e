"""Pictures of large arrays: levels, reduction, axes and the colour bar."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drawing import drawn, generators, texts
from helpers import run
from nnviz.figure.arrays.picture import picture, pixels
from nnviz.figure.layout.style import SMALL, Style, middle
from nnviz.figure.scene import Image, Rect, Text, extent, flatten
from nnviz.numerals import plain
from nnviz.request import THEMES, Appearance
from nnviz.shades import Levels

STYLE = Style.of(Appearance())
RAMP = np.arange(256).reshape(16, 16)


def test_equal_values_have_equal_shades_before_and_after() -> None:
    array = np.full((40, 40), 120)
    array[0, 0] = 250
    trace = replace(run("conv", array, kernel=np.full((3, 3), 1 / 9)), image=True)
    seen, made = (m.pixels for m in drawn(trace).flat() if isinstance(m, Image))
    assert seen[-1, -1] == made[-1, -1] == 120


def test_the_partial_maps_have_one_scale_and_say_it() -> None:
    x = np.stack([RAMP % 7, RAMP])[:, None].repeat(2, 1).reshape(2, 32, 16)
    trace = run("conv", x, kernel=np.full((2, 1, 1), 2))
    scene = drawn(trace, view="channels")
    assert texts(scene).count("510") == 2
    partials = [m.pixels for m in scene.flat() if isinstance(m, Image) and m.crisp][1::2]
    assert partials[0].max() == 6
    assert partials[1].max() == 255


def test_only_the_pixels_drawn_are_kept() -> None:
    array = np.zeros((2000, 1000), np.uint8)
    array[:, 500:] = 255
    made = pixels(STYLE, array, (120, 240), Levels("grey", 0, 255))
    assert made.shape == (480, 240)
    assert made.dtype == np.uint8
    assert (made[:, 0] == 0).all()
    assert (made[:, -1] == 255).all()


def test_colour_pictures_are_drawn_in_colour() -> None:
    array = np.zeros((3, 30, 40), np.uint8)
    array[0] = 200
    scene = drawn(run("conv", array, kernel=np.ones((3, 3), int)))
    image = next(mark for mark in scene.flat() if isinstance(mark, Image))
    assert image.pixels[0, 0].tolist() == [200, 0, 0]


def test_a_signed_map_has_its_bar_and_axes_are_in_pixels() -> None:
    block = picture(STYLE, np.linspace(-3, 3, 900).reshape(30, 30), "output")
    found = [m.content for m in flatten(block.marks) if isinstance(m, Text)]
    assert {"0", "10", "20", "3", "−3"} <= set(found)


@pytest.mark.parametrize(
    ("shape", "side", "every", "first"),
    [
        pytest.param((28, 28), 224, 5, 4, id="enlarged: at the middle of a pixel"),
        pytest.param((300, 450), 225, 100, 0, id="reduced: at its edge"),
        pytest.param((12, 12), 288, 1, 12, id="as large as cells: every row"),
    ],
)
def test_axes_are_labelled_alike(
    shape: tuple[int, int], side: int, every: int, first: float
) -> None:
    block = picture(STYLE, np.zeros(shape, np.uint8), "input", side=side, bar=False)
    image = next(m for m in flatten(block.marks) if isinstance(m, Image))
    found = [m for m in flatten(block.marks) if isinstance(m, Text)]
    below = [m for m in found if m.anchor == "middle"]
    left = [m for m in found if m.anchor == "end"]
    assert [m.content for m in left] == [str(n) for n in range(0, shape[0], every)]
    assert [m.content for m in below] == [str(n) for n in range(0, shape[1], every)]
    assert below[0].x - image.x == first
    assert left[0].y == middle(first, SMALL)


@pytest.mark.parametrize(
    ("high", "said"), [(9, ["9", "0"]), (255, []), (123_456_789, ["1.24×10⁸", "0"])]
)
def test_greys_that_are_not_a_pictures_own_say_their_ends(high: int, said: list[str]) -> None:
    block = picture(STYLE, np.full((30, 30), high), "output", axes=False)
    found = [m.content for m in flatten(block.marks) if isinstance(m, Text)]
    assert found == said


def test_the_window_stands_where_the_step_reads() -> None:
    array = np.arange(3600).reshape(60, 60) % 251
    trace = run("conv", array, kernel=np.ones((3, 3), int), stride=3)
    scene = drawn(trace, 42)
    assert "rows 6 to 8, columns 3 to 5" in texts(scene)
    cells = [t.content for t in scene.texts() if t.cell is not None and "×" not in t.content]
    assert cells[9:] == [str(v) for v in array[6:9, 3:6].reshape(-1)]


@pytest.mark.parametrize("cell", [(0, 0), (124, 4), (60, 2)])
def test_the_outline_of_a_small_window_stays_on_the_picture(cell: tuple[int, int]) -> None:
    block = picture(STYLE, np.zeros((125, 5)), "input", window=(*cell, 1, 1), axes=False)
    shown = next(extent(m) for m in flatten(block.marks) if isinstance(m, Image))
    outline = next(m for m in flatten(block.marks) if isinstance(m, Rect) and m.now)
    assert shown.holds(extent(outline._replace(stroke=None)))


# --- what is no number, what no window reads, what is still to come --------------------------


@pytest.mark.parametrize("theme", THEMES)
def test_nan_and_infinity_are_marked_and_in_the_legend(theme: str) -> None:
    array = np.arange(900.0).reshape(30, 30) - 400
    array[3, 4] = array[20, 21] = np.nan
    array[10, 15] = np.inf
    scene = drawn(run("conv", array, kernel=np.ones((1, 1))), theme=theme)
    assert texts(scene).count("nan") == texts(scene).count("∞") == 2
    assert "−∞" not in texts(scene)
    image = next(m for m in scene.flat() if isinstance(m, Image) and min(m.pixels.shape[:2]) > 30)
    side = image.pixels.shape[0] // 30
    cells = image.pixels[: 30 * side, : 30 * side].reshape(30, side, 30, side, 3).swapaxes(1, 2)
    _, infinite, none = Style.of(Appearance(theme=theme)).theme.odd
    holds = {
        color: {
            (r, c)
            for r, c in np.ndindex(30, 30)
            if (cells[r, c] == tuple(bytes.fromhex(color[1:]))).all(-1).any()
        }
        for color in (infinite, none)
    }
    assert holds == {infinite: {(10, 15)}, none: {(3, 4), (20, 21)}}
    # In stripes: printed in grey a plain pixel would be some number's.
    marks = cells[[3, 10], [4, 15]].reshape(2, -1, 3)
    assert all(len(np.unique(mark, axis=0)) == 2 for mark in marks)


def hatches(block_or_scene: object) -> list[Rect]:
    marks = block_or_scene.marks  # type: ignore[attr-defined]
    return [m for m in flatten(marks) if isinstance(m, Rect) and m.hatch]


@settings(deadline=None, max_examples=40)
@given(st.data())
def test_every_cell_that_no_window_reads_is_hatched(data: st.DataObject) -> None:
    n = data.draw(st.integers(25, 60), "cells")
    kernel, stride, dilation = (data.draw(st.integers(1, 5), what) for what in "ksd")
    pool = data.draw(st.booleans(), "pool")
    x = np.arange(n * n).reshape(n, n)
    more: dict[str, Any] = {"stride": stride, "dilation": dilation}
    if pool:
        trace = run("pool", x, kernel=(kernel,), stride=(stride,), dilation=(dilation,))
    else:
        trace = run("conv", x, kernel=np.ones((kernel, kernel), int), **more)
    out = (n - dilation * (kernel - 1) - 1) // stride + 1
    read = {o * stride + t * dilation for o in range(out) for t in range(kernel)}
    scene = drawn(trace)
    image = next(m for m in scene.flat() if isinstance(m, Image))
    unit = image.width / n
    for horizontal in (True, False):
        found = set()
        for mark in hatches(scene):
            if (mark.width == image.width) is horizontal or mark.width == mark.height:
                start, length = (
                    (mark.y - image.y, mark.height)
                    if horizontal
                    else (mark.x - image.x, mark.width)
                )
                found |= set(range(round(start / unit), round((start + length) / unit)))
        assert found == set(range(n)) - read


@settings(deadline=None, max_examples=60)
@given(
    shape=st.tuples(st.integers(25, 300), st.integers(25, 60)),
    scale=st.floats(1e-9, 1e9),
    extreme=st.floats(1, 100),
    lift=st.sampled_from([0.0, 0.5, 3.0]),
    side=st.integers(40, 240),
    rng=generators,
)
def test_every_value_lies_inside_the_range_that_its_bar_says(
    shape: tuple[int, int],
    scale: float,
    extreme: float,
    lift: float,
    side: int,
    rng: np.random.Generator,
) -> None:
    array = rng.uniform(-1, 1, shape) + lift
    array[shape[0] // 2, 7] *= extreme
    array *= scale
    block = picture(STYLE, array, "output", side=side, axes=False)
    high, *_, low = (m.content for m in flatten(block.marks) if isinstance(m, Text))
    ends = [float(plain(text.lstrip("≥≤ "))) for text in (low, high)]
    assert high.startswith("≥") or array.max() <= ends[1] * (1 + 1e-12)
    assert low.startswith("≤") or array.min() >= ends[0] * (1 + 1e-12)
    # And the bar is no longer than what it holds, but for the rounding of three digits.
    assert ends[1] <= 1.01 * np.abs(array).max()


def test_a_step_of_a_long_picture_lies_inside_its_bar() -> None:
    x = np.zeros((20, 2000), np.uint8)
    x[0, 499] = 255  # step 500: 255×3 = 765 where every other sum is 0
    trace = run("conv", x, kernel=[[3]])
    assert trace.steps[499].value == 765
    assert "765" in texts(drawn(trace, 500))  # at the bar's end


def test_a_colour_picture_that_is_pooled_is_hatched_too() -> None:
    x = np.indices((3, 90, 90)).sum(0).astype(np.uint8)
    x[1] += 1
    scene = drawn(run("pool", x, kernel=(1,), stride=(3,)))
    assert len([m for m in scene.flat() if isinstance(m, Image)]) == 2
    # Rows 1 and 2, 4 and 5 … 88 and 89, columns alike, on dark and on light.
    assert len(hatches(scene)) == 2 * (30 + 30)
