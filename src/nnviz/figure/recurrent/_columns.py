"""What stands in the columns of a recurrent net: its vectors, and what goes back through them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property

from nnviz.elision import MOST_CELLS
from nnviz.figure.layout.lines import Point, rounded_arrow
from nnviz.figure.layout.style import SMALL, near4
from nnviz.figure.recurrent._net import LABEL, Net, Vectors
from nnviz.figure.recurrent._wires import circle
from nnviz.figure.scene import Mark
from nnviz.libraries import np
from nnviz.records import NamedTuple, dataclass, replace
from nnviz.recurrence import CellStep, Chain

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
class Columns(Net):
    """The vectors of each time, of which some can be drawn."""

    def chains(self, layer: int) -> list[Chain]:
        return [chain for chain in self.plan.chains if chain.layer == layer]

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
        """What stands below a column, side by side: x, and its gradient; that first where it goes
        on to the time before.
        """
        found = [self.x, *([self._at_times("∂x", self.way.states["input"])] if self.way else [])]
        return found[::-1] if self.feedback else found

    @cached_property
    def ys(self) -> list[Vectors]:
        """What stands above a column: y and its gradient, or that which arrives at h alone."""
        found = [self.y] if self.y else []
        if self.way:
            letter, sup = ("∂y", "") if self.y else ("∂h", "↑")
            given = self._at_times(letter, self.way.states["output"], sup)
            if not self.y and np.ptp(given.rows) == 0 and given.rows.shape[1] > 2:
                # One number, as of the sum of all outputs, stands for the others.
                given = replace(given, shown=[(0, None)] * len(given.rows))
            found.append(given)
        return found

    @property
    def high(self) -> int:
        """The height of what stands above a column."""
        return max(vectors.height for vectors in self.ys)

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

    # --- what goes back ---------------------------------------------------------------

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

    @cached_property
    def lengths(self) -> dict[tuple[Chain, int], float]:
        """How long the gradient of each hidden state is, of the times that can be drawn."""
        every = self.way.states if self.way else {}
        chains = self.plan.chains if self.way else ()
        found = {c: every["length" + self.plan.end(c)] for c in chains}
        return {(c, t): found[c][t - 1].item() for c in found for t in self.drawable}

    @cached_property
    def said_length(self) -> float:
        """The width of the widest of these as a number."""
        texts = map(self.style.show, self.lengths.values())
        return max((self.style.width(text, SMALL) for text in texts), default=0)
