"""PNG: a Scene painted with Pillow.

Pillow does not antialias shapes, so edges that fall between pixels are drawn larger and
reduced; text is drawn at its final size, glyph by glyph where the Scene measured it
(`_letters.py`).
"""

from __future__ import annotations

import math
from io import BytesIO
from typing import TYPE_CHECKING, Any

from nnviz.errors import NnvizError
from nnviz.figure import scene
from nnviz.formats import Format, Request
from nnviz.formats._figure import drawn as figure_of
from nnviz.formats._figure import notes
from nnviz.formats._letters import Letters
from nnviz.formats._strokes import Outline, dashed, flattened
from nnviz.trace import Trace

if TYPE_CHECKING:
    from PIL import Image

SCALE = 2.0
MOST_PIXELS = 100_000_000
FINER = 4
"""How much larger an edge is drawn before it is reduced."""


def write(trace: Trace, request: Request) -> bytes:
    """The figure of a trace as a PNG file, with its description as text in it."""
    from PIL.PngImagePlugin import PngInfo

    drawn = figure_of(trace, request)
    info = PngInfo()
    info.add_itxt("Title", drawn.title)
    info.add_itxt("Description", drawn.desc)
    stream = BytesIO()
    scale = request.look.scale or SCALE
    paint(drawn, scale).save(stream, "PNG", pnginfo=info, compress_level=4, dpi=(96 * scale,) * 2)
    return stream.getvalue()


def paint(drawn: scene.Scene, scale: float = SCALE, letters: Letters | None = None) -> Image.Image:
    """A Scene as a Pillow image; RGBA where the scene has no page, else RGB.

    `letters` are those of the film that the scene is a frame of.
    """
    from PIL import Image

    width, height = math.ceil(drawn.width * scale), math.ceil(drawn.height * scale)
    if width * height > MOST_PIXELS:
        raise NnvizError(
            "the picture would have {width}×{height} pixels: more than 100 megapixels",
            width=width,
            height=height,
            hint="use a smaller --scale, or fewer --steps",
        )
    if drawn.page:
        image = Image.new("RGB", (width, height), drawn.page)
    else:
        image = Image.new("RGBA", (width, height), (255, 255, 255, 0))
    painter = _Painter(image, scale, letters or Letters(drawn.fonts, scale))
    for mark in drawn.flat():
        painter.mark(mark)
    return image


