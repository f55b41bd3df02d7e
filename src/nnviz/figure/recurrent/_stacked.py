"""A recurrent net of several layers or both directions: its states, and where each stands.

A column is a time: y above, a box a layer with its states in it, x below. The states before
the first time stand left of the columns, those after the last one, where the other
direction starts, right of them. Of a long sequence the middle is left out, and said.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from nnviz.elision import MOST_CELLS
from nnviz.figure.layout.style import BODY, SMALL, Piece, Style, near4, up4, up8
from nnviz.figure.recurrent._net import (
    LABEL,
    Net,
    State,
    Vectors,
    height_of,
    omitted,
    spaced,
    states_of,
)
from nnviz.libraries import np
from nnviz.recurrence import CellStep, Chain
from nnviz.trace import Step, Trace

MOST_TIMES = 12
"""Times past which a column cannot fit: the narrowest of them are wider than the page."""
MOST_ABOVE = 32
"""Cells that stand above one another; where there are more states, each shows fewer."""


@dataclass(frozen=True)
class Stack(Net):
    """What a net of several chains is made of, for one size of text."""

    @property
    def layers(self) -> int:
        return self.plan.layers

    @property
    def directions(self) -> int:
        return self.plan.directions

    def end(self, layer: int, direction: int) -> str:
        """How the names of its arrays end."""
        return self.plan.end(Chain(layer, direction))

    def raised(self, layer: int, direction: int) -> str:
        """What stands raised in its names."""
        return self.plan.raised(Chain(layer, direction))

    # --- times -----------------------------------------------------------------------

    @cached_property
    def cell_step(self) -> CellStep | None:
        return None if self.step is None else self.plan.at(self.step.number)

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
    def times(self) -> list[int | None]:
        """The times that are drawn; None stands for what is left out."""
        if len(self.wanted) == self.length and self._across(self.drawable) <= self.style.room:
            return [*self.drawable]
        kept = self.wanted[:1]
        for t in self.wanted[1:]:
            if self._across(spaced([*kept, t], self.length)) > self.style.room:
                break
            kept.append(t)
        return spaced(kept, self.length)

    def hidden(self, i: int) -> int:
        """How many times column `i` stands for."""
        return omitted(self.times, i, (0, self.length + 1))

    # --- vectors ---------------------------------------------------------------------

    @cached_property
    def x(self) -> Vectors:
        return self._at_times("x", self.trace.arrays["input"])

    @cached_property
    def y(self) -> Vectors | None:
        found = self.trace.results.get("y")
        if found is None:
            return None
        return self.vectors("y", found) if len(found) == 1 else self._at_times("y", found)

    def _at_times(self, letter: str, array: np.ndarray) -> Vectors:
        return self.vectors(letter, array[[t - 1 for t in self.drawable]])

    def row(self, t: int) -> int:
        """Which row of x, and of y where there is one a time, is that of time t."""
        return self.drawable.index(t)

    def state_row(self, t: int) -> int:
        """Which row of a state is that of time t; the first is what its chain starts from."""
        return self.row(t) + 1 if 1 <= t <= self.length else 0

    @cached_property
    def states(self) -> list[list[State]]:
        """The states of each layer, one above the other: c over h, forward over backward."""
        made = [
            states_of(
                [self._state(letter, layer, direction) for letter in self.letters]
                for direction in range(self.directions)
            )
            for layer in range(self.layers)
        ]
        # All as wide as the widest, so that they line up.
        width = max(s.vectors.size.width for layer in made for s in layer)
        return [[_widened(s, width) for s in layer] for layer in made]

    def _state(self, letter: str, layer: int, direction: int) -> Vectors:
        first = self.trace.arrays[letter + "0"][layer * self.directions + direction]
        every = self.trace.states[letter + self.end(layer, direction)]
        rows = np.stack([first, *(every[t - 1] for t in self.drawable)])
        above = self.layers * self.directions * len(self.letters)
        return self.vectors(
            letter,
            rows,
            sup=self.raised(layer, direction),
            most=max(4, min(MOST_CELLS, MOST_ABOVE // above)),
        )

    # --- widths ----------------------------------------------------------------------

    @cached_property
    def inner(self) -> int:
        """The width of the states with their names."""
        every = [state.vectors for layer in self.states for state in layer]
        names = [self.style.width(self.name(v, self.length + 1), self.naming) for v in every]
        return up8(max(*names, every[0].size.width))

    @cached_property
    def width(self) -> int:
        """The width of a column."""
        named = [self.x, *([self.y] if self.y else [])]
        return self.column_width(named, self.drawable, self.inner + 2 * self.pad)

    @cached_property
    def dots(self) -> int:
        """The width of a column that stands for what is left out."""
        said = self.style.width(self.left_out(self.length), SMALL) + 8
        return up8(max(16, said - 2 * self.gap) if self.bare else said)

    @property
    def gap(self) -> int:
        """Between two columns; y goes down through it on its way to x."""
        return (48 if self.feedback else 28) - 8 * self.bare - 8 * self.style.on_phone

    @cached_property
    def lead(self) -> int:
        """Before the first column: the first states, and W_h on the arrows from them."""
        if self.bare:
            return self.inner + 24 - 8 * self.style.on_phone
        symbols = [
            self.style.width(self.symbol("h", self.raised(*c)), SMALL) for c in self.plan.chains
        ]
        shapes = [self.style.width(self.shape("h", self.end(*c)), SMALL) for c in self.plan.chains]
        beside = max(self.style.width(label, SMALL) for label in self._beside)
        room = beside + 8 - self.width / 2
        return max(self.inner + up4(max(*symbols, *shapes) + 20), up4(room))

    @property
    def _beside(self) -> list[list[Piece]]:
        """What is said left of the arrows up."""
        labels = [self.weight("x", self.end(*c), self.raised(*c)) for c in self.plan.chains]
        return [*labels, *([self.weight("y")] if self.y else [])]

    @property
    def tail(self) -> int:
        """After the last column: what the other direction starts from."""
        return self.lead if self.directions > 1 else 0

    def _across(self, times: Sequence[int | None]) -> int:
        return self._left(times) - self.gap + self.tail

    def _left(self, before: Sequence[int | None]) -> int:
        """Where a column starts that stands after the columns `before`."""
        return self.lead + sum(self.gap + (self.dots if t is None else self.width) for t in before)

    @property
    def across(self) -> int:
        """The width of it all."""
        return self._across(self.times)

    def left(self, i: int) -> int:
        """The x of column `i`."""
        return self._left(self.times[:i])

    def right(self, i: int) -> int:
        """The x of its right side."""
        return self._left(self.times[: i + 1]) - self.gap

    def center(self, i: int) -> float:
        """The x of its middle."""
        return (self.left(i) + self.right(i)) / 2

    # --- heights ---------------------------------------------------------------------

    def tall(self, layer: int) -> int:
        """The height of the boxes of a layer."""
        return height_of(self.states[layer])

    def part(self, layer: int, direction: int) -> tuple[int, int]:
        """Where one direction stands in the box of a layer: its top and bottom."""
        own = [s for s in self.states[layer] if s.direction == direction]
        return own[0].top - LABEL - 4, height_of(own)

    def box(self, layer: int) -> int:
        """The top of the boxes of a layer."""
        made = self.y.height if self.y is not None else 0
        head = LABEL + made + self.up if made or self.plan.ends_in_h(self.length) else 0
        return head + sum(self.tall(k) + self.up for k in range(layer + 1, self.layers))

    @property
    def x_top(self) -> int:
        return self.box(0) + self.tall(0) + self.up

    @property
    def x_level(self) -> int:
        """The middle of the inputs."""
        return self.x_top + near4(self.x.height / 2)

    @property
    def height(self) -> int:
        """The height of it all."""
        letters = any(self.character(t) for t in self.times if t is not None)
        return self.x_top + self.x.height + LABEL + (LABEL if letters else 0)

    # --- a step ----------------------------------------------------------------------

    def now(self, t: int, layer: int, direction: int) -> bool:
        """Whether it is the step that makes this state."""
        number = self.plan.number(t, Chain(layer, direction))
        return self.step is not None and number == self.step.number

    def active(self, t: int, layer: int, state: State) -> bool:
        """Whether the step makes this state or reads it."""
        m = self.cell_step
        if m is None or self.step is None:
            return False
        own = (layer, state.direction) == m.chain and t in (m.time, m.before)
        # The layer above reads the h of its own time; so does y, above the last layer.
        above = {m.chain.layer - 1, *([self.layers - 1] if self.makes_y else [])}
        return own or (state.vectors.letter == "h" and t == m.time and layer in above)

    def blank(self, t: int, layer: int, direction: int) -> bool:
        """Whether a state is made after the step; what a chain starts from is not."""
        if self.cell_step is None or not 1 <= t <= self.length:
            return False
        return not self.plan.done(CellStep(t, Chain(layer, direction)), self.cell_step)

    @property
    def makes_y(self) -> bool:
        """Whether the step is the last of its time, and makes its output too."""
        return self.step is not None and "y" in self.step.detail

    def y_blank(self, t: int) -> bool:
        """Whether y_t is made after the step: something that it reads is."""
        return any(self.blank(t, self.layers - 1, d) for d in range(self.directions))


def _widened(state: State, width: int) -> State:
    vectors = state.vectors
    return state._replace(vectors=replace(vectors, size=replace(vectors.size, width=width)))


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
