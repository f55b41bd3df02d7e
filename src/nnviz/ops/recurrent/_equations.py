"""The cells in symbols, as a textbook's margin has them: the one place that writes them out.

The header, the formulas of a step, the figure inside the cell, the terminal's table and the
trace document come from here; `core.recurrent` computes the same, and a test compares them.
"""

from __future__ import annotations

from collections.abc import Iterator

from nnviz.ops.recurrent._rnn_options import RnnOptions
from nnviz.ops.recurrent._weights import CellWeights, Weights
from nnviz.records import NamedTuple
from nnviz.recurrence import Chain, Recurrence
from nnviz.trace import Call, Equation, Expr, Fact, Name, Neg, Num, Product, Sum
from nnviz.words import Words


class Symbols(NamedTuple):
    """What a cell's vectors are called, and which weights it has."""

    x: Name | None = Name("x", "t", "input")
    """None where there is no input."""
    h_prev: Name = Name("h", "t−1", "hidden")
    c_prev: Name = Name("c", "t−1", "hidden")
    c: Name = Name("c", "t", "hidden")
    h: Name = Name("h", "t", "hidden")
    has_b: bool = True
    has_bh: bool = False
    """Whether the part of the hidden state has a bias of its own, as in PyTorch."""

    def vectors(self) -> dict[str, Name]:
        """What is read and made, by its name in the trace document."""
        return {key: name for key, name in self._asdict().items() if isinstance(name, Name)}

    def weights(self, gate: str) -> tuple[Name, Name, Name, Name]:
        """W_x, W_h and both biases of a gate, whether it has them or not."""
        b = Name("b", "x" * self.has_bh + gate, "bias")
        return _weight("x" + gate), _weight("h" + gate), b, Name("b", "h" + gate, "bias")

    def from_x(self, gate: str) -> list[Expr]:
        """W·x of a gate."""
        return [] if self.x is None else [_dot("x" + gate, self.x)]

    def from_h(self, gate: str) -> Expr:
        """W·h of a gate."""
        return _dot("h" + gate, self.h_prev)

    def outer(self, gate: str) -> list[Expr]:
        """The textbook's one bias, or the first of PyTorch's two."""
        return [self.weights(gate)[2]] if self.has_b else []

    def inner(self, gate: str) -> list[Expr]:
        """The bias that comes with the hidden state."""
        return [self.weights(gate)[3]] if self.has_bh else []

    def total(self, gate: str = "") -> Sum:
        """W·x + W·h + b."""
        biases = (*self.outer(gate), *self.inner(gate))
        return Sum((*self.from_x(gate), self.from_h(gate), *biases))


def plain(w: CellWeights) -> Symbols:
    """The names where there is one chain of cells, or one stands for all."""
    return Symbols(has_b=w.b is not None, has_bh=w.bh is not None)


def placed(w: CellWeights, plan: Recurrence, time: int, chain: Chain) -> Symbols:
    """The names with their layer and direction; without an input where there is none."""
    sup, past = plan.raised(chain), "t+1" if chain.backward else "t−1"
    x: Name | None = Name("x", "t", "input") if plan.has_x(time) else None
    if chain.layer:
        x = Name("h", "t", "hidden", f"({chain.layer})")
    h_prev, c_prev = (Name(letter, past, "hidden", sup) for letter in "hc")
    h, c = (Name(letter, "t", "hidden", sup) for letter in "hc")
    return plain(w)._replace(x=x, h_prev=h_prev, c_prev=c_prev, c=c, h=h)


def top(plan: Recurrence) -> Name:
    """What an output is made from: the state of the last layer, both directions side by side."""
    return Name("h", "t", "hidden", f"({plan.layers})" if plan.layers > 1 else "")


def stacked_facts(plan: Recurrence) -> Iterator[Fact]:
    """What the equations of one layer forward do not say of the others."""
    if plan.layers > 1:
        x, below = Name("x", "t", "input", "(k)"), Name("h", "t", "hidden", "(k−1)")
        yield _fact(Words("from layer 2 on, the input is the layer below"), x, below)
    if plan.directions > 1:
        after = Name("h", "t+1", "hidden", "←")
        yield Fact(Words("backward, in the place of the state before"), Equation((after,)))


# --- the cells -------------------------------------------------------------------------


def cell_facts(options: RnnOptions, s: Symbols) -> tuple[Fact, ...]:
    """How a cell makes its states: first its gates, in the order of their rows."""
    if options.cell == "lstm":
        return _lstm(s)
    if options.cell == "gru":
        return _gru(s, after=options.linear_before_reset)
    linear = options.activation == "none"
    made = s.total() if linear else Call(options.activation, (s.total(),))
    return (_fact(Words("hidden state"), s.h, made),)


def _lstm(s: Symbols) -> tuple[Fact, ...]:
    kept, new = _each(gate_name("f"), s.c_prev), _each(gate_name("i"), gate_name("g"))
    return (
        _squashed(Words("input gate"), "i", s.total("i")),
        _squashed(Words("forget gate"), "f", s.total("f")),
        _squashed(Words("candidate"), "g", s.total("g")),
        _squashed(Words("output gate"), "o", s.total("o")),
        _fact(Words("cell state"), s.c, Sum((kept, new))),
        _fact(Words("hidden state"), s.h, _each(gate_name("o"), Call("tanh", (s.c,)))),
    )


def _gru(s: Symbols, *, after: bool) -> tuple[Fact, ...]:
    new = _each(Sum((Num(1), Neg(gate_name("z")))), gate_name("n"))
    return (
        _squashed(Words("reset gate"), "r", s.total("r")),
        _squashed(Words("update gate"), "z", s.total("z")),
        _squashed(Words("candidate"), "n", _candidate(s, after=after)),
        _fact(Words("hidden state"), s.h, Sum((new, _each(gate_name("z"), s.h_prev)))),
    )


def _candidate(s: Symbols, *, after: bool) -> Sum:
    """What makes n: reset after the linear map, as PyTorch has it, or before it."""
    if after:
        inner = s.inner("n")
        held = Sum((s.from_h("n"), *inner)) if inner else s.from_h("n")
        return Sum((*s.from_x("n"), *s.outer("n"), _each(gate_name("r"), held)))
    back = _dot("hn", _each(gate_name("r"), s.h_prev))
    return Sum((*s.from_x("n"), back, *s.outer("n"), *s.inner("n")))


def output_fact(options: RnnOptions, h: Name, w: Weights) -> Fact:
    """How an output is made from a hidden state."""
    bias = () if w.by is None else (Name("b", "y", "bias"),)
    right: Expr = Sum((_dot("y", h), *bias))
    if options.output_activation != "none":
        right = Call(options.output_activation, (right,))
    return _fact(Words("output"), Name("y", "t", "output"), right)


def gate_name(name: str) -> Name:
    """A gate: i, f, g, o of an LSTM, r, z, n of a GRU."""
    return Name(name, "t", "intermediate")


def _squashed(label: Words, name: str, total: Sum) -> Fact:
    """A gate: σ, or tanh for a candidate, of its sum."""
    return _fact(label, gate_name(name), Call("tanh" if name in "gn" else "σ", (total,)))


def _fact(label: Words, left: Expr, right: Expr) -> Fact:
    return Fact(label, Equation((left, right)))


def _dot(which: str, vector: Expr) -> Product:
    """A weight times a vector."""
    return Product((_weight(which), vector), dot=True)


def _weight(which: str) -> Name:
    return Name("W", which, "weight")


def _each(*factors: Expr) -> Product:
    """Vectors multiplied number by number."""
    return Product(factors, each=True)
