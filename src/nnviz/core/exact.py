"""Which arithmetic makes a sum of products exact, and the check where none does."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from numpy.typing import NDArray

from nnviz.errors import NnvizError

Array = NDArray[Any]
FloatName = Literal["float32", "float64"]

LEAST, MOST = -(2**63), 2**63 - 1


def is_whole(*arrays: Array | None) -> bool:
    """Whether every array given holds integers or booleans."""
    return all(a is None or a.dtype.kind in "iub" for a in arrays)


def working_dtype(
    x: Array, w: Array, b: Array | None, dtype: FloatName | None = None
) -> np.dtype[Any]:
    """The dtype in which Σ x·w + b can be computed: for whole numbers one that is exact.

    Whole numbers give float32, float64 or int64 where a bound proves that nothing is
    rounded or wraps, else object (Python's own integers). Floats give `dtype`, or the
    widest float among the operands, at least float32.

    >>> working_dtype(np.array([[255]]), np.array([[1]]), None)
    dtype('float32')
    """
    if not is_whole(x, w, b):
        if dtype is not None:
            return np.dtype(dtype)
        floats = [a.dtype for a in (x, w, b) if a is not None and a.dtype.kind == "f"]
        return np.dtype(np.float32 if max(d.itemsize for d in floats) <= 4 else np.float64)
    largest = bound(x, w, b)
    # Floats first, as long as they hold every whole number: BLAS multiplies no integers.
    for most, name in ((2**24, "f4"), (2**53, "f8"), (2**63, "i8")):
        if largest < most:
            return np.dtype(name)
    return np.dtype(object)


def cast(array: Array, dtype: npt.DTypeLike) -> Array:
    """An array in another type, itself where it is; what no float32 can hold is infinite."""
    with np.errstate(all="ignore"):
        return array.astype(dtype, copy=False)


def bound(x: Array, w: Array, b: Array | None) -> int:
    """No |Σ x·w + b| of a filter, nor any part of that sum, is larger than this."""
    most = magnitude(x)
    sums = _sums(w.reshape(len(w), -1))
    biases = [0] * len(sums) if b is None else [abs(v) for v in b.ravel().tolist()]
    return max((most * s + v for s, v in zip(sums, biases, strict=True)), default=0)


def magnitude(x: Array) -> int:
    """The largest |x| as a Python integer: abs() of −2^63 would wrap."""
    if x.size == 0:
        return 0
    if x.dtype.kind == "u" and x.dtype.itemsize <= 2:
        return int(np.iinfo(x.dtype).max)  # no pass over a photograph is needed
    return max(abs(int(x.min())), abs(int(x.max())))


def _sums(w: Array) -> list[int]:
    """Σ|w| of each row, never wrapping."""
    if magnitude(w) * w.shape[1] < 2**63:
        return [int(s) for s in np.abs(w.astype(np.int64)).sum(axis=1)]
    return [int(s) for s in np.abs(w.astype(object)).sum(axis=1)]


def to_int64(total: Array) -> Array:
    """Python integers as int64.

    Raises NnvizError where one does not fit.
    """
    if total.size:
        low, high = int(total.min()), int(total.max())
        if low < LEAST or high > MOST:
            raise NnvizError(
                "a result of {value} is outside the whole numbers that can be held "
                "({least} to {most})",
                value=low if low < LEAST else high,
                least=LEAST,
                most=MOST,
                hint="write a number with a point (1.0 for 1), or --dtype float64, "
                "to compute in floats",
            )
    return total.astype(np.int64)


def add(y: Array, b: Array) -> Array:
    """y + b, broadcast; whole numbers exactly, or NnvizError."""
    if not is_whole(y, b) or magnitude(y) + magnitude(b) <= MOST:
        return np.asarray(y + b)
    return to_int64(y.astype(object) + b.astype(object))
