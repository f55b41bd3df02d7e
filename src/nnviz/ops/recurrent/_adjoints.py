"""The equations of a cell gone back through: the gradient of all that they are made of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import prod

from nnviz.core.through_time import SLOPES
from nnviz.equations import VectorEquation
from nnviz.expressions import Call, Expr, Neg, Product, Sum
from nnviz.libraries import np


def adjoints(
    equations: Sequence[VectorEquation], given: Mapping[Expr, np.ndarray]
) -> Mapping[Expr, np.ndarray]:
    """Of each vector, and of each part of an equation that is one, what all that read it hand
    back, added up; `given` is what comes from elsewhere.
    """
    found = dict(given)

    def back(equation: VectorEquation, expr: Expr, g: np.ndarray) -> None:
        for part, share in _handed(equation, expr, g):
            found[part] = found[part] + share if part in found else share
            back(equation, part, share)

    for equation in reversed(equations):
        back(equation, equation.right, found[equation.left])
    return found


def _handed(
    equation: VectorEquation, expr: Expr, g: np.ndarray
) -> Iterator[tuple[Expr, np.ndarray]]:
    """What an expression hands to each of its parts."""
    value = equation.at.value
    match expr:
        case Sum(terms):
            yield from ((term, g) for term in terms)
        case Neg(term):
            yield term, -g
        case Product((matrix, vector), dot=True):
            yield vector, value(matrix).T @ g
        case Product(factors):
            for k, factor in enumerate(factors):
                others = (value(other) for other in (*factors[:k], *factors[k + 1 :]))
                yield factor, np.asarray(prod(others, start=g))
        case Call(function, (inner,)):
            made = equation.made if expr is equation.right else value(expr)
            yield inner, g * SLOPES[function](made)
