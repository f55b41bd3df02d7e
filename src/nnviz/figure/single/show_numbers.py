"""A matrix as numbers, with the indices of its rows and columns."""

from __future__ import annotations

from nnviz.figure.arrays.fit import largest_fit
from nnviz.figure.arrays.grid import MOST
from nnviz.figure.layout.blocks import more_channels
from nnviz.figure.layout.page import page
from nnviz.figure.layout.style import Style
from nnviz.figure.scene import Scene
from nnviz.figure.single import _show_parts as parts
from nnviz.figure.single.show_picture import draw as draw_picture
from nnviz.request import Appearance
from nnviz.shapes import times
from nnviz.trace import Step, Trace
from nnviz.words import Words


def rank(trace: Trace) -> int:
    """First for small matrices that are not pictures."""
    return 10 if parts.pictorial(trace) else 0


def fits(trace: Trace) -> Words | None:
    """At most 24 cells a side."""
    if parts.small(trace):
        return None
    shape = times(trace.arrays["input"].shape)
    return Words("{shape} is more than {most} cells a side", shape=shape, most=MOST)


def draw(trace: Trace, appearance: Appearance, step: Step | None) -> Scene:
    """The matrix, or the channels in a row."""
    style = Style.of(appearance)
    found = parts.matrices(trace, appearance.drawn_sample)
    drawn, several = found[: parts.SHOWN], len(found) > 1
    each = [parts.numbers(style, x, c if several else None) for c, x in enumerate(drawn)]
    block = largest_fit(style, each, gap=24)
    if block.width > style.room:  # The numbers are too long: what is left is the picture.
        return draw_picture(trace, appearance, step)
    blocks = [block, *more_channels(style, len(found) - parts.SHOWN)]
    return page(style, trace, appearance, step, blocks)
