"""Arrays too large for numbers, as pictures with axes in pixels and a colour bar."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from nnviz.figure.layout.cache import remember
from nnviz.figure.layout.lines import segments
from nnviz.figure.layout.page import SMALL, Block, Style, middle, near4, row, up4
from nnviz.figure.scene import Anchor, Box, Image, Mark, Rect
from nnviz.numerals import Numerals, rounded
from nnviz.trace import Role

if TYPE_CHECKING:
    import numpy as np

Shades = Literal["grey", "signed", "rgb"]
SIDE = 240
"""The longer side of a picture."""
FINE = 2
"""Pixels of a picture that are kept a unit, for a scale of 2."""
_SEEN = 4
"""Units a pixel from which it can be told from the next."""
_BAR = 12
_USUAL = 99
"""The part of the pixels, of 100, that a map of signed values tells apart."""


@dataclass(frozen=True, slots=True)
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
        return self.shades == "rgb" or (self.shades == "grey" and (self.low, self.high) == (0, 255))


def levels(array: np.ndarray, drawn: np.ndarray | None = None, *, image: bool = False) -> Levels:
    """Greys from 0 to the greatest value for what is never negative, of an image that was read
    0..255 or 0..65535 (0..1 for parts of it); else a map centred on 0, as far as all but the
    most extreme of the drawn pixels reach."""
    low, high = ends(array)
    if low < 0:
        return _signed_levels(array if drawn is None else drawn)
    full = (255, 65535) if array.dtype.kind in "uib" else (1, 255, 65535)
    top = next((most for most in full if high <= most), high) if image else high
    return Levels("grey", 0, top or 1.0)


def levels_drawn(array: np.ndarray, side: int, *, image: bool = False) -> Levels:
    """The levels of an array (H×W, or C×H×W) in a picture of this side."""
    return levels(array, reduced(array, drawn_size(array.shape[-2:], side)), image=image)


def levels_after(
    given: np.ndarray, scale: Levels, made: np.ndarray, side: int, *, least: float = 0.5
) -> Levels:
    """The levels of what was made of a picture: the picture's own where its range holds the
    new one and this reaches `least` of it, so that equal values have equal shades."""
    own = levels_drawn(made, side)
    held = scale.clipped or (scale.low <= ends(made)[0] and ends(made)[1] <= scale.high)
    reached = max(map(abs, ends(made))) >= least * max(map(abs, ends(given)))
    return scale if own.shades == scale.shades and held and reached else own


def levels_common(arrays: Sequence[np.ndarray], side: int) -> Levels:
    """One scale for several maps of one shape."""
    import numpy as np

    size = drawn_size(arrays[0].shape, side)
    drawn = np.stack([reduced(array, size) for array in arrays])
    return levels(np.array([ends(array) for array in arrays]), drawn)


def ends(array: np.ndarray) -> tuple[float, float]:
    """The least and the greatest of the finite values."""
    return remember(array, "ends", lambda: _ends(array))


def _ends(array: np.ndarray) -> tuple[float, float]:
    import numpy as np

    found = array[np.isfinite(array)] if array.dtype.kind == "f" else array
    return (float(found.min()), float(found.max())) if found.size else (0.0, 0.0)


def _signed_levels(drawn: np.ndarray) -> Levels:
    import numpy as np

    sizes = np.abs(drawn[np.isfinite(drawn)]).astype(float)
    most = float(sizes.max()) if sizes.size else 0.0
    usual = float(np.percentile(sizes, _USUAL)) if sizes.size else 0.0
    if 0 < usual < most / 1.5:
        return Levels("signed", -usual, usual, clipped=True)
    return Levels("signed", -(most or 1.0), most or 1.0)


def colored(array: np.ndarray) -> bool:
    """Whether C×H×W is a colour picture: three channels of 0..255 or 0..65535.

    Zeros and ones are three masks: as a colour picture they would be black.
    """
    if array.ndim != 3 or len(array) != 3 or array.dtype.kind not in "ui":
        return False
    low, high = ends(array)
    return low >= 0 and high > 1


def drawn_size(shape: Sequence[int], side: int = SIDE) -> tuple[int, int]:
    """Width and height of a picture of H×W cells: whole units a cell where there is room."""
    h, w = shape
    longest = max(h, w)
    if longest <= side:
        unit = max(1, side // longest)
        return max(4, w * unit), max(4, h * unit)
    return max(4, round(w * side / longest)), max(4, round(h * side / longest))


def pixels(style: Style, array: np.ndarray, size: tuple[int, int], scale: Levels) -> np.ndarray:
    """An array (H×W, or 3×H×W in colour) as uint8 pixels, no finer than is drawn."""
    import numpy as np

    small = reduced(array, size)
    if scale.shades == "rgb":
        return np.stack([_greys(channel, scale) for channel in small], -1)
    if scale.shades == "grey":
        return _greys(small, scale)
    return _diverging(style, small, scale)


def reduced(array: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """The mean of each block that falls on one pixel of a picture of this size."""
    import numpy as np

    if array.ndim == 3:
        return np.stack([reduced(channel, size) for channel in array])
    size = min(FINE * size[0], array.shape[1]), min(FINE * size[1], array.shape[0])
    if (size[1], size[0]) == array.shape:
        return array
    return remember(array, ("reduced", size), lambda: _reduced(array, size))


def _reduced(array: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    import numpy as np
    from PIL import Image as Pillow

    picture = Pillow.fromarray(np.ascontiguousarray(array, dtype=np.float32))
    return np.asarray(picture.resize(size, Pillow.Resampling.BOX))


def _greys(array: np.ndarray, scale: Levels) -> np.ndarray:
    import numpy as np

    unit = np.clip((array - scale.low) / (scale.high - scale.low or 1.0), 0, 1)
    return np.asarray(np.round(255 * np.nan_to_num(unit)), np.uint8)


def _diverging(style: Style, array: np.ndarray, scale: Levels) -> np.ndarray:
    import numpy as np

    low, mid, high = (
        np.array([int(c[i : i + 2], 16) for i in (1, 3, 5)], np.float32)
        for c in (style.theme.low, style.theme.middle, style.theme.high)
    )
    unit = np.clip(np.nan_to_num(array / (scale.high or 1.0)), -1, 1).astype(np.float32)[..., None]
    mixed = mid + np.where(unit < 0, (mid - low) * unit, (high - mid) * unit)
    return np.asarray(np.round(mixed), np.uint8)


def margin(style: Style, array: np.ndarray) -> int:
    """The room that a picture's axis takes on its left."""
    return up4(style.width(str(array.shape[-2]), SMALL) + 8)


