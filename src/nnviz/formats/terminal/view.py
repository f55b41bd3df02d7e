"""The whole view: what runs on what, the arrays side by side, the steps, the result."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import IO, TYPE_CHECKING, Any

from rich.console import Console, Group, RenderableType
from rich.measure import Measurement
from rich.segment import Segment
from rich.text import Text

from nnviz.formats.terminal.equation import in_a_row
from nnviz.formats.terminal.header import header, title
from nnviz.formats.terminal.lines import Hanging, fitting, stripped
from nnviz.formats.terminal.paper import Paper
from nnviz.formats.terminal.params import params_table
from nnviz.formats.terminal.steps import chosen, steps_table
from nnviz.formats.terminal.styles import THEME
from nnviz.formats.terminal.table import spaced
from nnviz.formats.terminal.vectors import VECTOR
from nnviz.formats.terminal.views import view
from nnviz.request import Request, Screen
from nnviz.trace import Trace
from nnviz.words import Words

if TYPE_CHECKING:
    from rich.console import ConsoleOptions, RenderResult

_RESULTS = ("output", "y")
_ENDS = ("input", "hidden", "output")
"""Roles of what goes in and comes out; the others are made on the way."""
_BOUNDLESS = 2**20
"""Columns where there is no screen: all that there is stands on its line."""


def console_of(screen: Screen, file: IO[str]) -> Console:
    """A console for a screen; Rich finds which colours its terminal has."""

    def made(**colors: Any) -> Console:
        width = screen.width or _BOUNDLESS
        return Console(
            file=file,
            width=width,
            height=1,
            no_color=False,
            force_jupyter=False,
            legacy_windows=False,
            **colors,
        )

    console = made(force_terminal=screen.color)
    # TERM=dumb has none, and yet they were asked for.
    plain = screen.color and console.color_system is None
    return made(color_system="standard") if plain else console


@dataclass(frozen=True)
class TerminalView:
    """A trace as a Rich renderable, as wide as it may be."""

    trace: Trace
    request: Request
    whole: bool = False
    """Whether there is no screen: every number is written, and nothing is drawn."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for line in self._lines(console, options):
            yield from line
            yield Segment.line()

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        lines = self._lines(console, options)
        width = max(sum(segment.cell_length for segment in line) for line in lines)
        return Measurement(width, width)

    def _lines(self, console: Console, options: ConsoleOptions) -> list[list[Segment]]:
        options = options.update(height=None, highlight=False)
        paper = Paper(console, options, self.request.appearance, self.whole)
        with console.use_theme(THEME):
            parts = Group(*spaced(list(_blocks(paper, self.trace, self.request))))
            lines = Segment.split_lines(console.render(parts, options))
            return [
                stripped(part)
                for line in lines
                for part in fitting(console, line, options.max_width)
            ]


def _blocks(paper: Paper, trace: Trace, request: Request) -> Iterator[RenderableType]:
    yield Group(*header(paper, trace))
    if "rows" in trace.results:
        yield from params_table(paper, trace)
        return
    if trace.layers:
        yield from _layers(paper, trace)
        return
    told = _told(trace, request)
    arrays = [name for name in trace.arrays if name not in told]
    known = {id(trace.array(name)) for name in told if name in trace.arrays}
    unseen = [name for name in _RESULTS if name in set(trace.results) - told]
    unseen = [name for name in unseen if id(trace.results[name]) not in known]
    made = [
        _equation(paper, trace, request),
        in_a_row(paper, [view(trace, name) for name in arrays]),
        Group(*steps_table(paper, trace, request)),
        in_a_row(paper, [view(trace, name) for name in unseen]),
    ]
    yield from (block for block in made if block.renderables)


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
    ends = [q for q in trace.steps[-1].quantities if q.symbol.role in _ENDS]
    return bool(ends) and all(quantity.value.size <= VECTOR for quantity in ends)


def _equation(paper: Paper, trace: Trace, request: Request) -> Group:
    """The arrays in a row with the signs of the equation; a single step asked for is marked."""
    if _in_table(trace, request):
        return Group()
    which = chosen(trace, request) if request.steps is not None else ()
    step = trace.steps[which[0] - 1] if len(which) == 1 else None
    there = {*trace.arrays, *trace.results}
    names = trace.equation
    return in_a_row(paper, [view(trace, n, step) if n in there else n for n in names])


def _layers(paper: Paper, trace: Trace) -> Iterator[RenderableType]:
    """A network: its input, then each layer under its heading with its output."""
    yield in_a_row(paper, [view(trace, "input")])
    for number, layer in enumerate(trace.layers, 1):
        heading = Text.assemble((paper.say(Words("layer {n}", n=number)) + "  ", "muted"))
        _, *facts = header(paper, layer)
        rows = in_a_row(paper, [replace(view(layer, "output"), spread=True)])
        yield Group(Hanging(heading + title(paper, layer)), *facts, rows)
