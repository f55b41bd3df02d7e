"""The formulas of recurrent cells, in symbols, as a textbook's margin has them."""

from __future__ import annotations

from nnviz.ops._operation import Values
from nnviz.ops._weights import Weights
from nnviz.trace import Call, Equation, Expr, Fact, Name, Neg, Num, Product, Role, Sum
from nnviz.words import Words

_NOW, _BEFORE = "t", "t−1"


def facts_of(values: Values, w: Weights) -> tuple[Fact, ...]:
    """How the cell makes its states, and the outputs where there are some."""
    cell = w.cells[0][0]
    x = _of("W", "x", "x", _NOW, "input")
    h = _of("W", "h", "h", _BEFORE, "hidden")
    biases = _biases(cell.b is not None, cell.bh is not None)
    total = Sum((x, h, *biases))
    if values["cell"] == "lstm":
        facts = _lstm(total)
    elif values["cell"] == "gru":
        facts = _gru(total, x, h, biases, before=values["linear_before_reset"])
    else:
        facts = [_fact("hidden state", _h(_NOW), Call(values["activation"], (total,)))]
    if w.wy is not None:
        facts.append(_fact("output", Name("y", _NOW, "output"), _output(values, w)))
    return tuple(facts)


def _fact(label: str, left: Expr, right: Expr) -> Fact:
    return Fact(Words(label), Equation((left, right)))


def _of(matrix: str, which: str, vector: str, time: str, role: Role) -> Expr:
    return Product((Name(matrix, which, "weight"), Name(vector, time, role)), dot=True)


def _h(time: str) -> Name:
    return Name("h", time, "hidden")


def _biases(has_b: bool, has_bh: bool) -> tuple[Name, ...]:
    """The textbook's one bias, or PyTorch's two."""
    if has_bh:
        return (*([Name("b", "x", "bias")] if has_b else []), Name("b", "h", "bias"))
    return (Name("b", role="bias"),) if has_b else ()


def _lstm(total: Sum) -> list[Fact]:
    gate = {name: Name(name, _NOW, "intermediate") for name in "ifgo"}
    c_now, c_before = Name("c", _NOW, "hidden"), Name("c", _BEFORE, "hidden")
    kept, new = Product((gate["f"], c_before)), Product((gate["i"], gate["g"]))
    return [
        _fact("gates", Name("i, f, o", role="intermediate"), Call("σ", (total,))),
        _fact("candidate", gate["g"], Call("tanh", (total,))),
        _fact("cell state", c_now, Sum((kept, new))),
        _fact("hidden state", _h(_NOW), Product((gate["o"], Call("tanh", (c_now,))))),
    ]


def _gru(total: Sum, x: Expr, h: Expr, biases: tuple[Name, ...], *, before: bool) -> list[Fact]:
    r, z, n = (Name(name, _NOW, "intermediate") for name in "rzn")
    if before:
        inside = [b for b in biases if b.sub == "h"]
        back: Expr = Product((r, Sum((h, *inside)) if inside else h))
        outside = [b for b in biases if b.sub != "h"]
    else:
        held = Product((r, _h(_BEFORE)))
        back = Product((Name("W", "h", "weight"), held), dot=True)
        outside = list(biases)
    candidate = Call("tanh", (Sum((x, back, *outside)),))
    new = Product((Sum((Num(1), Neg(z))), n))
    return [
        _fact("gates", Name("r, z", role="intermediate"), Call("σ", (total,))),
        _fact("candidate", n, candidate),
        _fact("hidden state", _h(_NOW), Sum((new, Product((z, _h(_BEFORE)))))),
    ]


def _output(values: Values, w: Weights) -> Expr:
    right: Expr = _of("W", "y", "h", _NOW, "hidden")
    if w.by is not None:
        right = Sum((right, Name("b", "y", "bias")))
    name = values["output_activation"]
    return right if name == "none" else Call(name, (right,))
