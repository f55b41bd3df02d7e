"""Pictures → arrays of whole numbers, by Pillow: grey is H×W, colour 3×H×W.

0..255, or 0..65535 where the file has 16 bits. The array of a colour picture is a
view of Pillow's H×W×3, not a copy.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from nnviz import memory
from nnviz.errors import NnvizError, UsageError
from nnviz.libraries import Image, ImageOps, np, npt
from nnviz.read.deep import WHITE, deep_planes, layout
from nnviz.read.mapped import Rows, grey, header, mapped, rows_of
from nnviz.read.text import faults, reason
from nnviz.records import NamedTuple

if TYPE_CHECKING:
    from PIL.ImageFile import ImageFile

DEEP = ("I;16", "I;16B", "I;16L", "I;16N")
"""Pillow's modes of 16-bit grey."""

_FEW_BITS = {"L;2": 85, "L;4": 17}
"""Pillow's layouts of grey in 2 and 4 bits, and what it multiplies their pixels by."""

LARGEST = 178_956_970
"""Pixels of the largest picture that is decoded: where Pillow begins to call it a bomb."""


class ImageOptions(NamedTuple):
    """What is done to a picture as it is read."""

    gray: bool = False
    """Grey by ITU-R 601: 0.299 R + 0.587 G + 0.114 B."""
    resize: tuple[int, int] | None = None
    """(H, W) to scale to, antialiased."""
    unit: bool = False
    """Divide by 255 or 65535; the array is then of floats."""
    frame: int = 0
    """Which picture of an animation or of several pages, from 0."""
    dtype: str | None = None
    """The type of float that `unit` divides in; None is float32."""


