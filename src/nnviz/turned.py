"""The index map of a window turned round: by what it reads, and by its kernel cells.

Made of the pairs that each output cell's own `taps` give, so that the way back reads what the
way forward did.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from itertools import product

from nnviz.plans import Index, WindowAxis, WindowPlan
from nnviz.records import NamedTuple
from nnviz.shapes import PadMode

Pairs = tuple[tuple[int, int], ...]


class Turned(NamedTuple):
    """An axis by what its windows read."""

    by_source: tuple[Pairs, ...]
    """For each input cell the output cells that read it, each with the kernel cell by which."""
    by_kernel: tuple[Pairs, ...]
    """For each kernel cell the output cells, each with the input cell that it reads there."""


@lru_cache(maxsize=64, typed=True)  # axes of two kinds may be equal as tuples
def turned(axis: WindowAxis, mode: PadMode = "zeros") -> Turned:
    """An axis turned round; zeros of the padding are read by nobody.

    >>> from nnviz.shapes import Axis
    >>> turned(Axis(size=3, kernel=2)).by_source
    (((0, 0),), ((0, 1), (1, 0)), ((1, 1),))
    """
    sources: list[list[tuple[int, int]]] = [[] for _ in range(axis.size)]
    kernels: list[list[tuple[int, int]]] = [[] for _ in range(axis.kernel)]
    for o in range(axis.out):
        for k, p in axis.taps(o, real=mode == "zeros"):
            source = axis.source(p, mode)
            if source is not None:
                sources[source].append((o, k))
                kernels[k].append((o, source))
    return Turned(tuple(map(tuple, sources)), tuple(map(tuple, kernels)))


def readers(plan: WindowPlan[WindowAxis], cell: Index) -> list[tuple[Index, Index]]:
    """The output cells of a map that read an input cell, each with the kernel cell by which."""
    return _together((turned(axis, plan.mode).by_source for axis in plan.axes), cell)


def meetings(plan: WindowPlan[WindowAxis], kernel: Index) -> list[tuple[Index, Index]]:
    """The output cells at which a kernel cell meets an input cell, each with that cell."""
    return _together((turned(axis, plan.mode).by_kernel for axis in plan.axes), kernel)


def _together(along: Iterable[tuple[Pairs, ...]], cell: Index) -> list[tuple[Index, Index]]:
    """The pairs of a cell on every axis, put together."""
    found = product(*(pairs[at] for pairs, at in zip(along, cell, strict=True)))
    return [(tuple(a for a, _ in pairs), tuple(b for _, b in pairs)) for pairs in found]
