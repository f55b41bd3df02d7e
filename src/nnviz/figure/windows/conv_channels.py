"""Convolution over channels: a row a channel, the partial maps added to the final map."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from nnviz.figure.arrays.grid import (
    CellSize,
    Table,
    cell_sizes,
    cells,
    changed,
    grid,
    named,
    operator,
)
from nnviz.figure.arrays.picture import picture
from nnviz.figure.formulas.arithmetic import panelled, widest
from nnviz.figure.layout.page import (
    BODY,
    ROOM,
    SMALL,
    Block,
    Piece,
    Style,
    column,
    flow,
    lines,
    page,
    row,
)
from nnviz.figure.scene import Scene
from nnviz.figure.windows import conv_equation
from nnviz.figure.windows._channel_rows import braced, stacked
from nnviz.figure.windows._cutout import cutout
from nnviz.figure.windows._named_arrays import (
    activated,
    bias_tables,
    drawn_of,
    equation_blocks,
    input_block,
    kernel_block,
    kernel_name,
    more_channels,
    output_block,
    shape_of,
)
from nnviz.figure.windows._padded import Padded, padded, result
from nnviz.figure.windows._part import Part, flat_enough, part_of, plan_of, rows_of
from nnviz.figure.windows._pictures import (
    activated_picture,
    input_picture,
    large,
    output_picture,
    small_kernel,
    written_kernels,
)
from nnviz.shades import Levels, levels
from nnviz.shapes import AnyAxis
from nnviz.trace import Equation, Expr, Name, Num, Role, Step, Sum, Trace
from nnviz.words import Words

if TYPE_CHECKING:
    import numpy as np

    from nnviz.request import Appearance

RANK = 10
SIDE = 128
"""The usual side of a picture of a channel."""


def fits(trace: Trace) -> Words | None:
    """From two channels a filter on, under a window of one or two axes."""
    plan, reason = plan_of(trace), flat_enough(trace)
    if reason is None and plan.group_channels < 2 and not plan.separate:
        return Words("a filter reads one channel")
    return reason


@dataclass(frozen=True, slots=True)
class _Rows:
    """What the rows are made of, in cells or as pictures."""

    style: Style
    part: Part[AnyAxis]
    partials: list[np.ndarray]
    """(H', W'): the maps of the channels that are drawn, before they are added."""
    inputs: list[Padded]
    """Of the channels that are drawn, where all is in cells."""
    kernels: list[Table]
    """Of the channels that are drawn, where they are in cells."""
    shades: Levels | None
    """Of the partial maps as pictures: one scale for all; None where all is in cells."""
    side: int = SIDE
    """The side of a picture of a channel."""

    @property
    def large(self) -> bool:
        return self.shades is not None

    @property
    def hidden(self) -> int:
        return len(self.part.x) - len(self.partials)

    def tables(self) -> list[Table]:
        known = [*self.kernels, *bias_tables(self.style, self.part)]
        if self.large:
            return known
        maps = [cells(p, self.style.precision) for p in self.partials]
        ends = [result(self.style, made, self.part.at) for made in self.part.maps]
        return [*known, *(p.table for p in self.inputs), *maps, *ends]


def draw(trace: Trace, appearance: Appearance, step: Step | None) -> Scene:
    """A row a channel, a brace, the bias, the final map; of a step, the sum beneath.

    Depthwise nothing is added over channels: each row is an equation of its own.
    """
    if plan_of(trace).separate:
        return conv_equation.draw(trace, appearance, step)
    style = Style.of(appearance)
    part: Part[AnyAxis] = part_of(trace, step, appearance.sample)
    rows, block = _fitting_rows(trace, style, part)
    blocks = [block]
    if step is not None:
        window = cutout(style, part) if rows.large else None
        if window is not None:
            blocks.append(window)
        blocks.append(_sums_by_channel(rows, step, max(blocks[0].width, 400)))
    facts = drawn_of(style, trace, part)
    return page(style, trace, appearance, step, blocks, title=title(trace), facts=facts)


def title(trace: Trace) -> Words:
    """What is convolved, over how many channels."""
    plan = plan_of(trace)
    if plan.separate:
        return trace.title
    if plan.groups == 1:
        return Words("{title} over {n} channels", title=trace.title, n=plan.channels)
    return Words(
        "{title} over {n} channels in {groups} groups",
        title=trace.title,
        n=plan.channels,
        groups=plan.groups,
    )


def _fitting_rows(trace: Trace, style: Style, part: Part[AnyAxis]) -> tuple[_Rows, Block]:
    """The rows in numbers where they fit the page, else in pictures."""
    shown = range(rows_of(len(part.x)))
    maps = trace.results["partials"][part.sample, part.filter]
    partials = [maps[c].reshape(part.y.shape) for c in shown]
    if not large(style, part):
        inputs = [padded(style, part, c) for c in shown]
        kernels = [cells(part.w[c], style.precision) for c in shown]
        rows = _Rows(style, part, partials, inputs, kernels, None)
        block = _laid_out(rows)
        if block.width <= ROOM:
            return rows, block
    kernels = written_kernels(style, part, shown)
    scale = levels(maps[: len(shown)].reshape(-1, *part.y.shape))
    rows = _Rows(style, part, partials, [], kernels, scale)
    return rows, _laid_out(rows)


def _laid_out(rows: _Rows) -> Block:
    """Beside a brace where that fits the page, else one below the other."""
    tried = cell_sizes(rows.style, rows.tables(), largest=36)
    smaller = replace(rows, side=96)  # where the numbers at the bars are wide
    for each in (rows, smaller) if rows.large else (rows,):
        for build in (_rows_beside, _rows_below):
            for size in tried:
                block = build(each, size)
                if block.width <= ROOM:
                    return block
    return _rows_below(smaller, tried[-1])


def _channel_row(rows: _Rows, c: int, size: CellSize) -> list[Block]:
    """Input channel ∗ kernel channel = partial map."""
    style, part = rows.style, rows.part
    if rows.large:
        given = input_picture(style, part, rows.side, c)
    else:
        given = input_block(style, rows.inputs[c], size, part, c, labels=False)
    if rows.kernels:
        kernel = kernel_block(style, rows.kernels[c], size, part, c)
    else:
        shape = shape_of(style, part, part.w[c])
        kernel = small_kernel(style, part, c)
        kernel = named(style, kernel, "weight", kernel_name(part, c), shape)
    made = _partial_map(rows, c, size)
    return [given, operator(style, "∗", 40), kernel, operator(style, "=", 40), made]


def _partial_map(rows: _Rows, c: int, size: CellSize) -> Block:
    style, part, made = rows.style, rows.part, rows.partials[c]
    if rows.large:
        side = max(96, round(rows.side * max(made.shape) / max(part.x.shape[1:])))
        block = picture(
            style,
            made,
            "intermediate",
            side=min(rows.side, side),
            window=part.cell[0] if part.cell else None,
            shades=rows.shades,
            axes=False,
        )
    else:
        table = cells(made, style.precision)
        if part.at is not None:
            table = changed(table, [part.at], state="active", bold=True)
        block = grid(style, table, "intermediate", size, windows=part.cell)
    name = Words("partial map {c}", c=part.channels[c])
    return named(style, block, "intermediate", name, shape_of(style, part, made))


def _final_map(rows: _Rows, left: Block, size: CellSize) -> list[Block]:
    """The channels, the bias and the final map, with an activation the sums before it."""
    style, part = rows.style, rows.part
    if rows.large:
        output = output_picture(style, part, rows.side)
        made = activated_picture(style, part, rows.side, output)
    else:
        output = output_block(style, result(style, part.y, part.at), size, part)
        made = activated(style, part, size, output)
    return equation_blocks(style, part, size, [left], made, sign=40)


def _rows_beside(rows: _Rows, size: CellSize) -> Block:
    """The rows, a brace over them, and what they come to."""
    made = [_channel_row(rows, c, size) for c in range(len(rows.partials))]
    left = braced(rows.style, made, more_channels(rows.style, rows.hidden))
    return row(_final_map(rows, left, size))


def _rows_below(rows: _Rows, size: CellSize) -> Block:
    """The rows, and beneath them the maps' sum with the bias."""
    style, channels = rows.style, rows.part.channels
    made = [_channel_row(rows, c, size) for c in range(len(rows.partials))]
    table, _ = stacked(style, made, more_channels(style, rows.hidden))
    said = Words("partial maps {first} to {last}, added", first=channels[0], last=channels[-1])
    label = lines(style, style.say(said), BODY, fill=style.theme.tone("intermediate").line)
    return column([table, flow(_final_map(rows, label, size))], 16)


