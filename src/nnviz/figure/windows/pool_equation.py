"""Pooling: the input with its windows, and what each comes to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from nnviz.figure.arrays.grid import MOST, CellSize, Table, changed, fitting, named, operator
from nnviz.figure.arrays.picture import margin, picture
from nnviz.figure.formulas.arithmetic import arithmetic
from nnviz.figure.layout.page import BODY, PANELS, ROOM, SMALL, Block, Style, column, lines, page
from nnviz.figure.scene import Scene
from nnviz.figure.windows._cutout import explained, input_picture, large, output_picture
from nnviz.figure.windows._named_arrays import input_block, output_block
from nnviz.figure.windows._slices import (
    Padded,
    Place,
    Slices,
    flat_enough,
    padded,
    plan_of,
    result,
    slices,
)
from nnviz.shades import color_levels, colored
from nnviz.shapes import times
from nnviz.trace import Role, Step, Trace
from nnviz.words import Words

if TYPE_CHECKING:
    import numpy as np

    from nnviz.request import Appearance

RANK = 0
SHOWN = 3
"""Channels that are drawn, one below the other."""


def fits(trace: Trace) -> Words | None:
    """A window of one or two axes."""
    return flat_enough(trace)


def draw(trace: Trace, appearance: Appearance, step: Step | None) -> Scene:
    """Windows that do not overlap are tinted in turn; the maxima are ringed."""
    style = Style.of(appearance)
    part = slices(trace, step, appearance.sample)
    if step is None:
        blocks = _whole(trace, style, part)
    else:
        block, numbers = _block(trace, style, part)
        room = max(320, block.width)
        blocks = [block, _explained(trace, style, part, step, room, numbers=numbers)]
    return page(style, trace, appearance, step, blocks, title=title(trace))


def panel(trace: Trace, style: Style, step: Step) -> Block:
    """A step for a sheet."""
    part = slices(trace, step)
    block, numbers = _block(trace, style, part, largest=32, rooms=PANELS, side=116)
    room = max(block.width, PANELS[0])
    return column([block, _explained(trace, style, part, step, room, SMALL, numbers=numbers)], 12)


def _explained(
    trace: Trace,
    style: Style,
    part: Slices,
    step: Step,
    room: float,
    size: int = BODY,
    *,
    numbers: bool,
) -> Block:
    if numbers:
        return arithmetic(style, step.formula, room=room, size=size)
    return explained(trace, style, part, step, room, size)


def _block(
    trace: Trace,
    style: Style,
    part: Slices,
    *,
    largest: int = 44,
    rooms: Sequence[float] = (ROOM,),
    side: int = 280,
) -> tuple[Block, bool]:
    """The row in numbers where they fit, else in pictures; and whether in numbers."""
    if not large(trace, style, part, rooms[-1]):
        block = _numbers(trace, style, part, largest=largest, rooms=rooms)
        if block.width <= rooms[-1]:
            return block, True
    return _pictures(style, part, side), False


def title(trace: Trace) -> Words:
    """The kind of pooling; its window and stride, or the output's size that gives the windows."""
    if "global" in trace.options:
        return trace.title
    if "adaptive" in trace.options:
        shape = times(trace.options["adaptive"])
        return Words("{title}, {shape}", title=trace.title, shape=shape)
    kernel, stride = trace.options["kernel"], trace.options["stride"]
    return Words(
        "{title}, {kernel}, stride {stride}",
        title=trace.title,
        kernel=times(kernel),
        stride=stride[0] if len(set(stride)) == 1 else times(stride),
    )


def _whole(trace: Trace, style: Style, part: Slices) -> list[Block]:
    """The first channels, or a colour picture."""
    full = trace.arrays["input"]
    if large(trace, style, part) and len(plan_of(trace).axes) == 2 and full.ndim > 2:
        sample = full.reshape(-1, *full.shape[-3:])[part.sample]
        out = trace.output.reshape(-1, *trace.output.shape[-3:])[part.sample]
        if colored(sample) and max(out.shape[1:]) > MOST:
            return [_colors(style, sample, out)]
    rows = []
    for c in range(min(part.channels, SHOWN)):
        one = slices(trace, None, part.sample, channel=c)
        rows.append(_block(trace, style, one)[0])
    if part.channels > SHOWN:
        said = Words("… and {n} more channels", n=part.channels - SHOWN)
        rows.append(lines(style, style.say(said), BODY, fill=style.theme.muted))
    return rows


