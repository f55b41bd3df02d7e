"""Upsampling: a map made larger, by repeating its cells or by lines between them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import product
from math import prod
from typing import Literal, get_args

from nnviz.fields import place
from nnviz.gradient import Backward, Part, Term
from nnviz.libraries import np
from nnviz.ops._layer import Layer, channels_first, float_name, places
from nnviz.options import kinds
from nnviz.options.operation import BUT_GRADIENTS, Operation
from nnviz.options.option import argument, option
from nnviz.plans import WindowPlan
from nnviz.records import dataclass
from nnviz.shapes import TransposedAxis, between, times, unravel
from nnviz.trace import (
    Call,
    Equation,
    Expr,
    Fact,
    Index,
    Name,
    Neg,
    Num,
    Product,
    Quotient,
    Results,
    Show,
    Snippet,
    Step,
    Steps,
    Sum,
    Trace,
    indexed,
)
from nnviz.words import Words

Mode = Literal["nearest", "bilinear"]
_MODES: tuple[Mode, ...] = get_args(Mode)
_TITLES = {"nearest": Words("Nearest upsampling"), "bilinear": Words("Bilinear upsampling")}


@dataclass(frozen=True, kw_only=True)
class UpsampleOptions:
    """How many times as large, and what stands in the new cells."""

    mode: Mode = argument(
        kind=kinds.choice(*_MODES), help="Cells repeated, or lines drawn between them."
    )
    by: tuple[int, ...] = option(
        "--by", kind=kinds.sizes(1), help="How many times as large each axis is.", default=(2,)
    )


def run(x: np.ndarray, options: UpsampleOptions) -> Trace:
    """Every cell of a larger map from one of x, or from up to four."""
    from nnviz.core.exact import cast
    from nnviz.core.upsample import linear, nearest

    samples, by = len(x) if x.ndim == 4 else 1, _by(options)
    channels_first(x.shape[x.ndim == 4 :], 2, "upsample")
    output = nearest(x, by) if options.mode == "nearest" else linear(cast(x, float_name(x)), by)
    return Trace(
        op="upsample",
        title=_TITLES[options.mode],
        short=_short(options),
        arrays={"input": x},
        results=Results(output=output),
        options={"mode": options.mode, "by": list(by)},
        roles={"input": "input", "output": "output"},
        equation=("input", "→", "output"),
        facts=tuple(_facts(options)),
        samples=samples,
        explain=_sentences,
        steps=Steps(output.size, lambda i: _step(i, x, output, options)),
        places=places(output.ndim),
        snippet=lambda: _snippet(x.shape, output.shape, options),
        backward=lambda g: _backward(x.shape, options, g),
    )


def _backward(shape: Index, options: UpsampleOptions, g: np.ndarray) -> Backward:
    """Each share of an output cell goes back to the cell that it was made from."""
    from nnviz.core.upsample import linear_back, nearest_back

    by, nearest = _by(options), options.mode == "nearest"

    def terms(index: Index) -> list[Term]:
        # What reads a cell lies on an axis at most as far from it as the next one's middle.
        axes = zip(index[-2:], shape[-2:], by, strict=True)
        near = (
            [
                (o, s)
                for o in range(max(0, (i - 1) * n), min(size, i + 2) * n)
                for at, s in _reads(options.mode, o, size, n)
                if at == i
            ]
            for i, size, n in axes
        )
        return [
            Term((*index[:-2], *(o for o, _ in both)), prod(s for _, s in both))
            for both in product(*near)
        ]

    part = Part(
        lambda: nearest_back(g, by) if nearest else linear_back(g.astype(np.float64), by),
        terms,
        places=places(len(shape)),
    )
    return Backward(g, {"input": part})


def _by(options: UpsampleOptions) -> tuple[int, ...]:
    return kinds.each_axis(options.by, 2, "--by")


def _facts(options: UpsampleOptions) -> list[Fact]:
    """Where in the input a cell of the output lies, along each axis: middles on middles."""
    half, found = Num(0.5), []
    for label, name, n in zip((Words("row"), Words("column")), "ij", _by(options), strict=True):
        at: Expr = Quotient(Sum((Name(name), half)), Num(n))
        at = Sum((at, Neg(half)))
        if options.mode == "nearest":
            at = Call("floor", (Quotient(Name(name), Num(n)),))
        found.append(Fact(label, Equation((Name(f"{name}′"), at))))
    return found


# --- steps -----------------------------------------------------------------------------


def _step(number: int, x: np.ndarray, output: np.ndarray, options: UpsampleOptions) -> Step:
    """A cell: the one that it repeats, or the sum of its neighbours, each by how near it is."""
    index = unravel(number, output.shape)
    axes = zip(index[-2:], x.shape[-2:], _by(options), strict=True)
    sides = [_reads(options.mode, *axis) for axis in axes]
    read = {(*index[:-2], row, column): p * q for (row, p), (column, q) in product(*sides)}
    value = output[index].item()
    made: Expr = Sum(
        tuple(Product((Num(x[at].item(), "input"), Num(p, "weight"))) for at, p in read.items())
    )
    if len(read) == 1:
        made = indexed("x", next(iter(read)), "input")
    return Step(
        number=number + 1,
        index=index,
        formula=(Equation((indexed("y", index, "output"), made, Num(value, "output"))),),
        value=value,
        detail={"from": [*map(list, read)], "weights": [*read.values()]},
        cells={"input": tuple(read), "output": (index,)},
    )


def _reads(mode: Mode, o: int, size: int, n: int) -> list[tuple[int, float]]:
    """What a cell of an axis n times as long is made from, each with its share."""
    if mode == "nearest":
        return [(o // n, 1)]
    low, high, share = between(o, size, n)
    return [(low, 1 - share), *([(high, share)] if share else [])]


def _sentences(_: Trace, step: Step, show: Show) -> Iterator[Words]:
    """Which cells a new one is made of, and which of them counts most."""
    read, shares = step.cells["input"], step.detail["weights"]
    if len(read) == 1:
        yield Words("The cell at {place} of the input is repeated.", place=place(read[0]))
        yield Words("No number is new here.")
        return
    yield Words(
        "It lies between {n} cells of the input: the nearer one is, the more it counts.",
        n=len(read),
    )
    most = max(range(len(shares)), key=shares.__getitem__)
    yield Words(
        "None has a larger share than the cell at {place}: {value}.",
        place=place(read[most]),
        value=show(shares[most]),
    )


def _snippet(shape: Index, made: Index, options: UpsampleOptions) -> Snippet:
    """PyTorch's call, which wants samples and channels."""
    whole = (1,) * (4 - len(shape)) + shape
    x = "{x}" if whole == shape else f"{{x}}.reshape{whole}"
    corners = "" if options.mode == "nearest" else ", align_corners=False"
    scale = _by(options)
    call = f'F.interpolate({x}, scale_factor={scale}, mode="{options.mode}"{corners})'
    return Snippet((call if whole == shape else f"{call}.reshape{made}",))


