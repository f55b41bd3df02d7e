"""The arrays of a sliding window as named blocks: input, kernel, bias and output."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nnviz.figure.arrays.grid import CellSize, Table, grid, named
from nnviz.figure.layout.page import Block, Style, fact_lines, lines
from nnviz.figure.windows._slices import Padded, Slices
from nnviz.numerals import numerals
from nnviz.shapes import times
from nnviz.trace import Trace
from nnviz.words import Words

if TYPE_CHECKING:
    import numpy as np


def input_block(
    style: Style, channel: Padded, size: CellSize, part: Slices, c: int = 0, *, labels: bool = True
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


def input_name(part: Slices, c: int = 0) -> Words:
    """The input, with the sample and channel where there are several."""
    if part.samples > 1 and part.channels > 1:
        return Words("input {n}, channel {c}", n=part.sample, c=part.first + c)
    if part.samples > 1:
        return Words("input {n}", n=part.sample)
    return Words("input, channel {c}", c=part.first + c) if part.channels > 1 else Words("input")


def kernel_block(style: Style, table: Table, size: CellSize, part: Slices, c: int = 0) -> Block:
    """The kernel, with the filter where there are several."""
    assert part.w is not None
    inner = grid(style, table, "weight", size)
    return named(style, inner, "weight", kernel_name(part, c), shape_of(style, part, part.w[c]))


def kernel_name(part: Slices, c: int | None = None) -> Words:
    """The kernel, with the filter where there are several, and with the channel it reads
    where `c` is one of several of a filter.
    """
    if c is None or len(part.x) == 1 or part.shared:
        return Words("kernel, filter {f}", f=part.filter) if part.filters > 1 else Words("kernel")
    if part.filters > 1:
        return Words("filter {f}, channel {c}", f=part.filter, c=part.first + c)
    return Words("kernel {c}", c=part.first + c)


def bias_block(style: Style, table: Table, size: CellSize) -> Block:
    """The bias: one cell."""
    return named(style, grid(style, table, "bias", size), "bias", Words("bias"), "1")


def output_block(style: Style, table: Table, size: CellSize, part: Slices) -> Block:
    """The output map, its active cell outlined."""
    windows = () if part.at is None else ((*part.at, 1, 1),)
    inner = grid(style, table, "output", size, windows=windows)
    return named(style, inner, "output", output_name(part), shape_of(style, part, part.y))


def output_name(part: Slices) -> Words:
    """The output, with the channel where there are several."""
    if part.filters > 1:
        return Words("output, channel {c}", c=part.filter)
    return Words("output")


def drawn_of(style: Style, trace: Trace, part: Slices) -> list[Block]:
    """The facts of a trace, and which filter, group and sample is drawn where there are more."""
    said = [
        style.say(words)
        for words, count in (
            (Words("filter {f} of {count}", f=part.filter, count=part.filters), part.filters),
            (
                Words("group {g} of {count}", g=part.first // len(part.x), count=part.groups),
                part.groups,
            ),
            (Words("sample {n} of {count}", n=part.sample, count=part.samples), part.samples),
        )
        if count > 1
    ]
    facts = fact_lines(style, trace)
    return [*facts, lines(style, ", ".join(said), fill=style.theme.muted)] if said else facts


def shape_of(style: Style, part: Slices, array: np.ndarray) -> str:
    """A shape, on the axes that the window slides over, with the power of ten that all its
    numbers are written in.
    """
    factor = numerals(array, style.precision).factor
    return times(part.shape(array)) + (f", {factor}" if factor else "")