def _numbers(
    trace: Trace, style: Style, part: Slices, *, largest: int = 44, rooms: Sequence[float] = (ROOM,)
) -> Block:
    channel = padded(trace, style, part.x[0], part.axes, part.at)
    output = result(style, part.y, part.at)
    if part.at is None and _apart(part):
        channel, output = _tinted(style, part, channel, output)
    channel = _ringed(trace, part, channel)

    def build(size: CellSize) -> list[Block]:
        return [
            input_block(style, channel, size, part),
            operator(style, "→"),
            output_block(style, output, size, part),
        ]

    return fitting(style, [channel.table, output], build, largest=largest, rooms=rooms)


def _apart(part: Slices) -> bool:
    """Whether no cell is in two windows."""
    return all(
        axis.dilation == 1
        and all(axis.positions(o)[-1] < axis.positions(o + 1)[0] for o in range(axis.out - 1))
        for axis in part.axes
    )


def _tinted(style: Style, part: Slices, channel: Padded, output: Table) -> tuple[Padded, Table]:
    """Windows in the two tints of a checkerboard, outlined; each output cell in its window's."""
    table, windows = channel.table, []
    for r in range(part.y.shape[0]):
        for c in range(part.y.shape[1]):
            fill = style.theme.tints[(r + c) % 2]
            places = _places(part, channel, (r, c))
            table = changed(table, places, fill=fill)
            output = changed(output, [(r, c)], fill=fill, bold=True)
            rows, columns = (
                len(axis.positions(o)) for axis, o in zip(part.axes, (r, c), strict=True)
            )
            windows.append((*places[0], rows, columns))
    return replace(channel, table=table, windows=tuple(windows)), output


def _places(part: Slices, channel: Padded, at: Place) -> list[Place]:
    rows, columns = (axis.positions(o) for axis, o in zip(part.axes, at, strict=True))
    return [(r + channel.origin[0], c + channel.origin[1]) for r in rows for c in columns]


def _ringed(trace: Trace, part: Slices, channel: Padded) -> Padded:
    """The largest cell of each window that is drawn, ringed."""
    if "indices" not in trace.results or (part.at is None and not _apart(part)):
        return channel
    dims = len(plan_of(trace).axes)
    indices = trace.results["indices"]
    shape = (part.samples, -1, *indices.shape[indices.ndim - dims :])
    flat = indices.reshape(shape)[part.sample, part.filter].reshape(part.y.shape)
    found = flat.reshape(-1) if part.at is None else [flat[part.at]]
    width = part.axes[1].size
    places = [
        (int(i) // width + channel.origin[0], int(i) % width + channel.origin[1]) for i in found
    ]
    return replace(channel, table=changed(channel.table, places, ring=True, bold=True))


def _pictures(style: Style, part: Slices, side: int = 280) -> Block:
    blocks = [
        input_picture(style, part, side),
        operator(style, "→"),
        output_picture(style, part, side),
    ]
    return fitting(style, [], lambda _: blocks)


def _colors(style: Style, x: np.ndarray, y: np.ndarray, side: int = 280) -> Block:
    """A colour picture before and after, each as large as it has cells."""

    def one(array: np.ndarray, role: Role, name: Words, length: int) -> Block:
        shades = color_levels(x)
        block = picture(style, array, role, side=length, shades=shades)
        return named(style, block, role, name, times(array.shape), left=margin(style, array))

    own = max(96, round(side * max(y.shape[1:]) / max(x.shape[1:])))
    blocks = [
        one(x, "input", Words("input"), side),
        operator(style, "→"),
        one(y, "output", Words("output"), own),
    ]
    return fitting(style, [], lambda _: blocks)
