"""Dropout: nothing when a network is run; in training, numbers left out at random."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from nnviz.errors import UsageError
from nnviz.gradient import Backward, Part, Term
from nnviz.libraries import np
from nnviz.numerals import exact
from nnviz.ops._layer import Layer, float_name, places
from nnviz.options import kinds
from nnviz.options.operation import BUT_GRADIENTS, Operation
from nnviz.options.option import argument, option
from nnviz.records import dataclass
from nnviz.shapes import unravel
from nnviz.trace import (
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
)
from nnviz.words import Words


@dataclass(frozen=True, kw_only=True)
class DropoutOptions:
    """How much is left out, and whether it is."""

    p: float = argument(kind=kinds.number(), help="The share that is left out, from 0 to 1.")
    train: bool = option("--train", help="Leave numbers out, as in training.")
    seed: int = option(
        "--seed",
        kind=kinds.count(0),
        help="Seed of what is left out.",
        default=0,
        belongs_to=("train",),
    )
    by_channel: bool = option("--by-channel", help="Whole channels are left out, or none of one.")


def run(x: np.ndarray, options: DropoutOptions) -> Trace:
    """x itself; in training m·x / (1 − p), where m is 0 with probability p, else 1."""
    _check(options)
    mask = _mask(x.shape, options) if options.train else None
    output = x if mask is None else _dropped(x, mask, options.p)

    def step(i: int) -> Step:
        index = unravel(i, x.shape)
        value, at = output[index].item(), Num(x[index].item(), "input")
        made = at if mask is None else _scaled(Num(mask[index].item(), "weight"), at, options.p)
        return Step(
            number=i + 1,
            index=index,
            formula=(Equation((made, Num(value, "output"))),),
            value=value,
            detail={"x": at.value} | ({} if mask is None else {"mask": mask[index].item()}),
            cells=dict.fromkeys(("input", "output", "mask"), (index,)),
        )

    return Trace(
        op="dropout",
        title=Words("Dropout"),
        short=_short(options),
        arrays={"input": x},
        results=Results(output=output, **({} if mask is None else {"mask": mask})),
        options={"p": options.p, "train": options.train, "by_channel": options.by_channel},
        roles={"input": "input", "mask": "weight", "output": "output"},
        equation=("input", *(() if mask is None else ("⊙", "mask")), "→", "output"),
        facts=_facts(options),
        said=_said(options),
        samples=len(x) if x.ndim > 3 else 1,
        explain=_sentences,
        steps=Steps(output.size, step),
        places=places(output.ndim),
        snippet=lambda: _snippet(mask, options),
        backward=lambda g: _backward(mask, options.p, g),
    )


def _backward(mask: np.ndarray | None, p: float, g: np.ndarray) -> Backward:
    """What was left out gets nothing; what was kept what arrives, divided by 1 − p as it was."""

    def terms(index: Index) -> list[Term]:
        if mask is None:
            return [Term(index, 1)]
        kept = mask[index].item()
        return [Term(index, kept / (1 - p or 1), index)] if kept else []

    made = partial(_dropped, g, mask, p) if mask is not None else lambda: g
    return Backward(g, {"input": Part(made, terms, places=places(g.ndim))})


def _sentences(trace: Trace, step: Step, show: Show) -> Iterator[Words]:
    """Whether a number stays, and what that is good for."""
    x, p = show(step.detail["x"]), show(trace.options["p"])
    if not trace.options["train"]:
        yield Words("{x} is handed on as it is: this network is run, not trained.", x=x)
        yield Words("In training, a share of {p} would be left out at random.", p=p)
        return
    if step.detail["mask"]:
        value = show(step.value)
        yield Words("{x} is kept, divided by 1 − {p}: {value}.", x=x, p=p, value=value)
        yield Words("So the sum is in the mean what it would be without dropout.")
    else:
        yield Words("{x} is left out, as a share of {p} is.", x=x, p=p)
        yield Words("Since any number may be missing, none can be relied on alone.")


def _check(options: DropoutOptions) -> None:
    if not 0 <= options.p <= 1:
        raise UsageError("{what} {value} is not from 0 to 1", what="P", value=exact(options.p))


def _mask(shape: tuple[int, ...], options: DropoutOptions) -> np.ndarray:
    """1 for what stays."""
    own = (*shape[:-2], 1, 1)[-len(shape) :] if options.by_channel and len(shape) > 1 else shape
    drawn = np.random.default_rng(options.seed).random(own) >= options.p
    return np.broadcast_to(drawn.astype(np.int64), shape)


def _dropped(x: np.ndarray, mask: np.ndarray, p: float) -> np.ndarray:
    from nnviz.core.exact import cast

    x = cast(x, float_name(x))
    with np.errstate(all="ignore"):
        made: np.ndarray = mask.astype(x.dtype) * x / (1 - p or 1)
        return made


def _scaled(m: Expr, x: Expr, p: float) -> Expr:
    """m·x / (1 − p): in the mean as much as without it; all that is left out stays so."""
    return Quotient(Product((m, x)), Sum((Num(1), Neg(Num(p))))) if p < 1 else Product((m, x))


def _facts(options: DropoutOptions) -> tuple[Fact, ...]:
    x, y = Name("x", role="input"), Name("y", role="output")
    if not options.train:
        return (Fact(Words("off when a network is run"), Equation((y, x))),)
    made = _scaled(Name("m", role="weight"), x, options.p)
    return (Fact(Words("training"), Equation((y, made))),)


def _said(options: DropoutOptions) -> tuple[Words, ...]:
    where = (Words("whole channels"),) if options.by_channel else ()
    drawn = (Words("mask of seed {n}", n=exact(options.seed)),) if options.train else ()
    return (Words("p = {value}", value=exact(options.p)), *drawn, *where)


def _snippet(mask: np.ndarray | None, options: DropoutOptions) -> Snippet:
    if mask is None:
        return Snippet((f"F.dropout({{x}}, {options.p}, training=False)",))
    scale = f" / (1 - {options.p})" if options.p < 1 else ""
    return Snippet((f"{{x}} * {{mask}}{scale}",), {"mask": mask})


def _short(options: DropoutOptions) -> Words:
    return Words("dropout {p}", p=exact(options.p))


def layer(shape: tuple[int, ...], options: DropoutOptions) -> Layer:
    """Nothing to learn, and no MACs when it is run."""
    _check(options)
    return Layer(shape, name=_short(options))


OPERATION = Operation(
    name="dropout",
    rank=8,
    help="Dropout: nothing when run, numbers left out in training.",
    example='dropout 0.5 "1 2; 3 4" --train --seed 1',
    more=('dropout 0.5 "1 2; 3 4"', 'dropout 0.25 "1 2 3 4" --train --seed 1'),
    record=DropoutOptions,
    run=run,
    lacks=BUT_GRADIENTS,
    layer=layer,
    cell_bytes=lambda item, options: 32 if options.train else item,
)
