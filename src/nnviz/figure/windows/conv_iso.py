"""Convolution in perspective: the output floats above the input that its window reads."""

from __future__ import annotations

from nnviz.figure.arrays.grid import MOST, changed
from nnviz.figure.layout.style import Style
from nnviz.figure.scene import Scene
from nnviz.figure.windows import conv_equation
from nnviz.figure.windows._named_arrays import input_name, output_name
from nnviz.figure.windows._padded import padded, result
from nnviz.figure.windows._part import Part, one_channel, part_of, part_shown
from nnviz.figure.windows._perspective import Pair, Sheet, in_perspective
from nnviz.request import Appearance
from nnviz.shapes import AnyAxis
from nnviz.trace import Step, Trace
from nnviz.words import Words

RANK = 40


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


def draw(trace: Trace, appearance: Appearance, step: Step | None) -> Scene:
    """The planes and the kernel; of a step its window, else the first, above the arithmetic."""
    style = Style.of(appearance)
    part: Part[AnyAxis] = part_shown(trace, step, appearance)
    at = part.at or (0, 0)
    channel = padded(style, part, at=at, corners=False)
    output = changed(result(style, part.y, part.at), [at], state="active", bold=True)
    below = Sheet(
        channel.table,
        "input",
        input_name(part),
        part.shape(part.x[0]),
        channel.origin,
        channel.shape,
        channel.windows,
    )
    above = Sheet(output, "output", output_name(part), part.shape(part.y))
    (top, left, *_), (bottom, right, rows, columns) = channel.windows[0], channel.windows[-1]
    extent = (top, left, bottom + rows - top, right + columns - left)
    pair = Pair(style, part, below, above, at, extent)
    if pair.is_too_wide:  # of a phone: flat there is room
        return conv_equation.draw(trace, appearance, step)
    return in_perspective(pair, trace, appearance, step)
