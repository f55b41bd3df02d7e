"""Recurrent cells run over a sequence: a layer in one direction, and all of them."""

from __future__ import annotations

from typing import Any

from nnviz.libraries import np
from nnviz.ops.recurrent._rnn_options import RnnOptions
from nnviz.ops.recurrent._weights import GATES, CellWeights, Weights
from nnviz.records import NamedTuple


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

    def at(self, t: int) -> Track:
        """Time t alone, from the states that it starts from; forward in time."""
        some = slice(t, t + 1)
        c0 = self.c0 if self.c is None or self.c0 is None else self.before(t, self.c, self.c0)
        h0 = self.before(t, self.h, self.h0)
        gates, c = (None if a is None else a[some] for a in (self.gates, self.c))
        return self._replace(x=self.x[some], h0=h0, h=self.h[some], c0=c0, c=c, gates=gates)

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


# --- layers of cells, the inputs that they read and the outputs they make -----------


def run_layers(
    x: np.ndarray, options: RnnOptions, w: Weights, h0: np.ndarray, c0: np.ndarray | None
) -> list[list[Track]]:
    """Every layer over the whole sequence, each on the states of the one below."""
    made: list[list[Track]] = []
    for layer, both in enumerate(w.cells):
        tracks = []
        for direction, cell in enumerate(both):
            at = layer * w.directions + direction
            start = None if c0 is None else c0[at]
            tracks.append(run_cell(options, cell, x, h0[at], start, reverse=direction == 1))
        made.append(tracks)
        x = joined(tracks)
    return made


def joined(tracks: list[Track]) -> np.ndarray:
    """Both directions side by side: T × directions·Dh."""
    return tracks[0].h if len(tracks) == 1 else np.concatenate([t.h for t in tracks], axis=1)


def inputs_of(
    x: np.ndarray, options: RnnOptions, w: Weights, h0: np.ndarray, c0: np.ndarray | None
) -> np.ndarray:
    """The inputs in force, T×d: all rows, or the first and then zeros or outputs."""
    if options.mode != "one-to-many":
        return x
    length = options.length or len(x)
    inputs = np.zeros((length, x.shape[1]), h0.dtype if options.feedback else x.dtype)
    inputs[0] = x[0]
    for t in range(length - 1 if options.feedback else 0):
        # Each input waits for the output before it.
        tracks = [both[0] for both in run_layers(inputs[t : t + 1], options, w, h0, c0)]
        h0 = np.stack([track.h[0] for track in tracks])
        c0 = (
            None
            if c0 is None
            else np.stack([track.c[0] for track in tracks if track.c is not None])
        )
        y = outputs_of(tracks[-1].h, options, w)
        assert y is not None
        inputs[t + 1] = y[0]
    return inputs


def outputs_of(h: np.ndarray, options: RnnOptions, w: Weights) -> np.ndarray | None:
    """y_t = W_y h_t + b_y for every t (T×M), through the output activation."""
    from nnviz.core.activations import activate
    from nnviz.core.dense import dense

    if w.wy is None:
        return None
    y = dense(h, w.wy, w.by)
    name = options.output_activation
    return y if name == "none" else activate(y, name)
