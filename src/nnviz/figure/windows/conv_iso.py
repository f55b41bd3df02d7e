"""Convolution in perspective: the output floats above the input that its window reads."""

from __future__ import annotations

from dataclasses import dataclass

from nnviz.figure.arrays.fit import drawn_parts, sizes_of
from nnviz.figure.arrays.grid import MOST, Table, called, changed, heading
from nnviz.figure.formulas.arithmetic import arithmetic
from nnviz.figure.layout.blocks import Block, column, row
from nnviz.figure.layout.page import page
from nnviz.figure.layout.style import BODY, SMALL, Style, near4, up4
from nnviz.figure.scene import Group, Mark, Scene
from nnviz.figure.windows import conv_equation
from nnviz.figure.windows._named_arrays import (
    activation_entry,
    bias_cells,
    drawn_of,
    input_name,
    kernel_cells,
    output_name,
)
from nnviz.figure.windows._padded import Padded, padded, result
from nnviz.figure.windows._part import Area, Part, Place, one_channel, part_of
from nnviz.figure.windows._planes import (
    TILTS,
    WIDE,
    Plane,
    Tilt,
    figures,
    indices,
    outline,
    rays,
    size_of,
    surface,
)
from nnviz.request import Appearance
from nnviz.shapes import AnyAxis
from nnviz.trace import Step, Trace
from nnviz.words import Words

RANK = 40
NAME = 44
"""The room of a plane's name and shape."""


def fits(trace: Trace) -> Words | None:
    """One channel a filter, with few cells a side."""
    reason = one_channel(trace)
    if reason is not None:
        return reason
    part: Part[AnyAxis] = part_of(trace, None)
    sides = [max(axis.before + axis.size + axis.after, axis.out) for axis in part.axes]
    if max(sides) > MOST:
        return Words(
            "{n} cells a side are too many for planes in perspective, at most {most}; the view "
            "equation shows them",
            n=max(sides),
            most=MOST,
        )
    return None


@dataclass(frozen=True, slots=True)
class _Pair:
    """What is drawn on the two planes."""

    style: Style
    part: Part[AnyAxis]
    channel: Padded
    output: Table
    at: Place
    """The output cell that the lines go to."""

    @property
    def tables(self) -> list[Table]:
        return [self.channel.table, self.output]


def draw(trace: Trace, appearance: Appearance, step: Step | None) -> Scene:
    """The planes and the kernel; of a step its window, else the first, above the arithmetic."""
    style = Style.of(appearance)
    part: Part[AnyAxis] = part_of(trace, step, appearance.drawn_sample, channel=appearance.filter)
    at = part.at or (0, 0)
    channel = padded(style, part, at=at, corners=False)
    output = changed(result(style, part.y, part.at), [at], state="active", bold=True)
    pair = _Pair(style, part, channel, output, at)
    if _planes_width(pair, TILTS[-1]) > style.room:  # of a phone: flat there is room
        return conv_equation.draw(trace, appearance, step)
    block = _kernel_beside(pair)
    blocks = [block]
    if step is not None:
        room = style.beneath(block.width)
        blocks.append(arithmetic(style, step.formula, room=room))
    return page(style, trace, appearance, step, blocks, facts=drawn_of(style, trace, part))


def _kernel_beside(pair: _Pair) -> Block:
    """The kernel beside the planes, or below where that is too wide."""
    kernel = _flat_kernel(pair)
    beside, whole = pair.style.room - kernel.width - 32, pair.style.room
    for tilts in (TILTS[:-1], WIDE, TILTS):
        for room in (beside, whole):
            for tilt in tilts:
                size = tilt.text(pair.style, pair.tables)
                if _planes_width(pair, tilt) <= room and (size is not None or tilts is TILTS):
                    planes = _planes(pair, tilt, size)
                    if room == whole:
                        return column([planes, kernel], 20)
                    return row([planes, kernel], 32)
    return column([_planes(pair, TILTS[-1], None), kernel], 20)


