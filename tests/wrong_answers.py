"""Wrong answers of learners, each worked out by plain loops or NumPy, never by the checker."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from wrong_windows import MAKERS, Array, Made, maker

__all__ = ["MAKERS", "Array", "Made"]

# --- recurrent nets -------------------------------------------------------------------------


def _sigma(v: Array) -> Array:
    return np.asarray(1 / (1 + np.exp(-v)))


class Net(NamedTuple):
    """A sequence and weights of a cell of `gates` gates."""

    x: Array
    wx: Array
    wh: Array
    b: Array
    cell: str

    @classmethod
    def random(cls, rng: np.random.Generator, cell: str) -> Net:
        gates = {"rnn": 1, "lstm": 4, "gru": 3}[cell]
        t, d, h = (int(rng.integers(2, n)) for n in (6, 4, 4))
        shapes = ((gates * h, d), (gates * h, h), (gates * h,))
        wx, wh, b = (rng.uniform(-1, 1, shape).round(2) for shape in shapes)
        return cls(rng.integers(-2, 3, (t, d)), wx, wh, b, cell)

    def run(
        self,
        order: str = "",
        forget: str = "",
        squash: Callable[[Array], Array] = np.tanh,
        back: int = 1,
        two: bool = False,
    ) -> Array:
        """Every hidden state; `forget` names what is not handed on, `back` is the step before,
        `two` adds the bias with the state a second time.
        """
        size = self.wh.shape[1]
        names = order or {"rnn": "h", "lstm": "ifgo", "gru": "rzn"}[self.cell]
        rows = {g: slice(i * size, (i + 1) * size) for i, g in enumerate(names)}
        states, c = [np.zeros(size)] * back, np.zeros(size)
        for x in self.x:
            h = np.zeros(size) if "h" in forget else states[-back]
            from_x, from_h = self.wx @ x + self.b, self.wh @ h + two * self.b
            s = {g: from_x[at] + from_h[at] for g, at in rows.items()}
            if self.cell == "rnn":
                h = squash(s["h"])
            elif self.cell == "lstm":
                before = np.zeros(size) if "c" in forget else c
                c = _sigma(s["f"]) * before + _sigma(s["i"]) * np.tanh(s["g"])
                h = _sigma(s["o"]) * np.tanh(c)
            else:
                r, z = _sigma(s["r"]), _sigma(s["z"])
                n = np.tanh(from_x[rows["n"]] + r * from_h[rows["n"]])
                z = 1 - z if "z" in forget else z
                h = (1 - z) * n + z * h
            states.append(h)
        return np.stack(states[back:])

    def made(self, wrong: Array) -> Made:
        weights = {"Wx": self.wx, "Wh": self.wh, "b": self.b}
        return Made("rnn", self.x, {"weights": weights, "cell": self.cell}, wrong.round(4))


@maker("rnn: the bias forgotten", "bias-forgotten")
def _(rng: Any) -> Made:
    net = Net.random(rng, "rnn")
    return net.made(net._replace(b=0 * net.b).run())


@maker("rnn: two biases for one", "biases-two")
def _(rng: Any) -> Made:
    net = Net.random(rng, str(rng.choice(["rnn", "lstm", "gru"])))
    return net.made(net.run(two=True))


@maker("rnn: the state before left out", "state-left-out")
def _(rng: Any) -> Made:
    net = Net.random(rng, str(rng.choice(["rnn", "lstm"])))
    return net.made(net.run(forget="h"))


@maker("rnn: the state of two steps before", "wrong-step")
def _(rng: Any) -> Made:
    net = Net.random(rng, "rnn")
    return net.made(net.run(back=2))


@maker("rnn: the activation left out", "activation")
def _(rng: Any) -> Made:
    net = Net.random(rng, "rnn")
    return net.made(net.run(squash=lambda v: v))


@maker("rnn: the state's weights transposed", "weights-transposed")
def _(rng: Any) -> Made:
    net = Net.random(rng, "rnn")
    return net.made(net._replace(wh=net.wh.T).run())


@maker("lstm: gates in ONNX's order", "gate-order")
def _(rng: Any) -> Made:
    net = Net.random(rng, "lstm")
    return net.made(net.run(order="iofg"))


@maker("lstm: the cell state left out", "state-left-out")
def _(rng: Any) -> Made:
    net = Net.random(rng, "lstm")
    return net.made(net.run(forget="c"))


@maker("gru: gates in Keras's order", "gate-order")
def _(rng: Any) -> Made:
    net = Net.random(rng, "gru")
    return net.made(net.run(order="zrn"))


@maker("gru: z and 1 − z swapped", "update-swapped")
def _(rng: Any) -> Made:
    net = Net.random(rng, "gru")
    return net.made(net.run(forget="z"))


# --- the others --------------------------------------------------------------------------------


@maker("softmax over the other axis", "axis")
def _(rng: Any) -> Made:
    x = rng.integers(-3, 4, (int(rng.integers(2, 4)), int(rng.integers(2, 5))))
    made = np.exp(x) / np.exp(x).sum(0)
    return Made("act", x, {"name": "softmax"}, made.round(3))


@maker("tanh for sigmoid", "other-activation")
def _(rng: Any) -> Made:
    x = rng.integers(-3, 4, (2, 3))
    return Made("act", x, {"name": "sigmoid"}, np.tanh(x).round(3))


def _layer(rng: Any, outputs: int = 0) -> tuple[Array, Array, Array]:
    n = int(rng.integers(2, 5))
    m = outputs or n
    return rng.integers(-5, 6, n), rng.integers(-3, 4, (m, n)), rng.choice([-2, -1, 1, 2], m)


@maker("dense: the bias forgotten", "bias")
def _(rng: Any) -> Made:
    x, w, b = _layer(rng, outputs=3)
    return Made("dense", x, {"weight": w, "bias": b}, w @ x)


@maker("dense: the weights transposed", "weights-transposed")
def _(rng: Any) -> Made:
    x, w, b = _layer(rng)
    return Made("dense", x, {"weight": w, "bias": b}, w.T @ x + b)


@maker("flatten by columns", "order")
def _(rng: Any) -> Made:
    x = rng.integers(-9, 10, (int(rng.integers(2, 5)), int(rng.integers(2, 5))))
    return Made("flatten", x, {}, x.T.reshape(-1))
