"""How layers hang together: chains, lanes that meet, lines past layers; every layer once."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnviz.branches import Chain, branched, in_a_row, layers


def said(chain: Chain) -> str:
    """A chain as a text: lanes in brackets before the layer that they meet in, lines behind."""
    parts = [
        ("[" + " / ".join(map(said, item.lanes)) + "]" if item.lanes else "") + str(item.layer)
        for item in chain.items
    ]
    return " ".join([*parts, *(f"{a}~{b}" for a, b in chain.lines)])


CASES = [
    ("nothing", [], ""),
    ("a row", [(0,), (1,), (2,)], "1 2 3"),
    ("a residual", [(0,), (1,), (2, 1), (3,)], "1 2 3 4 1~3"),
    ("two after each other", [(0,), (1, 0), (2,), (3, 2)], "1 2 3 4 0~2 2~4"),
    ("one around another", [(0,), (1,), (2,), (3, 1), (4, 0)], "1 2 3 4 5 1~4 0~5"),
    ("a projection", [(0,), (1,), (1,), (2, 3)], "1 [2 / 3]4"),
    ("three lanes, one empty", [(0,), (0,), (1, 0, 2)], "[1 /  / 2]3"),
    ("a residual in a lane", [(0,), (1, 0), (0,), (2, 3)], "[1 2 0~2 / 3]4"),
    ("lanes in a lane", [(0,), (1,), (1,), (2, 3), (0,), (4, 5)], "[1 [2 / 3]4 / 5]6"),
    ("lines that cross", [(0,), (1,), (2,), (3, 1), (4,), (5, 2)], "1 2 3 4 5 6 1~4 2~6"),
    ("joined with itself", [(0, 0), (1,)], "1 2"),
    ("out of one lane into another", [(0,), (0, 1), (1, 2)], "1 2 3 0~2 1~3"),
    ("lanes that do not meet yet", [(0,), (0,)], "1 2 0~2"),
]


@pytest.mark.parametrize(("sources", "text"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_branches(sources: list[tuple[int, ...]], text: str) -> None:
    assert said(branched(sources)) == text


@st.composite
def networks(draw: st.DrawFn) -> list[tuple[int, ...]]:
    """Layers that take any of those before."""
    return [
        tuple(draw(st.lists(st.integers(0, n), min_size=1, max_size=3)))
        for n in range(draw(st.integers(0, 9)))
    ]


def taken(chain: Chain, before: int) -> dict[int, set[int]]:
    """What each layer takes, as the chain shows it."""
    found: dict[int, set[int]] = {}
    for item in chain.items:
        found[item.layer] = set() if item.lanes else {before}
        for lane in item.lanes:
            found |= taken(lane, before)
            found[item.layer].add(lane.items[-1].layer if lane.items else before)
        before = item.layer
    for start, end in chain.lines:
        found[end].add(start)
    return found


@given(networks())
def test_every_layer_is_there_once_with_all_that_it_takes(sources: list[tuple[int, ...]]) -> None:
    chain, every = branched(sources), {n: {*s} for n, s in enumerate(sources, 1)}
    assert sorted(layers(chain)) == sorted(every)
    if chain != in_a_row(sources):
        assert taken(chain, 0) == every
    shown = taken(in_a_row(sources), 0)
    assert all(shown[n] - {n - 1} == every[n] - {n - 1} for n in every)


def test_very_many_nested_lines_take_no_time() -> None:
    deep = [(0,), *((n, *range(n)) for n in range(1, 60))]
    assert len(branched(deep).items) == 60
    assert len(branched([(n,) for n in range(10_000)]).items) == 10_000
