"""A recurrent net unrolled in time: x_t below, h_t in its cell, y_t above."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nnviz.figure.columns import Row, row_block, weight_h
from nnviz.figure.kit import (
    PANELS,
    Block,
    Style,
    column,
    near4,
    page,
)
from nnviz.figure.lines import arrow
from nnviz.figure.marks import rounded_line, workings_or_none
from nnviz.figure.scene import Mark, Scene
from nnviz.figure.unrolled import Chain, arranged, formulas, measured, one_chain
from nnviz.trace import Step, Trace
from nnviz.words import Words

if TYPE_CHECKING:
    from nnviz.figure.look import Look

RANK = 0
_BETWEEN = 48
"""Between two rows of columns."""


def fits(trace: Trace) -> Words | None:
    """Whether it is one chain of cells."""
    return one_chain(trace)


def draw(trace: Trace, look: Look, step: Step | None) -> Scene:
    """The columns in rows, the formulas above; of a step, its arithmetic beneath."""
    style = Style.of(look)
    chain = measured(trace, style, step)
    block = _rows(chain)
    blocks = [block]
    if step is not None:
        blocks += workings_or_none(style, step.formula, block.width)
    facts = formulas(trace, style)
    return page(style, trace, look, step, blocks, title=title(trace), facts=facts)


def title(trace: Trace) -> Words:
    """What the figure is called: the mode says which inputs and outputs there are."""
    mode = Words(str(trace.options["mode"]))
    return Words("{title} unrolled, {mode}", title=trace.title, mode=mode)


# --- rows ------------------------------------------------------------------------


def _rows(chain: Chain) -> Block:
    """Every row, with a line from the end of one to the start of the next."""
    marks: list[Mark] = []
    arranged_ = arranged(chain)
    y, width = 0, 0.0
    before: tuple[int, int, int] | None = None
    for n, times in enumerate(arranged_):
        row = Row(
            chain,
            times,
            n == 0,
            any(t is not None and chain.has_x(t) for t in times),
            any(t is not None and chain.has_y(t) for t in times),
        )
        block = row_block(row)
        marks.append(block.at(0, y))
        width = max(width, block.width)
        if before is not None:
            marks += _turn(chain, before, (y, row.axis))
        if n + 1 < len(arranged_):
            right = chain.left(len(times) - 1) + chain.width
            before = (right, y + row.axis, y + row.height + _BETWEEN // 2)
            width = max(width, right + chain.lane)
        y += row.height + _BETWEEN
    return Block(width, y - _BETWEEN, tuple(marks))


def _turn(chain: Chain, before: tuple[int, int, int], after: tuple[int, int]) -> list[Mark]:
    """From the end of a row down, back, and into the next."""
    right, level, between = before
    top, axis = after
    down, up = right + chain.lane, near4(chain.h.size.width / 2)
    tone = chain.style.theme.tone("hidden")
    end = (chain.lead, top + axis)
    path = [(right, level), (down, level), (down, between), (up, between), (up, top + axis)]
    return [
        rounded_line([*path, (chain.lead - 8, top + axis)], tone.line, 2, tone.dash),
        arrow((up, top + axis), end, tone.line)[1],
        *weight_h(chain, end),
    ]


def panel(trace: Trace, style: Style, step: Step) -> Block:
    """A step for a sheet: the chain with the step active, and its arithmetic."""
    block = _rows(measured(trace, style, step, PANELS[-1]))
    return column([block, *workings_or_none(style, step.formula, block.width)], 12)
