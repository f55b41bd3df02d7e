"""One number through an activation, worked out: in `act`, and after the sums of a layer."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal, TypeAlias, get_args

from nnviz.expressions import Call, Equation, Expr, Name, Num, Power, Product, Quotient, Role, Sum
from nnviz.words import Words

Activation: TypeAlias = Literal[
    "relu", "leaky-relu", "elu", "gelu", "sigmoid", "hard-sigmoid", "tanh", "softmax"
]
ACTIVATIONS: tuple[Activation, ...] = get_args(Activation)
"""Their names, as options and Python calls have them."""
_TERMS = 6
"""Powers of softmax that are written out as a sum."""
_LARGEST_POWER = 700
"""Past it e to the x, or to the −x, is no float."""
_SHOWN = {"relu": "ReLU", "leaky-relu": "leaky ReLU", "elu": "ELU", "gelu": "GELU"}


def shown(name: str) -> str:
    """An activation as the field writes it."""
    return _SHOWN.get(name, name.replace("-", " "))


def exp(argument: Expr) -> Expr:
    """e to a power."""
    return Power(Name("e"), argument)


def along(axis: int, rank: int) -> Words:
    """Which numbers of what softmax makes add up to 1."""
    if rank == 1:
        return Words("all outputs add up to 1")
    if axis == rank - 1:
        return Words("along each row: its outputs add up to 1")
    if axis == rank - 2:
        return Words("along each column: its outputs add up to 1")
    return Words("along axis {axis}: the outputs on it add up to 1", axis=axis)


def activation_step(
    name: str,
    line: Sequence[int | float],
    i: int,
    value: int | float,
    *,
    alpha: float = 0.01,
    index: Sequence[int] = (),
    role: Role = "input",
) -> Equation:
    """What makes `value` of number `i` of `line`: the numbers that softmax runs over, or it alone.

    `index` is where softmax has it, `role` the role of what goes in.
    """
    made, at = Num(value, "output"), Num(line[i], role)
    if name == "softmax":
        unknown = Name("softmax(x)", ",".join(map(str, index)))
        return Equation((softmax_of(line, i, role) or unknown, made))
    if name == "relu":
        return Equation((Call("max", (Num(0), at)), made))
    if name == "leaky-relu" and at.value < 0:
        return Equation((Product((Num(alpha), at)), made))
    return Equation((Call(name, (at,)), made))


def softmax_of(line: Sequence[int | float], i: int, role: Role) -> Expr | None:
    """e² / (e¹ + e² + e³); of many numbers the denominator as what it comes to. None where not
    all are finite.
    """
    if not all(map(math.isfinite, line)):
        return None
    # As it is computed: where e to the x is no float, the largest x is taken away first.
    most = max(line)
    away = (Num(-most, role),) if abs(most) > _LARGEST_POWER else ()

    def power(v: int | float) -> Expr:
        return exp(Sum((Num(v, role), *away)) if away else Num(v, role))

    under: Expr = Sum(tuple(map(power, line)))
    if len(line) > _TERMS:
        less = most if away else 0
        under = Num(math.fsum(math.exp(v - less) for v in line), "intermediate")
    return Quotient(power(line[i]), under)
