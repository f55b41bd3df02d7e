"""The plan of a recurrent net: its chains of cells, and what there is at each time.

The operation makes it once and puts it into its `Trace`: its steps, the tables and the figures
ask it. Whole numbers only. Times count from 1, layers and directions (0 forward, 1 backward)
from 0.
"""

from __future__ import annotations

from collections.abc import Iterator

from nnviz.records import NamedTuple
from nnviz.words import Words


class Chain(NamedTuple):
    """A layer in one direction."""

    layer: int
    direction: int

    @property
    def backward(self) -> bool:
        return self.direction == 1

    @property
    def arrow(self) -> str:
        """Which way it runs."""
        return "→←"[self.direction]


class CellStep(NamedTuple):
    """A step: a chain of cells at a time, from 1."""

    time: int
    chain: Chain

    @property
    def before(self) -> int:
        """The time whose states the cell starts from."""
        return self.time + (1 if self.chain.backward else -1)

    @property
    def place(self) -> Words:
        """The time, layer and direction."""
        layer = self.chain.layer + 1
        if self.chain.backward:
            return Words("time {t}, layer {n}, backward", t=self.time, n=layer)
        return Words("time {t}, layer {n}, forward", t=self.time, n=layer)


class Recurrence(NamedTuple):
    """A recurrent net over a sequence, as whole numbers.

    >>> plan = Recurrence(length=3, layers=2, directions=2)
    >>> plan.at(6), plan.number(2, Chain(0, 1))
    (CellStep(time=2, chain=Chain(layer=0, direction=1)), 6)
    """

    length: int
    layers: int = 1
    directions: int = 1
    mode: str = "many-to-many"
    feedback: bool = False
    """Each output is the next input."""
    makes_y: bool = False
    """There are outputs at all."""

    @property
    def chains(self) -> Iterator[Chain]:
        """Layer by layer, forward before backward: the order of the steps of a time."""
        return (Chain(k, d) for k in range(self.layers) for d in range(self.directions))

    @property
    def several(self) -> bool:
        """Whether there is more than one chain."""
        return self.layers * self.directions > 1

    def at(self, number: int) -> CellStep:
        """The time and the chain of a step (from 1)."""
        before, rest = divmod(number - 1, self.layers * self.directions)
        return CellStep(before + 1, Chain(*divmod(rest, self.directions)))

    def place(self, number: int) -> Words | None:
        """Where a step is, where that is not the same as a time."""
        return self.at(number).place if self.several else None

    def number(self, time: int, chain: Chain) -> int:
        """The number of the step of a chain at a time, from 1."""
        return ((time - 1) * self.layers + chain.layer) * self.directions + chain.direction + 1

    def has_x(self, time: int) -> bool:
        """Whether there is an input; one-to-many has one at the first time alone."""
        return self.mode != "one-to-many" or self.feedback or time == 1

    def has_y(self, time: int) -> bool:
        """Whether there is an output."""
        return self.makes_y and (self.mode != "many-to-one" or time == self.length)

    def ends_in_h(self, time: int) -> bool:
        """Whether the hidden state is handed on at a time, alone of all times."""
        return self.mode == "many-to-one" and not self.makes_y and time == self.length

    def makes(self, time: int, chain: Chain) -> bool:
        """Whether the step of a chain makes the output too: the last one of its time."""
        last = Chain(self.layers - 1, self.directions - 1)
        return chain == last and self.has_y(time)

    def done(self, step: CellStep, now: CellStep) -> bool:
        """Whether a step is done by the time that another one is.

        In the order of the numbers where all run forward. Else a layer follows all of those
        below it, and in it the backward direction, from the last time down, all of the forward
        one, which it does not read.
        """
        if self.directions == 1:
            return self.number(*step) <= self.number(*now)
        if step.chain != now.chain:
            return step.chain < now.chain
        return step.time >= now.time if now.chain.backward else step.time <= now.time

    def end(self, chain: Chain) -> str:
        """How the names of a chain's arrays end, where there are several: _l0_reverse."""
        return f"_l{chain.layer}" + "_reverse" * chain.backward

    def raised(self, chain: Chain) -> str:
        """What stands raised in a state's name: layer and direction, where there are several."""
        layer = f"({chain.layer + 1})" if self.layers > 1 else ""
        return layer + (chain.arrow if self.directions > 1 else "")
