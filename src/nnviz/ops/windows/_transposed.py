"""Transposed convolution: each input cell spreads the kernel over the output."""

from __future__ import annotations

from math import prod
from typing import Any

from nnviz.errors import NnvizError, UsageError
from nnviz.libraries import np
from nnviz.ops._layer import Layer, channels_first, float_name
from nnviz.ops.windows._conv_options import ConvOptions
from nnviz.ops.windows._kernels import (
    activated,
    bias_of,
    drawn_shape,
    given_shape,
    short_conv,
    weights_of,
)
from nnviz.ops.windows._weighted_sum import WeightedSum
from nnviz.ops.windows._window import batched
from nnviz.options import kinds
from nnviz.padding import transposed_axes
from nnviz.plans import WindowPlan
from nnviz.shapes import TransposedAxis, times
from nnviz.trace import Trace
from nnviz.words import Words


def transposed_plan(
    x: tuple[int, ...], options: ConvOptions, rank: int = 0
) -> WindowPlan[TransposedAxis]:
    """Plan over an input of shape (N, C, *spatial), given with `rank` axes."""
    samples, channels, *sizes = x
    dims = len(sizes)
    groups = channels if options.depthwise else options.groups
    shape = given_shape(options)
    weight = _transposed_weight(shape, channels, groups, dims, options)
    wanted = options.output_shape
    if wanted is not None and options.padding not in ((0,), "same", "same-lower"):
        raise UsageError(
            "{flag} and {other} contradict each other",
            flag="--padding",
            other="--output-shape",
            hint="of padding, same and same-lower alone say which side is cut",
        )
    axes = transposed_axes(
        sizes,
        weight[2:],
        stride=kinds.each_axis(options.stride, dims, "--stride"),
        dilation=kinds.each_axis(options.dilation, dims, "--dilation"),
        padding=kinds.each_pair(options.padding, dims, "--pad"),
        output_padding=kinds.each_axis(options.output_padding, dims, "--output-pad"),
        output_shape=None if wanted is None else kinds.each_axis(wanted, dims, "--output-shape"),
    )
    given = drawn_shape(weight) if shape is None else shape
    filters = weight[1] * groups
    return WindowPlan(axes, channels, filters, groups, samples, given, rank=rank)


def _transposed_weight(
    shape: tuple[int, ...] | None, channels: int, groups: int, dims: int, options: ConvOptions
) -> tuple[int, ...]:
    """(C, F/groups, *kernel), checked against the channels and groups."""
    if shape is None:
        filters = options.filters or groups
        _divides(groups, filters, "filters")
        size = kinds.each_axis(options.size or (3,), dims, "--size")
        weight = (channels, filters // groups, *size)
    elif len(shape) == dims:
        weight = (channels, 1, *shape)
    elif len(shape) == dims + 1:
        weight = (shape[0], 1, *shape[1:])
    else:
        weight = shape
    if len(weight) != dims + 2 or weight[0] != channels:
        raise NnvizError(
            "the kernel {kernel} does not fit {channels} input channels over {dims} axes",
            kernel=times(shape or weight),
            channels=channels,
            dims=dims,
            hint="transposed, a kernel is Cin × Cout/groups × its size",
        )
    _divides(groups, channels, "input channels")
    return weight


def _divides(groups: int, count: int, what: str) -> None:
    if count % groups:
        raise NnvizError(
            "{count} {what} cannot be split into {groups} groups",
            count=count,
            what=Words(what),
            groups=groups,
        )


def run(x: np.ndarray, options: ConvOptions) -> Trace:
    """Spread x with the kernel that the options give, and explain every output cell."""
    from nnviz.core.transpose import conv_transpose

    full = batched(x, options.dims or 2)
    plan = transposed_plan(full.shape, options, x.ndim)
    kernel, w = weights_of(plan, options)
    b = bias_of(plan, options)
    dtype = float_name(x, w, b)
    made = conv_transpose(full, w, b, plan.axes, groups=plan.groups, dtype=dtype)
    pre, act = made.reshape(plan.shown), options.act
    sums = WeightedSum(plan, full, kernel, w, b, pre, activated(pre, act), act)
    title = Words("Transposed convolution")
    return sums.trace("conv_transpose", title, sign="∗ᵀ", options=_transposed_in_force(plan))


def _transposed_in_force(plan: WindowPlan[TransposedAxis]) -> dict[str, Any]:
    return {
        "stride": [a.stride for a in plan.axes],
        "padding": [[a.before, a.after] for a in plan.axes],
        "output_padding": [a.output_padding for a in plan.axes],
        "dilation": [a.dilation for a in plan.axes],
        "groups": plan.groups,
    }


def layer(shape: tuple[int, ...], options: ConvOptions) -> Layer:
    """Shapes, parameters and MACs of this transposed convolution over an input of `shape`."""
    dims = options.dims or 2
    plan = transposed_plan((1, *channels_first(shape, dims, "conv")), options, len(shape))
    learned = given_shape(options) is None
    has_bias = not options.no_bias and (learned or options.bias is not None)
    biases = plan.filters if has_bias else 0
    inside = "·".join(str(n) for n in plan.weight[1:])
    made = prod(plan.shown)
    return Layer(
        output=plan.shown,
        formula=f"{plan.channels} × ({inside})" + (f" + {biases}" if biases else ""),
        weights=prod(plan.weight),
        biases=biases,
        macs=prod(plan.sizes) * prod(plan.weight),
        axes=plan.axes,
        mlp=(prod(shape), made),
        name=short_conv(plan, options.act),
    )
