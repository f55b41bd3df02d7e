"""The tables of a result, column by column: its steps, or the parameters of its layers.

What stands in a cell is words and formulas; the terminal, Markdown and LaTeX write them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Literal, TypeAlias

from nnviz.branches import marked
from nnviz.elision import likeliest, named, value_of
from nnviz.expressions import equal_as_shown, parts
from nnviz.libraries import np
from nnviz.numerals import aligned, rounded, size, thousands
from nnviz.records import NamedTuple, replace
from nnviz.shapes import times
from nnviz.trace import (
    Call,
    Equation,
    Expr,
    Formula,
    Listing,
    Name,
    Num,
    Product,
    Quantity,
    Show,
    Step,
    Sum,
    Trace,
)
from nnviz.words import Words

Align: TypeAlias = Literal["left", "right", "point"]
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
_COUNTS: tuple[tuple[str, Words, Align], ...] = (
    ("layer", Words("layer"), "left"),
    ("output", Words("output"), "left"),
    ("formula", Words("derivation"), "left"),
    ("weights", Words("weights"), "right"),
    ("biases", Words("biases"), "right"),
    ("kept", Words("not learned"), "right"),
    ("params", Words("params"), "right"),
    ("macs", Words("MACs"), "right"),
    ("memory", Words("memory"), "right"),
    ("receptive_field", Words("receptive field"), "right"),
    ("jump", Words("jump"), "right"),
    ("centre", Words("first centre"), "right"),
)
_SAID: Mapping[str, Callable[[Any], Words | str]] = {
    "memory": size,
    "jump": lambda steps: times(map(rounded, steps)),
    "centre": lambda place: ", ".join(map(rounded, place)),
}
"""How a column is written, if not as a count."""
_KNOWN = frozenset({"weights", "biases", "params", "macs"})
"""What a layer has too where it is not known."""
_COSTS = ("macs", "memory", "receptive_field", "jump", "centre")
ROLES = {"output": "output", "weights": "weight", "biases": "bias"}


class Entry(NamedTuple):
    """What stands in a cell."""

    said: tuple[Words | str, ...] = ()
    """Words, with blanks between them."""
    formula: Formula = ()
    """Equations, or one of a single side: the terms of a sum."""
    role: str = ""
    about: bool = False
    """Whether it is not equal to what it is worked out of, as the numbers are shown."""


class Column(NamedTuple):
    """A heading, and an entry for every row."""

    heading: Words | str | tuple[Name, ...]
    """Words, or the symbols that the rows have: those of several layers."""
    entries: Sequence[Entry]
    align: Align = "left"
    whole: bool = False
    """Its entries are not broken."""


# --- steps -----------------------------------------------------------------------------


def step_columns(
    trace: Trace, steps: Sequence[Step], show: Show, *, symbols: bool = False
) -> Iterator[Column]:
    """A row a step: its place, and the parts that it has; of a gradient its terms in symbols."""
    yield from _places(trace, steps)
    if any(step.quantities for step in steps):
        yield from _vectors(trace, steps, show)
    elif all(_is_sum(step.formula) for step in steps):
        apart = [_apart(step) for step in steps]
        if symbols and apart[0][0]:
            heading = apart[0][0][0]._replace(sub="")
            yield Column((heading,), [_terms(*sides[1:]) for sides, _ in apart])
        yield from _sums(trace, [step for _, step in apart], show)
    else:
        yield Column("arithmetic", [Entry(formula=step.formula) for step in steps])


def place_of(trace: Trace, step: Step) -> tuple[int, ...]:
    """The index of a step, each axis counted from where it is: times from 1."""
    first = [place.first for place in trace.places] + [0] * len(step.index)
    return tuple(map(sum, zip(step.index, first, strict=False)))


def _places(trace: Trace, steps: Sequence[Step]) -> Iterator[Column]:
    """The number of each step and what it makes; once where the two are the same: times."""
    places = [place_of(trace, step) for step in steps]
    numbered = any(place != (step.number,) for place, step in zip(places, steps, strict=True))
    if numbered:
        numbers = [Entry((str(step.number),), role="heading") for step in steps]
        yield Column("step", numbers, "right")
    if trace.places:
        role = "" if numbered else "heading"
        written = [Entry((", ".join(map(str, place)),), role=role) for place in places]
        labels = [place.label for place in trace.places]
        heading = labels[0]
        for label in labels[1:]:
            heading = Words("{name}, {more}", name=heading, more=label)
        yield Column(heading, written, "left" if numbered else "right")


# --- sums: products, bias, activation --------------------------------------------------


def _is_sum(formula: Formula) -> bool:
    """Whether a formula is one equation, or one and an activation of what it makes."""
    if len(formula) < 2:
        return True
    first, second, *more = formula
    named = isinstance(first.sides[0], Name)
    return not (named or more) and isinstance(second.sides[0], Call)


def _sums(trace: Trace, steps: Sequence[Step], show: Show) -> Iterator[Column]:
    """A column for each part that a step has; those that it does not have are empty."""
    rows = [_parts(step, show) for step in steps]
    bodies = [step.formula[0].sides[0] for step in steps if step.formula]
    multiplied = any(isinstance(term, Product) for body in bodies for term in parts(body))
    kind = "products" if multiplied else "window" if trace.plan else "arithmetic"
    for name, align in _PARTS:
        if any(name in row for row in rows):
            heading = kind if name == "terms" else name
            yield Column(heading, [row.get(name, Entry()) for row in rows], align)


def _apart(step: Step) -> tuple[tuple[Any, ...], Step]:
    """What a step of a gradient is in symbols, and the step in numbers alone."""
    match step.formula:
        case [Equation((Name(role="gradient"), *_) as sides)]:
            front = min(2, len(sides) - 1)
            return sides[:front], replace(step, formula=(Equation(sides[front:]),))
    return (), step


def _weighted(formula: Formula) -> bool:
    """Whether a formula begins with a sum of products."""
    body = formula[0].sides[0] if formula else None
    return isinstance(body, Sum) and all(isinstance(term, Product | Num) for term in body.terms)


def _parts(step: Step, show: Show) -> dict[str, Entry]:
    """The parts of a step's formula by name."""
    if not step.formula:
        return {"value": Entry((show(step.value),), role="output")}
    first, *rest = step.formula
    made = {"value": _result(step.formula[-1], show)}
    body = first.sides[0]
    if isinstance(body, Sum) and _weighted(step.formula):
        made |= _products(body, show)
    elif len(first.sides) > 1:
        made["terms"] = _terms(*first.sides[:-1])
    if rest:
        made["before"] = _result(first, show)
        made["activation"] = _terms(*rest[0].sides[:-1])
    return made


