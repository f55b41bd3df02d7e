"""Normalization: of a channel (batch), of the last axes (layer), of groups of channels."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import prod

from nnviz.equations import Substitution
from nnviz.gradient import Backward
from nnviz.libraries import np
from nnviz.numerals import exact
from nnviz.ops._layer import Layer, detailed, float_name, places
from nnviz.ops._norm_plan import SAMPLES_FIRST, NormOptions, Plan, Shape, given, plan_of
from nnviz.options.operation import BUT_GRADIENTS, Operation
from nnviz.records import NamedTuple, replace
from nnviz.shapes import unravel
from nnviz.trace import (
    Call,
    Equation,
    Fact,
    Name,
    Neg,
    Num,
    Power,
    Product,
    Quotient,
    Results,
    Show,
    Snippet,
    Step,
    Steps,
    Sum,
    Trace,
)
from nnviz.words import Words

_TITLES = {
    "batch": Words("Batch normalization"),
    "layer": Words("Layer normalization"),
    "group": Words("Group normalization"),
}
_OWN = {"weight": "gamma", "bias": "beta", "running_mean": "mean", "running_var": "var"}
"""Our names of PyTorch's arrays."""
_TOLD = ("kind", "eps", "train", "groups", "axis")
_SHORT = {
    "batch": Words("batch norm"),
    "layer": Words("layer norm"),
    "group": Words("group norm"),
}


def run(x: np.ndarray, options: NormOptions) -> Trace:
    """(x − μ) / √(σ² + ε) · γ + β; μ and σ² are given, or those of each set of x itself."""
    from nnviz.core.exact import cast
    from nnviz.core.norm import moments, scaled, standardized

    plan = plan_of(x.shape, options)
    names = ("gamma", "beta") if plan.axes else ("mean", "var", "gamma", "beta")
    arrays = {name: given(name, options, plan.learned) for name in names}
    dtype = float_name(x, *arrays.values())
    view = cast(x, dtype).reshape(plan.view)
    inside = {name: cast(array, dtype).reshape(plan.inside) for name, array in arrays.items()}
    mean, var = moments(view, plan.axes) if plan.axes else (inside["mean"], inside["var"])
    hat = standardized(view, mean, var, options.eps)
    made = scaled(hat, inside["gamma"], inside["beta"])
    own = {name: m.reshape(plan.kept) for name, m in (("mean", mean), ("var", var)) if plan.axes}
    numbers = _Numbers(plan, x.reshape(plan.view), mean, var, hat, made)
    return Trace(
        op="norm",
        title=_TITLES[options.kind],
        short=_short(options),
        arrays={"input": x, **arrays},
        results=Results(output=made.reshape(x.shape), **own),
        options={name: getattr(options, name) for name in _TOLD},
        roles={"input": "input", "gamma": "weight", "beta": "bias", "output": "output"},
        equation=("input", "→", "output"),
        facts=_facts(plan),
        said=tuple(_said(x.ndim, options)),
        samples=plan.samples,
        explain=_sentences,
        steps=Steps(prod(plan.lines), lambda i: _step(i, numbers, arrays, options.eps)),
        places=places(plan.lead + 2 if plan.channels else x.ndim)[: plan.lead],
        snippet=lambda: _snippet(x.shape, plan, arrays, options),
        backward=lambda g: _backward(x.shape, plan, numbers, inside["gamma"], options.eps, g),
    )


def _sentences(trace: Trace, step: Step, show: Show) -> Iterator[Words]:
    """By what the numbers are moved and scaled, and what becomes of the largest."""
    at = {quantity.key: quantity.value for quantity in step.quantities}
    if not all(np.isfinite(value).all() for value in at.values()):
        return
    spread = np.sqrt(at["var"] + trace.options["eps"])
    yield Words(
        "The mean {mean} is taken away, and what is left is divided by {spread}, √(σ² + ε).",
        mean=show(at["mean"].item()),
        spread=show(spread.item()),
    )
    yield Words("Then γ scales it and β moves it, both of which are learned.")
    most = at["x"].argmax()
    x, y = (show(at[key].reshape(-1)[most].item()) for key in "xy")
    yield Words("The largest of its numbers, {x}, becomes {value}.", x=x, value=y)


