"""From a trace to the blocks of a note: what runs, its formulas, arrays, steps, layers."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

from nnviz.expressions import names
from nnviz.formats._classes import listings
from nnviz.formats._columns import count_tables, listed_columns, step_columns
from nnviz.formats._steps import left_out, some
from nnviz.formats._view import View, ran, said, shape_text
from nnviz.formats.note import arrays, equations
from nnviz.formats.note.figure import Figure
from nnviz.formats.note.model import Block, Desk, Display, Heading, Paragraph, Picture, Table
from nnviz.latex import text
from nnviz.numerals import thousands
from nnviz.request import Appearance, Request
from nnviz.shapes import times
from nnviz.trace import Equation, Num, Product, Sum, Trace
from nnviz.words import Words, safe

FEW = 9
"""Steps that are all written where none are asked for; of more, the first."""
_LABEL = 24
"""Letters of a label beside its formula; a longer one stands above it."""
MOST = 1000
"""Steps that are written however many are asked for."""


def alternative(trace: Trace, look: Appearance) -> str:
    """What a figure shows, for who does not see it."""
    desk = Desk(look)
    shown = [name for name in trace.equation if name in (*trace.results, *trace.arrays)]
    shapes = (f"{desk.say(trace.called(n))} {times(trace.array(n).shape)}" for n in shown)
    title = safe(look.title or "") or desk.say(trace.title)
    return ": ".join(filter(None, (title, ", ".join(shapes))))


def note(trace: Trace, request: Request, figure: Figure) -> Iterator[Block]:
    """The blocks of a note, with the figure that stands beside it."""
    look = request.appearance
    desk = Desk(look)
    if trace.back and trace.layers and request.steps:
        trace = trace.layers[-1]
    if _titled(desk):
        yield Heading(desk.say(trace.title) if look.title is None else safe(look.title), 1)
    if figure.path:
        yield Picture(figure.file, alternative(trace, look), request.embed)
    yield from _head(desk, trace)
    if "rows" in trace.results and trace.layer_names:
        counts, costs = count_tables(trace)
        yield Table((*counts, *costs[1:]), total=True)
    elif trace.layers:
        yield from _layers(desk, trace)
    elif "rows" not in trace.results:
        yield from _arrays(desk, trace)
        yield from _steps(desk, trace, request)
    for listing in listings(trace):
        yield Paragraph(desk.say(listing.title))
        yield Table((*listed_columns(listing),), total=listing.total)


def _titled(desk: Desk) -> bool:
    return desk.appearance.title != "" and not desk.appearance.plain


def _part(desk: Desk, said: str) -> Block:
    """What a part begins with: no heading where the note has none, since it is then a piece of
    another, whose headings are its own.
    """
    return Heading(said, 2) if _titled(desk) else Paragraph(said, strong=True)


def _head(desk: Desk, trace: Trace) -> Iterator[Block]:
    """The shapes, what was asked for, the formulas with their numbers, what a user should know."""
    if ran(trace):
        yield Paragraph(" ".join(_shapes(desk, trace)))
    if desk.appearance.plain:
        return
    if more := " · ".join(map(desk.say, said(trace, desk.appearance, whole=True))):
        yield Paragraph(more)
    rows = []
    for fact in (*trace.facts, *trace.lessons):
        if fact.equation is None:
            yield Paragraph(desk.say(fact.label))
            continue
        label = text(desk.say(fact.label))
        if any(list(names(side)) for side in fact.equation.sides):  # in symbols: an equation
            first, *others = equations.rows(desk, fact.equation)
            short = equations.letters(label) <= _LABEL
            rows += [rf"{label} \quad {first}"] if short else [f"&{label}", first]
            rows += others
        else:
            rows += equations.rows(desk, fact.equation, label)
    if rows:
        yield Display(tuple(rows))
    if (count := parameters(trace)) is not None:
        yield Display(tuple(equations.rows(desk, count, text(desk.say("parameters")))))
    yield from (Paragraph(desk.say(note)) for note in trace.notes)


def parameters(trace: Trace) -> Equation | None:
    """How many numbers are learned: those of every array of weights, and the biases."""
    shapes = [
        (role, trace.arrays[name].shape)
        for name, role in trace.roles.items()
        if role in ("weight", "bias") and name in trace.arrays
    ]
    if not shapes or trace.forward is not None:
        return None
    terms = (
        Product(tuple(Num(n, role) for n in shape or (1,)), dot=True) for role, shape in shapes
    )
    total = sum(prod(shape) for _, shape in shapes)
    return Equation((Sum(tuple(terms)), Num(total)))


def _shapes(desk: Desk, trace: Trace) -> Iterator[str]:
    """What runs on what, and what comes out: input 3×3 ∗ kernel 2×2 → feature map 2×2."""
    for name in ran(trace):
        if name in trace.arrays or name in trace.results:
            shape = shape_text(trace.array(name).shape)
            yield f"{desk.say(trace.called(name))} {shape}".rstrip()
        else:
            yield name


def _arrays(desk: Desk, trace: Trace) -> Iterator[Block]:
    """The arrays of the equation in a row, and each of the others."""
    yield from arrays.in_a_row(desk, trace, trace.equation)
    others = [name for name in trace.arrays if name not in trace.equation]
    known = [trace.array(name) for name in (*trace.equation, *others) if name in trace.arrays]
    if "output" not in trace.equation and not any(trace.output is array for array in known):
        others.append("output")
    if others:
        yield from arrays.in_a_row(desk, trace, others)


def _steps(desk: Desk, trace: Trace, request: Request) -> Iterator[Block]:
    """The chosen steps as equations, and as the table of them."""
    numbers, rest = some(trace, request, FEW)
    steps = [trace.steps[number - 1] for number in numbers[:MOST]]
    if not steps:
        return
    yield _part(desk, desk.say("Steps"))
    of_vectors, explain = any(step.equations for step in steps), request.appearance.explain
    if not of_vectors:
        yield from equations.steps(desk, trace, steps)
    for step in steps if of_vectors or explain else ():
        place = trace.recurrence and trace.recurrence.place(step.number)
        called = [Words("step {n}", n=step.number), *([place] if place else [])]
        yield Paragraph(" · ".join(map(desk.say, called)), strong=True)
        for equation in step.equations:
            yield equations.vectors(desk, equation)
        if explain:
            yield Paragraph(" ".join(map(desk.say, trace.explained(step, desk.show))))
    yield Table((*step_columns(trace, steps, desk.show),))
    if rest:
        yield Paragraph(desk.say(left_out(numbers, rest)))
    if len(numbers) > MOST:
        yield Paragraph(
            desk.say(
                Words(
                    "… and {n} more steps: --steps {next} shows some, --trace all up to 10,000",
                    n=thousands(len(numbers) - MOST),
                    next=f"{numbers[MOST]}-{numbers[min(len(numbers), 2 * MOST) - 1]}",
                )
            )
        )


def _layers(desk: Desk, trace: Trace) -> Iterator[Block]:
    """A network: its input, then a section a layer."""
    yield from arrays.array(desk, View(trace, trace.equation[0]))
    for number, layer in trace.numbered:
        which = desk.say(Words("layer {n}", n=number) if number else Words("input"))
        yield _part(desk, f"{which}: {desk.say(layer.title)}")
        yield from _head(desk, layer)
        for name in ("output", *layer.learned):
            yield from arrays.array(desk, View(layer, name))
    for update in trace.updates:
        yield _part(desk, desk.say(update.title))
        yield from arrays.in_a_row(desk, update, update.equation)
