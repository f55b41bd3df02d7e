"""The window's cells, enlarged beside a picture, and the arithmetic of a step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from itertools import product
from typing import Any

from nnviz.figure.arrays.fit import Drawn, Row, fits_page, largest_fit
from nnviz.figure.arrays.grid import MOST, Cell, Table, grid, named
from nnviz.figure.arrays.named import NamedCells
from nnviz.figure.arrays.picture import picture
from nnviz.figure.formulas.arithmetic import Widest, arithmetic
from nnviz.figure.layout.blocks import Block, column, row
from nnviz.figure.layout.style import BODY, Style, near4
from nnviz.figure.windows._part import SHOWN, Part
from nnviz.plans import Tap
from nnviz.shades import color_levels, colored, levels
from nnviz.shapes import TransposedAxis
from nnviz.trace import Step
from nnviz.words import Words

_GAP = 24
_SIDE = 124
"""Of a window as a picture."""


def explained(
    style: Style,
    part: Part[Any],
    step: Step,
    room: float,
    size: int = BODY,
    wide: Widest | None = None,
) -> Block:
    """The window's cells, and the arithmetic beside them where it fits, else beneath."""
    sums_in = partial(arithmetic, style, step.formula, size=size, wide=wide)
    window = cutout(style, part, room)
    if window is None:
        return sums_in(room=room)
    left = room - window.width - _GAP
    if left > 0:
        sums = sums_in(room=left)
        if sums.width <= left and sums.height <= window.height + 40:
            level = replace(sums, axis=near4(sums.height / 2 - 22))
            return row([replace(window, axis=near4(window.height / 2)), level], _GAP)
    return column([window, sums_in(room=room)], 20)


def cutout(style: Style, part: Part[Any], room: float | None = None) -> Block | None:
    """The cells under the window, enlarged, with the kernel's values: a table a channel.

    A picture where they are too many; None where they are too wide, or all that there is.
    """
    assert part.at is not None
    taps = part.taps()
    if len(part.x) > SHOWN or not taps:
        return None
    if part.plan.transposed:
        taps = _all_turned(part, taps)
    sides = [len({tap.kernel[k] for tap in taps}) for k in (0, 1)]
    if max(sides) > MOST:
        return _pictured(style, part, taps)
    tables = [_under_window(style, part, c, taps, sides[1]) for c in range(len(part.x))]
    if not fits_page(style, tables, room):
        return None
    if len(tables) == 1:
        parts: Row = [Drawn(partial(grid, style, tables[0], "input"), tables)]
    else:
        names = [Words("channel {c}", c=c) for c in part.channels]
        named_tables = zip(tables, names, strict=True)
        parts = [NamedCells(style, table, "input", name, "") for table, name in named_tables]
    windows = largest_fit(style, parts, rooms=(room or style.room,), gap=24)
    return named(style, windows, "input", Words("window"), _where(style, taps))


def _all_turned(part: Part[TransposedAxis], taps: Sequence[Tap]) -> list[Tap]:
    """The cells of the turned kernel over a spread input: between its cells there are zeros."""
    met = {tap.kernel: tap for tap in taps}
    cells = list(product(*(range(axis.kernel)[::-1] for axis in part.axes)))
    return [met.get(kernel, Tap(kernel, (), None)) for kernel in cells]


def _where(style: Style, taps: Sequence[Tap]) -> str:
    cells = [tap.cell for tap in taps if tap.cell]
    (top, left), (bottom, right) = cells[0], cells[-1]
    ends = {"top": top, "bottom": bottom, "left": left, "right": right}
    where = Words(
        "rows {top} to {bottom}, columns {left} to {right}",
        **{name: str(n).replace("-", "−") for name, n in ends.items()},
    )
    return style.say(where)


def _pictured(style: Style, part: Part[Any], taps: Sequence[Tap]) -> Block | None:
    """What the window sees of the input as a picture: in colour, or of the first channel."""
    seen = part.seen()
    if seen is None or seen[2:] == part.x.shape[1:]:
        return None
    top, left, rows, columns = seen
    color = len(part.x) == 3 and colored(part.x)
    cut = part.x[:, top : top + rows, left : left + columns]
    shades = color_levels(part.x) if color else levels(part.x, image=part.image)
    small = picture(
        style,
        cut if color else cut[0],
        "input",
        side=_SIDE,
        shades=shades,
        axes=False,
        bar=False,
    )
    return named(style, small, "input", Words("window"), _where(style, taps))


def _under_window(style: Style, part: Part[Any], c: int, taps: list[Tap], width: int) -> Table:
    """The cells that the window looks at in channel `c`, row by row."""
    channel = part.x[c]
    line = []
    for tap in taps:
        text = "0" if tap.source is None else style.show(channel[tap.source])
        corner = "×" + style.show(part.w[c][tap.kernel]) if len(part.w) else ""
        if tap.source == tap.cell:
            line.append(Cell(text, "active", corner))
        else:
            line.append(Cell(text, "padding", corner, style.theme.page or "#ffffff"))
    return [line[i : i + width] for i in range(0, len(line), width)]
