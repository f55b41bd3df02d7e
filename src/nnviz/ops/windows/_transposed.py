"""Transposed convolution: each input cell spreads the kernel over the output."""

from __future__ import annotations

from nnviz.errors import NnvizError, UsageError
from nnviz.ops.windows._conv_options import ConvOptions
from nnviz.ops.windows._kernels import check_groups, drawn_shape, given_shape
from nnviz.options import kinds
from nnviz.padding import transposed_axes
from nnviz.plans import WindowPlan
from nnviz.shapes import TransposedAxis, times


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
        check_groups(groups, filters, "filters")
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
    check_groups(groups, channels, "input channels")
    return weight
