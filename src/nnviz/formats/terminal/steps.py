"""The steps as a table: a row a step, its columns read off the trace and the formulas."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

import numpy as np
from rich.console import RenderableType
from rich.text import Text

from nnviz.elision import value_of
from nnviz.formats._steps import chosen as _chosen
from nnviz.formats.terminal.paper import Paper
from nnviz.formats.terminal.table import Align, Cell, Column, fitted
from nnviz.notation import ABOUT
from nnviz.numerals import aligned, thousands
from nnviz.request import Request
from nnviz.trace import (
    Call,
    Equation,
    Expr,
    Formula,
    Name,
    Num,
    Product,
    Quantity,
    Step,
    Sum,
    Trace,
    tokens,
)
from nnviz.words import Words

ALL_UP_TO = 64
FIRST = 3
EQUATIONS = 64
"""Equations of a step of vectors that are written; all of them are in the trace."""
MOST = 1000
"""Steps that a screen gets however many are asked for; a pipe, which may be searched, ten times."""
VECTOR = 24
"""Numbers of a vector that a row has room for."""
_PARTS: tuple[tuple[str, Align], ...] = (
    ("terms", "left"),
    ("sum", "point"),
    ("bias", "point"),
    ("before", "point"),
    ("activation", "left"),
    ("value", "point"),
)
"""The parts of a sum, and how their columns stand."""


def chosen(trace: Trace, request: Request) -> Sequence[int]:
    """The numbers of the steps to show: those asked for, all of a few, the first of many."""
    numbers = _chosen(trace, request, "all")
    return numbers if request.steps or len(numbers) <= ALL_UP_TO else numbers[:FIRST]


def steps_table(paper: Paper, trace: Trace, request: Request) -> Iterator[RenderableType]:
    """The chosen steps, and how to see the others; only the chosen ones are made."""
    numbers, most = chosen(trace, request), 10 * MOST if paper.whole else MOST
    steps = [trace.steps[number - 1] for number in numbers[:most]]
    if not steps:
        return
    asked = request.steps is not None
    columns = list(_places(paper, trace, steps))
    has_vectors = any(step.quantities for step in steps)
    if has_vectors:
        columns += _vectors(paper, trace, steps)
    elif all(_is_sum(step.formula) for step in steps):
        columns += _sums(paper, trace, steps)
    else:
        columns.append(_equations(paper, steps))
    yield fitted(paper, columns)
    if asked and has_vectors:
        yield Text()
        yield from _arithmetic(paper, trace, steps)
    if len(numbers) > most:
        words = Words(
            "… and {n} more steps: --steps {next} shows some, --trace all up to 10,000",
            n=thousands(len(numbers) - most),
            next=f"{numbers[most]}-{numbers[min(len(numbers), most + MOST) - 1]}",
        )
        yield paper.hanging(paper.muted(words), 0)
    rest = 0 if asked else len(_chosen(trace, request, "all")) - len(steps)
    if rest:
        words = Words(
            "… and {n} more steps: --steps {next} or --steps all shows them",
            n=thousands(rest),
            next=f"{numbers[-1] + 1}-{numbers[-1] + min(rest, 6)}",
        )
        yield paper.hanging(paper.muted(words), 0)


def _places(paper: Paper, trace: Trace, steps: Sequence[Step]) -> Iterator[Column]:
    """The number of each step and what it makes; once where the two are the same: times."""
    first = [place.first for place in trace.places] + [0] * len(steps[0].index)
    places = [tuple(map(sum, zip(step.index, first, strict=False))) for step in steps]
    numbered = any(place != (step.number,) for place, step in zip(places, steps, strict=True))
    if numbered:
        cells = [Cell.of(str(step.number), "heading") for step in steps]
        yield Column(paper.say("step"), cells, "right")
    if trace.places:
        style = "" if numbered else "heading"
        written = [Cell.of(", ".join(map(str, place)), style) for place in places]
        heading = ", ".join(paper.say(place.label) for place in trace.places)
        yield Column(heading, written, "left" if numbered else "right")


def _equations(paper: Paper, steps: Sequence[Step]) -> Column:
    """A line an equation."""
    lines = [[Text.assemble(*paper.formula(e)) for e in step.formula] for step in steps]
    return Column(paper.say("arithmetic"), [Cell(tuple(made), apart=True) for made in lines])


def _arithmetic(paper: Paper, trace: Trace, steps: Sequence[Step]) -> Iterator[Text]:
    """A line an equation, after the number of its step and its chain where there are several."""
    for step in steps:
        line = Text(paper.say(Words("step {n}", n=step.number)), "heading")
        if trace.recurrence and (place := trace.recurrence.place(step.number)):
            line = Text("  ").join([line, paper.muted(place)])
        yield line
        for equation in step.formula[:EQUATIONS]:
            yield paper.hanging(Text.assemble("  ", *paper.formula(equation)), 6)
        if (more := len(step.formula) - EQUATIONS) > 0:
            words = Words("… and {n} more equations", n=thousands(more))
            yield paper.hanging(Text("  ") + paper.muted(words), 2)


# --- sums: products, bias, activation --------------------------------------------------


def _is_sum(formula: Formula) -> bool:
    """Whether a formula is one equation, or one and an activation of what it makes."""
    if len(formula) < 2:
        return True
    first, *rest = formula
    if len(rest) > 1 or isinstance(first.sides[0], Name):
        return False
    return isinstance(rest[0].sides[0], Call)


def _sums(paper: Paper, trace: Trace, steps: Sequence[Step]) -> Iterator[Column]:
    """A column for each part that a step has; those that it does not have are empty."""
    rows = [_parts(paper, step) for step in steps]
    if any(_weighted(step.formula) for step in steps):
        kind = "products"
    else:
        kind = "window" if trace.plan else "arithmetic"
    for name, align in _PARTS:
        if any(name in row for row in rows):
            heading = paper.say(kind if name == "terms" else name)
            yield Column(heading, [row.get(name, Cell.of("")) for row in rows], align)


def _weighted(formula: Formula) -> bool:
    """Whether a formula begins with a sum of products."""
    body = formula[0].sides[0] if formula else None
    return isinstance(body, Sum) and all(isinstance(term, Product | Num) for term in body.terms)


def _parts(paper: Paper, step: Step) -> dict[str, Cell]:
    """The parts of a step's formula by name."""
    if not step.formula:
        return {"value": Cell.of(paper.text(paper.show(step.value)), "output")}
    first, *rest = step.formula
    made = {"value": _result(paper, step.formula[-1])}
    body = first.sides[0]
    if isinstance(body, Sum) and _weighted(step.formula):
        made |= _products(paper, body)
    else:
        made["terms"] = _formula_cell(paper, *first.sides[:-1])
    if rest:
        made["before"] = _result(paper, first)
        made["activation"] = _formula_cell(paper, *rest[0].sides[:-1])
    return made


