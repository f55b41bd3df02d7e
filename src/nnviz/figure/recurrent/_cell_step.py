"""One recurrent cell at one time: the numbers that go in, and what they are called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from nnviz.trace import Expr, Name, Product, Role, Step, Sum, Trace
from nnviz.words import Words

if TYPE_CHECKING:
    import numpy as np

GATES = {"rnn": "", "lstm": "ifgo", "gru": "rzn"}
"""The gates of each cell, in the order of the rows of its weights."""


@dataclass(frozen=True)
class CellStep:
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

    @property
    def place(self) -> Words:
        """The time, layer and direction, where a step is not the same as a time."""
        if self.backward:
            return Words("time {t}, layer {n}, backward", t=self.time, n=self.layer + 1)
        return Words("time {t}, layer {n}, forward", t=self.time, n=self.layer + 1)

    def at(self, text: str, role: Role) -> Name:
        """A vector of this time."""
        return Name(text, str(self.time), role)

    def state(self, text: str, sub: str = "t") -> Name:
        """A state of this layer and direction."""
        options = self.trace.options
        return Name(text, sub, "hidden", raised(options, self.layer, int(self.backward)))

    def given(self, sub: str = "t") -> Name:
        """What the cell reads: x, or the state of the layer below."""
        return (
            Name("h", sub, "hidden", f"({self.layer})") if self.layer else Name("x", sub, "input")
        )

    def top(self, sub: str = "t") -> Name:
        """What an output is made from: the state of the last layer."""
        layers = int(self.trace.options.get("layers", 1))
        return Name("h", sub, "hidden", f"({layers})" if layers > 1 else "")

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
        terms: list[Expr] = [dot("x" + gate, self.given())] if self.has_x else []
        terms.append(dot("h" + gate, self.state("h", self.past())))
        return Sum((*terms, *(name for name, *_ in self.biases(gate))))


def dot(which: str, vector: Name) -> Expr:
    """A weight times a vector, in symbols."""
    return Product((Name("W", which, "weight"), vector), dot=True)


def raised(options: Mapping[str, Any], layer: int, direction: int) -> str:
    """What stands raised in a state's name: layer and direction, where there are several."""
    number = f"({layer + 1})" if options.get("layers", 1) > 1 else ""
    return number + ("→←"[direction] if options.get("directions", 1) > 1 else "")
