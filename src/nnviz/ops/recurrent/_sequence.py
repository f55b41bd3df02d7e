"""What goes into a recurrent net: the sequence, the first states, what the modes allow."""

from __future__ import annotations

import unicodedata

from nnviz.errors import NnvizError, UsageError
from nnviz.libraries import np
from nnviz.ops.recurrent._rnn_options import RnnOptions
from nnviz.ops.recurrent._weights import Weights
from nnviz.shapes import times
from nnviz.words import Words


def sequence_of(x: np.ndarray | None, options: RnnOptions) -> tuple[tuple[str, ...], np.ndarray]:
    """T×d inputs, and the characters they stand for where --text gives them."""
    if options.text is not None:
        letters = tuple(unicodedata.normalize("NFC", options.text))
        if not letters:
            raise UsageError("--text is empty", hint='for example --text "hello"')
        alphabet = {letter: i for i, letter in enumerate(dict.fromkeys(letters))}
        return letters, np.eye(len(alphabet), dtype=np.int64)[[alphabet[c] for c in letters]]
    assert x is not None
    x = x.reshape(1, -1) if x.ndim == 1 else x
    if x.ndim != 2:
        raise NnvizError(
            "the input {shape} has {n} axes, but a sequence is T×d: a row a time step",
            shape=times(x.shape),
            n=x.ndim,
        )
    return (), x


def initial(name: str, given: np.ndarray | None, w: Weights) -> np.ndarray:
    """The states before the first step: (layers · directions, Dh)."""
    shape = (len(w.cells) * w.directions, w.hidden)
    if given is None:
        return np.zeros(shape)
    if given.size != shape[0] * shape[1] or given.shape[-1:] not in ((shape[1],), ()):
        raise NnvizError(
            "--{name} has {given} numbers, but the state has {wanted}",
            name=name,
            given=times(given.shape),
            wanted=times(shape) if shape[0] > 1 else shape[1],
        )
    made: np.ndarray = given.reshape(shape).astype(np.float64)
    return made


def mode_notes(x: np.ndarray, options: RnnOptions, w: Weights) -> tuple[Words, ...]:
    """Check the mode's options; what a user should be told about them."""
    if options.mode != "one-to-many":
        return ()
    if options.feedback and (w.wy is None or w.wy.shape[0] != x.shape[1]):
        raise NnvizError(
            "--feedback puts y in the place of x, but y has {y} numbers and x has {x}",
            y=0 if w.wy is None else w.wy.shape[0],
            x=x.shape[1],
        )
    if options.feedback and w.directions == 2:
        raise NnvizError(
            "--feedback cannot run backward in time, but the weights have 2 directions"
        )
    if len(x) > 1:
        return (Words("one-to-many reads the first of {n} rows", n=len(x)),)
    return ()
