"""An array with its name and shape above it: as cells of any size, or as a picture."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict, Unpack

from nnviz.elision import around
from nnviz.figure.arrays.grid import (
    CellSize,
    Labels,
    Shown,
    Table,
    dots,
    grid,
    heading_room,
    index_room,
    named,
)
from nnviz.figure.arrays.picture import margin, picture
from nnviz.figure.layout.blocks import Block
from nnviz.figure.layout.style import Style
from nnviz.libraries import np
from nnviz.records import NamedTuple
from nnviz.shades import Levels
from nnviz.shapes import times
from nnviz.trace import Role
from nnviz.words import Words

WHOLE, LEAST = 11, 4
"""Cells a side of an array without windows that is not cut, and to how many at last it is."""


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
    indices: tuple[Shown, Shown] = ((), ())
    """Of its rows and columns that are drawn, where some are left out."""

    @property
    def tables(self) -> Sequence[Table]:
        return (self.table,)

    @property
    def left(self) -> int:
        """What its indices take at its left."""
        rows = self.indices[0] or range(self.own[0] if self.own else len(self.table))
        return index_room(self.style, rows) if self.labels == "both" else 0

    def width(self, size: CellSize) -> float:
        wide = self.left + len(self.table[0]) * size.width
        return heading_room(self.style, self.style.say(self.name), self.shape, wide, self.left)[-1]

    def height(self, size: CellSize) -> float:
        below = 20 if self.labels else 0
        return (44 if self.shape else 28) + len(self.table) * size.height + below

    def grid(self, size: CellSize) -> Block:
        """Its cells without their name."""
        return grid(
            self.style,
            self.table,
            self.role,
            size,
            origin=self.origin,
            shape=self.own,
            labels=self.labels,
            indices=self.indices,
            windows=self.windows,
        )

    def block(self, size: CellSize) -> Block:
        inner = self.grid(size)
        return named(self.style, inner, self.role, self.name, self.shape, left=self.left)

    def shortened(self, most: int) -> NamedCells:
        """With its middle left out around its windows: at most so many rows and columns.

        Without windows only that of a large one, as long as there is another way: it is the
        kernel, which is read whole.
        """
        large = max(len(self.table), len(self.table[0])) > WHOLE
        if not (large or self.windows or most <= LEAST):
            return self
        sizes = self.own or (len(self.table), len(self.table[0]))
        tracks = [
            around(len(line), most, {i for w in self.windows for i in _kept(w[k], w[k + 2])})
            for k, line in enumerate((range(len(self.table)), self.table[0]))
        ]
        if all(None not in track for track in tracks):
            return self
        inside = [
            [None if i is None else i - first for i in track if i is None or 0 <= i - first < size]
            for track, first, size in zip(tracks, self.origin, sizes, strict=True)
        ]
        rows, columns = tracks
        return self._replace(
            table=[
                [dots(r, c) if r is None or c is None else self.table[r][c] for c in columns]
                for r in rows
            ],
            windows=[
                (
                    *corner,
                    rows.index(r + tall - 1) + 1 - corner[0],
                    columns.index(c + wide - 1) + 1 - corner[1],
                )
                for r, c, tall, wide in self.windows
                for corner in [(rows.index(r), columns.index(c))]
            ],
            origin=(_before(rows, self.origin[0]), _before(columns, self.origin[1])),
            own=(len(inside[0]), len(inside[1])),
            indices=(inside[0], inside[1]),
        )


def _kept(first: int, count: int) -> Sequence[int]:
    """The rows of a window that are drawn: all, of a large one those at its ends."""
    own = range(first, first + count)
    return own if count <= WHOLE else [*own[:3], *own[-2:]]


def _before(track: Shown, first: int) -> int:
    """How many of the rows that are drawn come before row `first`."""
    return next((k for k, i in enumerate(track) if i is not None and i >= first), 0)


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
