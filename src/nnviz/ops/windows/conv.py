"""Convolution: cross-correlation, as every framework defines it."""

from __future__ import annotations

from collections.abc import Iterable
from math import prod
from typing import TYPE_CHECKING, Any, NamedTuple

from nnviz.errors import UsageError
from nnviz.ops._layer import Layer, channels_first, float_name, places
from nnviz.ops.windows import _transposed
from nnviz.ops.windows._conv_options import ConvOptions
from nnviz.ops.windows._kernels import (
    Plan,
    activated,
    bias_of,
    dims_of,
    given_shape,
    make_plan,
    shown_shape,
    weights_of,
)
from nnviz.ops.windows._presets import DEFAULT
from nnviz.ops.windows._weighted_sum import ROLES, Term, WeightedSum
from nnviz.ops.windows._window import (
    batched,
    offsets,
    size_facts,
    sources,
    unused_notes,
)
from nnviz.options.operation import Operation
from nnviz.shapes import cells, unravel
from nnviz.trace import Index, Results, Step, Steps, Trace
from nnviz.words import Words

if TYPE_CHECKING:
    import numpy as np

_PER_CHANNEL = ("identity", "box", "gaussian")


# --- running it ----------------------------------------------------------------


def run(x: np.ndarray, options: ConvOptions) -> Trace:
    """Convolve x with the kernel that the options give, and explain it."""
    from nnviz.core.conv import conv

    if options.transpose:
        return _transposed.run(x, options)
    _refuse_transposed_options(options)
    dims = dims_of(given_shape(options), options)
    full = batched(x, dims)
    plan = make_plan(full.shape[1:], options)
    kernel, w = weights_of(plan, options)
    b = bias_of(plan, options)
    dtype = float_name(x)
    mode = options.padding_mode
    made = conv(full, w, b, plan.axes, groups=plan.groups, mode=mode, dtype=dtype)
    pre = made.reshape(shown_shape(made.shape, x.ndim, dims))
    sums = WeightedSum(pre, activated(pre, options), b, options.act, per_line=w.shape[-1])
    return _Run(x, full, kernel, w, sums, plan, options).trace()


def _refuse_transposed_options(options: ConvOptions) -> None:
    for given, flag in (
        (options.output_padding, "--output-pad"),
        (options.output_shape, "--output-shape"),
    ):
        if given is not None:
            raise UsageError("{flag} belongs to --transpose", flag=flag)


