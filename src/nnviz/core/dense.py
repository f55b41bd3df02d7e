"""A fully connected layer: y = W x + b."""

from __future__ import annotations

import numpy as np

from nnviz.core.exact import Array, is_whole, to_int64, working_dtype


def dense(x: Array, w: Array, b: Array | None) -> Array:
    """Every output is the sum of all inputs, each times its weight, plus the bias.

    `x` is (in,) or (N, in), `w` (out, in), `b` broadcasts to the result or is None. The
    result is (out,) or (N, out); whole numbers give int64, exactly.

    Raises NnvizError where a whole-number result does not fit in 64 bits.
    Source: ONNX operator Gemm with transB = 1.

    >>> dense(np.array([1, 2]), np.array([[3, 4]]), None).shape
    (1,)
    """
    assert x.ndim in (1, 2)
    assert w.ndim == 2
    assert x.shape[-1] == w.shape[1]
    whole = is_whole(x, w, b)
    working = working_dtype(x, w, b)
    with np.errstate(all="ignore"):
        total = x.astype(working, copy=False) @ w.astype(working, copy=False).T
        if b is not None:
            total = total + b.astype(working)
    if working.kind == "O":
        return to_int64(np.asarray(total))
    return np.asarray(total.astype(np.int64) if whole else total)
