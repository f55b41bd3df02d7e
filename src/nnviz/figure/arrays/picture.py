"""Arrays too large for numbers, as pictures with axes in pixels and a colour bar."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from nnviz.figure.layout.blocks import Block, row
from nnviz.figure.layout.lines import segments
from nnviz.figure.layout.style import SMALL, Style, middle, near4, up4
from nnviz.figure.scene import Anchor, Box, Image, Mark, Rect
from nnviz.numerals import rounded, scientific
from nnviz.shades import SIDE, Levels, drawn_size, levels, reduced
from nnviz.trace import Role

if TYPE_CHECKING:
    import numpy as np

_SEEN = 4
"""Units a pixel from which it can be told from the next."""
_BAR = 12


def pixels(style: Style, array: np.ndarray, size: tuple[int, int], scale: Levels) -> np.ndarray:
    """An array (H×W, or 3×H×W in colour) as uint8 pixels, no finer than is drawn."""
    return scale.paint(reduced(array, size), style.theme.poles)


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
    scale = shades or levels(array)
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
    wide, marks = up4(20 + _BAR + _bar_room(style, scale)), _bar(style, scale, 8, tall)
    scale_block = Block(wide, tall, tuple(marks), near4(tall / 2))
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
    units = size[0] / shape[1], size[1] / shape[0]
    apart = max(24, style.width(str(shape[1] - 1), SMALL) + 8)
    every = max(round_step(units[0], apart), round_step(units[1], 24))
    # A pixel that can be seen is named at its middle, as a cell is; else the edge is.
    push = 0.5 if min(units) >= _SEEN else 0.0
    across = [(n, left + (n + push) * units[0]) for n in range(0, shape[1], every)]
    down = [(n, (n + push) * units[1]) for n in range(0, shape[0], every)]
    edge, tick = (left + size[0], 4) if mirrored else (left, -4)
    anchor: Anchor = "start" if mirrored else "end"
    low = float(size[1])
    ticks = [((x, low), (x, low + 4)) for _, x in across]
    ticks += [((edge + tick, y), (edge, y)) for _, y in down]
    return [
        segments(ticks, style.theme.muted),
        *(style.note(x, low + 16, str(n), "middle") for n, x in across),
        *(style.note(edge + 1.5 * tick, middle(y, SMALL), str(n), anchor) for n, y in down),
    ]


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
    return rounded(value, digits) if abs(value) < 10**6 else scientific(value, digits)


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
        marks.append(style.note(x + _BAR + 4, middle(y, SMALL), text))
    return marks
