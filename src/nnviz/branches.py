"""How the layers of a network hang together: in a row, in lanes that meet, past each other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import reduce

from nnviz.records import NamedTuple

DEEPEST = 2
"""Levels that a list sets in."""
Sources = Sequence[Sequence[int]]
"""The layers that each layer takes, from 1; 0 is the input."""


class Chain(NamedTuple):
    """Layers one after the other."""

    items: tuple[Item, ...]
    lines: tuple[tuple[int, int], ...] = ()
    """What goes past some of them: from a layer, or from what comes in, to one further on."""


class Item(NamedTuple):
    """A layer, with the lanes that meet in it."""

    layer: int
    lanes: tuple[Chain, ...] = ()
    """Two and more, of which one may be empty; none where it takes the layer before."""


def branched(sources: Sources) -> Chain:
    """The layers with their branches side by side; in a row where they do not nest.

    >>> branched([(0,), (1,), (2, 1)]).lines
    ((1, 3),)
    >>> [lane.items for lane in branched([(0,), (0,), (1, 2)]).items[0].lanes]
    [(Item(layer=1, lanes=()),), (Item(layer=2, lanes=()),)]
    """
    found = _Branches(sources).chain(0, len(sources))
    whole = sorted(layers(found)) == [*range(1, len(sources) + 1)]
    return found if whole and _closed(found, 0) else in_a_row(sources)


def in_a_row(sources: Sources) -> Chain:
    """The layers in their order, with lines to those that take another than the one before.

    >>> in_a_row([(0,), (0,), (1, 2)]).lines
    ((0, 2), (1, 3))
    """
    lines = [(s, n) for n, taken in enumerate(sources, 1) for s in {*taken} if s != n - 1]
    return Chain(tuple(Item(n) for n in range(1, len(sources) + 1)), tuple(lines))


def marked(sources: Sources, first: str, more: str) -> list[str]:
    """What stands before each layer in a list: what is in branches is set in, level by level.

    >>> marked([(0,), (1,), (1,), (3,), (2, 4)], "•", " ")
    ['', '•', '•', ' ', '']
    """
    found = [""] * len(sources)

    def mark(chain: Chain, outside: list[bool]) -> None:
        """`outside`: of each level that it is in, whether that begins with it."""
        places = {item.layer: i for i, item in enumerate(chain.items)}
        past = [(places.get(start, -1), places[end]) for start, end in chain.lines]
        for i, item in enumerate(chain.items):
            over = sorted(start for start, end in past if start < i < end)
            levels = [*outside, *(start == i - 1 for start in over)]
            signs = (first if begins else more for begins in levels[:DEEPEST])
            found[item.layer - 1] = "".join(signs)
            for lane in item.lanes:
                mark(lane, [*levels, True])
                levels = [False] * len(levels)
            outside = [False] * len(outside)

    mark(branched(sources), [])
    return found


def layers(chain: Chain) -> Iterator[int]:
    """The numbers of all layers in it."""
    for item in chain.items:
        yield item.layer
        for lane in item.lanes:
            yield from layers(lane)


def _closed(chain: Chain, start: int) -> bool:
    """Whether every line begins in the chain that it ends in."""
    before = [start, *(item.layer for item in chain.items)]
    inside = all(
        _closed(lane, first)
        for first, item in zip(before, chain.items, strict=False)
        for lane in item.lanes
    )
    return inside and all(first in before for first, _ in chain.lines)


class _Branches:
    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._above = [0]
        """Of each layer the last that all ways to it go through."""
        for taken in sources:
            self._above.append(reduce(self._common, taken))
        self._made: dict[tuple[int, int], Chain] = {}

    def _common(self, one: int, other: int) -> int:
        while one != other:
            one, other = min(one, other), self._above[max(one, other)]
        return one

    def chain(self, start: int, end: int) -> Chain:
        """The layers after `start`, which all ways to `end` go through, up to that."""
        if (start, end) not in self._made:
            self._made[start, end] = self._chain(start, end)
        return self._made[start, end]

    def _chain(self, start: int, end: int) -> Chain:
        items: list[Item] = []
        lines: list[tuple[int, int]] = []
        while end != start:
            taken = [*dict.fromkeys(self._sources[end - 1])]
            lanes = [self.chain(self._above[end], source) for source in taken]
            inside = [n for lane in lanes for n in layers(lane)]
            if sum(bool(lane.items) for lane in lanes) > 1 and len({*inside}) == len(inside):
                items.append(Item(end, tuple(lanes)))
                end = self._above[end]
            else:
                items.append(Item(end))
                *others, last = sorted(taken)
                lines += [(source, end) for source in others]
                end = last
        return Chain(tuple(reversed(items)), tuple(reversed(lines)))
