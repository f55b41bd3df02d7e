"""What the symbols of a cell and of an output stand for at one time, from 1."""

from __future__ import annotations

from collections.abc import Mapping

from nnviz.equations import Fact, Quantity, Substitution, VectorEquation
from nnviz.expressions import Call, Expr, Name
from nnviz.libraries import np
from nnviz.ops.recurrent._cells import Track, bias_or_zero, both_biases
from nnviz.ops.recurrent._equations import Symbols, cell_facts, gate_name
from nnviz.ops.recurrent._weights import GATES, Weights

Vectors = Mapping[str, "np.ndarray"]


def vectors_at(track: Track, time: int) -> Vectors:
    """What a cell reads and makes, by name, in the order of a table.

    `pre` is what the activations are applied to, gate after gate.
    """
    t, gates = time - 1, {}
    if track.gates is not None:
        gates = {g: track.gates[t, track.rows(g)] for g in GATES[track.options.cell]}
    h = track.before(t, track.h, track.h0)
    found = {"x": track.x[t], "h_prev": h, "pre": _pre(track, track.x[t], h, gates)}
    if track.c is None or track.c0 is None:
        return {**found, **gates, "h": track.h[t]}
    c = track.before(t, track.c, track.c0)
    return {**found, "c_prev": c, **gates, "c": track.c[t], "h": track.h[t]}


def quantities_of(vectors: Vectors, s: Symbols) -> tuple[Quantity, ...]:
    """The same with their symbols."""
    names = {**Symbols().vectors(), **s.vectors(), "pre": Name("before", role="intermediate")}
    return tuple(Quantity(key, names.get(key, Name(key)), v) for key, v in vectors.items())


def equations_at(
    track: Track, time: int, vectors: Vectors, s: Symbols
) -> tuple[VectorEquation, ...]:
    """The cell's equations in these symbols, with their values."""
    facts = cell_facts(track.options, s)
    named = s.vectors().items()
    values: dict[Expr, np.ndarray] = {n: vectors[key] for key, n in named if key in vectors}
    alike: dict[Expr, np.ndarray] = {}
    for gate, fact in zip(GATES[track.options.cell], facts, strict=False):
        w = track.w
        rows_of = dict[Expr, "np.ndarray | None"](
            zip(s.weights(gate), (w.wx, w.wh, w.b, w.bh), strict=True)
        )
        rows_of[_total(fact)] = vectors["pre"]
        rows_of[gate_name(gate)] = None if track.gates is None else track.gates[time - 1]
        whole = {name: array for name, array in rows_of.items() if array is not None}
        alike |= whole
        values |= {name: array[track.rows(gate)] for name, array in whole.items()}
    before = str(time + (1 if track.reverse else -1))
    subs = {"t": str(time), "t−1": before, "t+1": before}
    return Substitution(values, subs, alike).equations(facts)


def output_at(
    fact: Fact, h_name: Name, w: Weights, h: np.ndarray, y: np.ndarray, time: int
) -> tuple[VectorEquation, ...]:
    """The equation of an output, with its values."""
    assert fact.equation is not None
    assert w.wy is not None
    left, right = fact.equation.sides
    values: dict[Expr, np.ndarray] = {left: y, h_name: h, Name("W", "y", "weight"): w.wy}
    if w.by is not None:
        values[Name("b", "y", "bias")] = w.by
    called = {}
    if isinstance(right, Call):
        total = _total(fact)
        biases = [0.0] * len(y) if w.by is None else w.by
        with np.errstate(all="ignore"):
            values[total] = np.asarray([row @ h + b for row, b in zip(w.wy, biases, strict=True)])
        called[total] = Name("z", "t", "intermediate")
    return Substitution(values, {"t": str(time)}, called=called).equations((fact,))


def _total(fact: Fact) -> Expr:
    """What the function of an equation is applied to, where there is one."""
    assert fact.equation is not None
    made = fact.equation.sides[-1]
    return made.args[0] if isinstance(made, Call) else made


def _pre(track: Track, x: np.ndarray, h: np.ndarray, gates: Vectors) -> np.ndarray:
    """W·x + W·h + b of every gate; of the candidate of a GRU with its reset in it."""
    w = track.w
    with np.errstate(all="ignore"):
        from_x, from_h = w.wx @ x, w.wh @ h
        if track.options.cell != "gru":
            return np.asarray(from_x + from_h + both_biases(w, from_h.dtype))
        bx, bh = (bias_or_zero(bias, w, from_h.dtype) for bias in (w.b, w.bh))
        made = from_x + bx + from_h + bh
        r, new = gates["r"], track.rows("n")
        if track.options.linear_before_reset:
            made[new] = (from_x + bx)[new] + r * (from_h + bh)[new]
        else:
            made[new] = (from_x + bx + bh)[new] + w.wh[new] @ (r * h)
    return np.asarray(made)
