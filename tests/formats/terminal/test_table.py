"""Tables: every cell is there at any width."""

from __future__ import annotations

import pytest
from rich.cells import cell_len
from rich.text import Text

import consoles
from nnviz.formats.terminal.table import Cell, Column, fitted


def cells(*texts: str) -> list[Cell]:
    """A cell of one line each."""
    return [Cell.of(text) for text in texts]


def summed(*lines: str) -> Cell:
    """A sum of several lines."""
    return Cell(tuple(map(Text, lines)))


COLUMNS = [
    Column("step", cells("1", "12"), "right"),
    Column("where it is", cells("0, 0", "가나, 3")),
    Column("sums", [summed("1 + 2", " + 30 + 4"), summed("5 + 6", " + 7")]),
    Column("value", cells("1.5", "−12.25"), "point"),
]


def drawn(width: int | None, *, total: bool = False, encoding: str = "utf-8") -> list[str]:
    """The table as text, never wider than `width`."""
    on = consoles.paper(width, encoding=encoding)
    lines = consoles.drawn(on, fitted(on, COLUMNS, total=total))
    assert width is None or max(map(cell_len, lines)) <= width
    return lines


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


def test_equations_stay_on_lines_of_their_own() -> None:
    on = consoles.paper(13)
    equations = Cell((Text("a = 1 + 2"), Text("b = a + 30 = 33")), apart=True)
    assert consoles.drawn(on, fitted(on, [Column("x", [equations])])) == [
        "x",
        "─────────────",
        "a = 1 + 2",
        "b = a + 30",
        "    = 33",
    ]


def test_equations_in_a_list() -> None:
    on = consoles.paper(9)
    equations = Cell((Text("a = 1"), Text("b = 2")), apart=True)
    columns = [Column("step", cells("1")), Column("arithmetic", [equations])]
    made = " ".join(line.strip() for line in consoles.drawn(on, fitted(on, columns)))
    assert "a = 1; b = 2" in made


@pytest.mark.parametrize("width", [6, 9, 14, 22, 30, 34, 41, 80, None])
def test_nothing_is_left_out(width: int | None) -> None:
    words = "".join(drawn(width)).replace(" ", "").replace("─", "")
    for text in ("0,0", "가나,3", "+30+4", "5+6", "1.5", "−12.25"):
        assert text in words or width == 6


def test_a_total_stands_under_a_rule() -> None:
    lines = drawn(None, total=True)
    assert [set(line) <= {"─"} for line in lines] == [False, True, False, True, False]


@pytest.mark.parametrize(("encoding", "rule"), [("cp949", "-----"), ("cp437", "─────")])
def test_rules_that_the_stream_can_carry(encoding: str, rule: str) -> None:
    assert rule in drawn(None, encoding=encoding)[1]


def test_headings_and_cells_are_no_markup() -> None:
    on = consoles.paper()
    lines = consoles.drawn(on, fitted(on, [Column("[red]x", cells("[bold]1[/bold]", ":smile:"))]))
    assert [line.strip() for line in lines] == ["[red]x", "─" * 14, "[bold]1[/bold]", ":smile:"]
