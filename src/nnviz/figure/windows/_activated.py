"""The sums before an activation, and the arrow through it to the output."""

from __future__ import annotations

from nnviz.figure.arrays.grid import CellSize, grid, named
from nnviz.figure.arrays.picture import margin, picture
from nnviz.figure.formulas.vectors import TermLayout
from nnviz.figure.layout.page import Block, Sign, Style, near4
from nnviz.figure.windows._cutout import LEAST
from nnviz.figure.windows._named_arrays import shape_of
from nnviz.figure.windows._slices import Slices, result
from nnviz.words import Words

NAME = Words("sum")


def through(style: Style, part: Slices) -> list[Sign]:
    """The arrow through the activation; nothing where there is none."""
    return [] if part.act is None else [TermLayout(style).through(part.act)]


def activated(style: Style, part: Slices, size: CellSize, output: Block) -> list[Block]:
    """The sums in cells and the arrow, then the output; alone where nothing activates it."""
    if part.pre is None:
        return [output]
    windows = () if part.at is None else ((*part.at, 1, 1),)
    block = grid(style, result(style, part.pre, part.at), "intermediate", size, windows=windows)
    block = named(style, block, "intermediate", NAME, shape_of(style, part, part.pre))
    return [block, *through(style, part), output]


def activated_picture(style: Style, part: Slices, side: int, output: Block) -> list[Block]:
    """The same with the sums as a picture, as large against the input's as they are in cells."""
    if part.pre is None:
        return [output]
    window = None if part.at is None else (*part.at, 1, 1)
    own = side * max(LEAST, max(part.pre.shape) / max(part.x.shape[1:]))
    block = picture(
        style, part.pre, "intermediate", side=max(96, min(side, near4(own))), window=window
    )
    left = margin(style, part.pre)
    block = named(style, block, "intermediate", NAME, shape_of(style, part, part.pre), left=left)
    return [block, *through(style, part), output]
