"""A recurrent net of several layers or both directions: times to the right, layers upward."""

from __future__ import annotations

from nnviz.figure.formulas.wrapped import worked
from nnviz.figure.layout.blocks import Block, column
from nnviz.figure.layout.page import page
from nnviz.figure.layout.style import Style
from nnviz.figure.recurrent._net import formulas, one_chain, place_of
from nnviz.figure.recurrent._row import Row, row_block
from nnviz.figure.recurrent._stacked import measured_stack
from nnviz.figure.scene import Scene
from nnviz.request import Appearance
from nnviz.trace import Step, Trace
from nnviz.words import Words

RANK = 0


def fits(trace: Trace) -> Words | None:
    """Whether there is more than one chain of cells."""
    if one_chain(trace) is not None:
        return None
    return Words(
        "it draws several layers or both directions, but there is one layer in one direction"
    )


def draw(trace: Trace, appearance: Appearance, step: Step | None) -> Scene:
    """The layers over the times, the formulas above; of a step, its arithmetic beneath."""
    style = Style.of(appearance)
    stack = measured_stack(trace, style, step)
    blocks = worked(style, [row_block(Row(stack, stack.times))], step)
    facts = [*formulas(trace, style), *stack.shapes_said(), *place_of(trace, style, step)]
    return page(style, trace, appearance, step, blocks, facts=facts)


def panel(trace: Trace, style: Style, step: Step) -> Block:
    """A step for a sheet: the stack with the step active, and its arithmetic."""
    stack = measured_stack(trace, style, step)
    return column(worked(style, [row_block(Row(stack, stack.times))], step), 12)
