"""One recurrent cell at one time: where it stands in its net."""

from __future__ import annotations

from typing import NamedTuple

from nnviz.recurrence import Chain, Recurrence
from nnviz.trace import Step, Trace
from nnviz.words import Words


class CellStep(NamedTuple):
    """The step of a chain of cells at a time, from 1."""

    plan: Recurrence
    time: int
    chain: Chain

    @classmethod
    def of(cls, trace: Trace, step: Step) -> CellStep:
        assert trace.recurrence is not None
        return cls(trace.recurrence, *trace.recurrence.at(step.number))

    @property
    def layer(self) -> int:
        return self.chain.layer

    @property
    def backward(self) -> bool:
        return self.chain.backward

    @property
    def before(self) -> int:
        """The time whose states the cell starts from."""
        return self.plan.before(self.time, self.chain)

    @property
    def place(self) -> Words:
        """The time, layer and direction, where a step is not the same as a time."""
        if self.backward:
            return Words("time {t}, layer {n}, backward", t=self.time, n=self.layer + 1)
        return Words("time {t}, layer {n}, forward", t=self.time, n=self.layer + 1)
