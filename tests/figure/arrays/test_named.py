"""A named array is as wide as it says before it is drawn, and its name stands over it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nnviz.figure.arrays.fit import cell_sizes
from nnviz.figure.arrays.grid import CellSize, Labels, cells
from nnviz.figure.arrays.named import NamedCells, named_picture
from nnviz.figure.layout.style import SMALL, Style
from nnviz.figure.scene import Image, Rect, Text, extent, flatten
from nnviz.request import Appearance

STYLE = Style.of(Appearance())
NAMES = ("x", "input", "kernel, filter 3", "a name far wider than a cell")


@settings(deadline=None)
@given(
    st.integers(1, 12),
    st.integers(1, 12),
    st.sampled_from(NAMES),
    st.sampled_from(("", "1", "12×12, ×10⁻³")),
    st.sampled_from(("", "columns", "both")),
)
def test_it_is_as_wide_as_it_says(
    rows: int, columns: int, name: str, shape: str, labels: Labels
) -> None:
    table = cells(np.arange(rows * columns).reshape(rows, columns))
    part = NamedCells(STYLE, table, "input", name, shape, labels)
    for size in cell_sizes(STYLE, part.tables):
        block = part.block(size)
        assert (part.width(size), part.height(size)) == (block.width, block.height)


def test_indices_count_the_array_and_not_its_padding() -> None:
    table = cells(np.zeros((12, 3), int))
    padded = NamedCells(STYLE, table, "input", "x", "", "both", origin=(1, 1), own=(10, 1))
    size = CellSize(28, 28, SMALL)
    assert padded.width(size) == padded.block(size).width
    said = [m.content for m in flatten(padded.block(size).marks) if isinstance(m, Text)]
    assert {"x", "9"} <= set(said)
    assert "10" not in said


def test_the_name_stands_over_the_cells_and_not_over_their_indices() -> None:
    block = NamedCells(STYLE, cells(np.ones((9, 9))), "input", "x", "9×9", "both").block(
        CellSize(28, 28, SMALL)
    )
    marks = [*flatten(block.marks)]
    name = next(m for m in marks if isinstance(m, Text) and m.content == "x")
    outline = max((m for m in marks if isinstance(m, Rect)), key=lambda m: m.width)
    assert name.x == outline.x + outline.width / 2


@pytest.mark.parametrize("mirrored", [False, True])
def test_the_name_stands_over_the_picture_and_not_over_its_axis(mirrored: bool) -> None:
    array = np.arange(900.0).reshape(30, 30)
    block = named_picture(STYLE, array, "output", "y", mirrored=mirrored, bar=False)
    marks = [*flatten(block.marks)]
    name, image = (next(m for m in marks if isinstance(m, kind)) for kind in (Text, Image))
    box = extent(image)
    assert name.x == box.x + box.width / 2
    assert "30×30" in [m.content for m in marks if isinstance(m, Text)]
    other = named_picture(STYLE, array, "output", "y", "30×30, stride 2", bar=False)
    assert "30×30, stride 2" in [m.content for m in flatten(other.marks) if isinstance(m, Text)]


@given(st.integers(1, 30), st.integers(1, 30), st.integers(5, 14), st.data())
def test_what_is_left_out_is_the_middle_around_the_window(
    rows: int, columns: int, most: int, data: st.DataObject
) -> None:
    tall, wide = (data.draw(st.integers(1, min(n, 11))) for n in (rows, columns))
    top, left = data.draw(st.integers(0, rows - tall)), data.draw(st.integers(0, columns - wide))
    table = cells(np.arange(rows * columns).reshape(rows, columns))
    whole = NamedCells(STYLE, table, "input", "x", "", "both", [(top, left, tall, wide)])
    short = whole.shortened(most)
    (r, c, *size) = short.windows[0]
    assert size == [tall, wide]
    inside = [[cell.text for cell in line[c : c + wide]] for line in short.table[r : r + tall]]
    assert inside == [
        [cell.text for cell in line[left : left + wide]] for line in table[top : top + tall]
    ]
    for drawn, count, keep in zip(
        (len(short.table), len(short.table[0])), (rows, columns), (tall, wide), strict=True
    ):
        assert drawn == min(count, max(most, keep + 4))
    assert short.table[0][0] == table[0][0]
    assert short.table[-1][-1] == table[-1][-1]
    for index, line in zip(short.indices[0], short.table, strict=False):
        assert index is None or line[0] == table[index][0]


def test_of_a_large_window_its_middle_is_left_out_too() -> None:
    table = cells(np.arange(400).reshape(20, 20))
    whole = NamedCells(STYLE, table, "input", "x", "", "both", [(1, 2, 17, 4)])
    short = whole.shortened(11)
    rows = list(short.indices[0])
    assert len(rows) == 11
    assert {1, 2, 3, 16, 17} <= {*rows}
    assert short.windows == [(rows.index(1), 2, rows.index(17) - rows.index(1) + 1, 4)]
