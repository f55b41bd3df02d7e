"""The largest cells with which what stands in a row fits: measured first, drawn once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from typing import Protocol

from nnviz.figure.arrays.grid import CORNERED, CellSize, Table, table_width
from nnviz.figure.layout.blocks import LEAD, USUAL, Block, Sign, flow, row, wrapped
from nnviz.figure.layout.style import BODY, SMALL, Style, up4
from nnviz.records import NamedTuple, replace

LARGEST, SMALLEST = 44, 16
"""The sides of a cell: as long as there is room, and where there is little."""
EASY = 24
"""The least side of a cell that is read with ease."""
SHORTER = (14, 11, 9, 7, 5, 4)
"""To how many rows and columns an array is cut, in turn, before a row goes on below."""

BARE = 3
"""The same where numbers are so long that no page has room for more: the first, dots, the last."""


class RowPart(Protocol):
    """What stands in a row and can be drawn with cells of several sizes; a block has only one."""

    @property
    def tables(self) -> Sequence[Table]:
        """The numbers that its cells have to hold."""

    def width(self, size: CellSize) -> float:
        """How wide it is with such cells, known before it is drawn."""

    def height(self, size: CellSize) -> float:
        """How high."""

    def block(self, size: CellSize) -> Block:
        """It, drawn with such cells."""

    def shortened(self, most: int) -> RowPart:
        """It, with at most so many rows and columns where some of them can be left out."""


class Drawn:
    """A part that is put together of several: only drawing it tells how high it is, and how wide,
    where that is not given.
    """

    def __init__(
        self,
        build: Callable[[CellSize], Block],
        tables: Sequence[Table] = (),
        shorter: Callable[[int], Drawn] | None = None,
        width: Callable[[CellSize], float] | None = None,
    ) -> None:
        self.block, self.tables, self._shorter = cache(build), tables, shorter
        self.width = width or (lambda size: self.block(size).width)

    def height(self, size: CellSize) -> float:
        return self.block(size).height

    def shortened(self, most: int) -> Drawn:
        return self if self._shorter is None else self._shorter(most)


Row = Sequence[RowPart | Block]
Sizes = Sequence[CellSize]
"""The cells of each part of a row."""

# --- sizes of cells ----------------------------------------------------------------


class _Need(NamedTuple):
    """What the widest numbers of some tables take, and what stands around them."""

    body: float
    small: float
    corner: float
    ring: int
    """A ring's room, where a cell has one."""
    cornered: bool

    def size(self, side: int) -> CellSize | None:
        """Cells as high as `side`; None where nothing can be read in them.

        The text shrinks to SMALL before the cell grows.
        """
        least = 36 if self.cornered else 28
        text = BODY if side >= least and self.body + 8 + self.ring <= side else SMALL
        crowded = side < (CORNERED if self.cornered else 20) and side > SMALLEST
        if text == SMALL and (crowded or (self.ring and side < 20)):
            return None
        corner = self.corner + 6 if side >= CORNERED else 0
        around = 8 if side >= 20 else 4
        width = (self.body if text == BODY else self.small) + around + self.ring
        width = max(side, up4(width), up4(corner))
        return CellSize(width, max(side, min(width, LARGEST) if side > SMALLEST else side), text)


def _sides(largest: int) -> range:
    return range(min(largest, LARGEST), SMALLEST - 1, -4)


def _need(style: Style, tables: Iterable[Table]) -> _Need:
    """Where a number is bold every one may be, in another step, and those still to come count:
    all steps get the same cells.
    """
    tables = [*tables]
    every = [cell for table in tables for line in table for cell in line]
    corners = {cell.corner for cell in every if cell.corner}
    ring = 4 if any(cell.ring for cell in every) else 0
    body, small = (
        max((table_width(style, t, s) for t in tables), default=0) for s in (BODY, SMALL)
    )
    corner = max((style.width(t, SMALL) for t in corners), default=0)
    return _Need(body, small, corner, ring, bool(corners))


def cell_sizes(style: Style, tables: Iterable[Table], *, largest: int = LARGEST) -> list[CellSize]:
    """Cell sizes in which every number of `tables` has room, the largest first."""
    need = _need(style, tables)
    return [size for size in map(need.size, _sides(largest)) if size is not None]


def smallest_cells(style: Style, tables: Iterable[Table]) -> CellSize:
    """The smallest cells in which every number of `tables` has room."""
    need = _need(style, tables)
    found = need.size(SMALLEST) or need.size(CORNERED)
    assert found is not None
    return replace(found, height=SMALLEST + need.ring)


def sizes_of(style: Style, parts: Row, *, largest: int = LARGEST) -> list[CellSize]:
    """Cell sizes in which every number of the parts has room, the largest first."""
    tables = (table for p in parts if not isinstance(p, Block) for table in p.tables)
    return cell_sizes(style, tables, largest=largest)


def fits_page(style: Style, tables: Sequence[Table], room: float | None = None) -> bool:
    """Whether each table, with the smallest cells that hold every number, fits `room`."""
    smallest = cell_sizes(style, tables)[-1]
    return max(len(table[0]) for table in tables) * smallest.width + _AROUND <= (room or style.room)


_AROUND = 52
"""What indices, outlines and a sign take beside the cells."""

# --- rows --------------------------------------------------------------------------


