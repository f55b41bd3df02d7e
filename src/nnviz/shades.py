"""How values become shades: one rule for figures, the terminal and maps as files.

`Levels` say what the darkest and the lightest shade stand for; the functions here choose them
for an array, and `Levels.paint` turns values into pixels: greys, the two hues of signed values
about 0, or the colours of a picture.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Literal

from nnviz.cache import remember
from nnviz.libraries import Image, np
from nnviz.numerals import all_finite
from nnviz.records import NamedTuple, dataclass

Shades = Literal["grey", "signed", "rgb"]


class Poles(NamedTuple):
    """The colours of a theme's maps."""

    least: str
    """Of the least signed value."""
    zero: str
    most: str
    odd: tuple[str, str, str]
    """Of each of ODD: no number has them."""


ODD = -math.inf, math.inf, math.nan
"""What is no number; where several fall on one pixel, the last is seen."""
ODD_NAMES = "−∞", "∞", "nan"

SIDE = 240
"""The longer side of a picture."""
FINE = 2
"""Pixels of a picture that are kept a unit, for a scale of 2."""
_WHOLE = 0.85
"""The part of its side that a picture of whole units a cell takes at least."""
_USUAL = 99
"""The part of the pixels, of 100, that a map tells apart."""
_CLOSE = 0.75
"""The part of the greatest from which on the least is not 0: the shades between are too few."""
_SAMPLE = 2**18
"""Pixels of which it is found: of more, as many spread over them."""
_MAPS = 16
"""Maps that are looked at for it, of an array that has more."""
_LARGEST = 1e38
"""A number of float32, in which blocks are averaged."""
_BLOCK = 2**18
"""Values turned into greys at a time, so that a large map needs little more than its picture."""


@dataclass(frozen=True)
class Levels:
    """What the darkest and lightest shade stand for."""

    shades: Shades
    low: float
    high: float
    clipped: bool = False
    """Whether some values lie past the ends."""

    @property
    def plain(self) -> bool:
        """Whether nobody needs to be told the ends: a picture's own 0..255."""
        usual = (self.low, self.high, self.clipped) == (0, 255, False)
        return self.shades == "rgb" or (self.shades == "grey" and usual)

    @property
    def past(self) -> tuple[str, str]:
        """What is written before the ends where values lie past them: nothing is below 0's."""
        return ("≤ " if self.low else "", "≥ ") if self.clipped else ("", "")

    @property
    def digits(self) -> int:
        """How many digits its values begin with alike."""
        near = 0 < self.low < self.high
        return int(math.log10(self.high / (self.high - self.low))) if near else 0

    def paint(self, array: np.ndarray, poles: Poles) -> np.ndarray:
        """Values (H×W; C×H×W where the shades are colours) as uint8, H×W or H×W×3."""
        if self.shades == "rgb":
            made = np.stack([greys(channel, self.low, self.high) for channel in array], -1)
        elif self.shades == "grey":
            made = greys(array, self.low, self.high)
        else:
            made = _diverging(array, self.high, poles)
        kinds = odd(array)
        if kinds is None:
            return made
        made = made if made.ndim > 2 else np.repeat(made[..., None], 3, -1)
        for kind, color in enumerate(poles.odd, 1):
            made[kinds == kind] = rgb(color)
        return made


# --- values as pixels --------------------------------------------------------------


