"""The arrays of a window as named blocks, and the signs that make an equation of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from nnviz.figure.arrays.grid import CellSize, Table, cells, grid, named, operator
from nnviz.figure.formulas.vectors import TermLayout
from nnviz.figure.layout.page import BODY, Block, Sign, Style, fact_lines, lines
from nnviz.figure.windows._padded import Padded, result
from nnviz.figure.windows._part import Part
from nnviz.numerals import numerals
from nnviz.shapes import AnyAxis, times
from nnviz.trace import Trace
from nnviz.words import Words

if TYPE_CHECKING:
    import numpy as np


def shape_of(style: Style, part: Part[Any], array: np.ndarray) -> str:
    """A shape, on the axes that the window slides over, with the power of ten that all its
    numbers are written in.
    """
    factor = numerals(array, style.precision).factor
    return times(part.shape(array)) + (f", {factor}" if factor else "")


# --- names -------------------------------------------------------------------------


def input_name(part: Part[Any], c: int = 0) -> Words:
    """The input, with the sample and channel where there are several."""
    several = part.plan.channels > 1
    if part.plan.samples > 1 and several:
        return Words("input {n}, channel {c}", n=part.sample, c=part.channels[c])
    if part.plan.samples > 1:
        return Words("input {n}", n=part.sample)
    return Words("input, channel {c}", c=part.channels[c]) if several else Words("input")


def kernel_name(part: Part[Any], c: int | None = None) -> Words:
    """The kernel, with the filter where there are several, and with the channel it reads
    where `c` is one of several of a filter.
    """
    several = part.plan.filters > 1
    if c is None or len(part.x) == 1 or part.plan.shared:
        return Words("kernel, filter {f}", f=part.filter) if several else Words("kernel")
    if several:
        return Words("filter {f}, channel {c}", f=part.filter, c=part.channels[c])
    return Words("kernel {c}", c=part.channels[c])


def output_name(part: Part[Any]) -> Words:
    """The output, with the channel where there are several."""
    several = part.plan.filters > 1
    return Words("output, channel {c}", c=part.filter) if several else Words("output")


def drawn_of(style: Style, trace: Trace, part: Part[Any]) -> list[Block]:
    """The facts of a trace, and which filter, group and sample is drawn where there are more."""
    plan = part.plan
    group = part.channels.start // plan.group_channels
    said = [
        style.say(words)
        for words, count in (
            (Words("filter {f} of {count}", f=part.filter, count=plan.filters), plan.filters),
            (Words("group {g} of {count}", g=group, count=plan.groups), plan.groups),
            (Words("sample {n} of {count}", n=part.sample, count=plan.samples), plan.samples),
        )
        if count > 1
    ]
    facts = fact_lines(style, trace)
    return [*facts, lines(style, ", ".join(said), fill=style.theme.muted)] if said else facts


def more_channels(style: Style, n: int) -> list[Block]:
    """How many channels are not drawn; nothing where all are."""
    said = style.say(Words("… and {n} more channels", n=n))
    return [lines(style, said, BODY, fill=style.theme.muted)] if n else []


# --- blocks of cells ---------------------------------------------------------------


def input_block(
    style: Style,
    channel: Padded,
    size: CellSize,
    part: Part[AnyAxis],
    c: int = 0,
    *,
    labels: bool = True,
) -> Block:
    """An input channel with its padding, indices and window."""
    table = grid(
        style,
        channel.table,
        "input",
        size,
        origin=channel.origin,
        shape=channel.shape,
        labels=("columns" if part.dims == 1 else "both") if labels else "",
        windows=channel.windows,
    )
    left = table.width - len(channel.table[0]) * size.width
    shape = shape_of(style, part, part.x[c])
    return named(style, table, "input", input_name(part, c), shape, left=left)


def kernel_block(
    style: Style, table: Table, size: CellSize, part: Part[Any], c: int | None = 0
) -> Block:
    """The kernel, with the filter where there are several."""
    inner = grid(style, table, "weight", size)
    shape = shape_of(style, part, part.w[c or 0])
    return named(style, inner, "weight", kernel_name(part, c), shape)


def output_block(style: Style, table: Table, size: CellSize, part: Part[Any]) -> Block:
    """The output map, its active cell outlined."""
    inner = grid(style, table, "output", size, windows=part.cell)
    return named(style, inner, "output", output_name(part), shape_of(style, part, part.y))


def bias_tables(style: Style, part: Part[Any]) -> list[Table]:
    """The bias as the table of one cell, if there is one."""
    return [] if part.b is None else [cells(part.b, style.precision)]


def bias_blocks(style: Style, part: Part[Any], size: CellSize) -> list[Block]:
    """The bias, if there is one."""
    grids = [grid(style, table, "bias", size) for table in bias_tables(style, part)]
    return [named(style, each, "bias", Words("bias"), "1") for each in grids]


# --- equations ---------------------------------------------------------------------


def equation_blocks(
    style: Style,
    part: Part[Any],
    size: CellSize,
    left: Sequence[Block],
    made: Sequence[Block],
    *,
    sign: float = 48,
) -> list[Block]:
    """`left` + bias = `made`, with signs of a width."""
    blocks = list(left)
    for block in bias_blocks(style, part, size):
        blocks += [operator(style, "+", sign), block]
    return [*blocks, operator(style, "=", sign), *made]


SUM = Words("sum")
"""The name of what an activation makes the output of."""


def through(style: Style, part: Part[Any]) -> list[Sign]:
    """The arrow through the activation; nothing where there is none."""
    return [] if part.act is None else [TermLayout(style).through(part.act)]


def activated(style: Style, part: Part[Any], size: CellSize, output: Block) -> list[Block]:
    """The sums in cells and the arrow, then the output; alone where nothing activates it."""
    if part.pre is None:
        return [output]
    table = result(style, part.pre, part.at)
    block = grid(style, table, "intermediate", size, windows=part.cell)
    block = named(style, block, "intermediate", SUM, shape_of(style, part, part.pre))
    return [block, *through(style, part), output]
