"""The whole view: what runs on what, the arrays side by side, the steps, the result."""

from __future__ import annotations

import io
from collections.abc import Iterator
from functools import partial
from typing import IO

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.measure import Measurement
from rich.segment import Segment
from rich.text import Text

from nnviz.formats._classes import listings
from nnviz.formats._columns import VECTOR, listed_columns
from nnviz.formats._view import View
from nnviz.formats.terminal.equation import in_a_row
from nnviz.formats.terminal.header import header, title
from nnviz.formats.terminal.lines import finished
from nnviz.formats.terminal.paper import Paper, spaced, styles
from nnviz.formats.terminal.params import params_bars, params_table
from nnviz.formats.terminal.steps import chosen, steps_table
from nnviz.formats.terminal.table import column, fitted
from nnviz.records import dataclass
from nnviz.request import Request, Screen
from nnviz.trace import Step, Trace
from nnviz.words import Words

_ENDS = ("input", "hidden", "output")
"""Roles of what goes in and comes out; the others are made on the way."""
_LEAST = 20
"""Columns below which a view is no longer read."""
_BOUNDLESS = 2**20
"""Columns where there is no screen: all that there is stands on its line."""


def console_of(screen: Screen, file: IO[str]) -> Console:
    """A console for a screen; Rich finds which colours its terminal has."""
    made = partial(
        Console,
        file=file,
        width=screen.width or _BOUNDLESS,
        height=1,
        force_jupyter=False,
        legacy_windows=False,
        no_color=False,
    )
    console = made(force_terminal=screen.color)
    # TERM=dumb has none, and yet they were asked for.
    missed = screen.color and console.color_system is None
    return made(color_system="standard") if missed else console


class OnPaper:
    """Blocks as a Rich renderable, as wide as it may be."""

    request: Request
    whole: bool
    """Whether there is no screen: every number is written, and nothing is drawn."""

    def blocks(self, paper: Paper) -> Iterator[RenderableType]:
        """What stands one below the other."""
        raise NotImplementedError

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for line in self._lines(console, options):
            yield from line
            yield Segment.line()

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        width = max(map(Segment.get_line_length, self._lines(console, options)))
        return Measurement(min(width, _LEAST), width)

    def _lines(self, console: Console, options: ConsoleOptions) -> list[list[Segment]]:
        options = options.update(height=None, highlight=False)
        height = self.request.screen.height
        paper = Paper(console, options, self.request.appearance, self.whole, height)
        with console.use_theme(styles(console.color_system)):
            made = spaced(self.blocks(paper))
            lines = Segment.split_lines(console.render(made, options))
            return [part for line in lines for part in finished(console, line, paper.width)]


@dataclass(frozen=True)
class TerminalView(OnPaper):
    """A trace."""

    trace: Trace
    request: Request
    whole: bool = False

    def blocks(self, paper: Paper) -> Iterator[RenderableType]:
        """Its header, its arrays and its steps."""
        return _blocks(paper, self.trace, self.request)


def printed(view: OnPaper, screen: Screen) -> bytes:
    """A view for a screen, in signs that its stream carries."""
    content = io.BytesIO()
    file = io.TextIOWrapper(content, screen.encoding, errors="replace", newline="\n")
    console_of(screen, file).print(view, crop=False)
    file.flush()
    return content.getvalue()


def _blocks(paper: Paper, trace: Trace, request: Request) -> Iterator[RenderableType]:
    if trace.back and trace.layers and request.steps:
        trace = trace.layers[-1]
    yield Group(*header(paper, trace))
    if "rows" in trace.results and trace.layer_names:
        bars = request.appearance.view == "bars"
        yield from (params_bars if bars else params_table)(paper, trace)
    elif trace.layers:
        yield from _layers(paper, trace)
    elif "rows" not in trace.results:
        made = _arrays(paper, trace, request)
        yield from (block for block in made if block.renderables)
    for listing in listings(trace):
        columns = [column(paper, each) for each in listed_columns(listing)]
        heading = Text(paper.say(listing.title), "heading")
        yield Group(heading, fitted(paper, columns, total=listing.total))


def _arrays(paper: Paper, trace: Trace, request: Request) -> Iterator[Group]:
    """The equation, what it leaves out, the steps, and results that none of them shows."""
    told = set(trace.equation)
    if _in_table(trace, request):
        told |= {"input", "h", "output"}
        if "output" not in trace.steps[0].cells:  # it is not its rows: it is that of the last
            told.remove("output")
    else:
        yield _equation(paper, trace, request)
    yield in_a_row(paper, [View(trace, name) for name in trace.arrays if name not in told])
    yield Group(*steps_table(paper, trace, request))
    known = {id(trace.array(name)) for name in told if name in trace.arrays}
    if "output" in trace.results and "output" not in told and id(trace.output) not in known:
        yield in_a_row(paper, [View(trace, "output")])


def _in_table(trace: Trace, request: Request) -> bool:
    """Whether the rows of the table are the rows of the arrays: a row a time, all times."""
    count = len(trace.steps)
    if not count or len(chosen(trace, request)) != count:
        return False
    ends = [q for q in trace.steps[count - 1].quantities if q.symbol.role in _ENDS]
    return bool(ends) and all(quantity.value.size <= VECTOR for quantity in ends)


def _equation(paper: Paper, trace: Trace, request: Request) -> Group:
    """The arrays in a row with the signs of the equation; a single step asked for is marked."""
    which = chosen(trace, request) if request.steps is not None else ()
    step = trace.steps[which[0] - 1] if len(which) == 1 else None
    return in_a_row(paper, _items(trace, step))


def _items(trace: Trace, step: Step | None = None) -> list[View | str]:
    there = {*trace.arrays, *trace.results}
    return [View(trace, name, step) if name in there else name for name in trace.equation]


def _layers(paper: Paper, trace: Trace) -> Iterator[RenderableType]:
    """A network: its input, then each layer under its heading with its output; of one gone back
    through the gradients of its weights too; what a step of training makes of those.
    """
    yield in_a_row(paper, [View(trace, trace.equation[0])])
    for number, layer in trace.numbered:
        which = paper.muted(Words("layer {n}", n=number) if number else Words("input"))
        heading = paper.hanging(Text.assemble(which, "  ", title(paper, layer)))
        made = [View(layer, name, spread=True) for name in ("output", *layer.learned)]
        yield Group(heading, *header(paper, layer)[1:], in_a_row(paper, made))
    for update in trace.updates:
        heading = paper.hanging(Text(paper.say(update.title), "heading"))
        yield Group(heading, in_a_row(paper, _items(update)))
