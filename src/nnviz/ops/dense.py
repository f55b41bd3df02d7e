"""A fully connected layer: every output is a weighted sum of every input."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod
from typing import Any

from nnviz.errors import NnvizError, UsageError
from nnviz.fields import place
from nnviz.gradient import Backward
from nnviz.libraries import np
from nnviz.ops._layer import Layer, float_name, places
from nnviz.options import kinds
from nnviz.options.operation import BUT_GRADIENTS, Operation
from nnviz.options.option import option
from nnviz.records import dataclass
from nnviz.sentences import heaviest, summed
from nnviz.shapes import times, unravel
from nnviz.trace import (
    Equation,
    Expr,
    Fact,
    Index,
    Name,
    Num,
    Product,
    Results,
    Show,
    Snippet,
    Step,
    Steps,
    Sum,
    Trace,
)
from nnviz.words import Words


@dataclass(frozen=True, kw_only=True)
class DenseOptions:
    """The weights of a fully connected layer: given, or drawn at random."""

    weight: np.ndarray | None = option(
        "--weight", kind=kinds.array(), help="The weights, out×in.", apart_from=("units",)
    )
    units: int | None = option(
        "--units", kind=kinds.count(1), help="Draw the weights of this many outputs."
    )
    seed: int = option(
        "--seed",
        kind=kinds.count(0),
        help="Seed of the random weights.",
        default=0,
        belongs_to=("units",),
    )
    bias: np.ndarray | None = option(
        "--bias",
        kind=kinds.array(),
        help="One number, one an output, or a matrix that broadcasts.",
    )
    no_bias: bool = option(
        "--no-bias",
        help="Random weights without a bias.",
        belongs_to=("units",),
        apart_from=("bias",),
    )


def _check(shape: tuple[int, ...]) -> None:
    if len(shape) not in (1, 2):
        raise NnvizError(
            "the input {shape} has {n} axes, but dense takes a vector or rows of them",
            shape=times(shape),
            n=len(shape),
            hint="flatten makes a vector of any input",
        )


def _shape(inputs: int, options: DenseOptions) -> tuple[int, int]:
    """(out, in) of the weights, checked against the inputs."""
    weight, units = options.weight, options.units
    if units is not None:
        return units, inputs
    if weight is None:
        raise UsageError(
            "dense needs --weight W or --units N",
            hint="--units N draws the weights of N outputs at random",
        )
    if weight.ndim > 2:
        raise NnvizError("--weight {shape} is not a matrix of out×in", shape=times(weight.shape))
    weight = _rows(weight)
    if weight.shape[1] != inputs:
        raise NnvizError(
            "--weight is {out}×{given}, but the input has {inputs} numbers",
            out=weight.shape[0],
            given=weight.shape[1],
            inputs=inputs,
            hint=Words("it must be {out}×{inputs}", out=weight.shape[0], inputs=inputs),
        )
    return weight.shape[0], inputs


def _rows(weight: np.ndarray) -> np.ndarray:
    """Weights as a matrix: a vector is the row of one output."""
    return weight.reshape((1,) * (2 - weight.ndim) + weight.shape)


def _bias(out: tuple[int, ...], options: DenseOptions) -> np.ndarray | None:
    """One number an output, or a matrix that broadcasts to `out`, as Gemm's C."""
    bias = options.bias
    if options.no_bias:
        return None
    if bias is None:
        if options.units is None:
            return None
        return np.random.default_rng([options.seed, 1]).integers(-2, 3, out[-1])
    if not _broadcasts(bias.shape, out):
        raise NnvizError(
            "--bias has {n} numbers for {units} outputs",
            n=times(bias.shape),
            units=times(out),
            hint="give one number, one an output, or a matrix that broadcasts to the outputs",
        )
    return bias if bias.ndim > 1 else np.broadcast_to(bias.reshape(-1), out[-1:])


def _broadcasts(shape: tuple[int, ...], out: tuple[int, ...]) -> bool:
    """Whether an array of `shape` stretches to `out`: its last axes are 1, or the same."""
    aligned = zip(reversed(shape), reversed(out), strict=False)
    return len(shape) <= len(out) and all(n in (1, wanted) for n, wanted in aligned)


def run(x: np.ndarray, options: DenseOptions) -> Trace:
    """y = W x + b for a vector x, or for every row of a matrix."""
    from nnviz.core.dense import dense
    from nnviz.core.exact import cast

    _check(x.shape)
    shape = _shape(x.shape[-1], options)
    if options.weight is None:
        w = np.random.default_rng(options.seed).integers(-2, 3, shape)
    else:
        w = _rows(options.weight)
    b = _bias((*x.shape[:-1], shape[0]), options)
    dtype = float_name(x, w, b)
    if dtype == "float32" and any(a is not None and a.dtype.kind == "f" for a in (w, b)):
        x, w = cast(x, dtype), cast(w, dtype)
        b = None if b is None else cast(b, dtype)
    output = dense(x, w, b)

    def step(i: int) -> Step:
        index = unravel(i, output.shape)
        return _step(i, index, x, w, b, output[index].item())

    arrays = {"weight": w, "input": x}
    equation = ["weight", "·", "input"]
    if b is not None:
        arrays["bias"] = b
        equation += ["+", "bias"]
    equation += ["=", "output"]
    if x.ndim == 2:  # rows of inputs make rows of outputs: no product in this order
        equation = ["input", "→", "output"]
    return Trace(
        op="dense",
        title=Words("Fully connected layer"),
        short=_short(shape[0]),
        arrays=arrays,
        results=Results(output=output),
        options={"units": shape[0]},
        roles={"input": "input", "weight": "weight", "bias": "bias", "output": "output"},
        equation=tuple(equation),
        facts=(Fact(Words("definition"), _definition(b is not None)),),
        steps=Steps(output.size, step),
        explain=_sentences,
        places=places(output.ndim),
        snippet=lambda: _snippet(w, b),
        backward=lambda g: _backward(x, w, b, g),
    )


