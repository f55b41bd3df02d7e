"""A recurrent net in columns: y above, a box a layer with its states in it, x below.

A net of one layer in one direction is a stack of one box.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

from nnviz.elision import MOST_CELLS
from nnviz.figure.layout.lines import Point, rounded_arrow
from nnviz.figure.layout.style import BODY, SMALL, Piece, Style, near4, up4, up8
from nnviz.figure.recurrent._net import LABEL, Net, Vectors, omitted, spaced
from nnviz.figure.recurrent._wires import circle
from nnviz.figure.scene import Mark, Rect
from nnviz.libraries import np
from nnviz.recurrence import CellStep, Chain
from nnviz.trace import Step, Trace

MOST_TIMES = 12
"""Times past which a column cannot fit: the narrowest of them are wider than the page."""
MOST_ABOVE = 32
"""Cells that stand above one another; where there are more states, each shows fewer."""


class State(NamedTuple):
    """One state of a cell: its vectors, and how far below the top of the cell it stands."""

    vectors: Vectors
    chain: Chain
    top: int
    foot: int = 0
    """The height of what stands beneath it."""

    @property
    def back(self) -> bool:
        """Whether it is a gradient, and goes the other way."""
        return self.vectors.letter[0] == "∂"

    @property
    def lane(self) -> int:
        """How far below the top of the cell its arrows are."""
        return self.top + near4(self.vectors.height / 2)


@dataclass(frozen=True)
class Stack(Net):
    """What stands in the columns of a net, for one size of text."""

    everywhere = False
    """Whether each arrow up has the name of its weight, or the first of its kind alone."""

    def chains(self, layer: int) -> list[Chain]:
        return [chain for chain in self.plan.chains if chain.layer == layer]

    @cached_property
    def cell_step(self) -> CellStep | None:
        return None if self.step is None else self.plan.at(self.step.number)

    # --- times -----------------------------------------------------------------------

    @cached_property
    def wanted(self) -> list[int]:
        """The times that can be drawn, first those of the step, then both ends."""
        own = [] if self.cell_step is None else [self.cell_step.time, self.cell_step.before]
        every = [*own, 1, self.length, *range(1, MOST_TIMES + 1)]
        return [t for t in dict.fromkeys(every) if 1 <= t <= self.length]

    @cached_property
    def drawable(self) -> list[int]:
        """The same from left to right: the rows of the vectors."""
        return sorted(self.wanted)

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

    # --- vectors ---------------------------------------------------------------------

    def row(self, t: int) -> int:
        """Which row of x, and of y where there is one a time, is that of time t."""
        return self.drawable.index(t)

    def state_row(self, t: int) -> int:
        """Which row of a state is that of time t; the first is what its chain starts from."""
        return self.row(t) + 1 if 1 <= t <= self.length else 0

    def _at_times(self, letter: str, array: np.ndarray, sup: str = "") -> Vectors:
        return self.vectors(letter, array[[t - 1 for t in self.drawable]], sup=sup)

    @cached_property
    def x(self) -> Vectors:
        return self._at_times("x", self.trace.arrays["input"])

    @cached_property
    def y(self) -> Vectors | None:
        found = self.trace.results.get("y")
        if found is None:
            return None
        return self.vectors("y", found) if len(found) == 1 else self._at_times("y", found)

    @cached_property
    def xs(self) -> list[Vectors]:
        """What stands below a column, side by side: x, and its gradient."""
        way = self.way
        return [self.x, *([self._at_times("∂x", way.states["input"])] if way else [])]

    @cached_property
    def ys(self) -> list[Vectors]:
        """What stands above a column: y and its gradient, or that which arrives at h alone."""
        found = [self.y] if self.y else []
        if self.way:
            letter, sup = ("∂y", "") if self.y else ("∂h", "↑")
            given = self._at_times(letter, self.way.states["output"], sup)
            if np.ptp(given.rows) == 0 and given.rows.shape[1] > 2:  # one number stands for all
                given = replace(given, shown=[(0, None)] * len(given.rows))
            found.append(given)
        return found

    @property
    def high(self) -> int:
        """The height of what stands above a column."""
        return max(vectors.height for vectors in self.ys)

    def above(self, t: int) -> list[Vectors]:
        """What of them there is at a time: h is handed on at every time, or at the last alone."""
        there = self.plan.has_y(t) if self.y or not self.way else self.arrives(t)
        return self.ys if there else []

    def arrives(self, t: int) -> bool:
        """Whether a gradient that is not 0 arrives at a time."""
        return self.way is not None and bool(self.way.states["output"][t - 1].any())

    @cached_property
    def states(self) -> list[list[State]]:
        """The states of each layer, one above the other: c over h, forward over backward."""
        kept = [d + letter for letter in self.letters for d in ("", "∂")[: 1 + bool(self.way)]]
        made = {c: [self._state(letter, c) for letter in kept] for c in self.plan.chains}
        # All as wide as the widest, so that they line up.
        width = max(vectors.size.width for several in made.values() for vectors in several)
        found = []
        for layer in range(self.plan.layers):
            top, own = 0, list[State]()
            for chain in self.chains(layer):
                for vectors in made[chain]:
                    top += LABEL + 4
                    wide = replace(vectors, size=replace(vectors.size, width=width))
                    own.append(State(wide, chain, top, 20 * (vectors.letter == "∂h")))
                    top += vectors.height + own[-1].foot
                top += 12
            found.append(own)
        return found

    @property
    def most(self) -> int:
        above = len(list(self.plan.chains)) * len(self.letters) * (1 + bool(self.way))
        return max(4, min(MOST_CELLS, MOST_ABOVE // above))

    def _state(self, letter: str, chain: Chain) -> Vectors:
        end, own = self.plan.end(chain), self._first(letter, chain)
        states = self.way.states if self.way and letter[0] == "∂" else self.trace.states
        every = states[letter.removeprefix("∂") + end]
        rows = np.stack([own, *(every[t - 1] for t in self.drawable)])
        return self.vectors(letter, rows, sup=self.plan.raised(chain), most=self.most)

    def _first(self, letter: str, chain: Chain) -> np.ndarray:
        """What a chain starts from, or the gradient that comes back to it."""
        if self.way and letter[0] == "∂":
            return np.asarray(self.way.states[f"{letter[1:]}0{self.plan.end(chain)}"])
        first = self.trace.arrays[letter + "0"]
        rows: np.ndarray = first.reshape(-1, first.shape[-1])
        return np.asarray(rows[list(self.plan.chains).index(chain)])

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
        cells = [v.width for v in named]
        return up8(max(*names, *letters, *cells, self.inner + 2 * self.pad))

    @cached_property
    def dots(self) -> int:
        """The width of a column that stands for what is left out."""
        said = self.style.width(self.left_out(self.length), SMALL) + 8
        return up8(max(16, said - 2 * self.gap) if self.bare else said)

    @cached_property
    def gap(self) -> int:
        """Between two columns; y goes down through it on its way to x."""
        return (48 if self.feedback else 28) - 8 * self.bare - 8 * self.style.on_phone

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
        return self.lead if self.plan.directions > 1 else 0

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

    def returned(self, state: State, t: int | None, points: Sequence[Point]) -> Iterator[Mark]:
        """An arrow back to a time: to a plus sign where it meets what comes from elsewhere."""
        tone, ((px, _), (x, y)) = self.style.theme.tone("gradient"), points[-2:]
        tip = x + (8 if px > x else -8) * (t is not None and self._meets(state, t)), y
        yield from rounded_arrow([*points[:-1], tip], tone.line, 2, tone.dash)

    def plus(self, state: State, t: int, at: Point) -> Iterator[Mark]:
        """That sign."""
        return circle(self.style, *at, "+", radius=8) if self._meets(state, t) else iter(())

    def _meets(self, state: State, t: int) -> bool:
        """Whether a state's gradient is the sum of what comes from above and from the time after:
        of a cell state, which its hidden state is made of, wherever there is a time after.
        """
        if not state.back or self.way is None:
            return False
        end, states = self.plan.end(state.chain), self.way.states
        if state.vectors.letter == "∂c":
            return bool(states["road" + end][t - 1].any())
        return all(states[name + end][t - 1].any() for name in ("above", "after"))

    def carried(self, _: State, __: int, ___: Point) -> Iterator[Mark]:
        """What a state's gradient has from the time after, on its arrow: there is no room."""
        return iter(())

    def length_of(self, state: State, t: int, x: float, top: float) -> Iterator[Mark]:
        """A bar as long as the gradient of a hidden state at a time, and how long that is."""
        assert self.way is not None
        length = self.way.states["length" + self.plan.end(state.chain)][t - 1].item()
        size, tone = state.vectors.size, self.style.theme.tone("gradient")
        left, y = x - size.width / 2, top + state.top + state.vectors.height
        said = self.style.show(length)
        room = size.width - self.style.width(said, SMALL) - 8
        wide = near4(room * length / self.longest) if self.longest > 0 else 0
        yield Rect(left, y + 8, max(wide, 1), 8, tone.active, tone.line)
        yield self.style.text(left + size.width, y + 16, said, SMALL, anchor="end")

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


def measured_stack(trace: Trace, style: Style, step: Step | None) -> Stack:
    """The stack with the most times; of those, the one with the larger text."""
    tried = [Stack(trace, style, step, text) for text in (BODY, SMALL)]
    tried += [replace(tried[-1], bare=True)] if style.precision < 4 else []
    fitting = [stack for stack in tried if stack.across <= style.room]
    if fitting or style.precision == 1:
        return max(
            fitting or tried[-1:], key=lambda stack: len(stack.times) - stack.times.count(None)
        )
    # Not even one time fits between both ends: fewer digits of each number.
    return measured_stack(trace, replace(style, precision=style.precision - 1), step)