def _backward(
    shape: Shape, plan: Plan, numbers: _Numbers, gamma: np.ndarray, eps: float, g: np.ndarray
) -> Backward:
    from nnviz.ops._norm_backward import Normalized, norm_backward

    deviation = np.sqrt(numbers.var + eps)
    own = plan.view, plan.axes, numbers.hat, deviation, gamma, plan.learned
    return norm_backward(Normalized(shape, *own), g)


class _Numbers(NamedTuple):
    """What there is of every number of the view, or is the same for several."""

    plan: Plan
    x: np.ndarray
    mean: np.ndarray
    var: np.ndarray
    hat: np.ndarray
    made: np.ndarray


_EPS = Name("ε")


class _Symbols(NamedTuple):
    """What is what in the equations."""

    x: Name
    of: Name
    """All that has one mean with x."""
    mean: Name
    var: Name
    hat: Name
    gamma: Name
    beta: Name
    y: Name


def _symbols(plan: Plan) -> _Symbols:
    channel = plan.sub[-1:] if plan.channels else ""
    return _Symbols(
        Name("x", plan.sub, "input"),
        Name("x", plan.of, "input"),
        Name("μ", plan.of, "intermediate"),
        Name("σ", plan.of, "intermediate", "2"),
        Name("x̂", plan.sub, "intermediate"),
        Name("γ", channel, "weight"),
        Name("β", channel, "bias"),
        Name("y", plan.sub, "output"),
    )


def _facts(plan: Plan) -> tuple[Fact, ...]:
    """What a step computes, in symbols; μ and σ² too, where they are not given."""
    s = _symbols(plan)
    apart = Power(Sum((s.of, Neg(s.mean))), Num(2))
    own = (
        Fact(Words("mean"), Equation((s.mean, Call("mean", (s.of,))))),
        Fact(Words("variance"), Equation((s.var, Call("mean", (apart,))))),
    )
    hat = Quotient(Sum((s.x, Neg(s.mean))), Call("√", (Sum((s.var, _EPS)),)))
    return (
        *(own if plan.axes else ()),
        Fact(Words("normalized"), Equation((s.hat, hat))),
        Fact(
            Words("output"),
            Equation((s.y, Sum((Product((s.gamma, s.hat), each=not plan.channels), s.beta)))),
        ),
    )


def _step(i: int, numbers: _Numbers, learned: Mapping[str, np.ndarray], eps: float) -> Step:
    """One channel, or one row of numbers."""
    plan, x, mean, var, hat, made = numbers
    s, at = _symbols(plan), unravel(i, plan.lines)
    index = plan.place(i)
    together = tuple(slice(None) if axis in plan.axes else k for axis, k in enumerate(at))
    same = np.arange(prod(plan.lines)).reshape(plan.lines)[together].reshape(-1).tolist()
    own = (i % plan.channels,) if plan.channels else ()
    mean, var = (np.broadcast_to(m, plan.view)[at].reshape(-1)[0] for m in (mean, var))
    values = {s.of: x[together].reshape(len(same), -1), s.x: x[at], s.mean: mean, s.var: var}
    values |= {s.gamma: learned["gamma"][own], s.beta: learned["beta"][own], _EPS: eps}
    values |= {s.hat: hat[at], s.y: made[at]}
    group = [f"g{g}" for g in at[1:2]]
    called = {"i": index, "n,c": index, "c": index[-1:], "n,g": [*at[:1], *group], "g": group}
    subs = {name: ",".join(map(str, each)) for name, each in called.items()}
    here = Substitution(values, subs)
    named = {"x": s.x, "mean": s.mean, "var": s.var, "x_hat": s.hat}
    vectors = here.quantities(**named, gamma=s.gamma, beta=s.beta, y=s.y)
    read = dict.fromkeys((index, *map(plan.place, same)))
    cells = {"input": tuple(read), **dict.fromkeys(learned, (own,))}
    return Step.of_vectors(i + 1, index, here.equations(_facts(plan)), vectors, cells)