# --- as a layer ------------------------------------------------------------------------


def _short(options: UpsampleOptions) -> Words:
    size = times(_by(options))
    if options.mode == "nearest":
        return Words("nearest upsampling {size}", size=size)
    return Words("bilinear upsampling {size}", size=size)


def layer(shape: tuple[int, ...], options: UpsampleOptions) -> Layer:
    """Nothing to learn; what it reads is what a transposed convolution would."""
    channels, *space = channels_first(shape, 2, "upsample")
    axes = tuple(map(partial(_axis, options.mode), space, _by(options)))
    plan = WindowPlan(axes, channels, channels, channels)
    output = (*shape[:-2], *(axis.out for axis in axes))
    return Layer(output, plan=plan, name=_short(options))


def _axis(mode: Mode, size: int, n: int) -> TransposedAxis:
    """An axis whose cells are spread over those that are made of them: 2n cells, of odd n one
    less, where lines are drawn between.
    """
    if mode == "nearest":
        return TransposedAxis(size, n, n)
    return TransposedAxis(size, 2 * n - n % 2, n, before=n // 2, after=n // 2)


OPERATION = Operation(
    name="upsample",
    rank=8,
    help="A map made larger: cells repeated, or lines between them.",
    example='upsample nearest "1 2; 3 4"',
    more=('upsample bilinear "1 2; 3 4" --steps 6', 'upsample nearest "1 2; 3 4" --by 1x3'),
    record=UpsampleOptions,
    run=run,
    lacks=BUT_GRADIENTS,
    layer=layer,
    cell_bytes=lambda item, options: item if options.mode == "nearest" else 32,
    slides=True,
)