def read_image(stream: BinaryIO, name: str, options: ImageOptions) -> npt.NDArray[Any]:
    """A picture as an array: uint8 or uint16, H×W where it is grey, else 3×H×W.

    EXIF orientation is applied, a palette expanded, transparency laid on white, any
    colour space made RGB. Values past 16 bits stay as they are (int64), floating-point
    pixels float64; with `options.unit` the array is of floats from 0 to 1. Raises NnvizError for
    what Pillow cannot open, and for a frame that is not there.
    """
    _check(options)
    with _faults(name), header(stream) as image:
        _seek(image, options.frame, name)
        rows, was = _rows(image), layout(image)
        needed = _needed(image, rows, options)
        memory.check(needed, needed // 8, name)
        if rows is not None:
            return _unit(_mapped(mapped(rows, stream, name), options), name, options)
        _scale_clear(image)
        image.load()
        _turn(image)
        if was is not None and not options.frame:
            stream.seek(0)
            planes = deep_planes(image, was, stream, _turn, gray=options.gray)
        else:
            planes = [_opaque(image, gray=options.gray)]
        array = _array([_resized(plane, options.resize) for plane in planes])
    return _unit(array, name, options)


def image_array(image: Image.Image, name: str) -> npt.NDArray[Any]:
    """An opened picture as `read_image` makes it of its file; the picture stays as it is."""
    file = getattr(image, "filename", None)
    with _faults(name):
        if file and getattr(image, "tile", None) and Path(file).is_file():  # not loaded yet
            with Path(file).open("rb") as stream:
                return read_image(stream, name, ImageOptions(frame=image.tell()))
        try:
            turned = ImageOps.exif_transpose(image)
        except Exception:  # as of _turn
            turned = image
        return _array([_opaque(turned, gray=False)])


def _needed(image: ImageFile, rows: Rows | None, options: ImageOptions) -> int:
    """The memory that reading a picture takes at most, from its header alone."""
    pixels, bands = image.width * image.height, len(image.getbands())
    if rows is None:
        # Pillow keeps 4 bytes a pixel; once more as it is changed; and then there is our array.
        needed = pixels * (4 + 8 + 2 * bands)
    else:
        changed = options.gray or options.resize is not None
        needed = rows.copied + pixels * rows.dtype.itemsize * changed
    if options.resize is not None:
        pixels = options.resize[0] * options.resize[1]
        needed += pixels * (4 + 2 * bands)
    floats = 8 if options.dtype == "float64" else 4
    return needed + (pixels * bands * floats if options.unit else 0)


def _check(options: ImageOptions) -> None:
    if options.resize is not None:
        height, width = options.resize
        if min(height, width) < 1 or height * width > LARGEST:
            raise UsageError(
                "a picture cannot be resized to {height}×{width}", height=height, width=width
            )
    if options.frame < 0:
        raise UsageError("frame {frame}: frames are counted from 0", frame=options.frame)


def _rows(image: ImageFile) -> Rows | None:
    """Where the rows lie of a picture that is not decoded; an error where one is too large."""
    rows = rows_of(image)
    if rows is None and image.width * image.height > LARGEST:
        raise Image.DecompressionBombError
    return rows


def _mapped(pixels: npt.NDArray[Any], options: ImageOptions) -> npt.NDArray[Any]:
    if pixels.ndim == 3:
        pixels = grey(pixels) if options.gray else pixels.transpose(2, 0, 1)
    if options.resize is None:
        return pixels
    planes = pixels.reshape(-1, *pixels.shape[-2:])
    return _array(
        [_resized(Image.fromarray(np.ascontiguousarray(p)), options.resize) for p in planes]
    )


def _seek(image: Image.Image, frame: int, name: str) -> None:
    if frame == 0:
        return  # counting the frames of an animation takes time
    frames = getattr(image, "n_frames", 1)
    if frame >= frames:
        raise NnvizError(
            "{name} has {n} frames: --frame goes from 0 to {last}, not {frame}"
            if frames > 1
            else "{name} is a single picture: there is no frame {frame}",
            name=name,
            n=frames,
            last=frames - 1,
            frame=frame,
        )
    image.seek(frame)


def _turn(image: Image.Image) -> None:
    try:
        ImageOps.exif_transpose(image, in_place=True)
    except Exception:  # a picture is still a picture where its EXIF is broken
        return


def _scale_clear(image: ImageFile) -> None:
    """The transparent grey of 2 or 4 bits in the 8 that Pillow makes of its pixels alone."""
    clear = image.info.get("transparency")
    if isinstance(clear, int) and image.tile and image.tile[0].args in _FEW_BITS:
        image.info["transparency"] = clear * _FEW_BITS[str(image.tile[0].args)]


def _opaque(image: Image.Image, *, gray: bool) -> Image.Image:
    """The picture in one of the modes L, RGB, I;16, I and F, without transparency."""
    flat = _flat(image)
    return flat.convert("L") if gray and flat.mode == "RGB" else flat


def _flat(image: Image.Image) -> Image.Image:
    if image.mode in DEEP:
        return _deep_grey(image)
    if image.mode in ("I", "F") or (image.mode in ("L", "RGB") and not image.has_transparency_data):
        return image
    if not image.has_transparency_data:
        return image.convert("L" if image.mode == "1" else "RGB")
    grey = image.mode in ("1", "L", "LA", "La")
    layer = image.convert("LA" if grey else "RGBA")
    paper = Image.new("L" if grey else "RGB", image.size, "white")
    paper.paste(layer.convert(paper.mode), mask=layer.getchannel("A"))
    return paper


def _deep_grey(image: Image.Image) -> Image.Image:
    """16-bit grey in this machine's byte order, its transparent value made white."""
    clear = image.info.get("transparency")
    if image.mode == "I;16" and not isinstance(clear, int):
        return image
    array = np.asarray(image).astype(np.uint16)
    if isinstance(clear, int):
        array[array == clear] = WHITE
    return Image.fromarray(array)


def _resized(image: Image.Image, size: tuple[int, int] | None) -> Image.Image:
    if size is None:
        return image
    height, width = size
    return image.resize((width, height), Image.Resampling.BICUBIC)


def _array(planes: list[Image.Image]) -> npt.NDArray[Any]:
    if len(planes) > 1:
        return np.stack([np.asarray(plane) for plane in planes])
    array: npt.NDArray[Any] = np.asarray(planes[0])
    if planes[0].mode == "F":
        return array.astype(np.float64)
    if planes[0].mode == "I":
        fits = array.min() >= 0 and array.max() <= WHITE
        return array.astype(np.uint16 if fits else np.int64)
    return array.transpose(2, 0, 1) if array.ndim == 3 else array


def _unit(array: npt.NDArray[Any], name: str, options: ImageOptions) -> npt.NDArray[Any]:
    if not options.unit:
        return array
    if array.dtype not in (np.uint8, np.uint16):
        raise NnvizError(
            "{name} has pixels of type {dtype}, and --unit divides those of 8 or 16 bits",
            name=name,
            dtype=str(array.dtype),
        )
    top = np.iinfo(array.dtype).max
    scaled: npt.NDArray[Any] = np.divide(array, top, dtype=np.dtype(options.dtype or "float32"))
    return scaled


def _faults(name: str) -> AbstractContextManager[None]:
    """Whatever Pillow warns of or raises on a broken picture, as one clear error."""
    _silence()
    return faults(lambda error: _broken(error, name))


@cache
def _silence() -> None:
    """Without a handler, logging would print what Pillow's plugins remark."""
    import logging

    logging.getLogger("PIL").addHandler(logging.NullHandler())


def _broken(error: Exception, name: str) -> NnvizError:
    from PIL import UnidentifiedImageError

    if isinstance(error, UnidentifiedImageError):
        return NnvizError(
            "{name} is not a picture that can be opened, nor an array, nor text in UTF-8",
            name=name,
            hint="give a picture, JSON, CSV, .npy or .npz",
        )
    if isinstance(error, Image.DecompressionBombError):
        return NnvizError(
            "the picture {name} is too large: pictures end at {most} megapixels",
            name=name,
            most=LARGEST // 10**6,
            hint="larger ones are read where they are not compressed: as PGM, PPM, BMP or TIFF",
        )
    return NnvizError("the picture {name} is broken: {reason}", name=name, reason=reason(error))
