"""Backpropagation through time: from the gradients of the hidden states to those of what each
step added up. Weights are shared by all times, so theirs are the sums over them.

Source: Werbos, Backpropagation through time: what it does and how to do it (1990); the same as
torch.autograd gives of torch.nn.RNN, LSTM and GRU.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from nnviz.core.exact import Array
from nnviz.records import NamedTuple


class Unrolled(NamedTuple):
    """A layer in one direction as it ran, times in its own order; T×… each."""

    x: Array
    wh: Array
    h: Array
    h0: Array
    gates: Array | None = None
    """After their activations."""
    c: Array | None = None
    c0: Array | None = None
    kept: Array | None = None
    """The gradient that comes back to the last cell state, where times come after it."""

    @property
    def before(self) -> Array:
        """The hidden state that each time starts from."""
        return np.concatenate([self.h0[None], self.h[:-1]])


class Returned(NamedTuple):
    """What comes back: gradients of the sums of each time (T × gates·Dh), and of the states."""

    sums: Array
    """Of W_x x + b; of W_h h + b too, where `held` is None."""
    h: Array
    """Of each hidden state, from above and from the time after: T×Dh."""
    after: Array
    """The part of it that comes from the time after."""
    h0: Array
    c0: Array | None = None
    c: Array | None = None
    """Of each cell state."""
    road: Array | None = None
    """The part of it that comes straight from the time after."""
    held: Array | None = None
    """Of W_h h + b, where the two are not only added: a GRU's candidate."""
    read: Array | None = None
    """What W_h multiplies in a GRU's candidate, where it is not the state before: r ∘ h."""


SLOPES: dict[str, Callable[[Array], Array]] = {
    "tanh": lambda h: 1 - h * h,
    "relu": lambda h: (h > 0).astype(h.dtype),
    "σ": lambda h: h * (1 - h),
    "sigmoid": lambda h: h * (1 - h),
    "none": np.ones_like,
}
"""Of what an activation made, the slope with which it did."""


def rnn(run: Unrolled, above: Array, activation: str = "tanh") -> Returned:
    """`above` is the gradient that arrives at each hidden state from outside: T×Dh.

    >>> one, wh = np.ones((2, 1)), np.ones((1, 1))
    >>> rnn(Unrolled(one, wh, one * 0.0, one[0]), one, "tanh").h.tolist()
    [[2.0], [1.0]]
    """
    slope = SLOPES[activation](run.h)
    sums, came = np.empty_like(run.h), np.empty_like(run.h)
    after = np.zeros_like(run.h0)
    for t in reversed(range(len(run.h))):
        came[t] = after
        sums[t] = (above[t] + after) * slope[t]
        after = run.wh.T @ sums[t]
    return Returned(sums, above + came, came, after)


def lstm(run: Unrolled, above: Array) -> Returned:
    """The same of a long short-term memory: through its cell state the gradient goes straight
    back, times the forget gate alone.
    """
    assert run.gates is not None
    assert run.c is not None
    assert run.c0 is not None
    size = run.h.shape[1]
    i, f, g, o = (run.gates[:, k * size : (k + 1) * size] for k in range(4))
    cells = np.concatenate([run.c0[None], run.c[:-1]])
    squashed = np.tanh(run.c)
    sums, (total, of_c, came, road) = np.empty_like(run.gates), np.empty((4, *run.h.shape))
    after = np.zeros_like(run.h0)
    kept = np.zeros_like(run.c0) if run.kept is None else run.kept
    for t in reversed(range(len(run.h))):
        came[t], road[t] = after, kept
        total[t] = above[t] + after
        of_c[t] = kept + total[t] * o[t] * (1 - squashed[t] ** 2)
        sums[t] = np.concatenate(
            [
                of_c[t] * g[t] * i[t] * (1 - i[t]),
                of_c[t] * cells[t] * f[t] * (1 - f[t]),
                of_c[t] * i[t] * (1 - g[t] ** 2),
                total[t] * squashed[t] * o[t] * (1 - o[t]),
            ]
        )
        kept = of_c[t] * f[t]
        after = run.wh.T @ sums[t]
    return Returned(sums, total, came, after, kept, of_c, road)


def gru(run: Unrolled, above: Array, bias: Array, *, linear_before_reset: bool = True) -> Returned:
    """The same of a gated recurrent unit; `bias` is that of W_h h."""
    assert run.gates is not None
    size, before = run.h.shape[1], run.before
    r, z, n = (run.gates[:, k * size : (k + 1) * size] for k in range(3))
    own = run.wh[2 * size :]
    (sums, held), (total, came) = (np.empty((2, *a.shape)) for a in (run.gates, run.h))
    after = np.zeros_like(run.h0)
    for t in reversed(range(len(run.h))):
        came[t] = after
        total[t] = above[t] + after
        candidate = total[t] * (1 - z[t]) * (1 - n[t] ** 2)
        update = total[t] * (before[t] - n[t]) * z[t] * (1 - z[t])
        straight = total[t] * z[t]
        if linear_before_reset:
            reset = candidate * (own @ before[t] + bias[2 * size :]) * r[t] * (1 - r[t])
            inner = candidate * r[t]
        else:
            back = own.T @ candidate
            reset, straight = back * before[t] * r[t] * (1 - r[t]), straight + back * r[t]
            inner = candidate
        sums[t] = np.concatenate([reset, update, candidate])
        held[t] = np.concatenate([reset, update, inner])
        gates = held[t] if linear_before_reset else held[t, : 2 * size]
        after = straight + run.wh[: len(gates)].T @ gates
    read = None if linear_before_reset else r * before
    return Returned(sums, total, came, after, held=held, read=read)
