"""The weights of a convolution: presets, random filters, and the plan of their shapes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from nnviz.activation_steps import shown
from nnviz.errors import NnvizError, UsageError
from nnviz.libraries import np
from nnviz.ops._layer import detailed
from nnviz.ops.windows._conv_options import DEFAULT, ConvOptions, preset
from nnviz.ops.windows._window import strides_of
from nnviz.options import kinds
from nnviz.padding import check_axes, transposed_axes, window_axes
from nnviz.plans import WindowAxis, WindowPlan
from nnviz.shapes import Axis, TransposedAxis, times
from nnviz.words import Words


def given_shape(options: ConvOptions) -> tuple[int, ...] | None:
    """The shape of a kernel that was given; None where it is drawn at random."""
    kernel = options.kernel
    if options.filters is not None or options.size is not None:
        return None
    if kernel is None or isinstance(kernel, str):
        return (3, 3)
    shape: tuple[int, ...] = kernel.shape
    return shape


def for_rank(options: ConvOptions, rank: int) -> ConvOptions:
    """The options for an input of `rank` axes: over how many axes the kernel slides, with a
    kernel of one row or of one number as a window of that many.
    """
    kernel, dims = options.kernel, options.dims or _dims(options, rank)
    if kernel is None or isinstance(kernel, str):
        return replace(options, dims=dims)
    if kernel.ndim < min(2, dims):
        kernel = kernel.reshape((1,) * (dims - kernel.ndim) + kernel.shape)
    return replace(options, kernel=kernel, dims=dims)


def of_samples(options: ConvOptions) -> ConvOptions:
    """The options where each sample of a batch is a row: no vector is slid over."""
    return replace(options, dims=options.dims or _dims(options, 2))


def _dims(options: ConvOptions, rank: int) -> int:
    shape = given_shape(options)
    # Of a vector, which has one channel, a kernel of a plane is told that it needs a plane.
    if rank == 1 and (shape is None or len(shape) != 2 or shape[0] == 1):
        return 1
    if shape is None:
        return min(3, max(2, len(options.size or ())))
    return 3 if len(shape) == 5 else 2


def short_conv(plan: WindowPlan[Any], act: str | None) -> Words | str:
    """conv 5×5, 6: a convolution among layers, padding and what else its shape tells left out."""
    size, n = times(plan.kernel), plan.filters
    if plan.transposed:
        name = Words("transposed conv {size}, {n}", size=size, n=n)
    elif plan.depthwise:
        name = Words("depthwise conv {size}", size=size)
    else:
        name = Words("conv {size}, {n}", size=size, n=n)
    return detailed(name, [*strides_of(plan.axes), *([shown(act)] if act else [])])


def conv_plan(x: tuple[int, ...], options: ConvOptions, rank: int = 0) -> WindowPlan[Axis]:
    """Plan over an input of shape (N, C, *spatial), given with `rank` axes."""
    shape = given_shape(options)
    samples, channels, *sizes = x
    dims = len(sizes)
    groups = channels if options.depthwise else options.groups
    weight = _conv_weight(shape, channels, groups, dims, options)
    axes = window_axes(
        sizes,
        weight[2:],
        stride=kinds.each_axis(options.stride, dims, "--stride"),
        dilation=kinds.each_axis(options.dilation, dims, "--dilation"),
        padding=kinds.each_pair(options.padding, dims, "--pad"),
    )
    mode = options.padding_mode
    check_axes(axes, mode)
    given = drawn_shape(weight) if shape is None else shape
    return WindowPlan(axes, channels, weight[0], groups, samples, given, mode, rank)


def drawn_shape(weight: tuple[int, ...]) -> tuple[int, ...]:
    """The shape in which a kernel drawn at random is shown: a matrix where it is the only one."""
    return weight[2:] if weight[:2] == (1, 1) else weight


def _conv_weight(
    shape: tuple[int, ...] | None, channels: int, groups: int, dims: int, options: ConvOptions
) -> tuple[int, ...]:
    """(F, C/groups, *kernel), checked against the channels and groups."""
    check_groups(groups, channels, "input channels")
    each = channels // groups
    if shape is None:
        size = kinds.each_axis(options.size or (3,), dims, "--size")
        filters = options.filters or (channels if options.depthwise else 1)
        weight = (filters, each, *size)
    elif len(shape) == dims:
        weight = (groups, each, *shape)
    elif len(shape) == dims + 1:
        weight = (shape[0], 1, *shape[1:]) if options.depthwise else (1, *shape)
    elif len(shape) == dims + 2:
        weight = shape
    else:
        raise NnvizError(
            "the kernel {kernel} has {n} axes, but a {dims}-D convolution takes {least} to {most}",
            kernel=times(shape),
            n=len(shape),
            dims=dims,
            least=dims,
            most=dims + 2,
            hint="--dims says over how many axes the kernel slides",
        )
    return _checked_weight(weight, channels, groups)


def _checked_weight(weight: tuple[int, ...], channels: int, groups: int) -> tuple[int, ...]:
    if weight[1] != channels // groups:
        raise NnvizError(
            "the kernel has {kernel} channels, but the input has {input}"
            if groups == 1
            else "the kernel has {kernel} channels, but each of {groups} groups has {each}",
            kernel=weight[1],
            input=channels,
            groups=groups,
            each=channels // groups,
            hint="a kernel of H×W is used for every channel; C×H×W has one for each",
        )
    check_groups(groups, weight[0], "filters")
    return weight


def check_groups(groups: int, count: int, what: str) -> None:
    """Raise where so many input channels, or filters, are not as many in every group."""
    if count % groups:
        raise NnvizError(
            "{count} {what} cannot be split into {groups} groups",
            count=count,
            what=Words(what),
            groups=groups,
            hint=Words("--groups must divide {channels}", channels=count),
        )


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


def weights_of(plan: WindowPlan[WindowAxis], options: ConvOptions) -> tuple[np.ndarray, np.ndarray]:
    """The kernel to show, as given or drawn, and the same in the plan's shape `weight`."""
    assert plan.given is not None
    kernel = options.kernel
    if given_shape(options) is None:
        rng = np.random.default_rng(options.seed)
        # Numbers that can be followed in one's head.
        made = _turned(rng.integers(-2, 3, plan.weight), plan.dims, options)
        return made.reshape(plan.given), made
    if kernel is None or isinstance(kernel, str):
        kernel = preset(kernel or DEFAULT)
    kernel = _turned(kernel.reshape(plan.given), plan.dims, options)
    if plan.shared:
        return kernel, np.broadcast_to(kernel, plan.weight)
    return kernel, kernel.reshape(plan.weight)


def _turned(kernel: np.ndarray, dims: int, options: ConvOptions) -> np.ndarray:
    """A kernel as it meets the input: turned by 180° where that is asked for."""
    return np.flip(kernel, tuple(range(-dims, 0))) if options.flip else kernel


def bias_of(plan: WindowPlan[WindowAxis], options: ConvOptions) -> np.ndarray | None:
    """(F,) or None."""
    bias = options.bias
    if options.no_bias:
        return None
    if bias is None:
        if given_shape(options) is not None:
            return None
        # Not the filters' own numbers: those are the same with a bias and without.
        rng = np.random.default_rng([options.seed, 1])
        return rng.integers(-2, 3, plan.filters)
    if bias.size not in (1, plan.filters) or bias.ndim > 1:
        raise NnvizError(
            "--bias has {n} numbers for {filters} filters",
            n=times(bias.shape),
            filters=plan.filters,
            hint="give one number, or one per filter",
        )
    return np.broadcast_to(bias.reshape(-1), (plan.filters,))


def activated(pre: np.ndarray, act: str | None) -> np.ndarray:
    """The sums through --act, where there is one."""
    if act is None:
        return pre
    from nnviz.core.activations import activate

    return activate(pre, act)
