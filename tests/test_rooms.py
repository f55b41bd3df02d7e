"""The picture of the rooms shows what the files import: all of it, and one way."""

from __future__ import annotations

from itertools import combinations, pairwise

import pytest

import rooms
from layered import Edges, arranged, reached, reduced
from nnviz.figure.scene import Box, Rect, extent
from view_checks import _assert_uncrossed


def test_the_picture_is_current() -> None:
    stored = rooms.PICTURE.read_text(encoding="utf-8")
    assert stored == rooms.picture(), "run python tools/rooms.py and look at docs/rooms.svg"


def test_nothing_overlaps_and_no_line_runs_through_a_text() -> None:
    scene = rooms.drawn()
    page = Box(0, 0, scene.width, scene.height)
    marks = list(scene.flat())
    assert all(page.holds(extent(mark)) for mark in marks)
    for found in (
        [extent(mark) for mark in marks if isinstance(mark, Rect)],
        [extent(text) for text in scene.texts()],
    ):
        assert len(found) > 10
        assert not any(a.overlaps(b) for a, b in combinations(found, 2))
    _assert_uncrossed(marks)


def test_every_import_follows_from_the_arrows() -> None:
    whole = rooms.graph()
    fewer = reduced(whole)
    assert sum(map(len, fewer.values())) < sum(map(len, whole.values()))
    assert all(reached(fewer, room) == reached(whole, room) for room in whole)


GRAPHS: dict[str, Edges] = {
    "one above another": {"a": {"b"}, "b": set()},
    "a long arrow": {"a": {"b", "d"}, "b": {"c"}, "c": {"d"}, "d": set()},
    "two ways": {"a": {"b", "c"}, "b": {"d"}, "c": {"d"}, "d": set()},
    "two tops": {"a": {"c"}, "b": {"d", "c"}, "c": {"d"}, "d": set()},
    "named against their order": {"a": {"y"}, "b": {"x"}, "x": set(), "y": set()},
}


@pytest.mark.parametrize("edges", GRAPHS.values(), ids=GRAPHS)
def test_arrows_lead_down_a_row_at_a_time_and_none_cross(edges: Edges) -> None:
    layout = arranged(edges, 100, 20)
    row = {node: i for i, nodes in enumerate(layout.rows) for node in nodes}
    assert set(layout.ways) == {(node, to) for node, below in edges.items() for to in below}
    for (start, end), way in layout.ways.items():
        assert (way[0], way[-1]) == (start, end)
        assert all(row[b] == row[a] + 1 for a, b in pairwise(way))
    links = [pair for way in layout.ways.values() for pair in pairwise(way)]
    at = layout.middles
    for (a, b), (c, d) in combinations(links, 2):
        if row[a] == row[c]:
            assert (at[a] - at[c]) * (at[b] - at[d]) >= 0, (a, b, c, d)


@pytest.mark.parametrize("edges", GRAPHS.values(), ids=GRAPHS)
def test_nodes_of_a_row_stand_apart(edges: Edges) -> None:
    layout = arranged(edges, 100, 20)
    for row in layout.rows:
        nodes = [node for node in row if node in edges]
        for a, b in pairwise(nodes):
            assert layout.middles[b] - layout.middles[a] >= 120 - 1e-9
