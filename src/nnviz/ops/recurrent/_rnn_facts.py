"""The formulas of recurrent cells, in symbols, as a textbook's margin has them."""

from __future__ import annotations

from typing import NamedTuple

from nnviz.ops.recurrent._rnn_options import RnnOptions
from nnviz.ops.recurrent._weights import Weights
from nnviz.trace import Call, Equation, Expr, Fact, Name, Neg, Num, Product, Role, Sum
from nnviz.words import Words

_NOW, _BEFORE = "t", "t−1"


def facts_of(options: RnnOptions, w: Weights) -> tuple[Fact, ...]:
    """How the cell makes its states, and the outputs where there are some."""
    cell = w.cells[0][0]
    sums = _Sums(cell.b is not None, cell.bh is not None)
    if options.cell == "lstm":
        facts = _lstm(sums)
    elif options.cell == "gru":
        facts = _gru(sums, before=options.linear_before_reset)
    else:
        facts = [_fact("hidden state", _h(_NOW), Call(options.activation, (sums.total(),)))]
    if w.wy is not None:
        facts.append(_fact("output", Name("y", _NOW, "output"), _output(options, w)))
    return tuple(facts)


def _fact(label: str, left: Expr, right: Expr) -> Fact:
    return Fact(Words(label), Equation((left, right)))


def _of(matrix: str, which: str, vector: str, time: str, role: Role) -> Expr:
    return Product((Name(matrix, which, "weight"), Name(vector, time, role)), dot=True)


def _h(time: str) -> Name:
    return Name("h", time, "hidden")


def _each(*factors: Expr) -> Product:
    """Vectors multiplied number by number."""
    return Product(factors, each=True)


class _Sums(NamedTuple):
    """What goes into a gate, with weights and biases of its own: W_xi·x_t + W_hi·h_t−1 + b_i."""

    has_b: bool
    has_bh: bool

    def x(self, gate: str) -> Expr:
        return _of("W", "x" + gate, "x", _NOW, "input")

    def h(self, gate: str) -> Expr:
        return _of("W", "h" + gate, "h", _BEFORE, "hidden")

    def outer(self, gate: str) -> list[Expr]:
        """The textbook's one bias, or the first of PyTorch's two."""
        return [Name("b", "x" * self.has_bh + gate, "bias")] if self.has_b else []

    def inner(self, gate: str) -> list[Expr]:
        """The bias that comes with the hidden state."""
        return [Name("b", "h" + gate, "bias")] if self.has_bh else []

    def total(self, gate: str = "") -> Sum:
        return Sum((self.x(gate), self.h(gate), *self.outer(gate), *self.inner(gate)))


def _gate(name: str) -> Name:
    return Name(name, _NOW, "intermediate")


def _squashed(label: str, gate: str, sums: _Sums, function: str = "σ") -> Fact:
    return _fact(label, _gate(gate), Call(function, (sums.total(gate),)))


def _lstm(sums: _Sums) -> list[Fact]:
    c_now, c_before = Name("c", _NOW, "hidden"), Name("c", _BEFORE, "hidden")
    kept, new = _each(_gate("f"), c_before), _each(_gate("i"), _gate("g"))
    return [
        _squashed("input gate", "i", sums),
        _squashed("forget gate", "f", sums),
        _squashed("candidate", "g", sums, "tanh"),
        _squashed("output gate", "o", sums),
        _fact("cell state", c_now, Sum((kept, new))),
        _fact("hidden state", _h(_NOW), _each(_gate("o"), Call("tanh", (c_now,)))),
    ]


def _gru(sums: _Sums, *, before: bool) -> list[Fact]:
    inner = sums.inner("n")
    if before:
        held = _each(_gate("r"), Sum((sums.h("n"), *inner)) if inner else sums.h("n"))
        terms = [*sums.outer("n"), held]
    else:
        held = _each(_gate("r"), _h(_BEFORE))
        back = Product((Name("W", "hn", "weight"), held), dot=True)
        terms = [back, *sums.outer("n"), *inner]
    new = _each(Sum((Num(1), Neg(_gate("z")))), _gate("n"))
    return [
        _squashed("reset gate", "r", sums),
        _squashed("update gate", "z", sums),
        _fact("candidate", _gate("n"), Call("tanh", (Sum((sums.x("n"), *terms)),))),
        _fact("hidden state", _h(_NOW), Sum((new, _each(_gate("z"), _h(_BEFORE))))),
    ]


def _output(options: RnnOptions, w: Weights) -> Expr:
    right: Expr = _of("W", "y", "h", _NOW, "hidden")
    if w.by is not None:
        right = Sum((right, Name("b", "y", "bias")))
    name = options.output_activation
    return right if name == "none" else Call(name, (right,))
