"""Pictures whose pixels lie in the file as they are: rows are read where they are needed.

Pillow says where they lie (tiles of its decoder `raw`). The array is a view of the file, so that
a picture of any size takes no memory of its own, and none can be a bomb.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, BinaryIO

from nnviz.errors import NnvizError
from nnviz.libraries import Image, np, npt
from nnviz.read.deep import luma
from nnviz.records import NamedTuple
from nnviz.shapes import times

if TYPE_CHECKING:
    from PIL.ImageFile import ImageFile

_FORMATS = ("PPM", "BMP", "TIFF")
_PIXELS = {
    "L": (1, slice(1)),
    "I": (1, slice(1)),
    "RGB": (3, slice(3)),
    "RGBX": (4, slice(3)),
    "BGR": (3, slice(2, None, -1)),
    "BGRX": (4, slice(2, None, -1)),
}
"""Pillow's names of pixels: how many values each has, and which of them are its colours."""
_TYPES = {"": "u1", "16": "<u2", "16L": "<u2", "16B": ">u2", "16N": "=u2"}
"""What may follow such a name."""
_FEWEST = 2**24
"""Pixels of a file that is mapped; fewer are decoded, as that file may be replaced meanwhile."""
_CUT = [("ppm", ("RGB", 65535))]
"""What Pillow makes 8 bits of: of these, few pixels too are read from the file."""
_BAND = 2**20
"""Pixels made grey at a time."""
_ORIENTATION = 0x0112


class Rows(NamedTuple):
    """Where the rows of a picture lie in its file."""

    shape: tuple[int, int, int]
    """Rows, columns and values a pixel."""
    dtype: np.dtype[Any]
    colors: slice
    offset: int
    stride: int
    """Bytes from a row to the next in the file."""
    step: int
    """-1 where the last row comes first."""

    @property
    def copied(self) -> int:
        """The bytes of a copy in the order that this machine has them in."""
        return 0 if self.dtype.isnative else self.shape[0] * self.stride


def header(stream: BinaryIO) -> ImageFile:
    """A picture, its pixels not read yet; one that Pillow calls a bomb where it may be mapped."""
    try:
        return Image.open(stream)
    except Image.DecompressionBombError:  # which the formats themselves do not ask
        for factory, accept in (Image.OPEN[name] for name in _FORMATS if name in Image.OPEN):
            stream.seek(0)
            if accept is not None and accept(stream.read(16)):
                stream.seek(0)
                return factory(stream, "")
        raise


def rows_of(image: ImageFile) -> Rows | None:
    """Where its rows lie, one after another and upright; None where they do not, or are few."""
    width, height = image.size
    cut = [(tile[0], tile[3]) for tile in image.tile] == _CUT
    few = width * height < _FEWEST and not cut
    if image.format not in _FORMATS or few or not image.tile or _is_turned(image):
        return None
    coders, extents, offsets, args = zip(*image.tile, strict=True)
    if cut:
        coders, args = ("raw",), ("RGB;16B",)
    name, stride, step = (*args[0], 0, 1)[:3] if isinstance(args[0], tuple) else (args[0], 0, 1)
    pixel, _, bits = str(name).partition(";")
    if {*coders} != {"raw"} or len({*args}) > 1 or pixel not in _PIXELS or bits not in _TYPES:
        return None
    count, colors = _PIXELS[pixel]
    dtype = np.dtype(_TYPES[bits])
    stride = stride or width * count * dtype.itemsize
    for (left, top, right, _), offset in zip(extents, offsets, strict=True):
        if (left, right) != (0, width) or offset != offsets[0] + top * stride:
            return None
    return Rows((height, width, count), dtype, colors, offsets[0], stride, step)


def mapped(rows: Rows, stream: BinaryIO, name: str) -> npt.NDArray[Any]:
    """The pixels of a file, H×W where they are grey, else H×W×3: a view of it."""
    size, end = stream.seek(0, 2), rows.offset + rows.shape[0] * rows.stride
    if end > size:
        raise NnvizError(
            "{name} is cut short: an array of {shape} takes {needed} bytes and it has {size}",
            name=name,
            shape=times(rows.shape),
            needed=end,
            size=size,
        )
    item, native = rows.dtype.itemsize, rows.dtype.isnative
    strides = (rows.stride, rows.shape[2] * item, item)
    content = _content(stream, changed=not native)
    pixels: npt.NDArray[Any] = np.ndarray(rows.shape, rows.dtype, content, rows.offset, strides)
    if not native:
        pixels = pixels.byteswap(inplace=True).view(rows.dtype.newbyteorder("="))
    pixels = pixels[:: rows.step, :, rows.colors]
    return pixels if pixels.shape[2] == 3 else pixels[..., 0]


def grey(colors: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """H×W×3 as H×W, some rows at a time."""
    made = np.empty(colors.shape[:2], colors.dtype)
    step = max(1, _BAND // colors.shape[1])
    for first in range(0, len(made), step):
        some = np.ascontiguousarray(colors[first : first + step])
        deep = some.dtype.itemsize > 1
        made[first : first + step] = luma(some) if deep else Image.fromarray(some).convert("L")
    return made


def _content(stream: BinaryIO, *, changed: bool) -> Any:
    """The bytes of a stream, mapped where it is a file; what is `changed` of them is ours."""
    import mmap

    with suppress(OSError):
        access = mmap.ACCESS_COPY if changed else mmap.ACCESS_READ
        return mmap.mmap(stream.fileno(), 0, access=access)
    stream.seek(0)
    return bytearray(stream.read())


def _is_turned(image: ImageFile) -> bool:
    with suppress(Exception):  # a picture is still a picture where its EXIF is broken
        return image.getexif().get(_ORIENTATION, 1) in range(2, 9)
    return False
