"""The gradient of an activation: what arrives times the slope, or softmax's sum along its axis."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nnviz.activation_steps import exp
from nnviz.core import gradients
from nnviz.gradient import Backward, Part, Term
from nnviz.libraries import np
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


def act_backward(
    x: np.ndarray, y: np.ndarray, name: str, taken: Mapping[str, Any], g: np.ndarray
) -> Backward:
    """The way back from the gradient of the output, `g`; `taken` is what the function takes."""
    alpha = taken.get("alpha", 0)

    def terms(index: Index) -> list[Term]:
        value = gradients.slope(np.asarray(x[index]), name, **taken).item()
        made = _slope(name, Num(x[index].item(), "input"), Num(y[index].item(), "output"), alpha)
        return [Term(index, value, shown=made, symbol=Call("f′", (indexed("x", index, "input"),)))]

    def shares(index: Index) -> list[Term]:
        axis = taken["axis"] % x.ndim
        line = [(*index[:axis], j, *index[axis + 1 :]) for j in range(x.shape[axis])]
        return [Term(at, y[at].item() * ((at == index) - y[index].item())) for at in line]

    symbols = _slope(name, _X, _Y, alpha)
    if name == "softmax":  # of y with index j by x with index i
        same = Sum((Name("[i = j]"), Neg(Name("y", "i", "output"))))
        symbols = Product((Name("y", "j", "output"), same), dot=True)
    said = Fact(Words("slope"), Equation((Name("f′(x)"), symbols))) if symbols else None
    part = Part(
        lambda: gradients.act_input(g, x, name, **taken),
        shares if name == "softmax" else terms,
        places=places(x.ndim),
        terms_a_cell=x.shape[taken["axis"]] if name == "softmax" else 1,
        facts=(said,) if said else (),
        said=(Words("0 at the kink"),) if name == "relu" and bool((x == 0).any()) else (),
    )
    return Backward(g, {"input": part})


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
