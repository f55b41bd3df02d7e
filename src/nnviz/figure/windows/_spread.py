"""The parts of a transposed convolution: the spread input, the turned kernel, the cut output."""

from __future__ import annotations

from collections.abc import Sequence

from nnviz.elision import around
from nnviz.figure.arrays.grid import (
    Cell,
    CellSize,
    Shown,
    Table,
    cell_numbers,
    cells,
    changed,
    dots,
    heading_room,
    index_labels,
    index_room,
    named,
)
from nnviz.figure.arrays.named import NamedCells
from nnviz.figure.layout.blocks import Block, column, remark, row
from nnviz.figure.layout.lines import segments
from nnviz.figure.layout.style import SMALL, Style, near4
from nnviz.figure.scene import Command, Mark, Path, Rect
from nnviz.figure.windows._named_arrays import input_name, kernel_name
from nnviz.figure.windows._padded import result
from nnviz.figure.windows._part import Area, Part, Place
from nnviz.records import NamedTuple, dataclass, replace
from nnviz.shapes import TransposedAxis, times
from nnviz.words import Words


@dataclass(frozen=True)
class Spread:
    """An input channel with its cells a stride apart, and the zeros that a window reads."""

    table: Table
    tracks: tuple[Shown, Shown]
    """Which row or column of the input stands in each of the table's; None between them."""
    window: Area | None
    """The step's window, in the table."""
    taps: tuple[Area, ...] = ()
    """What of it the kernel reads, to be outlined: all of it, or cells apart."""

    def shortened(self, most: int) -> Spread:
        """With its middle left out around the window: at most so many rows and columns."""
        area = self.window or (0, 0, 0, 0)
        rows, columns = (
            around(len(track), most, range(area[k], area[k] + area[k + 2]))
            for k, track in enumerate(self.tracks)
        )

        def moved(area: Area) -> Area:
            return rows.index(area[0]), columns.index(area[1]), area[2], area[3]

        return Spread(
            [
                [dots(r, c) if r is None or c is None else self.table[r][c] for c in columns]
                for r in rows
            ],
            (_picked(self.tracks[0], rows), _picked(self.tracks[1], columns)),
            self.window and moved(self.window),
            tuple(map(moved, self.taps)),
        )


def _picked(track: Shown, shown: Shown) -> Shown:
    return [None if i is None else track[i] for i in shown]


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
    tracks = _track(rows, len(table)), _track(columns, len(table[0]))
    for r, line in zip(rows, cells(part.x[c], style.precision), strict=True):
        for k, cell in zip(columns, line, strict=True):
            table[r][k] = cell
    if part.at is None:
        return Spread(table, tracks, None)
    for tap in part.taps():
        place, weight = (rows[tap.cell[0]], columns[tap.cell[1]]), part.w[c][tap.kernel]
        table = changed(table, [place], state="active", corner="×" + style.show(weight))
    top, left = (
        o + axis.before - axis.extent + 1 - span.start
        for axis, o, span in zip(axes, part.at, drawn, strict=True)
    )
    window = (top, left, axes[0].extent, axes[1].extent)
    return Spread(table, tracks, window, _outlined(axes, top, left, window))


def _track(own: range, count: int) -> Shown:
    return [own.index(i) if i in own else None for i in range(count)]


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


def _turned(style: Style, part: Part[TransposedAxis], c: int) -> Table:
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


class SpreadCells(NamedTuple):
    """A part of a row (see `fit`): an input channel spread by the stride, under its name."""

    style: Style
    channel: Spread
    name: Words | str
    shape: str
    vector: bool
    tables: list[Table]

    @property
    def left(self) -> int:
        """What its indices take at its left; a vector has them only below."""
        own = [i for i in self.channel.tracks[0] if i is not None]
        return 0 if self.vector else index_room(self.style, own)

    def width(self, size: CellSize) -> float:
        wide = self.left + len(self.channel.table[0]) * size.width
        return heading_room(self.style, self.style.say(self.name), self.shape, wide, self.left)[-1]

    def height(self, size: CellSize) -> float:
        return 64 + len(self.channel.table) * size.height

    def block(self, size: CellSize) -> Block:
        inner = _spread_grid(self.style, self.channel, size, self.left)
        block = named(self.style, inner, "input", self.name, self.shape, left=self.left)
        return replace(block, axis=near4(block.axis))

    def uncornered(self) -> SpreadCells:
        """Without the weights in its cells, which may then be smaller."""
        bare = [[replace(cell, corner="") for cell in line] for line in self.channel.table]
        return self._replace(channel=replace(self.channel, table=bare), tables=[bare])

    def shortened(self, most: int) -> SpreadCells:
        return self._replace(channel=self.channel.shortened(most))


