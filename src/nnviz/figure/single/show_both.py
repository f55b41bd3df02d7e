"""A picture and its numbers side by side: a handwritten letter as a machine reads it."""

from __future__ import annotations

from nnviz.figure.arrays.fit import Drawn, cell_sizes, in_a_row
from nnviz.figure.arrays.grid import MOST, CellSize
from nnviz.figure.layout.blocks import Block, column, more_channels, on_top
from nnviz.figure.layout.page import page
from nnviz.figure.layout.style import Style
from nnviz.figure.scene import Scene
from nnviz.figure.single import _show_parts as parts
from nnviz.figure.single.show_picture import draw as draw_picture
from nnviz.libraries import np
from nnviz.request import Appearance
from nnviz.trace import Step, Trace
from nnviz.words import Words

GAP = 32
MOST_ROWS = 6


def rank(trace: Trace) -> int:
    """First for what looks like something and has few enough cells to read."""
    return 0 if parts.pictorial(trace) else 20


def fits(trace: Trace) -> Words | None:
    """At most 24 cells a side."""
    if parts.small(trace):
        return None
    return Words("the numbers of more than {most} cells a side cannot be read", most=MOST)


def draw(trace: Trace, appearance: Appearance, step: Step | None) -> Scene:
    """The picture at the left, the numbers at the right; a row a channel."""
    style = Style.of(appearance)
    found = parts.matrices(trace, appearance.drawn_sample)
    drawn = list(found[:MOST_ROWS])
    if not parts.readable(style, drawn):
        return draw_picture(trace, appearance, step)
    several = len(found) > 1
    rows = [
        _picture_and_numbers(style, trace, array, c if several else None)
        for c, array in enumerate(drawn)
    ]
    blocks = [*rows, *more_channels(style, len(found) - MOST_ROWS)]
    return page(style, trace, appearance, step, blocks, title=parts.title(trace))


def _picture_and_numbers(
    style: Style, trace: Trace, array: np.ndarray, channel: int | None
) -> Block:
    """Picture and numbers, equally tall where they fit side by side, else one below the other."""
    numbers = parts.numbers(style, array, channel, Words("numbers"))
    sizes = cell_sizes(style, [numbers.table], largest=36)

    def picture(size: CellSize) -> Block:
        side, name = min(max(array.shape) * size.height, 320), Words("picture")
        return on_top(parts.picture_block(style, trace, array, channel, side=side, name=name))

    pair = Drawn(picture), Drawn(lambda size: on_top(numbers.block(size)))
    beside = in_a_row(pair, sizes, room=style.room, gap=GAP)
    return beside or column([part.block(sizes[-1]) for part in pair], 20)
