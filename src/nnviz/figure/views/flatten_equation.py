"""Flatten: the matrix, and the strip that it becomes, row after row.

Two neighbours, one below the other, are followed into the strip, where they stand a whole
row apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nnviz.figure.grid import MOST, Cell, CellSize, Table, cells, changed, grid, named, roomy, sizes
from nnviz.figure.heat import Levels, colored, levels, margin, picture, pixels
from nnviz.figure.kit import BODY, ROOM, SMALL, Block, Style, column, flow, lines, page, up4
from nnviz.figure.lines import arrow, polyline
from nnviz.figure.marks import rounded_line, workings_or_none
from nnviz.figure.scene import Box, Group, Image, Mark, Rect, Scene, extent
from nnviz.shapes import cells as count_of
from nnviz.shapes import times
from nnviz.trace import Step, Trace
from nnviz.words import Words

if TYPE_CHECKING:
    import numpy as np

    from nnviz.figure.look import Look

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


def draw(trace: Trace, look: Look, step: Step | None) -> Scene:
    """The matrix above, the strip below; of a step, its cell in both."""
    style = Style.of(look)
    x = trace.arrays["input"]
    large = max(x.shape, default=1) > MOST or count_of(x.shape) > MOST * MOST
    if large or not roomy(style, [cells(x, style.precision)], ROOM - LANE):
        return page(style, trace, look, step, _pictures(trace, style))
    blocks = [_linked(trace, style, step)]
    if step is not None:
        blocks += workings_or_none(style, step.formula, blocks[0].width)
    return page(style, trace, look, step, blocks)


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


def _strip(style: Style, table: Table, trace: Trace) -> _Strip:
    """One line where that fits the page with cells of some size, else whole rows a line."""
    out = trace.output
    row, count = len(table[0]), int(out.size)
    across = max(1, count if out.ndim == 1 else out.shape[1])
    tried = sizes(style, [table], largest=36)
    for cells_a_line in (across, 2 * row, row):
        for size in tried:
            if cells_a_line * size.width <= ROOM:
                most = ROOM // size.width
                fitting = across if cells_a_line == across else most // row * row
                return _Strip(count, min(fitting, across), size, row)
    return _Strip(count, max(1, ROOM // tried[-1].width), tried[-1], row)


def _linked(trace: Trace, style: Style, step: Step | None) -> Block:
    """The matrix, the strip, and the links between."""
    x = trace.arrays["input"]
    table = cells(x, style.precision)
    strip = _strip(style, table, trace)
    pair = _pair(table) if step is None and trace.output.ndim == 1 else ()
    active = pair or (() if step is None else (step.number - 1,))
    above, first = _matrices(style, x, table, active)
    below = _lines(style, trace, strip, table, _Marked(active, step, bool(pair)))
    has_links = bool(pair) and strip.across > strip.row
    left = LANE if has_links else 0
    top = above.height + DROP
    marks: list[Mark] = [above.at(left, 0), below.at(0, top)]
    if has_links:
        marks += _links(style, strip, first.moved(LANE, 0), above.height)
    else:
        middle = up4(min(above.width, strip.across * strip.size.width) / 2)
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


def _lines(style: Style, trace: Trace, strip: _Strip, table: Table, marked: _Marked) -> Block:
    """The strip, line by line, with the number of the first cell of each row beneath."""
    flat = [cell for line in _tinted(style, table, 0) for cell in line]
    marks: list[Mark] = [*_name(style, trace, strip)]
    y, muted = 0.0, style.theme.muted
    h = strip.size.height
    for line in strip.lines:
        if isinstance(line, int):
            said = style.say(Words("… and {n} more cells", n=line))
            marks.append(lines(style, said, BODY, fill=muted).at(0, y))
            y += 32
            continue
        at = [i - line.start for i in marked.active if i in line]
        row = [Cell("") if marked.blank(i) else flat[i] for i in line]
        tone = style.theme.tone("output")
        row = changed([row], [(0, i) for i in at], fill=tone.active, bold=True)[0]
        windows = [(0, i, 1, 1) for i in at]
        marks.append(grid(style, [row], "output", strip.size, windows=windows).at(0, y))
        starts = [i for i in line if i % strip.row == 0]
        marks += [
            style.text(strip.center(i), y + h + 16, str(i), SMALL, fill=muted, anchor="middle")
            for i in _apart(style, strip, starts)
        ]
        y += h + FOOT
        if marked.apart and line.start == 0 and strip.row in line:
            marks += _distance(style, strip, y - 4)
            y += 28
    # Outlines may stand a little out.
    width = max(strip.across * strip.size.width, up4(_right(marks) - 3))
    return Block(width, y, tuple(marks))


def _right(marks: Sequence[Mark]) -> float:
    return max((extent(mark).right for mark in marks), default=0)


def _apart(style: Style, strip: _Strip, starts: Sequence[int]) -> list[int]:
    """Those of the numbers that have room beside each other."""
    wide = max((style.width(str(i), SMALL) for i in starts), default=0) + 6
    every = max(1, -(-int(wide) // (strip.row * strip.size.width)))
    return list(starts[::every])


def _name(style: Style, trace: Trace, strip: _Strip) -> list[Mark]:
    """The strip's name and shape: at its right, or above its right end."""
    name, shape = style.say(Words("output")), times(trace.output.shape)
    first, second = style.width(name, BODY, True), style.width(shape, SMALL)
    length = min(strip.across, strip.count) * strip.size.width
    beside = length + 16 + first + 8 + second <= ROOM
    x = length + 16 if beside else length - first - 8 - second
    y = strip.size.height / 2 + 5 if beside else -8
    tone = style.theme.tone("output").line
    return [
        style.text(x, y, name, BODY, fill=tone, bold=True),
        style.text(x + first + 8, y, shape, SMALL, fill=style.theme.muted),
    ]


