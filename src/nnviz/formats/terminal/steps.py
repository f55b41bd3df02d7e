"""The steps as a table: a row a step, its columns read off the trace and the formulas."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import RenderableType
from rich.text import Text

from nnviz.formats._columns import step_columns
from nnviz.formats._steps import left_out, some
from nnviz.formats.terminal.paper import Paper
from nnviz.formats.terminal.table import column, fitted
from nnviz.numerals import thousands
from nnviz.request import Request
from nnviz.trace import Step, Trace
from nnviz.words import Words

ALL_UP_TO = 64
FEW = 9
"""Steps of a gradient whose terms stand in symbols unasked too."""
EQUATIONS = 64
"""Equations of a step of vectors that are written; all of them are in the trace."""
MOST = 1000
"""Steps that a screen gets however many are asked for; a pipe, which may be searched, ten times."""


def chosen(trace: Trace, request: Request) -> Sequence[int]:
    """The numbers of the steps to show: those asked for, all of a few, the first of many."""
    return some(trace, request, ALL_UP_TO)[0]


def steps_table(paper: Paper, trace: Trace, request: Request) -> Iterator[RenderableType]:
    """The chosen steps, and how to see the others; only the chosen ones are made."""
    (numbers, rest), most = some(trace, request, ALL_UP_TO), 10 * MOST if paper.whole else MOST
    steps = [trace.steps[number - 1] for number in numbers[:most]]
    if not steps:
        return
    symbols = request.steps is not None or len(steps) <= FEW
    columns = step_columns(trace, steps, paper.show, symbols=symbols)
    yield fitted(paper, [column(paper, each) for each in columns])
    vectors = request.steps is not None and any(step.quantities for step in steps)
    if vectors or request.appearance.explain:
        yield Text()
        yield from _in_lines(paper, trace, steps, vectors)
    if len(numbers) > most:
        words = Words(
            "… and {n} more steps: --steps {next} shows some, --trace all up to 10,000",
            n=thousands(len(numbers) - most),
            next=f"{numbers[most]}-{numbers[min(len(numbers), most + MOST) - 1]}",
        )
        yield paper.hanging(paper.muted(words), 0)
    if rest:
        yield paper.hanging(paper.muted(left_out(numbers, rest)), 0)


def _in_lines(paper: Paper, trace: Trace, steps: Sequence[Step], vectors: bool) -> Iterator[Text]:
    """The number of a step and its chain where there are several, then a line an equation of
    `vectors`, and its sentences where they are asked for.
    """
    for step in steps:
        line = Text(paper.say(Words("step {n}", n=step.number)), "heading")
        if trace.recurrence and (place := trace.recurrence.place(step.number)):
            line = Text("  ").join([line, paper.muted(place)])
        yield line
        for equation in step.formula[: EQUATIONS * vectors]:
            yield paper.hanging(Text.assemble("  ", *paper.formula(equation)), 6)
        if vectors and (more := len(step.formula) - EQUATIONS) > 0:
            words = Words("… and {n} more equations", n=thousands(more))
            yield paper.hanging(Text("  ") + paper.muted(words), 2)
        yield from (paper.hanging(Text("  ") + line, 2) for line in paper.explained(trace, step))
