"""The steps as a table: a row a step, its columns read off the steps themselves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import fsum, prod
from typing import Any

from nnviz.axes import index_names
from nnviz.formats.terminal.paper import Paper
from nnviz.formats.terminal.table import Align, Column, table
from nnviz.formats.terminal.text import BOLD, MUTED, Block, hue, wrapped
from nnviz.numerals import numerals, thousands
from nnviz.request import Request
from nnviz.steps import choose
from nnviz.trace import Equation, Expr, Num, Product, Step, Sum, Trace, numbers, tokens
from nnviz.words import Words

ALL_UP_TO = 64
FIRST = 3
TERMS = 81
"""Terms of a sum that are written unless steps are asked for by number."""

VECTOR = 24
"""Numbers of a vector that a row has room for."""
_NOT_VALUES = {"layer", "direction", "terms", "from"}
_SYMBOLS = {
    "x": "xₜ",
    "h_prev": "hₜ₋₁",
    "h": "hₜ",
    "c_prev": "cₜ₋₁",
    "c": "cₜ",
    "y": "yₜ",
    "pre": "before",
}
_ROLES = {
    "x": "input",
    "h_prev": "hidden",
    "h": "hidden",
    "c_prev": "hidden",
    "c": "hidden",
    "y": "output",
    "pre": "intermediate",
}


def chosen(trace: Trace, request: Request) -> Sequence[int]:
    """The numbers of the steps to show: those asked for, all of a few, the first of many."""
    count = len(trace.steps)
    if request.steps is not None:
        return choose(request.steps, count) if count or request.steps != "all" else ()
    return range(1, count + 1) if count <= ALL_UP_TO else range(1, FIRST + 1)


def steps_table(paper: Paper, trace: Trace, request: Request) -> Block:
    """The chosen steps, and how to see the others; only the chosen ones are made."""
    which = chosen(trace, request)
    if not which:
        return []
    steps = [trace.steps[number - 1] for number in which]
    long = request.steps is not None
    if isinstance(steps[0].value, list):
        made = _vector_table(paper, trace, steps)
        if long:
            made += [[], *_arithmetic(paper, steps)]
    else:
        made = _number_table(paper, trace, steps, None if long else TERMS)
    count = len(trace.steps)
    if request.steps is None and count > len(which):
        words = Words(
            "… and {n} more steps: --steps {next} or --steps all shows them",
            n=thousands(count - len(which)),
            next=f"{FIRST + 1}-{min(count, FIRST + 6)}",
        )
        made += wrapped([(paper.say(words), MUTED)], paper.width)
    return made


# --- steps that make a number ------------------------------------------------------


@dataclass
class _Row:
    """The cells of one step's formula; those that it does not have are empty."""

    value: Block
    kind: str = "arithmetic"
    left: Block = field(default_factory=list)
    total: Block = field(default_factory=list)
    bias: Block = field(default_factory=list)
    pre: Block = field(default_factory=list)
    call: Block = field(default_factory=list)


def _number_table(paper: Paper, trace: Trace, steps: list[Step], most: int | None) -> Block:
    rows = [_row(paper, step, most) for step in steps]
    columns = [_numbers(paper, steps), _where(paper, trace, steps)]
    cells: list[tuple[str, Callable[[_Row], Block], Align]] = [
        (rows[0].kind, lambda row: row.left, "left"),
        ("sum", lambda row: row.total, "point"),
        ("bias", lambda row: row.bias, "point"),
        ("before", lambda row: row.pre, "point"),
        ("activation", lambda row: row.call, "left"),
        ("value", lambda row: row.value, "point"),
    ]
    for name, pick, align in cells:
        if any(pick(row) for row in rows):
            columns.append(Column(paper.say(name), [pick(row) for row in rows], align))
    return table(paper, columns)


def _row(paper: Paper, step: Step, most: int | None) -> _Row:
    if not step.formula:
        return _Row([[(paper.text(paper.show(step.value)), hue("output"))]])
    first, *rest = step.formula
    row = _Row(_result(paper, step.formula[-1]))
    body = first.sides[0]
    if isinstance(body, Sum) and all(isinstance(term, Product | Num) for term in body.terms):
        _split(paper, row, body, most)
    else:
        row.kind = "window" if "window" in step.detail else row.kind
        row.left = _lines(paper, Equation(first.sides[:-1]))
    if rest:
        row.pre = _result(paper, first)
        row.call = _lines(paper, Equation(rest[-1].sides[:-1]))
    return row


def _split(paper: Paper, row: _Row, body: Sum, most: int | None) -> None:
    """The products, and apart from them the bias and the sum that it is added to."""
    terms = body.terms
    last = terms[-1]
    if isinstance(last, Num) and last.role == "bias" and len(terms) > 1:
        terms = terms[:-1]
        row.bias = _lines(paper, Equation((last,)))
        total = Num(_total(terms), "intermediate")
        row.total = _result(paper, Equation((Sum(terms), total)))
    row.kind = "products"
    row.left = _terms(paper, Sum(terms, body.per_line), most)


