"""A row is measured as it is drawn, drawn once, and shrinks before it goes on below."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pytest

from nnviz.figure.arrays.fit import (
    Drawn,
    Row,
    cell_sizes,
    fits_page,
    in_a_row,
    largest_fit,
    sizes_of,
    whole_row,
)
from nnviz.figure.arrays.grid import Cell, CellSize, Table, cells, changed
from nnviz.figure.arrays.named import NamedCells
from nnviz.figure.layout.blocks import Block, Sign
from nnviz.figure.layout.style import BODY, MARGIN, PAGE, SMALL, Style
from nnviz.figure.scene import Group
from nnviz.request import Appearance

STYLE = Style.of(Appearance())
SIZES = [CellSize(width, width, SMALL) for width in (40, 20, 10)]


@dataclass
class Wide:
    """A part of so many cells in a row, which tells how often it was drawn."""

    count: int
    tables: list[Table] = field(default_factory=list)
    drawn: list[int] = field(default_factory=list)

    def width(self, size: CellSize) -> float:
        return self.count * size.width

    def height(self, size: CellSize) -> float:
        return size.height

    def shortened(self, most: int) -> Wide:
        return Wide(min(self.count, most))

    def block(self, size: CellSize) -> Block:
        self.drawn.append(size.width)
        return Block(self.count * size.width, size.height, (), size.height / 2)


def lines(made: Block) -> list[int]:
    """How many blocks stand in each line."""
    groups = [mark for mark in made.marks if isinstance(mark, Group)]
    inner = [[m for m in group.marks if isinstance(m, Group)] for group in groups]
    return [len(line) for line in inner] if any(inner) else [len(groups)]


@pytest.mark.parametrize(("room", "drawn"), [(400, 40), (399, 20), (200, 20), (100, 10)])
def test_a_row_has_the_largest_cells_that_fit_and_is_drawn_once(room: int, drawn: int) -> None:
    parts = [Wide(4), Wide(6)]
    made = in_a_row(parts, SIZES, room=room)
    assert made is not None
    assert made.width == 10 * drawn
    assert [part.drawn for part in parts] == [[drawn], [drawn]]


def test_nothing_is_drawn_of_a_row_that_does_not_fit() -> None:
    part = Wide(11)
    assert in_a_row([part], SIZES, room=109) is None
    assert part.drawn == []


@pytest.mark.parametrize(
    ("rooms", "size", "across"),
    [
        pytest.param((400,), 40, [3], id="one row"),
        pytest.param((100,), 10, [3], id="smaller cells before a second row"),
        pytest.param((60,), 10, [1, 2], id="then the largest cells with which every line fits"),
        pytest.param((30, 400), 40, [3], id="then the next room"),
        pytest.param((30, 20), 10, [1, 1, 1], id="where none can hold it, the smallest cells"),
    ],
)
def test_a_row_shrinks_before_it_goes_on_below(
    rooms: tuple[int, ...], size: int, across: list[int]
) -> None:
    parts = [Wide(4), Wide(3), Wide(3)]
    made = largest_fit(STYLE, parts, SIZES, rooms=rooms)
    assert [part.drawn for part in parts] == [[size]] * 3
    assert lines(made) == across


def test_a_sign_goes_down_with_what_follows_it() -> None:
    sign = Sign(10, 10, (), 5)
    made = largest_fit(STYLE, [Wide(4), sign, Wide(4)], SIZES, rooms=(60,))
    assert lines(made) == [1, 2]
    assert made.width == 50


def test_blocks_alone_need_no_sizes() -> None:
    blocks = [Block((PAGE - 2 * MARGIN) / 2, 20, (), 10)] * 2
    assert lines(largest_fit(STYLE, blocks)) == [2]
    assert lines(largest_fit(STYLE, blocks, gap=8)) == [1, 1]


def test_a_part_that_has_to_be_drawn_is_drawn_once_a_size() -> None:
    drawn = []

    def build(size: CellSize) -> Block:
        drawn.append(size.width)
        return Block(5 * size.width, size.height, ())

    made = largest_fit(STYLE, [Drawn(build)], SIZES, rooms=(100,))
    assert (made.width, sorted(drawn)) == (100, [10, 20, 40])  # the smallest first: does any fit?


# --- sizes of cells ------------------------------------------------------------------------


def table(*numbers: str, bold: bool = False, ring: bool = False) -> Table:
    return [[Cell(text, bold=bold, ring=ring) for text in numbers]]


@pytest.mark.parametrize("number", ["7", "−0.25", "1234.5678", "−123456.789"])
@pytest.mark.parametrize("bold", [False, True], ids=["plain", "bold"])
@pytest.mark.parametrize("ring", [False, True], ids=["bare", "ringed"])
def test_every_number_has_room_in_every_size(number: str, bold: bool, ring: bool) -> None:
    found = cell_sizes(STYLE, [table("1", number, bold=bold, ring=ring)])
    for size in found:
        beside = 8 if size.height > 16 else 4
        assert size.width >= STYLE.width(number, size.text, bold) + beside + 4 * ring
        assert size.text in (BODY, SMALL)
    assert found == sorted(found, key=lambda size: (-size.width, -size.height, -size.text))


def test_where_one_number_is_bold_any_may_be_in_another_step() -> None:
    wide, short = "−0.12345", "1"
    one = changed(table(wide, short), [(0, 1)], bold=True)
    other = changed(table(wide, short), [(0, 0)], bold=True)
    assert cell_sizes(STYLE, [one]) == cell_sizes(STYLE, [other])
    assert cell_sizes(STYLE, [one]) != cell_sizes(STYLE, [table(wide, short)])


def test_a_number_still_to_come_has_its_room() -> None:
    shown = table("−12.5", "3")
    later = changed(shown, [(0, 0)], hidden=True)
    assert cell_sizes(STYLE, [later]) == cell_sizes(STYLE, [shown])


def test_the_sizes_of_a_row_hold_the_numbers_of_all_its_parts() -> None:
    parts: Row = [Wide(1, [table("1")]), Wide(1, [table("2", "−123.456")]), Block(10, 10, ())]
    assert sizes_of(STYLE, parts) == cell_sizes(STYLE, [table("−123.456")])
    assert [size.width for size in sizes_of(STYLE, parts[:1], largest=32)] == [32, 28, 24, 20, 16]


@pytest.mark.parametrize(("columns", "fits"), [(24, True), (38, True), (39, False)])
def test_what_fits_the_page(columns: int, fits: bool) -> None:
    drawn = cells(np.ones((1, columns), int))
    assert fits_page(STYLE, [drawn]) is fits
    assert not fits_page(STYLE, [drawn, table(*["−123.456789"] * 24)])


# --- what is left out ------------------------------------------------------------------------


def test_what_is_too_high_is_cut_only_where_the_style_lets_it() -> None:
    parts = [Wide(40)]
    assert largest_fit(STYLE.within(400, 5), parts, SIZES).width == 400
    assert largest_fit(STYLE.within(200, 50, cut=True), parts, SIZES).width == 200


def test_the_middle_of_what_no_page_holds_is_left_out() -> None:
    assert largest_fit(STYLE.within(120), [Wide(40)], SIZES).width == 110
    assert largest_fit(STYLE.within(120), [Wide(4)], SIZES).width == 80


def test_a_row_too_high_goes_on_to_lower_cells() -> None:
    low = STYLE.within(400, 25, cut=True)
    assert largest_fit(low, [Wide(4)], SIZES).width == 80


@pytest.mark.parametrize("largest", [44, 20])
def test_a_whole_row_leaves_nothing_out(largest: int) -> None:
    numbers = [NamedCells(STYLE, cells(np.ones((3, 10), int)), "input", "x", "")]
    made = whole_row(STYLE.within(400, 300), numbers, largest=largest)
    assert made is not None
    assert made.width == 10 * min(largest, 40)
    assert whole_row(STYLE.within(100, 300), numbers) is None
    assert whole_row(STYLE.within(400, 60), numbers) is None
