"""Convolution over channels: a row a channel, the partial maps added to the final map."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from nnviz.figure.arrays.grid import (
    CellSize,
    Table,
    cells,
    changed,
    grid,
    named,
    operator,
    roomy,
    sizes,
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
from nnviz.figure.windows._activated import activated, activated_picture
from nnviz.figure.windows._channel_rows import braced, stacked
from nnviz.figure.windows._cutout import KERNELS, cutout, input_picture, large, output_picture
from nnviz.figure.windows._named_arrays import (
    bias_block,
    drawn_of,
    input_block,
    kernel_block,
    kernel_name,
    output_block,
    shape_of,
)
from nnviz.figure.windows._slices import (
    Padded,
    Slices,
    depthwise,
    flat_enough,
    group_channels,
    padded,
    partial_maps,
    result,
    rows_of,
    slices,
)
from nnviz.shades import Levels, levels_common
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
    reason = flat_enough(trace)
    if reason is None and group_channels(trace) < 2 and not depthwise(trace):
        return Words("a filter reads one channel")
    return reason


@dataclass(frozen=True, slots=True)
class _Rows:
    """What the rows are made of, measured in cells."""

    trace: Trace
    style: Style
    part: Slices
    inputs: list[Padded]
    kernels: list[Table]
    partials: list[np.ndarray]
    output: Table
    bias: Table | None
    large: bool
    shades: Levels | None
    """Of the partial maps as pictures: one scale for all."""
    side: int = SIDE
    """The side of a picture of a channel."""

    @property
    def count(self) -> int:
        return len(self.kernels)

    @property
    def hidden(self) -> int:
        return len(self.part.x) - self.count

    def tables(self) -> list[Table]:
        known = [*self.kernels, *([self.bias] if self.bias else [])]
        if self.large and not roomy(self.style, self.kernels, KERNELS):
            return known[len(self.kernels) :]
        if self.large:
            return known
        maps = [cells(p, self.style.precision) for p in self.partials]
        ends = [result(self.style, made, self.part.at) for made in self.part.maps]
        return [*known, *(p.table for p in self.inputs), *maps, *ends]


def draw(trace: Trace, appearance: Appearance, step: Step | None) -> Scene:
    """A row a channel, a brace, the bias, the final map; of a step, the sum beneath.

    Depthwise nothing is added over channels: each row is an equation of its own.
    """
    if depthwise(trace):
        return conv_equation.draw(trace, appearance, step)
    style = Style.of(appearance)
    part = slices(trace, step, appearance.sample)
    rows, block = _fitting(trace, style, part)
    blocks = [block]
    if step is not None:
        window = cutout(trace, style, part) if rows.large else None
        if window is not None:
            blocks.append(window)
        blocks.append(_sums(rows, step, max(blocks[0].width, 400)))
    facts = drawn_of(style, trace, part)
    return page(style, trace, appearance, step, blocks, title=title(trace), facts=facts)


def title(trace: Trace) -> Words:
    """What is convolved, over how many channels."""
    n, groups = group_channels(trace), trace.options.get("groups", 1)
    if depthwise(trace):
        return trace.title
    if groups == 1:
        return Words("{title} over {n} channels", title=trace.title, n=n)
    return Words(
        "{title} over {n} channels in {groups} groups",
        title=trace.title,
        n=n * groups,
        groups=groups,
    )


def _fitting(trace: Trace, style: Style, part: Slices) -> tuple[_Rows, Block]:
    """The rows in numbers where they fit the page, else in pictures."""
    if not large(trace, style, part):
        rows = _rows(trace, style, part, small=True)
        block = _laid_out(rows)
        if block.width <= ROOM:
            return rows, block
    rows = _rows(trace, style, part, small=False)
    return rows, _laid_out(rows)


def _rows(trace: Trace, style: Style, part: Slices, *, small: bool) -> _Rows:
    assert part.w is not None
    shown = rows_of(len(part.x))
    inputs = [
        padded(trace, style, part.x[c], part.axes, part.at, part.w[c] if part.at else None)
        for c in range(shown if small else 0)
    ]
    partials = partial_maps(trace, part, shown)
    return _Rows(
        trace,
        style,
        part,
        inputs,
        [cells(part.w[c], style.precision) for c in range(shown)],
        partials,
        result(style, part.y, part.at) if small else [],
        None if part.b is None else cells(part.b, style.precision),
        not small,
        None if small else levels_common(partials),
    )


def _laid_out(rows: _Rows) -> Block:
    """Beside a brace where that fits the page, else one below the other."""
    tried = sizes(rows.style, rows.tables(), largest=36) or [CellSize(28, 28, SMALL)]
    smaller = replace(rows, side=96)  # where the numbers at the bars are wide
    for each in (rows, smaller) if rows.large else (rows,):
        for beside in (True, False):
            for size in tried:
                block = _beside(each, size) if beside else _below(each, size)
                if block.width <= ROOM:
                    return block
    return _below(smaller, tried[-1])


def _channel(rows: _Rows, c: int, size: CellSize) -> list[Block]:
    """Input channel ∗ kernel channel = partial map."""
    style, part = rows.style, rows.part
    if rows.large:
        given = input_picture(style, part, rows.side, c)
    else:
        given = input_block(style, rows.inputs[c], size, part, c, labels=False)
    kernel = _kernel(rows, c, size)
    return [given, operator(style, "∗", 40), kernel, operator(style, "=", 40), _map(rows, c, size)]


def _kernel(rows: _Rows, c: int, size: CellSize) -> Block:
    style, part = rows.style, rows.part
    assert part.w is not None
    if not rows.large or roomy(style, rows.kernels, KERNELS):
        return kernel_block(style, rows.kernels[c], size, part, c)
    block = picture(style, part.w[c], "weight", side=96, axes=False, bar=False)
    return named(style, block, "weight", kernel_name(part, c), shape_of(style, part, part.w[c]))


def _map(rows: _Rows, c: int, size: CellSize) -> Block:
    style, part, made = rows.style, rows.part, rows.partials[c]
    name = Words("partial map {c}", c=part.first + c)
    if rows.large:
        window = None if part.at is None else (*part.at, 1, 1)
        side = max(96, round(rows.side * max(made.shape) / max(part.x.shape[1:])))
        block = picture(
            style,
            made,
            "intermediate",
            side=min(rows.side, side),
            window=window,
            shades=rows.shades,
            axes=False,
        )
        return named(style, block, "intermediate", name, shape_of(style, part, made))
    table = cells(made, style.precision)
    windows: tuple[tuple[int, int, int, int], ...] = ()
    if part.at is not None:
        table = changed(table, [part.at], state="active", bold=True)
        windows = ((*part.at, 1, 1),)
    block = grid(style, table, "intermediate", size, windows=windows)
    return named(style, block, "intermediate", name, shape_of(style, part, made))


def _final(rows: _Rows, size: CellSize) -> list[Block]:
    """The final map, with an activation the sums and the arrow to it before it."""
    style, part = rows.style, rows.part
    if rows.large:
        made = output_picture(style, part, rows.side)
        return activated_picture(style, part, rows.side, made)
    return activated(style, part, size, output_block(style, rows.output, size, part))


def _lines(rows: _Rows, size: CellSize) -> tuple[list[list[Block]], Block | None]:
    """A line a channel; and what is said of those that are not drawn."""
    made = [_channel(rows, c, size) for c in range(rows.count)]
    if not rows.hidden:
        return made, None
    said = rows.style.say(Words("… and {n} more channels", n=rows.hidden))
    return made, lines(rows.style, said, BODY, fill=rows.style.theme.muted)


def _beside(rows: _Rows, size: CellSize) -> Block:
    """The rows, a brace over them, and what they come to."""
    style = rows.style
    right = [operator(style, "=", 40), *_final(rows, size)]
    if rows.bias is not None:
        right = [operator(style, "+", 40), bias_block(style, rows.bias, size), *right]
    return row([braced(style, *_lines(rows, size)), *right])


def _below(rows: _Rows, size: CellSize) -> Block:
    """The rows, and beneath them the maps' sum with the bias."""
    style = rows.style
    table, _ = stacked(style, *_lines(rows, size))
    first, last = rows.part.first, rows.part.first + len(rows.part.x) - 1
    said = Words("partial maps {first} to {last}, added", first=first, last=last)
    label = lines(style, style.say(said), BODY, fill=style.theme.tone("intermediate").line)
    sum_ = [label, operator(style, "=", 40), *_final(rows, size)]
    if rows.bias is not None:
        sum_ = [label, operator(style, "+", 40), bias_block(style, rows.bias, size), *sum_[1:]]
    return column([table, flow(sum_)], 16)