def _snippet(
    shape: Shape, plan: Plan, arrays: Mapping[str, np.ndarray], options: NormOptions
) -> Snippet:
    """PyTorch's call, which wants an axis of samples before the channels."""
    eps = f"eps={options.eps}"
    if options.kind == "layer":
        call = f"F.layer_norm({{x}}, {plan.learned}, {{gamma}}, {{beta}}, {eps})"
        return Snippet((call,), arrays)
    view = (plan.samples, plan.channels, *plan.view[3:])
    x = "{x}" if view == shape else f"{{x}}.reshape{view}"
    if options.kind == "group":
        call = f"F.group_norm({x}, {options.groups}, {{gamma}}, {{beta}}, {eps})"
    else:
        running = "None, None" if options.train else "{mean}, {var}"
        call = f"F.batch_norm({x}, {running}, {{gamma}}, {{beta}}, {options.train}, {eps})"
    return Snippet((call if view == shape else f"{call}.reshape{shape}",), arrays)


# --- as a layer ------------------------------------------------------------------------


def _short(options: NormOptions) -> Words | str:
    groups = [Words("{n} groups", n=options.groups)] if options.groups else []
    return detailed(_SHORT[options.kind], groups)


def _said(rank: int, options: NormOptions) -> Iterator[Words]:
    """What of its options is not as usual."""
    if options.train:
        yield Words("mean and variance of the input")
    if options.groups:
        yield Words("{n} groups", n=options.groups)
    if options.kind == "layer" and options.axis % rank != rank - 1:
        yield Words("axis {n}", n=exact(options.axis))
    if options.eps != 1e-5:
        yield Words("ε = {value}", value=exact(options.eps))


def _batched(options: NormOptions) -> NormOptions:
    """The same after an axis of samples."""
    return replace(options, dims=SAMPLES_FIRST, axis=options.axis + (options.axis >= 0))


def layer(shape: Shape, options: NormOptions) -> Layer:
    """γ and β are learned. No MACs: where a network is used, the layer before takes them in."""
    if options.dims == SAMPLES_FIRST:  # a batch's axis is not part of `shape`
        options = replace(options, dims=len(shape) - 1, axis=options.axis - (options.axis > 0))
    plan = plan_of(shape, replace(options, train=False))
    for name in ("gamma", "beta", "mean", "var"):
        if getattr(options, name) is not None:
            given(name, options, plan.learned)
    count, dims = prod(plan.learned), len(plan.view) - (3 if plan.channels else plan.lead)
    seen = {"layer": dims, "group": max(dims, 1), "batch": dims * options.train}[options.kind]
    everywhere = tuple(range(-seen, 0))
    made = Layer(shape, f"{count} + {count}", count, count, everywhere=everywhere)
    names = ("gamma", "beta") if options.train or plan.axes else tuple(_OWN.values())
    learned = {n: plan.learned for n in names if getattr(options, n) is None}
    made = made._replace(name=_short(options), learned=learned)
    if options.kind != "batch":
        return made
    # Keras counts the running mean and variance, as parameters that are not learned.
    keras = made._replace(formula=f"{made.formula} + 2·{count}", kept=2 * count)
    return made._replace(like={"tf": keras})


OPERATION = Operation(
    name="norm",
    rank=8,
    help="Normalization: less the mean, by the standard deviation, times γ, plus β.",
    example='norm layer "1 2 3; 4 4 7"',
    more=(
        'norm batch "[[[1,2],[3,4]],[[5,6],[7,8]]]" --train --gamma "1 2"',
        'norm group "[[[1,2],[3,4]],[[5,6],[7,8]]]" --groups 1',
    ),
    record=NormOptions,
    run=run,
    lacks=BUT_GRADIENTS,
    layer=layer,
    cell_bytes=lambda *_: 32,
    batched=_batched,
    own_name=lambda name: "" if name == "num_batches_tracked" else _OWN.get(name, name),
)
