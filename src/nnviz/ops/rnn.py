"""A recurrent net over a sequence: h_t = tanh(W_x x_t + W_h h_{t−1} + b)."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nnviz.errors import NnvizError, UsageError
from nnviz.ops import _kinds as kinds
from nnviz.ops._layer import Layer
from nnviz.ops._operation import Context, Kind, Operation, Option, Values
from nnviz.ops._weights import Weights, weights_of, weights_shape
from nnviz.shapes import times
from nnviz.trace import (
    Call,
    Equation,
    Expr,
    Fact,
    Index,
    Name,
    Num,
    Product,
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
_ROLES: dict[str, Role] = {
    "input": "input",
    "Wx": "weight",
    "Wh": "weight",
    "Wy": "weight",
    "b": "bias",
    "by": "bias",
    "h0": "hidden",
    "output": "hidden",
    "h_n": "hidden",
    "y": "output",
}


def run(x: np.ndarray | None, values: Values) -> Trace:
    """Run the cell over the rows of x, or over the characters of --text."""
    labels, x = _sequence(x, values)
    w = weights_of(values, x.shape[1])
    h0 = _initial(values, w)
    notes = list(_mode_notes(x, values, w))
    if x.dtype == "float32":  # --dtype, or an array that is so already
        w, h0 = w.astype("float32"), h0.astype("float32")
    x, h = _states(x, values, w, h0)
    y = _outputs(h, values, w)
    arrays = {"input": x, **w.named(), "h0": h0}
    results: dict[str, Any] = {"output": h, "h_n": h[-1:]}
    if y is not None:
        results["y"] = y[-1:] if values["mode"] == "many-to-one" else y
    explain = _Explain(x, h, h0, y, w, values)
    return Trace(
        op="rnn",
        title=Words("RNN"),
        arrays=arrays,
        results=Results(**results),
        options={
            "cell": "rnn",
            "mode": values["mode"],
            "hidden": h.shape[1],
            "activation": values["activation"],
            "output_activation": values["output_activation"],
            "feedback": values["feedback"],
        },
        roles=_ROLES,
        equation=("input", "→", "output") + (("→", "y") if y is not None else ()),
        facts=tuple(_facts(values, w)),
        notes=tuple(notes),
        steps=Steps(len(x), explain.step),
        labels={"input": labels} if labels else {},
    )


def _sequence(x: np.ndarray | None, values: Values) -> tuple[tuple[str, ...], np.ndarray]:
    """T×d inputs, and the characters they stand for where --text gives them."""
    import numpy as np

    if values["text"] is not None:
        letters = tuple(unicodedata.normalize("NFC", values["text"]))
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


def _initial(values: Values, w: Weights) -> np.ndarray:
    import numpy as np

    hidden = w.wh.shape[0]
    given = values["h0"]
    if given is None:
        return np.zeros(hidden)
    if given.shape not in ((hidden,), (1, hidden)) and not (given.ndim == 0 and hidden == 1):
        raise NnvizError(
            "--h0 has {given} numbers, but the hidden state has {hidden}",
            given=times(given.shape),
            hidden=hidden,
        )
    made: np.ndarray = given.reshape(hidden).astype(np.float64)
    return made


def _mode_notes(x: np.ndarray, values: Values, w: Weights) -> list[Words]:
    """Check the mode's options; what a user should be told about them."""
    if values["mode"] != "one-to-many":
        for option, flag in (("length", "--length"), ("feedback", "--feedback")):
            if values[option]:
                raise UsageError("{flag} belongs to --mode one-to-many", flag=flag)
        return []
    if values["feedback"] and (w.wy is None or w.wy.shape[0] != x.shape[1]):
        raise NnvizError(
            "--feedback puts y in the place of x, but y has {y} numbers and x has {x}",
            y=0 if w.wy is None else w.wy.shape[0],
            x=x.shape[1],
        )
    if len(x) > 1:
        return [Words("one-to-many reads the first of {n} rows", n=len(x))]
    return []


