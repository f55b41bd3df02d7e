"""Transposed convolution: the input spread by the stride, the kernel, and the output."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from nnviz.figure.arrays.grid import (
    MOST,
    CellSize,
    Table,
    cells,
    changed,
    fitting,
    grid,
    named,
    operator,
    roomy,
)
from nnviz.figure.arrays.picture import margin, picture
from nnviz.figure.formulas.arithmetic import arithmetic, sentence
from nnviz.figure.layout.blocks import level
from nnviz.figure.layout.page import (
    BODY,
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
    row,
)
from nnviz.figure.scene import Scene
from nnviz.figure.windows._channel_rows import braced
from nnviz.figure.windows._cutout import among_pictures
from nnviz.figure.windows._transposed import Part, cut, ever, part_of, spans, spread, spread_grid
from nnviz.numerals import numerals
from nnviz.shades import levels_after, levels_drawn
from nnviz.shapes import times
from nnviz.trace import Role, Step, Trace
from nnviz.words import Words

if TYPE_CHECKING:
    import numpy as np

    from nnviz.request import Appearance

RANK = 0
SHOWN = 3
"""Channels that are drawn; of more, the first ones."""


def fits(trace: Trace) -> Words | None:
    """One or two axes."""
    dims = len(trace.options["stride"])
    return Words("the window slides over {n} axes", n=dims) if dims > 2 else None


def draw(trace: Trace, appearance: Appearance, step: Step | None) -> Scene:
    """The spread input, the kernel and the output; of a step, what reaches its cell."""
    style = Style.of(appearance)
    part = part_of(trace, step, appearance.sample)
    large = _large(style, part)
    blocks = [_pictures(style, part) if large else _numbers(style, part)]
    if blocks[0].width > ROOM:
        large, blocks = True, [_pictures(style, part)]
    if step is not None:
        room = min(ROOM, max(360, blocks[0].width))
        blocks.append(_working(style, step, room, BODY))
    facts = fact_lines(style, trace)
    if not large:
        said = Words("seen from an output cell, the kernel lies turned round over the spread input")
        facts.append(sentence(style, said))
    return page(style, trace, appearance, step, blocks, facts=facts)


def panel(trace: Trace, style: Style, step: Step) -> Block:
    """A step for a sheet: the first channel, the output, and the arithmetic."""
    part = part_of(trace, step)
    if _large(style, part, PANELS[-1]):
        block = row(
            [_picture(style, part, 0, 132), operator(style, "→", 36), _made(style, part, 132)]
        )
    else:
        table, origin = cut(style, part)

        def build(size: CellSize) -> list[Block]:
            given = _input(style, part, 0, size)
            made = _output(style, part, size, table, origin)
            return _leveled([given, operator(style, "→", 36), made])

        tables = [*ever(style, part, 0), table]
        block = fitting(style, tables, build, largest=32, rooms=PANELS)
    room = max(block.width, PANELS[0])
    return column([block, _working(style, step, room, SMALL)], 12)


def shared(trace: Trace, style: Style, steps: Sequence[Step]) -> list[Block]:
    """The kernels and the bias of each filter that a sheet of these steps shows."""
    parts = {part.filter: part for part in (part_of(trace, step) for step in steps)}
    return [_kernels_and_bias(style, replace(part, at=None)) for part in parts.values()]


def _kernels_and_bias(style: Style, part: Part) -> Block:
    """The kernels as the panels have them: turned over the spread cells, else as a picture."""
    large = _large(style, part, PANELS[-1])
    count = 1 if large else _shown(part)
    kernels = [_turned(style, part, c) for c in range(count)]
    tables = kernels
    if large:
        tables = [cells(part.w[0], style.precision)] if _written(style, part) else []
    bias = None if part.b is None else cells(part.b, style.precision)

    def build(size: CellSize) -> list[Block]:
        if large:
            blocks = [_given_kernel(style, part, size)]
        else:
            blocks = [_kernel(style, part, c, size, kernels[c]) for c in range(count)]
        return blocks if bias is None else [*blocks, _bias(style, bias, size)]

    return fitting(style, tables if bias is None else [*tables, bias], build, largest=32, gap=40)


def _working(style: Style, step: Step, room: float, size: int) -> Block:
    return arithmetic(style, step.formula, room=room, size=size)


def _large(style: Style, part: Part, room: float = ROOM) -> bool:
    """Whether there are too many cells a side for numbers, or numbers too wide for cells."""
    if max(*(len(span) for span in spans(part)), *part.y.shape, *part.w.shape[1:]) > MOST:
        return True
    tables = [t for c in range(_shown(part)) for t in ever(style, part, c)]
    tables += [cells(w, style.precision) for w in part.w[: _shown(part)]]
    return not roomy(style, [*tables, cut(style, part)[0]], room)


def _shown(part: Part) -> int:
    return min(len(part.x), SHOWN)


# --- in numbers --------------------------------------------------------------------


def _numbers(style: Style, part: Part) -> Block:
    """A row a channel, and what they come to."""
    count = _shown(part)
    output, origin = cut(style, part)
    kernels = [_turned(style, part, c) for c in range(count)]
    bias = None if part.b is None else cells(part.b, style.precision)

    def build(size: CellSize) -> list[Block]:
        each = [
            [
                _input(style, part, c, size),
                operator(style, "∗"),
                _kernel(style, part, c, size, kernels[c]),
            ]
            for c in range(count)
        ]
        blocks = each[0] if count == 1 and len(part.x) == 1 else [_channels(style, part, each)]
        if bias is not None:
            blocks = [*blocks, operator(style, "+"), _bias(style, bias, size)]
        made = _output(style, part, size, output, origin)
        return _leveled([*blocks, operator(style, "="), made])

    tables = [*(t for c in range(count) for t in ever(style, part, c)), *kernels, output]
    return fitting(style, tables if bias is None else [*tables, bias], build)


def _leveled(blocks: list[Block]) -> list[Block]:
    """Blocks that stand on the grid beside each other."""
    return [block if isinstance(block, Sign) else level(block) for block in blocks]


def _turned(style: Style, part: Part, c: int) -> Table:
    """The kernel as it lies over the spread input: turned by 180°.

    Of a step, the cells by which something reaches its output are active.
    """
    taps = [] if part.at is None else [tap for _, tap in part.reached(part.at)]
    table = changed(cells(part.w[c], style.precision), taps, state="active")
    return [line[::-1] for line in table[::-1]]


def _channels(style: Style, part: Part, rows: list[list[Block]]) -> Block:
    """Rows of channels with a brace that adds them."""
    hidden = len(part.x) - len(rows)
    said = style.say(Words("… and {n} more channels", n=hidden))
    more = lines(style, said, BODY, fill=style.theme.muted) if hidden else None
    return braced(style, [_leveled(blocks) for blocks in rows], more)


def _input(style: Style, part: Part, c: int, size: CellSize) -> Block:
    channel = spread(style, part, c)
    inner = spread_grid(style, channel, size)
    left = inner.width - len(channel.table[0]) * size.width
    shape = _shape(style, part.x[c])
    strides = [axis.stride for axis in part.axes if axis.size > 1]
    if max(strides, default=1) > 1:
        apart = times(strides if len(set(strides)) > 1 else strides[:1])
        shape = style.say(Words("{shape}, stride {stride}", shape=shape, stride=apart))
    return named(style, inner, "input", _input_name(part, c), shape, left=left)


def _input_name(part: Part, c: int) -> Words:
    if part.samples > 1 and part.channels > 1:
        return Words("input {n}, channel {c}", n=part.sample, c=part.first + c)
    if part.samples > 1:
        return Words("input {n}", n=part.sample)
    return Words("input, channel {c}", c=part.first + c) if part.channels > 1 else Words("input")


def _kernel(style: Style, part: Part, c: int, size: CellSize, table: Table) -> Block:
    """A turned kernel, which is said where it can be seen."""
    shape = _shape(style, part.w[c])
    if part.w[c].size > 1:
        shape = style.say(Words("{shape}, turned by 180°", shape=shape))
    return named(style, grid(style, table, "weight", size), "weight", _kernel_name(part), shape)


def _kernel_name(part: Part) -> Words:
    return Words("kernel, filter {f}", f=part.filter) if part.filters > 1 else Words("kernel")


def _output(
    style: Style,
    part: Part,
    size: CellSize,
    table: Table,
    origin: tuple[int, int],
) -> Block:
    shape = part.y.shape
    at = part.at
    windows = () if at is None else ((at[0] + origin[0], at[1] + origin[1], 1, 1),)
    inner = grid(
        style, table, "output", size, origin=origin, shape=(shape[0], shape[1]), windows=windows
    )
    block = _named_output(style, part, inner)
    gone = len(table) * len(table[0]) - part.y.size
    if not gone:
        return block
    said = style.say(Words("hatched: cut away"))
    note = lines(style, said, SMALL, room=max(120, block.width), fill=style.theme.muted)
    whole = column([block, note], 4)
    return Block(whole.width, whole.height, whole.marks, block.axis)


def _named_output(style: Style, part: Part, inner: Block) -> Block:
    name = Words("output, channel {c}", c=part.filter) if part.filters > 1 else Words("output")
    return named(style, inner, "output", name, _shape(style, part.y))


def _bias(style: Style, table: Table, size: CellSize) -> Block:
    return named(style, grid(style, table, "bias", size), "bias", Words("bias"), "1")


def _shape(style: Style, array: np.ndarray) -> str:
    factor = numerals(array, style.precision).factor
    return times(array.shape) + (f", {factor}" if factor else "")


# --- as pictures ------------------------------------------------------------------------


def _pictures(style: Style, part: Part) -> Block:
    """Arrays too large for numbers: pictures, what reaches the step's cell outlined."""
    kernels = [cells(part.w[0], style.precision)] if _written(style, part) else []
    bias = None if part.b is None else cells(part.b, style.precision)
    tables = [*kernels, *([bias] if bias else [])]

    def build(side: int, size: CellSize) -> list[Block]:
        blocks: list[Block] = [_picture(style, part, 0, side), operator(style, "∗ᵀ", 40)]
        blocks.append(_given_kernel(style, part, size))
        if bias is not None:
            blocks += [operator(style, "+", 40), _bias(style, bias, size)]
        return _leveled([*blocks, operator(style, "=", 40), _made(style, part, side)])

    block = among_pictures(style, tables, build)
    if len(part.x) > 1:
        said = style.say(Words("… and {n} more channels", n=len(part.x) - 1))
        return column([block, lines(style, said, BODY, fill=style.theme.muted)], 8)
    return block


