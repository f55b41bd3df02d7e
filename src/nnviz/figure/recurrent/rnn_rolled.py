"""A recurrent net as one cell with its loop, beside the same cell unrolled in time."""

from __future__ import annotations

from dataclasses import replace

from nnviz.figure.arrays.grid import operator
from nnviz.figure.layout.blocks import Block, flow, inset, lines
from nnviz.figure.layout.page import page
from nnviz.figure.layout.style import Style
from nnviz.figure.recurrent._net import formulas, one_chain
from nnviz.figure.recurrent._rolled import Sketch, chain, rolled
from nnviz.figure.scene import Scene
from nnviz.request import Appearance
from nnviz.trace import Step, Trace
from nnviz.words import Words

RANK = 10
fits = one_chain


def title(trace: Trace) -> Words:
    """What the figure is called."""
    return Words("{title} rolled up", title=trace.title)


def draw(trace: Trace, appearance: Appearance, step: Step | None) -> Scene:
    """The cell with its loop = the chain; the formulas above."""
    style = Style.of(appearance)
    block, facts = _both(trace, style, step, style.room), formulas(trace, style)
    return page(style, trace, appearance, step, [block], title=title(trace), facts=facts)


def panel(trace: Trace, style: Style, step: Step) -> Block:
    """A step for a sheet."""
    return _both(trace, style, step, style.room)


def _both(trace: Trace, style: Style, step: Step | None, room: float) -> Block:
    sketch = Sketch(trace, style, step)
    one = _captioned(style, rolled(sketch), Words("rolled up"))
    sign = operator(style, "=", 40)
    many = _captioned(style, chain(sketch, room - sign.width), Words("unrolled in time"))
    return flow([one, sign, many], room)


def _captioned(style: Style, block: Block, caption: Words) -> Block:
    """A drawing with its name above."""
    said, room = style.say(caption), max(160, block.width)
    text = lines(style, said, room=room, fill=style.theme.muted, bold=True)
    made = inset(block, top=text.height + 12)
    return replace(made, width=max(made.width, text.width), marks=(*made.marks, text.at(0, 0)))
