"""Activations: a function applied to every number."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Literal, get_args

from nnviz.activation_steps import ACTIVATIONS, Activation, activation_step, along, exp, shown
from nnviz.errors import UsageError
from nnviz.libraries import np
from nnviz.numerals import exact
from nnviz.ops._calls import activation_call
from nnviz.ops._layer import Layer, places
from nnviz.options import kinds
from nnviz.options.operation import BUT_GRADIENTS, Operation
from nnviz.options.option import argument, option
from nnviz.records import asdict, dataclass, replace
from nnviz.sentences import activation
from nnviz.shapes import unravel
from nnviz.trace import (
    Call,
    Equation,
    Expr,
    Fact,
    Formula,
    Name,
    Neg,
    Num,
    Power,
    Product,
    Quotient,
    Results,
    Snippet,
    Step,
    Steps,
    Sum,
    Trace,
)
from nnviz.words import Words

if TYPE_CHECKING:
    from nnviz.gradient import Backward

Approximate = Literal["none", "tanh"]
_APPROXIMATE: tuple[Approximate, ...] = get_args(Approximate)


@dataclass(frozen=True, kw_only=True)
class ActOptions:
    """Which activation, and what it takes; ONNX has the defaults."""

    name: Activation = argument(kind=kinds.choice(*ACTIVATIONS), help="The activation.")
    alpha: float | None = option(
        "--alpha",
        kind=kinds.number(),
        help="Slope or scale, where there is one.",
        belongs_to=("name=leaky-relu|elu|hard-sigmoid",),
    )
    beta: float | None = option(
        "--beta",
        kind=kinds.number(),
        help="Offset of hard-sigmoid.",
        belongs_to=("name=hard-sigmoid",),
    )
    axis: int | None = option(
        "--axis",
        kind=kinds.index(),
        help="Axis of softmax (default: the last).",
        belongs_to=("name=softmax",),
    )
    approximate: Approximate | None = option(
        "--approximate",
        kind=kinds.choice(*_APPROXIMATE),
        help="Which gelu is meant.",
        belongs_to=("name=gelu",),
    )


_DEFAULTS: Mapping[str, ActOptions] = {
    "leaky-relu": ActOptions(name="leaky-relu", alpha=0.01),
    "elu": ActOptions(name="elu", alpha=1.0),
    "hard-sigmoid": ActOptions(name="hard-sigmoid", alpha=0.2, beta=0.5),
    "softmax": ActOptions(name="softmax", axis=-1),
    "gelu": ActOptions(name="gelu", approximate="none"),
}
"""ONNX's, of what a function takes; what is None here it does not have."""


def run(x: np.ndarray, options: ActOptions) -> Trace:
    """Apply an activation to every number of x."""
    options = _completed(x.ndim, options)
    output = _applied(x, options)
    results: dict[str, Any] = {"output": output}
    if options.name != "softmax":
        results["curve"] = lambda: _curve(x, options)

    def step(i: int) -> Step:
        index = unravel(i, output.shape)
        at = x[index].item()
        return Step(
            number=i + 1,
            index=index,
            formula=_formula(x, output, index, options),
            value=output[index].item(),
            detail={"x": at},
            cells={"input": (index,), "output": (index,)},
        )

    return Trace(
        op="act",
        title=Words("Activation {name}", name=shown(options.name)),
        explain=lambda _, step, show: activation(
            options.name, step.detail["x"], step.value, show, options.alpha or 0, options.beta or 0
        ),
        short=shown(options.name),
        arrays={"input": x},
        results=Results(**results),
        options={name: value for name, value in asdict(options).items() if value is not None},
        roles={"input": "input", "output": "output"},
        equation=("input", "→", "output"),
        facts=_facts(x.ndim, options),
        said=tuple(_said(x.ndim, options)),
        samples=len(x) if x.ndim > 3 else 1,
        steps=Steps(output.size, step),
        places=places(output.ndim),
        snippet=lambda: Snippet((activation_call(options.name, **_taken(options)),)),
        backward=lambda g: _backward(x, output, options, g),
    )


def _backward(x: np.ndarray, y: np.ndarray, options: ActOptions, g: np.ndarray) -> Backward:
    from nnviz.ops._act_backward import act_backward

    return act_backward(x, y, options.name, _taken(options), g)


def _completed(rank: int, options: ActOptions) -> ActOptions:
    """The options with the defaults put in."""
    given = {name: value for name, value in asdict(options).items() if value is not None}
    made = replace(_DEFAULTS.get(options.name, options), **given)
    if made.axis is not None and not -rank <= made.axis < rank:
        raise UsageError(
            "--axis {axis} is out of range for an input of {n} axes", axis=made.axis, n=rank
        )
    return made


