"""Convolution over channels: a row a channel, the partial maps added to the final map."""

from __future__ import annotations

from nnviz.figure.arrays.fit import Drawn, Row, RowPart, drawn_parts, sizes_of
from nnviz.figure.arrays.grid import cells, named, operator
from nnviz.figure.arrays.named import NamedCells, named_picture
from nnviz.figure.formulas.arithmetic import widest
from nnviz.figure.layout.blocks import Block, column, flow, lines, more_channels, row
from nnviz.figure.layout.page import page
from nnviz.figure.layout.style import BODY, Style
from nnviz.figure.scene import Scene
from nnviz.figure.windows import conv_equation
from nnviz.figure.windows._added import sum_by_parts
from nnviz.figure.windows._channel_rows import braced, stacked
from nnviz.figure.windows._cutout import cutout
from nnviz.figure.windows._named_arrays import (
    activated,
    drawn_of,
    equation,
    input_cells,
    kernel_cells,
    output_cells,
)
from nnviz.figure.windows._padded import padded, result
from nnviz.figure.windows._part import Part, flat_enough, part_shown, plan_of, rows_of
from nnviz.figure.windows._pictures import (
    activated_picture,
    input_picture,
    large,
    output_picture,
    small_kernel,
    written_kernels,
)
from nnviz.libraries import np
from nnviz.records import dataclass, replace
from nnviz.request import Appearance
from nnviz.shades import Levels, levels
from nnviz.shapes import AnyAxis
from nnviz.trace import Role, Step, Trace
from nnviz.words import Words

RANK = 10
SIDE = 128
"""The usual side of a picture of a channel."""
TALL = 880
"""How high the rows may be before their cells are the smallest."""
SIGN = 28
"""The room of a sign: a row has up to five of them."""


def fits(trace: Trace) -> Words | None:
    """From two channels a filter on, under a window of one or two axes."""
    plan, reason = plan_of(trace), flat_enough(trace)
    if reason is None and plan.group_channels < 2 and not plan.separate:
        return Words("a filter reads one channel")
    return reason


@dataclass(frozen=True)
class _Rows:
    """What the rows are made of, in cells or as pictures."""

    style: Style
    part: Part[AnyAxis]
    partials: list[np.ndarray]
    """(H', W'): the maps of the channels that are drawn, before they are added."""
    written: bool
    """Whether the kernels are in cells."""
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


def draw(trace: Trace, appearance: Appearance, step: Step | None) -> Scene:
    """A row a channel, a brace, the bias, the final map; of a step, the sum beneath.

    Depthwise nothing is added over channels: each row is an equation of its own.
    """
    if plan_of(trace).separate:
        return conv_equation.draw(trace, appearance, step)
    style = Style.of(appearance)
    part: Part[AnyAxis] = part_shown(trace, step, appearance)
    rows, block = _fitting_rows(trace, style, part)
    blocks = [block]
    if step is not None:
        window = cutout(style, part) if rows.large else None
        if window is not None:
            blocks.append(window)
        blocks.append(_sums_by_channel(rows, step, style.beneath(blocks[0].width)))
    facts = drawn_of(style, trace, part)
    return page(style, trace, appearance, step, blocks, title=title(trace), facts=facts)


def title(trace: Trace) -> Words:
    """What is convolved, over how many channels."""
    plan = plan_of(trace)
    if plan.separate:
        return trace.title
    return Words("{title} over {n} channels", title=trace.title, n=plan.channels)


def _fitting_rows(trace: Trace, style: Style, part: Part[AnyAxis]) -> tuple[_Rows, Block]:
    """The rows in numbers where they fit the page, else in pictures."""
    shown = range(rows_of(len(part.x)))
    maps = trace.results["partials"][part.sample, part.filter]
    partials = [maps[c].reshape(part.y.shape) for c in shown]
    if not large(style, part):
        rows = _Rows(style, part, partials, True, None)
        block = _laid_out(rows)
        if block.width <= style.room:
            return rows, block
    written = bool(written_kernels(style, part, shown))
    scale = levels(maps[: len(shown)].reshape(-1, *part.y.shape))
    rows = _Rows(style, part, partials, written, scale)
    return rows, _laid_out(rows)


