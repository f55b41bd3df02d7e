"""One row of an unrolled net: its columns, each with y above, h in its cell and x below."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from nnviz.figure.layout.blocks import Block
from nnviz.figure.layout.lines import Point
from nnviz.figure.layout.style import SMALL, Piece, middle, near4
from nnviz.figure.recurrent._net import LABEL, State, omitted
from nnviz.figure.recurrent._unrolled import Chain, arranged
from nnviz.figure.scene import Anchor, Mark, Rect


@dataclass(frozen=True, slots=True)
class Row:
    """The levels of one row: what stands at which y."""

    chain: Chain
    times: Sequence[int | None]
    start: int
    """How many columns, or dots, stand in the rows before."""

    @property
    def first(self) -> bool:
        return self.start == 0

    @property
    def has_x(self) -> bool:
        return any(t is not None and self.chain.has_x(t) for t in self.times)

    @property
    def box(self) -> int:
        """The top of the cells."""
        there = [t for t in self.times if t is not None]
        if self.chain.y is not None and any(map(self.chain.has_y, there)):
            return LABEL + self.chain.y.height + self.chain.up
        return LABEL + self.chain.up if any(map(self.chain.plan.ends_in_h, there)) else 0

    @property
    def bottom(self) -> int:
        """The bottom of the cells."""
        return self.box + self.chain.tall

    @property
    def height(self) -> int:
        if not self.has_x:
            return self.bottom
        text = LABEL if any(t and self.chain.character(t) for t in self.times) else 0
        return self.bottom + self.chain.up + self.chain.x.height + LABEL + text

    def center(self, i: int) -> float:
        return self.chain.left(i) + self.chain.width / 2

    # --- where y goes back to x --------------------------------------------------------

    @property
    def x_level(self) -> int:
        """The middle of the inputs."""
        return self.bottom + self.chain.up + near4(self.chain.x.height / 2)

    def fed_from(self, i: int) -> list[Point]:
        """From y down behind its cell, to the level of the inputs; or from dots there."""
        lane = self.chain.left(i) + self.chain.width + 12
        if self.times[i] is None:
            return [(self.center(i) + 16, self.x_level), (lane, self.x_level)]
        assert self.chain.y is not None
        start, level = self.chain.y.size.width / 2 + 2, LABEL + near4(self.chain.y.height / 2)
        return [(self.center(i) + start, level), (lane, level), (lane, self.x_level)]

    def fed_to(self, i: int) -> Point:
        """The left side of x, or of dots in its place."""
        beside = 16 if self.times[i] is None else self.chain.x.size.width / 2 + 2
        return self.center(i) - beside, self.x_level


def row_block(row: Row) -> Block:
    """The columns of a row, and the arrows between."""
    chain = row.chain
    marks: list[Mark] = []
    if row.first:
        first = row.times[0] or 1
        marks += _chain_states(row, chain.inner / 2, first - 1, active=chain.now(first))
        marks += _chain_arrows(row, chain.inner + 4, chain.lead)
    for i, t in enumerate(row.times):
        marks += _omitted_column(row, i) if t is None else _chain_column(row, i, t)
        if i:
            marks += _chain_arrows(row, chain.left(i) - chain.gap, chain.left(i))
    if chain.feedback:
        for i in range(len(row.times) - 1):
            marks += chain.fed_back([*row.fed_from(i), row.fed_to(i + 1)])
    width = chain.left(len(row.times) - 1) + chain.width + chain.tail
    return Block(width, row.height, tuple(marks))


def _chain_states(
    row: Row, center: float, t: int, *, active: bool = False, blank: bool = False
) -> Iterator[Mark]:
    """The states of time t around `center`, each with its name above it."""
    chain = row.chain
    for vectors, _, below in chain.states:
        block = vectors.block(chain.style, t, active=active, blank=blank)
        yield from chain.named(vectors, t, block, center, row.box + below)


def _chain_arrows(row: Row, start: float, end: float) -> Iterator[Mark]:
    """The arrow of each state from column to column, named."""
    for state in row.chain.states:
        y = row.box + state.lane
        yield from row.chain.arrow((start, y), (end, y), "hidden")
        yield from state_label(row.chain, state, (end, y))


def state_label(chain: Chain, state: State, end: Point) -> Iterator[Mark]:
    """What is said on the arrow that ends at `end`: c, or W_h and its shape."""
    first = end[0] == chain.lead
    gap = chain.first_gap if first else chain.gap
    x, y = end[0] - (gap - (20 if chain.feedback else 0)) / 2 - 4, end[1]
    letter, style = state.vectors.letter, chain.style
    if letter == "h" and (chain.bare or (chain.close and not first)):
        yield style.text(x, y - 8, chain.symbol("h"), SMALL, anchor="middle")
    elif letter == "h" and chain.narrow:
        yield from chain.around((x, y), "h")
    else:
        said = [Piece("c", style.theme.tone("hidden").line)] if letter == "c" else chain.weight("h")
        yield style.text(x, y - 8, said, SMALL, anchor="middle")


def _omitted_column(row: Row, i: int) -> Iterator[Mark]:
    """Dots where times are left out, and how many."""
    every = [t for times in arranged(row.chain) for t in times]
    levels = [row.box + state.lane for state in row.chain.states]
    fed = [row.x_level] if row.chain.feedback else []
    n = omitted(every, row.start + i, (0, 0))
    return row.chain.dotted(row.center(i), [*levels, *fed], n, levels[-1] + 24)


# --- a column ----------------------------------------------------------------------


def _chain_column(row: Row, i: int, t: int) -> Iterator[Mark]:
    yield from _chain_cell(row, i, t)
    if row.chain.has_x(t):
        yield from _x_below(row, i, t)
    if row.chain.has_y(t):
        yield from _y_above(row, i, t)
    if row.chain.plan.ends_in_h(t):
        yield from row.chain.handed_on(row.center(i), row.box)


def _chain_cell(row: Row, i: int, t: int) -> Iterator[Mark]:
    """The cell with its states in it."""
    chain, theme = row.chain, row.chain.style.theme
    now = chain.now(t)
    edge, line = (theme.tone("hidden").line, 3.0) if now else (theme.ink, 1.5)
    box = Rect(chain.left(i), row.box, chain.width, chain.tall, theme.panel, edge, line, (), 12)
    yield box._replace(now="hidden") if now else box
    active = now or chain.now(t + 1)
    yield from _chain_states(row, row.center(i), t, active=active, blank=chain.later(t))


def _x_below(row: Row, i: int, t: int) -> Iterator[Mark]:
    """x_t, its name and character, and its arrow up."""
    chain, x, top = row.chain, row.center(i), row.bottom + row.chain.up
    blank = chain.feedback and chain.later(t)
    block = chain.x.block(chain.style, t - 1, active=chain.now(t), blank=blank)
    yield chain.array(chain.x, t, block, x, top)
    yield from chain.arrow((x, top - 4), (x, row.bottom), "input")
    yield _weight_beside(chain, "x", x, top - chain.up / 2)
    yield from chain.below(chain.x, t, x, top + block.height)


def _y_above(row: Row, i: int, t: int) -> Iterator[Mark]:
    """y_t, its name, and the arrow up to it."""
    chain, y, x = row.chain, row.chain.y, row.center(i)
    assert y is not None
    at = t - 1 if len(y.rows) == chain.length else 0
    block = y.block(chain.style, at, active=chain.now(t), blank=chain.later(t))
    yield from chain.named(y, t, block, x, LABEL)
    yield from chain.arrow((x, row.box), (x, LABEL + block.height + 2), "output")
    yield _weight_beside(chain, "y", x, row.box - chain.up / 2)


def _weight_beside(chain: Chain, letter: str, x: float, y: float) -> Mark:
    """The name of a weight beside an arrow up; before it where y goes down behind it."""
    anchor: Anchor = "end" if chain.feedback else "start"
    x = x - 8 if chain.feedback else x + 8
    return chain.style.text(x, middle(y, SMALL), chain.weight(letter), SMALL, anchor=anchor)