def _applied(x: np.ndarray, options: ActOptions) -> np.ndarray:
    from nnviz.core.activations import activate

    return activate(x, options.name, **_taken(options))


def _taken(options: ActOptions) -> dict[str, Any]:
    """What a function takes beside its name, as arguments."""
    given = asdict(options).items()
    return {name: value for name, value in given if value is not None and name != "name"}


def _curve(x: np.ndarray, options: ActOptions) -> np.ndarray:
    """Points (x, f(x)) over the range of the data and a little around it."""
    finite = x[np.isfinite(x)] if x.dtype.kind == "f" else x
    largest = float(np.finfo(np.float64).max)
    reach = min(max(1.0, float(np.abs(finite).max(initial=0))) * 1.1, largest)
    at = np.linspace(-1, 1, 241) * reach  # from end to end may be past the largest float
    return np.stack([at, _applied(at, options)], axis=1)


def _said(rank: int, options: ActOptions) -> Iterator[Words]:
    """What of its options is not the default."""
    default = _completed(rank, ActOptions(name=options.name))
    if options.alpha not in (None, default.alpha):
        yield Words("alpha {value}", value=exact(options.alpha))
    if options.beta not in (None, default.beta):
        yield Words("beta {value}", value=exact(options.beta))
    if options.axis is not None and options.axis % rank != rank - 1:
        yield Words("axis {n}", n=exact(options.axis))
    if options.approximate != default.approximate:
        yield Words("approximated by tanh")


def _facts(rank: int, options: ActOptions) -> tuple[Fact, ...]:
    definition = Fact(Words("definition"), _definition(options))
    if options.axis is None:
        return (definition,)
    return definition, Fact(along(options.axis % rank, rank))


# --- formulas ------------------------------------------------------------------

_X = Name("x")


def _definition(options: ActOptions) -> Equation:
    """What the function is, in symbols."""
    alpha, beta = Num(options.alpha or 0), Num(options.beta or 0)
    below, above = Call("min", (Num(0), _X)), Call("max", (Num(0), _X))
    inner = Sum((_X, Product((Num(0.044715), Power(_X, Num(3))), dot=True)))
    gelu = (
        Call("tanh", (Product((Name("√(2/π)"), inner), dot=True),))
        if options.approximate == "tanh"
        else Call("erf", (Quotient(_X, Name("√2")),))
    )
    line = Sum((Product((alpha, _X), dot=True), beta))
    right: dict[str, Expr] = {
        "relu": above,
        "leaky-relu": Sum((above, Product((alpha, below), dot=True))),
        "elu": Sum((above, Product((alpha, Sum((exp(below), Num(-1)))), dot=True))),
        "gelu": Product((Quotient(_X, Num(2)), Sum((Num(1), gelu))), dot=True),
        "sigmoid": Quotient(Num(1), Sum((Num(1), exp(Neg(_X))))),
        "hard-sigmoid": Call("max", (Num(0), Call("min", (Num(1), line)))),
        "tanh": Quotient(Sum((exp(_X), Neg(exp(Neg(_X))))), Sum((exp(_X), exp(Neg(_X))))),
        "softmax": Quotient(exp(Name("x", "i")), Power(Name("Σⱼ e"), Name("x", "j"))),
    }
    name = options.name
    left = Name("softmax(x)", "i") if name == "softmax" else Call(name, (_X,))
    return Equation((left, right[name]))


def _formula(
    x: np.ndarray, output: np.ndarray, index: tuple[int, ...], options: ActOptions
) -> Formula:
    name, alpha, value = options.name, options.alpha or 0, output[index].item()
    if options.axis is None:
        return (activation_step(name, [x[index].item()], 0, value, alpha=alpha),)
    axis = options.axis % x.ndim
    along: Any = (*index[:axis], slice(None), *index[axis + 1 :])
    return (activation_step(name, x[along].tolist(), index[axis], value, index=index),)


def layer(shape: tuple[int, ...], options: ActOptions) -> Layer:
    """Nothing to learn; along its axis each output of softmax sees all."""
    axis = _completed(len(shape), options).axis
    everywhere = () if axis is None else (axis % len(shape) - len(shape),)
    return Layer(shape, everywhere=everywhere, name=shown(options.name))


OPERATION = Operation(
    name="act",
    rank=5,
    help="An activation function applied to every number.",
    example='act relu "-1 2; 3 -4"',
    more=(
        'act softmax "1 2 3" --steps 1',
        'act leaky-relu "-2 -1 0 1" --alpha 0.1',
    ),
    record=ActOptions,
    run=run,
    lacks=BUT_GRADIENTS,
    layer=layer,
    cell_bytes=lambda item, options: item if options.name == "relu" else 24,
)
