"""A recurrent net in columns: y above, a box a layer with its states in it, x below.

A net of one layer in one direction is a stack of one box.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property

from nnviz.figure.layout.lines import Point
from nnviz.figure.layout.style import BODY, SMALL, Piece, Style, near4, up4, up8
from nnviz.figure.recurrent._columns import Columns, State
from nnviz.figure.recurrent._net import LABEL, Vectors, omitted, spaced
from nnviz.figure.scene import Mark, Rect
from nnviz.libraries import np
from nnviz.records import dataclass, replace
from nnviz.recurrence import CellStep, Chain
from nnviz.trace import Step, Trace


@dataclass(frozen=True)
class Stack(Columns):
    """What stands in the columns of a net, for one size of text."""

    everywhere = False
    """Whether each arrow up has the name of its weight, or the first of its kind alone."""

    # --- times -----------------------------------------------------------------------

    @cached_property
    def rows(self) -> list[list[int | None]]:
        """One row of as many as fit."""
        if len(self.wanted) == self.length and self._fits(self.drawable):
            return [[*self.drawable]]
        kept = self.wanted[:1]
        for t in self.wanted[1:]:
            if not self._fits(spaced([*kept, t], self.length)):
                break
            kept.append(t)
        return [spaced(kept, self.length)]

    def _fits(self, times: Sequence[int | None]) -> bool:
        return self._across(times) <= self.style.room

    @cached_property
    def times(self) -> list[int | None]:
        """Those of all rows."""
        return [t for row in self.rows for t in row]

    def hidden(self, i: int) -> int:
        """How many times column `i` stands for."""
        return omitted(self.times, i, (0, self.length + 1))

    # --- what stands above ------------------------------------------------------------

    @property
    def said_once(self) -> float | None:
        """What comes from above, where it is one number everywhere that rows would repeat."""
        given = None if self.y or self.way is None else self.way.states["output"]
        if given is None or len(self.rows) < 2 or not given.any() or np.ptp(given):
            return None
        return float(given.flat[0])

    def above(self, t: int) -> list[Vectors]:
        """What of them there is at a time: h is handed on at every time, or at the last alone."""
        if self.said_once is not None:
            return []
        there = self.plan.has_y(t) if self.y or not self.way else self.arrives(t)
        return self.ys if there else []

    # --- measures --------------------------------------------------------------------

    @cached_property
    def inner(self) -> int:
        """The width of the states with their names."""
        every = [state.vectors for layer in self.states for state in layer]
        names = [self.style.width(self.name(v, self.length + 1), self.naming) for v in every]
        return up8(max(*names, every[0].size.width))

    @cached_property
    def width(self) -> int:
        """The width of a column, wide enough for its vectors, their names and characters."""
        named = [s.vectors for layer in self.states for s in layer]
        named += [self.x, *([self.y] if self.y else [])] if not self.way else []
        names = [self.style.width(self.name(v, self.length), self.naming) for v in named]
        letters = [self.style.width(self.character(t), BODY, True) for t in self.drawable]
        cells = [*(v.width for v in named), self.said_length + 40 * bool(self.way)]
        return up8(max(*names, *letters, *cells, self.inner + 2 * self.pad))

    @cached_property
    def dots(self) -> int:
        """The width of a column that stands for what is left out."""
        said = self.style.width(self.left_out(self.length), SMALL) + 8
        return up8(max(16, said - 2 * self.gap) if self.bare else said)

    @cached_property
    def gap(self) -> int:
        """Between two columns; y goes down through it on its way to x, and plus signs need room."""
        wide = 48 if self.feedback else 36 if self.way else 28
        return max(wide - 8 * self.bare - 8 * self.style.on_phone, self.beside)

    @property
    def beside(self) -> int:
        """What the gap has to hold of values and gradients side by side, and a line between."""
        return 2 * self.over + 8 + 8 * (self.feedback and self.way is not None)

    @cached_property
    def over(self) -> int:
        """How far a value and its gradient, side by side, are out of their column."""
        if self.way is None:
            return 0
        pairs = (sum(v.width + 8 for v in pair) - 8 for pair in (self.xs, self.ys))
        return max(0, up4((max(pairs) - self.width) / 2))

    @cached_property
    def lead(self) -> int:
        """Before the first column: the first states, and W_h on the arrows from them."""
        if self.bare:
            return self.inner + 24 - 8 * self.style.on_phone
        chains, width = list(self.plan.chains), self.style.width
        symbols = [width(self.symbol("h", self.plan.raised(c)), SMALL) for c in chains]
        shapes = [width(self.shape("h", self.end(c)), SMALL) for c in chains]
        ups = range(self.plan.layers + (self.y is not None))
        beside = max(width(label, SMALL) for k in ups for label in self.weights_up(k))
        room = beside + 8 - self.width / 2
        return max(self.inner + up4(max(*symbols, *shapes) + 20), up4(room))

    @cached_property
    def tail(self) -> int:
        """After the last column: what the other direction starts from."""
        return self.lead if self.plan.directions > 1 else self.over

    def _across(self, times: Sequence[int | None]) -> int:
        return self.left(times) - self.gap + self.tail

    @property
    def across(self) -> int:
        """The width of it all."""
        return self._across(self.times)

    def left(self, before: Sequence[int | None]) -> int:
        """Where a column starts that stands after the columns `before`."""
        return self.lead + sum(self.gap + (self.dots if t is None else self.width) for t in before)

    def tall(self, layer: int) -> int:
        """The height of the boxes of a layer."""
        return self.part(self.states[layer][-1].chain)[1]

    def part(self, chain: Chain) -> tuple[int, int]:
        """Where one direction stands in the box of a layer: its top and bottom."""
        own = [s for s in self.states[chain.layer] if s.chain == chain]
        return own[0].top - LABEL - 4, own[-1].top + own[-1].vectors.height + own[-1].foot + 12

    # --- weights ---------------------------------------------------------------------

    def weights_up(self, layer: int) -> list[list[Piece]]:
        """What is said beside the arrow up to a layer, or past the last one to y."""
        if layer == self.plan.layers:
            return [self.weight("y")]
        own = self.chains(layer)
        return [self.weight("x", self.end(c), self.plan.raised(c)) for c in own]

    def on_arrow(self, state: State, end: Point) -> Iterator[Mark]:
        """W_h above the first arrow of a chain, its shape below."""
        start, x = self.lead, (self.inner + self.lead) / 2
        if state.chain.backward:
            start, x = self.across - start, self.across - x
        if state.vectors.letter == "h" and end[0] == start and not self.bare:
            yield from self.around((x, end[1]), "h", self.end(state.chain), state.vectors.sup)

    def length_of(self, state: State, t: int, x: float, top: float) -> Iterator[Mark]:
        """A bar as long as the gradient of a hidden state at a time, and how long that is."""
        length, most = self.lengths[state.chain, t], max(self.lengths.values())
        half, tone = self.width / 2 - 8, self.style.theme.tone("gradient")
        y = top + state.top + state.vectors.height + 8
        if length:
            room = 2 * half - self.said_length - 8
            wide = max(4, near4(room * length / most))
            yield Rect(x - half, y, wide, 8, tone.active, tone.line)
        yield self.style.text(x + half, y + 8, self.style.show(length), SMALL, anchor="end")

    # --- a step ----------------------------------------------------------------------

    def active(self, t: int, state: State) -> bool:
        """Whether the step makes this state or reads it."""
        m = self.cell_step
        if m is None:
            return False
        own = state.chain == m.chain and t in (m.time, m.before)
        # The layer above reads the h of its own time; so does y, above the last layer.
        above = {m.chain.layer - 1, *([self.plan.layers - 1] if self.makes_y else [])}
        return own or (state.vectors.letter == "h" and t == m.time and state.chain.layer in above)

    def blank(self, t: int, chain: Chain) -> bool:
        """Whether a state is made after the step; what a chain starts from is not."""
        if self.cell_step is None or not 1 <= t <= self.length:
            return False
        return not self.plan.done(CellStep(t, chain), self.cell_step)

    @property
    def makes_y(self) -> bool:
        """Whether the step is the last of its time, and makes its output too."""
        return self.step is not None and "y" in self.step.detail

    def y_blank(self, t: int) -> bool:
        """Whether y_t is made after the step: something that it reads is."""
        return any(self.blank(t, chain) for chain in self.chains(self.plan.layers - 1))


def measured_stack(
    trace: Trace, style: Style, step: Step | None, way: Trace | None = None
) -> Stack:
    """The stack with the most times; of those, the one with the larger text."""
    tried = [Stack(trace, style, step, text, way=way) for text in (BODY, SMALL)]
    tried += [replace(tried[-1], bare=True)] if style.precision < 4 else []
    fitting = [stack for stack in tried if stack.across <= style.room]
    if fitting or style.precision == 1:
        return max(
            fitting or tried[-1:], key=lambda stack: len(stack.times) - stack.times.count(None)
        )
    # Not even one time fits between both ends: fewer digits of each number.
    return measured_stack(trace, replace(style, precision=style.precision - 1), step, way)
