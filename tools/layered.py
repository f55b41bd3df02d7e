"""Rows and columns for a graph without circles, so that as few of its arrows cross as can be.

Sugiyama's method: a row for each thing below all that leads to it, places that long arrows
pass through in the rows between, an order in each row that crosses least, and columns near
those of the neighbours.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise, permutations
from typing import NamedTuple

Edges = Mapping[str, set[str]]
Edge = tuple[str, str]


class Layout(NamedTuple):
    """The rows from top to bottom, where the middle of each node is, and each arrow's way."""

    rows: list[list[str]]
    middles: dict[str, float]
    ways: dict[Edge, list[str]]
    """The nodes and passing places from the start of an arrow to its end."""


def reduced(edges: Edges) -> dict[str, set[str]]:
    """The edges that do not follow from others."""
    return {
        node: {to for to in below if not any(to in reached(edges, o) for o in below - {to})}
        for node, below in edges.items()
    }


def reached(edges: Edges, start: str) -> set[str]:
    """Everything below a node."""
    found: set[str] = set()
    waiting = list(edges.get(start, ()))
    while waiting:
        node = waiting.pop()
        if node not in found:
            found.add(node)
            waiting += edges.get(node, ())
    return found


def arranged(edges: Edges, width: float, gap: float) -> Layout:
    """Nodes `width` wide, `gap` apart, in as few rows as the edges allow."""
    rows, ways = _with_places(_heights(edges), edges)
    links = [pair for way in ways.values() for pair in pairwise(way)]
    rows = _ordered(rows, links)
    widths = {node: width if node in edges else gap for row in rows for node in row}
    return Layout(rows, _columns(rows, links, widths, gap), ways)


def _heights(edges: Edges) -> dict[str, int]:
    """The longest way down from each node; what nothing leads to stands at the top."""

    def height(node: str) -> int:
        return 1 + max(map(height, edges[node]), default=-1)

    found = {node: height(node) for node in edges}
    led_to = set().union(*edges.values())
    return {n: h if n in led_to else max(found.values()) for n, h in found.items()}


def _with_places(
    heights: Mapping[str, int], edges: Edges
) -> tuple[list[list[str]], dict[Edge, list[str]]]:
    """The rows, with a place wherever an arrow passes a row."""
    top = max(heights.values())
    rows = [sorted(n for n in heights if top - heights[n] == i) for i in range(top + 1)]
    ways: dict[Edge, list[str]] = {}
    for node in sorted(edges):
        for to in sorted(edges[node]):
            passed = range(top - heights[node] + 1, top - heights[to])
            places = [f"{node} → {to}, row {row}" for row in passed]
            for row, place in zip(passed, places, strict=True):
                rows[row].append(place)
            ways[node, to] = [node, *places, to]
    return rows, ways


def _ordered(rows: list[list[str]], links: Sequence[Edge]) -> list[list[str]]:
    """The orders of all rows that cross least, found row by row: no order is left untried."""
    best = [((0, 0.0), [order]) for order in permutations(sorted(rows[0]))]
    for row in rows[1:]:
        between = [link for link in links if link[1] in row]
        best = [
            min((_more(cost, above[-1], order, between), [*above, order]) for cost, above in best)
            for order in permutations(sorted(row))
        ]
    return [list(order) for order in min(best)[1]]


Cost = tuple[int, float]
"""How many arrows cross, and how far they go sideways."""


def _more(cost: Cost, above: Sequence[str], below: Sequence[str], links: Sequence[Edge]) -> Cost:
    """A cost with that of the arrows between two rows."""
    starts, ends = ({n: i - len(row) / 2 for i, n in enumerate(row)} for row in (above, below))
    pairs = [(starts[start], ends[end]) for start, end in links]
    crossed = sum((a - c) * (b - d) < 0 for i, (a, b) in enumerate(pairs) for c, d in pairs[:i])
    return cost[0] + crossed, cost[1] + sum((a - b) ** 2 for a, b in pairs)


def _columns(
    rows: Sequence[Sequence[str]], links: Sequence[Edge], widths: Mapping[str, float], gap: float
) -> dict[str, float]:
    """Where the middle of each node is: as near to its neighbours as the row allows."""
    near: dict[str, list[str]] = {node: [] for node in widths}
    for start, end in links:
        near[start].append(end)
        near[end].append(start)
    middles = dict.fromkeys(widths, 0.0)
    for row in rows:
        middles.update(zip(row, _apart([0.0] * len(row), row, widths, gap), strict=True))
    for _ in range(60):
        for row in rows:
            wanted = [
                sum(middles[o] for o in near[node]) / len(near[node]) if near[node] else 0.0
                for node in row
            ]
            middles.update(zip(row, _apart(wanted, row, widths, gap), strict=True))
    left = min(middles[node] - widths[node] / 2 for node in middles)
    return {node: middle - left for node, middle in middles.items()}


def _apart(
    wanted: Sequence[float], row: Sequence[str], widths: Mapping[str, float], gap: float
) -> list[float]:
    """The places nearest to those wanted, in order and `gap` apart (pool adjacent violators)."""
    offsets = list(_offsets(row, widths, gap))
    pools: list[tuple[float, int]] = []
    for want, offset in zip(wanted, offsets, strict=True):
        mean, count = want - offset, 1
        while pools and pools[-1][0] > mean:
            other, others = pools.pop()
            mean = (mean * count + other * others) / (count + others)
            count += others
        pools.append((mean, count))
    means = [mean for mean, count in pools for _ in range(count)]
    return [mean + offset for mean, offset in zip(means, offsets, strict=True)]


def _offsets(row: Sequence[str], widths: Mapping[str, float], gap: float) -> Iterator[float]:
    """How far the middle of each node is from that of the first, side by side."""
    at = 0.0
    for before, node in pairwise((row[0], *row)):
        if before != node:
            at += (widths[before] + widths[node]) / 2 + gap
        yield at
