"""Tables: every cell is there at any width."""

from __future__ import annotations

import pytest

from nnviz.formats.terminal.paper import Paper
from nnviz.formats.terminal.table import Column, table
from nnviz.formats.terminal.text import Block, block_width, spoken
from nnviz.request import Screen


def cells(*texts: str) -> list[Block]:
    """A cell of one line each."""
    return [[[(text, "")]] for text in texts]


COLUMNS = [
    Column("step", cells("1", "12"), "right"),
    Column("where it is", cells("0, 0", "가나, 3")),
    Column("sums", [[[("1 + 2", "")], [(" + 30 + 4", "")]], [[("5 + 6", "")], [(" + 7", "")]]]),
    Column("value", cells("1.5", "−12.25"), "point"),
]


def drawn(width: int | None, *, total: bool = False, encoding: str = "utf-8") -> list[str]:
    """The table as text, never wider than `width`."""
    paper = Paper(Screen(width, encoding=encoding), "en", 4)
    made = table(paper, COLUMNS, total=total)
    assert width is None or block_width(made) <= width
    return [spoken(line, color=False) for line in made]


def test_wide_enough() -> None:
    assert drawn(None) == [
        "step  where it is  sums             value",
        "─────────────────────────────────────────",
        "   1  0, 0         1 + 2 + 30 + 4    1.5",
        "  12  가나, 3      5 + 6 + 7       −12.25",
    ]


def test_headings_and_sums_give_way_first() -> None:
    assert drawn(34) == [
        "      where",
        "step  it is    sums          value",
        "──────────────────────────────────",
        "   1  0, 0       1 + 2        1.5",
        "               + 30 + 4",
        "  12  가나, 3  5 + 6 + 7    −12.25",
    ]


def test_blocks_of_columns_where_one_table_does_not_fit() -> None:
    lines = drawn(22)
    assert sum(line.startswith("step") for line in lines) >= 2


def test_lists_where_no_two_columns_fit() -> None:
    assert drawn(9)[0] == "step  1"


@pytest.mark.parametrize("width", [6, 9, 14, 22, 30, 34, 41, 80, None])
def test_nothing_is_left_out(width: int | None) -> None:
    words = "".join(drawn(width)).replace(" ", "").replace("─", "")
    for text in ("0,0", "가나,3", "+30+4", "5+6", "1.5", "−12.25"):
        assert text in words or width == 6


def test_a_total_stands_under_a_rule() -> None:
    lines = drawn(None, total=True)
    assert [set(line) <= {"─"} for line in lines] == [False, True, False, True, False]


def test_rules_that_the_stream_can_carry() -> None:
    assert "-----" in drawn(None, encoding="cp949")[1]
