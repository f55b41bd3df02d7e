"""Sliding windows over arrays too large for numbers: pictures, and the window's cells."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from nnviz.figure.arrays.grid import (
    MOST,
    Cell,
    CellSize,
    State,
    Table,
    cell_sizes,
    cells,
    fitting,
    grid,
    in_a_row,
    named,
    roomy,
)
from nnviz.figure.arrays.picture import margin, picture
from nnviz.figure.formulas.arithmetic import arithmetic
from nnviz.figure.layout.page import BODY, ROOM, Block, Style, column, flow, near4, row
from nnviz.figure.windows._named_arrays import (
    input_name,
    kernel_block,
    kernel_name,
    output_block,
    output_name,
)
from nnviz.figure.windows._slices import Place, Slices, padded, plan_of, result
from nnviz.numerals import Numerals, numerals
from nnviz.shades import Levels, color_levels, levels_after, levels_drawn
from nnviz.shapes import times
from nnviz.trace import Step, Trace
from nnviz.words import Words

if TYPE_CHECKING:
    import numpy as np


GAP = 24
LEAST = 0.6
"""The least side of the output, as part of the input's: smaller ones cannot be read."""
KERNELS = 280
"""The room of a kernel in cells between two pictures."""
SHOWN = 4
"""Channels whose window is cut out."""
SIDES = (236, 216, 180, 144)
"""The sides of the pictures that are tried, so that all stands in one row."""


def large(trace: Trace, style: Style, part: Slices, room: float = ROOM) -> bool:
    """Whether an array has too many cells a side for numbers, or numbers too wide for cells."""
    if max(part.x.shape[1:] + part.y.shape) > MOST:
        return True
    tables = [result(style, made, part.at) for made in part.maps]
    for c in range(len(part.x)):
        w = None if part.w is None else part.w[c]
        if w is not None:
            tables.append(cells(w, style.precision))
        seen = None if part.at is None else w
        tables.append(padded(trace, style, part.x[c], part.axes, part.at, seen).table)
    return not roomy(style, tables, room)


def among_pictures(
    style: Style,
    tables: Sequence[Table],
    build: Callable[[int, CellSize], Sequence[Block]],
    *,
    below: int = 36,
) -> Block:
    """The blocks of `build`, of pictures with a side and of cells of a size, in a row.

    In two rows where no side fits, the pictures then large and the cells at most `below`.
    """
    for side in SIDES:
        block = in_a_row(style, tables, partial(build, side), largest=36)
        if block is not None:
            return block
    return flow(build(SIDES[1], cell_sizes(style, tables, largest=below)[0]))


def input_picture(style: Style, part: Slices, side: int, c: int | None = None) -> Block:
    """The input, its window outlined: channel `c`, or all three in colour."""
    color = c is None and len(part.x) == 3
    array = part.x if color else part.x[c or 0]
    shades = color_levels(array) if color else None
    shades = shades or _input_levels(part)
    block = picture(style, array, "input", side=side, window=_window(part), shades=shades)
    name = Words("input") if color else input_name(part, c or 0)
    return named(style, block, "input", name, times(array.shape), left=margin(style, array))


def _input_levels(part: Slices) -> Levels:
    """The greys of the input, the same in all its channels."""
    return levels_drawn(part.x, image=part.image)


def _window(part: Slices) -> tuple[float, float, float, float] | None:
    """The part of the window that lies on the input."""
    if part.at is None:
        return None
    spans = []
    for axis, o in zip(part.axes, part.at, strict=True):
        positions = axis.positions(o)
        first, last = max(0, positions[0]), min(axis.size, positions[-1] + 1)
        spans.append((min(first, axis.size - 1), max(1, last - first)))
    (r, rows), (c, columns) = spans
    return r, c, rows, columns


def output_picture(style: Style, part: Slices, side: int) -> Block:
    """The output map, as a picture as large against the input's as it is in cells."""
    if max(part.y.shape) <= MOST:
        table = result(style, part.y, part.at)
        if roomy(style, [table], side + 80):
            return fitting(
                style,
                [table],
                lambda size: [output_block(style, table, size, part)],
                rooms=(side + 80,),
            )
    window = None if part.at is None else (*part.at, 1, 1)
    longest = max(part.x.shape[1:])
    own = max(96, min(side, round(side * max(LEAST, max(part.y.shape) / longest))))
    # Pooling keeps the values, however few of the large ones are left.
    least = 0 if part.w is None else 0.5
    shades = levels_after(part.x, _input_levels(part), part.y, least=least)
    block = picture(style, part.y, "output", side=own, window=window, shades=shades)
    left = margin(style, part.y)
    return named(style, block, "output", output_name(part), times(part.y.shape), left=left)


