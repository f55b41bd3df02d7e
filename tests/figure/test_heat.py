"""Pictures of large arrays: levels, reduction, axes and the colour bar."""

from __future__ import annotations

import numpy as np
import pytest

from drawing import drawn, texts
from helpers import run
from nnviz.figure.heat import Levels, colored, drawn_size, levels, picture, pixels
from nnviz.figure.kit import Style
from nnviz.figure.look import Look
from nnviz.figure.scene import Image, Text, flatten

STYLE = Style.of(Look())
RAMP = np.arange(256).reshape(16, 16)

LEVELS = {
    "0..255": (RAMP, Levels("grey", 0, 255)),
    "16 bits": (RAMP * 257, Levels("grey", 0, 65535)),
    "0..1": (RAMP / 255, Levels("grey", 0, 1.0)),
    "floats above 1": (RAMP / 10, Levels("grey", 0, 25.5)),
    "signed": (RAMP - 100, Levels("signed", -155, 155)),
    "nothing but zero": (RAMP * 0, Levels("grey", 0, 255)),
}


@pytest.mark.parametrize("name", LEVELS)
def test_levels(name: str) -> None:
    array, expected = LEVELS[name]
    assert levels(array) == expected


def test_a_few_extremes_do_not_pale_a_signed_map() -> None:
    array = np.tile([-10, 10], (100, 50))
    array[0, 0] = 100_000
    assert levels(array) == Levels("signed", -10, 10, clipped=True)


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


def test_only_the_pixels_drawn_are_kept() -> None:
    array = np.zeros((2000, 1000), np.uint8)
    array[:, 500:] = 255
    made = pixels(STYLE, array, (120, 240), Levels("grey", 0, 255))
    assert made.shape == (480, 240)
    assert made.dtype == np.uint8
    assert (made[:, 0] == 0).all()
    assert (made[:, -1] == 255).all()


def test_zero_is_the_middle_of_a_signed_map() -> None:
    made = pixels(STYLE, np.array([[-2.0, 0.0, 2.0]]), (30, 10), Levels("signed", -2, 2))
    hexes = ["#" + bytes(p).hex() for p in made[0]]
    assert hexes == [STYLE.theme.low, STYLE.theme.middle, STYLE.theme.high]


def test_colour_pictures_are_drawn_in_colour() -> None:
    array = np.zeros((3, 30, 40), np.uint8)
    array[0] = 200
    assert colored(array)
    assert not colored(array - 1.0)
    scene = drawn(run("conv", array, kernel=np.ones((3, 3), int)))
    image = next(mark for mark in scene.flat() if isinstance(mark, Image))
    assert image.pixels[0, 0].tolist() == [200, 0, 0]


def test_a_signed_map_has_its_bar_and_axes_are_in_pixels() -> None:
    block = picture(STYLE, np.linspace(-3, 3, 900).reshape(30, 30), "output")
    found = [m.content for m in flatten(block.marks) if isinstance(m, Text)]
    assert {"0", "10", "20", "3", "−3"} <= set(found)


def test_the_window_stands_where_the_step_reads() -> None:
    array = np.arange(3600).reshape(60, 60) % 251
    trace = run("conv", array, kernel=np.ones((3, 3), int), stride=3)
    scene = drawn(trace, 42)
    assert "rows 6 to 8, columns 3 to 5" in texts(scene)
    cells = [t.content for t in scene.texts() if t.cell is not None and "×" not in t.content]
    assert cells[9:] == [str(v) for v in array[6:9, 3:6].reshape(-1)]