def _products(body: Sum, show: Show) -> dict[str, Entry]:
    """The products, and apart from them the bias and the sum that it is added to."""
    terms, last = body.terms, body.terms[-1]
    if not (isinstance(last, Num) and last.role == "bias" and len(terms) > 1):
        return {"terms": _terms(body)}
    products = Sum(terms[:-1], body.per_line)
    total = Num(value_of(products), "intermediate")
    return {
        "terms": _terms(products),
        "sum": _result(Equation((products, total)), show),
        "bias": _terms(last),
    }


def _terms(*sides: Expr) -> Entry:
    return Entry(formula=(Equation(sides),) if sides else ())


def _result(equation: Equation, show: Show) -> Entry:
    """The right side alone, after `≈` where something was rounded."""
    *others, right = equation.sides
    about = not all(map(equal_as_shown, others, equation.sides[1:], [show] * len(others)))
    return _terms(right)._replace(about=about)


# --- vectors: a column for each ---------------------------------------------------------


def _vectors(trace: Trace, steps: Sequence[Step], show: Show) -> Iterator[Column]:
    """The names of the rows that the steps read, and what each quantity is in each step."""
    yield from _chains(trace, steps)
    labels = trace.labels.get("input", ())
    if labels:
        names = [labels[i] if (i := step.index[0]) < len(labels) else "" for step in steps]
        yield Column("input", [Entry((named(name) if name else "",)) for name in names])
    found = [{quantity.key: quantity for quantity in step.quantities} for step in steps]
    keys = dict.fromkeys(key for quantities in found for key in quantities)
    if trace.classes and trace.recurrence and not trace.recurrence.several:
        keys = {"y": None}  # a text is read for what comes next
    for key in keys:
        every = [quantities.get(key) for quantities in found]
        yield _column(every, show, trace.classes.get(key, ()))


def _chains(trace: Trace, steps: Sequence[Step]) -> Iterator[Column]:
    """Which layer and direction a step is of, where there are several."""
    plan = trace.recurrence
    if plan is None:
        return
    chains = [plan.at(step.number)[1] for step in steps]
    if plan.layers > 1:
        yield Column("layer", [Entry((str(c.layer + 1),)) for c in chains], "right")
    if plan.directions > 1:
        yield Column("direction", [Entry((c.arrow,)) for c in chains])


