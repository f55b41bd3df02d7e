"""Recurrent cells over one sequence: run in the core, and explained number by number."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from nnviz.ops.recurrent._weights import CellWeights
from nnviz.trace import Call, Equation, Expr, Name, Num, Product, Role, Sum

if TYPE_CHECKING:
    import numpy as np

_GATES = {"rnn": "", "lstm": "ifgo", "gru": "rzn"}
"""The gates of each cell, in the order of the rows of its weights."""


class Kind(NamedTuple):
    """Which cell, and what may differ in it."""

    cell: str = "rnn"
    activation: str = "tanh"
    linear_before_reset: bool = True


class Track(NamedTuple):
    """One layer in one direction, run over the whole sequence."""

    kind: Kind
    w: CellWeights
    x: np.ndarray
    """T×d."""
    h0: np.ndarray
    h: np.ndarray
    """T×Dh, in the order of the sequence whatever the direction."""
    c0: np.ndarray | None = None
    c: np.ndarray | None = None
    gates: np.ndarray | None = None
    reverse: bool = False

    @property
    def last(self) -> int:
        """The time whose states are the final ones."""
        return 0 if self.reverse else len(self.x) - 1

    def before(self, t: int, states: np.ndarray, first: np.ndarray) -> np.ndarray:
        """The state that time t starts from."""
        at = t + 1 if self.reverse else t - 1
        return states[at] if 0 <= at < len(states) else first

    def gate(self, name: str, t: int) -> np.ndarray:
        """The values of one gate at time t."""
        assert self.gates is not None
        size = self.h.shape[1]
        at = _GATES[self.kind.cell].index(name) * size
        return self.gates[t, at : at + size]


def run_cell(
    kind: Kind,
    w: CellWeights,
    x: np.ndarray,
    h0: np.ndarray,
    c0: np.ndarray | None,
    *,
    reverse: bool = False,
) -> Track:
    """Run one layer in one direction over x."""
    from nnviz.core import recurrent

    seen = x[::-1] if reverse else x
    c = gates = None
    if kind.cell == "rnn":
        h = recurrent.rnn(
            seen,
            w.wx,
            w.wh,
            _both(w, h0.dtype),
            h0,
            activation="relu" if kind.activation == "relu" else "tanh",
        )
    elif kind.cell == "lstm":
        assert c0 is not None
        h, c, gates = recurrent.lstm(seen, w.wx, w.wh, _both(w, h0.dtype), h0, c0)
    else:
        bx, bh = (_or_zero(bias, w, h0.dtype) for bias in (w.b, w.bh))
        h, gates = recurrent.gru(
            seen, w.wx, w.wh, bx, bh, h0, linear_before_reset=kind.linear_before_reset
        )
    if reverse:
        h = h[::-1]
        c, gates = (None if a is None else a[::-1] for a in (c, gates))
    return Track(kind, w, x, h0, h, c0, c, gates, reverse)


def _or_zero(bias: np.ndarray | None, w: CellWeights, dtype: Any) -> np.ndarray:
    import numpy as np

    return np.zeros(len(w.wx), dtype) if bias is None else bias


def _both(w: CellWeights, dtype: Any) -> np.ndarray:
    return _or_zero(w.b, w, dtype) if w.bh is None else _or_zero(w.b, w, dtype) + w.bh


# --- what a step says ----------------------------------------------------------


def detail(track: Track, t: int) -> dict[str, Any]:
    """What the trace document says of time t."""
    before = track.before(t, track.h, track.h0)
    made = {
        "x": track.x[t].tolist(),
        "h_prev": before.tolist(),
        "pre": pre_of(track, t).tolist(),
    }
    if track.c is not None:
        assert track.c0 is not None
        made["c_prev"] = track.before(t, track.c, track.c0).tolist()
    made.update((name, track.gate(name, t).tolist()) for name in _GATES[track.kind.cell])
    if track.c is not None:
        made["c"] = track.c[t].tolist()
    return {**made, "h": track.h[t].tolist()}


def pre_of(track: Track, t: int) -> np.ndarray:
    """What the activations are applied to, gate after gate."""
    import numpy as np

    w, before = track.w, track.before(t, track.h, track.h0)
    from_x, from_h = w.wx @ track.x[t], w.wh @ before
    if track.kind.cell != "gru":
        return np.asarray(from_x + from_h + _both(w, from_h.dtype))
    bx, bh = (_or_zero(bias, w, from_h.dtype) for bias in (w.b, w.bh))
    size = len(before)
    made = from_x + bx + from_h + bh
    r, new = track.gate("r", t), slice(2 * size, None)
    if track.kind.linear_before_reset:
        made[new] = (from_x + bx)[new] + r * (from_h + bh)[new]
    else:
        made[new] = (from_x + bx + bh)[new] + w.wh[new] @ (r * before)
    return np.asarray(made)


def equations(track: Track, t: int, u: int) -> list[Equation]:
    """How unit u comes to its value at time t, in numbers."""
    maker = {"rnn": _rnn, "lstm": _lstm, "gru": _gru}[track.kind.cell]
    return maker(_Unit(track, t, u))


class _Unit(NamedTuple):
    """One unit at one time, and the sums that go into it."""

    track: Track
    t: int
    u: int

    def name(self, text: str, role: Role) -> Name:
        return Name(text, f"{self.t + 1},{self.u}", role)

    def row(self, gate: str) -> int:
        gates = _GATES[self.track.kind.cell]
        size: int = self.track.h.shape[1]
        return (gates.index(gate) if gate else 0) * size + self.u

    @property
    def before(self) -> np.ndarray:
        return self.track.before(self.t, self.track.h, self.track.h0)

    def from_x(self, gate: str) -> list[Expr]:
        """The products of x and the bias of one row."""
        w, row = self.track.w, self.row(gate)
        return products(self.track.x[self.t], w.wx[row], "input") + _bias(w.b, row)

    def from_h(self, gate: str) -> list[Expr]:
        """The products of the hidden state and its bias of one row."""
        w, row = self.track.w, self.row(gate)
        return products(self.before, w.wh[row], "hidden") + _bias(w.bh, row)

    def squashed(self, name: str, function: str, terms: list[Expr], role: Role) -> Equation:
        """name = function(sum) = function(pre) = value."""
        values = self.track.h[self.t] if name == "h" else self.track.gate(name, self.t)
        pre = pre_of(self.track, self.t)[self.row("" if name == "h" else name)].item()
        return Equation(
            (
                self.name(name, role),
                Call(function, (Sum(tuple(terms)),)),
                Call(function, (Num(pre, "intermediate"),)),
                Num(values[self.u].item(), role),
            )
        )

    def gate(self, name: str) -> Num:
        """The value of a gate."""
        return Num(self.track.gate(name, self.t)[self.u].item(), "intermediate")

    def result(self, name: str, right: Expr, value: Any, role: Role) -> Equation:
        return Equation((self.name(name, role), right, Num(value.item(), role)))


def _rnn(unit: _Unit) -> list[Equation]:
    terms = _biases_last(unit.from_x(""), unit.from_h(""))
    return [unit.squashed("h", unit.track.kind.activation, terms, "hidden")]


def _lstm(unit: _Unit) -> list[Equation]:
    track, t, u = unit.track, unit.t, unit.u
    assert track.c is not None
    assert track.c0 is not None
    made = [
        unit.squashed(
            gate,
            "tanh" if gate == "g" else "σ",
            _biases_last(unit.from_x(gate), unit.from_h(gate)),
            "intermediate",
        )
        for gate in "ifgo"
    ]
    c_before = Num(track.before(t, track.c, track.c0)[u].item(), "hidden")
    kept = Product((unit.gate("f"), c_before))
    new = Product((unit.gate("i"), unit.gate("g")))
    made.append(unit.result("c", Sum((kept, new)), track.c[t, u], "hidden"))
    shown = Call("tanh", (Num(track.c[t, u].item(), "hidden"),))
    made.append(unit.result("h", Product((unit.gate("o"), shown)), track.h[t, u], "hidden"))
    return made


def _gru(unit: _Unit) -> list[Equation]:
    track, t, u = unit.track, unit.t, unit.u
    made = [
        unit.squashed(g, "σ", _biases_last(unit.from_x(g), unit.from_h(g)), "intermediate")
        for g in "rz"
    ]
    if track.kind.linear_before_reset:
        back: list[Expr] = [Product((unit.gate("r"), Sum(tuple(unit.from_h("n")))))]
    else:
        row = unit.row("n")
        resets = track.gate("r", t).tolist()
        states, weights = unit.before.tolist(), track.w.wh[row].tolist()
        back = [
            Product((Num(r, "intermediate"), Num(h, "hidden"), Num(k, "weight")))
            for r, h, k in zip(resets, states, weights, strict=True)
        ] + _bias(track.w.bh, row)
    made.append(unit.squashed("n", "tanh", [*unit.from_x("n"), *back], "intermediate"))
    z = unit.gate("z")
    new = Product((Sum((Num(1), Num(-z.value))), unit.gate("n")))
    kept = Product((z, Num(unit.before[u].item(), "hidden")))
    made.append(unit.result("h", Sum((new, kept)), track.h[t, u], "hidden"))
    return made


def products(values: np.ndarray, weights: np.ndarray, role: Role) -> list[Expr]:
    """Every number times its weight."""
    pairs = zip(values.tolist(), weights.tolist(), strict=True)
    return [Product((Num(v, role), Num(k, "weight"))) for v, k in pairs]


def _bias(bias: np.ndarray | None, row: int) -> list[Expr]:
    return [] if bias is None else [Num(bias[row].item(), "bias")]


def _biases_last(*parts: list[Expr]) -> list[Expr]:
    """Products first, then the biases: one, or PyTorch's two."""
    terms = [term for part in parts for term in part]
    return sorted(terms, key=lambda term: isinstance(term, Num))
