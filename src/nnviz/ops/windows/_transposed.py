"""Transposed convolution: each input cell spreads the kernel over the output."""

from __future__ import annotations

from itertools import product
from math import prod
from typing import TYPE_CHECKING, Any, NamedTuple

from nnviz.errors import NnvizError, UsageError
from nnviz.ops._layer import Layer, channels_first, float_name, places
from nnviz.ops.windows._conv_options import ConvOptions
from nnviz.ops.windows._kernels import (
    activated,
    bias_of,
    dims_of,
    given_shape,
    shown_shape,
    weights_of,
)
from nnviz.ops.windows._weighted_sum import ROLES, Term, WeightedSum
from nnviz.ops.windows._window import AXIS_NAMES, batched
from nnviz.options import kinds
from nnviz.shapes import TransposedAxis, times, transposed_axes, unravel
from nnviz.trace import Equation, Expr, Fact, Neg, Num, Product, Results, Step, Steps, Sum, Trace
from nnviz.words import Words

if TYPE_CHECKING:
    import numpy as np


class Plan(NamedTuple):
    """The shapes of a transposed convolution: a plan of integers, made without an array."""

    dims: int
    channels: int
    weight: tuple[int, ...]
    """(C, F/groups, *kernel)"""
    groups: int
    axes: tuple[TransposedAxis, ...]

    @property
    def filters(self) -> int:
        return self.weight[1] * self.groups

    @property
    def out(self) -> tuple[int, ...]:
        return tuple(axis.out for axis in self.axes)


def make_plan(x: tuple[int, ...], options: ConvOptions) -> Plan:
    """Plan over an input of shape (C, *spatial)."""
    if options.padding_mode != "zeros":
        raise UsageError(
            "--pad-mode {mode} cannot be with --transpose, whose padding cuts the output",
            mode=options.padding_mode,
        )
    channels, *sizes = x
    dims = len(sizes)
    groups = channels if options.depthwise else options.groups
    weight = _weight_shape(given_shape(options), channels, groups, dims, options)
    wanted = options.output_shape
    axes = transposed_axes(
        sizes,
        weight[2:],
        stride=kinds.each_axis(options.stride, dims, "--stride"),
        dilation=kinds.each_axis(options.dilation, dims, "--dilation"),
        padding=kinds.each_pair(options.padding, dims, "--pad"),
        output_padding=kinds.each_axis(options.output_padding or (0,), dims, "--output-pad"),
        output_shape=None if wanted is None else kinds.each_axis(wanted, dims, "--output-shape"),
    )
    return Plan(dims, channels, weight, groups, axes)


def _weight_shape(
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

    dims = dims_of(given_shape(options), options)
    full = batched(x, dims)
    plan = make_plan(full.shape[1:], options)
    kernel, w = weights_of(plan, options)
    b = bias_of(plan, options)
    made = conv_transpose(full, w, b, plan.axes, groups=plan.groups, dtype=float_name(x))
    pre = made.reshape(shown_shape(made.shape, x.ndim, dims))
    sums = WeightedSum(pre, activated(pre, options), b, options.act, 0)
    return _Run(x, full, kernel, w, sums, plan).trace()


class _Run(NamedTuple):
    """One run, with all that its steps are made from."""

    x: np.ndarray
    full: np.ndarray
    kernel: np.ndarray
    w: np.ndarray
    sums: WeightedSum
    plan: Plan

    def trace(self) -> Trace:
        arrays, results, equation = self.sums.parts(self.x, self.kernel, "∗ᵀ")
        return Trace(
            op="conv_transpose",
            title=self.sums.titled(Words("Transposed convolution")),
            arrays=arrays,
            results=Results(**results),
            options=self.options(),
            roles=ROLES,
            equation=equation,
            facts=tuple(size_facts(self.plan.axes)),
            steps=Steps(self.sums.output.size, self.step),
            places=places(self.sums.output.ndim),
        )

    def options(self) -> dict[str, Any]:
        axes = self.plan.axes
        return {
            "stride": [a.stride for a in axes],
            "padding": [[a.before, a.after] for a in axes],
            "output_padding": [a.output_padding for a in axes],
            "dilation": [a.dilation for a in axes],
            "groups": self.plan.groups,
            "act": self.sums.act,
        }

    def step(self, i: int) -> Step:
        """The step that makes output cell number i, from the input cells that reach it."""
        plan = self.plan
        n, f, *o = unravel(i, (len(self.full), plan.filters, *plan.out))
        group, part = divmod(f, plan.weight[1])
        each = plan.channels // plan.groups
        reached = [axis.sources(at) for axis, at in zip(plan.axes, o, strict=True)]
        shown = max(self.kernel.ndim, plan.dims)
        terms = []
        for c in range(group * each, (group + 1) * each):
            for pairs in product(*reached):
                cell = tuple(at for at, _ in pairs)
                tap = (c, part, *(t for _, t in pairs))
                value = self.full[(n, c, *cell)].item()
                place = tap[:1] + tap[2:] if shown == plan.dims + 1 else tap[-shown:]
                terms.append(
                    Term(
                        c,
                        value,
                        self.w[tap].item(),
                        (c, *cell),
                        (n, c, *cell)[-self.x.ndim :],
                        place,
                    )
                )
        return self.sums.step(i, unravel(i, self.sums.output.shape), f, terms)


def size_facts(axes: tuple[TransposedAxis, ...]) -> list[Fact]:
    """The output-size formula with the numbers in it, once if every axis has the same."""
    equations = [_size_equation(axis) for axis in axes]
    if len(set(equations)) == 1:
        return [Fact(Words("output size"), equations[0])]
    names = AXIS_NAMES[len(axes)]
    return [Fact(Words("output " + n), e) for n, e in zip(names, equations, strict=True)]


def _size_equation(axis: TransposedAxis) -> Equation:
    """(3 − 1)·2 + 1·(3 − 1) + 1 − 2·1 + 1 = 6."""
    terms: list[Expr] = [
        Product((Sum((Num(axis.size), Num(-1))), Num(axis.stride)), dot=True),
        Product((Num(axis.dilation), Sum((Num(axis.kernel), Num(-1)))), dot=True),
        Num(1),
        *_cut(axis),
        Num(axis.output_padding),
    ]
    return Equation((Sum(tuple(terms)), Num(axis.out, "output")))


def _cut(axis: TransposedAxis) -> list[Expr]:
    """What the padding takes away: 2·p, or both sides where they differ."""
    if axis.before == axis.after:
        return [Neg(Product((Num(2), Num(axis.before)), dot=True))]
    return [Num(-axis.before), Num(-axis.after)]


def layer(shape: tuple[int, ...], options: ConvOptions) -> Layer:
    """Shapes, parameters and MACs of this transposed convolution over an input of `shape`."""
    dims = dims_of(given_shape(options), options)
    channels, *sizes = channels_first(shape, dims, "conv")
    plan = make_plan((channels, *sizes), options)
    learned = given_shape(options) is None
    has_bias = not options.no_bias and (learned or options.bias is not None)
    biases = plan.filters if has_bias else 0
    inside = "·".join(str(n) for n in plan.weight[1:])
    output = (plan.filters, *plan.out)
    return Layer(
        output=output if len(shape) > dims or plan.filters > 1 else plan.out,
        formula=f"{channels} × ({inside})" + (f" + {biases}" if biases else ""),
        weights=prod(plan.weight),
        biases=biases,
        macs=prod(sizes) * prod(plan.weight),
        everywhere=True,  # how far it sees is no window of the input
        mlp=(prod(shape), prod(output)),
    )
