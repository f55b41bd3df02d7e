"""Inside one recurrent cell: its gates and the wires between them, with what is on them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from nnviz.figure.layout.blocks import Block, column, flow, on_top
from nnviz.figure.layout.page import fact_line, page
from nnviz.figure.layout.style import Style
from nnviz.figure.recurrent._net import place_of
from nnviz.figure.recurrent._sizes import sizes_said, timeless
from nnviz.figure.recurrent._wired_cell import Cell, wired
from nnviz.figure.recurrent._wires import circle
from nnviz.figure.recurrent.rnn_cell import facts  # of a sheet: the same equations
from nnviz.figure.scene import Scene
from nnviz.libraries import np
from nnviz.request import Appearance
from nnviz.trace import Expr, Step, Trace
from nnviz.words import Words

RANK = 30
__all__ = ["draw", "facts", "panel", "title"]


def title(trace: Trace) -> Words:
    """What the figure is called."""
    return Words("{title}, the wires of the cell", title=trace.title)


def draw(trace: Trace, appearance: Appearance, step: Step | None) -> Scene:
    """The wires, with numbers where there is a step; beside or beneath them the equations."""
    style, of = Style.of(appearance), step or timeless(trace.steps[0])
    parts = drawing(trace, style, of, numbers=step is not None)
    made = [e for e in of.equations if e.left.role != "output"]
    said = [fact_line(style, e.label, e.equation) for e in made]
    block = flow([on_top(b) for b in (parts[0], column(said, 4), *parts[1:])], style.room, 32)
    place = [*place_of(trace, style, step), *sizes_said(trace, style)]
    return page(style, trace, appearance, step, [block], title=title(trace), facts=place)


def panel(trace: Trace, style: Style, step: Step) -> Block:
    """A step for a sheet, which says the equations once."""
    return column(drawing(trace, style, step, numbers=True), 12)


def drawing(
    trace: Trace,
    style: Style,
    step: Step,
    *,
    numbers: bool,
    back: Mapping[Expr, np.ndarray] | None = None,
) -> list[Block]:
    """The wires with the most digits that fit, and what the circles are; else with names alone,
    and the numbers in a block of their own.
    """
    digits = range(style.precision, 1, -1) if numbers and not style.symbols else ()
    plain = Cell(trace, style, step, 0, back=back or {})
    tried = [replace(plain, digits=n) for n in (*digits, 0)]
    tried += [replace(plain, style=replace(style, symbols=False), tight=True)]
    made = ((cell, wired(cell)) for cell in tried)
    cell, block = next((c, b) for c, b in made if b.width <= style.room or c.tight)
    listed = [flow(cell.listed(), style.room, 24)] if digits and not cell.digits else []
    return [column([block, _legend(style, signs=len(cell.made) > 1)], 12), *listed]


def _legend(style: Style, *, signs: bool) -> Block:
    """What the two kinds of circles are."""
    parts = []
    kinds = [(True, Words("of W·x + W·h + b")), (False, Words("number by number"))]
    for gate, said in kinds if signs else kinds[:1]:
        text = style.note(20, 12, style.say(said))
        marks = (*circle(style, 8, 8, "", gate=gate, radius=6), text)
        parts.append(Block(20 + text.width, 16, marks))
    return flow(parts, style.room, 24, 4)