def _products(paper: Paper, body: Sum) -> dict[str, Cell]:
    """The products, and apart from them the bias and the sum that it is added to."""
    terms, last = body.terms, body.terms[-1]
    if not (isinstance(last, Num) and last.role == "bias" and len(terms) > 1):
        return {"terms": _formula_cell(paper, body)}
    products = Sum(terms[:-1], body.per_line)
    total = Num(value_of(products), "intermediate")
    return {
        "terms": _formula_cell(paper, products),
        "sum": _result(paper, Equation((products, total))),
        "bias": _formula_cell(paper, last),
    }


def _formula_cell(paper: Paper, *sides: Expr) -> Cell:
    return Cell(tuple(paper.formula(Equation(sides))))


def _result(paper: Paper, equation: Equation) -> Cell:
    """The right side alone, after `≈` where something was rounded."""
    cell = _formula_cell(paper, equation.sides[-1])
    if any(token.text == ABOUT for token in tokens(equation, paper.show)):
        return Cell((Text.assemble((paper.text(ABOUT.lstrip()), "muted"), *cell.lines),))
    return cell


# --- vectors: a column for each ---------------------------------------------------------


def _vectors(paper: Paper, trace: Trace, steps: Sequence[Step]) -> Iterator[Column]:
    """The names of the rows that the steps read, and what each quantity is in each step."""
    yield from _chains(paper, trace, steps)
    labels = trace.labels.get("input", ())
    if labels:
        names = [labels[i] if (i := step.index[0]) < len(labels) else "" for step in steps]
        yield Column(paper.say("input"), [Cell.of(paper.text(name)) for name in names])
    found = [{quantity.key: quantity for quantity in step.quantities} for step in steps]
    for key in dict.fromkeys(key for quantities in found for key in quantities):
        yield _column(paper, [quantities.get(key) for quantities in found])


def _chains(paper: Paper, trace: Trace, steps: Sequence[Step]) -> Iterator[Column]:
    """Which layer and direction a step is of, where there are several."""
    plan = trace.recurrence
    if plan is None:
        return
    chains = [plan.at(step.number)[1] for step in steps]
    if plan.layers > 1:
        yield Column(paper.say("layer"), [Cell.of(str(c.layer + 1)) for c in chains], "right")
    if plan.directions > 1:
        yield Column(paper.say("direction"), [Cell.of(paper.text(c.arrow)) for c in chains])


def _column(paper: Paper, quantities: Sequence[Quantity | None]) -> Column:
    """One quantity of all steps, headed by its symbol."""
    there = [quantity for quantity in quantities if quantity is not None]
    values = [() if q is None else np.ravel(q.value).tolist() for q in quantities]
    texts = aligned([paper.show(value) for row in values for value in row])
    width = max(map(len, texts), default=0)
    numbers = (paper.text(text.rjust(width)) for text in texts)
    cells = [
        Cell.of(
            _written(paper, [*islice(numbers, len(row))]),
            there[0].symbol.role if q is None else q.symbol.role,
        )
        for q, row in zip(quantities, values, strict=True)
    ]
    heading = _heading(paper, dict.fromkeys(quantity.symbol for quantity in there))
    return Column(heading, cells, whole=True)


def _heading(paper: Paper, symbols: Iterable[Name]) -> str:
    """A symbol as text; one that is a word in the language of the view.

    Of the symbols of several layers or directions what differs beside those: xₜ or hₜ.
    """
    first, *others = symbols
    several = [s._replace(sup="") for s in (first, *others)] if others else [first]
    said = [s._replace(text=paper.say(s.text)) for s in dict.fromkeys(several)]
    written = ("".join(line.plain for line in paper.formula(Equation((s,)))) for s in said)
    return f" {paper.say('or')} ".join(written)


def _written(paper: Paper, texts: Sequence[str]) -> str:
    """The numbers; of a long vector the ends, and how many there are."""
    if len(texts) <= VECTOR:
        return " ".join(texts)
    count = paper.say(Words("({n} numbers)", n=len(texts)))
    return f"{' '.join(texts[:3])} {paper.text('…')} {texts[-1]} {count}"
