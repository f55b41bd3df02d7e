"""Mistakes in how a window slides: its stride, padding and dilation, its last places."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from operator import itemgetter
from typing import Any, TypeVar

from nnviz.checking.case import Case, Mistake, Turned, instead
from nnviz.checking.mistakes import _any
from nnviz.shapes import times
from nnviz.trace import Trace
from nnviz.words import Words

Pair = tuple[int, int]
Each = TypeVar("Each", int, Pair)


def slid(trace: Trace) -> dict[str, Any]:
    """How the windows of a trace slide, as options."""
    assert trace.plan is not None
    axes = trace.plan.axes
    return {
        "stride": tuple(a.stride for a in axes),
        "dilation": tuple(a.dilation for a in axes),
        "padding": tuple((a.before, a.after) for a in axes),
        "dims": trace.plan.dims,
    }


def _others(
    ours: tuple[Each, ...], usual: Each | None, moved: Callable[[Each, int], Each]
) -> Iterator[tuple[Each, ...]]:
    """What may be taken for one value an axis: the usual one, one more or less, the axes
    swapped, one more or less along one axis alone.
    """
    if usual is not None:
        yield (usual,) * len(ours)
    for more in (1, -1):
        yield tuple(moved(n, more) for n in ours)
    yield ours[::-1]
    for axis in range(len(ours)):
        for more in (1, -1):
            yield tuple(moved(n, more) if i == axis else n for i, n in enumerate(ours))


def _said(sizes: Iterable[object]) -> str:
    """One number where all axes have the same."""
    made = list(map(str, sizes))
    return made[0] if len(set(made)) == 1 else times(made)


def size_mistake(name: str, rank: int, what: Words, option: str, usual: int | None) -> Mistake:
    """Another stride, dilation or window than was asked for."""

    def turn(case: Case) -> Iterator[Turned]:
        ours = getattr(case.options, option) or ()
        for yours in dict.fromkeys(_others(ours, usual, lambda n, more: n + more)):
            if yours != ours and min(yours) > 0:
                said = instead(what, _said(yours), _said(ours))
                changes: dict[str, Any] = {option: yours}
                yield case.turned(said, **changes)
                if isinstance(case.asked.padding, str):  # the padding follows
                    yield case.turned(said, **changes, padding=case.asked.padding)

    return Mistake(name, rank, turn)


def _paddings(ours: tuple[Pair, ...], kernel: tuple[int, ...]) -> Iterator[tuple[Pair, ...]]:
    yield from _others(ours, (0, 0), lambda pair, more: (pair[0] + more, pair[1] + more))
    yield tuple((before, 0) for before, _ in ours)
    yield tuple((0, after) for _, after in ours)
    yield tuple((after, before) for before, after in ours)
    yield tuple((k // 2, k // 2) for k in kernel)
    yield tuple((k - 1, k - 1) for k in kernel)
    yield tuple((k - 1 - b, k - 1 - a) for k, (b, a) in zip(kernel, ours, strict=True))


def _padding(case: Case) -> Iterator[Turned]:
    plan, ours = case.trace.plan, case.options.padding
    for yours in dict.fromkeys(_paddings(ours, plan.kernel)) if plan else ():
        if yours != ours and min(map(min, yours)) >= 0:
            said = [_said(a if a == b else f"{a}+{b}" for a, b in pairs) for pairs in (yours, ours)]
            yield case.turned(instead(Words("padding"), *said), padding=yours)


_CUTS: tuple[tuple[Words, tuple[Any, ...]], ...] = (
    (Words("the last row and column left out"), (..., slice(-1), slice(-1))),
    (Words("the last row left out"), (..., slice(-1), slice(None))),
    (Words("the last column left out"), (..., slice(-1))),
    (Words("the first row and column left out"), (..., slice(1, None), slice(1, None))),
    (Words("the first row left out"), (..., slice(1, None), slice(None))),
    (Words("the first column left out"), (..., slice(1, None))),
)


def _edge(case: Case) -> Iterator[Turned]:
    """A loop that ends, or begins, one too far inside."""
    for said, cut in _CUTS:
        if len(cut) - 1 <= case.trace.output.ndim:
            yield case.turned(said, moved=itemgetter(cut))


SLIDING = (
    size_mistake("stride", 2, Words("stride"), "stride", 1),
    Mistake("padding", 2, _padding),
    size_mistake("dilation", 3, Words("dilation"), "dilation", 1),
    Mistake("edge-left-out", 5, _edge),
    *_any.MISTAKES,
)
