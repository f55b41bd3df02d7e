"""The table of a network's parameters, layer by layer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from nnviz.formats.terminal.paper import Paper
from nnviz.formats.terminal.table import Align, Cell, Column, fitted
from nnviz.numerals import thousands
from nnviz.shapes import times
from nnviz.trace import Trace
from nnviz.words import Words

_COLUMNS: tuple[tuple[str, str, Align], ...] = (
    ("layer", "layer", "left"),
    ("output", "output", "left"),
    ("formula", "derivation", "left"),
    ("weights", "weights", "right"),
    ("biases", "biases", "right"),
    ("params", "params", "right"),
    ("macs", "MACs", "right"),
    ("receptive_field", "receptive field", "right"),
)
_WIDEST = 100
"""Columns that the bars fill at most, wherever they stand."""
_ROLES = {"output": "output", "weights": "weight", "biases": "bias"}


def params_table(paper: Paper, trace: Trace) -> Iterator[RenderableType]:
    """Every layer with its output, derivation and counts, and the totals."""
    rows = _named(paper, trace)
    named = dict(zip((r["layer"] for r in trace.results["rows"]), rows, strict=True))
    rows.append({"layer": paper.say("total"), **trace.results["total"]})
    columns = []
    for key, heading, align in _COLUMNS:
        style = _ROLES.get(key, "")
        cells = [Cell.of(paper.text(_shown(row.get(key))), style) for row in rows]
        columns.append(Column(paper.say(heading), cells, align))
    yield fitted(paper, columns, total=True)
    if versus := trace.results.get("versus"):
        yield _versus(paper, [{**row, "layer": named[row["layer"]]["layer"]} for row in versus])


def params_bars(paper: Paper, trace: Trace) -> Iterator[RenderableType]:
    """A bar for the weights of each layer and one for its biases, as long as they are many."""
    rows = _named(paper, trace)
    counted = [(row, kind) for row in rows for kind in ("weights", "biases") if row[kind]]
    first = {id(row): kind for row, kind in reversed(counted)}
    names = [str(row["layer"]) if first[id(row)] == kind else "" for row, kind in counted]
    columns = [
        Column(paper.say("layer"), [Cell.of(paper.text(name)) for name in names]),
        Column("", [Cell.of(paper.say(kind), _ROLES[kind]) for _, kind in counted]),
        Column("", [Cell.of(_shown(row[kind])) for row, kind in counted], "right"),
    ]
    taken = sum(max(c.joined.cell_len for c in column.cells) + 2 for column in columns)
    most = max((row[kind] for row, kind in counted), default=1)
    room = max(8, min(paper.width, _WIDEST) - taken)
    bars = [paper.text("█" * round(row[kind] / most * room) or "▏") for row, kind in counted]
    cells = [Cell.of(bar, _ROLES[kind]) for bar, (_, kind) in zip(bars, counted, strict=True)]
    yield fitted(paper, [*columns, Column("", cells, whole=True)])


def _named(paper: Paper, trace: Trace) -> list[dict[str, Any]]:
    """The rows, their layers named as a textbook does."""
    named = zip(trace.results["rows"], trace.layer_names, strict=True)
    return [{**row, "layer": paper.say(name)} for row, name in named]


def _shown(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, Sequence) and not isinstance(value, str):
        return times(value)
    return thousands(value) if isinstance(value, int) else str(value)


def _versus(paper: Paper, versus: Sequence[dict[str, Any]]) -> RenderableType:
    """Each convolution beside the dense layer that would make the same map."""
    headings: tuple[tuple[str, Align], ...] = (
        ("layer", "left"),
        ("weights, shared", "right"),
        ("as a dense layer", "left"),
        ("weights", "right"),
    )
    rows = [
        (
            row["layer"],
            row["conv"]["weights"],
            row["dense"].get("formula", ""),
            row["dense"]["weights"],
        )
        for row in versus
    ]
    columns = [
        Column(paper.say(heading), [Cell.of(paper.text(_shown(row[i]))) for row in rows], align)
        for i, (heading, align) in enumerate(headings)
    ]
    title = paper.say(Words("the same maps by a multilayer perceptron, without biases"))
    return Group(Text(title, "heading"), fitted(paper, columns))
