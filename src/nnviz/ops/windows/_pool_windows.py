"""The windows of pooling from its options: what they follow from, and what is refused."""

from __future__ import annotations

from dataclasses import dataclass
from math import gcd

from nnviz.errors import NnvizError, UsageError
from nnviz.ops.windows._pool_options import Framework, PoolOptions
from nnviz.options import kinds
from nnviz.padding import PadName, Pairs, adaptive_axes, check_axes, window_axes
from nnviz.plans import WindowPlan
from nnviz.shapes import AnyAxis
from nnviz.words import Words


@dataclass(frozen=True, slots=True)
class _Like:
    """What a framework does where nothing is said."""

    stride: int | None
    """None: as wide as the kernel."""
    include_pad: bool


_LIKES: dict[Framework, _Like] = {
    "torch": _Like(None, include_pad=True),
    "onnx": _Like(1, include_pad=False),
    "tf": _Like(None, include_pad=False),
}


def _pool_axes(sizes: tuple[int, ...], options: PoolOptions) -> tuple[AnyAxis, ...]:
    """The windows over the spatial axes."""
    n = len(sizes)
    if options.adaptive is not None:
        return adaptive_axes(sizes, kinds.each_axis(options.adaptive, n, "--adaptive"))
    like = _LIKES[options.like or "torch"]
    kernel = sizes  # the whole map
    if options.kernel is not None:
        kernel = kinds.each_axis(options.kernel, n, "--kernel")
    stride = options.stride or ((like.stride,) if like.stride else kernel)
    padding = kinds.each_pair(options.padding, n, "--pad")
    if options.like == "tf" and padding not in ("same", "valid") and any(map(any, padding)):
        raise UsageError("--like tf pads by name only", hint="use --pad same or --pad valid")
    if options.like == "torch":
        _refuse_wide_padding(kernel, padding)
    axes = window_axes(
        sizes,
        kernel,
        stride=kinds.each_axis(stride, n, "--stride"),
        dilation=kinds.each_axis(options.dilation, n, "--dilation"),
        padding=padding,
        ceil=options.ceil_mode,
    )
    check_axes(axes)
    for axis in axes:
        if max(axis.before, axis.after) >= axis.extent:
            raise NnvizError(
                "padding of {pad} leaves windows of {kernel} with nothing but padding",
                pad=max(axis.before, axis.after),
                kernel=axis.extent,
                hint=Words("it can be at most {most}", most=axis.extent - 1),
            )
        # Windows before the input start at as many places between two taps as these: either
        # they repeat, or one of the first size + 1 of them misses.
        places = axis.dilation // gcd(axis.stride, axis.dilation)
        some = range(min(axis.out, -(-axis.before // axis.stride), places))
        if not all(axis.within(o, 0, axis.size) for o in some):
            raise NnvizError(
                "a window of {kernel} cells, {dilation} apart, misses an input of {size}: "
                "it holds nothing but padding",
                kernel=axis.kernel,
                dilation=axis.dilation,
                size=axis.size,
                hint="use less padding or dilation",
            )
    return axes


def _refuse_wide_padding(kernel: tuple[int, ...], padding: PadName | Pairs) -> None:
    for k, pair in zip(kernel, () if isinstance(padding, str) else padding, strict=False):
        if max(pair) > k // 2:
            raise NnvizError(
                "padding of {pad} is more than half a kernel of {kernel}, which PyTorch refuses",
                pad=max(pair),
                kernel=k,
                hint=Words("it can be at most {most}; --like onnx allows more", most=k // 2),
            )


def scope_of(options: PoolOptions) -> str:
    """What the windows follow from: nothing but the kernel, the whole map, or the output's size."""
    if options.adaptive is not None:
        return "adaptive"
    return "global" if options.global_map or options.kernel is None else ""


def includes_pad(options: PoolOptions) -> bool:
    given = options.count_include_pad
    return _LIKES[options.like or "torch"].include_pad if given is None else given


def pool_plan(x: tuple[int, ...], options: PoolOptions, rank: int = 0) -> WindowPlan[AnyAxis]:
    """Plan over an input of shape (N, C, *spatial), given with `rank` axes."""
    samples, channels, *sizes = x
    axes = _pool_axes(tuple(sizes), options)
    return WindowPlan(axes, channels, channels, channels, samples, rank=rank)
