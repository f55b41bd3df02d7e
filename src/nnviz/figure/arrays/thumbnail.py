"""What one layer makes, small: maps as little pictures, few cells as numbers, vectors as strips."""

from __future__ import annotations

import math
from collections.abc import Sequence

from nnviz.elision import likeliest, named
from nnviz.figure.arrays.grid import CellSize, Table, cells, changed, dots, grid, table_width
from nnviz.figure.arrays.picture import pixels
from nnviz.figure.layout.blocks import Block, column, on_top, row
from nnviz.figure.layout.style import SMALL, Style, middle, near4, up4
from nnviz.figure.scene import Image, Mark, Rect
from nnviz.libraries import np
from nnviz.records import dataclass, replace
from nnviz.shades import Levels, levels
from nnviz.trace import Role

MAPS = 16
"""Channels that are drawn; of more, the first ones."""
GAP = 4
FEW = 5
"""Cells a side of a matrix that are written as numbers."""
VECTOR, LINE = 10, 16
"""Values of a vector that are written as numbers, and the height of each."""
ROOM, HEIGHT = 288, 168
"""The most room of what is written as numbers: five columns of four digits, sign and point."""
BEFORE = 32
"""What stands before it on a narrow page: an arrow."""
STRIP = 20, 140

Size = tuple[int, int]
"""Width and height."""


@dataclass(frozen=True)
class Thumbnail:
    """One sample of an output, drawn small: how large is known before its pictures are made."""

    style: Style
    role: Role
    maps: np.ndarray
    """(C, H, W)"""
    shades: Levels | None = None
    """How its pictures are to be read, all together; None where it is written in numbers."""
    written: Block | None = None
    """Its numbers, or the strip of a vector."""
    own: Sequence[Levels] = ()
    """The shades of each picture, where they differ."""

    @property
    def pictures(self) -> Sequence[np.ndarray]:
        """What there is a picture of: the channels, or all of them in colour."""
        if self.shades is not None and self.shades.shades == "rgb":
            return [self.maps]
        return self.maps[:MAPS]  # type: ignore[return-value]

    def size(self, room: Size) -> tuple[float, float]:
        """Its width and height where its pictures may take so much."""
        if self.written is not None:
            return self.written.width, self.written.height
        across, (width, height) = self._arranged(room)
        down = math.ceil(len(self.pictures) / across)
        return across * (width + GAP) - GAP, down * (height + GAP) - GAP

    def block(self, room: Size) -> Block:
        """It, with pictures as large as there is room for."""
        if self.written is not None or self.shades is None:
            return self.written or Block(0, 0, ())
        across, size = self._arranged(room)
        scales = self.own or [self.shades] * len(self.pictures)
        drawn = [
            _picture(self.style, self.role, array, size, scale)
            for array, scale in zip(self.pictures, scales, strict=True)
        ]
        return _in_rows_of(drawn, across, GAP)

    def _arranged(self, room: Size) -> tuple[int, Size]:
        """How many stand in a row for the largest pictures, and their size."""
        count, (h, w) = len(self.pictures), self.maps.shape[-2:]

        def size(across: int) -> Size:
            down = math.ceil(count / across)
            wide, tall = (
                (side - (n - 1) * GAP) / n for side, n in zip(room, (across, down), strict=True)
            )
            unit = min(wide / w, tall / h) / 4
            return max(4, 4 * int(w * unit)), max(4, 4 * int(h * unit))

        across = max(range(1, count + 1), key=size)
        return across, size(across)


def thumbnail(
    style: Style,
    array: np.ndarray,
    role: Role,
    shades: Levels | None = None,
    classes: Sequence[str] = (),
) -> Thumbnail:
    """One sample of an output: (D,), (H, W) or (C, …, H, W); `shades` where they are known, and
    what the numbers of a vector stand for.
    """
    if array.ndim <= 1:
        return _vector(style, array.reshape(-1, 1), role, shades, classes)
    maps = array.reshape(-1, *array.shape[-2:])
    if shades is None or shades.shades != "rgb":
        written = _maps_in_numbers(style, maps, role)
        if written is not None:
            return Thumbnail(style, role, maps, None, written)
    if shades is not None or len(maps) == 1:
        return Thumbnail(style, role, maps, shades or levels(maps))
    own = _own_levels(maps[:MAPS])
    low, high = min(one.low for one in own), max(one.high for one in own)
    every = Levels(own[0].shades, low, high, any(one.clipped for one in own))
    return Thumbnail(style, role, maps, every, None, own)


