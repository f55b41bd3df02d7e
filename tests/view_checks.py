"""What every figure must keep to, whatever is drawn: measured on its Scene."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from drawing import assert_layout
from nnviz import figure
from nnviz.figure.scene import Box, Image, Path, Rect, Scene, Text, extent
from nnviz.request import Appearance
from nnviz.trace import Trace


def drawn(trace: Trace, *steps: int, **appearance: Any) -> Scene:
    """The figure of a trace, checked."""
    scene = figure.draw(trace, Appearance(**appearance), steps)
    assert_tidy(scene)
    return scene


def words(scene: Scene) -> list[str]:
    """What is written in a figure, text by text."""
    found = [text.content for text in scene.texts()]
    assert found
    return found


def assert_tidy(scene: Scene) -> None:
    """The rules of the page; and no mark leaves it, no line runs through a text, a grid of 4."""
    assert_layout(scene)
    page = Box(0, 0, scene.width, scene.height)
    for mark in scene.flat():
        if not isinstance(mark, Path) or mark.commands:
            assert page.holds(extent(mark)), mark
    _assert_on_grid(scene)
    _assert_uncrossed(scene)


def _assert_on_grid(scene: Scene) -> None:
    """Rectangles stand on the grid; a picture, and a window on it, is where its pixels are."""
    pictures = [extent(mark) for mark in scene.flat() if isinstance(mark, Image)]
    for mark in scene.flat():
        if not isinstance(mark, Rect):
            continue
        box = Box(mark.x, mark.y, mark.width, mark.height)
        if box not in pictures and any(picture.holds(box) for picture in pictures):
            continue
        lengths = (box.x, box.y) if box in pictures else (box.x, box.y, box.width, box.height)
        for length in lengths:
            assert abs(length - 4 * round(length / 4)) < 1e-6, mark


def _assert_uncrossed(scene: Scene) -> None:
    """No line runs through a text."""
    texts = [(_shrunk(text), text.content) for text in scene.texts() if text.content.strip()]
    for mark in scene.flat():
        if isinstance(mark, Path) and mark.stroke:
            for start, end in _segments(mark):
                for box, content in texts:
                    assert not _crosses(box, start, end), (content, start, end)


def _shrunk(text: Text) -> Box:
    box = extent(text)
    return Box(box.x + 1, box.y + 2, max(0, box.width - 2), box.height - 4)


Point = tuple[float, float]


def _segments(path: Path) -> list[tuple[Point, Point]]:
    found: list[tuple[Point, Point]] = []
    at: Point = (0, 0)
    for letter, points in path.commands:
        if not points:
            continue
        end = (points[-2], points[-1])
        if letter != "M":
            found.append((at, end))
        at = end
    return found


def _crosses(box: Box, start: Point, end: Point) -> bool:
    level = start[0] == end[0] or start[1] == end[1]
    steps = 1 if level else 32
    places = [
        (start[0] + (end[0] - start[0]) * i / steps, start[1] + (end[1] - start[1]) * i / steps)
        for i in range(steps + 1)
    ]
    return any(
        min(a[0], b[0]) < box.right
        and max(a[0], b[0]) > box.x
        and min(a[1], b[1]) < box.bottom
        and max(a[1], b[1]) > box.y
        for a, b in pairwise(places)
    )
