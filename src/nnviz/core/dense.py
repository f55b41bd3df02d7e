"""A fully connected layer: y = W x + b."""

from __future__ import annotations

import numpy as np

from nnviz.core.conv import conv
from nnviz.core.exact import Array, add, cast, is_whole
from nnviz.shapes import Axis


def dense(x: Array, w: Array, b: Array | None) -> Array:
    """Every output is the sum of all inputs, each times its weight, plus the bias.

    `x` is (in,) or (N, in), `w` (out, in), `b` broadcasts to the result or is None. The
    result is (out,) or (N, out); whole numbers give int64, exactly, and small results
    are summed in the order of the inputs, the bias last.

    Raises NnvizError where a whole-number result does not fit in 64 bits.
    Source: ONNX operator Gemm with transB = 1.

    >>> dense(np.array([1, 2]), np.array([[3, 4]]), None).shape
    (1,)
    """
    assert x.ndim in (1, 2)
    assert w.ndim == 2
    assert x.shape[-1] == w.shape[1]
    rows = x.reshape(-1, x.shape[-1])
    one_each = b is not None and b.shape == (len(w),)
    if b is not None and b.dtype.kind == "f" and is_whole(rows, w):
        rows = cast(rows, np.float64)
    # A kernel of one cell that slides over the batch, with the inputs as channels.
    made = conv(rows.T[None], w[:, :, None], b if one_each else None, [Axis(len(rows), 1)])
    y = made[0].T.reshape(*x.shape[:-1], len(w))
    if b is not None and not one_each:
        with np.errstate(all="ignore"):
            y = add(y, b if b.dtype.kind != "f" or y.dtype.kind != "f" else b.astype(y.dtype))
    return np.ascontiguousarray(y)
