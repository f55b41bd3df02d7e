"""Convolution: cross-correlation, as every framework defines it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from math import prod
from typing import Any

from nnviz.libraries import np
from nnviz.ops._layer import Layer, channels_first, float_name
from nnviz.ops.windows._conv_options import DEFAULT, ConvOptions
from nnviz.ops.windows._kernels import (
    activated,
    bias_of,
    conv_plan,
    for_rank,
    given_shape,
    of_samples,
    short_conv,
    transposed_plan,
    weights_of,
)
from nnviz.ops.windows._weighted_sum import WeightedSum
from nnviz.ops.windows._window import batched, unused_notes
from nnviz.options.operation import BUT_GRADIENTS, Operation
from nnviz.plans import WindowAxis, WindowPlan
from nnviz.shapes import Axis, times
from nnviz.trace import Trace
from nnviz.words import Words

_PER_CHANNEL = ("identity", "box", "gaussian")


# --- running it ----------------------------------------------------------------


def run(x: np.ndarray, options: ConvOptions) -> Trace:
    """Convolve x with the kernel that the options give, or spread it, and explain it."""
    from nnviz.core.conv import conv
    from nnviz.core.transpose import conv_transpose

    asked, options = options, for_rank(options, x.ndim)
    full = batched(x, options.dims or 2)
    if options.transpose:
        spread = transposed_plan(full.shape, options, x.ndim)
        sums = _sums(spread, full, options, conv_transpose)
        title = Words("Transposed convolution")
        return sums.trace("conv_transpose", title, sign="∗ᵀ", options=_in_force(spread))
    plan = conv_plan(full.shape, options, x.ndim)
    sums = _sums(plan, full, options, partial(conv, mode=plan.mode))
    return sums.trace(
        "conv",
        Words("Depthwise convolution") if plan.depthwise else Words("Convolution"),
        sign="∗",
        options=_in_force(plan),
        notes=(*_kernel_notes(plan, asked), *unused_notes(plan)),
        partials=lambda: Partials(plan, full, sums.w),
    )


def _sums(
    plan: WindowPlan[WindowAxis],
    x: np.ndarray,
    options: ConvOptions,
    compute: Callable[..., np.ndarray],
) -> WeightedSum:
    kernel, w = weights_of(plan, options)
    b = bias_of(plan, options)
    made = compute(x, w, b, plan.axes, groups=plan.groups, dtype=float_name(x, w, b))
    pre, act = made.reshape(plan.shown), options.act
    output = activated(pre, act)
    return WeightedSum(plan, x, kernel, w, b, pre, output, act, options.flip)


def _in_force(plan: WindowPlan[Any]) -> dict[str, Any]:
    return {
        "stride": [a.stride for a in plan.axes],
        "padding": [[a.before, a.after] for a in plan.axes],
        **(
            {"output_padding": [a.output_padding for a in plan.axes]}
            if plan.transposed
            else {"padding_mode": plan.mode}
        ),
        "dilation": [a.dilation for a in plan.axes],
        "groups": plan.groups,
    }


def _kernel_notes(plan: WindowPlan[Axis], options: ConvOptions) -> Iterable[Words]:
    given = options.kernel
    if given is None and given_shape(options) is not None:
        yield Words("the kernel is the default, {name}", name=DEFAULT)
    if given is not None and not isinstance(given, str) and given.ndim < min(2, plan.dims):
        if given.ndim == 0 and given >= 1 and given % 1 == 0:
            yield Words(
                "the kernel is one cell, {value}; for a size use --size", value=given.item()
            )
        elif given.ndim:
            yield Words(
                "the kernel of one row is taken as {shape}; --dims 1 slides it over one axis",
                shape=times(plan.weight[2:]),
            )
    if plan.shared and plan.groups == 1 < plan.channels:
        yield Words(
            "one kernel is used for each of {n} channels and the results are added",
            n=plan.channels,
        )
        if isinstance(given, str) and given in _PER_CHANNEL:
            yield Words("--depthwise keeps the channels apart")


class Partials:
    """The map of each input channel before the sum: `[n, f]` makes the (C/groups, *out) of
    one filter over one sample, since all of them at once may be very large.
    """

    def __init__(self, plan: WindowPlan[Axis], x: np.ndarray, w: np.ndarray) -> None:
        self._plan, self._x, self._w = plan, x, w

    def __getitem__(self, place: tuple[int, int]) -> np.ndarray:
        from nnviz.core.conv import conv

        (n, f), plan = place, self._plan
        some = plan.channels_of(f)
        # One group a channel: each kernel channel meets its own input channel alone.
        channels, alone = self._x[n : n + 1, some.start : some.stop], self._w[f][:, None]
        made = conv(channels, alone, None, plan.axes, groups=len(some), mode=plan.mode)
        return np.asarray(made[0])


# --- counting it ---------------------------------------------------------------


def layer(shape: tuple[int, ...], options: ConvOptions) -> Layer:
    """Shapes, parameters and MACs of this convolution over an input of `shape`."""
    options = for_rank(options, len(shape))
    full = (1, *channels_first(shape, options.dims or 2, "conv"))
    planned: Callable[..., WindowPlan[WindowAxis]]
    planned = transposed_plan if options.transpose else conv_plan
    plan = planned(full, options, len(shape))
    first, *inside = plan.weight
    learned = given_shape(options) is None
    has_bias = not options.no_bias and (learned or options.bias is not None)
    biases, made = plan.filters if has_bias else 0, prod(plan.shown)
    return Layer(
        output=plan.shown,
        formula=f"{first} × ({'·'.join(map(str, inside))})" + (f" + {biases}" if biases else ""),
        weights=prod(plan.weight),
        biases=biases,
        macs=(first * prod(plan.sizes) if plan.transposed else made) * prod(inside),
        plan=plan,
        everywhere=(-1,) if options.act == "softmax" else (),
        mlp=(prod(shape), made),
        name=short_conv(plan, options.act),
        learned=_learned(plan, options) if learned else {},
    )


def _learned(plan: WindowPlan[WindowAxis], options: ConvOptions) -> dict[str, tuple[int, ...]]:
    takes_bias = not options.no_bias and options.bias is None
    return {"kernel": plan.weight} | ({"bias": (plan.filters,)} if takes_bias else {})


OPERATION = Operation(
    name="conv",
    rank=1,
    help="Convolution (cross-correlation), step by step.",
    example='conv "1 2 3; 4 5 6; 7 8 9" -k "1 0; 0 1"',
    more=(
        'conv --filters 2 --size 2 --pad same --steps 1 "1 2 3; 4 5 6; 7 8 9"',
        'conv --transpose --stride 2 "1 2; 3 4" -k "1 1; 1 1"',
    ),
    record=ConvOptions,
    run=run,
    lacks=BUT_GRADIENTS - {"filter"},
    layer=layer,
    cell_bytes=lambda _, options: 12 if options.act is None else 24,  # half of it in tiles
    batched=of_samples,
    as_traced=lambda options: replace(options, flip=False),
    slides=True,
    own_name=lambda name: "kernel" if name == "weight" else name,
)
