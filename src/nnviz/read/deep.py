"""Colour of 16 bits a channel, of which Pillow keeps the upper 8.

Pillow names the layout of a file's bytes (`RGB;16B`) and takes the upper byte of each
value. Told that the bytes stand the other way round (`RGB;16L`), it takes the lower ones:
two readings make the whole value.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, BinaryIO

from nnviz.libraries import Image, np, npt

if TYPE_CHECKING:
    from PIL.ImageFile import ImageFile

WHITE = 65535

_OTHER = {"B": "L", "L": "B", "N": "B"}
_LUMA = (19595, 38470, 7471)
"""0.299, 0.587 and 0.114 in 65536ths, as Pillow has them."""


def layout(image: ImageFile) -> str | None:
    """The layout of the bytes of a picture with 16-bit colours; None of any other."""
    if image.format not in ("PNG", "TIFF") or image.mode not in ("RGB", "RGBA"):
        return None
    # PNG has the layout as the decoder's argument, TIFF as the first of several.
    args = (tile.args for tile in image.tile)
    layouts = {str(each[0] if isinstance(each, tuple) else each) for each in args}
    if len(layouts) != 1:
        return None
    (found,) = layouts
    colours, _, bits = found.partition(";16")
    return found if colours in ("RGB", "RGBA", "RGBX", "LA") and bits in _OTHER else None


def deep_planes(
    image: ImageFile, was: str, again: BinaryIO, turn: Callable[[Image.Image], None], *, gray: bool
) -> list[Image.Image]:
    """The picture as planes of 16-bit grey: red, green and blue, or one where it is grey.

    `image` is loaded and turned, `was` its layout, and `again` the file to read once more.
    Transparency is laid on white.
    """
    with Image.open(again) as other:
        # The four bytes of grey and alpha are read as four values of one byte.
        swapped = "RGBA" if was == "LA;16B" else was[:-1] + _other(was)
        other.tile = [tile._replace(args=_with(tile.args, swapped)) for tile in other.tile]
        other.load()
        turn(other)
        low = np.asarray(other).astype(np.uint16)
    if was == "LA;16B":
        values = low[..., ::2] << np.uint16(8) | low[..., 1::2]
    else:
        values = np.asarray(image).astype(np.uint16) << np.uint16(8) | low
    flat = _on_white(values, image.info.get("transparency"))
    if flat.shape[2] == 3 and gray:
        flat = luma(flat)[..., None]
    return [Image.fromarray(np.ascontiguousarray(flat[..., c])) for c in range(flat.shape[2])]


def _with(args: object, layout: str) -> Any:
    return (layout, *args[1:]) if isinstance(args, tuple) else layout


def _other(layout: str) -> str:
    import sys

    return "L" if layout.endswith("N") and sys.byteorder == "big" else _OTHER[layout[-1]]


def _on_white(values: npt.NDArray[Any], clear: object) -> npt.NDArray[Any]:
    if values.shape[2] in (2, 4):
        alpha = values[..., -1:].astype(np.uint32)
        if (alpha == WHITE).all():
            return values[..., :-1]
        # 65535² + 32767 is just below 2^32.
        mixed = values[..., :-1] * alpha + WHITE * (WHITE - alpha)
        rounded: npt.NDArray[Any] = ((mixed + np.uint32(WHITE // 2)) // WHITE).astype(np.uint16)
        return rounded
    if isinstance(clear, tuple):
        values[(values == np.array(clear, dtype=np.uint16)).all(axis=2)] = WHITE
    return values


def luma(colours: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """H×W×3 as grey, H×W."""
    red, green, blue = (colours[..., c].astype(np.uint32) * np.uint32(_LUMA[c]) for c in range(3))
    grey = (red + green + blue + np.uint32(0x8000)) >> np.uint32(16)
    plane: npt.NDArray[Any] = grey.astype(np.uint16)
    return plane