def picture(
    style: Style,
    array: np.ndarray,
    role: Role,
    *,
    side: int = SIDE,
    window: tuple[float, float, float, float] | None = None,
    shades: Levels | None = None,
    bar: bool = True,
    axes: bool = True,
    mirrored: bool = False,
) -> Block:
    """An array as a picture; `window` is (row, column, rows, columns) of it, outlined.

    The rows are numbered at its left, or `mirrored` at its right. Where the ends of its
    shades are not a picture's own, a bar at the right says them.
    """
    h, w = array.shape[-2:]
    width, height = drawn_size((h, w), side)
    small = reduced(array, (width, height))
    scale = shades or levels(array, small)
    room = margin(style, array) if axes else 0
    left = 0 if mirrored else room
    tone = style.theme.tone(role)
    data = pixels(style, small, (width, height), scale)
    marks: list[Mark] = [
        Image(left, 0, width, height, data),
        Rect(left, 0, width, height, None, tone.line, 2, tone.dash),
    ]
    if window is not None:
        marks += _window(style, role, window, (h, w), Box(left, 0, width, height))
    if axes:
        marks += _axes(style, (h, w), (width, height), left, mirrored=mirrored)
    total = room + width
    low = height + (20 if axes else 0)
    block = Block(up4(total), up4(low), tuple(marks), near4(height / 2))
    if not bar or scale.plain:
        return block
    tall = max(height, 48)
    scale_block = Block(
        up4(20 + _BAR + _bar_room(style, scale)),
        tall,
        tuple(_bar(style, scale, 8, tall)),
        near4(tall / 2),
    )
    return row([block, scale_block])


