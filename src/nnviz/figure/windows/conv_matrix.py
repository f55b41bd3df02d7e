"""Convolution as a matrix product: the patches times the kernel, and the kernel's own matrix."""

from __future__ import annotations

from dataclasses import replace
from math import prod

from nnviz.figure.arrays.fit import Row, largest_fit
from nnviz.figure.arrays.grid import Cell, Table, cells, changed, operator
from nnviz.figure.arrays.named import NamedCells
from nnviz.figure.formulas.arithmetic import arithmetic
from nnviz.figure.layout.blocks import Block
from nnviz.figure.layout.page import page
from nnviz.figure.layout.style import Style
from nnviz.figure.scene import Scene
from nnviz.figure.windows._named_arrays import (
    SUM,
    activation_arrow,
    bias_cells,
    drawn_of,
    input_name,
    kernel_name,
    output_name,
)
from nnviz.figure.windows._padded import result
from nnviz.figure.windows._part import Part, flat_enough, part_shown, plan_of
from nnviz.libraries import np
from nnviz.plans import Tap
from nnviz.request import Appearance
from nnviz.shapes import AnyAxis, ravel, times, unravel
from nnviz.trace import Role, Step, Trace
from nnviz.words import Words

RANK = 50
MOST = 25
"""The most rows and columns of its matrices."""


def fits(trace: Trace) -> Words | None:
    """Whether patches, kernel, input and output are small enough for matrices of them."""
    plan = plan_of(trace)
    counts = {
        Words("the input"): plan.group_channels * prod(plan.sizes),
        Words("the kernel"): plan.group_channels * prod(plan.kernel),
        Words("the output"): prod(plan.out),
    }
    large = (
        Words("{what} has {n} cells, and a matrix at most {most}", what=what, n=n, most=MOST)
        for what, n in counts.items()
        if n > MOST
    )
    return flat_enough(trace) or next(large, None)


def draw(trace: Trace, appearance: Appearance, step: Step | None) -> Scene:
    """Both products, one below the other; of a step the row of each that makes its cell."""
    style = Style.of(appearance)
    part: Part[AnyAxis] = part_shown(trace, step, appearance)
    blocks = [
        _product(style, part, *_patches(style, part)),
        _product(style, part, *_toeplitz(style, part)),
    ]
    width = max(block.width for block in blocks)
    if step is not None:
        blocks.append(arithmetic(style, step.formula, room=style.beneath(width)))
    return page(style, trace, appearance, step, blocks, facts=drawn_of(style, trace, part))


def _rows(part: Part[AnyAxis]) -> list[list[Tap]]:
    """What each output cell reads in a channel, row by row."""
    return [part.plan.taps(unravel(i, part.y.shape)) for i in range(part.y.size)]


def _patches(style: Style, part: Part[AnyAxis]) -> tuple[NamedCells, NamedCells]:
    """A row an output cell: what its window reads; and the kernel as a column."""
    given = [cells(x, style.precision) for x in part.x]

    def cell(table: Table, tap: Tap) -> Cell:
        if tap.source is None:
            return Cell("0", "padding")
        return Cell(table[tap.source[0]][tap.source[1]].text)

    table = [[cell(each, tap) for each in given for tap in taps] for taps in _rows(part)]
    name = Words("patches, a row each (im2col)")
    kernel = _column(style, part.w, "weight", kernel_name(part))
    return _matrix(style, part, table, "input", name), kernel


def _toeplitz(style: Style, part: Part[AnyAxis]) -> tuple[NamedCells, NamedCells]:
    """A row an output cell: the weight of every input cell, most of them 0; and the input."""
    weights = np.zeros((part.y.size, part.x.size), part.w.dtype)
    read = np.zeros(weights.shape, bool)
    for row, taps in enumerate(_rows(part)):
        for c, w in enumerate(part.w):
            for tap in taps:
                if tap.source is not None:  # several taps read a cell that padding repeats
                    place = row, ravel((c, *tap.source), part.x.shape)
                    weights[place] += w[tap.kernel]
                    read[place] = True
    zeros = [(r, c) for r, c in np.argwhere(~read).tolist()]
    table = changed(cells(weights, style.precision), zeros, text="0", state="padding")
    given = _column(
        style, part.x, "input", input_name(part) if len(part.x) == 1 else Words("input")
    )
    if part.at is not None:
        row = read[ravel(part.at, part.y.shape)]
        lit = [(i, 0) for i in np.flatnonzero(row).tolist()]
        given = given._replace(table=changed(given.table, lit, state="active"))
    return _matrix(style, part, table, "weight", Words("kernel as a matrix (Toeplitz)")), given


def _matrix(style: Style, part: Part[AnyAxis], table: Table, role: Role, name: Words) -> NamedCells:
    """A matrix with a row for every output cell, that of the step active."""
    shape = times((len(table), len(table[0])))
    if part.at is not None:
        row = ravel(part.at, part.y.shape)
        lit = [(row, c) for c, cell in enumerate(table[row]) if cell.state == "plain"]
        table = changed(table, lit, state="active")
    return NamedCells(style, table, role, name, shape)


def _column(style: Style, array: np.ndarray, role: Role, name: Words) -> NamedCells:
    table = cells(array.reshape(-1, 1), style.precision)
    return NamedCells(style, table, role, name, str(array.size))


def _product(style: Style, part: Part[AnyAxis], matrix: NamedCells, vector: NamedCells) -> Block:
    """A matrix · a column + bias = the output as a column, in the order of its rows."""
    sign = 28
    bias = [each for b in bias_cells(style, part) for each in (operator(style, "+", sign), b)]
    parts: Row = [matrix, operator(style, "·", sign), vector, *bias, operator(style, "=", sign)]
    if part.pre is not None:
        before = _made(style, part, part.pre, "intermediate", SUM)
        parts = [*parts, before, *activation_arrow(style, part)]
    made = _made(style, part, part.y, "output", output_name(part))
    return largest_fit(replace(style, cut=True), [*parts, made], largest=32)


def _made(
    style: Style, part: Part[AnyAxis], array: np.ndarray, role: Role, name: Words
) -> NamedCells:
    """An output as a column; of a step those after it are empty."""
    at = None if part.at is None else (ravel(part.at, part.y.shape), 0)
    made, windows = _column(style, array, role, name), () if at is None else ((*at, 1, 1),)
    return made._replace(table=result(style, array.reshape(-1, 1), at), windows=windows)