def _sums(rows: _Rows, step: Step, room: float) -> Block:
    """What each channel comes to, a line each, and the sum of the channels."""
    import numpy as np

    style, part = rows.style, rows.part
    assert part.w is not None
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
    last = [_hidden(style, len(part.x), step)] if rows.hidden else []
    found += step.formula[1:]
    said = [style.pieces(equation) for equation in found]
    said[rows.count : rows.count] = last
    # Of pictures the numbers are too many to be written out for their widths.
    arrays: dict[Role, np.ndarray] = {}
    if not rows.large:
        arrays = {"input": part.x, "intermediate": np.stack(rows.partials)}
    wide = widest(style, arrays)
    ample = [style.pieces(equation, wide) for equation in found] + last
    size = BODY if max(style.width(p, BODY) for p in ample) <= room - 32 else SMALL
    return panelled(style, column([lines(style, p, size, room=room - 32) for p in said], 4), room)


def _hidden(style: Style, count: int, step: Step) -> list[Piece]:
    """What all channels come to, where not all are written out."""
    words = Words("all {n} channels and the bias add up to", n=count)
    if "bias" not in step.cells:
        words = Words("all {n} channels add up to", n=count)
    value = style.pieces(Equation((Name(""), step.formula[0].sides[-1])))[-1]
    return [Piece(style.say(words) + " "), value]
