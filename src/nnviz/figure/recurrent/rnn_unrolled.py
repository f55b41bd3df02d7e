"""A recurrent net unrolled in time: x_t below, h_t in its cell, y_t above."""

from __future__ import annotations

from nnviz.figure.formulas.wrapped import worked
from nnviz.figure.layout.blocks import Block, column, remark
from nnviz.figure.layout.lines import rounded_arrow
from nnviz.figure.layout.page import page
from nnviz.figure.layout.style import SMALL, Style, near4
from nnviz.figure.recurrent._net import formulas, one_chain
from nnviz.figure.recurrent._row import Row, row_block
from nnviz.figure.recurrent._unrolled import Chain, measured_chain
from nnviz.figure.scene import Mark, Scene
from nnviz.request import Appearance
from nnviz.trace import Step, Trace
from nnviz.words import Words

RANK = 0
fits = one_chain


def draw(trace: Trace, appearance: Appearance, step: Step | None) -> Scene:
    """The columns in rows, the formulas above; of a step, its arithmetic beneath."""
    style = Style.of(appearance)
    chain = measured_chain(trace, style, step)
    blocks, facts = _worked_chain(chain), [*formulas(trace, style), *chain.shapes_said()]
    return page(style, trace, appearance, step, blocks, title=title(trace), facts=facts)


def title(trace: Trace) -> Words:
    """What the figure is called."""
    return Words("{title} unrolled", title=trace.title)


def panel(trace: Trace, style: Style, step: Step) -> Block:
    """A step for a sheet: the chain with the step active, and its arithmetic."""
    return column(_worked_chain(measured_chain(trace, style, step)), 12)


def _worked_chain(chain: Chain) -> list[Block]:
    """The rows, which times they are where not all, and the arithmetic of a step."""
    times, n = chain.times, chain.length
    part = len(times) < n and None not in times
    words = Words("times {first} to {last} of {n}", first=times[0], last=times[-1], n=n)
    said = [remark(chain.style, words, SMALL)] if part else []
    return worked(chain.style, [column([chain_rows(chain), *said], 8)], chain.step)


# --- rows ------------------------------------------------------------------------


def chain_rows(chain: Chain) -> Block:
    """Every row, with a line from the end of one to the start of the next."""
    marks: list[Mark] = []
    y, width, several = 0, 0.0, chain.rows
    before: tuple[Row, int] | None = None
    for n, times in enumerate(several):
        row = Row(chain, times, sum(map(len, several[:n])))
        block = row_block(row)
        marks.append(block.at(0, y))
        width = max(width, block.width)
        if before is not None:
            marks += _turn(chain, *before, row, y)
        if n + 1 < len(several):
            before = (row, y)
            width = max(width, row.end + chain.lane)
        y += row.height + _between(chain)
    return Block(width, y - _between(chain), tuple(marks))


def _between(chain: Chain) -> int:
    """Between two rows of columns: room for each line from one to the next."""
    return 24 + 8 * (len(chain.states[0]) + chain.feedback)


def _turn(chain: Chain, row: Row, top: int, below: Row, start: int) -> list[Mark]:
    """From the end of a row at `top` down, back, and into the next at `start`.

    c outside h, so that none cross; then y on its way to x.
    """
    right, between = row.end, top + row.height + _between(chain) - 16
    tone, up = chain.style.theme.tone("hidden"), near4(chain.inner / 2)
    marks: list[Mark] = []
    for n, state in enumerate(chain.states[0]):
        down, left, back = right + chain.lane - 8 * n, up - 8 * n, between - 8 * n
        level, end = top + row.level(state), (chain.lead, start + below.level(state))
        path = [(right, level), (down, level), (down, back), (left, back), (left, end[1]), end]
        if state.back:
            marks += chain.returned(state, row.times[-1], path[::-1])
        else:
            marks += rounded_arrow(path, tone.line, 2, tone.dash)
        marks += chain.on_arrow(state, end)
    if chain.feedback:
        fed = [(x, top + y) for x, y in row.fed_from(len(row.times) - 1)]
        left, back = up - 8 * len(chain.states[0]), between - 8 * len(chain.states[0])
        x, at = below.fed_to(0)
        turn = [(fed[-1][0], back), (left, back), (left, start + at), (x, start + at)]
        marks += chain.fed_back([*fed, *turn])
    return marks