def spread_cells(style: Style, part: Part[TransposedAxis], c: int) -> SpreadCells:
    """Channel `c`, spread, which is said where it can be seen."""
    shape = part.shape(part.x[c])
    strides = [axis.stride for axis in part.axes if axis.size > 1]
    if max(strides, default=1) > 1:
        apart = times(strides if len(set(strides)) > 1 else strides[:1])
        shape = style.say(Words("{shape}, stride {stride}", shape=shape, stride=apart))
    channel, tables = spread(style, part, c), spread_tables(style, part, c)
    return SpreadCells(style, channel, input_name(part, c), shape, part.dims == 1, tables)


def _spread_grid(style: Style, channel: Spread, size: CellSize, left: int) -> Block:
    """The input's cells framed one by one, dashed cells of zeros between and around them; its
    indices stand at the `left` and below.
    """
    theme, tone = style.theme, style.theme.tone("input")
    table, (w, h) = channel.table, (size.width, size.height)
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
    own = [[(i, at) for at, i in enumerate(t) if i is not None] for t in channel.tracks]
    for _, r in own[0]:
        for _, c in own[1]:
            fill = tone.active if table[r][c].state == "active" else tone.pale
            marks.append(Rect(left + c * w, r * h, w, h, fill, tone.line, 2, tone.dash))
    for r, c, rows, columns in channel.taps:
        marks.append(Rect(left + c * w, r * h, columns * w, rows * h, None, tone.line, 3))
    marks += cell_numbers(style, table, size, left, channel.tracks)
    ys = [(i, (r + 0.5) * h) for i, r in (own[0] if left else ())]
    marks += index_labels(style, ys, [(i, left + (c + 0.5) * w) for i, c in own[1]], left, tall)
    return Block(left + wide, tall + 20, tuple(marks), tall / 2)


# --- what is said beneath ----------------------------------------------------------------


class Noted(NamedTuple):
    """A part of a row with a few words beneath its cells."""

    part: NamedCells
    note: Block

    @property
    def tables(self) -> Sequence[Table]:
        return self.part.tables

    def width(self, size: CellSize) -> float:
        return max(self.part.width(size), self.note.width)

    def height(self, size: CellSize) -> float:
        return self.part.height(size) + 4 + self.note.height

    def block(self, size: CellSize) -> Block:
        block = self.part.block(size)
        return replace(column([block, self.note], 4, "middle"), axis=block.axis)

    def shortened(self, most: int) -> Noted:
        return self._replace(part=self.part.shortened(most))


def turned_kernel(style: Style, part: Part[TransposedAxis], c: int) -> NamedCells:
    """A kernel as it lies over the spread input."""
    name, shape = kernel_name(part), part.shape(part.w[c])
    return NamedCells(style, _turned(style, part, c), "weight", name, shape)


def said_turned(kernel: NamedCells) -> NamedCells | Noted:
    """A turned kernel, which is said where it can be seen."""
    seen = len(kernel.table) * len(kernel.table[0]) > 1
    return Noted(kernel, _turning(kernel.style)) if seen else kernel


_QUARTER = 0.5523
"""How far from its ends the handles of a quarter of a circle stand, of its radius."""


def _turning(style: Style) -> Block:
    """An arrow three quarters round, and the words for it."""
    x = y = 8.0
    r, k = 6.0, 6 * _QUARTER
    curve: tuple[Command, ...] = (
        ("M", (x - r, y)),
        ("C", (x - r, y - k, x - k, y - r, x, y - r)),
        ("C", (x + k, y - r, x + r, y - k, x + r, y)),
        ("C", (x + r, y + k, x + k, y + r, x, y + r)),
        *(("M", (x + 3, y + r - 4)), ("L", (x, y + r)), ("L", (x + 4, y + r + 2))),
    )
    mark = Path(curve, None, style.theme.tone("weight").line, 1.5)
    return row([Block(20, 16, (mark,), 8), remark(style, Words("turned by 180°"), SMALL)])
