"""Pooling: max, average and Lp, over windows, the whole map, or a given output size."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache, reduce
from math import prod
from typing import TYPE_CHECKING, Any

from nnviz.libraries import np
from nnviz.numerals import exact
from nnviz.ops._layer import Layer, channels_first, detailed, places
from nnviz.ops.windows._calls import pool_snippet
from nnviz.ops.windows._pool_options import Kind, PoolOptions, includes_pad, pool_plan, scope_of
from nnviz.ops.windows._sentences import pool_sentences
from nnviz.ops.windows._window import (
    batched,
    padding_lesson,
    said_of,
    size_facts,
    strides_of,
    unused_notes,
)
from nnviz.options.operation import BUT_GRADIENTS, Operation
from nnviz.plans import WindowPlan
from nnviz.records import dataclass, replace
from nnviz.shapes import AdaptiveAxis, AnyAxis, ravel, times
from nnviz.trace import (
    Call,
    Equation,
    Expr,
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
    from nnviz.gradient import Backward

_CALLED: Mapping[tuple[str, Kind], tuple[str, str]] = {
    ("", "max"): ("Max pooling", "max pool {size}"),
    ("", "avg"): ("Average pooling", "average pool {size}"),
    ("", "lp"): ("Lp pooling", "Lp pool {size}"),
    ("global", "max"): ("Global max pooling", "global max pool"),
    ("global", "avg"): ("Global average pooling", "global average pool"),
    ("global", "lp"): ("Global Lp pooling", "global Lp pool"),
    ("adaptive", "max"): ("Adaptive max pooling", "max pool to {size}"),
    ("adaptive", "avg"): ("Adaptive average pooling", "average pool to {size}"),
    ("adaptive", "lp"): ("Adaptive Lp pooling", "Lp pool to {size}"),
}
"""What it is called by itself, and as a layer among others."""


def run(x: np.ndarray, options: PoolOptions) -> Trace:
    """Pool x as the options say."""
    from nnviz.core.pool import max_indices, pool

    full = batched(x, options.over(x.ndim))
    plan = pool_plan(full.shape, options, x.ndim)
    axes, kind = plan.axes, options.kind
    include, divisor = includes_pad(options), options.divisor_override
    made = pool(
        full,
        axes,
        kind=kind,
        p=float(options.p),
        include_pad=include,
        scale_cut=True,  # PyTorch and ONNX alike
        divisor=divisor,
    )
    output = made.reshape(plan.shown)
    results: dict[str, Any] = {"output": output}
    if kind == "max":
        results["indices"] = lambda: max_indices(full, axes).reshape(output.shape)
    made_of = _MadeOf(plan, full, output, kind, include, options.p, divisor)
    return Trace(
        op="pool",
        title=Words(_CALLED[scope_of(options), kind][0]),
        short=_short(plan, options),
        arrays={"input": x},
        results=Results(**results),
        options=_pool_in_force(options, axes),
        roles={"input": "input", "output": "output", "indices": "plain"},
        equation=("input", "→", "output"),
        facts=size_facts(axes),
        lessons=padding_lesson(plan),
        said=tuple(_said(plan, options)),
        samples=plan.samples,
        notes=tuple(unused_notes(plan)),
        steps=Steps(output.size, made_of.step),
        explain=pool_sentences,
        places=places(output.ndim, plan.dims),
        plan=plan,
        snippet=lambda: pool_snippet(plan, kind, options.p, include, divisor),
        backward=made_of.backward,
    )


def _short(plan: WindowPlan[AnyAxis], options: PoolOptions) -> Words | str:
    """max pool 2×2; stride and all else that its shape tells left out, where they are usual."""
    scope = scope_of(options)
    name = Words(_CALLED[scope, options.kind][1], size=times(plan.out if scope else plan.kernel))
    return name if scope else detailed(name, strides_of(plan.axes, plan.kernel))


def _said(plan: WindowPlan[AnyAxis], options: PoolOptions) -> Iterator[Words]:
    """The window, and what of the options is not as usual."""
    scope, average = scope_of(options), options.kind == "avg"
    if scope == "adaptive":
        yield Words("output {shape}", shape=times(plan.out))
    elif not scope:
        yield Words("window {shape}", shape=times(plan.kernel))
    yield from said_of(plan, stride=plan.kernel)
    if options.ceil_mode:
        yield Words("output size rounded up")
    if options.divisor_override:
        yield Words("divided by {n}", n=options.divisor_override)
    elif average and not includes_pad(options) and any(a.before or a.after for a in plan.axes):
        yield Words("padding not counted")
    if options.kind == "lp" and options.p != 2:
        yield Words("p = {value}", value=exact(options.p))


def _pool_in_force(options: PoolOptions, axes: Sequence[AnyAxis]) -> dict[str, Any]:
    kind, scope = options.kind, scope_of(options)
    return {
        "kind": kind,
        "kernel": [a.kernel for a in axes],
        "stride": [a.stride for a in axes],
        "padding": [[a.before, a.after] for a in axes],
        "dilation": [a.dilation for a in axes],
        **({"adaptive": [a.out for a in axes]} if scope == "adaptive" else {}),
        **({"global": True} if scope == "global" else {}),
        "ceil": options.ceil_mode,
        **({"count_include_pad": includes_pad(options)} if kind == "avg" else {}),
        **({"p": options.p} if kind == "lp" else {}),
    }


@dataclass(frozen=True)
class _MadeOf:
    """What steps of pooling are made from."""

    plan: WindowPlan[AnyAxis]
    x: np.ndarray
    """(N, C, *spatial)"""
    output: np.ndarray
    kind: Kind
    include_pad: bool
    p: float
    divisor: int | None

    def step(self, i: int) -> Step:
        plan = self.plan
        n, c, _, o = plan.output(i)
        index = (n, c, *o)[-self.output.ndim :]
        real = [tap.cell for tap in plan.taps(o, real=True)]
        cells: dict[str, tuple[Index, ...]] = {
            "input": tuple(plan.place(n, c, cell) for cell in real),
            "output": (index,),
        }
        window = [self.x[(n, c, *source)].item() for source in real]
        detail: dict[str, Any] = {"window": window}
        value = self.output[index].item()
        if self.kind == "max":
            best = max(range(len(window)), key=lambda k: (window[k] != window[k], window[k]))
            cells["max"] = (plan.place(n, c, real[best]),)
            detail["argmax"] = ravel(real[best], plan.sizes)
        left = self._left(window, o, detail)
        return Step(
            number=i + 1,
            index=index,
            formula=(Equation((left, Num(value, "output"))),),
            value=value,
            detail=detail,
            cells=cells,
        )

    def backward(self, g: np.ndarray) -> Backward:
        """The way back from a gradient of the output."""
        from nnviz.core.pool import max_indices
        from nnviz.ops.windows._pool_backward import Pooled, pool_backward

        plan, kind = self.plan, self.kind
        counted = self._every_count(kind == "lp" or self.include_pad)
        divisors = np.full(plan.out, self.divisor) if self.divisor else counted
        if kind == "lp":  # what a sum grows by
            cut = not isinstance(plan.axes[0], AdaptiveAxis)
            divisors = prod(plan.kernel) / counted if cut else np.ones(plan.out)
        places = cache(lambda: max_indices(self.x, plan.axes)) if kind == "max" else None
        pooled = Pooled(plan, self.x, self.output, kind, float(self.p), divisors, places)
        return pool_backward(pooled, g)

    def _left(self, window: list[Any], o: Index, detail: dict[str, Any]) -> Expr:
        numbers = tuple(Num(value, "input") for value in window)
        if self.kind == "max":
            return Call("max", numbers)
        if self.kind == "avg":
            divisor = self._divisor(o)
            detail["divisor"] = divisor
            return Quotient(Sum(numbers, per_line=self.plan.kernel[-1]), Num(divisor))
        total: Expr = Sum(tuple(Power(Call("abs", (number,)), Num(self.p)) for number in numbers))
        left = self._counted(o, include_pad=True)
        whole = prod(self.plan.kernel)
        is_cut = left < whole and not isinstance(self.plan.axes[0], AdaptiveAxis)
        if is_cut:  # PyTorch and ONNX make a norm of an average
            total = Product((total, Quotient(Num(whole), Num(left))))
        return Power(total, Quotient(Num(1), Num(self.p)))

    def _divisor(self, o: Index) -> int:
        """What an average over this window is divided by."""
        return self.divisor or self._counted(o, self.include_pad)

    def _every_count(self, include_pad: bool) -> np.ndarray:
        """The cells of every window."""
        along = ([a.counted(o, include_pad) for o in range(a.out)] for a in self.plan.axes)
        return np.asarray(reduce(np.multiply.outer, map(np.array, along)))

    def _counted(self, o: Index, include_pad: bool) -> int:
        """The cells that an average over this window divides by."""
        return prod(a.counted(at, include_pad) for a, at in zip(self.plan.axes, o, strict=True))


def layer(shape: tuple[int, ...], options: PoolOptions) -> Layer:
    """Shape of the pooled map; nothing to learn, no multiply–accumulates."""
    dims = options.over(len(shape))
    plan = pool_plan((1, *channels_first(shape, dims, "pool")), options, len(shape))
    return Layer(plan.shown, plan=plan, name=_short(plan, options))


OPERATION = Operation(
    name="pool",
    rank=2,
    help="Pooling of windows: their maximum or average.",
    example='pool "1 3 2 1; 4 6 5 0; 7 2 9 8; 0 5 3 4" -k 2',
    more=(
        'pool "1 2 3 4; 5 6 7 8" -k 2 --kind avg --steps 2',
        'pool "1 2 3; 4 5 6; 7 8 9" --global',
    ),
    record=PoolOptions,
    run=run,
    lacks=BUT_GRADIENTS,
    layer=layer,
    cell_bytes=lambda item, options: item if options.kind == "max" else 8,
    batched=lambda options: replace(options, dims=options.over(2)),
    slides=True,
)
