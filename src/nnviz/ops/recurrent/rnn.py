"""A recurrent net over a sequence: RNN, LSTM or GRU, in layers and both directions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from nnviz.errors import NnvizError
from nnviz.ops._layer import Layer
from nnviz.ops.recurrent._cells import Kind as Cell
from nnviz.ops.recurrent._cells import Track, detail, equations, products, run_cell
from nnviz.ops.recurrent._rnn_facts import facts_of
from nnviz.ops.recurrent._rnn_options import RnnOptions
from nnviz.ops.recurrent._sequence import check_cell, initial, mode_notes, sequence_of
from nnviz.ops.recurrent._weights import GATES, Weights, weights_of
from nnviz.options.operation import Operation
from nnviz.shapes import times
from nnviz.trace import (
    Call,
    Equation,
    Expr,
    Fact,
    Index,
    Name,
    Num,
    Place,
    Quantity,
    Results,
    Role,
    Step,
    Steps,
    Sum,
    Trace,
)
from nnviz.words import Words

if TYPE_CHECKING:
    import numpy as np

_TITLES = {"rnn": "RNN", "lstm": "LSTM", "gru": "GRU"}
_HIDDEN = ("h0", "c0", "output", "c", "h_n", "c_n")


def run(x: np.ndarray | None, options: RnnOptions) -> Trace:
    """Run the cells over the rows of x, or over the characters of --text."""
    labels, x = sequence_of(x, options)
    check_cell(options)
    w = weights_of(options, x.shape[1])
    h0 = initial("h0", options.h0, w)
    c0 = initial("c0", options.c0, w) if options.cell == "lstm" else None
    if x.dtype == "float32":  # --dtype, or an array that is so already
        w, h0 = w.astype("float32"), h0.astype("float32")
        c0 = None if c0 is None else c0.astype("float32")
    notes = mode_notes(x, options, w)
    x = _inputs(x, options, w, h0, c0)
    tracks = _tracks(x, options, w, h0, c0)
    h = _joined(tracks[-1])
    y = _outputs(h, options, w)
    return _Run(x, labels, tracks, h0, c0, h, y, w, options).trace(notes)


class _Run(NamedTuple):
    """One run, with all that its steps are made from."""

    x: np.ndarray
    labels: tuple[str, ...]
    tracks: list[list[Track]]
    h0: np.ndarray
    c0: np.ndarray | None
    h: np.ndarray
    y: np.ndarray | None
    w: Weights
    given: RnnOptions

    def trace(self, notes: tuple[Words, ...]) -> Trace:
        weights = self.w.named()
        one = len(self.tracks) == self.w.directions == 1
        arrays = {"input": self.x, **weights, "h0": self.h0[0] if one else self.h0}
        if self.c0 is not None:
            arrays["c0"] = self.c0[0] if one else self.c0
        roles: dict[str, Role] = dict.fromkeys(_HIDDEN, "hidden")
        roles.update({name: "bias" if name[0] == "b" else "weight" for name in weights})
        return Trace(
            op="rnn",
            title=Words(_TITLES[self.given.cell]),
            arrays=arrays,
            results=Results(**self.results()),
            options=self.options(),
            roles={**roles, "input": "input", "y": "output"},
            equation=("input", "→", "output") + (("→", "y") if self.y is not None else ()),
            facts=(*facts_of(self.given, self.w), *self.inputs()),
            notes=notes,
            steps=Steps(len(self.x) * len(self.tracks) * self.w.directions, self.step),
            places=(Place(Words("t"), 1),),
            labels={"input": self.labels} if self.labels else {},
            states=self.states(),
        )

    def inputs(self) -> tuple[Fact, ...]:
        """What the formulas leave open: the inputs that are not there."""
        if self.given.mode != "one-to-many" or self.given.feedback or len(self.x) == 1:
            return ()
        return (Fact(Words("after the first time there is no input: x is 0")),)

    def states(self) -> dict[str, np.ndarray]:
        """h, and c where there is one, of every layer and direction at every time."""
        made = {}
        for layer, both in enumerate(self.tracks):
            for direction, track in enumerate(both):
                end = f"_l{layer}" + "_reverse" * direction
                made["h" + end] = track.h
                if track.c is not None:
                    made["c" + end] = track.c
        return made

    def results(self) -> dict[str, Any]:
        import numpy as np

        made = {"output": self.h, "h_n": np.stack([t.h[t.last] for t in self.flat()])}
        if self.c0 is not None:
            made["c"] = np.concatenate([t.c for t in self.tracks[-1] if t.c is not None], axis=1)
            made["c_n"] = np.stack([t.c[t.last] for t in self.flat() if t.c is not None])
        if self.y is not None:
            made["y"] = self.y[-1:] if self.given.mode == "many-to-one" else self.y
        return made

    def flat(self) -> list[Track]:
        """Layer by layer, forward before backward, as PyTorch stacks its states."""
        return [track for both in self.tracks for track in both]

    def options(self) -> dict[str, Any]:
        made: dict[str, Any] = {
            "cell": self.given.cell,
            "mode": self.given.mode,
            "hidden": self.w.hidden,
            "layers": len(self.tracks),
            "directions": self.w.directions,
            "output_activation": self.given.output_activation,
            "feedback": self.given.feedback,
        }
        if self.given.cell == "rnn":
            made["activation"] = self.given.activation
        if self.given.cell == "gru":
            made["linear_before_reset"] = self.given.linear_before_reset
        return made

    def step(self, i: int) -> Step:
        """Time after time; at each time layer after layer, forward before backward."""
        directions = self.w.directions
        t, at = divmod(i, len(self.tracks) * directions)
        layer, direction = divmod(at, directions)
        track = self.tracks[layer][direction]
        formula = [e for u in range(self.w.hidden) for e in equations(track, t, u)]
        said = {**detail(track, t), "layer": layer, "direction": direction}
        is_last = at == len(self.tracks) * directions - 1
        if is_last and self._has_output(t):
            assert self.y is not None
            said["y"] = self.y[t].tolist()
            formula += [e for m in range(self.y.shape[1]) for e in self._output(t, m)]
        cells: dict[str, tuple[Index, ...]] = {"input": ((t,),), "output": ((t,),)}
        return Step(
            i + 1,
            (t,),
            tuple(formula),
            track.h[t].tolist(),
            said,
            cells,
            quantities=tuple(_quantities(said)),
        )

    def _has_output(self, t: int) -> bool:
        last_only = self.given.mode == "many-to-one"
        return self.y is not None and (not last_only or t == len(self.x) - 1)

    def _output(self, t: int, m: int) -> list[Equation]:
        assert self.y is not None
        assert self.w.wy is not None
        terms = products(self.h[t], self.w.wy[m], "hidden")
        if self.w.by is not None:
            terms.append(Num(self.w.by[m].item(), "bias"))
        total: Expr = Sum(tuple(terms))
        left = Name("y", f"{t + 1},{m}", "output")
        value = Num(self.y[t, m].item(), "output")
        name = self.given.output_activation
        if name == "none":
            return [Equation((left, total, value))]
        pre = self.w.wy[m] @ self.h[t] + (0.0 if self.w.by is None else self.w.by[m])
        z = Name("z", f"{t + 1},{m}", "intermediate")
        inside: Expr = Name("z", f"{t + 1}", "intermediate") if name == "softmax" else z
        call = Call(f"softmax[{m}]" if name == "softmax" else name, (inside,))
        return [
            Equation((z, total, Num(float(pre), "intermediate"))),
            Equation((left, call, value)),
        ]


_SYMBOLS = {
    "x": Name("x", "t", "input"),
    "h_prev": Name("h", "t−1", "hidden"),
    "pre": Name("before", role="intermediate"),
    "c_prev": Name("c", "t−1", "hidden"),
    "c": Name("c", "t", "hidden"),
    "h": Name("h", "t", "hidden"),
    "y": Name("y", "t", "output"),
}


def _quantities(said: dict[str, Any]) -> Iterator[Quantity]:
    import numpy as np

    for key, value in said.items():
        if isinstance(value, list):
            yield Quantity(key, _SYMBOLS.get(key) or Name(key), np.asarray(value))


# --- running it ----------------------------------------------------------------


def _cell(options: RnnOptions) -> Cell:
    return Cell(options.cell, options.activation, options.linear_before_reset)


def _tracks(
    x: np.ndarray, options: RnnOptions, w: Weights, h0: np.ndarray, c0: np.ndarray | None
) -> list[list[Track]]:
    """Every layer over the whole sequence, each on the states of the one below."""
    made: list[list[Track]] = []
    for layer, both in enumerate(w.cells):
        tracks = []
        for direction, cell in enumerate(both):
            at = layer * w.directions + direction
            start = None if c0 is None else c0[at]
            tracks.append(run_cell(_cell(options), cell, x, h0[at], start, reverse=direction == 1))
        made.append(tracks)
        x = _joined(tracks)
    return made


def _joined(tracks: list[Track]) -> np.ndarray:
    """Both directions side by side: T × directions·Dh."""
    import numpy as np

    return tracks[0].h if len(tracks) == 1 else np.concatenate([t.h for t in tracks], axis=1)


def _inputs(
    x: np.ndarray, options: RnnOptions, w: Weights, h0: np.ndarray, c0: np.ndarray | None
) -> np.ndarray:
    """The inputs in force, T×d: all rows, or the first and then zeros or outputs."""
    import numpy as np

    if options.mode != "one-to-many":
        return x
    length = options.length or len(x)
    inputs = np.zeros((length, x.shape[1]), h0.dtype if options.feedback else x.dtype)
    inputs[0] = x[0]
    for t in range(length - 1 if options.feedback else 0):
        # Each input waits for the output before it.
        tracks = [both[0] for both in _tracks(inputs[t : t + 1], options, w, h0, c0)]
        h0 = np.stack([track.h[0] for track in tracks])
        c0 = (
            None
            if c0 is None
            else np.stack([track.c[0] for track in tracks if track.c is not None])
        )
        y = _outputs(tracks[-1].h, options, w)
        assert y is not None
        inputs[t + 1] = y[0]
    return inputs


def _outputs(h: np.ndarray, options: RnnOptions, w: Weights) -> np.ndarray | None:
    """y_t = W_y h_t + b_y for every t (T×M), through the output activation."""
    from nnviz.core.activations import activate
    from nnviz.core.dense import dense

    if w.wy is None:
        return None
    y = dense(h, w.wy, w.by)
    name = options.output_activation
    return y if name == "none" else activate(y, name)


def layer(shape: tuple[int, ...], options: RnnOptions) -> Layer:
    """Parameters and MACs over a sequence of shape T×d."""
    if len(shape) != 2:
        raise NnvizError("rnn takes a sequence T×d, but its input is {shape}", shape=times(shape))
    steps, inputs = shape
    w = weights_of(options, inputs)
    gates, size = GATES[options.cell], w.hidden
    parts = []
    weights = 0
    for both in w.cells:
        for cell in both:
            weights += cell.wx.size + cell.wh.size
            biases = sum(bias is not None for bias in (cell.b, cell.bh))
            rows = f"{gates}·{size}" if gates > 1 else f"{size}"
            bias = " + " + (f"2·{rows}" if biases == 2 else rows) if biases else ""
            parts.append(f"{rows} × ({cell.wx.shape[1]} + {size}){bias}")
    macs = steps * weights
    if w.wy is not None:
        weights += w.wy.size
        macs += (1 if options.mode == "many-to-one" else steps) * w.wy.size
        parts.append(times(w.wy.shape).replace("×", " × "))
        parts += [str(len(w.by))] if w.by is not None else []
    output = (steps, w.directions * size)
    biases = sum(bias.size for bias in w.biases())
    return Layer(output, " + ".join(parts), weights, biases, macs, everywhere=True)


OPERATION = Operation(
    name="rnn",
    rank=3,
    help="RNN, LSTM or GRU over a sequence, unrolled in time.",
    example='rnn "1 0; 0 1; 1 1" --hidden 3 --outputs 1',
    record=RnnOptions,
    run=run,
    layer=layer,
)
