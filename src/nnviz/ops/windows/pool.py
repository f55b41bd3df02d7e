"""Pooling: max, average and Lp, over windows, the whole map, or a given output size."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING, Any, Literal, get_args

from nnviz.errors import NnvizError, UsageError
from nnviz.ops._layer import CELL_NAMES, Layer, channels_first, places
from nnviz.ops.windows._window import (
    batched,
    offsets,
    size_facts,
    sources,
    unused_notes,
)
from nnviz.options import kinds
from nnviz.options.operation import Operation
from nnviz.options.option import option
from nnviz.shapes import (
    AdaptiveAxis,
    AnyAxis,
    Axis,
    PadName,
    Pairs,
    adaptive_axes,
    check_axes,
    unravel,
    window_axes,
)
from nnviz.trace import (
    Call,
    Equation,
    Expr,
    Fact,
    Index,
    Num,
    Power,
    Product,
    Quotient,
    Results,
    Step,
    Steps,
    Sum,
    Trace,
)
from nnviz.words import Words

if TYPE_CHECKING:
    import numpy as np

Kind = Literal["max", "avg", "lp"]
KINDS: tuple[Kind, ...] = get_args(Kind)
Framework = Literal["torch", "onnx", "tf"]
FRAMEWORKS: tuple[Framework, ...] = get_args(Framework)
_TITLES = {
    "": {"max": "Max pooling", "avg": "Average pooling", "lp": "Lp pooling"},
    "global": {
        "max": "Global max pooling",
        "avg": "Global average pooling",
        "lp": "Global Lp pooling",
    },
    "adaptive": {
        "max": "Adaptive max pooling",
        "avg": "Adaptive average pooling",
        "lp": "Adaptive Lp pooling",
    },
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolOptions:
    """What pooling may be asked for; without a kernel the window is the whole map."""

    kind: Kind = option("--kind", kind=kinds.choice(*KINDS), help="What is kept.", default="max")
    kernel: tuple[int, ...] | None = option(
        "-k", "--kernel", kind=kinds.sizes(1), help="The window: 2 or 2x3."
    )
    stride: tuple[int, ...] | None = option(
        "--stride", kind=kinds.sizes(1), help="Cells from window to window (default: -k)."
    )
    padding: kinds.Padding = option(
        "--pad",
        "--padding",
        kind=kinds.padding(),
        help="Cells added around: 1, 1x2, top,bottom,left,right, or a name.",
        default=(0,),
    )
    dilation: tuple[int, ...] = option(
        "--dilation", kind=kinds.sizes(1), help="Cells from tap to tap.", default=(1,)
    )
    ceil_mode: bool = option("--ceil", help="Keep a last window that is cut off.")
    count_include_pad: bool | None = option(
        "--count-include-pad",
        off="--no-count-include-pad",
        help="Whether averages count the padding.",
        default=None,
    )
    p: float = option(
        "--p", kind=kinds.number(positive=True), help="The p of Lp pooling.", default=2
    )
    global_map: bool = option("--global", help="One window: the whole map.")
    adaptive: tuple[int, ...] | None = option(
        "--adaptive", kind=kinds.sizes(1), help="The output's size, which gives the windows."
    )
    divisor_override: int | None = option(
        "--divisor-override", kind=kinds.count(1), help="Averages divide by this instead."
    )
    like: Framework | None = option(
        "--like",
        kind=kinds.choice(*FRAMEWORKS),
        help="Whose defaults and edge rules (default: torch).",
    )
    dims: int = option(
        "--dims", kind=kinds.count(1, 3), help="Axes that the window slides over.", default=2
    )


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


def _axes(sizes: tuple[int, ...], options: PoolOptions) -> tuple[AnyAxis, ...]:
    """The windows over the spatial axes."""
    n = len(sizes)
    if options.adaptive is not None:
        _refuse_with_adaptive(options)
        return adaptive_axes(sizes, kinds.each_axis(options.adaptive, n, "--adaptive"))
    like = _LIKES[options.like or "torch"]
    if options.global_map and options.kernel is not None:
        raise UsageError("--global and --kernel contradict each other")
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
        if not all(_sees_a_cell(axis, o) for o in range(-(-axis.before // axis.stride))):
            raise NnvizError(
                "a window of {kernel} cells, {dilation} apart, misses an input of {size}: "
                "it holds nothing but padding",
                kernel=axis.kernel,
                dilation=axis.dilation,
                size=axis.size,
                hint="use less padding or dilation",
            )
    return axes


def _sees_a_cell(axis: Axis, o: int) -> bool:
    """Whether a window that begins in the padding before the input reaches it."""
    start = axis.positions(o).start
    taps = -(start // axis.dilation) if start < 0 else 0
    return taps < axis.kernel and start + taps * axis.dilation < axis.size


def _refuse_wide_padding(kernel: tuple[int, ...], padding: PadName | Pairs) -> None:
    for k, pair in zip(kernel, () if isinstance(padding, str) else padding, strict=False):
        if max(pair) > k // 2:
            raise NnvizError(
                "padding of {pad} is more than half a kernel of {kernel}, which PyTorch refuses",
                pad=max(pair),
                kernel=k,
                hint=Words("it can be at most {most}; --like onnx allows more", most=k // 2),
            )


def _refuse_with_adaptive(options: PoolOptions) -> None:
    """Adaptive windows follow from the output's size alone."""
    given = {
        "--kernel": options.kernel is not None,
        "--global": options.global_map,
        "--stride": options.stride is not None,
        "--pad": options.padding != (0,),
        "--dilation": options.dilation != (1,),
        "--ceil": options.ceil_mode,
    }
    for flag, is_given in given.items():
        if is_given:
            raise UsageError("{flag} and --adaptive contradict each other", flag=flag)


