"""Flatten: the matrix, and the strip that it becomes, row after row.

Two neighbours, one below the other, are followed into the strip, where they stand a whole
row apart.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nnviz.figure.arrays.grid import (
    MOST,
    Cell,
    CellSize,
    Table,
    cells,
    changed,
    grid,
    named,
    outline,
    roomy,
    sizes,
)
from nnviz.figure.arrays.picture import margin, picture, pixels, round_step
from nnviz.figure.formulas.wrapped import workings_or_none
from nnviz.figure.layout.lines import Point, arrow, polyline, rounded_line
from nnviz.figure.layout.page import BODY, ROOM, SMALL, Block, Style, column, flow, lines, page, up4
from nnviz.figure.scene import Anchor, Box, Group, Image, Mark, Scene, extent, flatten
from nnviz.shades import Levels, color_levels, colored, drawn_size, levels
from nnviz.shapes import cells as count_of
from nnviz.shapes import times
from nnviz.trace import Step, Trace
from nnviz.words import Words

if TYPE_CHECKING:
    import numpy as np

    from nnviz.request import Appearance

RANK = 0
LINES = 12
"""Lines of the strip that are all drawn; of more, the first ones and the last."""
LANE = 48
"""The room left of the matrix for the links."""
DROP = 44
"""The room between the matrix and the strip."""
FOOT = 28
"""Beneath a line of the strip: where its rows begin."""


def fits(_: Trace) -> Words | None:
    """Every array."""
    return None


def draw(trace: Trace, appearance: Appearance, step: Step | None) -> Scene:
    """The matrix above, the strip below; of a step, its cell in both."""
    style = Style.of(appearance)
    if not _readable(style, trace):
        return page(style, trace, appearance, step, [_pictures(trace, style)])
    blocks = [_linked(trace, style, step)]
    if step is not None:
        blocks += workings_or_none(style, step.formula, blocks[0].width)
    return page(style, trace, appearance, step, blocks)


def _readable(style: Style, trace: Trace) -> bool:
    """Whether the numbers have room: a vector goes on in further lines, a matrix cannot."""
    x, out = trace.arrays["input"], trace.output
    sides = max([*x.shape, *(out.shape if out.ndim > 1 else ())], default=1)
    if sides > MOST or count_of(x.shape) > MOST * MOST:
        return False
    made = [cells(out, style.precision)] if out.ndim > 1 else []
    return all(roomy(style, [t], ROOM - LANE) for t in (cells(x, style.precision), *made))


# --- numbers -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Strip:
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
    def neighbours(self) -> tuple[float, float]:
        """Where the first cell stands and the one that was below it."""
        return self.center(0), self.center(self.row)


def _strip(style: Style, table: Table, trace: Trace) -> _Strip:
    """One line where that fits the page with cells of some size, else whole rows a line."""
    row, count = len(table[0]), int(trace.output.size)
    tried = sizes(style, [table], largest=36)
    for cells_a_line in (count, 2 * row, row):
        for size in tried:
            if cells_a_line * size.width <= ROOM:
                most = ROOM // size.width
                fitting = count if cells_a_line == count else most // row * row
                return _Strip(count, min(fitting, count), size, row)
    return _Strip(count, max(1, ROOM // tried[-1].width), tried[-1], row)


def _linked(trace: Trace, style: Style, step: Step | None) -> Block:
    """The matrix, the strip, and the links between."""
    x = trace.arrays["input"]
    table = cells(x, style.precision)
    strip = _strip(style, table, trace)
    is_strip = trace.output.ndim == 1
    pair = _pair(table) if step is None and is_strip else ()
    active = pair or (() if step is None else (step.number - 1,))
    above, first = _matrices(style, x, table, active)
    marked = _Marked(active, step, bool(pair))
    if is_strip:
        below = _lines(style, trace, strip, table, marked)
    else:
        below = _matrix(style, trace, table, marked)
    has_links = bool(pair) and strip.across > strip.row
    left = LANE if has_links else 0
    top = above.height + DROP
    marks: list[Mark] = [above.at(left, 0), below.at(0, top)]
    if has_links:
        marks += _links(style, strip.neighbours, first.moved(LANE, 0), above.height)
    else:
        middle = up4(min(above.width, below.width) / 2)
        marks += arrow((middle, above.height + 8), (middle, top - 4), style.theme.ink)
    return Block(max(left + above.width, below.width), top + below.height, tuple(marks))


def _pair(table: Table) -> tuple[int, ...]:
    """The strip's cells of two neighbours, one below the other; none where there are none."""
    return (0, len(table[0])) if len(table) > 1 and len(table[0]) > 1 else ()


