"""Mistakes in laying numbers end to end: by columns, channels last, at another axis."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations

from nnviz.checking.case import Case, Mistake, Turned, instead
from nnviz.words import Words


def _orders(case: Case) -> Iterator[Turned]:
    x, shape = case.x, case.trace.output.shape
    for order in permutations(range(x.ndim)):
        if order == tuple(range(x.ndim)):
            continue
        if x.ndim == 2:
            said = Words("rows for columns: column after column")
        elif order == (*range(1, x.ndim), 0):
            said = Words("the channels last")
        else:
            said = Words("the axes in the order {order}", order=", ".join(map(str, order)))
        yield case.turned(said, x.transpose(order), lambda output: output.reshape(shape))


def _axis(case: Case) -> Iterator[Turned]:
    ours = case.options.axis % (case.x.ndim + (case.options.axis >= 0))
    for yours in range(case.x.ndim + 1):
        if yours != ours:
            yield case.turned(instead(Words("axis"), yours, ours), axis=yours)


def _reversed(case: Case) -> Iterator[Turned]:
    if case.x.ndim > 1:
        back = case.x.copy()
        back[..., 1::2, :] = back[..., 1::2, ::-1]
        yield case.turned(Words("every second row from right to left"), back)
    yield case.turned(Words("from the end"), case.x[(slice(None, None, -1),) * case.x.ndim])


MISTAKES = (
    Mistake("order", 1, _orders),
    Mistake("axis", 2, _axis),
    Mistake("reversed", 4, _reversed),
)