def _flat_kernel(pair: _Pair) -> Block:
    """The kernel and the bias, flat."""
    style, part = pair.style, pair.part
    parts = [kernel_cells(style, part), *bias_cells(style, part)]
    sizes, wide = sizes_of(style, parts, largest=36), part.w[0].shape[1]
    size = next((s for s in sizes if s.width * wide <= style.room / 2), sizes[-1])
    blocks = [*drawn_parts(parts, size), *activation_entry(style, part)]
    return column(blocks, 16, "middle")


def _half_names(pair: _Pair) -> float:
    """Half of what the wider of the names takes."""
    style, part = pair.style, pair.part
    names = [style.width(style.say(n), BODY, True) for n in (input_name(part), output_name(part))]
    shapes = [style.width(part.shape(a), SMALL) for a in (part.x[0], part.y)]
    return max(*names, *shapes) / 2


def _index_room(pair: _Pair) -> int:
    """The room of the rows' indices, which a vector has not."""
    if pair.part.dims == 1:
        return 0
    return up4(pair.style.width(str(pair.channel.shape[0] - 1), SMALL) + 12)


def _half_widths(pair: _Pair, tilt: Tilt) -> tuple[float, float]:
    """From the planes' common middle to the left and to the right."""
    halves = [size_of(len(t), len(t[0]), tilt)[0] / 2 for t in pair.tables]
    least = _half_names(pair)
    return max(*halves, least), max(halves[0] + _index_room(pair), halves[1], least)


def _planes_width(pair: _Pair, tilt: Tilt) -> int:
    left, right = _half_widths(pair, tilt)
    return up4(left) + up4(right) + 4


def _planes(pair: _Pair, tilt: Tilt, size: int | None) -> Block:
    """The output above the input, its cell over the window's middle, and lines between."""
    style, part = pair.style, pair.part
    middle = up4(_half_widths(pair, tilt)[0])
    (wide, tall), (less, low) = (size_of(len(t), len(t[0]), tilt) for t in pair.tables)
    gap = max(48, 2 * tilt.down)
    below = Plane(
        pair.channel.table, "input", tilt, middle - wide / 2, NAME + low + gap,
        pair.channel.origin, pair.channel.shape,
    )  # fmt: skip
    above = Plane(pair.output, "output", tilt, middle - less / 2, NAME)
    texts = [*figures(style, below, size), *indices(style, below, rows=part.dims > 1)]
    marks: list[Mark] = surface(style, below)
    marks += [outline(style, below, each) for each in pair.channel.windows]
    starts, ends = below.corners(*_window_extent(pair)), above.corners(*pair.at, 1, 1)
    cover = above.corners(0, 0, above.rows, above.columns)
    marks.append(rays(starts, ends, texts, style.theme.muted, cover))
    shapes = [part.shape(array) for array in (part.y, part.x[0])]
    names = [style.say(name) for name in (output_name(part), input_name(part))]
    labels = [called(style, *each) for each in zip(names, shapes, strict=True)]
    marks += [Group(tuple(texts), label=labels[1]), *surface(style, above)]
    marks.append(outline(style, above, (*pair.at, 1, 1)))
    marks.append(Group(tuple(figures(style, above, size)), label=labels[0]))
    bottom = NAME + low + gap + tall + 20
    marks += heading(style, "output", names[0], shapes[0], middle)
    marks += heading(style, "input", names[1], shapes[1], middle, bottom)
    height = up4(bottom + NAME - 4)
    return Block(_planes_width(pair, tilt), height, tuple(marks), near4(height / 2))


def _window_extent(pair: _Pair) -> Area:
    """The window from its first to its last cell: (row, column, rows, columns)."""
    spans = [axis.positions(o) for axis, o in zip(pair.part.axes, pair.at, strict=True)]
    (top, left), origin = (span[0] for span in spans), pair.channel.origin
    rows, columns = (span[-1] - span[0] + 1 for span in spans)
    return top + origin[0], left + origin[1], rows, columns
