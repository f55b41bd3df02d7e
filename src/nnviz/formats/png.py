"""PNG: a figure as pixels, with its description as text in it."""

from __future__ import annotations

from io import BytesIO

from nnviz.formats import FIGURE, Format, Made
from nnviz.formats._figure import boxes, figure_of
from nnviz.formats.raster.painter import SCALE, paint
from nnviz.request import Request
from nnviz.trace import Trace


def write(trace: Trace, request: Request) -> Made:
    """The figure of a trace as a PNG file, with its description as text in it."""
    from PIL.PngImagePlugin import PngInfo

    drawn = figure_of(trace, request)
    info = PngInfo()
    info.add_itxt("Title", drawn.title)
    info.add_itxt("Description", drawn.desc)
    stream = BytesIO()
    scale = (request.appearance.scale or SCALE) * drawn.zoom
    image = paint(drawn, scale)
    image.save(stream, "PNG", pnginfo=info, compress_level=4, dpi=(96 * scale,) * 2)
    return Made(stream.getvalue(), image.size, boxes([drawn]))


FORMAT = Format("figure", (".png",), write, binary=True, uses=(*FIGURE, "beside"))