def _window(
    style: Style,
    role: Role,
    window: tuple[float, float, float, float],
    shape: tuple[int, int],
    frame: Box,
) -> list[Mark]:
    """The outline of a window, on a light and a dark line so that it shows on any picture."""
    row, column, rows, columns = window
    sx, sy = frame.width / shape[1], frame.height / shape[0]
    w, h = min(frame.width, max(6, columns * sx)), min(frame.height, max(6, rows * sy))
    x = min(frame.x + column * sx, frame.right - w)
    y = min(frame.y + row * sy, frame.bottom - h)
    return [
        Rect(x, y, w, h, None, "#ffffff", 5),
        Rect(x, y, w, h, None, style.theme.tone(role).line, 3, now=role),
    ]


def _axes(
    style: Style, shape: tuple[int, int], size: tuple[int, int], left: float, *, mirrored: bool
) -> list[Mark]:
    """Ticks at round numbers of pixels, from 0, as far apart down as across."""
    muted = style.theme.muted
    units = size[0] / shape[1], size[1] / shape[0]
    apart = max(24, style.width(str(shape[1] - 1), SMALL) + 8)
    every = max(round_step(units[0], apart), round_step(units[1], 24))
    # A pixel that can be seen is named at its middle, as a cell is; else the edge is.
    push = 0.5 if min(units) >= _SEEN else 0.0
    across = [(n, left + (n + push) * units[0]) for n in range(0, shape[1], every)]
    down = [(n, (n + push) * units[1]) for n in range(0, shape[0], every)]
    edge, tick = (left + size[0], 4) if mirrored else (left, -4)
    anchor: Anchor = "start" if mirrored else "end"
    marks: list[Mark] = [
        segments(
            [((x, size[1]), (x, size[1] + 4)) for _, x in across]
            + [((edge + tick, y), (edge, y)) for _, y in down],
            muted,
        )
    ]
    for n, x in across:
        marks.append(style.text(x, size[1] + 16, str(n), SMALL, fill=muted, anchor="middle"))
    for n, y in down:
        place = middle(y, SMALL)
        x = edge + 1.5 * tick
        marks.append(style.text(x, place, str(n), SMALL, fill=muted, anchor=anchor))
    return marks


def round_step(unit: float, apart: float) -> int:
    """The least round number of pixels of so many units that stand `apart`."""
    rounds: Iterator[int] = (m * 10**e for e in range(12) for m in (1, 2, 5))
    return next(n for n in rounds if n * unit >= apart)


def _bar_room(style: Style, scale: Levels) -> int:
    return up4(max(style.width(t, SMALL) for t in _bar_texts(scale)))


def _bar_texts(scale: Levels) -> list[str]:
    if scale.shades == "grey":
        return [_short(scale.high, 3), _short(scale.low, 3)]
    least, most = ("≤ ", "≥ ") if scale.clipped else ("", "")
    return [most + _short(scale.high, 2), "0", least + _short(scale.low, 2)]


def _short(value: float, digits: int) -> str:
    """As `rounded`, but from a million on in a power of ten also what is whole."""
    if abs(value) < 10**6:
        return rounded(value, digits)
    found, _, power = f"{value:.{digits - 1}e}".partition("e")
    return rounded(float(found), digits) + Numerals(0, int(power)).factor


def _bar(style: Style, scale: Levels, x: float, height: float) -> list[Mark]:
    import numpy as np

    ramp = np.linspace(scale.high, scale.low, 64)[:, None]
    marks: list[Mark] = [
        Image(x, 0, _BAR, height, pixels(style, ramp, (1, 64), scale), crisp=False),
        Rect(x, 0, _BAR, height, None, style.theme.muted, 1),
    ]
    said = _bar_texts(scale)
    for i, text in enumerate(said):
        y = 4 + (height - 8) * i / (len(said) - 1)
        marks.append(
            style.text(x + _BAR + 4, middle(y, SMALL), text, SMALL, fill=style.theme.muted)
        )
    return marks
