"""The tables of a transposed convolution: the input spread apart, and the output cut."""

from __future__ import annotations

from dataclasses import dataclass

from nnviz.figure.arrays.grid import (
    Cell,
    CellSize,
    Table,
    cell_numbers,
    cells,
    changed,
    index_labels,
    index_room,
)
from nnviz.figure.layout.blocks import Block
from nnviz.figure.layout.lines import segments
from nnviz.figure.layout.style import Style
from nnviz.figure.scene import Mark, Rect
from nnviz.figure.windows._padded import result
from nnviz.figure.windows._part import Area, Part, Place
from nnviz.shapes import TransposedAxis


@dataclass(frozen=True, slots=True)
class Spread:
    """An input channel with its cells a stride apart, and the zeros that a window reads."""

    table: Table
    at: tuple[range, range]
    """The table's rows and columns where the input's stand."""
    window: Area | None
    """The step's window, in the table."""
    taps: tuple[Area, ...] = ()
    """What of it the kernel reads, to be outlined: all of it, or cells apart."""


def spans(part: Part[TransposedAxis]) -> list[range]:
    """What is drawn of the spread input: its cells, and all that the windows read."""
    found = []
    for axis in part.axes:
        last = max((axis.size - 1) * axis.stride, axis.out - 1 + axis.before)
        found.append(range(min(0, axis.before - axis.extent + 1), last + 1))
    return found


def spread(style: Style, part: Part[TransposedAxis], c: int) -> Spread:
    """Channel `c`, spread; of a step the cells that reach its output, with their weights."""
    drawn, axes = spans(part), part.axes
    table: Table = [[Cell("0", "padding") for _ in drawn[1]] for _ in drawn[0]]
    rows, columns = (
        range(-span.start, axis.size * axis.stride - span.start, axis.stride)
        for axis, span in zip(axes, drawn, strict=True)
    )
    for r, line in zip(rows, cells(part.x[c], style.precision), strict=True):
        for k, cell in zip(columns, line, strict=True):
            table[r][k] = cell
    if part.at is None:
        return Spread(table, (rows, columns), None)
    for tap in part.taps():
        place, weight = (rows[tap.cell[0]], columns[tap.cell[1]]), part.w[c][tap.kernel]
        table = changed(table, [place], state="active", corner="×" + style.show(weight))
    top, left = (
        o + axis.before - axis.extent + 1 - span.start
        for axis, o, span in zip(axes, part.at, drawn, strict=True)
    )
    window = (top, left, axes[0].extent, axes[1].extent)
    return Spread(table, (rows, columns), window, _outlined(axes, top, left, window))


def _outlined(
    axes: tuple[TransposedAxis, TransposedAxis], top: int, left: int, window: Area
) -> tuple[Area, ...]:
    """The whole window, or each cell of one that is dilated."""
    if all(axis.dilation == 1 or axis.kernel == 1 for axis in axes):
        return (window,)
    rows, columns = (range(0, axis.extent, axis.dilation) for axis in axes)
    return tuple((top + r, left + c, 1, 1) for r in rows for c in columns)


def spread_tables(style: Style, part: Part[TransposedAxis], c: int) -> list[Table]:
    """What cells of channel `c` must have room for in any step: its numbers, every weight."""
    found = [spread(style, part, c).table]
    if part.at is not None:
        weights = cells(part.w[c], style.precision)
        found.append([[Cell(corner="×" + cell.text) for cell in line] for line in weights])
    return found


def turned(style: Style, part: Part[TransposedAxis], c: int) -> Table:
    """The kernel as it lies over the spread input: turned by 180°.

    Of a step, the cells by which something reaches its output are active.
    """
    taps = [(tap.kernel[0], tap.kernel[1]) for tap in part.taps()]
    table = changed(cells(part.w[c], style.precision), taps, state="active")
    return [line[::-1] for line in table[::-1]]


def cut(style: Style, part: Part[TransposedAxis]) -> tuple[Table, Place]:
    """The output with the cells that padding cuts away, and where it begins among them."""
    above, left = (max(0, axis.before) for axis in part.axes)
    below, right = (max(0, axis.reached - axis.before - axis.out) for axis in part.axes)
    gone = Cell("", "unused")
    wide = left + part.y.shape[1] + right
    inner = [[gone] * left + line + [gone] * right for line in result(style, part.y, part.at)]
    table = [[gone] * wide for _ in range(above)] + inner + [[gone] * wide for _ in range(below)]
    return table, (above, left)


# --- drawing the spread input ---------------------------------------------------------


def spread_grid(style: Style, channel: Spread, size: CellSize, *, vector: bool) -> Block:
    """The input's cells framed one by one, dashed cells of zeros between and around them.

    Its indices stand at the left and below, of a vector only below.
    """
    theme, tone = style.theme, style.theme.tone("input")
    table, (w, h) = channel.table, (size.width, size.height)
    left = 0 if vector else index_room(style, range(len(channel.at[0])))
    wide, tall = len(table[0]) * w, len(table) * h
    marks: list[Mark] = []
    if channel.window is not None:
        r, c, rows, columns = channel.window
        marks.append(Rect(left + c * w, r * h, columns * w, rows * h, tone.pale))
    lines = [((left + i * w, 0.0), (left + i * w, tall)) for i in range(len(table[0]) + 1)]
    lines += [((left, i * h), (left + wide, i * h)) for i in range(len(table) + 1)]
    marks.append(
        segments(
            [((a, float(b)), (c, float(d))) for (a, b), (c, d) in lines], theme.muted, 1, (3, 3)
        )
    )
    for r in channel.at[0]:
        for c in channel.at[1]:
            fill = tone.active if table[r][c].state == "active" else tone.pale
            marks.append(Rect(left + c * w, r * h, w, h, fill, tone.line, 2, tone.dash))
    for r, c, rows, columns in channel.taps:
        marks.append(Rect(left + c * w, r * h, columns * w, rows * h, None, tone.line, 3))
    tracks = [
        [own.index(i) if i in own else None for i in range(count)]
        for own, count in zip(channel.at, (len(table), len(table[0])), strict=True)
    ]
    marks += cell_numbers(style, table, size, left, (tracks[0], tracks[1]))
    ys = [(i, (r + 0.5) * h) for i, r in enumerate(channel.at[0] if left else ())]
    xs = [(i, left + (c + 0.5) * w) for i, c in enumerate(channel.at[1])]
    marks += index_labels(style, ys, xs, left, tall)
    return Block(left + wide, tall + 20, tuple(marks), tall / 2)
