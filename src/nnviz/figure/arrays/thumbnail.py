"""What one layer makes, small: maps as little pictures, few cells as numbers, vectors as strips."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from nnviz.figure.arrays.grid import CellSize, Table, cells, grid, index_room, table_width
from nnviz.figure.arrays.picture import pixels
from nnviz.figure.layout.blocks import Block, column, on_top, row
from nnviz.figure.layout.style import SMALL, Style, middle, near4, up4
from nnviz.figure.scene import Image, Mark, Rect
from nnviz.shades import Levels, levels, reduced
from nnviz.trace import Role

if TYPE_CHECKING:
    import numpy as np

MAPS = 16
"""Channels that are drawn; of more, the first ones."""
SIDES = {1: 120, 2: 60, 3: 44, 4: 36}
"""The side of a picture, by how many stand in a row."""
GAP = 4
FEW = 5
"""Cells a side of a matrix that are written as numbers."""
VECTOR = 10
"""Values of a vector that are written as numbers."""
ROOM, HEIGHT = 288, 168
"""The room of what is written as numbers: five columns of four digits with sign and point."""
STRIP = 20, 140


class Thumbnail(NamedTuple):
    """A layer's output drawn small, and how its shades are to be read."""

    block: Block
    shades: Levels | None = None
    """None where it is written in numbers."""
    shown: int = 0
    channels: int = 0


def thumbnail(
    style: Style, array: np.ndarray, role: Role, shades: Levels | None = None
) -> Thumbnail:
    """One sample of an output: (D,), (H, W) or (C, …, H, W); `shades` where they are known."""
    if array.ndim <= 1:
        return _vector_strip(style, array.reshape(-1), role, shades)
    if shades is not None and shades.shades == "rgb":
        return Thumbnail(_small_picture(style, array, role, 120, shades), shades)
    maps = array.reshape(-1, *array.shape[-2:])
    return _maps_in_numbers(style, maps, role) or _maps_in_pictures(style, maps, role, shades)


# --- numbers -------------------------------------------------------------------


def _maps_in_numbers(style: Style, maps: np.ndarray, role: Role) -> Thumbnail | None:
    """Few small matrices in numbers, where they have room."""
    if len(maps) > 4 or max(maps.shape[1:]) > FEW:
        return None
    tables = [cells(m, style.precision) for m in maps]
    size = _low_cell(style, tables)
    grids = [grid(style, table, role, size) for table in tables]
    for across in dict.fromkeys((len(maps), min(2, len(maps)), 1)):
        block = _in_rows_of(grids, across, 8)
        if block.width <= ROOM and block.height <= HEIGHT:
            return Thumbnail(block, None, len(maps), len(maps))
    return None


def _low_cell(style: Style, tables: Sequence[Table]) -> CellSize:
    """A low cell that has room for every number."""
    widest = max(table_width(style, table, SMALL) for table in tables)
    return CellSize(max(28, up4(widest + 8)), 24, SMALL)


def _vector_strip(style: Style, values: np.ndarray, role: Role, shades: Levels | None) -> Thumbnail:
    if len(values) > VECTOR:
        return _strip(style, values, role, shades)
    table = cells(values.reshape(-1, 1), style.precision)
    size = replace(_low_cell(style, [table]), height=20)
    inner = grid(style, table, role, size)
    left = index_room(style, range(len(values)))
    ys = (middle(20 * i + 10, SMALL) for i in range(len(values)))
    marks = [style.note(left - 6, y, str(i), "end") for i, y in enumerate(ys)]
    block = Block(left + inner.width, inner.height, (*marks, inner.at(left, 0)))
    return Thumbnail(block, None)


# --- pictures ------------------------------------------------------------------


def _strip(style: Style, values: np.ndarray, role: Role, shades: Levels | None) -> Thumbnail:
    width, tall = STRIP
    height = len(values) * (tall // len(values)) if len(values) <= tall else tall
    line = values.reshape(-1, 1)
    scale = shades or levels(line)
    marks = _framed_image(
        style, role, Image(0, 0, width, height, pixels(style, line, STRIP, scale))
    )
    return Thumbnail(Block(width, up4(height), marks), scale)


def _maps_in_pictures(
    style: Style, maps: np.ndarray, role: Role, shades: Levels | None
) -> Thumbnail:
    import numpy as np

    shown = min(len(maps), MAPS)
    across = min(4, math.ceil(math.sqrt(shown)))
    side = SIDES[across]
    size = _picture_size(maps.shape[1:], side)
    small = np.stack([reduced(each, size) for each in maps[:shown]])
    scale = shades or levels(maps)
    pictures = [_small_picture(style, each, role, side, scale) for each in small]
    return Thumbnail(_in_rows_of(pictures, across, GAP), scale, shown, len(maps))


def _small_picture(style: Style, array: np.ndarray, role: Role, side: int, scale: Levels) -> Block:
    width, height = _picture_size(array.shape[-2:], side)
    data = pixels(style, array, (width, height), scale)
    marks = _framed_image(style, role, Image(0, 0, width, height, data))
    return Block(up4(width), up4(height), marks, near4(height / 2))


def _picture_size(shape: Sequence[int], side: int) -> tuple[int, int]:
    """Width and height of a picture whose longer side is `side`, whatever its cells."""
    longest = max(shape)
    height, width = (max(4, near4(n * side / longest)) for n in shape)
    return width, height


def _framed_image(style: Style, role: Role, image: Image) -> tuple[Mark, ...]:
    tone = style.theme.tone(role)
    return image, Rect(0, 0, image.width, image.height, None, tone.line, 1.5, tone.dash)


def _in_rows_of(blocks: Sequence[Block], across: int, gap: float) -> Block:
    """Blocks in rows of `across`."""
    tops = [on_top(block) for block in blocks]
    return column([row(tops[i : i + across], gap) for i in range(0, len(tops), across)], gap)