def _scope(options: PoolOptions) -> str:
    """What the windows follow from: nothing but the kernel, the whole map, or the output's size."""
    if options.adaptive is not None:
        return "adaptive"
    return "global" if options.global_map or options.kernel is None else ""


def _include_pad(options: PoolOptions) -> bool:
    given = options.count_include_pad
    return _LIKES[options.like or "torch"].include_pad if given is None else given


def run(x: np.ndarray, options: PoolOptions) -> Trace:
    """Pool x as the options say."""
    from nnviz.core.pool import max_indices, pool

    dims = options.dims
    full = batched(x, dims)
    axes = _axes(full.shape[2:], options)
    kind = options.kind
    scope = _scope(options)
    include = _include_pad(options)
    divisor = options.divisor_override
    if divisor is not None and kind != "avg":
        raise UsageError("--divisor-override belongs to --kind avg, not {kind}", kind=kind)
    made = pool(
        full,
        axes,
        kind=kind,
        p=float(options.p),
        include_pad=include,
        scale_cut=True,  # PyTorch and ONNX alike
        divisor=divisor,
    )
    output = made.reshape(made.shape[-x.ndim :])
    results: dict[str, Any] = {"output": output}
    if kind == "max":
        results["indices"] = lambda: max_indices(full, axes).reshape(output.shape)
    explain = _Explain(x, full, output, axes, kind, include, options.p, divisor)
    return Trace(
        op="pool",
        title=Words(_TITLES[scope][kind]),
        arrays={"input": x},
        results=Results(**results),
        options={
            "kind": kind,
            "kernel": [a.kernel for a in axes],
            "stride": [a.stride for a in axes],
            "padding": [[a.before, a.after] for a in axes],
            "dilation": [a.dilation for a in axes],
            **({"adaptive": [a.out for a in axes]} if scope == "adaptive" else {}),
            **({"global": True} if scope == "global" else {}),
            "ceil": options.ceil_mode,
            **({"count_include_pad": include} if kind == "avg" else {}),
            **({"p": options.p} if kind == "lp" else {}),
        },
        roles={"input": "input", "output": "output", "indices": "plain"},
        equation=("input", "→", "output"),
        facts=_facts(axes),
        notes=tuple(unused_notes(axes)),
        steps=Steps(output.size, explain.step),
        places=places(output.ndim, dims),
        axes=axes,
    )


