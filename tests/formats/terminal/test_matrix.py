"""A matrix between brackets: as wide as it says, in blocks where it is too wide."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.measure import Measurement
from rich.style import Style

import consoles
from nnviz.formats.terminal.matrix import Matrix

ROWS = [["1", "−20", "3"], ["4", "5", "6"], ["7", "8", "9"]]


def matrix(on: Any = None, rows: Any = ROWS, **options: Any) -> Matrix:
    """A matrix on paper."""
    return Matrix(on or consoles.paper(), rows, **options)


def drawn(width: int = 80, rows: Any = ROWS, encoding: str = "utf-8", **options: Any) -> list[str]:
    """A matrix as text."""
    on = consoles.paper(width, encoding=encoding)
    return consoles.drawn(on, matrix(on, rows, **options))


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        pytest.param(
            drawn(),
            ["⎡   1 −20   3 ⎤", "⎢   4   5   6 ⎥", "⎣   7   8   9 ⎦"],
            id="columns stand under columns",
        ),
        pytest.param(drawn(rows=[["1", "2"]]), ["[ 1 2 ]"], id="one row"),
        pytest.param(drawn(rows=[["1"], ["2"]]), ["⎡ 1 ⎤", "⎣ 2 ⎦"], id="two rows"),
        pytest.param(
            drawn(rows=[["1"], ["2"]], labels=["가", "b"]),
            ["가 ⎡ 1 ⎤", "b  ⎣ 2 ⎦"],
            id="rows have names",
        ),
        pytest.param(
            drawn(12, rows=ROWS[:1]),
            ["columns 0–1", "[   1 −20 ]", "columns 2", "[   3 ]"],
            id="blocks of columns",
        ),
        pytest.param(
            drawn(9, rows=[["1", "2", "3", "4"]], vector=True),
            ["cells 0–2", "[ 1 2 3 ]", "cells 3", "[ 4 ]"],
            id="blocks of a vector",
        ),
        pytest.param(
            consoles.drawn(
                consoles.paper(encoding="ascii"), matrix(consoles.paper(encoding="ascii"))
            ),
            ["[   1 −20   3 ]", "[   4   5   6 ]", "[   7   8   9 ]"],
            id="brackets in ASCII",
        ),
    ],
)
def test_drawn(made: list[str], expected: list[str]) -> None:
    assert made == expected


def test_marked_cells() -> None:
    on = consoles.paper(color=True)
    lines = consoles.segments(on, matrix(on, marked={(0, 1), (2, 2)}, role="input"))
    styled = [(i, s.text, s.style) for i, line in enumerate(lines) for s in line if s.style]
    marked = [(i, text) for i, text, style in styled if style.reverse]
    assert marked == [(0, "−20"), (2, "9")]
    assert {style.color for _, _, style in styled} == {Style.parse("color(32)").color}


@settings(deadline=None, max_examples=60)
@given(
    st.integers(1, 4),
    st.integers(1, 30),
    st.sampled_from(["x", "−yyy"]),
    st.sampled_from([(), ("가나", "b")]),
    st.integers(1, 90),
)
def test_is_as_wide_as_it_says_and_says_all(
    height: int, across: int, number: str, labels: tuple[str, ...], width: int
) -> None:
    on = consoles.paper(width)
    made = matrix(on, [[number] * across] * height, labels=labels)
    least, most = made.__rich_measure__(on.console, on.options)
    lines = consoles.drawn(on, made)
    assert max(map(cell_len, lines)) <= width
    assert "".join(lines).replace(" ", "").count(number) == height * across
    if least <= width:
        body = [line for line in lines if "columns" not in line]
        assert max(map(cell_len, body)) == most
        assert Measurement.get(on.console, on.options, made) == Measurement(least, most)
