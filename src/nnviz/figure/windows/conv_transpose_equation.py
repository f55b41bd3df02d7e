"""Transposed convolution: the input spread by the stride, the kernel, and the output."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from nnviz.figure.arrays.fit import Row, RowPart, fits_page, largest_fit
from nnviz.figure.arrays.grid import MOST, Table, cells, operator
from nnviz.figure.arrays.named import NamedCells
from nnviz.figure.formulas.arithmetic import arithmetic
from nnviz.figure.layout.blocks import Block, column, more_channels, remark
from nnviz.figure.layout.page import page
from nnviz.figure.layout.style import SMALL, Style
from nnviz.figure.scene import Scene
from nnviz.figure.windows._channel_rows import added
from nnviz.figure.windows._named_arrays import (
    activated,
    bias_cells,
    drawn_of,
    equation,
    output_name,
)
from nnviz.figure.windows._padded import sums
from nnviz.figure.windows._part import Part, filters_of, flat_enough, part_of, part_shown
from nnviz.figure.windows._pictures import kernels_part, picture_row, small_pictures
from nnviz.figure.windows._spread import (
    Noted,
    cut,
    said_turned,
    spans,
    spread_cells,
    spread_tables,
    turned_kernel,
)
from nnviz.request import Appearance
from nnviz.shapes import TransposedAxis
from nnviz.trace import Step, Trace
from nnviz.words import Words

RANK = 0
ABREAST = (2,)
fits = flat_enough
SHOWN = 3
"""Channels that are drawn; of more, the first ones."""


def draw(trace: Trace, appearance: Appearance, step: Step | None) -> Scene:
    """The spread input, the kernel and the output; of a step, what reaches its cell."""
    style = Style.of(appearance)
    part: Part[TransposedAxis] = part_shown(trace, step, appearance)
    large = _too_large(style, part)
    blocks = [_spread_in_pictures(style, part) if large else _spread_in_cells(style, part)]
    if blocks[0].width > style.room:
        large, blocks = True, [_spread_in_pictures(style, part)]
    if step is not None:
        room = style.beneath(blocks[0].width, 360)
        blocks.append(arithmetic(style, step.formula, room=room))
    facts = drawn_of(style, trace, part)
    if not large:
        said = Words("seen from an output cell, the kernel lies turned round over the spread input")
        facts.append(remark(style, said))
    return page(style, trace, appearance, step, blocks, facts=facts)


def panel(trace: Trace, style: Style, step: Step) -> Block:
    """A step for a sheet: the first channel, the output, and the arithmetic."""
    part: Part[TransposedAxis] = part_of(trace, step)
    if _too_large(style, part):
        block = small_pictures(style, part, 0)
    else:
        given, made = spread_cells(style, part, 0), _cut_output(style, part)
        parts: Row = [given, operator(style, "→", 36), made]
        block = largest_fit(style, parts, largest=32)
    return column([block, arithmetic(style, step.formula, room=style.room, size=SMALL)], 12)


def shared(trace: Trace, style: Style, steps: Sequence[Step]) -> list[Block]:
    """The kernels and the bias of each filter that a sheet of these steps shows."""
    parts = filters_of(trace, steps)
    return [_kernels_and_bias(style, replace(part, at=None)) for part in parts]


def _kernels_and_bias(style: Style, part: Part[TransposedAxis]) -> Block:
    """The kernels as the panels have them: turned over the spread cells, else as a picture."""
    if _too_large(style, part):
        kernels: list[RowPart] = [kernels_part(style, part, (0,))]
    else:
        kernels = _turned_kernels(style, part)
    return largest_fit(style, [*kernels, *bias_cells(style, part)], largest=32, gap=40)


def _too_large(style: Style, part: Part[TransposedAxis]) -> bool:
    """Whether there are too many cells a side for numbers, or numbers too wide for cells."""
    if max(*(len(span) for span in spans(part)), *part.y.shape, *part.w.shape[1:]) > MOST:
        return True
    return not fits_page(style, _spread_tables_of(style, part))


def _drawn_channels(part: Part[TransposedAxis]) -> range:
    return range(min(len(part.x), SHOWN))


# --- in numbers --------------------------------------------------------------------


def _spread_tables_of(style: Style, part: Part[TransposedAxis]) -> list[Table]:
    """What the cells of all rows have to hold, but for the bias."""
    tables = [table for c in _drawn_channels(part) for table in spread_tables(style, part, c)]
    tables += [cells(w, style.precision) for w in part.w[:SHOWN]]
    before = [] if part.pre is None else [sums(style, part)]
    return [*tables, *before, cut(style, part)[0]]


def _spread_in_cells(style: Style, part: Part[TransposedAxis]) -> Block:
    """A row a channel, and what they come to."""
    rows: list[Row] = [
        [spread_cells(style, part, c), operator(style, "∗"), kernel]
        for c, kernel in enumerate(_turned_kernels(style, part))
    ]
    left = added(style, rows, more_channels(style, len(part.x) - len(rows)))
    made = activated(style, part, _cut_output(style, part))
    return largest_fit(style, equation(style, part, left, made))


def _turned_kernels(style: Style, part: Part[TransposedAxis]) -> list[RowPart]:
    return [said_turned(turned_kernel(style, part, c)) for c in _drawn_channels(part)]


def _cut_output(style: Style, part: Part[TransposedAxis]) -> RowPart:
    """The output among the cells that padding cuts away, which are hatched."""
    table, (top, left) = cut(style, part)
    windows = [(r + top, c + left, rows, columns) for r, c, rows, columns in part.cell]
    (rows, columns), shape = part.y.shape, part.shape(part.y)
    name, origin = output_name(part), (top, left)
    made = NamedCells(style, table, "output", name, shape, "", windows, origin, (rows, columns))
    if len(table) * len(table[0]) == part.y.size:
        return made
    return Noted(made, remark(style, Words("hatched: cut away"), SMALL))


# --- as pictures ------------------------------------------------------------------------


def _spread_in_pictures(style: Style, part: Part[TransposedAxis]) -> Block:
    """Arrays too large for numbers: the first channel, what reaches the step's cell outlined."""
    block = picture_row(style, part, "∗ᵀ", 0)
    more = more_channels(style, len(part.x) - 1)
    return column([block, *more], 8) if more else block
