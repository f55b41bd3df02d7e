"""Transposed convolution: the input spread by the stride, the kernel, and the output."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from nnviz.figure.arrays.grid import (
    MOST,
    CellSize,
    Table,
    fitting,
    grid,
    named,
    operator,
    roomy,
)
from nnviz.figure.formulas.arithmetic import arithmetic, sentence
from nnviz.figure.layout.blocks import level
from nnviz.figure.layout.page import (
    PANELS,
    ROOM,
    SMALL,
    Block,
    Sign,
    Style,
    column,
    fact_lines,
    lines,
    page,
)
from nnviz.figure.scene import Scene
from nnviz.figure.windows._channel_rows import braced
from nnviz.figure.windows._named_arrays import (
    activated,
    bias_blocks,
    bias_tables,
    equation_blocks,
    input_name,
    kernel_name,
    more_channels,
    output_name,
    shape_of,
)
from nnviz.figure.windows._padded import result
from nnviz.figure.windows._part import Part, filters_of, flat_enough, part_of
from nnviz.figure.windows._pictures import (
    kernels_block,
    picture_row,
    small_pictures,
    written_kernels,
)
from nnviz.figure.windows._spread import cut, spans, spread, spread_grid, spread_tables, turned
from nnviz.shapes import TransposedAxis, times
from nnviz.trace import Step, Trace
from nnviz.words import Words

if TYPE_CHECKING:
    from nnviz.request import Appearance

RANK = 0
SHOWN = 3
"""Channels that are drawn; of more, the first ones."""


def fits(trace: Trace) -> Words | None:
    """One or two axes."""
    return flat_enough(trace)


def draw(trace: Trace, appearance: Appearance, step: Step | None) -> Scene:
    """The spread input, the kernel and the output; of a step, what reaches its cell."""
    style = Style.of(appearance)
    part: Part[TransposedAxis] = part_of(trace, step, appearance.sample)
    large = _too_large(style, part)
    blocks = [_spread_in_pictures(style, part) if large else _spread_in_cells(style, part)]
    if blocks[0].width > ROOM:
        large, blocks = True, [_spread_in_pictures(style, part)]
    if step is not None:
        room = min(ROOM, max(360, blocks[0].width))
        blocks.append(arithmetic(style, step.formula, room=room))
    facts = fact_lines(style, trace)
    if not large:
        said = Words("seen from an output cell, the kernel lies turned round over the spread input")
        facts.append(sentence(style, said))
    return page(style, trace, appearance, step, blocks, facts=facts)


def panel(trace: Trace, style: Style, step: Step) -> Block:
    """A step for a sheet: the first channel, the output, and the arithmetic."""
    part: Part[TransposedAxis] = part_of(trace, step)
    if _too_large(style, part, PANELS[-1]):
        block = small_pictures(style, part, 0)
    else:

        def build(size: CellSize) -> list[Block]:
            given = _spread_input(style, part, 0, size)
            return _leveled([given, operator(style, "→", 36), _cut_output(style, part, size)])

        tables = [*spread_tables(style, part, 0), cut(style, part)[0]]
        block = fitting(style, tables, build, largest=32, rooms=PANELS)
    room = max(block.width, PANELS[0])
    return column([block, arithmetic(style, step.formula, room=room, size=SMALL)], 12)


def shared(trace: Trace, style: Style, steps: Sequence[Step]) -> list[Block]:
    """The kernels and the bias of each filter that a sheet of these steps shows."""
    parts = filters_of(trace, steps)
    return [_kernels_and_bias(style, replace(part, at=None)) for part in parts]


def _kernels_and_bias(style: Style, part: Part[TransposedAxis]) -> Block:
    """The kernels as the panels have them: turned over the spread cells, else as a picture."""
    large = _too_large(style, part, PANELS[-1])
    tables = [turned(style, part, c) for c in _drawn_channels(part)]

    def build(size: CellSize) -> list[Block]:
        if large:
            kernels = [kernels_block(style, part, (0,), size)]
        else:
            kernels = [_turned_kernel(style, part, c, size) for c in _drawn_channels(part)]
        return [*kernels, *bias_blocks(style, part, size)]

    tables = written_kernels(style, part, (0,)) if large else tables
    tables += bias_tables(style, part)
    return fitting(style, tables, build, largest=32, gap=40)


def _too_large(style: Style, part: Part[TransposedAxis], room: float = ROOM) -> bool:
    """Whether there are too many cells a side for numbers, or numbers too wide for cells."""
    if max(*(len(span) for span in spans(part)), *part.y.shape, *part.w.shape[1:]) > MOST:
        return True
    return not roomy(style, _spread_tables_of(style, part), room)


def _drawn_channels(part: Part[TransposedAxis]) -> range:
    return range(min(len(part.x), SHOWN))


# --- in numbers --------------------------------------------------------------------


def _spread_tables_of(style: Style, part: Part[TransposedAxis]) -> list[Table]:
    """What the cells of all rows have to hold, but for the bias."""
    tables = [table for c in _drawn_channels(part) for table in spread_tables(style, part, c)]
    tables += [turned(style, part, c) for c in _drawn_channels(part)]
    sums = [] if part.pre is None else [result(style, part.pre, part.at)]
    return [*tables, *sums, cut(style, part)[0]]


def _spread_in_cells(style: Style, part: Part[TransposedAxis]) -> Block:
    """A row a channel, and what they come to."""

    def build(size: CellSize) -> list[Block]:
        inputs = [_spread_input(style, part, c, size) for c in _drawn_channels(part)]
        kernels = [_turned_kernel(style, part, c, size) for c in _drawn_channels(part)]
        pairs = zip(inputs, kernels, strict=True)
        rows = [[given, operator(style, "∗"), kernel] for given, kernel in pairs]
        left = rows[0]
        if len(part.x) > 1:
            more = more_channels(style, len(part.x) - len(rows))
            left = [braced(style, [_leveled(blocks) for blocks in rows], more)]
        made = activated(style, part, size, _cut_output(style, part, size))
        return _leveled(equation_blocks(style, part, size, left, made))

    return fitting(style, [*_spread_tables_of(style, part), *bias_tables(style, part)], build)


def _leveled(blocks: list[Block]) -> list[Block]:
    """Blocks that stand on the grid beside each other."""
    return [block if isinstance(block, Sign) else level(block) for block in blocks]


def _spread_input(style: Style, part: Part[TransposedAxis], c: int, size: CellSize) -> Block:
    """The input, spread, which is said where it can be seen."""
    channel = spread(style, part, c)
    inner = spread_grid(style, channel, size, vector=part.dims == 1)
    left = inner.width - len(channel.table[0]) * size.width
    shape = shape_of(style, part, part.x[c])
    strides = [axis.stride for axis in part.axes if axis.size > 1]
    if max(strides, default=1) > 1:
        apart = times(strides if len(set(strides)) > 1 else strides[:1])
        shape = style.say(Words("{shape}, stride {stride}", shape=shape, stride=apart))
    return named(style, inner, "input", input_name(part, c), shape, left=left)


def _turned_kernel(style: Style, part: Part[TransposedAxis], c: int, size: CellSize) -> Block:
    """A turned kernel, which is said where it can be seen."""
    shape = shape_of(style, part, part.w[c])
    if part.w[c].size > 1:
        shape = style.say(Words("{shape}, turned by 180°", shape=shape))
    inner = grid(style, turned(style, part, c), "weight", size)
    return named(style, inner, "weight", kernel_name(part), shape)


def _cut_output(style: Style, part: Part[TransposedAxis], size: CellSize) -> Block:
    """The output among the cells that padding cuts away, which are hatched."""
    table, (top, left) = cut(style, part)
    windows = [(r + top, c + left, rows, columns) for r, c, rows, columns in part.cell]
    rows, columns = part.y.shape
    inner = grid(
        style, table, "output", size, origin=(top, left), shape=(rows, columns), windows=windows
    )
    block = named(style, inner, "output", output_name(part), shape_of(style, part, part.y))
    if len(table) * len(table[0]) == part.y.size:
        return block
    said = style.say(Words("hatched: cut away"))
    note = lines(style, said, SMALL, room=max(120, block.width), fill=style.theme.muted)
    return replace(column([block, note], 4), axis=block.axis)


# --- as pictures ------------------------------------------------------------------------


def _spread_in_pictures(style: Style, part: Part[TransposedAxis]) -> Block:
    """Arrays too large for numbers: the first channel, what reaches the step's cell outlined."""
    block = picture_row(style, part, "∗ᵀ", 0)
    more = more_channels(style, len(part.x) - 1)
    return column([block, *more], 8) if more else block
