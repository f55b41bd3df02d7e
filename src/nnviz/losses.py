"""Losses of an output and what it should be, and the gradients that they send back.

Definitions as PyTorch has them: the mean of the squares; the cross-entropy of a class, or of one a
row, from numbers that softmax has not yet gone over.
"""

from __future__ import annotations

import math
from itertools import islice
from typing import Any, Literal, get_args

from nnviz.errors import NnvizError
from nnviz.libraries import np
from nnviz.shapes import times
from nnviz.trace import (
    Call,
    Equation,
    Expr,
    Fact,
    Loss,
    Name,
    Neg,
    Num,
    Power,
    Product,
    Quotient,
    Sum,
)
from nnviz.words import Words

LossName = Literal["mse", "cross-entropy"]
LOSSES: tuple[LossName, ...] = get_args(LossName)
_WRITTEN = 6
"""Terms that are written out."""


def loss_of(output: np.ndarray, target: Any, name: LossName) -> Loss:
    """The loss of an output against its target.

    Raises NnvizError where the target has another shape, or is no class of the output.

    >>> loss_of(np.array([1.0, 3.0]), np.array([0, 1]), "mse")[:2]
    (2.5, array([1., 2.]))
    >>> round(loss_of(np.array([0.0, 0.0]), np.array(1), "cross-entropy").value, 4)
    0.6931
    """
    made = output.astype(np.float64)
    return (_mse if name == "mse" else _cross_entropy)(made, np.asarray(target))


def shaped(
    given: np.ndarray, shape: tuple[int, ...], flag: str, hint: str | None = None
) -> np.ndarray:
    """What was given for an output, in its shape; axes of one cell do not matter.

    Raises NnvizError where it has another.
    """
    if [n for n in given.shape if n != 1] != [n for n in shape if n != 1]:
        raise NnvizError(
            "{flag} is {shape}, but the output is {output}",
            flag=flag,
            shape=times(given.shape),
            output=times(shape),
            hint=hint,
        )
    return given.reshape(shape)


def _mse(y: np.ndarray, target: np.ndarray) -> Loss:
    target = shaped(target, y.shape, "--target")
    off = y - target
    value = float((off * off).mean())
    pairs = zip(y.ravel().tolist()[:_WRITTEN], target.ravel().tolist(), strict=False)
    squares = tuple(Power(Sum((Num(a, "output"), Neg(Num(b)))), Num(2)) for a, b in pairs)
    total: Expr = Sum(squares) if y.size <= _WRITTEN else Name("Σ (y − t)²")
    sides = _sides(Words("output"), "y", "t", 2, y.size)
    said = _said(_mean(total, y.size), value)
    return Loss(value, 2 * off / y.size, said, y, target, sides)


def _cross_entropy(y: np.ndarray, target: np.ndarray) -> Loss:
    if y.ndim not in (1, 2):
        raise NnvizError(
            "the cross-entropy is of a vector, or of rows of them, but the output is {shape}",
            shape=times(y.shape),
        )
    rows = y.reshape(-1, y.shape[-1])
    classes = _classes(target, *rows.shape)
    at = np.arange(len(rows)), classes
    away = rows - rows.max(axis=1, keepdims=True)
    shares = np.exp(away)
    shares /= shares.sum(axis=1, keepdims=True)
    sums = np.exp(away).sum(axis=1)
    lost = np.log(sums) - away[at]
    value = float(lost.mean())
    target = np.zeros(shares.shape, int)
    target[at] = 1
    taken = zip(shares[at].tolist(), away[at].tolist(), sums.tolist(), strict=True)
    logs = tuple(Neg(Call("ln", (_share(*each),))) for each in islice(taken, _WRITTEN))
    total: Expr = Sum(logs) if len(rows) <= _WRITTEN else Name("−Σ ln p")
    said = _said(_mean(total, len(rows)), value)
    made, target, gradient = (
        a.reshape(y.shape) for a in (shares, target, (shares - target) / len(rows))
    )
    sides = _sides(Words("softmax"), "p", "y", 1, len(rows))
    return Loss(value, gradient, said, made, target, sides)


def _share(share: float, away: float, total: float) -> Expr:
    """The softmax of a class; of one that float64 cannot hold, how it comes about."""
    if share >= np.finfo(np.float64).tiny:
        return Num(share, "output")
    power = Power(Name("e"), Num(away))
    return power if total == 1 else Quotient(power, Num(total))


def _classes(target: np.ndarray, rows: int, count: int) -> np.ndarray:
    if target.size != rows:
        raise NnvizError(
            "{flag} has {n} numbers, but the output has {rows} rows",
            flag="--target",
            n=target.size,
            rows=rows,
            hint=Words("the cross-entropy takes a class a row, from 0 to {last}", last=count - 1),
        )
    for each in target.ravel().tolist():
        if each != math.floor(each) or not 0 <= each < count:
            raise NnvizError(
                "{flag} {value} is no class of the output, which has {n}",
                flag="--target",
                value=each,
                n=count,
                hint=Words("classes are numbers from 0 to {last}", last=count - 1),
            )
    return target.ravel().astype(np.intp)


def _sides(what: Words, made: str, target: str, times: int, of: int) -> tuple[Fact, ...]:
    """What is compared, and what the gradient makes of it."""
    given, wanted = Name(made, role="output"), Name(target)
    gap: Expr = Sum((given, Neg(wanted)))
    gap = gap if times == 1 else Product((Num(times), gap), dot=True)
    return (
        Fact(what, Equation((given,))),
        Fact(Words("target"), Equation((wanted,))),
        Fact(Words("gradient"), Equation((_mean(gap, of),))),
    )


def _mean(total: Expr, of: int) -> Expr:
    return total if of == 1 else Quotient(total, Num(of))


def _said(worked: Expr, value: float) -> Fact:
    return Fact(Words("loss"), Equation((worked, Num(value))))
