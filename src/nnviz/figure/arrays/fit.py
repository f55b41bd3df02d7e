"""The largest cells with which what stands in a row fits: measured first, drawn once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Protocol

from nnviz.figure.arrays.grid import CellSize, Table, table_width
from nnviz.figure.layout.blocks import Block, flow, row, wrapped
from nnviz.figure.layout.style import BODY, SMALL, Style, up4


class RowPart(Protocol):
    """What stands in a row and can be drawn with cells of several sizes; a block has only one."""

    @property
    def tables(self) -> Sequence[Table]:
        """The numbers that its cells have to hold."""

    def width(self, size: CellSize) -> float:
        """How wide it is with such cells, known before it is drawn."""

    def block(self, size: CellSize) -> Block:
        """It, drawn with such cells."""


class Drawn:
    """A part that is put together of several: only drawing it tells how wide it is."""

    def __init__(self, build: Callable[[CellSize], Block], tables: Sequence[Table] = ()) -> None:
        self.block, self.tables = cache(build), tables

    def width(self, size: CellSize) -> float:
        return self.block(size).width


Row = Sequence[RowPart | Block]


def sizes_of(style: Style, parts: Row, *, largest: int = 44) -> list[CellSize]:
    """Cell sizes in which every number of the parts has room, the largest first."""
    tables = (table for p in parts if not isinstance(p, Block) for table in p.tables)
    return cell_sizes(style, tables, largest=largest)


def cell_sizes(style: Style, tables: Iterable[Table], *, largest: int = 44) -> list[CellSize]:
    """Cell sizes in which every number of `tables` has room, the largest first.

    The text shrinks to SMALL before the cell grows. Where a number is bold every one may be, in
    another step, and those still to come count: all steps get the same cells.
    """
    tables = [*tables]
    every = [cell for table in tables for line in table for cell in line]
    corners = {cell.corner for cell in every if cell.corner}
    ring = 4 if any(cell.ring for cell in every) else 0
    body, small = (
        max((table_width(style, t, s) for t in tables), default=0) for s in (BODY, SMALL)
    )
    corner = max((style.width(t, SMALL) for t in corners), default=0)
    found = []
    for base in range(min(largest, 44), 16, -4):
        least = 36 if corners else 28
        text = BODY if base >= least and body + 8 + ring <= base else SMALL
        if text == SMALL and base < (28 if corners else 20):
            continue
        width = max(base, up4((body if text == BODY else small) + 8 + ring), up4(corner + 6))
        found.append(CellSize(width, max(base, min(width, 44)), text))
    return found


def fits_page(style: Style, tables: Sequence[Table], room: float | None = None) -> bool:
    """Whether each table, with the smallest cells that hold every number, fits `room`."""
    smallest = cell_sizes(style, tables)[-1]
    return max(len(table[0]) for table in tables) * smallest.width + _AROUND <= (room or style.room)


_AROUND = 52
"""What indices, outlines and a sign take beside the cells."""


def in_a_row(parts: Row, sizes: Sequence[CellSize], *, room: float, gap: float = 0) -> Block | None:
    """The parts in a row with the first of `sizes` that fits `room`; None where none does."""
    for size in sizes:
        if _row_width(_part_widths(parts, size), gap) <= room:
            return row(drawn_parts(parts, size), gap)
    return None


def largest_fit(
    style: Style,
    parts: Row,
    sizes: Sequence[CellSize] = (),
    *,
    largest: int = 44,
    rooms: Sequence[float] = (),
    gap: float = 0,
) -> Block:
    """The parts in a row, else in several, with the largest cells that fit the first of `rooms`
    that can hold them: those of `sizes`, or up to `largest`."""
    sizes = sizes or sizes_of(style, parts, largest=largest)
    rooms = rooms or (style.room,)
    for room in rooms:
        alone = in_a_row(parts, sizes, room=room, gap=gap)
        if alone is not None:
            return alone
        for size in sizes:
            widths = _part_widths(parts, size)
            lines = wrapped(parts, widths, gap, room)
            if all(_row_width(widths[line], gap) <= room for line in lines):
                return flow(drawn_parts(parts, size), room, gap)
    return flow(drawn_parts(parts, sizes[-1]), rooms[-1], gap)


def _part_widths(parts: Row, size: CellSize) -> list[float]:
    return [p.width if isinstance(p, Block) else p.width(size) for p in parts]


def _row_width(widths: Sequence[float], gap: float) -> float:
    return sum(widths) + gap * (len(widths) - 1)


def drawn_parts(parts: Row, size: CellSize) -> list[Block]:
    """The parts with cells of a size."""
    return [p if isinstance(p, Block) else p.block(size) for p in parts]
