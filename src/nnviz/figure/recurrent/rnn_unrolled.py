"""A recurrent net unrolled in time: x_t below, h_t in its cell, y_t above."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nnviz.figure.formulas.wrapped import workings_or_none
from nnviz.figure.layout.lines import arrow, rounded_line
from nnviz.figure.layout.page import (
    PANELS,
    Block,
    Style,
    column,
    near4,
    page,
)
from nnviz.figure.recurrent._columns import Row, row_block, state_label
from nnviz.figure.recurrent._net import formulas, one_chain
from nnviz.figure.recurrent._unrolled import Chain, arranged, measured
from nnviz.figure.scene import Mark, Scene
from nnviz.trace import Step, Trace
from nnviz.words import Words

if TYPE_CHECKING:
    from nnviz.request import Appearance

RANK = 0
_BETWEEN = 48
"""Between two rows of columns."""


def fits(trace: Trace) -> Words | None:
    """Whether it is one chain of cells."""
    return one_chain(trace)


def draw(trace: Trace, appearance: Appearance, step: Step | None) -> Scene:
    """The columns in rows, the formulas above; of a step, its arithmetic beneath."""
    style = Style.of(appearance)
    chain = measured(trace, style, step)
    block = _rows(chain)
    blocks = [block]
    if step is not None:
        blocks += workings_or_none(style, step.formula, block.width)
    facts = formulas(trace, style)
    return page(style, trace, appearance, step, blocks, title=title(trace), facts=facts)


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
            marks += _turn(chain, before, y + row.box)
        if n + 1 < len(arranged_):
            right = chain.left(len(times) - 1) + chain.width
            before = (right, y + row.box, y + row.height + _BETWEEN // 2)
            width = max(width, right + chain.lane)
        y += row.height + _BETWEEN
    return Block(width, y - _BETWEEN, tuple(marks))


def _turn(chain: Chain, before: tuple[int, int, int], after: int) -> list[Mark]:
    """From the end of a row down, back, and into the next; c outside h, so that none cross."""
    right, level, between = before
    tone = chain.style.theme.tone("hidden")
    marks: list[Mark] = []
    for vectors, lane in chain.lanes:
        out = (vectors is not chain.lanes[0][0]) * 8
        down, up = right + chain.lane - out, near4(chain.inner / 2) - out
        back, y = between - out, after + lane
        end = (chain.lead, y)
        path = [(right, level + lane), (down, level + lane), (down, back), (up, back), (up, y)]
        marks += [
            rounded_line([*path, (chain.lead - 8, y)], tone.line, 2, tone.dash),
            arrow((up, y), end, tone.line)[1],
            *state_label(chain, vectors, end),
        ]
    return marks


def panel(trace: Trace, style: Style, step: Step) -> Block:
    """A step for a sheet: the chain with the step active, and its arithmetic."""
    block = _rows(measured(trace, style, step, PANELS[-1]))
    return column([block, *workings_or_none(style, step.formula, block.width)], 12)
