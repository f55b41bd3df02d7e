"""One layer of recurrent cells in one direction, run over a sequence."""

from __future__ import annotations

from typing import Any, NamedTuple

from nnviz.libraries import np
from nnviz.ops.recurrent._rnn_options import RnnOptions
from nnviz.ops.recurrent._weights import GATES, CellWeights


class Track(NamedTuple):
    """One layer in one direction, run over the whole sequence."""

    options: RnnOptions
    w: CellWeights
    x: np.ndarray
    """T×d."""
    h0: np.ndarray
    h: np.ndarray
    """T×Dh, in the order of the sequence whatever the direction."""
    c0: np.ndarray | None = None
    c: np.ndarray | None = None
    gates: np.ndarray | None = None
    reverse: bool = False

    @property
    def last(self) -> int:
        """The time whose states are the final ones."""
        return 0 if self.reverse else len(self.x) - 1

    def before(self, t: int, states: np.ndarray, first: np.ndarray) -> np.ndarray:
        """The state that time t starts from."""
        at = t + 1 if self.reverse else t - 1
        return states[at] if 0 <= at < len(states) else first

    def rows(self, gate: str) -> slice:
        """The rows of a gate among the weights, the sums and the gates."""
        size: int = self.h.shape[1]
        at = GATES[self.options.cell].index(gate) * size
        return slice(at, at + size)


def run_cell(
    options: RnnOptions,
    w: CellWeights,
    x: np.ndarray,
    h0: np.ndarray,
    c0: np.ndarray | None,
    *,
    reverse: bool = False,
) -> Track:
    """Run one layer in one direction over x."""
    from nnviz.core import recurrent

    seen = x[::-1] if reverse else x
    c = gates = None
    if options.cell == "rnn":
        b = both_biases(w, h0.dtype)
        h = recurrent.rnn(seen, w.wx, w.wh, b, h0, activation=options.activation)
    elif options.cell == "lstm":
        assert c0 is not None
        h, c, gates = recurrent.lstm(seen, w.wx, w.wh, both_biases(w, h0.dtype), h0, c0)
    else:
        bx, bh = (bias_or_zero(bias, w, h0.dtype) for bias in (w.b, w.bh))
        h, gates = recurrent.gru(
            seen, w.wx, w.wh, bx, bh, h0, linear_before_reset=options.linear_before_reset
        )
    if reverse:
        h = h[::-1]
        c, gates = (None if a is None else a[::-1] for a in (c, gates))
    return Track(options, w, x, h0, h, c0, c, gates, reverse)


def bias_or_zero(bias: np.ndarray | None, w: CellWeights, dtype: Any) -> np.ndarray:
    """A bias, g·Dh; zeros where there is none."""
    return np.zeros(len(w.wx), dtype) if bias is None else bias


def both_biases(w: CellWeights, dtype: Any) -> np.ndarray:
    """PyTorch's two biases as one, where they are only ever added."""
    return bias_or_zero(w.b, w, dtype) if w.bh is None else bias_or_zero(w.b, w, dtype) + w.bh
