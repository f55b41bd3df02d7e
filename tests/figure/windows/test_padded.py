"""The window drawn over a padded input is the window summed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drawing import generators, note
from helpers import run
from nnviz.figure.arrays.grid import HATCHED
from nnviz.figure.layout.style import Style
from nnviz.figure.windows._padded import Padded, padded, result
from nnviz.figure.windows._part import part_of
from nnviz.request import Appearance

STYLE = Style.of(Appearance())


@settings(deadline=None, max_examples=40)
@given(
    st.integers(1, 6), st.integers(1, 3), st.integers(1, 3), st.integers(1, 2), st.integers(0, 2),
    st.sampled_from(["zeros", "reflect", "replicate", "circular"]), generators, st.data(),
)  # fmt: skip
def test_the_window_drawn_is_the_window_summed(
    size: int, kernel: int, stride: int, dilation: int, pad: int, mode: str,
    rng: np.random.Generator, data: st.DataObject,
) -> None:  # fmt: skip
    size = max(size, kernel * dilation, pad + 1)
    x = rng.integers(0, 99, (size, size + 1))
    w = rng.integers(1, 9, (kernel, kernel))
    trace = run(
        "conv", x, kernel=w, stride=stride, dilation=dilation, padding=pad, padding_mode=mode
    )
    step = trace.steps[data.draw(st.integers(0, len(trace.steps) - 1))]
    drawn = padded(STYLE, part_of(trace, step))
    seen = [cell for line in drawn.table for cell in line if cell.corner]
    terms = [(cell.text, cell.corner) for cell in seen]
    assert terms == [(str(x), f"×{w}") for _, x, w in step.detail["terms"]]
    rows = drawn.table[drawn.origin[0] : drawn.origin[0] + size]
    inner = [line[drawn.origin[1] : drawn.origin[1] + size + 1] for line in rows]
    assert [[int(cell.text) for cell in line] for line in inner] == x.tolist()
    top, left = drawn.origin
    reached = {(r + top, c + left) for s in trace.steps for r, c in s.cells["input"]}
    # What padding mirrors is read where it is mirrored from.
    reached |= {
        (place[1] + top, place[2] + left)
        for s in trace.steps for place in s.detail["from"] if place
    }  # fmt: skip
    assert hatched(drawn) == everywhere(drawn) - reached


def hatched(drawn: Padded) -> set[tuple[int, int]]:
    return {
        (r, c) for r, line in enumerate(drawn.table) for c, cell in enumerate(line)
        if cell.state in HATCHED
    }  # fmt: skip


def everywhere(drawn: Padded) -> set[tuple[int, int]]:
    return {(r, c) for r, line in enumerate(drawn.table) for c in range(len(line))}


@settings(deadline=None, max_examples=40)
@given(
    st.integers(4, 9), st.integers(1, 3), st.integers(1, 5), st.integers(1, 3), st.integers(0, 2),
    st.booleans(),
)  # fmt: skip
def test_every_cell_that_no_pooling_window_reads_is_hatched(
    size: int, kernel: int, stride: int, dilation: int, pad: int, ceil: bool
) -> None:
    size = max(size, (kernel - 1) * dilation + 1)
    pad = min(pad, kernel - 1)
    trace = run(
        "pool", np.ones((size, size + 1)), kernel=kernel, stride=stride, dilation=dilation,
        padding=pad, ceil_mode=ceil,
    )  # fmt: skip
    drawn = padded(STYLE, part_of(trace, None))
    top, left = drawn.origin
    reached = set()
    for o_row in range(trace.output.shape[0]):
        for o_column in range(trace.output.shape[1]):
            for k_row in range(kernel):
                for k_column in range(kernel):
                    r = o_row * stride - pad + k_row * dilation + top
                    reached.add((r, o_column * stride - pad + k_column * dilation + left))
    assert hatched(drawn) == everywhere(drawn) - reached


def test_outputs_after_a_step_are_empty() -> None:
    trace = note()
    table = result(STYLE, trace.output, (1, 0))
    shown = [["" if cell.hidden else cell.text for cell in line] for line in table]
    assert shown == [["6", "9", "11"], ["10", "", ""], ["", "", ""]]
    assert table[1][0].state == "active"
    whole = result(STYLE, trace.output, None)
    assert [cell.text for cell in whole[2]] == ["7", "7", "4"]


def test_cells_past_the_padding_are_blank() -> None:
    trace = run("pool", np.ones((3, 3), int), kernel=2, stride=2, kind="avg", ceil_mode=True)
    assert trace.steps[3].detail["divisor"] == 1
    table = padded(STYLE, part_of(trace, None), at=(1, 1)).table
    assert [cell.text for cell in table[3]] == [""] * 4
    assert [line[3].text for line in table] == [""] * 4
    both = run("pool", np.ones((3, 3), int), kernel=2, padding=1, kind="avg", ceil_mode=True)
    table = padded(STYLE, part_of(both, None)).table
    # A row of padding, which counts; then what is cut off, which does not.
    assert [line[1].text for line in table] == ["0", "1", "1", "1", "0", ""][: len(table)]


@pytest.mark.parametrize(
    ("options", "texts"),
    [
        ({}, [""] * 3),
        ({"kind": "avg"}, ["0"] * 3),
        ({"kind": "avg", "count_include_pad": False}, [""] * 3),
    ],
    ids=["max", "avg", "avg without padding"],
)
def test_padding_of_pools_is_shown_where_it_counts(
    options: dict[str, object], texts: list[str]
) -> None:
    trace = run("pool", np.ones((1, 1), int), kernel=3, stride=1, padding=1, **options)
    drawn = padded(STYLE, part_of(trace, None))
    assert [cell.text for cell in drawn.table[0]] == texts
