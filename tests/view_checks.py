"""What every figure must keep to, whatever is drawn: measured on its Scene."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from drawing import assert_layout
from nnviz import figure
from nnviz.figure.layout.style import BODY, PAGE
from nnviz.figure.scene import Box, Ellipse, Image, Mark, Path, Rect, Scene, Text, extent
from nnviz.figure.theme import contrast
from nnviz.request import Appearance
from nnviz.trace import Trace

Point = tuple[float, float]
Line = tuple[Point, Point]
_REACH = 64
"""How far before an arrow's tip there has to be what it points at."""


def drawn(trace: Trace, *steps: int, **appearance: Any) -> Scene:
    """The figure of a trace, checked."""
    scene = figure.draw(trace, Appearance(**appearance), steps)
    assert_tidy(scene, appearance.get("width", PAGE))
    return scene


def words(scene: Scene) -> list[str]:
    """What is written in a figure, text by text."""
    found = [text.content for text in scene.texts()]
    assert found
    return found


def assert_tidy(scene: Scene, width: int = PAGE) -> None:
    """The rules of the page; and no mark leaves it, no line runs through a text, a grid of 4."""
    assert_layout(scene, width)
    _assert_on_grid(list(scene.flat()))
    assert_sound(scene)


def assert_sound(scene: Scene) -> None:
    """What holds of a figure at any magnification too."""
    marks = list(scene.flat())
    page = Box(0, 0, scene.width, scene.height)
    for mark in marks:
        if not isinstance(mark, Path) or mark.commands:
            assert np.isfinite(extent(mark)).all(), mark
            assert page.holds(extent(mark)), mark
    _assert_uncrossed(marks)
    _assert_read(marks, scene.page or "#ffffff")
    _assert_pointed(marks)
    _assert_named(scene)


def _assert_on_grid(marks: Sequence[Mark]) -> None:
    """Rectangles stand on the grid; a picture, and a window on it, is where its pixels are."""
    pictures = [extent(mark) for mark in marks if isinstance(mark, Image)]
    for mark in marks:
        if not isinstance(mark, Rect):
            continue
        box = Box(mark.x, mark.y, mark.width, mark.height)
        if box not in pictures and any(picture.holds(box) for picture in pictures):
            continue
        lengths = (box.x, box.y) if box in pictures else (box.x, box.y, box.width, box.height)
        for length in lengths:
            assert abs(length - 4 * round(length / 4)) < 1e-6, mark


def _assert_uncrossed(marks: Sequence[Mark]) -> None:
    """No line runs through a text."""
    texts = [mark for mark in marks if isinstance(mark, Text) and mark.content.strip()]
    boxes = [_shrunk(text) for text in texts]
    drawn = [mark for mark in marks if isinstance(mark, Path) and mark.stroke]
    lines = [line for path in drawn for line in _segments(path)]
    for line, text in _near(lines, boxes):
        assert not _crosses(boxes[text], *lines[line]), (texts[text].content, *lines[line])


def _near(lines: Sequence[Line], boxes: Sequence[Box]) -> list[tuple[int, int]]:
    """Which lines come into the neighbourhood of which boxes; the others cannot cross.

    Found for all at once: a figure has thousands of pairs, and next to none of them meet.
    """
    ends = np.array(lines, float).reshape(-1, 1, 2, 2)
    low, high = ends.min(2), ends.max(2)
    start = np.array([(box.x, box.y) for box in boxes], float).reshape(1, -1, 2)
    end = np.array([(box.right, box.bottom) for box in boxes], float).reshape(1, -1, 2)
    found = np.argwhere(((low < end) & (high > start)).all(2))
    return [(int(line), int(box)) for line, box in found]


def _shrunk(text: Text) -> Box:
    box = extent(text)
    return Box(box.x + 1, box.y + 2, max(0, box.width - 2), box.height - 4)


def _segments(path: Path) -> list[Line]:
    found: list[Line] = []
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
    """Whether a line comes inside a box (Liang and Barsky, 1984)."""
    first, last = 0.0, 1.0
    for at, to, low, high in zip(start, end, (box.x, box.y), (box.right, box.bottom), strict=True):
        if at == to:
            if not low < at < high:
                return False
            continue
        enters, leaves = sorted(((low - at) / (to - at), (high - at) / (to - at)))
        first, last = max(first, enters), min(last, leaves)
    return first < last


# --- what is drawn can be read, and points at something ------------------------------


def _assert_read(marks: Sequence[Mark], page: str) -> None:
    """Nothing is painted over a text, and it stands out from what it is painted on."""
    painted: list[tuple[int, Box, str]] = [
        (i, extent(mark), "" if isinstance(mark, Image) else mark.fill or "")
        for i, mark in enumerate(marks)
        if isinstance(mark, Image) or (isinstance(mark, Rect | Ellipse) and mark.fill)
    ]
    for i, text in enumerate(marks):
        if not isinstance(text, Text) or not text.content.strip():
            continue
        box = _shrunk(text)
        near = [(at, fill) for at, other, fill in painted if other.overlaps(box)]
        assert not [at for at, _ in near if at > i], f"{text.content!r} is painted over"
        middle = Box(box.x + box.width / 2, box.y + box.height / 2, 0, 0)
        fills = [fill for at, other, fill in painted if at < i and other.holds(middle)]
        ground = fills[-1] if fills else page  # none is a picture's
        for span in text.spans if ground else ():
            found = contrast(span.fill, ground)
            assert found >= (3 if text.size > BODY else 4.5), (text.content, span.fill, ground)


def _assert_pointed(marks: Sequence[Mark]) -> None:
    """Before the tip of each arrow there is something."""
    things = [extent(mark) for mark in marks if isinstance(mark, Rect | Ellipse | Text | Image)]
    for mark in marks:
        if isinstance(mark, Path) and mark.fill and [c for c, _ in mark.commands] == [*"MLLZ"]:
            (x, y), *back = (points for _, points in mark.commands[:3])
            dx, dy = (x - sum(p[0] for p in back) / 2, y - sum(p[1] for p in back) / 2)
            far = _REACH / max(abs(dx), abs(dy))
            ahead = extent(Path((("M", (x, y)), ("L", (x + far * dx, y + far * dy)))))
            wide = Box(ahead.x - 12, ahead.y - 12, ahead.width + 24, ahead.height + 24)
            assert any(wide.overlaps(thing) for thing in things), f"nothing at ({x}, {y})"


def _assert_named(scene: Scene) -> None:
    """Whoever cannot see it is told which array its numbers are of."""
    if any(text.cell for text in scene.texts()):
        assert any(isinstance(part, str) for part in scene.parts()), "no array has a name"