def _sums_by_channel(rows: _Rows, step: Step, room: float) -> Block:
    """What each channel comes to, a line each, and the sum of the channels."""
    import numpy as np

    style, part = rows.style, rows.part
    assert part.at is not None
    total = step.formula[0].sides[0]
    assert isinstance(total, Sum)
    each = part.w[0].size
    values = [Num(p[part.at].item(), "intermediate") for p in rows.partials]
    found = [
        Equation((Sum(total.terms[c * each : (c + 1) * each]), value))
        for c, value in enumerate(values)
    ]
    if not rows.hidden:
        bias = total.terms[len(part.x) * each :]
        terms: tuple[Expr, ...] = (*values, *bias)
        found.append(Equation((Sum(terms), *step.formula[0].sides[1:])))
    last = [_sum_of_all(style, len(part.x), step)] if rows.hidden else []
    found += step.formula[1:]
    said = [style.pieces(equation) for equation in found]
    said[len(values) : len(values)] = last
    # Of pictures the numbers are too many to be written out for their widths.
    arrays: dict[Role, np.ndarray] = {}
    if not rows.large:
        arrays = {"input": part.x, "intermediate": np.stack(rows.partials)}
    wide = widest(style, arrays)
    ample = [style.pieces(equation, wide) for equation in found] + last
    size = BODY if max(style.width(p, BODY) for p in ample) <= room - 32 else SMALL
    return panelled(style, column([lines(style, p, size, room=room - 32) for p in said], 4), room)


def _sum_of_all(style: Style, count: int, step: Step) -> list[Piece]:
    """What all channels come to, where not all are written out."""
    words = Words("all {n} channels and the bias add up to", n=count)
    if "bias" not in step.cells:
        words = Words("all {n} channels add up to", n=count)
    value = style.pieces(Equation((Name(""), step.formula[0].sides[-1])))[-1]
    return [Piece(style.say(words) + " "), value]
