"""Flatten: the matrix, and the strip that it becomes, row after row.

Two neighbours, one below the other, are followed into the strip, where they stand a whole
row apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from nnviz.figure.arrays.fit import cell_sizes, fits_page
from nnviz.figure.arrays.grid import MOST, Cell, CellSize, Table, cells, changed
from nnviz.figure.arrays.named import NamedCells, named_picture
from nnviz.figure.formulas.wrapped import worked
from nnviz.figure.layout.blocks import Block, column, flow
from nnviz.figure.layout.lines import Point, arrow, rounded_arrow
from nnviz.figure.layout.page import page
from nnviz.figure.layout.style import Style, up4
from nnviz.figure.scene import Box, Group, Image, Mark, Scene, flatten
from nnviz.figure.single._strip import band, cells_shown, in_lines, strip_of
from nnviz.libraries import np
from nnviz.request import Appearance
from nnviz.shades import Levels, color_levels, colored, drawn_size, levels
from nnviz.shapes import cells as count_of
from nnviz.shapes import times
from nnviz.trace import Step, Trace
from nnviz.words import Words

RANK = 0
LANE = 48
"""The room left of the matrix for the links."""
DROP = 44
"""The room between the matrix and the strip."""


def draw(trace: Trace, appearance: Appearance, step: Step | None) -> Scene:
    """The matrix above, the strip below; of a step, its cell in both."""
    style = Style.of(appearance)
    if not _readable(style, trace):
        return page(style, trace, appearance, step, [_flattened_picture(trace, style)])
    return page(style, trace, appearance, step, worked(style, [_linked(trace, style, step)], step))


def _readable(style: Style, trace: Trace) -> bool:
    """Whether the numbers have room: a vector goes on in further lines, a matrix cannot."""
    x, out = trace.arrays["input"], trace.output
    sides = max([*x.shape, *(out.shape if out.ndim > 1 else ())], default=1)
    if sides > MOST or count_of(x.shape) > MOST * MOST:
        return False
    made = [cells(out, style.precision)] if out.ndim > 1 else []
    return all(fits_page(style, [t], style.room - LANE) for t in (cells(x, style.precision), *made))


# --- numbers -----------------------------------------------------------------------


def _linked(trace: Trace, style: Style, step: Step | None) -> Block:
    """The matrix, the strip, and the links between."""
    x = trace.arrays["input"]
    table = cells(x, style.precision)
    strip = strip_of(style, table, trace.output.size)
    is_strip = trace.output.ndim == 1
    # The strip's cells of two neighbours, one below the other.
    apart = step is None and is_strip and min(len(table), len(table[0])) > 1
    pair = (0, len(table[0])) if apart else ()
    active = pair or (() if step is None else (step.number - 1,))
    above, first = _matrices(style, x, table, active)
    flat = _flattened_cells(style, table, trace.output, active, step)
    if is_strip:
        below = in_lines(style, trace, strip, flat, active)
    else:
        below = _flattened_matrix(style, trace, flat, active)
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


def _matrices(
    style: Style, x: np.ndarray, table: Table, active: Sequence[int]
) -> tuple[Block, Box]:
    """The input, its rows tinted in turn, a matrix a channel; and where the first cell is."""
    columns = len(table[0])
    high = x.shape[-2] if x.ndim > 2 else len(table)
    every = [table[i : i + high] for i in range(0, len(table), high)]
    size = _matrix_size(style, table)
    blocks = []
    for c, channel in enumerate(every):
        at = [divmod(i - c * high * columns, columns) for i in active]
        inside = [(r, k) for r, k in at if 0 <= r < high]
        tinted = _tinted_rows(style, channel, c * high)
        tinted = changed(tinted, inside, fill=style.theme.tone("input").active, bold=True)
        windows = [(*place, 1, 1) for place in inside]
        name = Words("input, channel {c}", c=c) if len(every) > 1 else Words("input")
        shape = times(x.shape[-2:] if len(every) > 1 else x.shape)
        part = NamedCells(style, tinted, "input", name, shape, windows=windows)
        blocks.append(part.block(size))
    push = next(m.x for m in blocks[0].marks if isinstance(m, Group))
    first = Box(push, blocks[0].height - len(every[0]) * size.height, size.width, size.height)
    return flow(blocks, style.room - LANE, 24), first


def _matrix_size(style: Style, table: Table) -> CellSize:
    sizes = cell_sizes(style, [table], largest=36)
    return next((s for s in sizes if len(table[0]) * s.width <= style.room - LANE), sizes[-1])


def _tinted_rows(style: Style, table: Table, first: int = 0) -> Table:
    """Rows tinted in turn, so that they are found again in the strip."""
    tints = style.theme.tints
    return [
        [Cell(cell.text, fill=tints[(first + r) % 2]) for cell in line]
        for r, line in enumerate(table)
    ]


def _flattened_cells(
    style: Style, table: Table, output: np.ndarray, active: Sequence[int], step: Step | None
) -> list[Cell]:
    """The output's cells, each in the tint of its row; those after the step blank."""
    tinted = [cell for line in _tinted_rows(style, table) for cell in line]
    (values,) = cells(output.reshape(-1), style.precision)
    flat = [replace(cell, text=value.text) for cell, value in zip(tinted, values, strict=True)]
    made = len(flat) if step is None else step.number
    line = [*flat[:made], *(Cell("") for _ in flat[made:])]
    tone = style.theme.tone("output")
    return changed([line], [(0, i) for i in active], fill=tone.active, bold=True)[0]


