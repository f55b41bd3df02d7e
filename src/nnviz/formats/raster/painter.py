"""Figures painted with Pillow: one, or one after the other, where only what differs is painted."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, TypeAlias

from nnviz.errors import NnvizError
from nnviz.figure import scene
from nnviz.formats.raster.letters import Letters
from nnviz.formats.raster.paint_ops import (
    Box,
    Canvas,
    Filled,
    Masked,
    PaintOp,
    hull,
    paint_ops,
)
from nnviz.records import NamedTuple

if TYPE_CHECKING:
    from PIL import Image

SCALE = 2.0
MOST_PIXELS = 100_000_000
NEAR = 48
"""Pixels between two parts that are painted as one."""

PaintPlan: TypeAlias = list[tuple[scene.Leaf, Sequence[PaintOp]]]
"""Every mark of a figure with what is painted of it."""


class Repainted(NamedTuple):
    """A part of the page, and what it was like before."""

    box: Box
    before: Image.Image


class Painted(NamedTuple):
    """A figure, and the parts outside of which it is as the one before; None for the first."""

    image: Image.Image
    parts: Sequence[Repainted] | None


def paint(drawn: scene.Scene, scale: float = SCALE) -> Image.Image:
    """A Scene as a Pillow image; RGBA where the scene has no page, else RGB."""
    painter = _Painter(drawn, scale)
    return painter.part((mark, painter.paint_ops(mark)) for mark in drawn.flat())


def painted(scenes: Sequence[scene.Scene], scale: float = SCALE) -> Iterator[Painted]:
    """Figures of one size and page, each as `paint` gives it, all on the same picture.

    It is painted over when the next figure is asked for.
    """
    painter = _Painter(scenes[0], scale)
    image: Image.Image | None = None
    plan: PaintPlan = []
    for drawn in scenes:
        known = dict(plan)
        now = [(mark, known.get(mark) or list(painter.paint_ops(mark))) for mark in drawn.flat()]
        if image is None:
            image = painter.part(now)
            yield Painted(image, None)
        else:
            whole = (0, 0, *image.size)
            parts = [Repainted(box, image.crop(box)) for box in _changed(plan, now, whole)]
            for box, _ in parts:
                image.paste(painter.part(now, box), box[:2])
            yield Painted(image, parts)
        plan = now


class _Painter:
    """Paints on pages of one size and colour; each text once, however often it stands there."""

    def __init__(self, drawn: scene.Scene, scale: float) -> None:
        width, height = math.ceil(drawn.width * scale), math.ceil(drawn.height * scale)
        if width * height > MOST_PIXELS:
            raise NnvizError(
                "the picture would have {width}×{height} pixels: more than 100 megapixels",
                width=width,
                height=height,
                hint="use a smaller --scale, or fewer --steps",
            )
        self.canvas = Canvas(width, height, scale)
        self._color = drawn.page
        self._letters = Letters(drawn.fonts, scale)

    def paint_ops(self, mark: scene.Leaf) -> Iterable[PaintOp]:
        """What is painted of a mark."""
        if isinstance(mark, scene.Text):
            return self._letters.paint_ops(mark)
        return paint_ops(mark, self.canvas)

    def part(
        self, plan: Iterable[tuple[scene.Leaf, Iterable[PaintOp]]], box: Box | None = None
    ) -> Image.Image:
        """A part of the page, or all of it."""
        from PIL import Image, ImageDraw

        left, top, right, bottom = box or (0, 0, self.canvas.width, self.canvas.height)
        mode, color = ("RGB", self._color) if self._color else ("RGBA", (255, 255, 255, 0))
        image = Image.new(mode, (right - left, bottom - top), color)
        pen = ImageDraw.Draw(image)
        for op in (op for _, some in plan for op in some):
            x, y, right, bottom = op.box
            if box is not None and not _meet(op.box, box):
                continue
            if isinstance(op, Filled):
                pen.rectangle((x - left, y - top, right - left - 1, bottom - top - 1), op.color)
            elif isinstance(op, Masked):
                image.paste(op.color, (x - left, y - top), op.mask)
            else:
                image.paste(op.image, (x - left, y - top))
        return image


def _changed(before: PaintPlan, after: PaintPlan, whole: Box) -> list[Box]:
    """Boxes apart from each other that hold every mark which is only in one of two figures."""
    old, new = {mark for mark, _ in before}, {mark for mark, _ in after}
    if [m for m, _ in before if m in new] != [m for m, _ in after if m in old]:
        return [whole]  # what stays is in another order
    found = [some for mark, some in before if mark not in new]
    found += [some for mark, some in after if mark not in old]
    boxes = (_within(op.box, whole) for some in found for op in some)
    return _apart(box for box in boxes if box[0] < box[2] and box[1] < box[3])


def _apart(boxes: Iterable[Box]) -> list[Box]:
    """Boxes that are near each other as one."""
    found: list[Box] = []
    for box in boxes:
        one = box
        while (other := next((o for o in found if _meet(o, one, NEAR)), None)) is not None:
            found.remove(other)
            one = hull((one, other))
        found.append(one)
    return found


def _meet(one: Box, other: Box, slack: int = 0) -> bool:
    return (
        one[0] < other[2] + slack
        and other[0] < one[2] + slack
        and one[1] < other[3] + slack
        and other[1] < one[3] + slack
    )


def _within(box: Box, whole: Box) -> Box:
    """The part of a box that lies on the whole; from right to left where there is none."""
    left, top, right, bottom = box
    return max(left, whole[0]), max(top, whole[1]), min(right, whole[2]), min(bottom, whole[3])
