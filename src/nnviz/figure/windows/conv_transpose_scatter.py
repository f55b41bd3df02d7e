"""Transposed convolution as it scatters: each input cell's patch, all added into the output."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from math import prod

from nnviz.figure.arrays.fit import Row, largest_fit
from nnviz.figure.arrays.grid import Cell, Labels, State, Table, cells, changed, operator
from nnviz.figure.arrays.named import NamedCells
from nnviz.figure.formulas.arithmetic import arithmetic
from nnviz.figure.layout.page import page
from nnviz.figure.layout.style import Style
from nnviz.figure.scene import Scene
from nnviz.figure.windows import conv_transpose_equation
from nnviz.figure.windows._named_arrays import (
    activated,
    drawn_of,
    equation,
    input_name,
    kernel_cells,
    output_cells,
)
from nnviz.figure.windows._part import Part, flat_enough, part_shown, plan_of
from nnviz.request import Appearance
from nnviz.shapes import TransposedAxis, unravel
from nnviz.trace import Step, Trace
from nnviz.words import Words

RANK = 20
MOST, SIDE, SIGN = 16, 12, 28
"""The most patches that are drawn, cells a side of the output, and the width of a sign."""


def fits(trace: Trace) -> Words | None:
    """Whether there are few input cells, and a small output."""
    plan = plan_of(trace)
    n = plan.group_channels * prod(plan.sizes)
    if n > MOST:
        return Words(
            "the input has {n} cells, and patches are drawn of at most {most}", n=n, most=MOST
        )
    side = max(plan.out)
    large = Words("the output has {n} cells a side, at most {most} are drawn", n=side, most=SIDE)
    return flat_enough(trace) or (large if side > SIDE else None)


def draw(trace: Trace, appearance: Appearance, step: Step | None) -> Scene:
    """Input and kernel, the patches and their sum; of a step those that overlap in its cell."""
    style = replace(Style.of(appearance), cut=True)
    part: Part[TransposedAxis] = part_shown(trace, step, appearance)
    rows: list[Row] = [
        [_input(style, part, c), operator(style, "∗ᵀ", 40), kernel_cells(style, part, c)]
        for c in range(len(part.x))
    ]
    plus = operator(style, "+", SIGN)
    patches: Row = [each for patch in _patches(style, part) for each in (plus, patch)]
    made = activated(style, part, output_cells(style, part))
    rows.append(equation(style, part, patches[1:], made, sign=SIGN))
    blocks = [largest_fit(style, row, largest=28) for row in rows]
    if max(block.width for block in blocks) > style.room:  # numbers too long for the page
        return conv_transpose_equation.draw(trace, appearance, step)
    if step is not None:
        room = style.beneath(max(block.width for block in blocks))
        blocks.append(arithmetic(style, step.formula, room=room))
    return page(style, trace, appearance, step, blocks, facts=drawn_of(style, trace, part))


def _input(style: Style, part: Part[TransposedAxis], c: int) -> NamedCells:
    """A channel of the input; of a step the cells whose patches reach its output active."""
    table = cells(part.x[c], style.precision)
    table = changed(table, [(tap.cell[0], tap.cell[1]) for tap in part.taps()], state="active")
    labels: Labels = "both" if part.dims > 1 else "columns"
    return NamedCells(style, table, "input", input_name(part, c), part.shape(part.x[c]), labels)


def _patches(style: Style, part: Part[TransposedAxis]) -> list[NamedCells]:
    """A table as large as the output for each input cell: what the cell adds to it."""
    rows, columns = part.y.shape
    places = product(*map(range, part.x.shape))
    tables: dict[tuple[int, ...], Table] = {
        place: [[Cell()] * columns for _ in range(rows)] for place in places
    }
    reaching = {tap.cell for tap in part.taps()}
    for o in range(part.y.size):
        r, k = unravel(o, part.y.shape)
        for tap in part.plan.taps((r, k)):
            state: State = "active" if part.at is None or tap.cell in reaching else "plain"
            for c, (x, w) in enumerate(zip(part.x, part.w, strict=True)):
                value = style.show(x[tap.cell].item() * w[tap.kernel].item())
                tables[(c, *tap.cell)][r][k] = Cell(value, state, bold=(r, k) == part.at)
    return [_patch(style, part, place, table) for place, table in tables.items()]


def _patch(
    style: Style, part: Part[TransposedAxis], place: tuple[int, ...], table: Table
) -> NamedCells:
    """A patch under the number that it is of, and where that stands."""
    c, r, k = place
    where = Words("column {c}", c=k) if part.dims == 1 else Words("row {r}, column {c}", r=r, c=k)
    name = Words("{value} · kernel", value=style.show(part.x[c, r, k].item()))
    windows = part.cell if (r, k) in {tap.cell for tap in part.taps()} else ()
    return NamedCells(style, table, "intermediate", name, style.say(where), windows=windows)
