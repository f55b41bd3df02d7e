"""What several views share: arrays with their middle left out, and long equations."""

from __future__ import annotations

from collections.abc import Iterable

from nnviz.figure.arrays.grid import Cell, CellSize, Shown, column_width, dots, grid
from nnviz.figure.layout.blocks import Block
from nnviz.figure.layout.style import BODY, Style, up4
from nnviz.libraries import np
from nnviz.trace import Role


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
            return dots(r, c)
        text = "" if (r, c) in empty else style.show(array[r, c])
        return Cell(text, "active" if (r, c) in lit else "plain", bold=False)

    table = [[cell(r, c) for c in columns] for r in rows]
    return grid(style, table, role, size, indices=(rows, columns))