def explained(
    trace: Trace, style: Style, part: Slices, step: Step, room: float, size: int = BODY
) -> Block:
    """The window's cells, and the arithmetic beside them where it fits, else beneath."""
    window = cutout(trace, style, part, room)
    if window is None:
        return arithmetic(style, step.formula, room=room, size=size)
    left = room - window.width - GAP
    if left > 0:
        sums = arithmetic(style, step.formula, room=left, size=size)
        if sums.width <= left and sums.height <= window.height + 40:
            level = replace(sums, axis=near4(sums.height / 2 - 22))
            return row([replace(window, axis=near4(window.height / 2)), level], GAP)
    return column([window, arithmetic(style, step.formula, room=room, size=size)], 20)


def kernels_block(style: Style, tables: list[Table], size: CellSize, part: Slices) -> Block:
    """The kernel of every channel, one below the other; a picture where cells do not fit."""
    assert part.w is not None
    if max(part.w.shape[1:]) > MOST or not roomy(style, tables, KERNELS):
        inner = [picture(style, w, "weight", side=96, axes=False, bar=False) for w in part.w]
    elif len(tables) == 1 or part.shared:
        return kernel_block(style, tables[0], size, part)
    else:
        inner = [grid(style, table, "weight", size) for table in tables]
    if len(inner) > 1:
        names = [Words("channel {c}", c=part.first + c) for c in range(len(inner))]
        inner = [named(style, b, "weight", n, "") for b, n in zip(inner, names, strict=True)]
    shape = times(part.shape(part.w if len(inner) > 1 else part.w[0]))
    return named(style, column(inner, 12, "middle"), "weight", kernel_name(part), shape)


def cutout(trace: Trace, style: Style, part: Slices, room: float = ROOM) -> Block | None:
    """The cells under the window, enlarged, with the kernel's values: a table a channel.

    None where they are too many or too wide.
    """
    assert part.at is not None
    rows, columns = (axis.positions(o) for axis, o in zip(part.axes, part.at, strict=True))
    if max(len(rows), len(columns)) > MOST or len(part.x) > SHOWN:
        return None
    tables = [_table(trace, style, part, c, rows, columns) for c in range(len(part.x))]
    if not roomy(style, tables, room):
        return None
    where = style.say(
        Words(
            "rows {top} to {bottom}, columns {left} to {right}",
            top=_signed(rows[0]),
            bottom=_signed(rows[-1]),
            left=_signed(columns[0]),
            right=_signed(columns[-1]),
        )
    )

    def build(size: CellSize) -> list[Block]:
        grids = [grid(style, table, "input", size) for table in tables]
        if len(grids) == 1:
            return grids
        names = [Words("channel {c}", c=part.first + c) for c in range(len(grids))]
        return [named(style, g, "input", n, "") for g, n in zip(grids, names, strict=True)]

    windows = fitting(style, tables, build, rooms=(room,), gap=24)
    return named(style, windows, "input", Words("window"), where)


def _signed(n: int) -> str:
    return str(n).replace("-", "−")


def _table(
    trace: Trace, style: Style, part: Slices, c: int, rows: range, columns: range
) -> list[list[Cell]]:
    channel = part.x[c]
    # The picture is large: the numbers under the window decide how all of them are written.
    places = [(r, k) for r in rows for k in columns]
    found = [_source(trace, part, place) for place in places]
    read = [channel[s] for s in found if s is not None]
    form = numerals(channel.reshape(-1)[:0] if not read else _array(read), style.precision)
    corners = [""] * len(places)
    if part.w is not None:
        written = numerals(part.w[c], style.precision)
        corners = ["×" + written(value) for value in part.w[c].reshape(-1)]
    flat = [
        _cell(style, part, place, source, channel, form, corner)
        for place, source, corner in zip(places, found, corners, strict=True)
    ]
    return [flat[i : i + len(columns)] for i in range(0, len(flat), len(columns))]


def _array(values: list[object]) -> np.ndarray:
    import numpy as np

    return np.array(values)


def _source(trace: Trace, part: Slices, place: Place) -> Place | None:
    row, column = (
        axis.source(p, plan_of(trace).mode) for axis, p in zip(part.axes, place, strict=True)
    )
    return None if row is None or column is None else (row, column)


def _cell(
    style: Style,
    part: Slices,
    place: Place,
    source: Place | None,
    channel: np.ndarray,
    form: Numerals,
    corner: str,
) -> Cell:
    text = "0" if source is None else form(channel[source])
    inside = all(0 <= p < axis.size for axis, p in zip(part.axes, place, strict=True))
    state: State = "active" if inside else "padding"
    return Cell(text, state, corner, None if inside else style.theme.page or "#ffffff")
