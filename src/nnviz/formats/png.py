"""PNG: a figure as pixels, with its description as text in it."""

from __future__ import annotations

from nnviz.formats import FIGURE, Format, Made
from nnviz.formats._figure import boxes, figure_of
from nnviz.formats.raster import chunks
from nnviz.formats.raster.painter import SCALE, paint
from nnviz.request import Request
from nnviz.trace import Trace


def write(trace: Trace, request: Request) -> Made:
    """The figure of a trace as a PNG file, with its description as text in it."""
    drawn = figure_of(trace, request)
    scale = (request.appearance.scale or SCALE) * drawn.zoom
    image = paint(drawn, scale)
    said = chunks.said(drawn.title, drawn.desc, 96 * scale)
    content = chunks.png((chunks.head(image), *said, chunks.body(image, 4)))
    return Made(content, image.size, boxes([drawn]))


FORMAT = Format("figure", (".png",), write, binary=True, uses=(*FIGURE, "beside"))
