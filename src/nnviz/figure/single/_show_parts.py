"""A matrix or picture as it is: what the views of show share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from nnviz.figure.arrays.grid import MOST, CellSize, Table, cells, grid, named, roomy
from nnviz.figure.arrays.picture import margin, picture
from nnviz.figure.layout.page import BODY, SMALL, Block, Style, column, lines
from nnviz.numerals import numerals
from nnviz.request import check_sample
from nnviz.shades import Levels, levels_as_is
from nnviz.shapes import times
from nnviz.trace import Trace
from nnviz.words import Words

if TYPE_CHECKING:
    import numpy as np

SHOWN = 6
"""Channels that are drawn."""
LEAST = 8
"""Cells a side from which a matrix may be a picture: a letter, a digit."""


def matrices(trace: Trace, sample: int = 0) -> list[np.ndarray]:
    """The matrices that are drawn: one (or a vector), or the channels of a sample."""
    x = trace.arrays["input"]
    if x.ndim <= 2:
        return [x if x.ndim else x.reshape(1)]
    if x.ndim == 3:
        return list(x)
    check_sample(sample, len(x))
    return list(x[sample].reshape(-1, *x.shape[-2:]))


def small(trace: Trace) -> bool:
    """Whether there is room for numbers."""
    return max(trace.arrays["input"].shape[-2:], default=1) <= MOST


def readable(style: Style, arrays: list[np.ndarray]) -> bool:
    """Whether the numbers, as long as they are, fit the page."""
    return roomy(style, [cells(array, style.precision) for array in arrays])


def pictorial(trace: Trace) -> bool:
    """Whether it looks like something: an image, or a matrix as large as a letter."""
    shape = trace.arrays["input"].shape
    return trace.image or (len(shape) >= 2 and min(shape[-2:]) >= LEAST)


def numbers_block(
    style: Style, array: np.ndarray, size: CellSize, channel: int | None, name: Words | None = None
) -> Block:
    """A matrix as cells, with its indices."""
    table: Table = cells(array, style.precision)
    labels: Literal["both", "columns"] = "both" if array.ndim > 1 else "columns"
    block = grid(style, table, "input", size, labels=labels)
    left = block.width - len(table[0]) * size.width
    factor = numerals(array, style.precision).factor
    shape = times(array.shape) + (f", {factor}" if factor else "")
    return named(style, block, "input", name_of_channel(channel, name), shape, left=left)


def name_of_channel(channel: int | None, name: Words | None = None) -> Words:
    """The input (or what else it is called), or one channel of it."""
    if channel is None:
        return name or Words("input")
    return Words("{name}, channel {c}", name=name or Words("input"), c=channel)


def picture_block(
    style: Style,
    trace: Trace,
    array: np.ndarray,
    channel: int | None,
    *,
    side: int,
    name: Words | None = None,
) -> Block:
    """A matrix or a colour image as a picture, and what its shades mean."""
    scale = levels_as_is(array, image=trace.image)
    said = _legend(style, trace, scale)
    drawn = array if array.ndim > 1 else array[None]
    block = picture(style, drawn, "input", side=side, shades=scale, bar=said is None)
    left = margin(style, drawn)
    whole = named(style, block, "input", name_of_channel(channel, name), array.shape, left=left)
    return whole if said is None else column([whole, said], 4)


def _legend(style: Style, trace: Trace, scale: Levels) -> Block | None:
    """What black and white stand for, where nobody could know."""
    if scale.shades != "grey" or (trace.image and scale.plain):
        return None
    said = Words(
        "black is {low}, white is {high}", low=style.show(scale.low), high=style.show(scale.high)
    )
    return lines(style, style.say(said), SMALL, fill=style.theme.muted)


def more_channels(style: Style, count: int) -> list[Block]:
    """What is said of the channels that are not drawn."""
    if count <= SHOWN:
        return []
    said = style.say(Words("… and {n} more channels", n=count - SHOWN))
    return [lines(style, said, BODY, fill=style.theme.muted)]
