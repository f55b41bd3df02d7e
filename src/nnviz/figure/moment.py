"""One recurrent cell at one time: the numbers that go in, and what they are called."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from nnviz.trace import Expr, Name, Product, Role, Step, Sum, Trace

if TYPE_CHECKING:
    import numpy as np

GATES = {"rnn": "", "lstm": "ifgo", "gru": "rzn"}
"""The gates of each cell, in the order of the rows of its weights."""


@dataclass(frozen=True)
class Moment:
    """A step of a recurrent net, of one layer in one direction."""

    trace: Trace
    step: Step

    @property
    def cell(self) -> str:
        return str(self.trace.options["cell"])

    @property
    def time(self) -> int:
        """From 1."""
        return self.step.index[0] + 1

    @property
    def layer(self) -> int:
        return int(self.step.detail["layer"])

    @property
    def backward(self) -> bool:
        return bool(self.step.detail["direction"])

    @property
    def several(self) -> bool:
        """Whether there is more than one layer or direction."""
        options = self.trace.options
        return not options.get("layers", 1) == options.get("directions", 1) == 1

    @property
    def has_x(self) -> bool:
        """Whether there is an input; after the first, one-to-many has none."""
        options = self.trace.options
        given = options["mode"] != "one-to-many" or bool(options.get("feedback"))
        return given or self.time == 1 or self.layer > 0

    @property
    def hidden(self) -> int:
        return len(self.vector("h"))

    @cached_property
    def keep(self) -> int | None:
        """Where the 1 of a character stands, which is never left out."""
        if "input" not in self.trace.labels or self.layer:
            return None
        return int(self.vector("x").argmax())

    def vector(self, name: str) -> np.ndarray:
        """A vector of the step: x, h_prev, pre, a gate, c_prev, c, h or y."""
        import numpy as np

        return np.asarray(self.step.detail[name])

    @property
    def gates(self) -> np.ndarray:
        """The values of all gates."""
        import numpy as np

        return np.concatenate([self.vector(gate) for gate in GATES[self.cell]])

    def weight(self, name: str, gate: str = "") -> np.ndarray | None:
        """Wx, Wh, b or bh, or the rows of one gate; None where there is no such weight."""
        end = f"_l{self.layer}" + "_reverse" * self.backward if self.several else ""
        array = self.trace.arrays.get(name + end)
        return self.rows(array, gate) if gate and array is not None else array

    def rows(self, array: np.ndarray, gate: str) -> np.ndarray:
        """The part of an array that belongs to a gate."""
        at = GATES[self.cell].index(gate) if gate else 0
        return array[at * self.hidden : (at + 1) * self.hidden]

    # --- names -----------------------------------------------------------------------

    @property
    def before(self) -> int:
        """The time whose states the cell starts from."""
        return self.time + (1 if self.backward else -1)

    def at(self, text: str, role: Role) -> Name:
        """A vector of this time."""
        return Name(text, str(self.time), role)

    def earlier(self, text: str) -> Name:
        """A state of the time before."""
        return Name(text, str(self.before), "hidden")

    def past(self) -> str:
        """The subscript of the time before, in symbols."""
        return "t+1" if self.backward else "t−1"

    def biases(self, gate: str) -> list[tuple[Name, np.ndarray, np.ndarray]]:
        """The biases of a gate, one or PyTorch's two: the name, its rows, those of every gate."""
        b, bh = self.weight("b"), self.weight("bh")
        found = []
        if b is not None:
            found.append((Name("b", "x" * (bh is not None) + gate, "bias"), b))
        if bh is not None:
            found.append((Name("b", "h" + gate, "bias"), bh))
        return [(name, self.rows(bias, gate), bias) for name, bias in found]

    def total(self, gate: str) -> Sum:
        """W·x + W·h + b of a gate, in symbols."""
        terms: list[Expr] = [dot("W", "x" + gate, "x", "t", "input")] if self.has_x else []
        terms.append(dot("W", "h" + gate, "h", self.past(), "hidden"))
        return Sum((*terms, *(name for name, *_ in self.biases(gate))))


def dot(matrix: str, which: str, vector: str, time: str, role: Role) -> Expr:
    """A matrix times a vector, in symbols."""
    return Product((Name(matrix, which, "weight"), Name(vector, time, role)), dot=True)
