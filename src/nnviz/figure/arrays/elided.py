"""What several views share: arrays with their middle left out, and long equations."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from nnviz.figure.arrays.grid import Cell, CellSize, column_width, grid
from nnviz.figure.layout.blocks import Block
from nnviz.figure.layout.style import BODY, Style, middle, up4
from nnviz.figure.scene import Box, Mark
from nnviz.trace import Role

if TYPE_CHECKING:
    import numpy as np

MOST_CELLS = 8
"""Cells of a vector that are all drawn; of more, the first ones and the last."""

Shown = Sequence[int | None]
"""The indices that are drawn; None where some are left out."""


def shown(count: int, most: int = MOST_CELLS, keep: int | None = None) -> list[int | None]:
    """Which of `count` cells are drawn: all, or the first ones, `keep` and the last.

    >>> shown(3), shown(20, 6), shown(20, 6, keep=9)
    ([0, 1, 2], [0, 1, 2, 3, None, 19], [0, 1, None, 9, None, 19])
    """
    if count <= most:
        return list(range(count))
    first = most - 2
    if keep is not None and first <= keep < count - 1:
        first -= 2 if keep < count - 2 else 1
    chosen = sorted({*range(first), count - 1} | (set() if keep is None else {keep}))
    found: list[int | None] = []
    for i in chosen:
        if found and i > (found[-1] or 0) + 1:
            found.append(None)
        found.append(i)
    return found


def cell_size(
    style: Style, texts: Iterable[str], text: int = BODY, *, least: int = 36, pad: int = 12
) -> CellSize:
    """A cell that has room for each of `texts`."""
    width = column_width(style, {*texts}, text)
    return CellSize(max(least, up4(width + pad)), 28 if text == BODY else 20, text)


def elided(
    style: Style,
    array: np.ndarray,
    role: Role,
    size: CellSize,
    *,
    rows: Shown,
    columns: Shown = (0,),
    active: Iterable[tuple[int, int]] = (),
    blank: Iterable[tuple[int, int]] = (),
) -> Block:
    """The cells of a matrix at `rows` and `columns`, dots where some are left out.

    `active` and `blank` are places in `array`.
    """
    lit, empty = set(active), set(blank)

    def cell(r: int | None, c: int | None) -> Cell:
        if r is None or c is None:
            return Cell()
        text = "" if (r, c) in empty else style.show(array[r, c])
        return Cell(text, "active" if (r, c) in lit else "plain", bold=False)

    block = grid(style, [[cell(r, c) for c in columns] for r in rows], role, size)
    w, h = size.width, size.height
    marks: list[Mark] = list(block.marks)
    for i, r in enumerate(rows):
        for k, c in enumerate(columns):
            if r is None or c is None:
                box = Box(k * w, i * h, w, h)
                sign = "⋱" if r is None and c is None else "⋮" if r is None else "⋯"
                y = middle(box.y + h / 2, size.text)
                muted = style.theme.muted
                text = style.text(
                    box.x + w / 2, y, sign, size.text, fill=muted, anchor="middle", cell=box
                )
                marks.append(text)
    return replace(block, marks=tuple(marks))