def _flattened_matrix(style: Style, trace: Trace, flat: list[Cell], active: Sequence[int]) -> Block:
    """What is made where an axis is kept: a matrix like any other, rows and columns numbered."""
    columns = trace.output.shape[1]
    made = [flat[i : i + columns] for i in range(0, len(flat), columns)]
    windows = [(*divmod(i, columns), 1, 1) for i in active]
    shape = times(trace.output.shape)
    part = NamedCells(style, made, "output", Words("output"), shape, "both", windows)
    return part.block(_matrix_size(style, made))


def _links(style: Style, neighbours: Point, first: Box, bottom: float) -> list[Mark]:
    """From the first cell of the matrix and the one below it to where they come to stand."""
    color, top = style.theme.tone("intermediate").line, bottom + DROP - 4
    marks: list[Mark] = []
    near = min(20.0, neighbours[0])
    for row, lane, level in ((0, near, bottom + 24), (1, 32.0, bottom + 12)):
        y, x = first.y + (row + 0.5) * first.height, neighbours[row]
        turned = [] if lane == x else [(lane, level), (x, level)]
        path = [(first.x - 2, y), (lane, y), *turned, (x, top)]
        marks += rounded_arrow(path, color, 1.5)
    return marks


# --- pictures ----------------------------------------------------------------------


def _flattened_picture(trace: Trace, style: Style) -> Block:
    """An input too large for numbers: the picture, and the strip of its shades."""
    x, out = trace.arrays["input"], trace.output
    rgb = color_levels(x) if colored(x) else None
    shades = rgb or levels(x, image=trace.image)
    first = x if rgb else x.reshape(-1, x.shape[-1])
    grey = Levels("grey", shades.low, shades.high) if rgb else shades
    apart = out.ndim == 1 and min(first.shape[-2:]) > 1
    window = (0, 0, 2, 1) if apart else None
    name, shape = Words("input"), times(x.shape)
    # The links go down at the left.
    above = named_picture(
        style, first, "input", name, shape, shades=shades, mirrored=apart, window=window
    )
    below = band(style, trace, grey, x.shape[-1] if apart else 0)
    if not apart:
        return column([above, below], 20)
    top = above.height + DROP
    marks: list[Mark] = [above.at(LANE, 0), below.at(0, top)]
    pixel = drawn_size(first.shape[-2:])[1] / first.shape[-2]
    image = next(m for m in flatten(above.marks) if isinstance(m, Image))
    corner = Box(LANE + image.x, image.y, pixel, max(3, pixel))
    cell = style.room / cells_shown(style, out.size, x.shape[-1])
    neighbours = cell / 2, (x.shape[-1] + 0.5) * cell
    marks += _links(style, neighbours, corner, above.height)
    return Block(max(LANE + above.width, below.width), top + below.height, tuple(marks))
