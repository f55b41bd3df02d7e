"""A matrix or picture as it is: what the views of show share."""

from __future__ import annotations

from nnviz.figure.arrays.fit import fits_page
from nnviz.figure.arrays.grid import MOST, Labels, cells
from nnviz.figure.arrays.named import NamedCells, named_picture
from nnviz.figure.layout.blocks import Block, column, remark
from nnviz.figure.layout.style import SMALL, Style
from nnviz.libraries import np
from nnviz.shades import Levels, levels_as_is
from nnviz.shapes import times
from nnviz.trace import Trace
from nnviz.words import Words

SHOWN = 6
"""Channels that are drawn."""
LEAST = 8
"""Cells a side from which a matrix may be a picture: a letter, a digit."""


def matrices(trace: Trace, sample: int = 0) -> np.ndarray:
    """The matrices that are drawn, C×H×W or a vector 1×W: one, or the channels of a sample."""
    x = trace.arrays["input"]
    if x.ndim <= 2:
        return np.atleast_1d(x)[None]
    return x if x.ndim == 3 else x[sample].reshape(-1, *x.shape[-2:])


def title(trace: Trace) -> Words:
    """What the figure is called: a matrix, or an image."""
    return Words("Image") if trace.image else trace.title


def small(trace: Trace) -> bool:
    """Whether there is room for numbers."""
    return max(trace.arrays["input"].shape[-2:], default=1) <= MOST


def readable(style: Style, arrays: list[np.ndarray]) -> bool:
    """Whether the numbers, as long as they are, fit the page."""
    return fits_page(style, [cells(array, style.precision) for array in arrays])


def pictorial(trace: Trace) -> bool:
    """Whether it looks like something: an image, or a matrix as large as a letter."""
    shape = trace.arrays["input"].shape
    return trace.image or (len(shape) >= 2 and min(shape[-2:]) >= LEAST)


def numbers(
    style: Style, array: np.ndarray, channel: int | None, name: Words | None = None
) -> NamedCells:
    """A matrix as cells, with its indices."""
    table, shape = cells(array, style.precision), times(array.shape)
    labels: Labels = "both" if array.ndim > 1 else "columns"
    return NamedCells(style, table, "input", name_of_channel(channel, name), shape, labels)


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
    said = _shades_legend(style, trace, scale)
    whole = named_picture(
        style,
        array if array.ndim > 1 else array[None],
        "input",
        name_of_channel(channel, name),
        times(array.shape),
        side=side,
        shades=scale,
        bar=said is None,
    )
    return whole if said is None else column([whole, said], 4)


def _shades_legend(style: Style, trace: Trace, scale: Levels) -> Block | None:
    """What black and white stand for, where nobody could know."""
    if scale.shades != "grey" or (trace.image and scale.plain):
        return None
    low, high = map(str.__add__, scale.past, map(style.show, (scale.low, scale.high)))
    return remark(style, Words("black is {low}, white is {high}", low=low, high=high), SMALL)
