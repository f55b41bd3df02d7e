"""Layers of cells over a sequence, the inputs that they read and the outputs they make."""

from __future__ import annotations

from nnviz.libraries import np
from nnviz.ops.recurrent._cells import Track, run_cell
from nnviz.ops.recurrent._rnn_options import RnnOptions
from nnviz.ops.recurrent._weights import Weights


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
