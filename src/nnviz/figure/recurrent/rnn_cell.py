"""Inside one recurrent cell at one time: its equations, in numbers."""

from __future__ import annotations

from collections.abc import Sequence

from nnviz.figure.formulas.equations import equation_rows
from nnviz.figure.formulas.facts import product_note
from nnviz.figure.layout.blocks import Block
from nnviz.figure.layout.page import fact_line, page
from nnviz.figure.layout.style import Style
from nnviz.figure.recurrent._net import place_of
from nnviz.figure.recurrent._sizes import Sizes, sizes_said, timeless
from nnviz.figure.scene import Scene
from nnviz.request import Appearance
from nnviz.trace import Step, Trace
from nnviz.words import Words

RANK = 20


def title(trace: Trace) -> Words:
    """What the figure is called."""
    return Words("{title}, inside the cell", title=trace.title)


def draw(trace: Trace, appearance: Appearance, step: Step | None) -> Scene:
    """The equations of the cell at the time of the step, else at the first."""
    style, any_time = Style.of(appearance), appearance.symbols and step is None
    step = step or (timeless(trace.steps[0]) if any_time else trace.steps[0])
    blocks = [_rows(trace, style, step, style.room), *product_note(trace, style)]
    said = [*place_of(trace, style, step), *sizes_said(trace, style)]
    step = None if any_time else step
    return page(style, trace, appearance, step, blocks, title=title(trace), facts=said)


def panel(trace: Trace, style: Style, step: Step) -> Block:
    """A step for a sheet, which says the equations once."""
    return _rows(trace, style, step, style.room, symbols=False)


def facts(_: Trace, style: Style, steps: Sequence[Step]) -> list[Block]:
    """The equations of a sheet's panels, each written once."""
    every = [(e.label, e.equation) for step in steps for e in step.equations]
    return [fact_line(style, *said) for said in dict.fromkeys(every)]


def _rows(trace: Trace, style: Style, step: Step, room: float, *, symbols: bool = True) -> Block:
    one_hot = "input" in trace.labels  # It stands for a character.
    sizes = Sizes(trace, style).of_step(step) if style.symbols else None
    return equation_rows(style, step.equations, room, symbols=symbols, one_hot=one_hot, sizes=sizes)