class _Run(NamedTuple):
    """One run, with all that its steps are made from."""

    x: np.ndarray
    full: np.ndarray
    kernel: np.ndarray
    w: np.ndarray
    sums: WeightedSum
    plan: Plan
    given: ConvOptions

    def trace(self) -> Trace:
        arrays, results, equation = self.sums.parts(self.x, self.kernel, "∗")
        results["partials"] = lambda: Partials(self)
        axes = self.plan.axes
        return Trace(
            op="conv",
            title=self.sums.titled(self.name()),
            arrays=arrays,
            results=Results(**results),
            options=self.options(),
            roles=ROLES,
            equation=equation,
            facts=size_facts(axes),
            notes=(*self.notes(), *unused_notes(axes)),
            steps=Steps(self.sums.output.size, self.step),
            places=places(self.sums.output.ndim, self.plan.dims),
            axes=axes,
            pad_mode=self.given.padding_mode,
        )

    def name(self) -> Words:
        """What it is called: depthwise where every channel is a group of its own."""
        if self.plan.groups == self.plan.channels > 1:
            return Words("Depthwise convolution")
        return Words("Convolution")

    def options(self) -> dict[str, Any]:
        axes = self.plan.axes
        return {
            "stride": [a.stride for a in axes],
            "padding": [[a.before, a.after] for a in axes],
            "padding_mode": self.given.padding_mode,
            "dilation": [a.dilation for a in axes],
            "groups": self.plan.groups,
            "act": self.sums.act,
        }

    def notes(self) -> Iterable[Words]:
        given = self.given.kernel
        if given is None and given_shape(self.given) is not None:
            yield Words("the kernel is the default, {name}", name=DEFAULT)
        if given is not None and not isinstance(given, str) and given.ndim == 0:
            yield Words(
                "the kernel is the 1×1 matrix {value}; for a size use --size", value=given.item()
            )
        if self.plan.shared:
            yield Words(
                "one kernel is used for each of {n} channels and the results are added",
                n=self.plan.channels,
            )
            if isinstance(given, str) and given in _PER_CHANNEL:
                yield Words("--depthwise keeps the channels apart")

    def step(self, i: int) -> Step:
        """The step that makes output cell number i."""
        plan = self.plan
        n, f, *o = unravel(i, (len(self.full), plan.filters, *plan.out))
        first = f // (plan.filters // plan.groups) * self.w.shape[1]
        terms = []
        for c in range(self.w.shape[1]):
            taps = unravel_all(self.w.shape[2:])
            for tap, position in zip(taps, offsets(plan.axes, o), strict=True):
                source = sources(plan.axes, position, self.given.padding_mode)
                value = 0 if source is None else self.full[(n, first + c, *source)].item()
                terms.append(
                    Term(
                        first + c,
                        value,
                        self.w[(f, c, *tap)].item(),
                        None if source is None else (first + c, *source),
                        (n, first + c, *position)[-self.x.ndim :],
                        (f, c, *tap)[-self.kernel.ndim :],
                    )
                )
        return self.sums.step(i, unravel(i, self.sums.output.shape), f, terms)


class Partials:
    """The map of each input channel before the sum: `[n, f]` makes the (C/groups, *out) of
    one filter over one sample, since all of them at once may be very large.
    """

    def __init__(self, run: _Run) -> None:
        self._run = run

    def __getitem__(self, place: tuple[int, int]) -> np.ndarray:
        import numpy as np

        from nnviz.core.conv import conv

        run, (n, f) = self._run, place
        plan, each = run.plan, run.w.shape[1]
        first = f // (plan.filters // plan.groups) * each
        channels = run.full[n : n + 1, first : first + each]
        # One group a channel: each kernel channel meets its own input channel alone.
        alone = run.w[f][:, None]
        mode = run.given.padding_mode
        made = conv(channels, alone, None, plan.axes, groups=each, mode=mode)
        return np.asarray(made[0])


def unravel_all(shape: tuple[int, ...]) -> Iterable[Index]:
    """Every index of an array of this shape, row by row."""
    return (unravel(i, shape) for i in range(cells(shape)))


# --- counting it ---------------------------------------------------------------


def layer(shape: tuple[int, ...], options: ConvOptions) -> Layer:
    """Shapes, parameters and MACs of this convolution over an input of `shape`."""
    if options.transpose:
        return _transposed.layer(shape, options)
    _refuse_transposed_options(options)
    dims = dims_of(given_shape(options), options)
    plan = make_plan(channels_first(shape, dims, "conv"), options)
    filters, each, *size = plan.weight
    learned = given_shape(options) is None
    has_bias = not options.no_bias and (learned or options.bias is not None)
    weights, biases = prod(plan.weight), filters if has_bias else 0
    area = "·".join(str(n) for n in (each, *size))
    formula = f"{filters} × ({area})" + (f" + {biases}" if biases else "")
    output = (filters, *plan.out)
    return Layer(
        output=output if len(shape) > dims or filters > 1 else plan.out,
        formula=formula,
        weights=weights,
        biases=biases,
        macs=prod(output) * each * prod(size),
        axes=plan.axes,
        mlp=(prod(shape), prod(output)),
    )


OPERATION = Operation(
    name="conv",
    rank=1,
    help="Convolution (cross-correlation), step by step.",
    example='conv "1 2 3; 4 5 6; 7 8 9" -k "1 0; 0 1"',
    record=ConvOptions,
    run=run,
    layer=layer,
)
