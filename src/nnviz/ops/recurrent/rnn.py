"""A recurrent net over a sequence: RNN, LSTM or GRU, in layers and both directions."""

from __future__ import annotations

import unicodedata
from dataclasses import replace

from nnviz.errors import NnvizError, UsageError
from nnviz.libraries import np
from nnviz.numerals import thousands
from nnviz.ops._layer import Layer
from nnviz.ops.recurrent._cells import inputs_of, joined, outputs_of, run_layers
from nnviz.ops.recurrent._explained import Run, short_rnn
from nnviz.ops.recurrent._rnn_options import RnnOptions
from nnviz.ops.recurrent._weights import GATES, Weights, own_name, weights_of
from nnviz.options.operation import BUT_GRADIENTS, Operation
from nnviz.shapes import times
from nnviz.trace import Trace
from nnviz.words import Words

# --- what goes in, and what the modes allow -----------------------------------------


def sequence_of(x: np.ndarray | None, options: RnnOptions) -> tuple[tuple[str, ...], np.ndarray]:
    """T×d inputs, and the characters they stand for where --text gives them."""
    if options.text is not None:
        letters = tuple(unicodedata.normalize("NFC", options.text))
        if not letters:
            raise UsageError("--text is empty", hint='for example --text "hello"')
        alphabet = options.alphabet or "".join(dict.fromkeys(letters))
        for letter in letters:
            if letter not in alphabet:
                raise NnvizError(
                    "--text has “{letter}”, which the weights do not know",
                    letter=letter,
                    hint=Words("their alphabet is “{alphabet}”", alphabet=alphabet),
                )
        places = {letter: i for i, letter in enumerate(alphabet)}
        return letters, np.eye(len(alphabet), dtype=np.int64)[[places[c] for c in letters]]
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


def bias_notes(options: RnnOptions, w: Weights) -> tuple[Words, ...]:
    """How PyTorch's two biases are the one of a textbook, where both were given."""
    if all(c.b is None or c.bh is None for both in w.cells for c in both):
        return ()
    if options.cell == "gru" and options.linear_before_reset:
        said = (
            "PyTorch's two biases (b_x is bias_ih, b_h is bias_hh): in r and z they are added; "
            "in n, b_h is added to the part of h before r multiplies it, so it stays apart"
        )
    else:
        said = (
            "PyTorch's two biases (b_x is bias_ih, b_h is bias_hh) are added: "
            "a textbook's one is b = b_x + b_h"
        )
    return (Words(said),)


# --- running it, counting it --------------------------------------------------------


def run(x: np.ndarray | None, options: RnnOptions) -> Trace:
    """Run the cells over the rows of x, or over the characters of --text."""
    given, (labels, x) = x, sequence_of(x, options)
    if given is None:  # a text, whose characters are known only here
        OPERATION.check_memory(x, options)
    w = weights_of(options, x.shape[1])
    h0 = initial("h0", options.h0, w)
    c0 = initial("c0", options.c0, w) if options.cell == "lstm" else None
    if x.dtype == "float32":  # --dtype, or an array that is so already
        w, h0 = w.astype("float32"), h0.astype("float32")
        c0 = None if c0 is None else c0.astype("float32")
    notes = (*mode_notes(x, options, w), *bias_notes(options, w))
    x = inputs_of(x, options, w, h0, c0)
    layers = run_layers(x, options, w, h0, c0)
    tracks = [track for both in layers for track in both]
    h = joined(layers[-1])
    y = outputs_of(h, options, w)
    return Run(x, labels, tracks, h0, c0, h, y, w, options).trace(notes)


def layer(shape: tuple[int, ...], options: RnnOptions) -> Layer:
    """Parameters and MACs over a sequence of shape T×d."""
    if len(shape) != 2:
        raise NnvizError("rnn takes a sequence T×d, but its input is {shape}", shape=times(shape))
    steps, inputs = shape
    if options.mode == "one-to-many":
        steps = options.length or steps
    w = weights_of(options, inputs, drawn=False)
    ours, torch = _counted(steps, options, w), _counted(steps, options, w, 2)
    # Keras has a second bias in the GRU that resets after the product, as PyTorch's does.
    after = options.cell == "gru" and options.linear_before_reset
    tf = torch if after else _counted(steps, options, w, 1)
    said = Words(
        "{ours} parameters with one bias a gate; PyTorch counts {theirs}, with two",
        ours=thousands(ours.params),
        theirs=thousands(torch.params),
    )
    notes = (said,) if torch.biases != ours.biases else ()
    return ours._replace(notes=notes, like={"torch": torch, "tf": tf}, learned=_learned(w, options))


def _learned(w: Weights, options: RnnOptions) -> dict[str, tuple[int, ...]]:
    """What is drawn at random, where nothing has an option of its own."""
    if options.hidden is None or any(a is not None for a in (options.b, options.wy, options.by)):
        return {}
    return {own_name(name): array.shape for name, array in w.named().items()}


def _counted(steps: int, options: RnnOptions, w: Weights, biases: int | None = None) -> Layer:
    """The layer with as many biases a gate as it has, or with so many."""
    gates, size = len(GATES[options.cell]), w.hidden
    rows = f"{gates}·{size}" if gates > 1 else f"{size}"
    parts = []
    weights = learned = 0
    for cell in (cell for both in w.cells for cell in both):
        weights += cell.wx.size + cell.wh.size
        there = sum(bias is not None for bias in (cell.b, cell.bh))
        there = min(there, 1) * biases if biases else there
        learned += there * gates * size
        bias = " + " + (f"2·{rows}" if there == 2 else rows) if there else ""
        parts.append(f"{rows} × ({cell.wx.shape[1]} + {size}){bias}")
    macs = steps * weights
    if w.wy is not None:
        weights += w.wy.size
        macs += (1 if options.mode == "many-to-one" else steps) * w.wy.size
        parts.append(times(w.wy.shape).replace("×", " × "))
        parts += [str(len(w.by))] if w.by is not None else []
    handed_on = w.directions * size if w.wy is None else len(w.wy)
    output = (handed_on,) if options.mode == "many-to-one" else (steps, handed_on)
    learned += 0 if w.by is None else len(w.by)
    said = " + ".join(parts)
    return Layer(output, said, weights, learned, macs, everywhere=None, name=short_rnn(options, w))


def _as_traced(options: RnnOptions) -> RnnOptions:
    """Every input is there, those of later times too, unless they are outputs."""
    if options.feedback or options.mode != "one-to-many":
        return options
    return replace(options, mode="many-to-many", length=None)


OPERATION = Operation(
    name="rnn",
    rank=3,
    help="RNN, LSTM or GRU over a sequence, unrolled in time.",
    example='rnn "1 0; 0 1; 1 1" --hidden 3 --outputs 1',
    more=(
        "rnn --text hello --hidden 3 --outputs 4",
        'rnn "1 0; 0 1; 1 1" --cell lstm --hidden 2 --steps 3 --explain',
    ),
    record=RnnOptions,
    run=run,
    layer=layer,
    lacks=BUT_GRADIENTS - {"symbols"},
    own_name=own_name,
    as_traced=_as_traced,
    cell_bytes=lambda *_: 32,
)