def _distance(style: Style, strip: _Strip, y: float) -> list[Mark]:
    """A line from the one neighbour to the other, and how far it is."""
    start, end = strip.center(0), strip.center(strip.row)
    ink = style.theme.muted
    said = style.say(Words("{n} apart", n=strip.row))
    wide = style.width(said, SMALL)
    x = max(start, (start + end - wide) / 2)
    return [
        polyline([(start, y - 4), (start, y), (end, y), (end, y - 4)], ink, 1.5),
        style.text(x, y + 16, said, SMALL, fill=ink),
    ]


def _links(style: Style, strip: _Strip, first: Box, bottom: float) -> list[Mark]:
    """From the first cell of the matrix and the one below it to where they come to stand."""
    color, top = style.theme.tone("intermediate").line, bottom + DROP - 4
    marks: list[Mark] = []
    near = min(20.0, strip.center(0))
    for row, lane, level, i in ((0, near, bottom + 24, 0), (1, 32.0, bottom + 12, strip.row)):
        y, x = first.y + (row + 0.5) * first.height, strip.center(i)
        path = [(first.x - 2, y), (lane, y), (lane, level), (x, level), (x, top - 8)]
        straight = [*path[:2], path[-1]]
        marks.append(rounded_line(straight if lane == x else path, color, 1.5))
        marks.append(arrow((x, level), (x, top), color)[1])
    return marks


# --- pictures ----------------------------------------------------------------------


def _pictures(trace: Trace, style: Style) -> list[Block]:
    """An input too large for numbers: the picture, and the strip of its shades."""
    x, out = trace.arrays["input"], trace.output
    shades = (
        Levels("rgb", 0, 255 if x.max() <= 255 else 65535)
        if colored(x)
        else levels(x, image=trace.image)
    )
    first = x if colored(x) else x.reshape(-1, x.shape[-1])
    block = picture(style, first, "input", shades=shades)
    above = named(style, block, "input", Words("input"), x.shape, left=margin(style, first))
    strip = out.reshape(1, -1) if out.ndim == 1 else out
    grey = Levels("grey", shades.low, shades.high) if shades.shades == "rgb" else shades
    height = BAND if out.ndim == 1 else max(BAND, min(240, 4 * len(out)))
    tone = style.theme.tone("output")
    band: list[Mark] = [
        Image(0, 0, ROOM, height, pixels(style, strip, (ROOM, height), grey)),
        Rect(0, 0, ROOM, height, None, tone.line, 2, tone.dash),
    ]
    below = Block(ROOM, height, tuple(band), height / 2)
    said = Words("row after row: {n} cells in one strip", n=int(out.size))
    parts = [named(style, below, "output", Words("output"), out.shape)]
    if out.ndim == 1:
        parts.append(lines(style, style.say(said), SMALL, fill=style.theme.muted))
    return [above, column(parts, 8)]


BAND = 40
"""The height of a strip drawn as a picture."""
