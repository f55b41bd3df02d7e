"""The table of a network's parameters, layer by layer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from nnviz.formats.terminal.paper import Paper
from nnviz.formats.terminal.table import Align, Column, table
from nnviz.formats.terminal.text import BOLD, Block, hue
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


def params_table(paper: Paper, trace: Trace) -> Block:
    """Every layer with its output, derivation and counts, and the totals."""
    rows = [*trace.results["rows"], {"layer": paper.say("total"), **trace.results["total"]}]
    columns = []
    for key, heading, align in _COLUMNS:
        style = hue(_ROLES.get(key, "plain"))
        cells: list[Block] = [[[(paper.text(_cell(row.get(key))), style)]] for row in rows]
        columns.append(Column(paper.say(heading), cells, align))
    made = table(paper, columns, total=True)
    versus = trace.results.get("versus", [])
    return [*made, [], *_versus(paper, versus)] if versus else made


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, Sequence) and not isinstance(value, str):
        return times(value)
    return thousands(value) if isinstance(value, int) else str(value)


def _versus(paper: Paper, versus: Sequence[dict[str, Any]]) -> Block:
    """Each convolution beside the dense layer that would make the same map."""
    rows = [
        (
            row["layer"],
            row["conv"]["weights"],
            row["dense"].get("formula", ""),
            row["dense"]["weights"],
        )
        for row in versus
    ]
    headings: tuple[tuple[str, Align], ...] = (
        ("layer", "left"),
        ("weights, shared", "right"),
        ("as a dense layer", "left"),
        ("weights", "right"),
    )
    columns = [
        Column(paper.say(heading), [[[(paper.text(_cell(row[i])), "")]] for row in rows], align)
        for i, (heading, align) in enumerate(headings)
    ]
    title = paper.say(Words("the same maps by a multilayer perceptron, without biases"))
    return [[(title, BOLD)], *table(paper, columns)]
