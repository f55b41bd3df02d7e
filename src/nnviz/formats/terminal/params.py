"""The table of a network's parameters, layer by layer."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import RenderableType

from nnviz.formats._columns import ROLES, count_tables, named_rows
from nnviz.formats.terminal.paper import Paper
from nnviz.formats.terminal.table import Cell, Column, column, fitted, unbroken
from nnviz.numerals import thousands
from nnviz.trace import Trace

_WIDEST = 100
"""Columns that the bars fill at most, wherever they stand."""


def params_table(paper: Paper, trace: Trace) -> Iterator[RenderableType]:
    """Every layer with its output, derivation and counts, and the totals."""
    counts, costs = ([column(paper, each) for each in part] for part in count_tables(trace))
    whole = [*counts, *costs[1:]]
    for part in [whole] if unbroken(paper, whole) else [counts, costs]:
        yield fitted(paper, part, total=True)


def params_bars(paper: Paper, trace: Trace) -> Iterator[RenderableType]:
    """A bar for the weights of each layer and one for its biases, as long as they are many."""
    rows = named_rows(trace)
    counted = [(row, kind) for row in rows for kind in ("weights", "biases") if row[kind]]
    first = {id(row): kind for row, kind in reversed(counted)}
    names = [paper.say(row["layer"]) if first[id(row)] == kind else "" for row, kind in counted]
    columns = [
        Column(paper.say("layer"), [*map(Cell.of, names)]),
        Column("", [Cell.of(paper.say(kind), ROLES[kind]) for _, kind in counted]),
        Column("", [Cell.of(thousands(row[kind])) for row, kind in counted], "right"),
    ]
    taken = sum(max(c.joined.cell_len for c in column.cells) + 2 for column in columns)
    most = max((row[kind] for row, kind in counted), default=1)
    room = max(8, min(paper.width, _WIDEST) - taken)
    bars = [paper.text("█" * round(row[kind] / most * room) or "▏") for row, kind in counted]
    cells = [Cell.of(bar, ROLES[kind]) for bar, (_, kind) in zip(bars, counted, strict=True)]
    yield fitted(paper, [*columns, Column("", cells, whole=True)])
