"""Recurrent cells over one sequence, in float64, or float32 where every float is that."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np

from nnviz.core.activations import sigmoid
from nnviz.core.exact import Array

Activation = Literal["tanh", "relu", "sigmoid", "none"]
"""The first two make hidden states; the others are what may be taken for them by mistake."""
_ACTIVATIONS: dict[Activation, Callable[[Array], Array]] = {
    "tanh": np.tanh,
    "relu": lambda pre: np.maximum(pre, 0),
    "sigmoid": sigmoid,
    "none": lambda pre: pre,
}


def rnn(
    x: Array, wx: Array, wh: Array, b: Array, h0: Array, *, activation: Activation = "tanh"
) -> Array:
    """Every hidden state h_t = act(W_x x_t + W_h h_{t−1} + b) of a sequence.

    `x` is (T, d), `wx` (Dh, d), `wh` (Dh, Dh), `b` and `h0` (Dh,). The result is (T, Dh).

    Source: Elman, Finding structure in time (1990); torch.nn.RNN.

    >>> x, one = np.ones((3, 2)), np.ones(1)
    >>> rnn(x, np.ones((1, 2)), np.ones((1, 1)), one, one).shape
    (3, 1)
    """
    x, wx, wh, b, before = _floats(x, wx, wh, b, h0)
    act = _ACTIVATIONS[activation]
    with np.errstate(all="ignore"):
        # What the input adds is one product for all times; the rest waits for the time before.
        h = x @ wx.T
        h += b
        for t in range(len(x)):
            before = h[t] = act(h[t] + wh @ before)
    return h


def lstm(
    x: Array, wx: Array, wh: Array, b: Array, h0: Array, c0: Array
) -> tuple[Array, Array, Array]:
    """Every hidden state, cell state and gate of a long short-term memory.

    i, f, o = σ(W x_t + U h_{t−1} + b) and g = tanh(…), each its own rows of the weights, in
    the order i f g o; c_t = f∘c_{t−1} + i∘g and h_t = o∘tanh(c_t).

    `x` is (T, d), `wx` (4Dh, d), `wh` (4Dh, Dh), `b` (4Dh,), `h0` and `c0` (Dh,). The results
    are h and c of (T, Dh) and the gates, after their activation, of (T, 4Dh).

    Source: Hochreiter and Schmidhuber (1997) with the forget gate of Gers et al. (2000);
    torch.nn.LSTM.

    >>> ones = np.ones(4)
    >>> lstm(np.ones((3, 2)), np.ones((4, 2)), np.ones((4, 1)), ones, ones[:1], ones[:1])[2].shape
    (3, 4)
    """
    size = len(h0)
    x, wx, wh, b, before, cell = _floats(x, wx, wh, b, h0, c0)
    h, c, gates = (np.empty((len(x), n * size), x.dtype) for n in (1, 1, 4))
    with np.errstate(all="ignore"):
        # All with the other sign, as σ(pre) = 1/(1 + e^−pre) wants it.
        np.matmul(x, -wx.T, out=gates)
        gates -= b
        for t in range(len(x)):
            row = gates[t]
            row -= wh @ before
            i, f, g, o = row.reshape(4, size)
            candidate = np.tanh(g)
            # All four at once: a call costs what hundreds of numbers do.
            np.exp(row, out=row)
            row += 1
            np.divide(1, row, out=row)
            np.negative(candidate, out=g)
            candidate *= i
            cell = np.multiply(f, cell, out=c[t])
            cell -= candidate
            before = np.tanh(cell, out=h[t])
            before *= o
    return h, c, gates


def gru(
    x: Array,
    wx: Array,
    wh: Array,
    bx: Array,
    bh: Array,
    h0: Array,
    *,
    linear_before_reset: bool = True,
) -> tuple[Array, Array]:
    """Every hidden state and gate of a gated recurrent unit.

    r, z = σ(W x_t + b_x + U h_{t−1} + b_h), n = tanh(W x_t + b_x + r∘(U h_{t−1} + b_h)), or with
    U (r∘h_{t−1}) + b_h where not `linear_before_reset`; h_t = (1 − z)∘n + z∘h_{t−1}.

    `x` is (T, d), `wx` (3Dh, d), `wh` (3Dh, Dh), `bx` and `bh` (3Dh,), rows in the order
    r z n; `h0` (Dh,). The results are h of (T, Dh) and the gates, after their activation, of
    (T, 3Dh).

    Source: Cho et al. (2014), which resets before the product; torch.nn.GRU, after it.

    >>> w, u, b = np.ones((3, 2)), np.ones((3, 1)), np.ones(3)
    >>> gru(np.ones((4, 2)), w, u, b, b, b[:1])[1].shape
    (4, 3)
    """
    size = len(h0)
    x, wx, wh, bx, bh, before = _floats(x, wx, wh, bx, bh, h0)
    h, gates = (np.empty((len(x), n * size), x.dtype) for n in (1, 3))
    with np.errstate(all="ignore"):
        drive = x @ wx.T + bx
        for t in range(len(x)):
            held = wh @ before + bh
            r, z, n = gates[t].reshape(3, size)
            sigmoid(drive[t, : 2 * size] + held[: 2 * size], out=gates[t, : 2 * size])
            if linear_before_reset:
                back = r * held[2 * size :]
            else:
                back = wh[2 * size :] @ (r * before) + bh[2 * size :]
            np.tanh(drive[t, 2 * size :] + back, out=n)
            before = h[t] = (1 - z) * n + z * before
    return h, gates


def _floats(*arrays: Array) -> list[Array]:
    """All in float32 where every float among them is, else all in float64."""
    widths = {a.dtype.itemsize for a in arrays if a.dtype.kind == "f"}
    dtype = np.float32 if widths == {4} else np.float64
    return [a.astype(dtype) for a in arrays]