def _backward(x: np.ndarray, w: np.ndarray, b: np.ndarray | None, g: np.ndarray) -> Backward:
    from nnviz.ops._dense_backward import dense_backward

    return dense_backward(x, w, b, g)


def _snippet(w: np.ndarray, b: np.ndarray | None) -> Snippet:
    if b is None:
        return Snippet(("F.linear({x}, {w})",), {"w": w})
    calls = ("F.linear({x}, {w}, {b})",) if b.ndim == 1 else ("F.linear({x}, {w})", "{x} + {b}")
    return Snippet(calls, {"w": w, "b": b})


def _definition(has_bias: bool) -> Equation:
    product: Expr = Product((Name("W", role="weight"), Name("x", role="input")), dot=True)
    right = Sum((product, Name("b", role="bias"))) if has_bias else product
    return Equation((Name("y", role="output"), right))


def _step(
    i: int, index: Index, x: np.ndarray, w: np.ndarray, b: np.ndarray | None, value: Any
) -> Step:
    row = x[index[:-1]]
    unit = index[-1]
    terms = [[a.item(), weight.item()] for a, weight in zip(row, w[unit], strict=True)]
    place = () if b is None else _place(b.shape, index)
    bias = 0 if b is None else b[place].item()
    parts: list[Expr] = [Product((Num(a, "input"), Num(k, "weight"))) for a, k in terms]
    cells: dict[str, tuple[Index, ...]] = {
        "input": tuple((*index[:-1], k) for k in range(len(terms))),
        "weight": tuple((unit, k) for k in range(len(terms))),
        "output": (index,),
    }
    if b is not None:
        parts.append(Num(bias, "bias"))
        cells["bias"] = (place,)
    return Step(
        number=i + 1,
        index=index,
        formula=(Equation((Sum(tuple(parts)), Num(value, "output"))),),
        value=value,
        detail={"terms": terms, "bias": bias},
        cells=cells,
    )


def _sentences(trace: Trace, step: Step, show: Show) -> Iterator[Words]:
    """What an output is made of, and which product counts most."""
    terms = step.detail["terms"]
    each = Words("Each input is multiplied by its weight in row {row}", row=step.index[-1])
    yield summed(each, trace, step, step.value, show)
    yield from heaviest(terms, lambda k: place(step.cells["input"][k]), show)
    yield Words("Every output reads every input: that is what fully connected means.")


def _place(shape: tuple[int, ...], index: Index) -> Index:
    """Where the bias of an output cell stands in a bias of `shape`."""
    last = index[-len(shape) :]
    return tuple(0 if n == 1 else i for n, i in zip(shape, last, strict=True))


def _short(units: int) -> Words:
    return Words("dense {n}", n=units)


def layer(shape: tuple[int, ...], options: DenseOptions) -> Layer:
    """Parameters and MACs over an input of `shape`: a vector, or rows of them."""
    _check(shape)
    *rows, last = shape
    units, inputs = _shape(last, options)
    bias = options.bias
    has_bias = not options.no_bias and (options.units is not None or bias is not None)
    biases = (units if bias is None else max(bias.size, units)) if has_bias else 0
    return Layer(
        output=(*rows, units),
        formula=f"{inputs} × {units}" + (f" + {biases}" if biases else ""),
        weights=inputs * units,
        biases=biases,
        macs=prod(rows) * inputs * units,
        everywhere=(-1,),
        name=_short(units),
        learned=_learned(units, inputs, options),
    )


def _learned(units: int, inputs: int, options: DenseOptions) -> dict[str, tuple[int, ...]]:
    given = {"weight": options.weight is not None, "bias": options.bias is not None}
    given["bias"] |= options.no_bias or options.units is None
    shapes = {"weight": (units, inputs), "bias": (units,)}
    return {name: shape for name, shape in shapes.items() if not given[name]}


OPERATION = Operation(
    name="dense",
    rank=6,
    help="A fully connected layer: W x + b.",
    example='dense "1 2 3" --weight "1 0 -1; 2 1 0" --bias "1 -1"',
    more=(
        'dense "1 2 3" --units 2 --seed 4',
        'dense "1 2" --weight "1 0; 0 1" --bias "1 2"',
    ),
    record=DenseOptions,
    run=run,
    lacks=BUT_GRADIENTS,
    layer=layer,
    cell_bytes=lambda *_: 16,
)
