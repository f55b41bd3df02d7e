"""Activations: functions applied to every number, stable and without warnings."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from typing import Literal

import numpy as np

from nnviz.core.exact import Array
from nnviz.core.threads import BLOCK, in_blocks

Approximate = Literal["none", "tanh"]


def activate(
    x: Array,
    name: str,
    *,
    alpha: float | None = None,
    beta: float | None = None,
    axis: int = -1,
    approximate: Approximate = "none",
) -> Array:
    """Apply the activation `name` to every number of x, of any shape.

    The result has the shape of x. relu keeps whole numbers; everything else gives float64,
    or float32 for float32. `alpha` is the slope of leaky-relu (0.01), the scale of elu (1)
    and the slope of hard-sigmoid (0.2, with offset `beta` 0.5); `axis` that of softmax.

    Source: ONNX operators of the same names (hard-sigmoid's defaults are not PyTorch's).

    >>> activate(np.array([-1, 2]), "relu")
    array([0, 2])
    """
    if name != "relu" and x.dtype != np.float32:
        x = x.astype(np.float64, copy=False)
    if name == "softmax":
        shares = in_blocks(np.moveaxis(x, axis, -1), _shares, x.shape[axis])
        return np.moveaxis(shares, -1, axis)
    if name in _IN_PLACE:
        return in_blocks(x.astype(np.int64) if x.dtype == bool else x, _IN_PLACE[name])
    if x.dtype == np.float32 and x.size > BLOCK and name == "gelu" and approximate == "none":
        return in_blocks(x, _quick_gelu)

    def work(some: Array, out: Array) -> None:
        out[...] = _exactly(some, name, alpha, beta, approximate)

    return in_blocks(x, work)


def _exactly(
    x: Array, name: str, alpha: float | None, beta: float | None, approximate: Approximate
) -> Array:
    """The function as it is defined, to a few units in the last place."""
    if name == "gelu":
        if approximate == "tanh":
            return _gated(x, 1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))
        return _gated(x, 1 + erf(x.astype(np.float64) / math.sqrt(2)))
    if name == "leaky-relu":
        return np.where(x < 0, x * x.dtype.type(0.01 if alpha is None else alpha), x)
    if name == "elu":
        below = x.dtype.type(1 if alpha is None else alpha) * np.expm1(np.minimum(x, 0))
        return np.where(x < 0, below, x)
    assert name == "hard-sigmoid", name
    slope, offset = 0.2 if alpha is None else alpha, 0.5 if beta is None else beta
    return np.asarray(np.clip(x.dtype.type(slope) * x + x.dtype.type(offset), 0, 1))


def _shares(x: Array, out: Array) -> None:
    largest = x.max(axis=-1, keepdims=True)
    if not 0 <= largest.min() <= largest.max() <= 64:
        # Less the largest, which takes nothing from the shares: no power overflows then.
        x = np.subtract(x, largest, out=out)
    np.exp(x, out=out)
    out /= out.sum(axis=-1, keepdims=True)


def sigmoid(x: Array, out: Array | None = None) -> Array:
    """eˣ/(1 + eˣ), and 1 where eˣ is infinite: to 4 units in the last place of it, but 0 below
    −88 in float32, where it is less than 10⁻³⁸.

    >>> sigmoid(np.array([-1e9, 0.0, 40.0]))
    array([0. , 0.5, 1. ])
    """
    grown = np.exp(x, out=out)
    total = np.asarray(grown + 1)
    made = np.asarray(np.divide(grown, total, out=out))
    if not total.max(initial=1) < np.inf:
        np.copyto(made, 1, where=total == np.inf)
    return made


def _positive(x: Array, out: Array) -> None:
    # Between two ends: quicker than the larger of x and 0. It keeps −0, which the sum makes 0.
    np.clip(x, 0, np.inf if x.dtype.kind == "f" else None, out=out)
    if x.dtype.kind == "f":
        out += 0


def _gated(x: Array, twice: Array) -> Array:
    """x·(twice/2), halved first: it goes to 0 where x goes to −∞, and is x for the largest x."""
    return np.asarray(np.where(twice == 0, 0, x * (twice / 2)).astype(x.dtype, copy=False))


Function = Callable[[Array, Array], object]
"""Writes what it makes of its first argument into the second."""

_IN_PLACE: dict[str, Function] = {
    "relu": _positive,
    "tanh": lambda x, out: np.tanh(x, out=out),
    "sigmoid": sigmoid,
}

# --- many numbers of 32 bits: every step in place, in one block of the cache ---------


_NEAR = np.float32(2.375)
_TAIL = (11.50567, -19.403822, 9.186319, 0.66644027, 1.0637022, 0.39307795, 0.000115178718)


def _quick_gelu(x: Array, out: Array) -> None:
    """x for x > 0, less |x|·Q(|x|), the share of the normal distribution beyond |x|.

    Q(a)·e^(a²/2) is a polynomial of 1/(a + 2.375), fitted to 1.2·10⁻⁶ of it for a ≤ 6.2 and
    3·10⁻⁴ up to 14; in float32 gelu is right to 3·10⁻⁶ of itself down to −6.
    """
    away = np.abs(x)
    np.minimum(away, np.float32(15), out=away)  # e^(−15²/2) is 0 in float32
    near = away + _NEAR
    np.divide(1, near, out=near)
    total = near * np.float32(_TAIL[0])
    for factor in _TAIL[1:-1]:
        total += np.float32(factor)
        total *= near
    total += np.float32(_TAIL[-1])
    total *= away
    np.multiply(away, away, out=away)
    away *= np.float32(-0.5)
    np.exp(away, out=away)
    total *= away
    np.maximum(x, 0, out=out)
    out -= total


# --- the error function --------------------------------------------------------

_PER_ONE = 64
"""Points of the table between two whole numbers."""
_END = 6
"""erf of 6 is 1 − 2·10⁻¹⁷, which is 1."""
_TERMS = 7


def erf(x: Array) -> Array:
    """The error function 2/√π ∫₀ˣ e^(−t²) dt, to about 2 units in the last place.

    A Taylor series around the nearest point of a table, whose coefficients are the
    derivatives of erf: Hermite polynomials times e^(−x²).

    >>> erf(np.array([0.0, 0.5])).tolist()
    [0.0, 0.5204998778130465]
    """
    return in_blocks(x.astype(np.float64, copy=False), _erf)


def _erf(x: Array, out: Array) -> None:
    away = np.minimum(np.abs(x), _END)
    point = np.rint(away * _PER_ONE)
    step = away - point / _PER_ONE
    # A NaN has no place in the table; it comes through `step`.
    rows = _erf_table()[:, np.nan_to_num(point).astype(np.intp)]
    total = rows[-1]
    for row in rows[-2::-1]:
        total = total * step + row
    np.copysign(total, x, out=out)


@cache
def _erf_table() -> Array:
    """Coefficients of the series around each point, the constant first: (8, points)."""
    points = np.arange(_END * _PER_ONE + 1) / _PER_ONE
    slope = 2 / math.sqrt(math.pi) * np.exp(-points * points)
    hermite = [np.ones_like(points), 2 * points]
    for n in range(1, _TERMS):
        hermite.append(2 * points * hermite[n] - 2 * n * hermite[n - 1])
    rows = [np.array([math.erf(point) for point in points])]
    rows += [(-1) ** n * slope * hermite[n] / math.factorial(n + 1) for n in range(_TERMS)]
    return np.stack(rows)