def _matrices(
    style: Style, x: np.ndarray, table: Table, active: Sequence[int]
) -> tuple[Block, Box]:
    """The input, its rows tinted in turn, a matrix a channel; and where the first cell is."""
    columns = len(table[0])
    high = x.shape[-2] if x.ndim > 2 else len(table)
    every = [table[i : i + high] for i in range(0, len(table), high)]
    size = _matrix_size(style, table, columns)
    blocks = []
    for c, channel in enumerate(every):
        at = [divmod(i - c * high * columns, columns) for i in active]
        inside = [(r, k) for r, k in at if 0 <= r < high]
        tinted = _tinted(style, channel, c * high)
        tinted = changed(tinted, inside, fill=style.theme.tone("input").active, bold=True)
        windows = [(*place, 1, 1) for place in inside]
        block = grid(style, tinted, "input", size, windows=windows)
        name = Words("input, channel {c}", c=c) if len(every) > 1 else Words("input")
        shape = x.shape[-2:] if len(every) > 1 else x.shape
        blocks.append(named(style, block, "input", name, shape))
    push = next(m.x for m in blocks[0].marks if isinstance(m, Group))
    first = Box(push, blocks[0].height - len(every[0]) * size.height, size.width, size.height)
    return flow(blocks, 24, ROOM - LANE), first


def _matrix_size(style: Style, table: Table, columns: int) -> CellSize:
    tried = sizes(style, [table], largest=36)
    room = ROOM - LANE
    return next((size for size in tried if columns * size.width <= room), tried[-1])


def _tinted(style: Style, table: Table, first: int) -> Table:
    """Rows tinted in turn, so that they are found again in the strip."""
    tints = style.theme.tints
    return [
        [Cell(cell.text, fill=tints[(first + r) % 2]) for cell in line]
        for r, line in enumerate(table)
    ]


@dataclass(frozen=True, slots=True)
class _Marked:
    """Which cells of the strip stand out, and why."""

    active: Sequence[int]
    step: Step | None
    apart: bool
    """Whether the active ones are neighbours that came apart."""

    def blank(self, i: int) -> bool:
        """Whether a cell comes after the step."""
        return self.step is not None and i >= self.step.number


def _flat(style: Style, table: Table, marked: _Marked) -> list[Cell]:
    """The cells one after the other, each in the tint of its row."""
    flat = [cell for line in _tinted(style, table, 0) for cell in line]
    line = [Cell("") if marked.blank(i) else cell for i, cell in enumerate(flat)]
    tone = style.theme.tone("output")
    return changed([line], [(0, i) for i in marked.active], fill=tone.active, bold=True)[0]


def _matrix(style: Style, trace: Trace, table: Table, marked: _Marked) -> Block:
    """What is made where an axis is kept: a matrix like any other, rows and columns numbered."""
    columns = trace.output.shape[1]
    flat = _flat(style, table, marked)
    made = [flat[i : i + columns] for i in range(0, len(flat), columns)]
    windows = [(*divmod(i, columns), 1, 1) for i in marked.active]
    size = _matrix_size(style, made, columns)
    block = grid(style, made, "output", size, labels="both", windows=windows)
    left = block.width - columns * size.width
    return named(style, block, "output", Words("output"), trace.output.shape, left=left)


