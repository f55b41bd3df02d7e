"""What the symbols of a cell stand for at one time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from nnviz.equations import Fact, Quantity, Substitution, VectorEquation
from nnviz.expressions import Call, Expr, Name
from nnviz.ops.recurrent._cells import Track, bias_or_zero, both_biases
from nnviz.ops.recurrent._equations import Symbols, cell_facts, gate_name
from nnviz.ops.recurrent._weights import GATES, Weights

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True)
class CellTime:
    """One layer in one direction at one time, from 1."""

    track: Track
    time: int

    @property
    def x(self) -> np.ndarray:
        x: np.ndarray = self.track.x[self.time - 1]
        return x

    @property
    def h(self) -> np.ndarray:
        h: np.ndarray = self.track.h[self.time - 1]
        return h

    @cached_property
    def h_before(self) -> np.ndarray:
        return self.track.before(self.time - 1, self.track.h, self.track.h0)

    @property
    def c(self) -> np.ndarray | None:
        return None if self.track.c is None else self.track.c[self.time - 1]

    @property
    def c_before(self) -> np.ndarray | None:
        c, c0 = self.track.c, self.track.c0
        return None if c is None or c0 is None else self.track.before(self.time - 1, c, c0)

    @property
    def gates(self) -> np.ndarray | None:
        """What the activations make, gate after gate."""
        return None if self.track.gates is None else self.track.gates[self.time - 1]

    @cached_property
    def pre(self) -> np.ndarray:
        """What the activations are applied to, gate after gate."""
        return _pre(self.track, self.x, self.h_before, self.gates)

    @property
    def _order(self) -> tuple[str, ...]:
        """The gates in the order of their rows, which is that of the equations too."""
        return GATES[self.track.options.cell]

    def equations(self, s: Symbols) -> tuple[VectorEquation, ...]:
        """The cell's equations in these symbols, with their values."""
        facts = cell_facts(self.track.options, s)
        values: dict[Expr, np.ndarray | None] = {
            s.h: self.h,
            s.h_before: self.h_before,
            s.c: self.c,
            s.c_before: self.c_before,
            **({} if s.x is None else {s.x: self.x}),
        }
        alike: dict[Expr, np.ndarray | None] = {}
        for gate, fact in zip(self._order, facts, strict=False):
            whole = self._whole(s, gate, _total(fact))
            alike |= whole
            rows = self.track.rows(gate)
            values |= {name: None if a is None else a[rows] for name, a in whole.items()}
        before = str(self.time + (1 if self.track.reverse else -1))
        subs = {"t": str(self.time), "t−1": before, "t+1": before}
        return Substitution(_there(values), subs, _there(alike)).equations(facts)

    def _whole(self, s: Symbols, gate: str, total: Expr) -> dict[Expr, np.ndarray | None]:
        """What a gate has its rows of."""
        w = self.track.w
        weights = zip(s.weights(gate), (w.wx, w.wh, w.b, w.bh), strict=True)
        return {total: self.pre, gate_name(gate): self.gates, **dict[Expr, Any](weights)}

    def quantities(self) -> tuple[Quantity, ...]:
        """The vectors of the time, in the order of a table."""
        s, rows = Symbols(), self.track.rows
        made = self.gates
        gates = [] if made is None else [(g, Name(g), made[rows(g)]) for g in self._order]
        every = [
            ("x", Name("x", "t", "input"), self.x),
            ("h_prev", s.h_before, self.h_before),
            ("pre", Name("before", role="intermediate"), self.pre),
            ("c_prev", s.c_before, self.c_before),
            *gates,
            ("c", s.c, self.c),
            ("h", s.h, self.h),
        ]
        return tuple(Quantity(key, name, a) for key, name, a in every if a is not None)


def _there(arrays: Mapping[Expr, np.ndarray | None]) -> dict[Expr, np.ndarray]:
    return {name: array for name, array in arrays.items() if array is not None}


def _total(fact: Fact) -> Expr:
    """What the activation of a gate is applied to."""
    assert fact.equation is not None
    made = fact.equation.sides[-1]
    assert isinstance(made, Call)
    (total,) = made.args
    return total


def output_at(
    fact: Fact, h_name: Name, w: Weights, h: np.ndarray, y: np.ndarray, time: int
) -> tuple[VectorEquation, ...]:
    """The equation of an output at a time (from 1), with its values."""
    import numpy as np

    assert fact.equation is not None
    assert w.wy is not None
    left, right = fact.equation.sides
    values = {left: y, h_name: h, Name("W", "y", "weight"): w.wy, Name("b", "y", "bias"): w.by}
    called = {}
    if isinstance(right, Call):
        total = _total(fact)
        biases = [0.0] * len(y) if w.by is None else w.by
        values[total] = np.asarray([row @ h + b for row, b in zip(w.wy, biases, strict=True)])
        called[total] = Name("z", "t", "intermediate")
    return Substitution(_there(values), {"t": str(time)}, {}, called).equations((fact,))


def _pre(track: Track, x: np.ndarray, h: np.ndarray, gates: np.ndarray | None) -> np.ndarray:
    """W·x + W·h + b of every gate; of the candidate of a GRU with its reset in it."""
    import numpy as np

    w, after = track.w, track.options.linear_before_reset
    from_x, from_h = w.wx @ x, w.wh @ h
    if track.options.cell != "gru":
        return np.asarray(from_x + from_h + both_biases(w, from_h.dtype))
    assert gates is not None
    bx, bh = (bias_or_zero(bias, w, from_h.dtype) for bias in (w.b, w.bh))
    made = from_x + bx + from_h + bh
    r, new = gates[track.rows("r")], track.rows("n")
    if after:
        made[new] = (from_x + bx)[new] + r * (from_h + bh)[new]
    else:
        made[new] = (from_x + bx + bh)[new] + w.wh[new] @ (r * h)
    return np.asarray(made)
