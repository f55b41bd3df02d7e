"""WebP: an animation without loss, a frame a step.

The container is written here, because the encoder merges frames that are equal. Format:
https://developers.google.com/speed/webp/docs/riff_container
"""

from __future__ import annotations

import struct
from io import BytesIO
from typing import TYPE_CHECKING

from nnviz.formats import FIGURE, Format, Made
from nnviz.formats.raster.frames import Frame, film, frames
from nnviz.formats.svg import escape
from nnviz.request import Request
from nnviz.trace import Trace

if TYPE_CHECKING:
    from PIL import Image

LONGEST = 16383
_ANIMATED, _XMP, _ALPHA = 0x02, 0x04, 0x10
_REPLACE = 0x02
"""A frame's pixels replace those that were there, also by transparency."""


def write(trace: Trace, request: Request) -> Made:
    """The steps of a trace as an animated WebP file, with its description as XMP in it."""
    made = film(trace, request)
    body, size, alpha = b"", (0, 0), False
    for frame in frames(made, request, LONGEST, grid=2):
        size, alpha = frame.image.size, frame.image.mode == "RGBA"
        body += _chunk(b"ANMF", _frame(frame))
    flags = _ANIMATED | _XMP | (_ALPHA if alpha else 0)
    head = _chunk(b"VP8X", bytes((flags, 0, 0, 0)) + _u24(size[0] - 1) + _u24(size[1] - 1))
    head += _chunk(b"ANIM", struct.pack("<4BH", 255, 255, 255, 0, 0))
    body = b"WEBP" + head + body + _chunk(b"XMP ", _xmp(made.title, made.desc))
    return Made(_chunk(b"RIFF", body), size, made.notes)


def _frame(frame: Frame) -> bytes:
    left, top, right, bottom = frame.box
    place = _u24(left // 2) + _u24(top // 2) + _u24(right - left - 1) + _u24(bottom - top - 1)
    return place + _u24(frame.delay) + bytes((_REPLACE,)) + _still(frame.part)


def _still(image: Image.Image) -> bytes:
    """The chunks of a picture: what follows the RIFF head of its own file."""
    stream = BytesIO()
    image.save(stream, "WEBP", lossless=True, exact=True, quality=50, method=1)
    return stream.getvalue()[12:]


def _chunk(kind: bytes, data: bytes) -> bytes:
    return kind + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)


def _u24(value: int) -> bytes:
    return value.to_bytes(3, "little")


def _xmp(title: str, desc: str) -> bytes:
    """Title and description as Adobe's XMP has them."""
    texts = "".join(
        f'<dc:{name}><rdf:Alt><rdf:li xml:lang="x-default">{escape(text)}</rdf:li></rdf:Alt>'
        f"</dc:{name}>"
        for name, text in (("title", title), ("description", desc))
    )
    return (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/">'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"{texts}</rdf:Description></rdf:RDF></x:xmpmeta>"
    ).encode()


FORMAT = Format("figure", (".webp",), write, binary=True, uses=(*FIGURE, "fps"))
