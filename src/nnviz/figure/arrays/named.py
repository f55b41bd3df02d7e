"""An array with its name and shape above it: as cells of any size, or as a picture."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple, TypedDict, Unpack

from nnviz.figure.arrays.grid import (
    CellSize,
    Labels,
    Table,
    grid,
    heading_room,
    index_room,
    named,
)
from nnviz.figure.arrays.picture import margin, picture
from nnviz.figure.layout.blocks import Block
from nnviz.figure.layout.style import Style
from nnviz.shades import Levels
from nnviz.shapes import times
from nnviz.trace import Role
from nnviz.words import Words

if TYPE_CHECKING:
    import numpy as np


class NamedCells(NamedTuple):
    """A part of a row (see `fit`): a table of cells, drawn with cells of the size that fits."""

    style: Style
    table: Table
    role: Role
    name: Words | str
    shape: str
    labels: Labels = ""
    windows: Sequence[tuple[int, int, int, int]] = ()
    origin: tuple[int, int] = (0, 0)
    own: tuple[int, int] | None = None
    """The rows and columns of the array itself, where padding is around it."""

    @property
    def tables(self) -> Sequence[Table]:
        return (self.table,)

    @property
    def left(self) -> int:
        """What its indices take at its left."""
        rows = self.own[0] if self.own else len(self.table)
        return index_room(self.style, rows) if self.labels == "both" else 0

    def width(self, size: CellSize) -> float:
        wide = self.left + len(self.table[0]) * size.width
        return heading_room(self.style, self.style.say(self.name), self.shape, wide, self.left)[-1]

    def block(self, size: CellSize) -> Block:
        inner = grid(
            self.style,
            self.table,
            self.role,
            size,
            origin=self.origin,
            shape=self.own,
            labels=self.labels,
            windows=self.windows,
        )
        return named(self.style, inner, self.role, self.name, self.shape, left=self.left)


class Details(TypedDict, total=False):
    """How a `picture` is drawn."""

    side: int
    window: tuple[float, float, float, float] | None
    shades: Levels | None
    at: tuple[int, int] | None
    unread: tuple[Sequence[int], Sequence[int]]
    bar: bool
    axes: bool
    mirrored: bool


def named_picture(
    style: Style,
    array: np.ndarray,
    role: Role,
    name: Words | str,
    shape: str = "",
    **details: Unpack[Details],
) -> Block:
    """An array as a picture, with its shape unless another is given."""
    left = margin(style, array) if details.get("axes", True) else 0
    left = -left if details.get("mirrored") else left
    block = picture(style, array, role, **details)
    return named(style, block, role, name, shape or times(array.shape), left=left)