def _own_levels(maps: np.ndarray) -> list[Levels]:
    """The levels of each map, so that it can be read however strong others are: all of them
    about 0 where one has values below.
    """
    found = [levels(one) for one in maps]
    if all(one.shades == "grey" for one in found):
        return found
    return [replace(one, shades="signed", low=-one.high) for one in found]


# --- numbers -------------------------------------------------------------------


def _maps_in_numbers(style: Style, maps: np.ndarray, role: Role) -> Block | None:
    """Few small matrices in numbers, where they have room."""
    if len(maps) > 4 or max(maps.shape[1:]) > FEW:
        return None
    tables = [cells(m, style.precision) for m in maps]
    size = _low_cell(style, tables)
    grids = [grid(style, table, role, size) for table in tables]
    for across in dict.fromkeys((len(maps), min(2, len(maps)), 1)):
        block = _in_rows_of(grids, across, 8)
        if block.width <= min(ROOM, style.room - BEFORE) and block.height <= HEIGHT:
            return block
    return None


def _low_cell(style: Style, tables: Sequence[Table]) -> CellSize:
    """A low cell that has room for every number."""
    widest = max(table_width(style, table, SMALL) for table in tables)
    return CellSize(max(28, up4(widest + 8)), 24, SMALL)


def _vector(
    style: Style, line: np.ndarray, role: Role, shades: Levels | None, classes: Sequence[str]
) -> Thumbnail:
    """A vector, D×1: in numbers, of many classes the largest; or as a strip."""
    count, maps = len(line), line[None]
    if count > VECTOR and not classes:
        width, tall = STRIP
        size = width, count * (tall // count) if count <= tall else tall
        scale = shades or levels(line)
        return Thumbnail(style, role, maps, scale, _picture(style, role, line, size, scale))
    shown: list[int | None] = [*range(count)]
    if count > VECTOR:
        shown = [*likeliest(line[:, 0].tolist(), VECTOR - 1), None]
    table = [[dots(None, 0)] if i is None else cells(line[i], style.precision)[0] for i in shown]
    names = [_cut(style, classes[i]) if classes else str(i) for i in shown if i is not None]
    if classes and not np.isnan(line).any():
        table = changed(table, [(shown.index(int(line.argmax())), 0)], state="active")
    cell = replace(_low_cell(style, [table]), height=LINE)
    inner = grid(style, table, role, cell, indices=(shown, (0,)))
    left = up4(max(style.width(name, SMALL) for name in names) + 8)
    ys = (middle(LINE * (i + 0.5), SMALL) for i in range(len(names)))
    marks = [style.note(left - 6, y, name, "end") for name, y in zip(names, ys, strict=True)]
    block = Block(left + inner.width, inner.height, (*marks, inner.at(left, 0)))
    return Thumbnail(style, role, maps, None, block)


def _cut(style: Style, name: str) -> str:
    """The name of a class, of a long one what half of the page has room for."""
    said, room = named(name), min(ROOM, (style.room - BEFORE) / 2)
    if style.width(said, SMALL) <= room:
        return said
    fit = (n for n in range(len(said) - 1, 0, -1) if style.width(said[:n] + "…", SMALL) <= room)
    return said[: next(fit, 0)] + "…"


# --- pictures ------------------------------------------------------------------


def _picture(style: Style, role: Role, array: np.ndarray, size: Size, scale: Levels) -> Block:
    tone, (width, height) = style.theme.tone(role), size
    marks: tuple[Mark, ...] = (
        Image(0, 0, width, height, pixels(style, array, size, scale)),
        Rect(0, 0, width, height, None, tone.line, 1.5, tone.dash),
    )
    return Block(up4(width), up4(height), marks, near4(height / 2))


def _in_rows_of(blocks: Sequence[Block], across: int, gap: float) -> Block:
    """Blocks in rows of `across`."""
    tops = [on_top(block) for block in blocks]
    return column([row(tops[i : i + across], gap) for i in range(0, len(tops), across)], gap)
