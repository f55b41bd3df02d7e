"""A picture and its numbers side by side: a handwritten letter as a machine reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nnviz.figure.arrays.grid import MOST, CellSize, cells, sizes
from nnviz.figure.layout.page import ROOM, Block, Style, column, page, row
from nnviz.figure.scene import Scene
from nnviz.figure.single._show_parts import (
    matrices,
    more_channels,
    numbers_block,
    pictorial,
    picture_block,
    readable,
    small,
)
from nnviz.figure.single.show_picture import draw as draw_picture
from nnviz.trace import Step, Trace
from nnviz.words import Words

if TYPE_CHECKING:
    import numpy as np

    from nnviz.request import Appearance

GAP = 32
MOST_ROWS = 6


def rank(trace: Trace) -> int:
    """First for what looks like something and has few enough cells to read."""
    return 0 if pictorial(trace) else 20


def fits(trace: Trace) -> Words | None:
    """At most 24 cells a side."""
    if small(trace):
        return None
    return Words("the numbers of more than {most} cells a side cannot be read", most=MOST)


def draw(trace: Trace, appearance: Appearance, step: Step | None) -> Scene:
    """The picture at the left, the numbers at the right; a row a channel."""
    style = Style.of(appearance)
    found = matrices(trace, appearance.sample)
    if not readable(style, found[:MOST_ROWS]):
        return draw_picture(trace, appearance, step)
    several = len(found) > 1
    rows = [
        _beside(style, trace, array, c if several else None)
        for c, array in enumerate(found[:MOST_ROWS])
    ]
    blocks = [*rows, *more_channels(style, len(found))]
    title = Words("Image") if trace.image else trace.title
    return page(style, trace, appearance, step, blocks, title=title)


def _beside(style: Style, trace: Trace, array: np.ndarray, channel: int | None) -> Block:
    """Picture and numbers, equally tall where they fit side by side, else one below the other."""
    tried = sizes(style, [cells(array, style.precision)], largest=36) or [CellSize(28, 28, 11)]
    for size in tried:
        numbers = numbers_block(style, array, size, channel, Words("numbers"))
        side = max(array.shape) * size.height
        shown = picture_block(
            style, trace, array, channel, side=min(side, 320), name=Words("picture")
        )
        if shown.width + GAP + numbers.width <= ROOM:
            return row([_top(shown), _top(numbers)], GAP)
    return column([shown, numbers], 20)


def _top(block: Block) -> Block:
    """A block that its neighbours line up with at the top."""
    return Block(block.width, block.height, block.marks, 0)
