"""What is painted of a mark, in whole pixels of the page: fills, masks and pictures.

Pillow does not antialias shapes, so edges that fall between pixels are drawn larger and
reduced to a mask that a colour is painted through.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from nnviz.figure import scene
from nnviz.formats.raster.strokes import Outline, Point, dashed, flattened, hatched
from nnviz.records import NamedTuple

if TYPE_CHECKING:
    from PIL import Image

FINER = 4
"""How much larger an edge is drawn before it is reduced."""

Box = tuple[int, int, int, int]
"""Left, top, right and bottom, in pixels."""


def hull(boxes: Iterable[Box]) -> Box:
    """The smallest box that holds them all."""
    left, top, right, bottom = zip(*boxes, strict=True)
    return min(left), min(top), max(right), max(bottom)


def moved(box: Box, x: int, y: int) -> Box:
    """A box so far to the right and down."""
    return box[0] + x, box[1] + y, box[2] + x, box[3] + y


class Filled(NamedTuple):
    """An upright rectangle whose edges lie between pixels."""

    box: Box
    color: str


class Masked(NamedTuple):
    """A colour painted through a mask as large as the box."""

    box: Box
    color: str
    mask: Image.Image


class Pasted(NamedTuple):
    """A picture as large as the box, which covers what was there."""

    box: Box
    image: Image.Image


PaintOp: TypeAlias = Filled | Masked | Pasted


class Canvas(NamedTuple):
    """The pixels that there are, and how many of them a unit is."""

    width: int
    height: int
    scale: float


def paint_ops(mark: scene.Shape | scene.Image, canvas: Canvas) -> Iterator[PaintOp]:
    """How a mark that is not a text is painted, the first first."""
    match mark:
        case scene.Image():
            yield _picture(mark, canvas.scale)
        case scene.Rect() if not mark.radius:
            if mark.fill:
                ends = mark.x + mark.width, mark.y + mark.height
                yield from _upright((mark.x, mark.y, *ends), mark.fill, canvas.scale)
            if mark.hatch:
                lines = hatched(mark, mark.hatch)
                yield from _stroked(lines, flattened(lines), mark.hatch.color, canvas)
            if mark.stroke:
                yield from _stroked(mark, flattened(mark), mark.stroke, canvas)
        case _:
            outlines = flattened(mark)
            if mark.fill:
                yield from _filled(outlines, mark.fill, canvas)
            if mark.stroke:
                yield from _stroked(mark, outlines, mark.stroke, canvas)


def _stroked(
    mark: scene.Shape, outlines: list[Outline], color: str, canvas: Canvas
) -> Iterator[PaintOp]:
    half = mark.line / 2
    for one in (each for each in outlines if each.upright):
        for (x0, y0), (x1, y1) in dashed(one, mark.dash, square=half if one.closed else 0):
            across, down = (0, half) if y0 == y1 else (half, 0)
            edges = (
                min(x0, x1) - across, min(y0, y1) - down,
                max(x0, x1) + across, max(y0, y1) + down,
            )  # fmt: skip
            yield from _upright(edges, color, canvas.scale)
    slanted = [each for each in outlines if not each.upright]
    if slanted:
        yield from _slanted(slanted, mark.line, mark.dash, color, canvas)


def _upright(edges: tuple[float, ...], color: str, scale: float) -> Iterator[PaintOp]:
    """An upright rectangle; edges between pixels are shared out by coverage."""
    exact = [edge * scale for edge in edges]
    left, top, right, bottom = (round(edge) for edge in exact)
    whole = (left, top, right, bottom)
    if any(abs(e - w) >= 1e-6 for e, w in zip(exact, whole, strict=True)):
        yield _coverage(exact, color)
    elif right > left and bottom > top:
        yield Filled(whole, color)


def _coverage(edges: Sequence[float], color: str) -> Masked:
    from PIL import Image, ImageChops

    x0, y0, x1, y1 = edges
    left, top, right, bottom = math.floor(x0), math.floor(y0), math.ceil(x1), math.ceil(y1)
    across = Image.new("L", (right - left, 1))
    across.putdata([_part(x0, x1, x) for x in range(left, right)])
    down = Image.new("L", (1, bottom - top))
    down.putdata([_part(y0, y1, y) for y in range(top, bottom)])
    size = (right - left, bottom - top)
    mask = ImageChops.multiply(across.resize(size), down.resize(size))
    return Masked((left, top, right, bottom), color, mask)


def _part(start: float, end: float, pixel: int) -> int:
    """How much of a pixel lies between `start` and `end`, of 255."""
    return round(255 * max(0.0, min(end, pixel + 1) - max(start, pixel)))


def _filled(outlines: list[Outline], color: str, canvas: Canvas) -> Iterator[Masked]:
    def fill(pen: Any, place: Callable[[Point], Point]) -> None:
        for one in outlines:
            if len(one.points) > 2:
                pen.polygon([place(p) for p in one.points], fill=255)

    return _masked(outlines, 1, color, canvas, fill)


def _slanted(
    outlines: list[Outline], line: float, dash: scene.Dash, color: str, canvas: Canvas
) -> Iterator[Masked]:
    width = max(1, round(line * canvas.scale * FINER))

    def stroke(pen: Any, place: Callable[[Point], Point]) -> None:
        for one in outlines:
            if dash:
                for start, end in dashed(one, dash):
                    pen.line([place(start), place(end)], 255, width)
            else:
                points = [*one.points, *(one.points[:1] if one.closed else ())]
                pen.line([place(p) for p in points], 255, width, joint="curve")

    return _masked(outlines, line, color, canvas, stroke)


def _masked(
    outlines: list[Outline], around: float, color: str, canvas: Canvas, work: Any
) -> Iterator[Masked]:
    """`work` drawn FINER times larger over the outlines' box, as far as it is on the page."""
    from PIL import Image, ImageDraw

    points = [point for one in outlines for point in one.points]
    if not points:
        return
    s = canvas.scale
    left = max(0, math.floor((min(x for x, _ in points) - around) * s))
    top = max(0, math.floor((min(y for _, y in points) - around) * s))
    right = min(canvas.width, math.ceil((max(x for x, _ in points) + around) * s) + 1)
    bottom = min(canvas.height, math.ceil((max(y for _, y in points) + around) * s) + 1)
    if right <= left or bottom <= top:
        return
    mask = Image.new("L", ((right - left) * FINER, (bottom - top) * FINER))

    def place(point: Point) -> Point:
        # Half a fine pixel: Pillow's coordinates are the centres of pixels.
        x, y = point
        return (x * s - left) * FINER - 0.5, (y * s - top) * FINER - 0.5

    work(ImageDraw.Draw(mask), place)
    yield Masked((left, top, right, bottom), color, mask.reduce(FINER))


def _picture(mark: scene.Image, scale: float) -> Pasted:
    from PIL import Image

    left, top = round(mark.x * scale), round(mark.y * scale)
    size = (
        max(1, round((mark.x + mark.width) * scale) - left),
        max(1, round((mark.y + mark.height) * scale) - top),
    )
    pixels = Image.fromarray(mark.pixels)
    enlarged = size[0] >= pixels.width and size[1] >= pixels.height
    way = Image.Resampling.NEAREST if enlarged and mark.crisp else Image.Resampling.BOX
    return Pasted((left, top, left + size[0], top + size[1]), pixels.resize(size, way))
