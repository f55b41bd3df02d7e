"""Arrays too large for numbers, as pictures with axes in pixels and a colour bar."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from nnviz.figure.layout.blocks import USUAL, Block, column, row
from nnviz.figure.layout.lines import segments
from nnviz.figure.layout.style import SMALL, Style, middle, near4, up4
from nnviz.figure.scene import Anchor, Box, Hatch, Image, Mark, Rect
from nnviz.libraries import np
from nnviz.numerals import plain, rounded, scientific
from nnviz.shades import (
    FINE,
    ODD,
    ODD_NAMES,
    SIDE,
    Levels,
    drawn_size,
    kinds_of,
    levels,
    odd,
    reduced,
    rgb,
)
from nnviz.trace import Role

_SEEN = 4
"""Units a pixel from which it can be told from the next."""
_BAR = 12
_MARK = 4
"""The least side of the mark of what is no number."""


def pixels(style: Style, array: np.ndarray, size: tuple[int, int], scale: Levels) -> np.ndarray:
    """An array (H×W, or 3×H×W in colour) as uint8 pixels, no finer than is drawn."""
    small = reduced(array, size)
    made = scale.paint(small, style.theme.poles)
    kinds = odd(small)
    return made if kinds is None else _striped(style, made, kinds, size)


def _striped(
    style: Style, made: np.ndarray, kinds: np.ndarray, size: tuple[int, int]
) -> np.ndarray:
    """What is no number in stripes, of a direction each: in greys, too, no number looks so.

    Nothing that is marked is smaller than _MARK.
    """
    from PIL import Image as Pillow
    from PIL.ImageFilter import MaxFilter

    h, w = kinds.shape
    wide, tall = (max(n, FINE * round(units)) for n, units in zip((w, h), size, strict=True))
    rows, columns = np.arange(tall)[:, None], np.arange(wide)
    made, kinds = (a[rows * h // tall, columns * w // wide] for a in (made, kinds))
    grown = max(0, FINE * _MARK - min(wide // w, tall // h)) // 2
    kinds = np.asarray(Pillow.fromarray(kinds).filter(MaxFilter(2 * grown + 1)))
    along = np.select([kinds == 1, kinds == 2], [columns, rows], rows - columns)
    dark = along // (_MARK * FINE // 4) % 2 == 0
    made[kinds > 0] = rgb(style.theme.page or "#ffffff")
    for kind, color in enumerate(style.theme.odd, 1):
        made[(kinds == kind) & dark] = rgb(color)
    return made


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
    at: tuple[int, int] | None = None,
    unread: tuple[Sequence[int], Sequence[int]] = ((), ()),
    bar: bool = True,
    axes: bool = True,
    mirrored: bool = False,
) -> Block:
    """An array as a picture; `window` is (row, column, rows, columns) of it, outlined.

    `at` is the cell of a step: outlined, and those to come are empty. `unread` rows and columns
    are hatched. The rows are numbered at its left, or `mirrored` at its right. Where the ends
    of its shades are not a picture's own, a bar at the right says them; and what marks mean.
    """
    h, w = array.shape[-2:]
    scale = shades or levels(array)
    room = margin(style, array) if axes else 0
    marked, barred = odd_legend(style, array), bar and not scale.plain
    aside = max([_room_beside(style, _bar_texts(scale)) * barred, *(b.width for b in marked)])
    width, height = drawn_size((h, w), int(min(side, style.room - USUAL - room - aside)))
    small = reduced(array, (width, height))
    left = 0 if mirrored else room
    tone = style.theme.tone(role)
    data, frame = pixels(style, small, (width, height), scale), Box(left, 0, width, height)
    marks: list[Mark] = [Image(left, 0, width, height, data)]
    marks += _unread(style, unread, (h, w), frame)
    if at is not None:
        marks += _still_empty(tone.pale, at, (h, w), frame, back=style.back)
        window = window or (*at, 1, 1)
    marks.append(Rect(left, 0, width, height, None, tone.line, 2, tone.dash))
    if window is not None:
        marks += _window(style, role, window, (h, w), frame)
    if axes:
        marks += _axes(style, (h, w), (width, height), left, mirrored=mirrored)
    total = room + width
    low = height + (20 if axes else 0)
    block = Block(up4(total), up4(low), tuple(marks), near4(height / 2))
    beside = [_bar(style, scale, max(height - 20 * len(marked), 48))] if barred else []
    return row([block, column([*beside, *marked], 0)]) if beside or marked else block


def _unread(
    style: Style, unread: tuple[Sequence[int], Sequence[int]], shape: tuple[int, int], frame: Box
) -> Iterator[Mark]:
    """Hatches over rows and columns that can be seen, light on dark and dark on light."""
    sy, sx = frame.height / shape[0], frame.width / shape[1]
    boxes = [
        Rect(frame.x, frame.y + run.start * sy, frame.width, len(run) * sy)
        for run in _runs(unread[0], 1 / sy)
    ] + [
        Rect(frame.x + run.start * sx, frame.y, len(run) * sx, frame.height)
        for run in _runs(unread[1], 1 / sx)
    ]
    for color, line in ((style.theme.page or "#ffffff", 2.5), (style.theme.ink, 1)):
        yield from (box._replace(hatch=Hatch(color, 8, line)) for box in boxes)


def _runs(numbers: Sequence[int], least: float) -> Iterator[range]:
    """Numbers that follow each other, as runs of a length."""
    start = 0
    for i in range(1, len(numbers) + 1):
        if i == len(numbers) or numbers[i] > numbers[i - 1] + 1:
            if i - start >= least:
                yield range(numbers[start], numbers[i - 1] + 1)
            start = i


def _still_empty(
    fill: str, at: tuple[int, int], shape: tuple[int, int], frame: Box, *, back: bool
) -> Iterator[Mark]:
    """Covers over the rest of the row of a cell and over the rows below; going `back`, over what
    comes before.
    """
    sy, sx = frame.height / shape[0], frame.width / shape[1]
    x, y, below = frame.x + (at[1] + 1) * sx, frame.y + at[0] * sy, frame.y + (at[0] + 1) * sy
    if back:
        if at[1]:
            yield Rect(frame.x, y, x - sx - frame.x, below - y, fill)
        if at[0]:
            yield Rect(frame.x, frame.y, frame.width, y - frame.y, fill)
        return
    if at[1] + 1 < shape[1]:
        yield Rect(x, y, frame.right - x, below - y, fill)
    if at[0] + 1 < shape[0]:
        yield Rect(frame.x, below, frame.width, frame.bottom - below, fill)


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
        Rect(x, y, w, h, None, style.theme.page or "#ffffff", 5),
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


def odd_legend(style: Style, *pictured: np.ndarray) -> list[Block]:
    """A line for each kind of what is no number in some pictures: its mark and its name."""
    found = []
    for kind in kinds_of(*pictured):
        data = pixels(style, np.array([[ODD[kind - 1]]]), (_BAR, _BAR), Levels("grey", 0, 1))
        text = style.note(12 + _BAR, middle(10, SMALL), ODD_NAMES[kind - 1])
        marks = Image(8, 4, _BAR, _BAR, data), text
        found.append(Block(_room_beside(style, [text.content]), 20, marks, 12))
    return found


def _bar_texts(scale: Levels) -> list[str]:
    (least, most), digits = scale.past, 3 + scale.digits
    low, high = least + _outward(scale.low, -1, digits), most + _outward(scale.high, 1, digits)
    return [high, low] if scale.shades == "grey" else [high, "0", low]


def _outward(value: float, way: int, digits: int = 3) -> str:
    """So many digits, rounded up or down (`way` 1 or −1), so that no value lies past the bar;
    whole numbers whole, from a million on in a power of ten.

    >>> _outward(12.34, 1), _outward(12.36, -1), _outward(1234, 1), _outward(1234567, 1)
    ('12.4', '12.3', '1234', '1.24×10⁶')
    """
    said = rounded if abs(value) < 10**6 else scientific
    text = said(value, digits)
    if way * float(plain(text)) >= way * value:
        return text
    half = 10.0 ** (math.floor(math.log10(abs(value))) - digits + 1) / 2
    return said(value + way * half, digits)


def _bar(style: Style, scale: Levels, height: float) -> Block:
    ramp = np.linspace(scale.high, scale.low, 64)[:, None]
    marks: list[Mark] = [
        Image(8, 0, _BAR, height, pixels(style, ramp, (1, 64), scale), crisp=False),
        Rect(8, 0, _BAR, height, None, style.theme.muted, 1),
    ]
    said = _bar_texts(scale)
    for i, text in enumerate(said):
        y = 4 + (height - 8) * i / (len(said) - 1)
        marks.append(style.note(12 + _BAR, middle(y, SMALL), text))
    return Block(_room_beside(style, said), height, tuple(marks), near4(height / 2))


def _room_beside(style: Style, said: Sequence[str]) -> int:
    """What such texts take at the right of a picture, each behind its mark."""
    return up4(20 + _BAR + max(style.width(text, SMALL) for text in said))