def _lines(style: Style, trace: Trace, strip: _Strip, table: Table, marked: _Marked) -> Block:
    """The strip, line by line, with the number of the first cell of each row beneath.

    Lines are open where the strip goes on.
    """
    flat = _flat(style, table, marked)
    length = min(strip.across, strip.count) * strip.size.width
    marks: list[Mark] = [*_name(style, trace, length, strip.size.height)]
    y, muted = 0.0, style.theme.muted
    h = strip.size.height
    for line in strip.lines:
        if isinstance(line, int):
            said = style.say(Words("… and {n} more cells", n=line))
            marks.append(lines(style, said, BODY, fill=muted).at(0, y))
            y += 32
            continue
        at = [i - line.start for i in marked.active if i in line]
        row = [flat[i] for i in line]
        windows = [(0, i, 1, 1) for i in at]
        closed = line.start == 0, line.stop == strip.count
        cells_ = grid(style, [row], "output", strip.size, windows=windows, closed=closed)
        marks.append(cells_.at(0, y))
        starts = [i for i in line if i % strip.row == 0]
        marks += [
            style.text(strip.center(i), y + h + 16, str(i), SMALL, fill=muted, anchor="middle")
            for i in _apart(style, starts, strip.row * strip.size.width)
        ]
        y += h + FOOT
        if marked.apart and line.start == 0 and strip.row in line:
            marks += _distance(style, strip.neighbours, strip.row, y - 4)
            y += 28
    # Outlines may stand a little out.
    width = max(strip.across * strip.size.width, up4(_right(marks) - 3))
    return Block(width, y, tuple(marks))


def _right(marks: Sequence[Mark]) -> float:
    return max((extent(mark).right for mark in marks), default=0)


def _apart(style: Style, starts: Sequence[int], row: float) -> list[int]:
    """Those of the numbers that have room beside each other, a row of such a width apart."""
    wide = max((style.width(str(i), SMALL) for i in starts), default=0) + 6
    every = max(1, math.ceil(wide / row))
    return list(starts[::every])


def _name(style: Style, trace: Trace, length: float, height: float) -> list[Mark]:
    """The strip's name and shape: at its right, or above its right end."""
    name, shape = style.say(Words("output")), times(trace.output.shape)
    first, second = style.width(name, BODY, True), style.width(shape, SMALL)
    beside = length + 16 + first + 8 + second <= ROOM
    x = length + 16 if beside else length - first - 8 - second
    y = height / 2 + 5 if beside else -8
    tone = style.theme.tone("output").line
    return [
        style.text(x, y, name, BODY, fill=tone, bold=True),
        style.text(x + first + 8, y, shape, SMALL, fill=style.theme.muted),
    ]


def _distance(style: Style, neighbours: Point, n: int, y: float) -> list[Mark]:
    """A line from the one neighbour to the other, and how far it is."""
    start, end = neighbours
    ink = style.theme.muted
    said = style.say(Words("{n} apart", n=n))
    wide = style.width(said, SMALL)
    x = max(start, (start + end - wide) / 2)
    return [
        polyline([(start, y - 4), (start, y), (end, y), (end, y - 4)], ink, 1.5),
        style.text(x, y + 16, said, SMALL, fill=ink),
    ]


def _links(style: Style, neighbours: Point, first: Box, bottom: float) -> list[Mark]:
    """From the first cell of the matrix and the one below it to where they come to stand."""
    color, top = style.theme.tone("intermediate").line, bottom + DROP - 4
    marks: list[Mark] = []
    near = min(20.0, neighbours[0])
    for row, lane, level in ((0, near, bottom + 24), (1, 32.0, bottom + 12)):
        y, x = first.y + (row + 0.5) * first.height, neighbours[row]
        path = [(first.x - 2, y), (lane, y), (lane, level), (x, level), (x, top - 8)]
        straight = [*path[:2], path[-1]]
        marks.append(rounded_line(straight if lane == x else path, color, 1.5))
        marks.append(arrow((x, level), (x, top), color)[1])
    return marks


