"""Arrows end where they point; braces span what they embrace."""

from __future__ import annotations

import pytest

from nnviz.figure.layout.lines import arrow, brace, polyline, segments
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
