"""Inside one recurrent cell at one time: its matrices, vectors and gates, in numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from nnviz.figure.formulas.vectors import EquationRow, TermLayout, band_line, banded
from nnviz.figure.layout.page import BODY, PANELS, ROOM, SMALL, Block, Style, lines, page, row
from nnviz.figure.recurrent._cell_step import GATES, CellStep, dot
from nnviz.figure.recurrent._gates import gated, squashed, sum_name, summed
from nnviz.figure.recurrent._net import number_by_number
from nnviz.figure.scene import Scene
from nnviz.trace import Call, Equation, Expr, Name, Step, Sum, Trace
from nnviz.words import Words

if TYPE_CHECKING:
    import numpy as np

    from nnviz.request import Appearance

RANK = 20
MOST_IN_GATES = 4
"""Inputs and hidden units up to which the matrices of gates are drawn with their numbers."""


def fits(_: Trace) -> Words | None:
    """Every cell."""
    return None


def title(trace: Trace) -> Words:
    """What the figure is called."""
    return Words("{title}, inside the cell", title=trace.title)


def draw(trace: Trace, appearance: Appearance, step: Step | None) -> Scene:
    """The equations of the cell at the time of the step, else at the first."""
    style, step = Style.of(appearance), step or trace.steps[0]
    cell_step = CellStep(trace, step)
    where = [lines(style, style.say(said), fill=style.theme.muted) for said in _where(cell_step)]
    blocks = [_block(cell_step, style, ROOM)]
    blocks += number_by_number(trace, style)
    return page(style, trace, appearance, step, blocks, title=title(trace), facts=where)


def panel(trace: Trace, style: Style, step: Step) -> Block:
    """A step for a sheet."""
    return _block(CellStep(trace, step), style, PANELS[-1], symbols=False)


def facts(trace: Trace, style: Style, steps: Sequence[Step]) -> list[Block]:
    """The equations of a sheet's panels, each written once."""
    bands = [band for step in steps for band in _bands(CellStep(trace, step))]
    once = {(str(band.label), band.equation): band for band in bands}
    return [band_line(style, band, ROOM) for band in once.values()]


def _where(cell_step: CellStep) -> list[Words]:
    """The time, layer and direction, where a step is not the same as a time."""
    if not cell_step.several:
        return []
    return [cell_step.place]


def _block(cell_step: CellStep, style: Style, room: float, *, symbols: bool = True) -> Block:
    """The cell's equations, with the largest text and the most numbers that fit."""
    return banded(style, _bands(cell_step), _tried(cell_step, style), room, symbols=symbols)


def _bands(cell_step: CellStep) -> list[EquationRow]:
    bands = gated(cell_step) if GATES[cell_step.cell] else [_hidden(cell_step)]
    return [*bands, _output(cell_step)] if "y" in cell_step.step.detail else bands


def _tried(cell_step: CellStep, style: Style) -> list[list[TermLayout]]:
    if not GATES[cell_step.cell]:
        return [
            [TermLayout(style, text, most) for text in (BODY, SMALL)] for most in (8, 6, 5, 4, 3)
        ]
    inputs = len(cell_step.vector("x")) if cell_step.has_x else 0
    few = max(inputs, cell_step.hidden) <= MOST_IN_GATES
    kinds = (True, False) if few else (False,)
    sizes = (BODY, SMALL) if few else (SMALL,)
    return [[TermLayout(style, text, values=v) for text in sizes] for v in kinds]


# --- the plain cell ----------------------------------------------------------------


def _hidden(cell_step: CellStep) -> EquationRow:
    function = str(cell_step.trace.options["activation"])
    h = cell_step.state("h")
    equation = Equation((h, Call(function, (cell_step.total(""),))))

    def build(writer: TermLayout) -> list[Block]:
        result = writer.vector(
            cell_step.state("h", str(cell_step.time)), cell_step.vector("h"), active=True
        )
        return [*summed(writer, cell_step, ""), *squashed(writer, cell_step, "", function, result)]

    return EquationRow(Words("hidden state"), equation, build)


# --- the output --------------------------------------------------------------------


def _output(cell_step: CellStep) -> EquationRow:
    name = str(cell_step.trace.options.get("output_activation", "none"))
    right: Expr = dot("y", cell_step.top())
    if "by" in cell_step.trace.arrays:
        right = Sum((right, Name("b", "y", "bias")))
    if name != "none":
        right = Call(name, (right,))

    def build(writer: TermLayout) -> list[Block]:
        return _output_terms(writer, cell_step, name)

    return EquationRow(Words("output"), Equation((Name("y", "t", "output"), right)), build)


def _output_terms(writer: TermLayout, cell_step: CellStep, function: str) -> list[Block]:
    arrays, h = cell_step.trace.arrays, cell_step.trace.output[cell_step.time - 1]
    total: np.ndarray = arrays["Wy"] @ h
    wy = writer.matrix(Name("W", "y", "weight"), arrays["Wy"])
    blocks: list[Block] = [
        row([wy, writer.sign("·"), writer.vector(cell_step.top(str(cell_step.time)), h)])
    ]
    if "by" in arrays:
        blocks += [writer.sign("+"), writer.vector(Name("b", "y", "bias"), arrays["by"])]
        total = total + arrays["by"]
    result = writer.vector(cell_step.at("y", "output"), cell_step.vector("y"), active=True)
    if function != "none":
        result = row([writer.vector(sum_name(writer), total), writer.through(function), result])
    return [*blocks, writer.sign("="), result]
