"""Activations: functions applied to every number, stable and without warnings."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from typing import Literal

import numpy as np

from nnviz.core.exact import Array

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
    with np.errstate(all="ignore"):
        if name == "relu":
            return np.maximum(x, 0)
        if x.dtype != np.float32:
            x = x.astype(np.float64, copy=False)
        if name == "softmax":
            # Less the largest, which takes nothing from the shares: no power overflows then.
            raised = np.exp(x - x.max(axis=axis, keepdims=True))
            return np.asarray(raised / raised.sum(axis=axis, keepdims=True))
        if name == "gelu":
            if approximate == "tanh":
                return _gated(x, 1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))
            return _gated(x, 1 + erf(x.astype(np.float64) / math.sqrt(2)))
        if name == "leaky-relu":
            return np.where(x < 0, x * x.dtype.type(0.01 if alpha is None else alpha), x)
        if name == "elu":
            below = x.dtype.type(1 if alpha is None else alpha) * np.expm1(np.minimum(x, 0))
            return np.where(x < 0, below, x)
        if name == "hard-sigmoid":
            slope, offset = 0.2 if alpha is None else alpha, 0.5 if beta is None else beta
            return np.asarray(np.clip(x.dtype.type(slope) * x + x.dtype.type(offset), 0, 1))
        return _PLAIN[name](x)


def sigmoid(x: Array) -> Array:
    """1/(1 + e⁻ˣ) for x ≥ 0, eˣ/(1 + eˣ) below: e is never raised to a large power.

    >>> sigmoid(np.array([-1e9, 0.0]))
    array([0. , 0.5])
    """
    small = np.exp(-np.abs(x))
    return np.asarray(np.where(x >= 0, 1, small) / (1 + small))


def _gated(x: Array, twice: Array) -> Array:
    """x·(twice/2), halved first: it goes to 0 where x goes to −∞, and is x for the largest x."""
    return np.asarray(np.where(twice == 0, 0, x * (twice / 2)).astype(x.dtype, copy=False))


_PLAIN: dict[str, Callable[[Array], Array]] = {"sigmoid": sigmoid, "tanh": np.tanh}

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
    flat = x.astype(np.float64, copy=False).ravel()
    out = np.empty_like(flat)
    table = _erf_table()
    for first in range(0, flat.size, 2**15):
        some = flat[first : first + 2**15]
        away = np.minimum(np.abs(some), _END)
        point = np.rint(away * _PER_ONE)
        step = away - point / _PER_ONE
        # A NaN has no place in the table; it comes through `step`.
        rows = table[:, np.nan_to_num(point).astype(np.intp)]
        total = rows[-1]
        for row in rows[-2::-1]:
            total = total * step + row
        out[first : first + 2**15] = np.copysign(total, some)
    return out.reshape(x.shape)


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
