"""A screen is filled once: what does not fit is counted, and a long table keeps its headings."""

from __future__ import annotations

from itertools import pairwise

import pytest

from helpers import run
from nnviz.request import Screen
from screens import NOTE, lines_of, trace_of, wave


@pytest.mark.parametrize("height", [8, 12, 24])
@pytest.mark.parametrize("width", [60, 80, 120])
def test_maps_stand_side_by_side_until_the_screen_is_full(width: int, height: int) -> None:
    """Of 64 filters of 3×3 and their maps: each counted, shown or said to be left out."""
    trace = run("conv", NOTE, filters=64)
    lines = lines_of(trace, Screen(width, height=height))
    for name, called, label in (
        ("kernel", "kernel", "filter"),
        ("output", "feature map", "channel"),
    ):
        starts = [i for i, line in enumerate(lines) if line.lstrip(" ").startswith(f"{called} 64×")]
        note = next(i for i, line in enumerate(lines) if f"--get {name} writes all" in line)
        block = lines[starts[0] + 1 : note]
        assert len(block) <= height
        assert len(block) % 4 == 0
        count = sum(line.count(f"{label} ") for line in block)
        assert lines[note].split()[1] == str(64 - count)
        assert count >= width // 30
    piped = "\n".join(lines_of(trace, Screen(width, height=height, piped=True)))
    assert "writes all" not in piped
    assert all(f"channel {n}" in piped for n in range(64))


def test_few_maps_are_all_there() -> None:
    text = "\n".join(lines_of(trace_of("twenty channels"), Screen(80)))
    assert "channel 19" in text


@pytest.mark.parametrize("height", [10, 24, 50])
def test_a_long_table_repeats_its_headings(height: int) -> None:
    trace = run("act", wave(9, 9), name="tanh")
    lines = lines_of(trace, Screen(80, height=height), steps="all")
    heads = [i for i, line in enumerate(lines) if line.startswith("step ")]
    assert len({lines[i] for i in heads}) == 1
    assert all(after - before <= height for before, after in pairwise([*heads, len(lines)]))
    numbers = [int(n) for line in lines[heads[0] :] if (n := line[:4].strip()).isdecimal()]
    assert numbers == list(range(1, 82))
    for screen in (Screen(80), Screen(80, height=height, piped=True)):
        alone = lines_of(trace, screen, steps="all")
        assert sum(line.startswith("step ") for line in alone) == 1
