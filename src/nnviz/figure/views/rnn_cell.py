"""Inside one recurrent cell at one time: its matrices, vectors and gates, in numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from nnviz.figure.gates import gated, squashed, sum_name, summed
from nnviz.figure.kit import BODY, PANELS, ROOM, SMALL, Block, Style, lines, page, row
from nnviz.figure.moment import GATES, Moment, dot
from nnviz.figure.recurrent import number_by_number
from nnviz.figure.scene import Scene
from nnviz.figure.terms import Band, Writer, band_line, banded
from nnviz.trace import Call, Equation, Expr, Name, Step, Sum, Trace
from nnviz.words import Words

if TYPE_CHECKING:
    import numpy as np

    from nnviz.figure.look import Look

RANK = 20
MOST_IN_GATES = 4
"""Inputs and hidden units up to which the matrices of gates are drawn with their numbers."""


def fits(_: Trace) -> Words | None:
    """Every cell."""
    return None


def title(trace: Trace) -> Words:
    """What the figure is called."""
    return Words("{title}, inside the cell", title=trace.title)


def draw(trace: Trace, look: Look, step: Step | None) -> Scene:
    """The equations of the cell at the time of the step, else at the first."""
    style, step = Style.of(look), step or trace.steps[0]
    moment = Moment(trace, step)
    where = [lines(style, style.say(said), fill=style.theme.muted) for said in _where(moment)]
    blocks = [_block(moment, style, ROOM)]
    blocks += number_by_number(trace, style)
    return page(style, trace, look, step, blocks, title=title(trace), facts=where)


def panel(trace: Trace, style: Style, step: Step) -> Block:
    """A step for a sheet."""
    return _block(Moment(trace, step), style, PANELS[-1], symbols=False)


def facts(trace: Trace, style: Style, steps: Sequence[Step]) -> list[Block]:
    """The equations of a sheet's panels, each written once."""
    bands = [band for step in steps for band in _bands(Moment(trace, step))]
    once = {(str(band.label), band.equation): band for band in bands}
    return [band_line(style, band, ROOM) for band in once.values()]


def _where(moment: Moment) -> list[Words]:
    """The time, layer and direction, where a step is not the same as a time."""
    if not moment.several:
        return []
    return [moment.place]


def _block(moment: Moment, style: Style, room: float, *, symbols: bool = True) -> Block:
    """The cell's equations, with the largest text and the most numbers that fit."""
    return banded(style, _bands(moment), _tried(moment, style), room, symbols=symbols)


def _bands(moment: Moment) -> list[Band]:
    bands = gated(moment) if GATES[moment.cell] else [_hidden(moment)]
    return [*bands, _output(moment)] if "y" in moment.step.detail else bands


def _tried(moment: Moment, style: Style) -> list[list[Writer]]:
    if not GATES[moment.cell]:
        return [[Writer(style, text, most) for text in (BODY, SMALL)] for most in (8, 6, 5, 4, 3)]
    inputs = len(moment.vector("x")) if moment.has_x else 0
    few = max(inputs, moment.hidden) <= MOST_IN_GATES
    kinds = (True, False) if few else (False,)
    sizes = (BODY, SMALL) if few else (SMALL,)
    return [[Writer(style, text, values=v) for text in sizes] for v in kinds]


# --- the plain cell ----------------------------------------------------------------


def _hidden(moment: Moment) -> Band:
    function = str(moment.trace.options["activation"])
    h = moment.state("h")
    equation = Equation((h, Call(function, (moment.total(""),))))

    def build(writer: Writer) -> list[Block]:
        result = writer.vector(moment.state("h", str(moment.time)), moment.vector("h"), active=True)
        return [*summed(writer, moment, ""), *squashed(writer, moment, "", function, result)]

    return Band(Words("hidden state"), equation, build)


# --- the output --------------------------------------------------------------------


def _output(moment: Moment) -> Band:
    name = str(moment.trace.options.get("output_activation", "none"))
    right: Expr = dot("y", moment.top())
    if "by" in moment.trace.arrays:
        right = Sum((right, Name("b", "y", "bias")))
    if name != "none":
        right = Call(name, (right,))

    def build(writer: Writer) -> list[Block]:
        return _output_terms(writer, moment, name)

    return Band(Words("output"), Equation((Name("y", "t", "output"), right)), build)


def _output_terms(writer: Writer, moment: Moment, function: str) -> list[Block]:
    arrays, h = moment.trace.arrays, moment.trace.output[moment.time - 1]
    total: np.ndarray = arrays["Wy"] @ h
    wy = writer.matrix(Name("W", "y", "weight"), arrays["Wy"])
    blocks: list[Block] = [
        row([wy, writer.sign("·"), writer.vector(moment.top(str(moment.time)), h)])
    ]
    if "by" in arrays:
        blocks += [writer.sign("+"), writer.vector(Name("b", "y", "bias"), arrays["by"])]
        total = total + arrays["by"]
    result = writer.vector(moment.at("y", "output"), moment.vector("y"), active=True)
    if function != "none":
        result = row([writer.vector(sum_name(writer), total), writer.through(function), result])
    return [*blocks, writer.sign("="), result]
