"""What is painted of a mark, in whole pixels of the page: blocks, stamps and pictures.

Pillow does not antialias shapes, so edges that fall between pixels are drawn larger and
reduced to a mask that a colour is painted through.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from nnviz.figure import scene
from nnviz.formats.raster.strokes import Outline, Point, dashed, flattened

if TYPE_CHECKING:
    from PIL import Image

FINER = 4
"""How much larger an edge is drawn before it is reduced."""

Box = tuple[int, int, int, int]
"""Left, top, right and bottom, in pixels."""


class Block(NamedTuple):
    """An upright rectangle whose edges lie between pixels."""

    box: Box
    color: str


class PaintOp(NamedTuple):
    """A colour painted through a mask as large as the box."""

    box: Box
    color: str
    mask: Image.Image


class Picture(NamedTuple):
    """A picture as large as the box, which covers what was there."""

    box: Box
    image: Image.Image


Touch: TypeAlias = Block | PaintOp | Picture


class Page(NamedTuple):
    """The pixels that there are, and how many of them a unit is."""

    width: int
    height: int
    scale: float


Shape: TypeAlias = scene.Rect | scene.Ellipse | scene.Path | scene.Image


def touches(mark: Shape, page: Page) -> Iterator[Touch]:
    """The touches of a mark that is not a text, the first first."""
    match mark:
        case scene.Image():
            yield _picture(mark, page.scale)
        case scene.Rect() if not mark.radius:
            if mark.fill:
                ends = mark.x + mark.width, mark.y + mark.height
                yield from _block((mark.x, mark.y, *ends), mark.fill, page.scale)
            if mark.hatch:
                yield _hatched(mark, mark.hatch, page.scale)
            if mark.stroke:
                yield from _lines(mark, flattened(mark), mark.stroke, page)
        case _:
            outlines = flattened(mark)
            if mark.fill:
                yield from _filled(outlines, mark.fill, page)
            if mark.stroke:
                yield from _lines(mark, outlines, mark.stroke, page)


def _lines(
    mark: scene.Rect | scene.Ellipse | scene.Path, outlines: list[Outline], color: str, page: Page
) -> Iterator[Touch]:
    half = mark.line / 2
    for one in (each for each in outlines if each.upright):
        for (x0, y0), (x1, y1) in dashed(one, mark.dash, square=half if one.closed else 0):
            across, down = (0, half) if y0 == y1 else (half, 0)
            edges = (
                min(x0, x1) - across, min(y0, y1) - down,
                max(x0, x1) + across, max(y0, y1) + down,
            )  # fmt: skip
            yield from _block(edges, color, page.scale)
    slanted = [each for each in outlines if not each.upright]
    if slanted:
        yield from _slanted(slanted, mark.line, mark.dash, color, page)


def _block(edges: tuple[float, ...], color: str, scale: float) -> Iterator[Touch]:
    """An upright rectangle; edges between pixels are shared out by coverage."""
    exact = [edge * scale for edge in edges]
    left, top, right, bottom = (round(edge) for edge in exact)
    whole = (left, top, right, bottom)
    if any(abs(e - w) >= 1e-6 for e, w in zip(exact, whole, strict=True)):
        yield _coverage(exact, color)
    elif right > left and bottom > top:
        yield Block(whole, color)


def _coverage(edges: Sequence[float], color: str) -> PaintOp:
    from PIL import Image, ImageChops

    x0, y0, x1, y1 = edges
    left, top, right, bottom = math.floor(x0), math.floor(y0), math.ceil(x1), math.ceil(y1)
    across = Image.new("L", (right - left, 1))
    across.putdata([_part(x0, x1, x) for x in range(left, right)])
    down = Image.new("L", (1, bottom - top))
    down.putdata([_part(y0, y1, y) for y in range(top, bottom)])
    size = (right - left, bottom - top)
    mask = ImageChops.multiply(across.resize(size), down.resize(size))
    return PaintOp((left, top, right, bottom), color, mask)


def _part(start: float, end: float, pixel: int) -> int:
    """How much of a pixel lies between `start` and `end`, of 255."""
    return round(255 * max(0.0, min(end, pixel + 1) - max(start, pixel)))


def _filled(outlines: list[Outline], color: str, page: Page) -> Iterator[PaintOp]:
    def fill(pen: Any, place: Callable[[Point], Point]) -> None:
        for one in outlines:
            if len(one.points) > 2:
                pen.polygon([place(p) for p in one.points], fill=255)

    return _masked(outlines, 1, color, page, fill)


def _slanted(
    outlines: list[Outline], line: float, dash: scene.Dash, color: str, page: Page
) -> Iterator[PaintOp]:
    width = max(1, round(line * page.scale * FINER))

    def stroke(pen: Any, place: Callable[[Point], Point]) -> None:
        for one in outlines:
            if dash:
                for start, end in dashed(one, dash):
                    pen.line([place(start), place(end)], 255, width)
            else:
                points = [*one.points, *(one.points[:1] if one.closed else ())]
                pen.line([place(p) for p in points], 255, width, joint="curve")

    return _masked(outlines, line, color, page, stroke)


def _masked(
    outlines: list[Outline], around: float, color: str, page: Page, work: Any
) -> Iterator[PaintOp]:
    """`work` drawn FINER times larger over the outlines' box, as far as it is on the page."""
    from PIL import Image, ImageDraw

    points = [point for one in outlines for point in one.points]
    if not points:
        return
    s = page.scale
    left = max(0, math.floor((min(x for x, _ in points) - around) * s))
    top = max(0, math.floor((min(y for _, y in points) - around) * s))
    right = min(page.width, math.ceil((max(x for x, _ in points) + around) * s) + 1)
    bottom = min(page.height, math.ceil((max(y for _, y in points) + around) * s) + 1)
    if right <= left or bottom <= top:
        return
    mask = Image.new("L", ((right - left) * FINER, (bottom - top) * FINER))

    def place(point: Point) -> Point:
        # Half a fine pixel: Pillow's coordinates are the centres of pixels.
        x, y = point
        return (x * s - left) * FINER - 0.5, (y * s - top) * FINER - 0.5

    work(ImageDraw.Draw(mask), place)
    yield PaintOp((left, top, right, bottom), color, mask.reduce(FINER))


