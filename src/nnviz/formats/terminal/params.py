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
_ROLES = {"output": "output", "weights": "weight", "biases": "bias"}


def params_table(paper: Paper, trace: Trace) -> Iterator[RenderableType]:
    """Every layer with its output, derivation and counts, and the totals."""
    rows = [*trace.results["rows"], {"layer": paper.say("total"), **trace.results["total"]}]
    columns = []
    for key, heading, align in _COLUMNS:
        style = _ROLES.get(key, "")
        cells = [Cell.of(paper.text(_shown(row.get(key))), style) for row in rows]
        columns.append(Column(paper.say(heading), cells, align))
    yield fitted(paper, columns, total=True)
    if versus := trace.results.get("versus"):
        yield _versus(paper, versus)


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
