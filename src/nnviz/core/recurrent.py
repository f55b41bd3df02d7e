"""Recurrent cells over one sequence."""

from __future__ import annotations

from typing import Literal

import numpy as np

from nnviz.core.exact import Array

Activation = Literal["tanh", "relu"]


def rnn(
    x: Array, wx: Array, wh: Array, b: Array, h0: Array, *, activation: Activation = "tanh"
) -> Array:
    """Every hidden state h_t = act(W_x x_t + W_h h_{t−1} + b) of a sequence.

    `x` is (T, d), `wx` (Dh, d), `wh` (Dh, Dh), `b` and `h0` (Dh,). The result is (T, Dh),
    in float64.

    Source: Elman, Finding structure in time (1990); torch.nn.RNN.

    >>> x, one = np.ones((3, 2)), np.ones(1)
    >>> rnn(x, np.ones((1, 2)), np.ones((1, 1)), one, one).shape
    (3, 1)
    """
    h = np.empty((len(x), len(h0)))
    before = h0.astype(np.float64)
    wh = wh.astype(np.float64)
    with np.errstate(all="ignore"):
        drive = x.astype(np.float64) @ wx.T.astype(np.float64)
        for t in range(len(x)):
            pre = drive[t] + wh @ before + b
            before = h[t] = np.tanh(pre) if activation == "tanh" else np.maximum(pre, 0)
    return h