def in_a_row(parts: Row, sizes: Sequence[CellSize], *, room: float, gap: float = 0) -> Block | None:
    """The parts in a row with the first of `sizes` that fits `room`; None where none does."""
    for size in sizes:
        if _row_width(widths_of(parts, [size] * len(parts)), gap) <= room:
            return row(drawn_parts(parts, size), gap)
    return None


def largest_fit(
    style: Style,
    parts: Row,
    sizes: Sequence[CellSize] = (),
    *,
    largest: int = LARGEST,
    rooms: Sequence[float] = (),
    gap: float = 0,
) -> Block:
    """The parts in a row, else in several, with the largest cells that fit the first of `rooms`
    that can hold them: those of `sizes`, or up to `largest`, each part's of its own width where
    that keeps them larger. The middle of long arrays is left out where they are too wide for the
    page; where the style lets it, before a row goes on below.
    """
    # Of whole arrays: what is left out of one step is there in another.
    same = ([size] * len(parts) for size in sizes)
    choices = list(same if sizes else _choices(style, parts, largest, flat=style.cut))
    rooms = rooms or (style.room,)
    roomy = [sizes for sizes in choices if all(size.height >= EASY for size in sizes)]
    slim = [p.narrowed() if isinstance(p, Sign) and p.width <= USUAL else p for p in parts]
    tries = [(parts, choices), (slim, choices)]
    if style.cut:
        cut = [shortened_row(slim, most) for most in SHORTER[:-1]]
        tries += [(some, sizes) for sizes in (roomy, choices) for some in cut]
    for room in rooms:
        for several in (False, True):
            for some, each in tries:
                made = _first(style, some, each, gap, room, several=several)
                if made is not None:
                    return made
    cut = [shortened_row(parts, most) for most in SHORTER]
    last = shortened_row(parts, BARE)
    for some in (*cut[-2:], last) if style.cut else (parts, *cut, last):
        least = flow(_drawn(some, choices[-1]), rooms[-1], gap)
        if least.width <= rooms[-1]:
            break
    return least


def whole_row(style: Style, parts: Row, *, largest: int = LARGEST) -> Block | None:
    """The parts in one row with the largest cells that fit the style's room and height, nothing
    left out; None where none do.
    """
    choices = [*_choices(style, parts, largest, flat=True)]
    return _first(style, parts, choices, 0, style.room, several=False)


def _first(
    style: Style, parts: Row, choices: Sequence[Sizes], gap: float, room: float, *, several: bool
) -> Block | None:
    """The parts with the first cells that fit, in one row or `several`."""

    def fits(choice: Sizes) -> bool:
        lines = wrapped(parts, widths_of(parts, choice), gap, room) if several else [slice(None)]
        return _fits(style, parts, choice, lines, gap, room)

    if not choices or not fits(choices[-1]):  # the smallest: to draw each may take long
        return None
    found = next(filter(fits, choices))
    return flow(_drawn(parts, found), room, gap)


def _choices(style: Style, parts: Row, largest: int, *, flat: bool) -> Iterator[Sizes]:
    """The sizes of cells that are tried, the largest first: alike in all parts, then of their
    own width; where the height counts only squares are alike, and others as low as they can be.
    """
    own = [_need(style, () if isinstance(p, Block) else p.tables) for p in parts]
    alike = [_Need(*map(max, zip(*own, strict=True)))] * len(own)
    for side in _sides(largest):
        for needs in (alike, own):
            found = [size for size in (need.size(side) for need in needs) if size is not None]
            square = all(size.width <= size.height for size in found)
            if len(found) < len(parts) or (flat and needs is alike and not square):
                continue
            if side == SMALLEST and not square:  # narrow need not be low
                yield [replace(size, height=SMALLEST + 4) for size in found]
            yield found
            if flat and not square:
                yield [replace(size, height=side) for size in found]


def _fits(
    style: Style, parts: Row, sizes: Sizes, lines: Sequence[slice], gap: float, room: float
) -> bool:
    widths = widths_of(parts, sizes)
    if any(_row_width(widths[line], gap) > room for line in lines):
        return False
    heights = [
        p.height if isinstance(p, Block) else p.height(size)
        for p, size in zip(parts, sizes, strict=True)
    ]
    return sum(max(heights[line]) for line in lines) + LEAD * (len(lines) - 1) <= style.tall


def shortened_row(parts: Row, most: int) -> Row:
    """The parts, of at most so many rows and columns each where some can be left out."""
    return [p if isinstance(p, Block) else p.shortened(most) for p in parts]


def widths_of(parts: Row, sizes: Sizes) -> list[float]:
    """How wide each part is with its cells."""
    each = zip(parts, sizes, strict=True)
    return [p.width if isinstance(p, Block) else p.width(size) for p, size in each]


def _row_width(widths: Sequence[float], gap: float) -> float:
    return sum(widths) + gap * (len(widths) - 1)


def _drawn(parts: Row, sizes: Sizes) -> list[Block]:
    each = zip(parts, sizes, strict=True)
    return [p if isinstance(p, Block) else p.block(size) for p, size in each]


def drawn_parts(parts: Row, size: CellSize) -> list[Block]:
    """The parts with cells of a size."""
    return _drawn(parts, [size] * len(parts))
