"""A fully connected layer: weight · input + bias = output, vectors as columns."""

from __future__ import annotations

from nnviz.elision import shown
from nnviz.figure.arrays.elided import cell_size, elided
from nnviz.figure.arrays.grid import named, operator
from nnviz.figure.arrays.named import named_picture
from nnviz.figure.formulas.wrapped import worked
from nnviz.figure.layout.blocks import USUAL, Block, column, flow, row
from nnviz.figure.layout.page import fact_lines, page
from nnviz.figure.layout.style import BODY, SMALL, Style
from nnviz.figure.scene import Scene
from nnviz.libraries import np
from nnviz.request import Appearance
from nnviz.shapes import times
from nnviz.trace import Step, Trace
from nnviz.words import Words

RANK = 0
MOST = (12, 9, 6, 5)
"""Cells a side that are all drawn, the most that fit the page."""


def draw(trace: Trace, appearance: Appearance, step: Step | None) -> Scene:
    """The arrays in a row; of a step, the row of weights that it takes and its arithmetic."""
    style = Style.of(appearance)
    blocks = worked(style, [_dense_row(trace, style, step)], step)
    return page(
        style, trace, appearance, step, blocks, facts=fact_lines(style, trace, colored=True)
    )


def panel(trace: Trace, style: Style, step: Step) -> Block:
    """A step for a sheet."""
    return column(worked(style, [_dense_row(trace, style, step)], step), 12)


def _dense_row(trace: Trace, style: Style, step: Step | None) -> Block:
    """The row with the largest text and the most cells that fit; else in several rows."""
    equation = ["weight", "·", "input", "=", "output"]
    if "bias" in trace.arrays:
        equation[3:3] = ["+", "bias"]
    blocks: list[Block] = []
    for most, text in ((most, text) for most in MOST for text in (BODY, SMALL)):
        blocks = [
            _dense_array(trace, style, step, name, most, text)
            if name.isidentifier()
            else operator(style, name, 40)
            for name in equation
        ]
        if sum(b.width for b in blocks) <= style.room:
            return row(blocks)
    parts = [
        block if block.width <= style.room - USUAL else _as_picture(trace, style, step, name)
        for name, block in zip(equation, blocks, strict=True)
    ]
    return flow(parts, style.room)


def _as_picture(trace: Trace, style: Style, step: Step | None, name: str) -> Block:
    """An array whose numbers are too long for the page, the cells of a step outlined."""
    array = trace.array(name)
    columns, at = array if name == "weight" else _upright(array), _active(step, name, array)
    (top, left), (low, right) = (at[0], at[-1]) if at else ((0, 0), (0, 0))
    window = (top, left, low - top + 1, right - left + 1) if at else None
    role = trace.roles.get(name, "plain")
    return named_picture(
        style, columns, role, trace.called(name), times(array.shape), window=window
    )


def _dense_array(
    trace: Trace, style: Style, step: Step | None, name: str, most: int, text: int
) -> Block:
    """An array as cells: a vector as a column, each row of a batch as a column."""
    array = trace.array(name)
    columns = array if name == "weight" else _upright(array)
    role = trace.roles.get(name, "plain")
    active = _active(step, name, array)
    rows_ = shown(columns.shape[0], most, _kept(active, 0))
    columns_ = shown(columns.shape[1], most, _kept(active, 1))
    drawn = [columns[r, c] for r in rows_ for c in columns_ if r is not None and c is not None]
    # Room for every number drawn, squares where the numbers are short.
    some = {style.show(v) for v in {*drawn, *array.reshape(-1)[:4096].tolist()}}
    size = cell_size(style, some, text, least=28 if text == BODY else 24, pad=8)
    block = elided(
        style,
        columns,
        role,
        size,
        rows=rows_,
        columns=columns_,
        active=active,
        blank=_blank(step, name, array),
    )
    shape = times(array.shape)
    if name != "weight" and array.ndim == 2 and len(array) > 1:
        shape = style.say(Words("{shape}, each row a column", shape=shape))
    return named(style, block, role, trace.called(name), shape)


def _upright(array: np.ndarray) -> np.ndarray:
    return array.reshape(-1, 1) if array.ndim < 2 else array.T


def _active(step: Step | None, name: str, array: np.ndarray) -> list[tuple[int, int]]:
    """Where the cells of a step stand, as they are drawn."""
    if step is None:
        return []
    found = step.cells.get(name, ())
    if name == "weight":
        return [(index[0], index[1]) for index in found]
    return [(index[-1], index[0] if array.ndim == 2 else 0) for index in found]


def _kept(active: list[tuple[int, int]], axis: int) -> int | None:
    """The one row or column that the active cells are in."""
    places = {place[axis] for place in active}
    return next(iter(places)) if len(places) == 1 else None


def _blank(step: Step | None, name: str, array: np.ndarray) -> list[tuple[int, int]]:
    """The outputs after the step."""
    if step is None or name != "output":
        return []
    rows = array.reshape(-1, array.shape[-1])
    width = rows.shape[1]
    return [(i % width, i // width) for i in range(step.number, rows.size)]
