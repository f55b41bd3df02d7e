"""Where the branches of a network meet: added number by number, or channels after channels."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial, reduce
from itertools import accumulate
from typing import Any

from nnviz.errors import NnvizError
from nnviz.fields import place
from nnviz.gradient import Backward, Part, Term
from nnviz.libraries import np
from nnviz.ops._layer import Layer, places
from nnviz.options.operation import Operation
from nnviz.records import dataclass, replace
from nnviz.shapes import times, unravel
from nnviz.trace import (
    Equation,
    Formula,
    Num,
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

Shape = tuple[int, ...]
ADDED = Words("add")


@dataclass(frozen=True, kw_only=True)
class JoinOptions:
    """What is known of the branches that is not in their shapes."""

    maps: bool = False
    """Whether a matrix is one channel of a map, as where windows slide; else rows of features."""
    batch: bool = False


def _named(count: int) -> dict[str, Words]:
    """What the arrays of the branches are called, and what a reader calls them."""
    return {
        "input" if n == 1 else f"input_{n}": Words("branch {n}", n=n) for n in range(1, count + 1)
    }


def _trace(
    op: str,
    said: tuple[Words, Words],
    x: tuple[np.ndarray, ...],
    output: np.ndarray,
    make: Callable[[int], Step],
    sign: str,
    call: str,
    back: Callable[[np.ndarray], Backward],
) -> Trace:
    names = _named(len(x))
    arrays = dict(zip(names, x, strict=True))
    signs = [part for name in names for part in (sign, name)][1:]
    return Trace(
        op=op,
        title=said[0],
        short=said[1],
        arrays=arrays,
        results=Results(output=output),
        roles={"output": "output", **dict.fromkeys(names, "input")},
        names=names,
        equation=(*signs, "=" if op == "add" else "→", "output"),
        explain=_sentences,
        steps=Steps(output.size, make),
        samples=len(output) if output.ndim > 3 else 1,
        places=places(output.ndim),
        snippet=lambda: Snippet((call,)),
        backward=back,
    )


def _sentences(_: Trace, step: Step, show: Show) -> Iterator[Words]:
    """Where a number comes from, and why branches meet."""
    value, source = show(step.value), step.detail.get("from")
    if source is None:
        yield Words("The numbers of all branches here are added: {value}.", value=value)
        yield Words("So a branch adds to what another gives, and replaces nothing of it.")
    else:
        branch, at = step.detail["branch"], place(source)
        yield Words("{value} is that of branch {n}, at {place}.", value=value, n=branch, place=at)
        yield Words("The branches stand one behind another, and nothing is mixed.")


def _calls(x: tuple[np.ndarray, ...]) -> list[str]:
    """What the branches are called in a snippet."""
    return ["{x}", *(f"{{x_{n}}}" for n in range(2, len(x) + 1))]


# --- added -----------------------------------------------------------------------


def _same(shapes: Sequence[Shape]) -> Shape:
    for shape in shapes[1:]:
        if shape != shapes[0]:
            raise NnvizError(
                "branches of {shape} and {other} cannot be added",
                shape=times(shapes[0]),
                other=times(shape),
                hint="a second pair of braces gives the input of a residual another shape: "
                "residual { … } { conv --filters 8 --size 1 }",
            )
    return shapes[0]


def _add(x: tuple[np.ndarray, ...], _: JoinOptions) -> Trace:
    from nnviz.core import exact

    _same([each.shape for each in x])
    # Whole numbers in the widest type: those of a picture would wrap.
    output = reduce(exact.add, [each if each.dtype.kind == "f" else each.astype(int) for each in x])

    def step(i: int) -> Step:
        index = unravel(i, output.shape)
        terms = [Num(each[index].item(), "input") for each in x]
        value = output[index].item()
        return Step(
            i + 1,
            index,
            (Equation((Sum(tuple(terms)), Num(value, "output"))),),
            value,
            {"terms": [term.value for term in terms]},
            dict.fromkeys((*_named(len(x)), "output"), (index,)),
        )

    def back(g: np.ndarray) -> Backward:
        whole = Part(lambda: g, lambda index: [Term(index, 1)], places=places(g.ndim))
        return Backward(g, dict.fromkeys(_named(len(x)), whole))

    said = Words("Sum of branches"), ADDED
    return _trace("add", said, x, output, step, "+", " + ".join(_calls(x)), back)


def _added(shapes: Any, _: JoinOptions) -> Layer:
    return Layer(_same(shapes), name=ADDED)


ADD: Operation[JoinOptions] = Operation(
    name="add",
    help="Branches added number by number.",
    example='net "residual { act relu }" "1 -2"',
    record=JoinOptions,
    run=_add,
    layer=_added,
    joins=True,
)


# --- channels after channels -----------------------------------------------------


def _laid(shapes: Sequence[Shape], options: JoinOptions) -> tuple[int, list[Shape]]:
    """The axis that is joined, and the shapes with it; a map of one channel gains it."""
    lead = int(options.batch)
    ranks = {len(shape) - lead for shape in shapes}
    if ranks == {2, 3} or (ranks == {2} and options.maps):
        shapes = [s if len(s) - lead == 3 else (*s[:lead], 1, *s[lead:]) for s in shapes]
        ranks = {3}
    if len(ranks) > 1:
        raise _unlike(shapes)
    rank = ranks.pop()
    axis = lead + (rank - 1 if rank < 3 else rank - 3)
    if len({(*s[:axis], *s[axis + 1 :]) for s in shapes}) > 1:
        raise _unlike(shapes)
    return axis, list(shapes)


def _unlike(shapes: Sequence[Shape]) -> NnvizError:
    return NnvizError(
        "branches of {shapes} cannot be joined: they may differ in their channels alone",
        shapes=", ".join(map(times, shapes)),
    )


def _concat(x: tuple[np.ndarray, ...], options: JoinOptions) -> Trace:
    axis, shapes = _laid([each.shape for each in x], options)
    parts = [each.reshape(shape) for each, shape in zip(x, shapes, strict=True)]
    output = np.concatenate(parts, axis)
    ends = [*accumulate(part.shape[axis] for part in parts)]
    starts = [0, *ends[:-1]]
    names = [*_named(len(x))]

    def back(g: np.ndarray) -> Backward:
        return Backward(g, dict(zip(names, map(partial(_cut, g, axis), x, starts), strict=True)))

    laid = zip(_calls(x), x, shapes, strict=True)
    each = (call if a.shape == s else f"{call}.reshape{s}" for call, a, s in laid)
    call = f"torch.cat([{', '.join(each)}], {axis})"

    def step(i: int) -> Step:
        index = unravel(i, output.shape)
        branch = max(n for n, start in enumerate(starts) if start <= index[axis])
        source = (*index[:axis], index[axis] - starts[branch], *index[axis + 1 :])
        own = x[branch].shape
        if len(own) < len(source):  # the channel that it gained
            source = (*source[:axis], *source[axis + 1 :])
        value = output[index].item()
        return Step(
            i + 1,
            index,
            _moved(source, index, branch + 1, value),
            value,
            {"branch": branch + 1, "from": list(source)},
            {names[branch]: (source,), "output": (index,)},
        )

    said = Words("Branches joined"), _joined_in(axis, shapes)
    return _trace("concat", said, x, output, step, "|", call, back)


def _cut(g: np.ndarray, axis: int, x: np.ndarray, start: int) -> Part:
    """What goes back to a branch that begins at a channel."""
    gained = g.ndim > x.ndim
    count = 1 if gained else x.shape[axis]

    def terms(index: Shape) -> list[Term]:
        own = (*index[:axis], 0, *index[axis:]) if gained else index
        return [Term((*own[:axis], own[axis] + start, *own[axis + 1 :]), 1)]

    cut = (slice(None),) * axis + (slice(start, start + count),)
    return Part(lambda: g[cut].reshape(x.shape), terms, places=places(x.ndim))


def _moved(source: Shape, index: Shape, branch: int, value: Any) -> Formula:
    """y₁,₀,₀ = b⁽²⁾₀,₀,₀ = 3."""
    place = indexed("b", source, "input")._replace(sup=f"({branch})")
    return (Equation((indexed("y", index, "output"), place, Num(value, "output"))),)


def _joined(shapes: Any, options: JoinOptions) -> Layer:
    axis, laid = _laid(shapes, replace(options, batch=False))
    output = (*laid[0][:axis], sum(s[axis] for s in laid), *laid[0][axis + 1 :])
    return Layer(output, name=_joined_in(axis, laid))


def _joined_in(axis: int, shapes: Sequence[Shape]) -> Words:
    """What it is called: concat 256+128."""
    return Words("concat {parts}", parts="+".join(str(shape[axis]) for shape in shapes))


CONCAT: Operation[JoinOptions] = Operation(
    name="concat",
    help="Branches joined, channels after channels.",
    example='net "concat { act relu } { }" "1 -2"',
    record=JoinOptions,
    run=_concat,
    layer=_joined,
    batched=lambda options: replace(options, batch=True),
    joins=True,
)

JOINS = {"add": ADD, "concat": CONCAT}