def _states(
    x: np.ndarray, values: Values, w: Weights, h0: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The inputs in force (T×d) and every hidden state (T×Dh)."""
    import numpy as np

    from nnviz.core.recurrent import rnn

    b = np.zeros_like(h0) if w.b is None else w.b
    kind = values["activation"]
    if values["mode"] != "one-to-many":
        return x, rnn(x, w.wx, w.wh, b, h0, activation=kind)
    length = values["length"] or len(x)
    inputs = np.zeros((length, x.shape[1]), h0.dtype if values["feedback"] else x.dtype)
    inputs[0] = x[0]
    if not values["feedback"]:
        return inputs, rnn(inputs, w.wx, w.wh, b, h0, activation=kind)
    states = []
    for t in range(length):  # each input waits for the output before it
        h0 = rnn(inputs[t : t + 1], w.wx, w.wh, b, h0, activation=kind)[0]
        states.append(h0)
        if t + 1 < length:
            y = _outputs(h0[None], values, w)
            assert y is not None
            inputs[t + 1] = y[0]
    return inputs, np.stack(states)


def _outputs(h: np.ndarray, values: Values, w: Weights) -> np.ndarray | None:
    """y_t = W_y h_t + b_y for every t (T×M), through the output activation."""
    from nnviz.core.activations import activate
    from nnviz.core.dense import dense

    if w.wy is None:
        return None
    y = dense(h, w.wy, w.by)
    name = values["output_activation"]
    return y if name == "none" else activate(y, name)


def _facts(values: Values, w: Weights) -> list[Fact]:
    """The formulas of the cell, in symbols."""
    t, before = "t", "t−1"
    terms: list[Expr] = [
        Product((Name("W", "x", "weight"), Name("x", t, "input")), dot=True),
        Product((Name("W", "h", "weight"), Name("h", before, "hidden")), dot=True),
    ]
    if w.b is not None:
        terms.append(Name("b", role="bias"))
    state = Equation((Name("h", t, "hidden"), Call(values["activation"], (Sum(tuple(terms)),))))
    facts = [Fact(Words("hidden state"), state)]
    if w.wy is not None:
        right: Expr = Product((Name("W", "y", "weight"), Name("h", t, "hidden")), dot=True)
        if w.by is not None:
            right = Sum((right, Name("b", "y", "bias")))
        if values["output_activation"] != "none":
            right = Call(values["output_activation"], (right,))
        facts.append(Fact(Words("output"), Equation((Name("y", t, "output"), right))))
    return facts


@dataclass(frozen=True, slots=True)
class _Explain:
    """What the steps, one a time, are made from."""

    x: np.ndarray
    h: np.ndarray
    h0: np.ndarray
    y: np.ndarray | None
    w: Weights
    values: Values

    def step(self, t: int) -> Step:
        before = self.h[t - 1] if t else self.h0
        pre = self._pre(t, before)
        detail: dict[str, Any] = {
            "x": self.x[t].tolist(),
            "h_prev": before.tolist(),
            "pre": pre,
            "h": self.h[t].tolist(),
            "layer": 0,
            "direction": 0,
        }
        formula = [self._unit(t, u, before, pre[u]) for u in range(len(pre))]
        if self._has_output(t):
            assert self.y is not None
            detail["y"] = self.y[t].tolist()
            for m in range(self.y.shape[1]):
                formula += self._output(t, m)
        cells: dict[str, tuple[Index, ...]] = {"input": ((t,),), "output": ((t,),)}
        return Step(t + 1, (t,), tuple(formula), self.h[t].tolist(), detail, cells)

    def _has_output(self, t: int) -> bool:
        last_only = self.values["mode"] == "many-to-one"
        return self.y is not None and (not last_only or t == len(self.x) - 1)

    def _pre(self, t: int, before: np.ndarray) -> list[float]:
        total = self.w.wx @ self.x[t] + self.w.wh @ before
        made: list[float] = (total if self.w.b is None else total + self.w.b).tolist()
        return made

    def _unit(self, t: int, u: int, before: np.ndarray, pre: float) -> Equation:
        """h_t[u] = tanh(products) = tanh(pre) = value."""
        terms = _products(self.x[t], self.w.wx[u], "input")
        terms += _products(before, self.w.wh[u], "hidden")
        if self.w.b is not None:
            terms.append(Num(self.w.b[u].item(), "bias"))
        name = self.values["activation"]
        left = Name("h", f"{t + 1},{u}", "hidden")
        value = Num(self.h[t, u].item(), "hidden")
        shown = Call(name, (Num(pre, "intermediate"),))
        return Equation((left, Call(name, (Sum(tuple(terms)),)), shown, value))

    def _output(self, t: int, m: int) -> list[Equation]:
        assert self.y is not None
        assert self.w.wy is not None
        terms = _products(self.h[t], self.w.wy[m], "hidden")
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


def _products(values: np.ndarray, weights: np.ndarray, role: Role) -> list[Expr]:
    pairs = zip(values.tolist(), weights.tolist(), strict=True)
    return [Product((Num(v, role), Num(k, "weight"))) for v, k in pairs]


def layer(shape: tuple[int, ...], values: Values) -> Layer:
    """Parameters and MACs over a sequence of shape T×d."""
    if len(shape) != 2:
        raise NnvizError("rnn takes a sequence T×d, but its input is {shape}", shape=times(shape))
    steps, inputs = shape
    hidden, outputs, has_b, has_by = weights_shape(values, inputs)
    weights, biases = hidden * (inputs + hidden), hidden if has_b else 0
    formula = f"{hidden} × ({inputs} + {hidden})" + (f" + {hidden}" if has_b else "")
    macs = steps * weights
    if outputs is not None:
        weights += outputs * hidden
        biases += outputs if has_by else 0
        made = 1 if values["mode"] == "many-to-one" else steps
        macs += made * outputs * hidden
        formula += f" + {outputs} × {hidden}" + (f" + {outputs}" if has_by else "")
    return Layer((steps, hidden), formula, weights, biases, macs, everywhere=True)


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
    help="A recurrent net over a sequence, unrolled in time.",
    example='rnn "1 0; 0 1; 1 1" --hidden 3 --outputs 1',
    run=run,
    layer=layer,
    reads_input=lambda values: values["text"] is None,
    options=(
        Option(
            "weights",
            ("--weights",),
            Kind("FILE", _parse_weights, _accept_weights),
            "Weights by name: JSON, .npz or .safetensors.",
        ),
        Option("wx", ("--wx",), kinds.array(), "W_x, Dh×d."),
        Option("wh", ("--wh",), kinds.array(), "W_h, Dh×Dh."),
        Option("b", ("--b",), kinds.array(), "b, Dh numbers."),
        Option("wy", ("--wy",), kinds.array(), "W_y, M×Dh: makes outputs y."),
        Option("by", ("--by",), kinds.array(), "b_y, M numbers."),
        Option("hidden", ("--hidden",), kinds.count(1), "Draw weights of this many hidden units."),
        Option("outputs", ("--outputs",), kinds.count(1), "Draw weights of this many outputs."),
        Option("seed", ("--seed",), kinds.count(0), "Seed of the random weights.", 0),
        Option("no_bias", ("--no-bias",), None, "Random weights without biases.", False),
        Option("h0", ("--h0",), kinds.array(), "The hidden state before the first step."),
        Option(
            "activation",
            ("--act",),
            kinds.choice("tanh", "relu"),
            "What makes the hidden state.",
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
        Option("text", ("--text",), kinds.text(), "One-hot characters as the input."),
    ),
)