@dataclass(frozen=True, slots=True)
class _Explain:
    """What steps of pooling are made from."""

    x: np.ndarray
    full: np.ndarray
    output: np.ndarray
    axes: tuple[AnyAxis, ...]
    kind: Kind
    include_pad: bool
    p: float
    divisor: int | None

    def step(self, i: int) -> Step:
        index = unravel(i, self.output.shape)
        n, c, *o = unravel(i, (*self.full.shape[:2], *(a.out for a in self.axes)))
        seen = [(p, sources(self.axes, p)) for p in offsets(self.axes, o)]
        real = [(p, self.full[(n, c, *s)].item()) for p, s in seen if s is not None]
        cells: dict[str, tuple[Index, ...]] = {
            "input": tuple((n, c, *p)[-self.x.ndim :] for p, _ in seen),
            "output": (index,),
        }
        window = [value for _, value in real]
        detail: dict[str, Any] = {"window": window}
        value = self.output[index].item()
        if self.kind == "max":
            best = max(range(len(window)), key=lambda k: (window[k] != window[k], window[k]))
            place = real[best][0]
            cells["max"] = ((n, c, *place)[-self.x.ndim :],)
            detail["argmax"] = _flat(place, self.full.shape[2:])
        left = self._left(window, o, detail)
        return Step(
            number=i + 1,
            index=index,
            formula=(Equation((left, Num(value, "output"))),),
            value=value,
            detail=detail,
            cells=cells,
        )

    def _left(self, window: list[Any], o: list[int], detail: dict[str, Any]) -> Expr:
        numbers = tuple(Num(value, "input") for value in window)
        if self.kind == "max":
            return Call("max", numbers)
        if self.kind == "avg":
            divisor = self.divisor or self._counted(o, self.include_pad)
            detail["divisor"] = divisor
            return Quotient(Sum(numbers, per_line=self.axes[-1].kernel), Num(divisor))
        total: Expr = Sum(tuple(Power(Call("abs", (number,)), Num(self.p)) for number in numbers))
        left = self._counted(o, include_pad=True)
        whole = prod(axis.kernel for axis in self.axes)
        is_cut = left < whole and not isinstance(self.axes[0], AdaptiveAxis)
        if is_cut:  # PyTorch and ONNX make a norm of an average
            total = Product((total, Quotient(Num(whole), Num(left))))
        return Power(total, Quotient(Num(1), Num(self.p)))

    def _counted(self, o: list[int], include_pad: bool) -> int:
        """The cells that an average over this window divides by."""
        return prod(a.counted(at, include_pad) for a, at in zip(self.axes, o, strict=True))


def _flat(index: Index, shape: tuple[int, ...]) -> int:
    flat = 0
    for i, n in zip(index, shape, strict=True):
        flat = flat * n + i
    return flat


def _facts(axes: tuple[AnyAxis, ...]) -> tuple[Fact, ...]:
    even = [axis for axis in axes if isinstance(axis, Axis)]
    if even:
        return size_facts(even)
    return tuple(
        Fact(
            Words(
                "output {axis} i of {out}: input ⌊i·{size}/{out}⌋ to ⌈(i + 1)·{size}/{out}⌉ − 1",
                axis=Words(name),
                size=axis.size,
                out=axis.out,
            )
        )
        for name, axis in zip(CELL_NAMES[len(axes)], axes, strict=True)
    )


def layer(shape: tuple[int, ...], options: PoolOptions) -> Layer:
    """Shape of the pooled map; nothing to learn, no multiply–accumulates."""
    dims = options.dims
    channels, *sizes = channels_first(shape, dims, "pool")
    axes = _axes(tuple(sizes), options)
    out = tuple(axis.out for axis in axes)
    return Layer((channels, *out) if len(shape) > dims else out, axes=axes)


OPERATION = Operation(
    name="pool",
    rank=2,
    help="Pooling of windows: their maximum or average.",
    example='pool "1 3 2 1; 4 6 5 0; 7 2 9 8; 0 5 3 4" -k 2',
    record=PoolOptions,
    run=run,
    layer=layer,
)
