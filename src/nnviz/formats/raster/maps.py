"""The output map alone as a plain image: one pixel a value, one file a channel."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Literal, TypeAlias

from nnviz.errors import NnvizError, UsageError
from nnviz.formats import Made
from nnviz.libraries import np
from nnviz.numerals import all_finite
from nnviz.request import check_sample
from nnviz.shades import ends, greys, odd
from nnviz.shapes import unravel
from nnviz.words import Words

Range: TypeAlias = Literal["auto", "clip"] | tuple[float, float]
"""Which values are black and white: the least and the largest, 0 and 255, or two given."""

_FORMATS = {
    ".png": "PNG",
    ".jpg": "JPEG",
    ".jpeg": "JPEG",
    ".bmp": "BMP",
    ".gif": "GIF",
    ".webp": "WEBP",
    ".tif": "TIFF",
    ".tiff": "TIFF",
}
_SETTINGS: dict[str, dict[str, Any]] = {
    "PNG": {"compress_level": 3, "compress_type": 3},  # Z_RLE: smaller, in two thirds of the time
    "JPEG": {"quality": 95},
    "WEBP": {"lossless": True},
}


def check(path: str) -> None:
    """Raise UsageError where no picture has such a name, naming the suffixes there are."""
    if _suffix(path) not in _FORMATS:
        raise UsageError(
            "--map {path}: a map is written as a picture",
            path=path,
            hint=Words("known are {names}", names=" ".join(_FORMATS)),
        )


def _suffix(path: str) -> str:
    return os.path.splitext(path)[1].lower()  # noqa: PTH122 - in a third of the time


def names(path: str) -> tuple[str, ...]:
    """What the first picture of a map may be called."""
    return path, _numbered(path, (0,)), _numbered(path, (0, 0))


def render(
    array: np.ndarray,
    path: str,
    span: Range,
    sample: int | None = None,
    filter_: int | None = None,
) -> Iterator[tuple[str, Made]]:
    """A file and its picture for each channel, every one on the same grey levels.

    `array` is H×W, C×H×W or N×C×H×W, of which one `sample` and one `filter_` are taken, or all;
    a vector is a row. The names are numbered by channel where there are several, and by sample
    and channel of a batch.
    """
    check(path)
    maps = _maps(array, sample)
    if filter_ is not None and array.ndim > 2:
        maps = {n[:-1]: each for n, each in maps.items() if n[-1:] in ((), (filter_,))}
    low, high = _black_and_white(list(maps.values()), span)
    for numbers, channel in maps.items():
        name = _numbered(path, numbers)
        height, width = channel.shape
        made = _encoded(greys(channel, low, high), name)
        yield name, Made(made, (width, height), tuple(_odd_notes(channel)))


def _odd_notes(channel: np.ndarray) -> Iterator[Words]:
    """What a picture of greys has for what is no number."""
    kinds = odd(channel)
    if kinds is not None:
        n = int((kinds > 0).sum())
        yield Words("no numbers in {n} cells of the map: nan and −∞ black, ∞ white", n=n)


def _maps(array: np.ndarray, sample: int | None) -> dict[tuple[int, ...], np.ndarray]:
    """The maps by their numbers: of the sample and of the channel, where there are several."""
    if array.ndim > 4 or array.size == 0:
        raise NnvizError(
            "--map draws maps of two axes, and the output has {n}",
            n=array.ndim,
            hint="--json and .npy carry any number of axes",
        )
    if array.ndim == 4 and (sample is not None or len(array) == 1):
        check_sample(sample or 0, len(array))
        array = array[sample or 0]
    if array.ndim < 3 or (array.ndim == 3 and len(array) == 1):
        return {(): array.reshape((1, 1, *array.shape)[-2:])}
    numbered = array.shape[:-2]
    flat = array.reshape(-1, *array.shape[-2:])
    return {unravel(n, numbered): each for n, each in enumerate(flat)}


def _black_and_white(maps: Sequence[np.ndarray], span: Range) -> tuple[float, float]:
    if span == "clip":
        return 0.0, 255.0
    if span != "auto":
        return span
    some = (each for each in maps if all_finite(each) or np.isfinite(each).any())
    found = [end for each in some for end in ends(each)]
    return min(found, default=0.0), max(found, default=0.0)


def _encoded(levels: np.ndarray, path: str) -> bytes:
    from PIL import Image

    form = _FORMATS[_suffix(path)]
    buffer = io.BytesIO()
    try:
        Image.fromarray(levels).save(buffer, form, **_SETTINGS.get(form, {}))
    except (OSError, KeyError, ValueError) as error:
        height, width = levels.shape
        raise NnvizError(
            "a map of {height}×{width} cannot be written as {form}: {reason}",
            height=height,
            width=width,
            form=form,
            reason=str(error),
        ) from None
    return buffer.getvalue()


def _numbered(path: str, numbers: tuple[int, ...]) -> str:
    whole = Path(path)
    return str(whole.with_name("-".join([whole.stem, *map(str, numbers)]) + whole.suffix))
