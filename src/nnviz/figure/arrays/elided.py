"""What several views share: arrays with their middle left out, and long equations."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING

from nnviz.figure.arrays.grid import Cell, CellSize, Shown, column_width, dots, grid
from nnviz.figure.layout.blocks import Block
from nnviz.figure.layout.style import BODY, Style, up4
from nnviz.trace import Role

if TYPE_CHECKING:
    import numpy as np

MOST_CELLS = 8
"""Cells of a vector that are all drawn; of more, the first ones and the last."""


def shown(count: int, most: int = MOST_CELLS, keep: int | None = None) -> list[int | None]:
    """Which of `count` cells are drawn: all, or the first ones, `keep` and the last.

    >>> shown(3), shown(20, 6), shown(20, 6, keep=9)
    ([0, 1, 2], [0, 1, 2, 3, None, 19], [0, 1, None, 9, None, 19])
    """
    kept = () if keep is None else (keep,)
    return around(count, most, kept, ends=(1,))


def around(
    count: int, most: int, keep: Collection[int], ends: Sequence[int] = (2, 1)
) -> list[int | None]:
    """Which of `count` are drawn: `keep`, some at both ends, then more of the first.

    Always as many, gaps counted, wherever so many to `keep` stand: `most`, or what these,
    both ends and two gaps take.

    >>> around(24, 11, {10, 11, 12})
    [0, 1, 2, 3, None, 10, 11, 12, None, 22, 23]
    """
    most = max(most, len(keep) + 4)
    if count <= most:
        return list(range(count))
    chosen: set[int] = set()
    for some in ends:
        chosen = {*keep, *range(some), *range(count - some, count)}
        if len(_with_gaps(chosen)) <= most:
            break
    for i in range(count):
        if len(_with_gaps(chosen | {i})) > most:
            break
        chosen.add(i)
    return _with_gaps(chosen)


def _with_gaps(chosen: Collection[int]) -> list[int | None]:
    """In order, None between those that are apart; one that is missing alone is taken."""
    found: list[int | None] = []
    last: int | None = None
    for i in sorted(chosen):
        if last is not None and i > last + 1:
            found.append(None if i > last + 2 else last + 1)
        found.append(i)
        last = i
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
            return dots(r, c)
        text = "" if (r, c) in empty else style.show(array[r, c])
        return Cell(text, "active" if (r, c) in lit else "plain", bold=False)

    table = [[cell(r, c) for c in columns] for r in rows]
    return grid(style, table, role, size, indices=(rows, columns))
