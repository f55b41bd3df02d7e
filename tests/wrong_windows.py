"""Wrong answers to convolutions and poolings, worked out by plain loops, never by the checker.

A problem is of the size that learners meet; `MAKERS` has a maker for each mistake, which gives
the command and what comes out when the mistake is made.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from loops import loop_conv, loop_conv_transpose, loop_pool
from nnviz.shapes import Axis, PadMode, TransposedAxis

Array = np.ndarray[Any, Any]


class Made(NamedTuple):
    """A command as a Python call gives it, and a wrong answer to it."""

    op: str
    x: Array
    options: dict[str, Any]
    wrong: Array


class Maker(NamedTuple):
    """A mistake: the name in the table that should be found, and who makes it."""

    name: str
    make: Callable[[np.random.Generator], Made]


MAKERS: dict[str, Maker] = {}


def maker(said: str, name: str) -> Callable[[Callable[[Any], Made]], Callable[[Any], Made]]:
    def keep(make: Callable[[Any], Made]) -> Callable[[Any], Made]:
        MAKERS[said] = Maker(name, make)
        return make

    return keep


# --- convolution -----------------------------------------------------------------------


class Conv(NamedTuple):
    """A convolution in plain numbers: x is (C, H, W), w (F, C, k, k), b (F,)."""

    x: Array
    w: Array
    b: Array
    stride: int = 1
    padding: int = 0
    dilation: int = 1
    mode: PadMode = "zeros"

    @classmethod
    def random(cls, rng: np.random.Generator, channels: int = 0, **fixed: Any) -> Conv:
        c, f = channels or int(rng.integers(1, 3)), int(rng.integers(1, 3))
        n, k = int(rng.integers(5, 8)), int(rng.integers(2, 4))
        bias = rng.choice([-3, -2, -1, 1, 2, 3], f)
        values = {"stride": int(rng.integers(1, 3)), "padding": int(rng.integers(0, 2)), **fixed}
        return cls(
            rng.integers(0, 10, (c, n, n)), rng.integers(-3, 4, (f, c, k, k)), bias, **values
        )

    def run(self, **changes: Any) -> Array:
        x, w, b, s, p, d, mode = self._replace(**changes)
        axes = [Axis(n, k, s, d, p, p) for n, k in zip(x.shape[1:], w.shape[2:], strict=True)]
        made: Array = loop_conv(x[None], w, b, axes, mode=mode)[0].astype(np.int64)
        return made

    def made(self, wrong: Array, **more: Any) -> Made:
        options = {
            "kernel": self.w,
            "bias": self.b,
            "stride": self.stride,
            "padding": self.padding,
            "dilation": self.dilation,
        }
        if self.mode != "zeros":
            options["padding_mode"] = self.mode
        return Made("conv", self.x, options | more, wrong)


@maker("the kernel flipped", "kernel-flipped")
def _(rng: Any) -> Made:
    c = Conv.random(rng)
    return c.made(c.run(w=c.w[:, :, ::-1, ::-1]))


@maker("the kernel transposed", "kernel-transposed")
def _(rng: Any) -> Made:
    c = Conv.random(rng)
    return c.made(c.run(w=c.w.transpose(0, 1, 3, 2)))


@maker("stride one more", "stride")
def _(rng: Any) -> Made:
    c = Conv.random(rng)
    return c.made(c.run(stride=c.stride + 1))


@maker("stride forgotten", "stride")
def _(rng: Any) -> Made:
    c = Conv.random(rng, stride=2)
    return c.made(c.run(stride=1))


@maker("padding forgotten", "padding")
def _(rng: Any) -> Made:
    c = Conv.random(rng, padding=1)
    return c.made(c.run(padding=0))


@maker("padding one more", "padding")
def _(rng: Any) -> Made:
    c = Conv.random(rng)
    return c.made(c.run(padding=c.padding + 1))


@maker("dilation one more", "dilation")
def _(rng: Any) -> Made:
    c = Conv.random(rng, padding=1)
    return c.made(c.run(dilation=2))


@maker("dilation forgotten", "dilation")
def _(rng: Any) -> Made:
    c = Conv.random(rng, padding=1, dilation=2)
    return c.made(c.run(dilation=1))


@maker("zeros for reflected padding", "padding-mode")
def _(rng: Any) -> Made:
    c = Conv.random(rng, padding=1, mode="reflect")
    return c.made(c.run(mode="zeros"))


@maker("the bias forgotten", "bias-forgotten")
def _(rng: Any) -> Made:
    c = Conv.random(rng)
    return c.made(c.run(b=0 * c.b))


@maker("the bias added once a channel", "bias-per-channel")
def _(rng: Any) -> Made:
    c = Conv.random(rng, channels=3)
    return c.made(c.run(b=3 * c.b))


@maker("channels not added", "channels-not-added")
def _(rng: Any) -> Made:
    c = Conv.random(rng, channels=2)
    c = c._replace(w=c.w[:1], b=c.b[:1])
    maps = [c.run(x=c.x[k : k + 1], w=c.w[:, k : k + 1])[0] for k in range(2)]
    return c.made(np.stack(maps))


@maker("a channel not read", "channels-left-out")
def _(rng: Any) -> Made:
    c = Conv.random(rng, channels=2)
    return c.made(c.run(x=c.x[:1], w=c.w[:, :1]))


@maker("rows for columns", "output-transposed")
def _(rng: Any) -> Made:
    c = Conv.random(rng)
    return c.made(c.run().swapaxes(-1, -2))


@maker("the activation left out", "activation-left-out")
def _(rng: Any) -> Made:
    c = Conv.random(rng)
    return c.made(c.run(), act="relu")


@maker("a product left out", "slip")
def _(rng: Any) -> Made:
    return _slipped(rng, lambda product: -product)


@maker("a product with the wrong sign", "slip")
def _(rng: Any) -> Made:
    return _slipped(rng, lambda product: -2 * product)


def _slipped(rng: Any, change: Callable[[int], int]) -> Made:
    c = Conv.random(rng, stride=1, padding=0)
    right, k = c.run(), c.w.shape[-1]
    f, row, column = (int(rng.integers(n)) for n in right.shape)
    ch, i, j = (int(rng.integers(n)) for n in (len(c.x), k, k))
    right[f, row, column] += change(c.x[ch, row + i, column + j] * c.w[f, ch, i, j])
    return c.made(right)


@maker("transposed: the kernel flipped", "kernel-flipped")
def _(rng: Any) -> Made:
    return _transposed(rng, flip=True)


@maker("transposed: stride forgotten", "stride")
def _(rng: Any) -> Made:
    return _transposed(rng, stride=1)


@maker("transposed: padding forgotten", "padding")
def _(rng: Any) -> Made:
    return _transposed(rng, padding=0)


def _transposed(rng: Any, *, flip: bool = False, stride: int = 2, padding: int = 1) -> Made:
    x, w = rng.integers(0, 10, (1, 3, 4)), rng.integers(-3, 4, (1, 1, 3, 3))
    turned = w[..., ::-1, ::-1] if flip else w
    axes = [TransposedAxis(n, 3, stride, 1, padding, padding) for n in (3, 4)]
    wrong = loop_conv_transpose(x[None], turned, None, axes)[0].astype(np.int64)
    return Made("conv", x, {"kernel": w, "stride": 2, "padding": 1, "transpose": True}, wrong)


# --- pooling -----------------------------------------------------------------------------


def _pooled(rng: Any, right: dict[str, Any], wrong: dict[str, Any], kinds: tuple[str, str]) -> Made:
    """Windows of 2 over 5 or 6 cells; what is said of `right` holds for `wrong` otherwise."""
    x = rng.integers(-9, 10, (int(rng.integers(5, 8)), int(rng.integers(5, 8))))
    k = int(rng.integers(2, 4))
    said: dict[str, Any] = {"stride": k, "padding": 0, "ceil": False, "count": True, "kernel": k}
    slip = said | right | wrong
    k, s, p = slip["kernel"], slip["stride"], slip["padding"]
    axes = [Axis(n, k, s, 1, p, p, slip["ceil"]) for n in x.shape]
    made = loop_pool(x[None, None], axes, kinds[1], include_pad=slip["count"])[0, 0]
    asked = said | right
    options = {"kernel": said["kernel"], "kind": kinds[0], "ceil_mode": asked["ceil"]}
    options |= {"stride": asked["stride"], "padding": asked["padding"]}
    if kinds[0] == "avg" and asked["padding"]:
        options["count_include_pad"] = asked["count"]
    return Made("pool", x, options, made)


@maker("average for maximum", "kind")
def _(rng: Any) -> Made:
    return _pooled(rng, {}, {}, ("max", "avg"))


@maker("maximum for average", "kind")
def _(rng: Any) -> Made:
    return _pooled(rng, {}, {}, ("avg", "max"))


@maker("rounded down, not up", "rounding")
def _(rng: Any) -> Made:
    return _pooled(rng, {"ceil": True}, {"ceil": False}, ("max", "max"))


@maker("padding counted in the average", "padding-counted")
def _(rng: Any) -> Made:
    return _pooled(rng, {"padding": 1, "count": False}, {"count": True}, ("avg", "avg"))


@maker("pooling with stride 1", "stride")
def _(rng: Any) -> Made:
    return _pooled(rng, {}, {"stride": 1}, ("max", "max"))


@maker("the sum for the average", "divisor")
def _(rng: Any) -> Made:
    made = _pooled(rng, {}, {}, ("avg", "avg"))
    return made._replace(wrong=(made.wrong * made.options["kernel"] ** 2).round())
