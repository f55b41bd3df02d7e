"""Pooling: the input with its windows, and what each comes to."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from nnviz.figure.arrays.fit import largest_fit
from nnviz.figure.arrays.grid import MOST, operator
from nnviz.figure.arrays.named import NamedCells, named_picture
from nnviz.figure.formulas.arithmetic import arithmetic
from nnviz.figure.layout.blocks import Block, column, more_channels
from nnviz.figure.layout.page import page
from nnviz.figure.layout.style import SMALL, Style
from nnviz.figure.scene import Scene
from nnviz.figure.windows._cutout import explained
from nnviz.figure.windows._named_arrays import input_cells, output_cells
from nnviz.figure.windows._padded import padded, result
from nnviz.figure.windows._panel import step_panel
from nnviz.figure.windows._part import Part, flat_enough, part_of, plan_of
from nnviz.figure.windows._pictures import input_picture, large, output_picture
from nnviz.figure.windows._pooled import ringed_maxima, tinted_windows, windows_apart
from nnviz.libraries import np
from nnviz.request import Appearance
from nnviz.shades import color_levels, colored
from nnviz.shapes import AnyAxis
from nnviz.trace import Step, Trace
from nnviz.words import Words

RANK = 0
ABREAST = (2, 3)
fits = flat_enough
SIDE = 280
"""The usual side of the input as a picture."""
SHOWN = 3
"""Channels that are drawn, one below the other."""


def draw(trace: Trace, appearance: Appearance, step: Step | None) -> Scene:
    """Windows that do not overlap are tinted in turn, of others the first is outlined; the
    maxima are ringed."""
    style = Style.of(appearance)
    part: Part[AnyAxis] = part_of(trace, step, appearance.drawn_sample)
    if step is None:
        blocks = _every_channel(trace, style, part)
    else:
        block, numbers = _pooled(trace, style.for_step(step), part)
        room = style.beneath(block.width, 320)
        sums = arithmetic(style, step.formula, room=room) if numbers else None
        blocks = [block, sums or explained(style, part, step, room)]
    return page(style, trace, appearance, step, blocks)


def panel(trace: Trace, style: Style, step: Step) -> Block | None:
    """A step for a sheet."""
    part: Part[AnyAxis] = part_of(trace, step)
    if not large(style, part):
        sums = partial(arithmetic, style, step.formula, size=SMALL)
        block = step_panel(style, *_pooled_cells(trace, style, part), sums)
        if block is not None or not style.cut:
            return block
    maps = _pooled_in_pictures(style, part, 116)
    return column([maps, explained(style, part, step, style.room, SMALL)], 8)


def _every_channel(trace: Trace, style: Style, part: Part[AnyAxis]) -> list[Block]:
    """The first channels, or a colour picture."""
    plan, n = plan_of(trace), part.sample
    if plan.dims == 2 and plan.channels == 3 and large(style, part) and max(plan.out) > MOST:
        x = trace.arrays["input"].reshape(plan.samples, 3, *plan.sizes)[n]
        y = trace.output.reshape(plan.samples, 3, *plan.out)[n]
        if colored(x):
            return [_pooled_in_colors(style, part, x, y)]
    shown = range(min(plan.channels, SHOWN))
    rows = [_pooled(trace, style, part_of(trace, None, n, channel=c))[0] for c in shown]
    return [*rows, *more_channels(style, plan.channels - len(rows))]


def _pooled(trace: Trace, style: Style, part: Part[AnyAxis]) -> tuple[Block, bool]:
    """The row in numbers where they fit, else in pictures; and whether in numbers."""
    if not large(style, part):
        given, made = _pooled_cells(trace, style, part)
        block = largest_fit(style, [given, operator(style, "→"), made])
        if block.width <= style.room:
            return block, True
    return _pooled_in_pictures(style, part), False


def _pooled_cells(trace: Trace, style: Style, part: Part[AnyAxis]) -> tuple[NamedCells, NamedCells]:
    """The input and the output in cells."""
    channel, output = padded(style, part), result(style, part.y, part.at)
    made = output_cells(style, part, output)
    if part.at is None and windows_apart(part):
        channel, output = tinted_windows(style, part, channel, output)
        made = output_cells(style, part, output)
    elif part.at is None:  # they cannot all be seen: the first
        channel = replace(channel, windows=padded(style, part, at=(0, 0)).windows)
        made = made._replace(windows=((0, 0, 1, 1),))
    return input_cells(style, ringed_maxima(trace, part, channel), part), made


def _pooled_in_pictures(style: Style, part: Part[AnyAxis], side: int = 280) -> Block:
    side = min(side, style.room - 80)
    given, made = input_picture(style, part, side), output_picture(style, part, side)
    return largest_fit(style, [given, operator(style, "→"), made])


def _pooled_in_colors(style: Style, part: Part[AnyAxis], x: np.ndarray, y: np.ndarray) -> Block:
    """A colour picture before and after, each as large as it has cells."""
    shades, side = color_levels(x), SIDE
    own = max(96, round(side * max(y.shape[1:]) / max(x.shape[1:])))
    name, unread = Words("input"), part.unread
    given = named_picture(style, x, "input", name, side=side, shades=shades, unread=unread)
    made = named_picture(style, y, "output", Words("output"), side=own, shades=shades)
    return largest_fit(style, [given, operator(style, "→"), made])
