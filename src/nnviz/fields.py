"""What sees what through a chain: the cells of each map that one cell depends on, or reaches.

Windows slide along each axis by itself, so what a cell sees is so many rows by so many columns.
Whole numbers only; channels are all seen together.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import TYPE_CHECKING

from nnviz.axes import CELL_NAMES, index_names
from nnviz.records import NamedTuple, dataclass
from nnviz.words import Words

if TYPE_CHECKING:
    from fractions import Fraction

Table = tuple[tuple[int, ...], ...]
"""For each cell along an axis, the cells of the map before that it reads, ascending."""
Cells = tuple[Sequence[int], ...]
"""Coordinates along each axis, ascending: the cells are all that they make together."""


class Map(NamedTuple):
    """A map of the chain: the layers that make it, and what its cells read along each axis."""

    names: tuple[Words | str, ...]
    """Of the layer, and of those behind it that work cell by cell."""
    reads: tuple[Table, ...]

    @property
    def shape(self) -> tuple[int, ...]:
        return tuple(map(len, self.reads))


@dataclass(frozen=True)
class Fields:
    """The maps of a chain from its input to its output, and the output cell that is asked for.

    >>> pool = ((0, 1), (2, 3))
    >>> fields = Fields((Map(("input",), (((),) * 4,)), Map(("pool",), (pool,))), (1,))
    >>> fields.around(-1, (1,)), fields.around(0, (0,))
    ((((2, 3),), ((1,),)), (((0,),), ((0,),)))
    """

    maps: tuple[Map, ...]
    asked: tuple[int, ...]
    size: tuple[int, ...] | None = None
    """Of the receptive field far from the edges; None where it is everything."""
    jump: tuple[Fraction, ...] | None = None
    """From the field of a cell to its neighbour's; None where that is not always the same."""

    def around(self, at: int, cell: Sequence[int]) -> tuple[Cells, ...]:
        """For each map: what a cell of map `at` sees in those before it, and reaches in those
        after.
        """
        at %= len(self.maps)
        found: list[Cells] = [tuple((c,) for c in cell)]
        for made in reversed(self.maps[1 : at + 1]):
            found.insert(0, tuple(map(_read, made.reads, found[0])))
        for made in self.maps[at + 1 :]:
            found.append(tuple(map(_reading, made.reads, found[-1])))
        return tuple(found)

    @property
    def sees(self) -> tuple[Cells, ...]:
        """What the output cell that is asked for sees in each map."""
        return self.around(-1, self.asked)

    @property
    def source(self) -> tuple[int, ...] | None:
        """The input cell in the middle of what it sees; None where it sees nothing."""
        seen = self.sees[0]
        return tuple(along[len(along) // 2] for along in seen) if all(seen) else None

    @property
    def told(self) -> list[Words]:
        """What the output cell sees of the input and what the input cell reaches, in words."""
        output, source = ",".join(map(str, self.asked)), self.source
        if source is None:
            return [Words("output cell {cell} sees nothing of the input", cell=output)]
        seen, reached = self.sees[0], self.around(0, source)[-1]
        return [
            Words(
                "output cell {cell} sees {n} cells of the input: {where}",
                cell=output,
                n=count(seen),
                where=where(seen),
            ),
            Words(
                "input cell {cell} reaches {n} cells of the output: {where}",
                cell=",".join(map(str, source)),
                n=count(reached),
                where=where(reached),
            ),
        ]


def _read(table: Table, cells: Sequence[int]) -> tuple[int, ...]:
    return tuple(sorted({i for o in cells for i in table[o]}))


def _reading(table: Table, cells: Sequence[int]) -> tuple[int, ...]:
    some = set(cells)
    return tuple(o for o, read in enumerate(table) if not some.isdisjoint(read))


def count(cells: Cells) -> int:
    """How many cells there are.

    >>> count(((0, 1, 2), (4, 6)))
    6
    """
    return prod(map(len, cells))


def runs(numbers: Sequence[int], gap: float = 0) -> list[tuple[int, int]]:
    """The first and the last of each run of ascending numbers; up to `gap` may be missing in one.

    >>> runs([0, 1, 2, 5]), runs([0, 2, 4], 1)
    ([(0, 2), (5, 5)], [(0, 4)])
    """
    found: list[tuple[int, int]] = []
    for n in numbers:
        joins = found and n - found[-1][1] <= 1 + gap
        found.append((found.pop()[0], n) if joins else (n, n))
    return found


def spans(numbers: Sequence[int]) -> str:
    """Ascending numbers in few signs.

    >>> spans([0, 1, 2]), spans([0, 2]), spans(range(0, 20, 2)), spans([])
    ('0–2', '0, 2', '0, 2, … 18', '—')
    """
    said = [f"{a}–{b}" if b > a else f"{a}" for a, b in runs(numbers)]
    return ", ".join(said if len(said) <= 3 else [*said[:2], f"… {said[-1]}"]) or "—"


ALONG = {
    "cell": ("cell {which}", "cells {which}"),
    "plane": ("plane {which}", "planes {which}"),
    "row": ("row {which}", "rows {which}"),
    "column": ("column {which}", "columns {which}"),
    "channel": ("channel {which}", "channels {which}"),
    "sample": ("sample {which}", "samples {which}"),
}
"""What one and what several coordinates are called along an axis."""


def coordinates(cells: Sequence[Sequence[int]], names: Sequence[str] = ()) -> list[Words]:
    """Along each axis, in words: rows 0–4, columns 2–6."""
    pairs = zip(names or CELL_NAMES[len(cells)], cells, strict=True)
    return [Words(ALONG[name][len(along) != 1], which=spans(along)) for name, along in pairs]


def where(cells: Sequence[Sequence[int]], names: Sequence[str] = ()) -> Words:
    """The same in one."""
    first, *more = coordinates(cells, names)
    for each in more:
        first = Words("{name}, {more}", name=first, more=each)
    return first


def place(index: Sequence[int], dims: int = 2) -> Words:
    """A cell of a map, of which the last `dims` axes are space: channel 0, row 2, column 1."""
    names = index_names(len(index), dims)
    if len(names) != len(index):  # more axes than have names
        return Words("cell {which}", which=", ".join(map(str, index)))
    return where([(n,) for n in index], names)