def _column(
    quantities: Sequence[Quantity | None], show: Show, classes: Sequence[str] = ()
) -> Column:
    """One quantity of all steps, headed by its symbol; of classes the likeliest alone."""
    there = [quantity for quantity in quantities if quantity is not None]
    counts = [0 if q is None else q.value.size for q in quantities]
    whole = bool(classes)
    values = [[] if q is None else _ends(np.ravel(q.value), whole) for q in quantities]
    texts = aligned([show(value) for row in values for value in row])
    width = max(map(len, texts), default=0)
    numbers = (text.rjust(width) for text in texts)
    entries = []
    for q, row, count in zip(quantities, values, counts, strict=True):
        said = _written([*islice(numbers, len(row))], count)
        if classes:
            said = (", ".join(f"{named(classes[i])}: {show(row[i])}" for i in likeliest(row)),)
        entries.append(Entry(said, role=(there[0] if q is None else q).symbol.role))
    symbols = dict.fromkeys(quantity.symbol for quantity in there)
    return Column(_heading(symbols), entries, whole=True)


def _heading(symbols: Iterable[Name]) -> tuple[Name, ...]:
    """A symbol; of those of several layers or directions what differs beside these: xₜ or hₜ."""
    found = tuple(symbols)
    return found if len(found) < 2 else tuple(dict.fromkeys(s._replace(sup="") for s in found))


def _ends(vector: np.ndarray, whole: bool) -> list[Any]:
    """The numbers; of a long vector, unless it is wanted whole, the first three and the last."""
    kept = vector if whole or vector.size <= VECTOR else vector[[0, 1, 2, -1]]
    return kept.tolist()  # type: ignore[no-any-return]


def _written(texts: Sequence[str], size: int) -> tuple[Words | str, ...]:
    """The numbers; of a long vector its ends, and how many there are."""
    if size == len(texts):
        return (" ".join(texts),)
    return *texts[:3], "…", texts[-1], Words("({n} numbers)", n=size)


# --- parameters -------------------------------------------------------------------------


def count_tables(trace: Trace) -> tuple[list[Column], list[Column]]:
    """Every layer with its counts, and beside what it costs and sees; the last row is the total."""
    columns = [*_count_columns(trace)]
    counts = [column for key, column in columns if key not in _COSTS]
    costs = [column for key, column in columns if key in ("layer", *_COSTS)]
    return counts, costs


def _count_columns(trace: Trace) -> Iterator[tuple[str, Column]]:
    rows = [*named_rows(trace), {"layer": Words("total"), **trace.results["total"]}]
    marks = [*marked(trace.sources, "•", "·"), ""]
    joins = [*(len(taken) > 1 for taken in trace.sources), False]
    for key, heading, align in _COUNTS:
        say = _SAID.get(key, counted)
        there = _KNOWN & {key}
        cells = [
            ""
            if (row.get(key) is None and not there & row.keys()) or (join and row[key] == 0)
            else say(row[key])
            for row, join in zip(rows, joins, strict=True)
        ]
        before = marks if key == "layer" else [""] * len(rows)
        entries = [
            Entry((*filter(None, (mark,)), cell), role=ROLES.get(key, ""))
            for mark, cell in zip(before, cells, strict=True)
        ]
        if any(cells):
            yield key, Column(heading, entries, align)


def listed_columns(listing: Listing) -> Iterator[Column]:
    """The columns of a table, counts at the right."""
    for heading, cells in zip(listing.headings, zip(*listing.rows, strict=True), strict=True):
        if isinstance(cells[0], float):
            yield Column(heading, [_terms(Num(cell, "output")) for cell in cells], "point")
            continue
        entries = [Entry((counted(cell),)) for cell in cells]
        yield Column(heading, entries, "right" if isinstance(cells[0], int) else "left")


def named_rows(trace: Trace) -> list[dict[str, Any]]:
    """The rows of the count, their layers named as a textbook does."""
    named = zip(trace.results["rows"], trace.layer_names, strict=True)
    return [
        {**row, "layer": name if isinstance(name, Words) else Words(name)} for row, name in named
    ]


def counted(value: Any) -> Words | str:
    """A count with its thousands apart, a shape, a name."""
    match value:
        case Words() | str():
            return value
        case int() | None:
            return thousands(value)
    return times(value)
