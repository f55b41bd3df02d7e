"""Convolution as an equation: input ∗ kernel + bias = output."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from nnviz.figure.arrays.grid import MOST, CellSize, Table, cells, fitting, operator, roomy
from nnviz.figure.formulas.arithmetic import Widest, arithmetic, widest
from nnviz.figure.layout.page import (
    BODY,
    PANELS,
    ROOM,
    SMALL,
    Block,
    Style,
    column,
    lines,
    page,
    row,
)
from nnviz.figure.scene import Scene
from nnviz.figure.windows._activated import activated, activated_picture
from nnviz.figure.windows._cutout import (
    KERNELS,
    among_pictures,
    explained,
    input_picture,
    kernels_block,
    large,
    output_picture,
)
from nnviz.figure.windows._named_arrays import (
    bias_block,
    drawn_of,
    input_block,
    kernel_block,
    output_block,
)
from nnviz.figure.windows._slices import (
    Slices,
    depthwise,
    flat_enough,
    group_channels,
    padded,
    plan_of,
    result,
    rows_of,
    slices,
)
from nnviz.shades import colored
from nnviz.trace import Role, Step, Trace
from nnviz.words import Words

if TYPE_CHECKING:
    import numpy as np

    from nnviz.request import Appearance


def rank(trace: Trace) -> int:
    """First for one channel, and for colour pictures."""
    return 0 if group_channels(trace) == 1 or _is_color_picture(trace) else 20


def fits(trace: Trace) -> Words | None:
    """One channel a filter, or a colour picture, under a window of one or two axes."""
    reason = flat_enough(trace)
    if reason is None and group_channels(trace) > 1 and not _is_color_picture(trace):
        return Words(
            "a filter reads {n} channels; the view channels shows each", n=group_channels(trace)
        )
    return reason


def _is_color_picture(trace: Trace) -> bool:
    x = trace.arrays["input"]
    if trace.options.get("groups", 1) != 1 or len(plan_of(trace).axes) != 2 or x.ndim < 3:
        return False
    return max(x.shape[-2:]) > MOST and colored(x.reshape(-1, *x.shape[-3:])[0])


def draw(trace: Trace, appearance: Appearance, step: Step | None) -> Scene:
    """Input, kernel, bias and output in a row; of a step, the window and its arithmetic."""
    style = Style.of(appearance)
    part = slices(trace, step, appearance.sample)
    if step is None and depthwise(trace):
        return page(style, trace, appearance, step, _every(trace, style, appearance.sample))
    if not large(trace, style, part):
        blocks = [_numbers(trace, style, part)]
        if step is not None:
            room = min(ROOM, max(360, blocks[0].width))
            blocks.append(
                arithmetic(style, step.formula, room=room, wide=_wide(trace, style, part))
            )
    else:
        blocks = [_pictures(style, part)]
        if step is not None:
            blocks.append(explained(trace, style, part, step, max(600, blocks[0].width)))
    return page(style, trace, appearance, step, blocks, facts=drawn_of(style, trace, part))


def _every(trace: Trace, style: Style, sample: int) -> list[Block]:
    """A row a channel of a depthwise convolution, nothing added over channels."""
    channels = slices(trace, None, sample).channels
    parts = [slices(trace, None, sample, channel=c) for c in range(rows_of(channels))]
    if any(large(trace, style, part) for part in parts):
        rows = [_pictures(style, part) for part in parts]
    else:
        tables = [table for part in parts for table in _tables(trace, style, part)]
        rows = [_numbers(trace, style, part, tables) for part in parts]
    if channels > len(parts):
        said = Words("… and {n} more channels", n=channels - len(parts))
        rows.append(lines(style, style.say(said), BODY, fill=style.theme.muted))
    return rows


def panel(trace: Trace, style: Style, step: Step) -> Block:
    """A step for a sheet: input and output in small cells, and the arithmetic."""
    part = slices(trace, step)
    assert part.w is not None
    if large(trace, style, part, PANELS[-1]):
        blocks = [input_picture(style, part, 132), operator(style, "→", 36)]
        block = row([*blocks, output_picture(style, part, 132)])
        room = max(block.width, PANELS[0])
        return column([block, explained(trace, style, part, step, room, SMALL)], 12)
    channel = padded(trace, style, part.x[0], part.axes, part.at, part.w[0])
    output = result(style, part.y, part.at)

    def build(size: CellSize) -> list[Block]:
        return [
            input_block(style, channel, size, part),
            operator(style, "→", 40),
            output_block(style, output, size, part),
        ]

    block = fitting(style, [channel.table, output], build, largest=32, rooms=PANELS)
    room = max(block.width, PANELS[0])
    wide = _wide(trace, style, part)
    sums = arithmetic(style, step.formula, room=room, size=SMALL, wide=wide)
    return column([block, sums], 12)


def shared(trace: Trace, style: Style, steps: Sequence[Step]) -> list[Block]:
    """The kernel and the bias of each filter that a sheet of these steps shows."""
    parts = {part.filter: part for part in (slices(trace, step) for step in steps)}
    return [_kernel_and_bias(style, part) for part in parts.values()]


def _kernel_and_bias(style: Style, part: Slices) -> Block:
    assert part.w is not None
    kernels = [cells(w, style.precision) for w in part.w]
    tables = kernels if roomy(style, kernels, KERNELS) else []
    bias = None if part.b is None else cells(part.b, style.precision)

    def build(size: CellSize) -> list[Block]:
        blocks = [kernels_block(style, kernels, size, part)]
        return blocks if bias is None else [*blocks, bias_block(style, bias, size)]

    return fitting(style, tables if bias is None else [*tables, bias], build, largest=32, gap=40)


def _wide(trace: Trace, style: Style, part: Slices) -> Widest:
    """The widest numbers that stand in the arithmetic of any step."""
    arrays: dict[Role, np.ndarray] = {"input": part.x, "output": part.y}
    if "pre" in trace.results:
        pre = trace.results["pre"].reshape(part.samples, part.filters, -1)
        arrays["intermediate"] = pre[part.sample, part.filter]
    return widest(style, arrays)


def _tables(trace: Trace, style: Style, part: Slices) -> list[Table]:
    """What the cells of a row have to hold."""
    assert part.w is not None
    seen = part.w[0] if part.at else None
    arrays = [part.w[0], *([] if part.b is None else [part.b])]
    return [
        padded(trace, style, part.x[0], part.axes, part.at, seen).table,
        *(cells(array, style.precision) for array in arrays),
        *(result(style, made, part.at) for made in part.maps),
    ]


def _numbers(trace: Trace, style: Style, part: Slices, tables: Sequence[Table] = ()) -> Block:
    """The row of arrays, with cells as large as fit; of several rows, for all their `tables`."""
    assert part.w is not None
    channel = padded(trace, style, part.x[0], part.axes, part.at, part.w[0] if part.at else None)
    kernel = cells(part.w[0], style.precision)
    output = result(style, part.y, part.at)
    bias = None if part.b is None else cells(part.b, style.precision)

    def build(size: CellSize) -> list[Block]:
        blocks = [
            input_block(style, channel, size, part),
            operator(style, "∗"),
            kernel_block(style, kernel, size, part),
        ]
        if bias is not None:
            blocks += [operator(style, "+"), bias_block(style, bias, size)]
        made = activated(style, part, size, output_block(style, output, size, part))
        return [*blocks, operator(style, "="), *made]

    return fitting(style, tables or _tables(trace, style, part), build)


def _pictures(style: Style, part: Slices) -> Block:
    """Arrays too large for numbers: pictures, the window outlined, as large as fit a row."""
    assert part.w is not None
    kernels = [cells(w, style.precision) for w in part.w]
    bias = None if part.b is None else cells(part.b, style.precision)
    tables = kernels if roomy(style, kernels, KERNELS) else []
    tables = tables if bias is None else [*tables, bias]

    def build(side: int, size: CellSize) -> list[Block]:
        seen, made = input_picture(style, part, side), output_picture(style, part, side)
        blocks = [seen, operator(style, "∗", 40), kernels_block(style, kernels, size, part)]
        if bias is not None:
            blocks += [operator(style, "+", 40), bias_block(style, bias, size)]
        return [*blocks, operator(style, "=", 40), *activated_picture(style, part, side, made)]

    return among_pictures(style, tables, build, below=36 if len(kernels) == 1 else 28)
