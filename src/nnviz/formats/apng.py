"""APNG: a PNG whose frames are the steps; where it is not known, the first is seen.

The container is written here, because Pillow merges frames that are equal and holds all of
them at once. Format: https://www.w3.org/TR/png-3/
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from io import BytesIO
from typing import TYPE_CHECKING

from nnviz.formats import FIGURE, Format, Made
from nnviz.formats.raster.frames import film, frames
from nnviz.formats.raster.painter import SCALE
from nnviz.request import Request
from nnviz.trace import Trace

if TYPE_CHECKING:
    from PIL import Image
    from PIL.PngImagePlugin import PngInfo

LONGEST = 100_000_000
"""PNG's own limit of a side is further away than that of the whole picture."""
_Chunk = tuple[bytes, bytes]
_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def write(trace: Trace, request: Request) -> Made:
    """The steps of a trace as an animated PNG file, with its description as text in it."""
    from PIL.PngImagePlugin import PngInfo

    made = film(trace, request)
    info = PngInfo()
    info.add_itxt("Title", made.title)
    info.add_itxt("Description", made.desc)
    dpi = 96 * (request.appearance.scale or SCALE)
    out: list[_Chunk] = []
    size, number = (0, 0), 0
    for frame in frames(made, request, LONGEST):
        size, first = frame.image.size, not out
        chunks = list(_chunks(_still(frame.part, info if first else None, dpi)))
        if first:
            head = [chunk for chunk in chunks if chunk[0] not in (b"IDAT", b"IEND")]
            count = (b"acTL", struct.pack(">2I", len(made.delays), 0))
            out += [head[0], count, *head[1:]]
        # Size, place and time of a frame, which replaces what was there and stays.
        left, top, right, bottom = frame.box
        how = (right - left, bottom - top, left, top, frame.delay, 1000, 0, 0)
        out.append((b"fcTL", struct.pack(">5I2H2B", number, *how)))
        number += 1
        for _, data in (chunk for chunk in chunks if chunk[0] == b"IDAT"):
            if first:
                out.append((b"IDAT", data))
            else:
                out.append((b"fdAT", struct.pack(">I", number) + data))
                number += 1
    content = _SIGNATURE + b"".join(map(_packed, [*out, (b"IEND", b"")]))
    return Made(content, size, made.notes)


def _still(image: Image.Image, info: PngInfo | None, dpi: float) -> bytes:
    stream = BytesIO()
    image.save(stream, "PNG", pnginfo=info, compress_level=6, dpi=(dpi, dpi))
    return stream.getvalue()


def _chunks(content: bytes) -> Iterator[_Chunk]:
    at = len(_SIGNATURE)
    while at < len(content):
        length, kind = struct.unpack_from(">I4s", content, at)
        yield kind, content[at + 8 : at + 8 + length]
        at += 12 + length


def _packed(chunk: _Chunk) -> bytes:
    kind, data = chunk
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


FORMAT = Format("figure", (".apng",), write, binary=True, uses=(*FIGURE, "fps"))
