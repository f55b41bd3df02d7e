"""A recurrent net over a sequence: RNN, LSTM or GRU, in layers and both directions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from nnviz.errors import NnvizError, UsageError
from nnviz.ops._layer import Layer
from nnviz.ops.recurrent._cells import Kind as Cell
from nnviz.ops.recurrent._cells import Track, detail, equations, products, run_cell
from nnviz.ops.recurrent._rnn_facts import facts_of
from nnviz.ops.recurrent._sequence import check_cell, initial, mode_notes, sequence_of
from nnviz.ops.recurrent._weights import GATES, Weights, weights_of
from nnviz.options import kinds
from nnviz.options.operation import Context, Kind, Operation, Option, Values
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

MODES = ("many-to-many", "many-to-one", "one-to-many")
_TITLES = {"rnn": "RNN", "lstm": "LSTM", "gru": "GRU"}
_HIDDEN = ("h0", "c0", "output", "c", "h_n", "c_n")


def run(x: np.ndarray | None, values: Values) -> Trace:
    """Run the cells over the rows of x, or over the characters of --text."""
    labels, x = sequence_of(x, values)
    check_cell(values)
    w = weights_of(values, x.shape[1])
    h0 = initial("h0", values, w)
    c0 = initial("c0", values, w) if values["cell"] == "lstm" else None
    if x.dtype == "float32":  # --dtype, or an array that is so already
        w, h0 = w.astype("float32"), h0.astype("float32")
        c0 = None if c0 is None else c0.astype("float32")
    notes = mode_notes(x, values, w)
    x = _inputs(x, values, w, h0, c0)
    tracks = _tracks(x, values, w, h0, c0)
    h = _joined(tracks[-1])
    y = _outputs(h, values, w)
    return _Run(x, labels, tracks, h0, c0, h, y, w, values).trace(notes)


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
    values: Values

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
            title=Words(_TITLES[self.values["cell"]]),
            arrays=arrays,
            results=Results(**self.results()),
            options=self.options(),
            roles={**roles, "input": "input", "y": "output"},
            equation=("input", "→", "output") + (("→", "y") if self.y is not None else ()),
            facts=(*facts_of(self.values, self.w), *self.inputs()),
            notes=notes,
            steps=Steps(len(self.x) * len(self.tracks) * self.w.directions, self.step),
            places=(Place(Words("t"), 1),),
            labels={"input": self.labels} if self.labels else {},
            states=self.states(),
        )

    def inputs(self) -> tuple[Fact, ...]:
        """What the formulas leave open: the inputs that are not there."""
        if self.values["mode"] != "one-to-many" or self.values["feedback"] or len(self.x) == 1:
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
            made["y"] = self.y[-1:] if self.values["mode"] == "many-to-one" else self.y
        return made

    def flat(self) -> list[Track]:
        """Layer by layer, forward before backward, as PyTorch stacks its states."""
        return [track for both in self.tracks for track in both]

    def options(self) -> dict[str, Any]:
        made = {
            "cell": self.values["cell"],
            "mode": self.values["mode"],
            "hidden": self.w.hidden,
            "layers": len(self.tracks),
            "directions": self.w.directions,
            "output_activation": self.values["output_activation"],
            "feedback": self.values["feedback"],
        }
        if self.values["cell"] == "rnn":
            made["activation"] = self.values["activation"]
        if self.values["cell"] == "gru":
            made["linear_before_reset"] = self.values["linear_before_reset"]
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
        last_only = self.values["mode"] == "many-to-one"
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
        name = self.values["output_activation"]
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


def _cell(values: Values) -> Cell:
    return Cell(values["cell"], values["activation"], values["linear_before_reset"])


def _tracks(
    x: np.ndarray, values: Values, w: Weights, h0: np.ndarray, c0: np.ndarray | None
) -> list[list[Track]]:
    """Every layer over the whole sequence, each on the states of the one below."""
    made: list[list[Track]] = []
    for layer, both in enumerate(w.cells):
        tracks = []
        for direction, cell in enumerate(both):
            at = layer * w.directions + direction
            start = None if c0 is None else c0[at]
            tracks.append(run_cell(_cell(values), cell, x, h0[at], start, reverse=direction == 1))
        made.append(tracks)
        x = _joined(tracks)
    return made


def _joined(tracks: list[Track]) -> np.ndarray:
    """Both directions side by side: T × directions·Dh."""
    import numpy as np

    return tracks[0].h if len(tracks) == 1 else np.concatenate([t.h for t in tracks], axis=1)


def _inputs(
    x: np.ndarray, values: Values, w: Weights, h0: np.ndarray, c0: np.ndarray | None
) -> np.ndarray:
    """The inputs in force, T×d: all rows, or the first and then zeros or outputs."""
    import numpy as np

    if values["mode"] != "one-to-many":
        return x
    length = values["length"] or len(x)
    inputs = np.zeros((length, x.shape[1]), h0.dtype if values["feedback"] else x.dtype)
    inputs[0] = x[0]
    for t in range(length - 1 if values["feedback"] else 0):
        # Each input waits for the output before it.
        tracks = [both[0] for both in _tracks(inputs[t : t + 1], values, w, h0, c0)]
        h0 = np.stack([track.h[0] for track in tracks])
        c0 = (
            None
            if c0 is None
            else np.stack([track.c[0] for track in tracks if track.c is not None])
        )
        y = _outputs(tracks[-1].h, values, w)
        assert y is not None
        inputs[t + 1] = y[0]
    return inputs


def _outputs(h: np.ndarray, values: Values, w: Weights) -> np.ndarray | None:
    """y_t = W_y h_t + b_y for every t (T×M), through the output activation."""
    from nnviz.core.activations import activate
    from nnviz.core.dense import dense

    if w.wy is None:
        return None
    y = dense(h, w.wy, w.by)
    name = values["output_activation"]
    return y if name == "none" else activate(y, name)


def layer(shape: tuple[int, ...], values: Values) -> Layer:
    """Parameters and MACs over a sequence of shape T×d."""
    if len(shape) != 2:
        raise NnvizError("rnn takes a sequence T×d, but its input is {shape}", shape=times(shape))
    steps, inputs = shape
    w = weights_of(values, inputs)
    gates, size = GATES[values["cell"]], w.hidden
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
        macs += (1 if values["mode"] == "many-to-one" else steps) * w.wy.size
        parts.append(times(w.wy.shape).replace("×", " × "))
        parts += [str(len(w.by))] if w.by is not None else []
    output = (steps, w.directions * size)
    biases = sum(bias.size for bias in w.biases())
    return Layer(output, " + ".join(parts), weights, biases, macs, everywhere=True)


# --- options -------------------------------------------------------------------


def _parse_weights(text: str, flag: str, context: Context) -> Any:
    from nnviz.read import read_weights

    return read_weights(text, stdin=context.stdin, name=flag)


def _accept_weights(value: Any, flag: str) -> Any:
    if isinstance(value, dict):
        return value
    raise UsageError("{flag} is not a dict of arrays by name", flag=flag)


OPERATION = Operation(
    name="rnn",
    rank=3,
    help="RNN, LSTM or GRU over a sequence, unrolled in time.",
    example='rnn "1 0; 0 1; 1 1" --hidden 3 --outputs 1',
    run=run,
    layer=layer,
    reads_input=lambda values: values["text"] is None,
    options=(
        Option(
            "cell",
            ("--cell",),
            kinds.choice(*GATES),
            "Which cell; LSTM gates in the order i f g o, GRU r z n.",
            "rnn",
        ),
        Option(
            "weights",
            ("--weights",),
            Kind("FILE", _parse_weights, _accept_weights),
            "Weights by name: JSON, .npz or .safetensors.",
        ),
        Option("wx", ("--wx",), kinds.array(), "W_x, Dh×d (LSTM 4Dh×d, GRU 3Dh×d)."),
        Option("wh", ("--wh",), kinds.array(), "W_h, Dh×Dh (LSTM 4Dh×Dh, GRU 3Dh×Dh)."),
        Option("b", ("--b",), kinds.array(), "b, Dh numbers (LSTM 4Dh, GRU 3Dh)."),
        Option("wy", ("--wy",), kinds.array(), "W_y, M×Dh: makes outputs y."),
        Option("by", ("--by",), kinds.array(), "b_y, M numbers."),
        Option("hidden", ("--hidden",), kinds.count(1), "Draw weights of this many hidden units."),
        Option("outputs", ("--outputs",), kinds.count(1), "Draw weights of this many outputs."),
        Option("seed", ("--seed",), kinds.count(0), "Seed of the random weights.", 0),
        Option("no_bias", ("--no-bias",), None, "Random weights without biases.", False),
        Option("h0", ("--h0",), kinds.array(), "The hidden state before the first step."),
        Option("c0", ("--c0",), kinds.array(), "LSTM: the cell state before the first step."),
        Option(
            "activation",
            ("--act",),
            kinds.choice("tanh", "relu"),
            "What makes the hidden state of --cell rnn.",
            "tanh",
        ),
        Option(
            "output_activation",
            ("--out-act",),
            kinds.choice("none", "sigmoid", "softmax"),
            "What makes y.",
            "none",
        ),
        Option(
            "mode",
            ("--mode",),
            kinds.choice(*MODES),
            "Which inputs and outputs there are.",
            "many-to-many",
        ),
        Option("length", ("--length",), kinds.count(1), "Steps of one-to-many."),
        Option("feedback", ("--feedback",), None, "one-to-many: y is the next input.", False),
        Option(
            "linear_before_reset",
            ("--linear-before-reset",),
            None,
            "GRU: reset after the linear map (PyTorch), or before it (the original paper).",
            True,
            off="--no-linear-before-reset",
        ),
        Option("text", ("--text",), kinds.text(), "One-hot characters as the input."),
    ),
)