def _written(style: Style, part: Part) -> bool:
    """Whether the kernel has room for its numbers between two pictures."""
    return max(part.w.shape[1:]) <= MOST and roomy(style, [cells(part.w[0], style.precision)], 280)


def _given_kernel(style: Style, part: Part, size: CellSize) -> Block:
    """The kernel as it was given, beside pictures of an input that is not spread."""
    inner = (
        grid(style, cells(part.w[0], style.precision), "weight", size)
        if _written(style, part)
        else picture(style, part.w[0], "weight", side=96, axes=False, bar=False)
    )
    return named(style, inner, "weight", _kernel_name(part), _shape(style, part.w[0]))


def _picture(style: Style, part: Part, c: int, side: int) -> Block:
    array = part.x[c]
    window = None
    found = part.reached(part.at) if part.at is not None else []
    if found:
        rows, columns = ([cell[k] for cell, _ in found] for k in (0, 1))
        top, first = min(rows), min(columns)
        window = (top, first, max(rows) - top + 1, max(columns) - first + 1)
    shades = levels_drawn(part.x, image=part.image)
    block = picture(style, array, "input", side=side, window=window, shades=shades)
    left = margin(style, array)
    return level(named(style, block, "input", _input_name(part, c), times(array.shape), left=left))


def _made(style: Style, part: Part, side: int) -> Block:
    role: Role = "output"
    window = None if part.at is None else (*part.at, 1, 1)
    given = levels_drawn(part.x, image=part.image)
    shades = levels_after(part.x, given, part.y)
    block = picture(style, part.y, role, side=side, window=window, shades=shades)
    name = Words("output, channel {c}", c=part.filter) if part.filters > 1 else Words("output")
    left = margin(style, part.y)
    return level(named(style, block, role, name, times(part.y.shape), left=left))
