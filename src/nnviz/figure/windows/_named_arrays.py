"""The arrays of a window as named blocks, and the signs that make an equation of them."""

from __future__ import annotations

from typing import Any

from nnviz.activation_steps import shown
from nnviz.figure.arrays.fit import Row, RowPart
from nnviz.figure.arrays.grid import Table, cells, operator
from nnviz.figure.arrays.named import NamedCells
from nnviz.figure.formulas.vectors import TermLayout
from nnviz.figure.layout.blocks import Block, Sign, remark
from nnviz.figure.layout.page import fact_lines
from nnviz.figure.layout.style import Style
from nnviz.figure.windows._padded import Padded, result, sums
from nnviz.figure.windows._part import Part
from nnviz.shapes import AnyAxis
from nnviz.trace import Trace
from nnviz.words import Words

# --- names -------------------------------------------------------------------------


def input_name(part: Part[Any], c: int = 0) -> Words:
    """The input, with the channel where there are several."""
    several = part.plan.channels > 1
    return Words("input, channel {c}", c=part.channels[c]) if several else Words("input")


def kernel_name(part: Part[Any]) -> Words:
    """The kernel, with the filter where there are several."""
    several = part.plan.filters > 1
    return Words("kernel, filter {f}", f=part.filter) if several else Words("kernel")


def output_name(part: Part[Any]) -> Words:
    """The output, of weights a feature map, with the channel where there are several."""
    several = part.plan.filters > 1
    if part.plan.given is None:
        return Words("output, channel {c}", c=part.filter) if several else Words("output")
    return Words("feature map, channel {c}", c=part.filter) if several else Words("feature map")


def drawn_of(style: Style, trace: Trace, part: Part[Any]) -> list[Block]:
    """The facts of a trace, and which filter and group is drawn where there are more."""
    plan = part.plan
    group = part.channels.start // plan.group_channels
    said = [
        style.say(words)
        for words, count in (
            (Words("filter {f} of {count}", f=part.filter, count=plan.filters), plan.filters),
            (Words("group {g} of {count}", g=group, count=plan.groups), plan.groups),
        )
        if count > 1
    ]
    facts = fact_lines(style, trace)
    return [*facts, remark(style, ", ".join(said))] if said else facts


# --- parts of a row in cells ----------------------------------------------------------


def input_cells(
    style: Style, channel: Padded, part: Part[AnyAxis], c: int = 0, *, labels: bool = True
) -> NamedCells:
    """An input channel with its padding, indices and window."""
    return NamedCells(
        style,
        channel.table,
        "input",
        input_name(part, c),
        part.shape(part.x[c]),
        ("columns" if part.dims == 1 else "both") if labels else "",
        channel.windows,
        channel.origin,
        channel.shape,
    )


def kernel_cells(style: Style, part: Part[Any], c: int = 0) -> NamedCells:
    """The kernel of a channel, with the filter where there are several."""
    w = part.w[c]
    return NamedCells(style, cells(w, style.precision), "weight", kernel_name(part), part.shape(w))


def bias_cells(style: Style, part: Part[Any]) -> list[NamedCells]:
    """The bias as one cell, if there is one."""
    tables = [] if part.b is None else [cells(part.b, style.precision)]
    return [NamedCells(style, table, "bias", Words("bias"), "1") for table in tables]


def output_cells(style: Style, part: Part[Any], table: Table | None = None) -> NamedCells:
    """The output map, its active cell outlined."""
    table, shape = table or result(style, part.y, part.at), part.shape(part.y)
    return NamedCells(style, table, "output", output_name(part), shape, windows=part.cell)


# --- equations ---------------------------------------------------------------------


def equation(style: Style, part: Part[Any], left: Row, made: Row, *, sign: float = 48) -> Row:
    """`left` + bias = `made`, with signs of a width."""
    plus = operator(style, "+", sign)
    bias = [each for cell in bias_cells(style, part) for each in (plus, cell)]
    return [*left, *bias, operator(style, "=", sign), *made]


SUM = Words("sum")
"""The name of what an activation makes the output of."""


def activation_arrow(style: Style, part: Part[Any]) -> list[Sign]:
    """The arrow through the activation; nothing where there is none."""
    return [] if part.act is None else [TermLayout(style).activation_arrow(shown(part.act))]


def activation_entry(style: Style, part: Part[Any]) -> list[Block]:
    """The activation in words: in a legend an arrow would point at nothing."""
    name = None if part.act is None else shown(part.act)
    return [remark(style, Words("activation {name}", name=name))] if name else []


def activated(style: Style, part: Part[Any], output: RowPart) -> Row:
    """The sums in cells and the arrow, then the output; alone where nothing activates it."""
    if part.pre is None:
        return [output]
    table, shape = sums(style, part), part.shape(part.pre)
    before = NamedCells(style, table, "intermediate", SUM, shape, windows=part.summed)
    return [before, *activation_arrow(style, part), output]
