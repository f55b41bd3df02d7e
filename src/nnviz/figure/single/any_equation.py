"""An operation with no view of its own: its arrays in a row, and the step's arithmetic."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nnviz.figure.arrays.grid import (
    MOST,
    CellSize,
    Table,
    cells,
    changed,
    fitting,
    grid,
    named,
    operator,
)
from nnviz.figure.arrays.picture import picture
from nnviz.figure.formulas.arithmetic import arithmetic
from nnviz.figure.layout.page import ROOM, Block, Style, name_of, page
from nnviz.figure.scene import Scene
from nnviz.trace import Step, Trace
from nnviz.words import Words

if TYPE_CHECKING:
    import numpy as np

    from nnviz.request import Appearance

RANK = 0


def fits(trace: Trace) -> Words | None:
    """Whether its arrays are vectors or matrices."""
    shapes = [trace.array(name) for name in trace.equation if name.isidentifier()]
    if not shapes:
        return Words("it has no arrays")
    if any(array.ndim > 2 for array in shapes):
        return Words("it has more than two axes")
    return None


def draw(trace: Trace, appearance: Appearance, step: Step | None) -> Scene:
    """The arrays and the signs between them; a step's cells active, later outputs empty."""
    style = Style.of(appearance)
    names = [name for name in trace.equation if name.isidentifier()]
    arrays = {name: trace.array(name) for name in names}
    tables = {
        name: _table(name, array, style.precision, step)
        for name, array in arrays.items()
        if max(array.shape, default=1) <= MOST
    }

    def build(size: CellSize) -> list[Block]:
        return [
            _block(style, trace, name, arrays[name], tables.get(name), size)
            if name in arrays
            else operator(style, name)
            for name in trace.equation
        ]

    blocks = [fitting(style, list(tables.values()), build)]
    if step is not None and step.formula:
        blocks.append(arithmetic(style, step.formula, room=min(ROOM, max(400, blocks[0].width))))
    return page(style, trace, appearance, step, blocks)


def _table(name: str, array: np.ndarray, precision: int, step: Step | None) -> Table:
    table = cells(array, precision)
    if step is None:
        return table
    columns = len(table[0])
    active = [divmod(_flat(index, array.shape), columns) for index in step.cells.get(name, ())]
    if name == "output":
        done = _flat(step.index, array.shape)
        after = [divmod(i, columns) for i in range(done + 1, array.size)]
        table = changed(table, after, hidden=True)
    return changed(table, active, state="active")


def _flat(index: tuple[int, ...], shape: tuple[int, ...]) -> int:
    flat = 0
    for i, n in zip(index, shape, strict=True):
        flat = flat * n + i
    return flat


def _block(
    style: Style, trace: Trace, name: str, array: np.ndarray, table: Table | None, size: CellSize
) -> Block:
    role = trace.roles.get(name, "plain")
    if table is None:
        matrix = array.reshape(-1, array.shape[-1])
        inner = picture(style, matrix, role)
    else:
        inner = grid(style, table, role, size)
    return named(style, inner, role, name_of(name), array.shape)
