"""Flatten: a matrix becomes a vector, and neighbours come apart."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

from nnviz.errors import UsageError
from nnviz.fields import place
from nnviz.gradient import Backward, Part, Term
from nnviz.libraries import np
from nnviz.numerals import exact
from nnviz.ops._layer import Layer, places
from nnviz.options import kinds
from nnviz.options.operation import BUT_GRADIENTS, Operation
from nnviz.options.option import option
from nnviz.records import dataclass, replace
from nnviz.shapes import ravel, unravel
from nnviz.trace import (
    Equation,
    Fact,
    Index,
    Num,
    Results,
    Show,
    Snippet,
    Step,
    Steps,
    Trace,
    indexed,
)
from nnviz.words import Words

NAME = Words("flatten")


@dataclass(frozen=True, kw_only=True)
class FlattenOptions:
    """Where the axes are joined."""

    axis: int = option(
        "--axis",
        kind=kinds.index(),
        help="0 gives a vector; any other the two axes of ONNX's Flatten.",
        default=0,
    )


def _shape(shape: tuple[int, ...], axis: int) -> tuple[int, ...]:
    """The flattened shape: a vector for axis 0, else ONNX's two axes."""
    if not -len(shape) <= axis <= len(shape):
        raise UsageError(
            "--axis {axis} is out of range for an input of {n} axes", axis=axis, n=len(shape)
        )
    if axis == 0:
        return (prod(shape),)
    axis += len(shape) if axis < 0 else 0
    return (prod(shape[:axis]), prod(shape[axis:]))


def run(x: np.ndarray, options: FlattenOptions) -> Trace:
    """Lay the rows of x end to end."""
    output = x.reshape(_shape(x.shape, options.axis))

    def step(i: int) -> Step:
        source, index = unravel(i, x.shape), unravel(i, output.shape)
        value = x[source].item()
        place = indexed("x", source, "input")
        target = indexed("v", index, "output")
        return Step(
            number=i + 1,
            index=index,
            formula=(Equation((target, place, Num(value, "output"))),),
            value=value,
            detail={"from": list(source)},
            cells={"input": (source,), "output": (index,)},
        )

    return Trace(
        op="flatten",
        title=Words("Flatten"),
        short=NAME,
        arrays={"input": x},
        results=Results(output=output),
        options={"axis": options.axis},
        roles={"input": "input", "output": "output"},
        equation=("input", "→", "output"),
        facts=tuple(_apart(x.shape)) if output.ndim == 1 else (),
        said=(Words("axis {n}", n=exact(options.axis)),) if options.axis else (),
        steps=Steps(output.size, step),
        explain=_sentences,
        places=places(output.ndim),
        snippet=lambda: Snippet((f"{{x}}.reshape{output.shape}",)),
        backward=lambda g: _backward(x, g),
    )


def _backward(x: np.ndarray, g: np.ndarray) -> Backward:
    """Each gradient goes back to where its number came from."""

    def terms(index: Index) -> list[Term]:
        return [Term(unravel(ravel(index, x.shape), g.shape), 1)]

    return Backward(g, {"input": Part(lambda: g.reshape(x.shape), terms, places=places(x.ndim))})


def _sentences(trace: Trace, step: Step, show: Show) -> Iterator[Words]:
    """Where a number was, where it comes to, and how far its neighbour comes to be."""
    shape, source = trace.arrays["input"].shape, step.detail["from"]
    yield Words(
        "{value} is moved from {place} to {target}.",
        value=show(step.value),
        place=place(source),
        target=place(step.index),
    )
    yield Words("Row after row is read, and it comes after {n} numbers.", n=step.number - 1)
    if trace.output.ndim == 1 and len(shape) > 1 and shape[-1] > 1:
        if source[-2] + 1 < shape[-2]:
            yield Words(
                "The number below it comes to be {n} cells behind it, no more beside it.",
                n=shape[-1],
            )
        elif source[-2]:
            yield Words(
                "The number above it comes to be {n} cells before it, no more beside it.",
                n=shape[-1],
            )


def _apart(shape: tuple[int, ...]) -> list[Fact]:
    """How far apart two cells that stood one above the other come to stand."""
    if len(shape) < 2 or shape[-2] < 2 or shape[-1] < 2:
        return []
    label = Words("one below the other becomes {n} apart", n=shape[-1])
    return [Fact(label)]


def layer(shape: tuple[int, ...], options: FlattenOptions) -> Layer:
    """Nothing to learn; a batch axis is not part of `shape`."""
    return Layer(_shape(shape, options.axis), name=NAME)


OPERATION = Operation(
    name="flatten",
    rank=7,
    help="A matrix as a vector, row after row.",
    example='flatten "1 2 3; 4 5 6"',
    more=(
        'flatten "[[[1,2],[3,4]],[[5,6],[7,8]]]" --axis 1',
        'flatten "1 2; 3 4" --json',
    ),
    record=FlattenOptions,
    run=run,
    lacks=BUT_GRADIENTS,
    layer=layer,
    batched=lambda options: replace(options, axis=options.axis or 1),
)
