"""Convolution as an equation: input ∗ kernel + bias = output."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from nnviz.figure.arrays.fit import Row, largest_fit, sizes_of
from nnviz.figure.arrays.grid import MOST, operator
from nnviz.figure.arrays.named import NamedCells
from nnviz.figure.formulas.arithmetic import Widest, arithmetic, widest
from nnviz.figure.layout.blocks import Block, column, more_channels
from nnviz.figure.layout.page import page
from nnviz.figure.layout.style import SMALL, Style
from nnviz.figure.scene import Scene
from nnviz.figure.windows._cutout import explained
from nnviz.figure.windows._named_arrays import (
    activated,
    bias_cells,
    drawn_of,
    equation,
    input_cells,
    kernel_cells,
    output_cells,
)
from nnviz.figure.windows._padded import padded
from nnviz.figure.windows._panel import step_panel
from nnviz.figure.windows._part import (
    Part,
    filters_of,
    flat_enough,
    one_channel,
    part_of,
    part_shown,
    plan_of,
    rows_of,
)
from nnviz.figure.windows._pictures import kernels_part, large, picture_row, small_pictures
from nnviz.figure.windows._products import with_products
from nnviz.libraries import np
from nnviz.request import Appearance
from nnviz.shades import colored
from nnviz.shapes import AnyAxis
from nnviz.trace import Role, Step, Trace
from nnviz.words import Words

ABREAST = (2, 3)
PAGE = 496
"""How high arrays and products may be together, so that a step stands on a screen."""


def rank(trace: Trace) -> int:
    """First for one channel, and for colour pictures."""
    return 0 if plan_of(trace).group_channels == 1 or _is_color_picture(trace) else 20


def fits(trace: Trace) -> Words | None:
    """One channel a filter, or a colour picture, under a window of one or two axes."""
    return flat_enough(trace) if _is_color_picture(trace) else one_channel(trace)


def _is_color_picture(trace: Trace) -> bool:
    plan, x = plan_of(trace), trace.arrays["input"]
    if plan.groups != 1 or plan.dims != 2 or max(plan.sizes) <= MOST:
        return False
    return colored(x.reshape(plan.samples, plan.channels, *plan.sizes)[0])


def draw(trace: Trace, appearance: Appearance, step: Step | None) -> Scene:
    """Input, kernel, bias and output in a row; of a step, the window and its arithmetic."""
    style = Style.of(appearance)
    part: Part[AnyAxis] = part_shown(trace, step, appearance)
    if step is None and plan_of(trace).separate and appearance.filter is None:
        return page(
            style, trace, appearance, step, _row_a_channel(trace, style, appearance.drawn_sample)
        )
    blocks: list[Block] = []
    if not large(style, part):
        blocks = [largest_fit(style.for_step(step), _cells_of(style, part))]
    if blocks and blocks[0].width <= style.room:
        if step is not None:
            room = style.beneath(blocks[0].width, 360)
            wide = _widest_of(style, part)
            tall = PAGE - blocks[0].height
            blocks.append(with_products(style, part, step, room, tall, wide))
    else:
        blocks = [_row_in_pictures(style, part)]
        if step is not None:
            blocks.append(
                explained(
                    style,
                    part,
                    step,
                    style.beneath(blocks[0].width, 600),
                    wide=_widest_of(style, part),
                )
            )
    return page(style, trace, appearance, step, blocks, facts=drawn_of(style, trace, part))


def _row_a_channel(trace: Trace, style: Style, sample: int) -> list[Block]:
    """A row a channel of a depthwise convolution, nothing added over channels."""
    channels = plan_of(trace).channels
    parts = [part_of(trace, None, sample, channel=c) for c in range(rows_of(channels))]
    if any(large(style, part) for part in parts):
        rows = [_row_in_pictures(style, part) for part in parts]
    else:
        each = [_short(_cells_of(style, part), part.filter) for part in parts]
        sizes = sizes_of(style, [cells for row in each for cells in row])
        rows = [largest_fit(style, row, sizes) for row in each]
    return [*rows, *more_channels(style, channels - len(parts))]


def _short(row: Row, c: int) -> Row:
    """The row of channel `c`, which is said once, at its input."""
    names: dict[Role, Words] = {
        "input": Words("channel {c}", c=c),
        "weight": Words("kernel"),
        "output": Words("feature map"),
    }
    return [
        p._replace(name=names.get(p.role, p.name)) if isinstance(p, NamedCells) else p for p in row
    ]


def panel(trace: Trace, style: Style, step: Step) -> Block | None:
    """A step for a sheet: input and output in small cells, and the arithmetic."""
    part: Part[AnyAxis] = part_of(trace, step)
    wide = _widest_of(style, part)
    if not large(style, part):
        given = input_cells(style, padded(style, part), part)
        sums = partial(arithmetic, style, step.formula, size=SMALL, wide=wide)
        block = step_panel(style, given, output_cells(style, part), sums)
        if block is not None or not style.cut:
            return block
    maps = small_pictures(style, part)
    return column([maps, explained(style, part, step, style.room, SMALL, wide)], 8)


def shared(trace: Trace, style: Style, steps: Sequence[Step]) -> list[Block]:
    """The kernel and the bias of each filter that a sheet of these steps shows."""
    each = [
        [kernels_part(style, part, range(len(part.w))), *bias_cells(style, part)]
        for part in filters_of(trace, steps)
    ]
    return [largest_fit(style, parts, largest=28, gap=40) for parts in each]


def _widest_of(style: Style, part: Part[AnyAxis]) -> Widest:
    """The widest numbers that stand in the arithmetic of any step; of large maps none."""
    arrays: dict[Role, np.ndarray] = {"input": part.x, "output": part.y}
    if part.pre is not None:
        arrays["intermediate"] = part.pre
    return widest(style, {role: a for role, a in arrays.items() if max(a.shape) <= MOST})


def _cells_of(style: Style, part: Part[AnyAxis]) -> Row:
    """The row of arrays in cells."""
    given = input_cells(style, padded(style, part), part)
    left: Row = [given, operator(style, "∗"), kernel_cells(style, part)]
    return equation(style, part, left, activated(style, part, output_cells(style, part)))


def _row_in_pictures(style: Style, part: Part[AnyAxis]) -> Block:
    """Arrays too large for numbers: pictures, the window outlined."""
    return picture_row(style, part, "∗", below=36 if len(part.w) == 1 else 28)
