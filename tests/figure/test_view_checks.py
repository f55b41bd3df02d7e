"""The checks that every figure goes through find what they are for."""

from __future__ import annotations

import numpy as np
import pytest

from nnviz.figure.scene import Image, Mark, Path, Rect, Scene, Span, Text
from nnviz.figure.typeface import Fonts
from view_checks import assert_tidy

PICTURE = Image(100, 72, 16, 16, np.zeros((4, 4), np.uint8))
WORD = Text(40, 60, (Span("word", "#000000", 40),), 15)


def scene(*marks: Mark) -> Scene:
    return Scene(200, 100, (WORD, *marks), "A title", "What it shows.", Fonts())


def line(*points: tuple[float, float]) -> Path:
    first, *others = points
    return Path((("M", first), *(("L", point) for point in others)), stroke="#000000")


TIDY: list[tuple[str, Mark]] = [
    ("a line under a text", line((20, 80), (180, 80))),
    ("a slanting line past a text", line((20, 56), (60, 24))),
    ("a shape without an outline", line((20, 56), (180, 56))._replace(stroke=None)),
    ("a rectangle on the grid", Rect(40, 80, 24, 8)),
    ("a window on a picture", Rect(101, 73, 3, 3)),
]
FAULTS: list[tuple[str, Mark]] = [
    ("a line through a text", line((20, 56), (180, 56))),
    ("a line through it further on", line((20, 20), (20, 56), (180, 56))),
    ("a slanting line through it", line((20, 80), (120, 24))),
    ("a mark off the page", Rect(180, 80, 40, 8)),
    ("a rectangle off the grid", Rect(41, 80, 24, 8)),
    ("a text over a text", WORD._replace(x=60)),
]


@pytest.mark.parametrize("mark", [mark for _, mark in TIDY], ids=[name for name, _ in TIDY])
def test_what_is_tidy_passes(mark: Mark) -> None:
    assert_tidy(scene(PICTURE, mark))


@pytest.mark.parametrize("mark", [mark for _, mark in FAULTS], ids=[name for name, _ in FAULTS])
def test_a_fault_is_found(mark: Mark) -> None:
    with pytest.raises(AssertionError):
        assert_tidy(scene(PICTURE, mark))