def greys(array: np.ndarray, low: float, high: float) -> np.ndarray:
    """Values as grey levels from 0 (`low`) to 255 (`high`), rounded to the nearest."""
    if array.dtype == np.uint8 and (low, high) == (0, 255):
        return array
    levels = np.empty(array.shape, np.uint8)
    working = np.float32 if array.dtype.itemsize == 1 or array.dtype == np.float32 else float
    # The range between two floats may overflow; halved, it does not.
    half = 0.5 if math.isinf(high - low) else 1.0
    rows = max(1, _BLOCK // max(1, array.shape[1]))
    for start in range(0, len(array), rows):
        block = array[start : start + rows].astype(working)
        with np.errstate(all="ignore"):  # of values far outside the range, clipped below
            block *= half
            block -= low * half
            block /= high * half - low * half or 1.0
            block *= 255.0
        np.clip(_finite(block), 0, 255, out=block)
        levels[start : start + rows] = np.rint(block, out=block)
    return levels


def _diverging(array: np.ndarray, high: float, poles: Poles) -> np.ndarray:
    """Values from −high through 0 to high as mixtures of three colours."""
    least, zero, most = (np.array(rgb(color), np.float32) for color in poles[:3])
    with np.errstate(all="ignore"):  # in float64: float32 has no such small end
        unit = np.clip(_finite(array / np.float64(high or 1.0)), -1, 1)
    unit = unit.astype(np.float32)[..., None]
    mixed = zero + np.where(unit < 0, (zero - least) * unit, (most - zero) * unit)
    return np.asarray(np.round(mixed), np.uint8)


def rgb(color: str) -> tuple[int, ...]:
    """`#rrggbb` as three numbers."""
    return tuple(bytes.fromhex(color[1:]))


def odd(array: np.ndarray) -> np.ndarray | None:
    """Which of ODD each cell (of any channel) is, counted from 1, 0 for a number; None where
    all are numbers.

    >>> import numpy as np
    >>> odd(np.array([[1, np.nan, -np.inf]])).tolist()
    [[0, 3, 1]]
    """
    if all_finite(array):
        return None
    kinds = np.select([array == ODD[0], array == ODD[1], np.isnan(array)], [1, 2, 3]).astype("u1")
    return np.asarray(kinds.max(0) if kinds.ndim > 2 else kinds)


def kinds_of(*arrays: np.ndarray) -> list[int]:
    """Which of ODD some arrays hold, counted from 1, the last first."""
    found = [kinds for array in arrays if (kinds := odd(array)) is not None]
    return [kind for kind in (3, 2, 1) if any((kinds == kind).any() for kinds in found)]


def _finite(scaled: np.ndarray) -> np.ndarray:
    """Scaled values without NaN, which `paint` marks, and a map as a file has as 0."""
    finite: np.ndarray = np.nan_to_num(scaled, copy=False)
    return finite


# --- the levels of an array --------------------------------------------------------


def levels(array: np.ndarray, *, image: bool = False) -> Levels:
    """One scale for all the maps of an array (…, H, W), in pictures of any size.

    Greys from 0 for what is never negative, of an image that was read to 255 or 65535 (1 for
    parts of it), and from the least of what is far from 0 and close together; else the signed
    values about 0. All as far as all but the most extreme pixels reach.
    """
    low, high = ends(array)
    full = (255, 65535) if array.dtype.kind in "uib" else (1, 255, 65535)
    if image and 0 <= low <= high <= full[-1]:
        return Levels("grey", 0, next(most for most in full if high <= most))
    least, usual, most = _reach(array)
    if low > 0 and _CLOSE * usual < least < usual:
        return Levels("grey", least, usual, low < least or usual < high)
    if usual < most / 1.5:
        return Levels("grey", 0, usual, True) if low >= 0 else Levels("signed", -usual, usual, True)
    if low >= 0:
        return Levels("grey", 0, high or 1.0)
    # The mean of a block is less than its extremes: a smaller picture does not reach those.
    return Levels("signed", -most, most, max(-low, high) > most * (1 + 1e-6))


def _reach(array: np.ndarray) -> tuple[float, float, float]:
    """How far from 0 the usual pixels of an array are, at least and at most, and all of those
    that are drawn.
    """
    maps = np.atleast_2d(array)
    if maps.ndim > 2:
        maps = maps.reshape(-1, *maps.shape[-2:])[:_MAPS]
    drawn = reduced(maps, drawn_size(maps.shape[-2:]))
    sizes = np.abs(drawn[np.isfinite(drawn)])
    most = float(sizes.max(initial=0))
    some = sizes[:: 1 + sizes.size // _SAMPLE].astype(float)
    least, usual = np.percentile(some, (100 - _USUAL, _USUAL)).tolist() if most else (0.0, 0.0)
    return least, usual or most or 1.0, most or 1.0


def levels_after(
    given: np.ndarray, made: np.ndarray, *, image: bool = False, least: float = 0.5
) -> Levels:
    """The levels of what was made of a map: the given one's where its range holds the new
    one and this reaches `least` of it, so that equal values have equal shades."""
    scale, own = levels(given, image=image), levels(made)
    held = scale.clipped or (scale.low <= ends(made)[0] and ends(made)[1] <= scale.high)
    reached = max(map(abs, ends(made))) >= least * max(map(abs, ends(given)))
    return scale if own.shades == scale.shades and held and reached else own


def levels_as_is(array: np.ndarray, *, image: bool) -> Levels:
    """The levels of what is shown as it is: a colour picture's own, else those of any array.

    Of zeros and ones the ones are black: ink on paper.
    """
    if colored(array):
        return color_levels(array)
    inked = not image and array.dtype.kind in "uib" and ends(array) == (0, 1)
    return Levels("grey", 1, 0) if inked else levels(array, image=image)


def colored(array: np.ndarray) -> bool:
    """Whether C×H×W is a colour picture: three channels of 0..255 or 0..65535.

    Zeros and ones are three masks: as a colour picture they would be black.
    """
    if array.ndim != 3 or len(array) != 3 or array.dtype.kind not in "ui":
        return False
    low, high = ends(array)
    return low >= 0 and high > 1


def color_levels(array: np.ndarray) -> Levels:
    """The levels of a colour picture, of 8 or 16 bits a channel."""
    return Levels("rgb", 0, 255 if ends(array)[1] <= 255 else 65535)


def ends(array: np.ndarray) -> tuple[float, float]:
    """The least and the greatest of the finite values."""
    return remember(array, "ends", lambda: _ends(array))


def _ends(array: np.ndarray) -> tuple[float, float]:
    found = array if all_finite(array) else array[np.isfinite(array)]
    return (float(found.min()), float(found.max())) if found.size else (0.0, 0.0)


# --- large arrays, small -----------------------------------------------------------


def drawn_size(shape: Sequence[int], side: int = SIDE) -> tuple[int, int]:
    """Width and height of a picture of H×W cells: whole units a cell where that costs little.

    >>> drawn_size((28, 28), 144), drawn_size((100, 150), 240), drawn_size((200, 225), 236)
    ((140, 140), (240, 160), (225, 200))
    """
    h, w = shape
    longest = max(h, w)
    whole = side // longest * longest
    side = whole if whole >= _WHOLE * side else side
    return max(4, round(w * side / longest)), max(4, round(h * side / longest))


def reduced(array: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """The mean of each block that falls on one pixel of a picture of this size."""
    if array.ndim == 3:
        return np.stack([reduced(channel, size) for channel in array])
    size = min(FINE * size[0], array.shape[1]), min(FINE * size[1], array.shape[0])
    if (size[1], size[0]) == array.shape:
        return array
    return remember(array, ("reduced", size), lambda: _reduced(array, size))


def _reduced(array: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """What is no number is not lost among others: every pixel that it falls on has it."""
    kinds = odd(array)
    # Past float32, in which is averaged, in parts of it.
    unit = max(1.0, max(map(abs, ends(array))) / _LARGEST)
    if kinds is None:
        return _averaged(array, size, unit)
    made = _averaged(np.where(kinds, 0, array), size, unit)
    for kind, value in enumerate(ODD, 1):
        made[_averaged(kinds == kind, size, 1.0) > 0] = value
    return made


def _averaged(array: np.ndarray, size: tuple[int, int], unit: float) -> np.ndarray:
    (width, height), rows = size, len(array)
    made = np.empty((height, width), np.float32)
    # A row at a time of what is large, so that it is not copied whole.
    parts = height if array.size > _BLOCK else 1
    # A block has the pixels whose centre is in it, as Pillow has it.
    cuts = [(2 * k * rows + parts) // (2 * parts) for k in range(parts + 1)]
    for into, (top, bottom) in zip(np.split(made, parts), pairwise(cuts), strict=True):
        some = array[top:bottom] if unit == 1 else array[top:bottom] / unit
        picture = Image.fromarray(np.ascontiguousarray(some, dtype=np.float32))
        into[...] = np.asarray(picture.resize((width, len(into)), Image.Resampling.BOX))
    return made if unit == 1 else made * np.float64(unit)
