"""The terminal view: what runs on what, the arrays side by side, the steps, the result."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from nnviz.formats import Format, Made
from nnviz.formats.terminal.header import header
from nnviz.formats.terminal.paper import Paper
from nnviz.formats.terminal.params import params_table
from nnviz.formats.terminal.row import in_a_row
from nnviz.formats.terminal.steps import VECTOR, chosen, steps_table
from nnviz.formats.terminal.text import MUTED, Block, fitted, spoken, wrapped
from nnviz.formats.terminal.views import view
from nnviz.request import Request
from nnviz.trace import Trace
from nnviz.words import Words

_RESULTS = ("output", "y")


def write(trace: Trace, request: Request) -> Made:
    """The view as the bytes of a stream: no line wider than its screen, nothing cut."""
    paper = Paper.of(request)
    blocks = [block for block in _blocks(paper, trace, request) if block]
    lines = [line for block in blocks for line in [[], *block]][1:]
    text = "".join(
        spoken(line, color=paper.screen.color) + "\n" for line in fitted(lines, paper.width)
    )
    return Made(text.encode(paper.screen.encoding, "replace"))


def _blocks(paper: Paper, trace: Trace, request: Request) -> Iterator[Block]:
    yield header(paper, trace)
    if "rows" in trace.results:
        yield params_table(paper, trace)
        return
    if trace.layers:
        yield from _layers(paper, trace)
        return
    told = _told(trace, request)
    yield _equation(paper, trace, request)
    yield in_a_row(paper, [view(trace, name) for name in trace.arrays if name not in told])
    yield steps_table(paper, trace, request)
    known = {id(trace.array(name)) for name in told if name in trace.arrays}
    unseen = [name for name in _RESULTS if name in set(trace.results) - told]
    unseen = [name for name in unseen if id(trace.results[name]) not in known]
    yield in_a_row(paper, [view(trace, name) for name in unseen])


def _told(trace: Trace, request: Request) -> set[str]:
    """Arrays and results that the equation shows, or the table where it has every vector."""
    told = set(trace.equation)
    if _in_table(trace, request):
        told |= {"input", *_RESULTS}
    return told


def _in_table(trace: Trace, request: Request) -> bool:
    """Whether the rows of the table are the rows of the arrays: a row a time, all times."""
    steps = len(trace.steps)
    if not steps or len(chosen(trace, request)) != steps:
        return False
    value = trace.steps[0].value
    return isinstance(value, list) and max(len(value), trace.arrays["input"].shape[-1]) <= VECTOR


def _equation(paper: Paper, trace: Trace, request: Request) -> Block:
    """The arrays in a row with the signs of the equation; a single step asked for is marked."""
    if _in_table(trace, request):
        return []
    which = chosen(trace, request) if request.steps is not None else ()
    step = trace.steps[which[0] - 1] if len(which) == 1 else None
    there = {*trace.arrays, *trace.results}
    names = trace.equation
    return in_a_row(paper, [view(trace, n, step) if n in there else n for n in names])


def _layers(paper: Paper, trace: Trace) -> Iterator[Block]:
    """A network: its input, then each layer under its heading with its output."""
    yield in_a_row(paper, [view(trace, "input")])
    for number, layer in enumerate(trace.layers, 1):
        heading = paper.say(Words("layer {n}", n=number))
        made = wrapped([(f"{heading}  ", MUTED), *header(paper, layer)[0]], paper.width)
        rows = in_a_row(paper, [replace(view(layer, "output"), spread=True)])
        yield [*made, *header(paper, layer)[1:], *rows]


FORMAT = Format(kind="text", suffixes=(), write=write)