def _laid_out(rows: _Rows) -> Block:
    """Beside a brace where that fits the page, else one below the other, in cells so small that
    it is not too high.
    """
    style, more = rows.style, more_channels(rows.style, rows.hidden)
    smaller = replace(rows, side=96)  # where the numbers at the bars are wide
    for each in (rows, smaller) if rows.large else (rows,):
        made = [_channel_row(each, c) for c in range(len(rows.partials))]
        end = equation(style, rows.part, [], _final_map(each), sign=SIGN)
        parts = [*(part for row in made for part in row), *end]
        sizes = sizes_of(style, parts, largest=36)
        for size in sizes:
            lines = [drawn_parts(row, size) for row in made]
            block = row([braced(style, lines, more), *drawn_parts(end, size)])
            if block.width <= style.room and block.height <= TALL:
                return block
        for size in sizes:
            table, _ = stacked(style, [drawn_parts(row, size) for row in made], more)
            sums = flow(drawn_parts([_sum_label(rows), *end], size), style.room)
            below = column([table, sums], 16)
            if below.width <= style.room and below.height <= TALL:
                return below
    if below.width <= style.room:
        return below
    # Narrower than a row: what it comes to stands beneath it.
    wrapped = [flow(drawn_parts(row, sizes[-1]), style.room) for row in made]
    return column([*wrapped, *more, sums], 16)


def _channel_row(rows: _Rows, c: int) -> Row:
    """Input channel ∗ kernel channel = partial map; which filter it is stands at the top."""
    style, part = rows.style, rows.part
    given: RowPart | Block
    kernel: RowPart | Block
    name = Words("channel {c}", c=part.channels[c])
    if rows.large:
        given = input_picture(style, part, rows.side, c, name)
    else:
        given = input_cells(style, padded(style, part, c), part, c, labels=False)
        given = given._replace(name=name)
    if rows.written:
        kernel = kernel_cells(style, part, c)._replace(name=Words("kernel"))
    else:
        kernel = named(
            style, small_kernel(style, part, c), "weight", Words("kernel"), part.shape(part.w[c])
        )
    made = _partial_map(rows, c)
    return [given, operator(style, "∗", SIGN), kernel, operator(style, "=", SIGN), made]


def _partial_map(rows: _Rows, c: int) -> RowPart | Block:
    style, part, made = rows.style, rows.part, rows.partials[c]
    name, shape = Words("partial map {c}", c=part.channels[c]), part.shape(made)
    if not rows.large:
        plain, table = cells(made, style.precision), result(style, made, part.at)
        cells_ = NamedCells(style, table, "intermediate", name, shape, windows=part.cell)
        return Drawn(cells_.block, [plain])
    return named_picture(
        style,
        made,
        "intermediate",
        name,
        shape,
        side=min(rows.side, max(96, round(rows.side * max(made.shape) / max(part.x.shape[1:])))),
        at=part.at,
        shades=rows.shades,
        axes=False,
    )


def _final_map(rows: _Rows) -> Row:
    """The final map, with an activation the sums before it."""
    style, part, side = rows.style, rows.part, rows.side
    if rows.large:
        return activated_picture(style, part, side, output_picture(style, part, side))
    return activated(style, part, output_cells(style, part)._replace(name=Words("feature map")))


def _sum_label(rows: _Rows) -> Block:
    """What is said of the maps' sum where they stand above it."""
    style, channels = rows.style, rows.part.channels
    said = Words("partial maps {first} to {last}, added", first=channels[0], last=channels[-1])
    return lines(style, style.say(said), BODY, fill=style.theme.tone("intermediate").line)


def _sums_by_channel(rows: _Rows, step: Step, room: float) -> Block:
    """What each channel comes to, a line each, and the sum of the channels."""
    style, part = rows.style, rows.part
    assert part.at is not None
    values = [p[part.at].item() for p in rows.partials]
    # Of pictures the numbers are too many to be written out for their widths.
    arrays: dict[Role, np.ndarray] = {}
    if not rows.large:
        arrays = {"input": part.x, "intermediate": np.stack(rows.partials)}
    return sum_by_parts(style, step, values, len(part.x), room, widest(style, arrays))
