"""The vectors of steps as columns: a row a step, points under points."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from nnviz.formats.terminal.cells import Cell
from nnviz.formats.terminal.paper import Paper
from nnviz.formats.terminal.table import Column
from nnviz.numerals import numerals
from nnviz.trace import Equation, Name, Quantity, Step, Trace
from nnviz.words import Words

VECTOR = 24
"""Numbers of a vector that a row has room for."""


def vector_columns(paper: Paper, trace: Trace, steps: Sequence[Step]) -> Iterator[Column]:
    """The names of the rows that the steps read, and what each quantity is in each step."""
    yield from _layers(paper, trace, steps)
    labels = trace.labels.get("input", ())
    if labels:
        names = [labels[i] if (i := step.index[0]) < len(labels) else "" for step in steps]
        yield Column(paper.say("input"), [Cell.of(paper.text(name)) for name in names])
    found = [{quantity.key: quantity for quantity in step.quantities} for step in steps]
    for key in dict.fromkeys(key for quantities in found for key in quantities):
        yield _column(paper, [quantities.get(key) for quantities in found])


def _layers(paper: Paper, trace: Trace, steps: Sequence[Step]) -> Iterator[Column]:
    """Which layer and direction a step is of, where there are several."""
    for name in ("layer", "direction"):
        if trace.options.get(f"{name}s", 1) > 1:
            cells = [Cell.of(str(step.detail[name])) for step in steps]
            yield Column(paper.say(name), cells, "right")


def _column(paper: Paper, quantities: Sequence[Quantity | None]) -> Column:
    """One quantity of all steps, headed by its symbol."""
    there = [quantity for quantity in quantities if quantity is not None]
    symbol = there[0].symbol
    write = numerals(
        np.concatenate([np.ravel(quantity.value) for quantity in there]),
        paper.appearance.precision,
    )
    texts = [
        [] if q is None else [paper.text(write(n)) for n in np.ravel(q.value).tolist()]
        for q in quantities
    ]
    width = max((len(text) for row in texts for text in row), default=0)
    cells = [
        Cell.of(_written(paper, [text.rjust(width) for text in row]), symbol.role) for row in texts
    ]
    factor = f" {write.factor}" if write.factor else ""
    return Column(_heading(paper, symbol) + paper.text(factor), cells, whole=True)


def _heading(paper: Paper, symbol: Name) -> str:
    """A symbol as text; one that is a word in the language of the view."""
    said = symbol._replace(text=paper.say(symbol.text))
    return "".join(line.plain for line in paper.formula(Equation((said,))))


def _written(paper: Paper, texts: Sequence[str]) -> str:
    """The numbers; of a long vector the ends, and how many there are."""
    if len(texts) <= VECTOR:
        return " ".join(texts)
    count = paper.say(Words("({n} numbers)", n=len(texts)))
    return f"{' '.join(texts[:3])} {paper.text('…')} {texts[-1]} {count}"