def _terms(paper: Paper, body: Sum, most: int | None) -> Block:
    """A line a kernel row; of a very long sum the ends, and how many terms are between."""
    count, line = len(body.terms), max(1, body.per_line)
    if most is None or count <= most:
        return _lines(paper, Equation((body,)))
    ends = max(most // 4 // line * line, 1)
    words = Words("… {n} more terms …", n=count - 2 * ends)
    return [
        *_lines(paper, Equation((Sum(body.terms[:ends], body.per_line),))),
        [(f" + {paper.say(words)}", MUTED)],
        [(" + ", "")],
        *_lines(paper, Equation((Sum(body.terms[-ends:], body.per_line),))),
    ]


def _lines(paper: Paper, equation: Equation) -> Block:
    made: Block = [[]]
    for token in tokens(equation, paper.show):
        if token.line:
            made.append([])
        made[-1].append(paper.token(token))
    return made


def _result(paper: Paper, equation: Equation) -> Block:
    """The right side alone, after `≈` where something was rounded."""
    whole = list(tokens(equation, paper.show))
    value = [paper.token(t) for t in tokens(Equation(equation.sides[-1:]), paper.show)]
    if any(token.text == " ≈ " for token in whole):
        return [[(paper.text("≈ "), MUTED), *value]]
    return [value]


def _total(terms: Sequence[Expr]) -> int | float:
    """What the products add up to."""
    values = [prod(n.value for n in numbers(term)) for term in terms]
    return sum(values) if all(isinstance(v, int) for v in values) else fsum(values)


def _numbers(paper: Paper, steps: list[Step]) -> Column:
    cells: list[Block] = [[[(str(step.number), BOLD)]] for step in steps]
    return Column(paper.say("step"), cells, "right")


def _where(paper: Paper, trace: Trace, steps: list[Step]) -> Column:
    """The place of the output cell, under the names of its axes."""
    names = index_names(len(steps[0].index), trace.plan.dims if trace.plan else 2)
    cells: list[Block] = [[[(", ".join(map(str, step.index)), "")]] for step in steps]
    return Column(", ".join(paper.say(name) for name in names), cells)


# --- steps that make vectors -------------------------------------------------------


def _vector_table(paper: Paper, trace: Trace, steps: list[Step]) -> Block:
    """A row a time: the vectors of the step by name, points aligned."""
    columns = [Column("t", [[[(str(step.index[0] + 1), BOLD)]] for step in steps], "right")]
    columns += _layers(paper, trace, steps)
    labels = trace.labels.get("input", ())
    if labels:
        names = [labels[i] if (i := step.index[0]) < len(labels) else "" for step in steps]
        columns.append(Column(paper.say("input"), [[[(paper.text(n), "")]] for n in names]))
    for key in steps[0].detail:
        values = [step.detail.get(key) for step in steps]
        if key not in _NOT_VALUES and any(value is not None for value in values):
            columns.append(_vectors(paper, trace, key, values))
    return table(paper, columns)


def _layers(paper: Paper, trace: Trace, steps: list[Step]) -> list[Column]:
    """Which layer and direction a step is of, where there are several."""
    several = {
        "layer": trace.options.get("layers", 1) > 1,
        "direction": trace.options.get("directions", 1) > 1,
    }
    return [
        Column(paper.say(name), [[[(str(step.detail[name]), "")]] for step in steps], "right")
        for name, is_shown in several.items()
        if is_shown
    ]


def _vectors(paper: Paper, trace: Trace, key: str, values: list[Any]) -> Column:
    import numpy as np

    vectors = [np.atleast_1d(np.asarray([] if v is None else v)) for v in values]
    write = numerals(np.concatenate([v.ravel() for v in vectors if v.size]), paper.precision)
    role = _ROLES.get(key) or trace.roles.get(key, "plain")
    texts = [[paper.text(write(n)) for n in v.ravel().tolist()] for v in vectors]
    width = max((len(text) for row in texts for text in row), default=0)
    cells: list[Block] = [
        [[(_vector(paper, [text.rjust(width) for text in row]), hue(role))]] for row in texts
    ]
    factor = f" {write.factor}" if write.factor else ""
    return Column(paper.say(_SYMBOLS.get(key, key)) + paper.text(factor), cells, whole=True)


def _vector(paper: Paper, texts: list[str]) -> str:
    """The numbers; of a long vector the ends, and how many there are."""
    if len(texts) <= VECTOR:
        return " ".join(texts)
    count = paper.say(Words("({n} numbers)", n=len(texts)))
    return f"{' '.join(texts[:3])} {paper.text('…')} {texts[-1]} {count}"


def _arithmetic(paper: Paper, steps: list[Step]) -> Block:
    """The formulas of steps asked for, each after its number."""
    made: Block = []
    for step in steps:
        made.append([(paper.say(Words("step {n}", n=step.number)), BOLD)])
        for equation in step.formula:
            line = [paper.token(token) for token in tokens(equation, paper.show)]
            made += wrapped([("  ", ""), *line], paper.width, indent=6)
    return made
