"""The terminal view: what runs on what, the arrays side by side, the steps, the result."""

from __future__ import annotations

from collections.abc import Iterator

from nnviz.formats import Format, Request
from nnviz.formats._term_arrays import View, in_a_row
from nnviz.formats._term_header import header
from nnviz.formats._term_paper import Paper
from nnviz.formats._term_params import params_table
from nnviz.formats._term_steps import chosen, steps_table
from nnviz.formats._term_text import MUTED, Block, fitted, spoken, wrapped
from nnviz.formats._term_views import view
from nnviz.trace import Trace
from nnviz.words import Words


def write(trace: Trace, request: Request) -> bytes:
    """The view as the bytes of a stream: no line wider than its screen, nothing cut."""
    paper = Paper.of(request)
    blocks = [block for block in _blocks(paper, trace, request) if block]
    lines = [line for block in blocks for line in [[], *block]][1:]
    text = "".join(
        spoken(line, color=paper.screen.color) + "\n" for line in fitted(lines, paper.width)
    )
    return text.encode(paper.screen.encoding, "replace")


def _blocks(paper: Paper, trace: Trace, request: Request) -> Iterator[Block]:
    yield header(paper, trace)
    if "rows" in trace.results:
        yield params_table(paper, trace)
        return
    if trace.layers:
        yield from _layers(paper, trace)
        return
    yield _equation(paper, trace, request)
    yield steps_table(paper, trace, request)
    yield _rest(paper, trace, request)


def _equation(paper: Paper, trace: Trace, request: Request) -> Block:
    """The arrays in a row, with the signs of the equation where there is one."""
    which = chosen(trace, request) if request.steps is not None else ()
    step = trace.steps[which[0] - 1] if len(which) == 1 else None
    names = trace.equation or tuple(trace.arrays)
    items: list[View | str] = []
    for name in names:
        there = name in trace.arrays or name in trace.results
        items.append(view(trace, name, step) if there else name)
    return in_a_row(paper, items)


def _rest(paper: Paper, trace: Trace, request: Request) -> Block:
    """Results that neither the equation nor the table of all steps has shown."""
    shown = set(trace.equation)
    if trace.steps and len(chosen(trace, request)) == len(trace.steps):
        shown |= {"output", "y"}
    names = [name for name in ("output", "y") if name in trace.results and name not in shown]
    return in_a_row(paper, [view(trace, name) for name in names])


def _layers(paper: Paper, trace: Trace) -> Iterator[Block]:
    """A network: its input, then each layer under its heading with its output."""
    yield in_a_row(paper, [view(trace, "input")])
    for number, layer in enumerate(trace.layers, 1):
        heading = paper.say(Words("layer {n}", n=number))
        made = wrapped([(f"{heading}  ", MUTED), *header(paper, layer)[0]], paper.width)
        rows = in_a_row(paper, [view(layer, "output")])
        yield [*made, *header(paper, layer)[1:], *rows]


FORMAT = Format(kind="text", suffixes=(), write=write)
