"""Activations: functions applied to every number, stable and without warnings."""

from __future__ import annotations

import math
from collections.abc import Callable
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
            return _softmax(x, axis)
        if name == "gelu":
            return _gelu_tanh(x) if approximate == "tanh" else _gelu(x)
        if name == "leaky-relu":
            return np.where(x < 0, x * x.dtype.type(0.01 if alpha is None else alpha), x)
        if name == "elu":
            below = x.dtype.type(1 if alpha is None else alpha) * np.expm1(np.minimum(x, 0))
            return np.where(x < 0, below, x)
        if name == "hard-sigmoid":
            slope, offset = 0.2 if alpha is None else alpha, 0.5 if beta is None else beta
            return np.asarray(np.clip(x.dtype.type(slope) * x + x.dtype.type(offset), 0, 1))
        return _PLAIN[name](x)


def _sigmoid(x: Array) -> Array:
    """1/(1 + e⁻ˣ) for x ≥ 0, eˣ/(1 + eˣ) below: e is never raised to a large power."""
    small = np.exp(-np.abs(x))
    return np.asarray(np.where(x >= 0, 1, small) / (1 + small))


def _softmax(x: Array, axis: int) -> Array:
    raised = np.exp(x - x.max(axis=axis, keepdims=True))
    return np.asarray(raised / raised.sum(axis=axis, keepdims=True))


def _gelu(x: Array) -> Array:
    erf = np.frompyfunc(math.erf, 1, 1)(x.astype(np.float64) / math.sqrt(2))
    return np.asarray(x * (1 + np.asarray(erf, dtype=np.float64)) / 2).astype(x.dtype)


def _gelu_tanh(x: Array) -> Array:
    inner = math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)
    return np.asarray(x / 2 * (1 + np.tanh(inner)))


_PLAIN: dict[str, Callable[[Array], Array]] = {"sigmoid": _sigmoid, "tanh": np.tanh}
