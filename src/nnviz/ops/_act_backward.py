"""The gradient of an activation: what arrives times the slope, or softmax's sum along its axis."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from nnviz.activation_steps import exp
from nnviz.core import gradients
from nnviz.gradient import Backward, Made, Part, Term
from nnviz.libraries import np
from nnviz.numerals import rounded
from nnviz.ops._layer import places
from nnviz.trace import (
    Call,
    Equation,
    Expr,
    Fact,
    Index,
    Name,
    Neg,
    Num,
    Power,
    Product,
    Sum,
    indexed,
)
from nnviz.words import Words

_X, _Y = Name("x", role="input"), Name("y", role="output")
_NEAR = 1e-9
"""How far from a kink its sides are looked at."""
_MOST = 8
"""Numbers of a line up to which softmax has its slopes as a matrix."""


def act_backward(
    x: np.ndarray, y: np.ndarray, name: str, taken: Mapping[str, Any], g: np.ndarray
) -> Backward:
    """The way back from the gradient of the output, `g`; `taken` is what the function takes."""
    if name == "softmax":
        return Backward(g, {"input": _softmax(y, taken["axis"] % x.ndim, g)})
    alpha = taken.get("alpha", 0)

    def slopes(at: np.ndarray) -> np.ndarray:
        return gradients.slope(at, name, **taken)

    def terms(index: Index) -> list[Term]:
        value = slopes(np.asarray(x[index])).item()
        made = _slope(name, Num(x[index].item(), "input"), Num(y[index].item(), "output"), alpha)
        symbol = Call("f′", (indexed("x", index, "input"),))
        return [Term(index, value, index, shown=made, symbol=symbol)]

    kinks = [kink for kink in _kinks(name, taken) if bool((x == kink).any())]

    def told(index: Index) -> Iterator[Words]:
        yield from (_kink(slopes, kink) for kink in kinks if x[index] == kink)

    symbols = _slope(name, _X, _Y, alpha)
    said = Fact(Words("slope"), Equation((Name("f′(x)"), symbols))) if symbols else None
    part = Part(
        lambda: gradients.act_input(g, x, name, **taken),
        terms,
        "slope",
        "⊙",
        places(x.ndim),
        made=Made(Words("slope"), "f′(x)", lambda: slopes(x)),
        facts=(said,) if said else (),
        lessons=lambda: [_kink(slopes, kink) for kink in kinks],
        told=told,
    )
    return Backward(g, {"input": part})


def _kinks(name: str, taken: Mapping[str, Any]) -> tuple[float, ...]:
    """Where the slope jumps."""
    match name:
        case "relu" | "leaky-relu":
            return (0,)
        case "elu":
            return () if taken["alpha"] == 1 else (0,)
        case "hard-sigmoid" if taken["alpha"]:
            return -taken["beta"] / taken["alpha"], (1 - taken["beta"]) / taken["alpha"]
    return ()


def _kink(slopes: Callable[[np.ndarray], np.ndarray], x: float) -> Words:
    """The slopes on both sides of a kink, and which is taken there."""
    sides = slopes(x + np.array([-_NEAR, _NEAR, 0])).round(6).tolist()
    before, after, here = (rounded(value, 4) for value in sides)
    return Words(
        "kink at x = {x}: the slope is {before} before it and {after} after; {here} is taken",
        x=rounded(x, 4),
        before=before,
        after=after,
        here=here,
    )


def _softmax(y: np.ndarray, axis: int, g: np.ndarray) -> Part:
    """A sum along each line, with the slope of y with index j by x with index i."""
    few = y.ndim <= 2 and axis == y.ndim - 1 and y.size == y.shape[axis] <= _MOST

    def terms(index: Index) -> list[Term]:
        along: Any = (*index[:axis], slice(None), *index[axis + 1 :])
        i, line = index[axis], y[along]
        return [
            Term(
                (*index[:axis], j, *index[axis + 1 :]),
                value * ((i == j) - line[i].item()),
                (i, j) if few else None,
                symbol=indexed("J", (i, j), "intermediate"),
            )
            for j, value in enumerate(line.tolist())
        ]

    def jacobian() -> np.ndarray:
        return np.diag(y.ravel()) - np.outer(y, y)

    same = Sum((Name("[i = j]"), Neg(Name("y", "i", "output"))))
    slope = Product((Name("y", "j", "output"), same), dot=True)
    return Part(
        lambda: gradients.softmax_input(g, y, axis),
        terms,
        "jacobian" if few else "",
        "·",
        places(y.ndim),
        terms_a_cell=y.shape[axis],
        made=Made(Words("Jacobian matrix"), "J", jacobian) if few else None,
        facts=(Fact(Words("slope"), Equation((Name("J", "i,j"), slope))),),
    )


def _slope(name: str, x: Expr, y: Expr, alpha: float) -> Expr | None:
    """The slope written out, where it is more than a number."""
    match name:
        case "sigmoid":
            return Product((y, Sum((Num(1), Neg(y)))), dot=True)
        case "tanh":
            return Sum((Num(1), Neg(Power(y, Num(2)))))
        case "elu" if isinstance(x, Num) and x.value <= 0:
            return Product((Num(alpha), exp(x)), dot=True)
    return None
