"""What pooling may be asked for, and the windows that follow from it."""

from __future__ import annotations

from math import gcd
from typing import Literal, get_args

from nnviz.errors import NnvizError, UsageError
from nnviz.options import kinds
from nnviz.options.option import option
from nnviz.padding import PadName, Pairs, adaptive_axes, check_axes, window_axes
from nnviz.plans import WindowPlan
from nnviz.records import NamedTuple, dataclass
from nnviz.shapes import AnyAxis
from nnviz.words import Words

Kind = Literal["max", "avg", "lp"]
KINDS: tuple[Kind, ...] = get_args(Kind)
Framework = Literal["torch", "onnx", "tf"]
FRAMEWORKS: tuple[Framework, ...] = get_args(Framework)


@dataclass(frozen=True, kw_only=True)
class PoolOptions:
    """What pooling may be asked for; without a kernel the window is the whole map."""

    kind: Kind = option("--kind", kind=kinds.choice(*KINDS), help="What is kept.", default="max")
    kernel: tuple[int, ...] | None = option(
        "-k",
        "--kernel",
        kind=kinds.sizes(1),
        help="The window: 2 or 2x3.",
        apart_from=("global_map|adaptive",),
    )
    stride: tuple[int, ...] | None = option(
        "--stride",
        kind=kinds.sizes(1),
        help="Cells from window to window (default: -k).",
        belongs_to=("kernel",),
    )
    padding: kinds.Padding = option(
        "--pad",
        "--padding",
        kind=kinds.padding(),
        help="Cells added around: 1, 1x2, top,bottom,left,right, or a name.",
        default=(0,),
        belongs_to=("kernel",),
    )
    dilation: tuple[int, ...] = option(
        "--dilation",
        kind=kinds.sizes(1),
        help="Cells from tap to tap.",
        default=(1,),
        belongs_to=("kernel",),
    )
    ceil_mode: bool = option(
        "--ceil",
        help="Keep a last window that is cut off.",
        belongs_to=("kernel",),
        apart_from=("padding=same|same-lower",),  # which cuts none off
    )
    count_include_pad: bool | None = option(
        "--count-include-pad",
        off="--no-count-include-pad",
        help="Whether averages count the padding.",
        default=None,
        belongs_to=("kind=avg", "padding"),
        apart_from=("divisor_override", "padding=valid"),
    )
    p: float = option(
        "--p",
        kind=kinds.number(positive=True),
        help="The p of Lp pooling.",
        default=2,
        belongs_to=("kind=lp",),
    )
    global_map: bool = option(
        "--global", help="One window: the whole map.", apart_from=("adaptive",)
    )
    adaptive: tuple[int, ...] | None = option(
        "--adaptive", kind=kinds.sizes(1), help="The output's size, which gives the windows."
    )
    divisor_override: int | None = option(
        "--divisor-override",
        kind=kinds.count(1),
        help="Averages divide by this instead.",
        belongs_to=("kind=avg",),
    )
    like: Framework | None = option(
        "--like",
        kind=kinds.choice(*FRAMEWORKS, keras="tf"),
        help="Whose defaults and edge rules (default: torch).",
    )
    dims: int | None = option(
        "--dims",
        kind=kinds.count(1, 3),
        help="Axes that the window slides over (default: 1 of a vector, else 2).",
    )

    def over(self, rank: int) -> int:
        """How many axes the window slides over in an input of `rank` axes."""
        return self.dims or (1 if rank == 1 else 2)


# --- the windows: what they follow from, and what is refused ------------------------


class _Like(NamedTuple):
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
