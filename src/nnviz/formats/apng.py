"""APNG: a PNG whose frames are the steps; where it is not known, the first is seen.

The container is written here, because Pillow merges frames that are equal and holds all of
them at once. Format: https://www.w3.org/TR/png-3/
"""

from __future__ import annotations

import struct

from nnviz.formats import FIGURE, Format, Made
from nnviz.formats.raster import chunks
from nnviz.formats.raster.frames import film, frames
from nnviz.formats.raster.painter import SCALE
from nnviz.request import Request
from nnviz.trace import Trace

LONGEST = 100_000_000
"""PNG's own limit of a side is further away than that of the whole picture."""


def write(trace: Trace, request: Request) -> Made:
    """The steps of a trace as an animated PNG file, with its description as text in it."""
    made = film(trace, request)
    dpi = 96 * (request.appearance.scale or SCALE)
    out: list[chunks.Chunk] = []
    size, number = (0, 0), 0
    for frame in frames(made, request, LONGEST):
        # Size, place and time of a frame, which replaces what was there and stays.
        left, top, right, bottom = frame.box
        how = (right - left, bottom - top, left, top, frame.delay, 1000, 0, 0)
        placed = (b"fcTL", struct.pack(">5I2H2B", number, *how))
        kind, data = chunks.body(frame.part, 6)
        if not out:
            size = frame.image.size
            count = (b"acTL", struct.pack(">2I", len(made.delays), 0))
            said = chunks.said(made.title, made.desc, dpi)
            out += [chunks.head(frame.part), count, *said, placed, (kind, data)]
            number = 1
        else:
            out += [placed, (b"fdAT", struct.pack(">I", number + 1) + data)]
            number += 2
    return Made(chunks.png(out), size, made.notes)


FORMAT = Format("figure", (".apng",), write, binary=True, uses=(*FIGURE, "fps"))