class _Painter:
    def __init__(self, image: Image.Image, scale: float, letters: Letters) -> None:
        from PIL import ImageDraw

        self.image = image
        self.scale = scale
        self.letters = letters
        self.draw = ImageDraw.Draw(image)

    def mark(self, mark: object) -> None:
        match mark:
            case scene.Rect():
                self._rect(mark)
            case scene.Ellipse() | scene.Path():
                self._shape(mark, flattened(mark), line=mark.line)
            case scene.Image():
                self._picture(mark)
            case scene.Text():
                for color, corner, mask in self.letters.stamps(mark):
                    self.image.paste(color, corner, mask)

    # --- shapes ---

    def _rect(self, mark: scene.Rect) -> None:
        if mark.radius:
            self._shape(mark, flattened(mark), line=mark.line)
            return
        if mark.fill:
            self._block(mark.x, mark.y, mark.x + mark.width, mark.y + mark.height, mark.fill)
        if mark.hatch:
            self._hatch(mark, mark.hatch)
        if mark.stroke:
            self._lines(flattened(mark), mark.stroke, mark.line, mark.dash)

    def _shape(self, mark: Any, outlines: list[Outline], line: float) -> None:
        if mark.fill:
            self._polygons([o.points for o in outlines], mark.fill)
        if mark.stroke:
            self._lines(outlines, mark.stroke, line, mark.dash)

    def _lines(
        self, outlines: list[Outline], color: str, line: float, dash: tuple[float, ...]
    ) -> None:
        slanted = []
        half = line / 2
        for one in outlines:
            if not one.upright:
                slanted.append(one)
                continue
            for (x0, y0), (x1, y1) in dashed(one, dash, square=half if one.closed else 0):
                across, down = (0, half) if y0 == y1 else (half, 0)
                self._block(
                    min(x0, x1) - across, min(y0, y1) - down,
                    max(x0, x1) + across, max(y0, y1) + down, color,
                )  # fmt: skip
        if slanted:
            self._slanted(slanted, color, line, dash)

    def _block(self, x0: float, y0: float, x1: float, y1: float, color: str) -> None:
        """An upright rectangle; edges between pixels are shared out by coverage."""
        s = self.scale
        edges = [x0 * s, y0 * s, x1 * s, y1 * s]
        whole = [round(e) for e in edges]
        if all(abs(e - w) < 1e-6 for e, w in zip(edges, whole, strict=True)):
            if whole[2] > whole[0] and whole[3] > whole[1]:
                self.draw.rectangle((whole[0], whole[1], whole[2] - 1, whole[3] - 1), color)
            return
        self._coverage((edges[0], edges[1], edges[2], edges[3]), color)

    def _coverage(self, edges: tuple[float, float, float, float], color: str) -> None:
        from PIL import Image, ImageChops

        x0, y0, x1, y1 = edges
        left, top, right, bottom = math.floor(x0), math.floor(y0), math.ceil(x1), math.ceil(y1)
        across = Image.new("L", (right - left, 1))
        across.putdata([_part(x0, x1, x) for x in range(left, right)])
        down = Image.new("L", (1, bottom - top))
        down.putdata([_part(y0, y1, y) for y in range(top, bottom)])
        size = (right - left, bottom - top)
        mask = ImageChops.multiply(across.resize(size), down.resize(size))
        self.image.paste(color, (left, top), mask)

    def _polygons(self, polygons: list[list[tuple[float, float]]], color: str) -> None:
        def fill(pen: Any, place: Any) -> None:
            for points in polygons:
                if len(points) > 2:
                    pen.polygon([place(p) for p in points], fill=255)

        self._masked([p for points in polygons for p in points], 1, color, fill)

    def _slanted(
        self, outlines: list[Outline], color: str, line: float, dash: tuple[float, ...]
    ) -> None:
        def stroke(pen: Any, place: Any) -> None:
            width = max(1, round(line * self.scale * FINER))
            for one in outlines:
                if dash:
                    for start, end in dashed(one, dash):
                        pen.line([place(start), place(end)], 255, width)
                else:
                    points = [*one.points, *(one.points[:1] if one.closed else ())]
                    pen.line([place(p) for p in points], 255, width, joint="curve")

        self._masked([p for one in outlines for p in one.points], line, color, stroke)

    def _masked(
        self, points: list[tuple[float, float]], around: float, color: str, work: Any
    ) -> None:
        """Draw `work` FINER times larger over the points' box, reduce it, and paint through it."""
        from PIL import Image, ImageDraw

        if not points:
            return
        s = self.scale
        left = max(0, math.floor((min(x for x, _ in points) - around) * s))
        top = max(0, math.floor((min(y for _, y in points) - around) * s))
        right = min(self.image.width, math.ceil((max(x for x, _ in points) + around) * s) + 1)
        bottom = min(self.image.height, math.ceil((max(y for _, y in points) + around) * s) + 1)
        if right <= left or bottom <= top:
            return
        mask = Image.new("L", ((right - left) * FINER, (bottom - top) * FINER))

        def place(point: tuple[float, float]) -> tuple[float, float]:
            # Half a fine pixel: Pillow's coordinates are the centres of pixels.
            x, y = point
            return (x * s - left) * FINER - 0.5, (y * s - top) * FINER - 0.5

        work(ImageDraw.Draw(mask), place)
        self.image.paste(color, (left, top), mask.reduce(FINER))

    def _hatch(self, mark: scene.Rect, hatch: scene.Hatch) -> None:
        """Slanted lines at the places where an SVG pattern of this gap has them."""
        from PIL import Image, ImageDraw

        s = self.scale * FINER
        box = (mark.x * self.scale, mark.y * self.scale)
        left, top = round(box[0]), round(box[1])
        size = (round(mark.width * self.scale), round(mark.height * self.scale))
        mask = Image.new("L", (size[0] * FINER, size[1] * FINER))
        pen = ImageDraw.Draw(mask)
        step = hatch.gap * math.sqrt(2)
        sign = 1 if hatch.up else -1
        # Lines x·sign + y = offset, through the middle of each strip of the pattern.
        ends = [
            sign * x + y
            for x in (mark.x, mark.x + mark.width)
            for y in (mark.y, mark.y + mark.height)
        ]
        first = math.floor(min(ends) / step - 1)
        for n in range(first, math.ceil(max(ends) / step) + 1):
            offset = (n + 0.5) * step
            x0, x1 = mark.x - 1, mark.x + mark.width + 1
            line = [((x - mark.x) * s, (offset - sign * x - mark.y) * s) for x in (x0, x1)]
            pen.line(line, 255, max(1, round(hatch.width * s)))
        self.image.paste(hatch.color, (left, top), mask.reduce(FINER))

    def _picture(self, mark: scene.Image) -> None:
        from PIL import Image

        s = self.scale
        left, top = round(mark.x * s), round(mark.y * s)
        size = (
            max(1, round((mark.x + mark.width) * s) - left),
            max(1, round((mark.y + mark.height) * s) - top),
        )
        pixels = Image.fromarray(mark.pixels)
        enlarged = size[0] >= pixels.width and size[1] >= pixels.height
        way = Image.Resampling.NEAREST if enlarged and mark.crisp else Image.Resampling.BOX
        self.image.paste(pixels.resize(size, way), (left, top))


def _part(start: float, end: float, pixel: int) -> int:
    """How much of a pixel lies between `start` and `end`, of 255."""
    return round(255 * max(0.0, min(end, pixel + 1) - max(start, pixel)))


FORMAT = Format("figure", (".png",), write, binary=True, notes=notes)
