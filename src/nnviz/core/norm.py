"""Normalization: mean and variance over some axes, and what is made with them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


def moments(x: Array, axes: Sequence[int]) -> tuple[Array, Array]:
    """Mean and (biased) variance of x over axes, which stay as axes of 1; added up in float64."""
    with np.errstate(all="ignore"):
        mean = x.mean(tuple(axes), keepdims=True, dtype=np.float64)
        off = x - mean
        var = np.square(off, out=off).mean(tuple(axes), keepdims=True)
        return mean.astype(x.dtype), var.astype(x.dtype)


def standardized(x: Array, mean: Array, var: Array, eps: float) -> Array:
    """(x − μ) / √(σ² + ε) in the type of x."""
    with np.errstate(all="ignore"):
        made: Array = x - mean
        made /= np.sqrt(var + x.dtype.type(eps))
        return made


def scaled(x: Array, gamma: Array, beta: Array) -> Array:
    """γ · x + β."""
    with np.errstate(all="ignore"):
        made: Array = gamma * x
        made += beta
        return made
