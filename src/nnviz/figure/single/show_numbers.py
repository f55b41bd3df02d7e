"""A matrix as numbers, with the indices of its rows and columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nnviz.figure.arrays.grid import MOST, cells, fitting
from nnviz.figure.layout.page import Style, page
from nnviz.figure.scene import Scene
from nnviz.figure.single._show_parts import (
    SHOWN,
    matrices,
    more_channels,
    numbers_block,
    pictorial,
    readable,
    small,
)
from nnviz.figure.single.show_picture import draw as draw_picture
from nnviz.shapes import times
from nnviz.trace import Step, Trace
from nnviz.words import Words

if TYPE_CHECKING:
    from nnviz.request import Appearance


def rank(trace: Trace) -> int:
    """First for small matrices that are not pictures."""
    return 10 if pictorial(trace) else 0


def fits(trace: Trace) -> Words | None:
    """At most 24 cells a side."""
    if small(trace):
        return None
    shape = times(trace.arrays["input"].shape)
    return Words("{shape} is more than {most} cells a side", shape=shape, most=MOST)


def draw(trace: Trace, appearance: Appearance, step: Step | None) -> Scene:
    """The matrix, or the channels in a row."""
    style = Style.of(appearance)
    found = matrices(trace, appearance.sample)
    several = len(found) > 1
    drawn = found[:SHOWN]
    if not readable(style, drawn):  # The numbers are too long: what is left is the picture.
        return draw_picture(trace, appearance, step)
    block = fitting(
        style,
        [cells(array, style.precision) for array in drawn],
        lambda size: [
            numbers_block(style, array, size, c if several else None)
            for c, array in enumerate(drawn)
        ],
        gap=24,
    )
    return page(style, trace, appearance, step, [block, *more_channels(style, len(found))])