# --- pictures ----------------------------------------------------------------------


def _pictures(trace: Trace, style: Style) -> Block:
    """An input too large for numbers: the picture, and the strip of its shades."""
    x, out = trace.arrays["input"], trace.output
    rgb = color_levels(x) if colored(x) else None
    shades = rgb or levels(x, image=trace.image)
    first = x if rgb else x.reshape(-1, x.shape[-1])
    grey = Levels("grey", shades.low, shades.high) if rgb else shades
    apart = out.ndim == 1 and min(first.shape[-2:]) > 1
    window = (0, 0, 2, 1) if apart else None
    # The links go down at the left.
    block = picture(style, first, "input", shades=shades, mirrored=apart, window=window)
    push = margin(style, first) * (-1 if apart else 1)
    above = named(style, block, "input", Words("input"), x.shape, left=push)
    below = _band(style, trace, grey, x.shape[-1] if apart else 0)
    if not apart:
        return column([above, below], 20)
    top = above.height + DROP
    marks: list[Mark] = [above.at(LANE, 0), below.at(0, top)]
    pixel = drawn_size(first.shape[-2:])[1] / first.shape[-2]
    image = next(m for m in flatten(above.marks) if isinstance(m, Image))
    corner = Box(LANE + image.x, image.y, pixel, max(3, pixel))
    cell = ROOM / _shown(out.size, x.shape[-1])
    neighbours = cell / 2, (x.shape[-1] + 0.5) * cell
    marks += _links(style, neighbours, corner, above.height)
    return Block(max(LANE + above.width, below.width), top + below.height, tuple(marks))


def _shown(count: int, row: int) -> int:
    """How many cells of the strip are drawn: whole rows, each wide enough for an arrow."""
    return min(count, ROOM // ARROW * row) if row else count


def _band(style: Style, trace: Trace, grey: Levels, row: int) -> Block:
    """The strip as a picture, or the matrix; with rows of so many cells it is numbered."""
    out, muted = trace.output, style.theme.muted
    shown = _shown(out.size, row)
    strip = out.reshape(1, -1)[:, :shown] if out.ndim == 1 else out
    height = BAND if out.ndim == 1 else max(BAND, min(240, 4 * len(out)))
    box = Box(0, 0, ROOM, height)
    marks: list[Mark] = [
        Image(0, 0, ROOM, height, pixels(style, strip, (ROOM, height), grey)),
        outline(style, "output", box, (True, shown == out.size)),
    ]
    if out.ndim > 1:
        below = Block(ROOM, height, tuple(marks), height / 2)
        return named(style, below, "output", Words("output"), out.shape)
    marks += _name(style, trace, ROOM, height)
    cell = ROOM / shown
    each = row or round_step(cell, 48)
    for i in _apart(style, range(0, shown, each), each * cell):
        anchor: Anchor = "middle" if i else "start"
        x = (i + 0.5) * cell if i else 0
        marks.append(style.text(x, height + 16, str(i), SMALL, fill=muted, anchor=anchor))
    low = height + FOOT
    if row:
        marks += _distance(style, (cell / 2, (row + 0.5) * cell), row, low - 4)
        low += 28
    said = [Words("row after row: {n} cells in one strip", n=int(out.size))]
    if shown < out.size:
        said.append(Words("… and {n} more cells", n=int(out.size) - shown))
    notes = [lines(style, style.say(words), SMALL, fill=muted) for words in said]
    return column([Block(ROOM, low, tuple(marks)), *notes], 4)


BAND = 40
"""The height of a strip drawn as a picture."""
ARROW = 20
"""The least width of a row of that strip."""