def _hatched(mark: scene.Rect, hatch: scene.Hatch, scale: float) -> PaintOp:
    """Slanted lines at the places where an SVG pattern of this gap has them."""
    from PIL import Image, ImageDraw

    s = scale * FINER
    left, top = round(mark.x * scale), round(mark.y * scale)
    size = round(mark.width * scale), round(mark.height * scale)
    mask = Image.new("L", (size[0] * FINER, size[1] * FINER))
    pen = ImageDraw.Draw(mask)
    step = hatch.gap * math.sqrt(2)
    sign = 1 if hatch.up else -1
    # Lines x·sign + y = offset, through the middle of each strip of the pattern.
    ends = [
        sign * x + y for x in (mark.x, mark.x + mark.width) for y in (mark.y, mark.y + mark.height)
    ]
    first = math.floor(min(ends) / step - 1)
    for n in range(first, math.ceil(max(ends) / step) + 1):
        offset = (n + 0.5) * step
        x0, x1 = mark.x - 1, mark.x + mark.width + 1
        line = [((x - mark.x) * s, (offset - sign * x - mark.y) * s) for x in (x0, x1)]
        pen.line(line, 255, max(1, round(hatch.width * s)))
    return PaintOp((left, top, left + size[0], top + size[1]), hatch.color, mask.reduce(FINER))


def _picture(mark: scene.Image, scale: float) -> Picture:
    from PIL import Image

    left, top = round(mark.x * scale), round(mark.y * scale)
    size = (
        max(1, round((mark.x + mark.width) * scale) - left),
        max(1, round((mark.y + mark.height) * scale) - top),
    )
    pixels = Image.fromarray(mark.pixels)
    enlarged = size[0] >= pixels.width and size[1] >= pixels.height
    way = Image.Resampling.NEAREST if enlarged and mark.crisp else Image.Resampling.BOX
    return Picture((left, top, left + size[0], top + size[1]), pixels.resize(size, way))
