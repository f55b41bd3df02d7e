"""GIF: an animation with one palette, a frame a step.

The container is written here, because Pillow merges frames that are equal. Format:
https://www.w3.org/Graphics/GIF/spec-gif89a.txt
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from io import BytesIO
from itertools import chain, islice
from typing import TYPE_CHECKING

from nnviz.formats import FIGURE, Format, Made
from nnviz.formats.raster.frames import Frame, film, frames
from nnviz.formats.raster.palette import OPAQUE, Palette, whole
from nnviz.libraries import Image, np
from nnviz.records import NamedTuple
from nnviz.request import Request
from nnviz.trace import Trace

if TYPE_CHECKING:
    from nnviz.formats.raster.painter import Repainted

LONGEST = 65535
SAMPLES = 3
"""Pictures that the palette is made from; colours that come later get the nearest."""
_CLEAR = 255
"""The colour that stands for transparency."""
_HALF = 128 << 24
"""From this alpha on, a pixel is drawn: GIF has no half transparency."""
_FOREVER = b"\x21\xff\x0bNETSCAPE2.0\x03\x01\0\0\0"
_KEEP, _CLEAN = 1, 2
"""What becomes of a frame when the next is shown: it stays, or the page is cleared."""


def write(trace: Trace, request: Request) -> Made:
    """The steps of a trace as an animated GIF file, with its description as a comment."""
    made = film(trace, request)
    clear = made.scenes[0].page is None
    found = _changes(frames(made, request, LONGEST, whole=clear))
    first = list(islice(found, SAMPLES))
    palette = Palette(made.scenes, [change.colors for change in first])
    out = [_FOREVER, b"\x21\xfe", *_sub_blocks(f"{made.title}\n{made.desc}".encode())]
    for change in chain(first, found):
        out += _frame(change, palette)
    size = first[0].frame.image.size
    head = b"GIF89a" + struct.pack("<2H3B", *size, 0xF7, 0, 0)
    return Made(b"".join([head, palette.table, *out, b"\x3b"]), size, made.notes)


class _Change(NamedTuple):
    """A frame, and where in its box which colours are new; the others stay as they were."""

    frame: Frame
    at: np.ndarray | slice
    """Counted row by row."""
    colors: np.ndarray
    """Red, green and blue as a whole number."""


def _changes(found: Iterable[Frame]) -> Iterator[_Change]:
    """What is new in each frame, the whole of the first and of frames that can be seen through."""
    for frame in found:
        # Whole numbers and flat indices: several times as fast as rows and columns.
        if frame.parts is None:
            pixels = whole(frame.image)
            at = slice(None) if frame.image.mode == "RGB" else np.flatnonzero(pixels >= _HALF)
            yield _Change(frame, at, pixels[at] & OPAQUE)
        else:
            none = np.empty(0, np.uint32)
            some = [_differing(frame, part) for part in frame.parts] or [(none, none)]
            yield _Change(frame, *(np.concatenate(each) for each in zip(*some, strict=True)))


def _differing(frame: Frame, part: Repainted) -> tuple[np.ndarray, np.ndarray]:
    """Where in the frame's box pixels of a part differ, and their colours."""
    old, new = (whole(image) & OPAQUE for image in (part.before, frame.image.crop(part.box)))
    at = np.flatnonzero(old != new)
    x, y, end, _ = part.box
    rows, columns = np.divmod(at, end - x)
    left, top, right, _ = frame.box
    return (rows + y - top) * (right - left) + columns + x - left, new[at]


def _frame(change: _Change, palette: Palette) -> Iterator[bytes]:
    """A frame's time, place and pixels; those that are as they were are left clear."""
    left, top, right, bottom = change.frame.box
    numbers = np.full((bottom - top) * (right - left), _CLEAR, np.uint8)
    numbers[change.at] = palette.numbers(change.colors)
    way = _CLEAN if change.frame.image.mode == "RGBA" else _KEEP
    yield b"\x21\xf9\x04" + struct.pack("<BHBB", way << 2 | 1, change.frame.delay // 10, _CLEAR, 0)
    yield b"\x2c" + struct.pack("<4HB", left, top, right - left, bottom - top, 0)
    yield _compressed(numbers.reshape(bottom - top, right - left))


def _compressed(numbers: np.ndarray) -> bytes:
    """Colour numbers as GIF's LZW has them: what follows the head of a file by Pillow."""
    picture = Image.fromarray(numbers)
    picture.putpalette(bytes(768))
    stream = BytesIO()
    picture.save(stream, "GIF", optimize=False, interlace=0)
    content = stream.getvalue()
    at = 13 + (3 << (content[10] & 7) + 1)
    while content[at] == 0x21:  # extensions: a label, then blocks up to an empty one
        at += 2
        while content[at]:
            at += content[at] + 1
        at += 1
    return content[at + 10 : -1]


def _sub_blocks(data: bytes) -> Iterator[bytes]:
    """Data in blocks of at most 255 bytes, closed by an empty one."""
    for start in range(0, len(data), 255):
        block = data[start : start + 255]
        yield bytes((len(block),)) + block
    yield b"\0"


FORMAT = Format("figure", (".gif",), write, binary=True, uses=(*FIGURE, "fps"))
