"""The strip that flatten makes: line by line in cells, or as a picture."""

from __future__ import annotations

import math
from collections.abc import Sequence

from nnviz.figure.arrays.fit import cell_sizes
from nnviz.figure.arrays.grid import (
    Cell,
    CellSize,
    Table,
    called,
    grid,
    named,
    outline,
)
from nnviz.figure.arrays.picture import pixels, round_step
from nnviz.figure.layout.blocks import Block, column, remark
from nnviz.figure.layout.lines import Point, polyline
from nnviz.figure.layout.style import BODY, SMALL, Style, up4
from nnviz.figure.scene import Box, Group, Image, Mark, extent
from nnviz.records import dataclass
from nnviz.shades import Levels
from nnviz.shapes import times
from nnviz.trace import Trace
from nnviz.words import Words

LINES = 12
"""Lines of the strip that are all drawn; of more, the first ones and the last."""
FOOT = 28
"""Beneath a line of the strip: where its rows begin."""
BAND = 40
"""The height of a strip drawn as a picture."""
ARROW = 20
"""The least width of a row of that strip."""


@dataclass(frozen=True)
class Strip:
    """How the strip is broken into lines: so many cells a line."""

    count: int
    across: int
    size: CellSize
    row: int
    """How many cells a row of the input has."""

    @property
    def lines(self) -> list[range | int]:
        """The cells of each line; a number is how many are left out."""
        every = [
            range(i, min(i + self.across, self.count)) for i in range(0, self.count, self.across)
        ]
        if len(every) <= LINES:
            return list(every)
        hidden = every[-1].start - every[LINES - 2].start
        return [*every[: LINES - 2], hidden, every[-1]]

    def center(self, i: int) -> float:
        return (i % self.across + 0.5) * self.size.width

    @property
    def neighbours(self) -> Point:
        """Where the first cell stands and the one that was below it."""
        return self.center(0), self.center(self.row)


def strip_of(style: Style, table: Table, count: int) -> Strip:
    """One line where that fits the page with cells of some size, else whole rows a line."""
    row = len(table[0])
    sizes = cell_sizes(style, [table], largest=36)
    for cells_a_line in (count, 2 * row, row):
        for size in sizes:
            if cells_a_line * size.width <= style.room:
                most = count if cells_a_line == count else style.room // size.width // row * row
                return Strip(count, min(most, count), size, row)
    return Strip(count, max(1, style.room // sizes[-1].width), sizes[-1], row)


def in_lines(
    style: Style, trace: Trace, strip: Strip, flat: Sequence[Cell], active: Sequence[int]
) -> Block:
    """The strip, line by line, with the number of the first cell of each row beneath.

    Lines are open where the strip goes on. Of two active cells it is said how far they are apart.
    """
    length = min(strip.across, strip.count) * strip.size.width
    h = strip.size.height
    marks: list[Mark] = [*_strip_name(style, trace, length, h)]
    y = 0.0
    for line in strip.lines:
        if isinstance(line, int):
            marks.append(remark(style, Words("… and {n} more cells", n=line)).at(0, y))
            y += 32
            continue
        windows = [(0, i - line.start, 1, 1) for i in active if i in line]
        closed = line.start == 0, line.stop == strip.count
        row = [[flat[i] for i in line]]
        cells = grid(
            style, row, "output", strip.size, indices=([0], line), windows=windows, closed=closed
        )
        marks.append(cells.at(0, y))
        starts = [i for i in line if i % strip.row == 0]
        marks += [
            style.note(strip.center(i), y + h + 16, str(i), "middle")
            for i in _starts_apart(style, starts, strip.row * strip.size.width)
        ]
        y += h + FOOT
        if len(active) > 1 and line.start == 0 and strip.row in line:
            marks += _distance(style, strip.neighbours, strip.row, y - 4)
            y += 28
    # Outlines may stand a little out.
    right = max((extent(mark).right for mark in marks), default=0)
    width = max(strip.across * strip.size.width, up4(right - 3))
    label = called(style, style.say(Words("output")), times(trace.output.shape))
    return Block(width, y, (Group(tuple(marks), label=label),))


def _starts_apart(style: Style, starts: Sequence[int], row: float) -> list[int]:
    """Those of the numbers that have room beside each other, a row of such a width apart."""
    wide = max((style.width(str(i), SMALL) for i in starts), default=0) + 6
    return list(starts[:: max(1, math.ceil(wide / row))])


def _strip_name(style: Style, trace: Trace, length: float, height: float) -> list[Mark]:
    """The strip's name and shape: at its right, or above its right end."""
    name, shape = style.say(Words("output")), times(trace.output.shape)
    first, second = style.width(name, BODY, True), style.width(shape, SMALL)
    beside = length + 16 + first + 8 + second <= style.room
    x = length + 16 if beside else length - first - 8 - second
    y = height / 2 + 5 if beside else -8
    tone = style.theme.tone("output").line
    return [
        style.text(x, y, name, BODY, fill=tone, bold=True),
        style.note(x + first + 8, y, shape),
    ]


def _distance(style: Style, neighbours: Point, n: int, y: float) -> list[Mark]:
    """A line from the one neighbour to the other, and how far it is."""
    start, end = neighbours
    said = style.say(Words("{n} apart", n=n))
    x = max(start, (start + end - style.width(said, SMALL)) / 2)
    path = [(start, y - 4), (start, y), (end, y), (end, y - 4)]
    return [polyline(path, style.theme.muted, 1.5), style.note(x, y + 16, said)]


# --- as a picture ------------------------------------------------------------------


def cells_shown(style: Style, count: int, row: int) -> int:
    """How many cells of the strip are drawn: whole rows, each wide enough for an arrow."""
    return min(count, style.room // ARROW * row) if row else count


def band(style: Style, trace: Trace, grey: Levels, row: int) -> Block:
    """The strip as a picture, or the matrix; with rows of so many cells it is numbered."""
    out = trace.output
    drawn = cells_shown(style, out.size, row)
    strip = out.reshape(1, -1)[:, :drawn] if out.ndim == 1 else out
    height = BAND if out.ndim == 1 else max(BAND, min(240, 4 * len(out)))
    marks: list[Mark] = [
        Image(0, 0, style.room, height, pixels(style, strip, (style.room, height), grey)),
        outline(style, "output", Box(0, 0, style.room, height), (True, drawn == out.size)),
    ]
    if out.ndim > 1:
        below = Block(style.room, height, tuple(marks), height / 2)
        return named(style, below, "output", Words("output"), out.shape)
    marks += _strip_name(style, trace, style.room, height)
    cell = style.room / drawn
    each = row or round_step(cell, 48)
    for i in _starts_apart(style, range(0, drawn, each), each * cell):
        x = (i + 0.5) * cell if i else 0
        marks.append(style.note(x, height + 16, str(i), "middle" if i else "start"))
    low = height + FOOT
    if row:
        marks += _distance(style, (cell / 2, (row + 0.5) * cell), row, low - 4)
        low += 28
    said = [Words("row after row: {n} cells in one strip", n=int(out.size))]
    if drawn < out.size:
        said.append(Words("… and {n} more cells", n=int(out.size) - drawn))
    notes = [remark(style, words, SMALL) for words in said]
    return column([Block(style.room, low, tuple(marks)), *notes], 4)
