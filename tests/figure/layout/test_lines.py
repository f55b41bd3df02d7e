"""Arrows end where they point; braces span what they embrace."""

from __future__ import annotations

import pytest

from nnviz.figure.layout.lines import arrow, brace, polyline, rounded_arrow, segments
from nnviz.figure.scene import Path, extent


@pytest.mark.parametrize("end", [(50, 10), (10, 50), (40, 40), (10, 10)])
def test_an_arrow_ends_at_its_tip(end: tuple[float, float]) -> None:
    shaft, head = arrow((10, 10), end, "#000000")
    assert isinstance(shaft, Path)
    assert isinstance(head, Path)
    assert head.commands[0] == ("M", end)
    assert shaft.commands[0] == ("M", (10, 10))


def test_a_brace_spans_from_top_to_bottom() -> None:
    box = extent(brace(10, 0, 200, "#000000"))
    assert (box.y + 0.75, box.bottom - 0.75) == (0, 200)
    assert box.right - 0.75 == 30


def test_lines() -> None:
    assert polyline([(0, 0), (4, 0), (4, 4)], "#000000", close=True).commands[-1] == ("Z", ())
    letters = [c for c, _ in segments([((0, 0), (1, 1)), ((2, 2), (3, 3))], "#000000").commands]
    assert letters == ["M", "L", "M", "L"]


@pytest.mark.parametrize("end", [(80, 40), (0, 40), (40, 90), (40, 0)])
def test_a_rounded_arrow_stops_before_its_tip(end: tuple[float, float]) -> None:
    path, head = rounded_arrow([(0, 20), (40, 20), (40, 40), end], "#000000", 2, (6, 4))
    assert isinstance(path, Path)
    assert isinstance(head, Path)
    (last, (x, y)) = path.commands[-1]
    assert last == "L"
    assert abs(x - end[0]) + abs(y - end[1]) == 8
    assert (head.commands[0], head.dash, path.dash) == (("M", end), (), (6, 4))
