"""Lines that break as a formula breaks: set in, before a sign, never cut."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from rich.text import Text

from consoles import console, plain
from nnviz.formats.terminal.lines import Lines, finished, hanging, rows, width_of

CONSOLE = console()


@pytest.mark.parametrize(
    ("text", "width", "indent", "expected"),
    [
        pytest.param("one two", 20, 0, ["one two"], id="fits"),
        pytest.param("one two three", 7, 0, ["one two", "three"], id="breaks at a space"),
        pytest.param("one two three", 7, 2, ["one two", "  three"], id="indents what follows"),
        pytest.param("  one two six", 8, 0, ["  one", "two six"], id="keeps spaces at the start"),
        pytest.param("a  bc de", 5, 0, ["a  bc", "de"], id="keeps spaces between"),
        pytest.param("abcdefgh", 3, 0, ["abc", "def", "gh"], id="breaks a long word"),
        pytest.param("(1×2) + (3×4)", 8, 0, ["(1×2)", "+ (3×4)"], id="a sign keeps its term"),
        pytest.param("(1×2) + (3×4)", 9, 2, ["(1×2)", "  + (3×4)"], id="and its indent"),
        pytest.param("+ bias (2) → y 3×3", 12, 0, ["+ bias (2)", "→ y 3×3"], id="shapes stay"),
        pytest.param("a kernel 3×3 b", 10, 0, ["a", "kernel 3×3", "b"], id="with their names"),
        pytest.param("가나다라", 5, 0, ["가나", "다라"], id="Hangul is two columns wide"),
        pytest.param("a가 나다 라", 8, 3, ["a가 나다", "   라"], id="wide words, set in"),
        pytest.param("one two", 3, 2, ["one", "two"], id="no indent where there is no room"),
        pytest.param("", 5, 0, [""], id="nothing"),
    ],
)
def test_hanging(text: str, width: int, indent: int, expected: list[str]) -> None:
    made = hanging(CONSOLE, Text(text), width, indent).plain
    assert [line.rstrip() for line in made.split("\n")] == expected


@settings(deadline=None, max_examples=100)
@given(
    st.lists(st.tuples(st.text("ab 가−+= ×", max_size=12), st.sampled_from(["", "bold"]))),
    st.integers(2, 30),
    st.integers(0, 4),
)
def test_hanging_loses_nothing(parts: list[tuple[str, str]], width: int, indent: int) -> None:
    text = Text.assemble(*parts)
    made = hanging(CONSOLE, text, width, indent)
    assert max(map(cell_len, made.plain.split("\n"))) <= width
    assert "".join(made.plain.split()) == "".join(text.plain.split())
    bold = "".join(part for part, style in parts if style)
    kept = "".join(made.plain[start:end] for start, end, style in made.spans if style == "bold")
    assert "".join(kept.split()) == "".join(bold.split())


GROUND, REVERSE = Style(bgcolor="red"), Style(reverse=True)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        pytest.param([Segment("a"), Segment("  "), Segment(" ")], "a", id="no style"),
        pytest.param([Segment("a  ", Style(bold=True)), Segment(" ")], "a", id="of no ground"),
        pytest.param([Segment("a"), Segment(" ", GROUND), Segment(" ")], "a ", id="a ground"),
        pytest.param([Segment("a "), Segment(" ", REVERSE)], "a  ", id="marked"),
        pytest.param([Segment("  ")], "", id="nothing else"),
    ],
)
def test_spaces_that_nobody_sees_are_not_sent(line: list[Segment], expected: str) -> None:
    (made,) = finished(CONSOLE, line, 80)
    assert "".join(segment.text for segment in made) == expected


def test_a_line_that_is_too_wide_is_broken_with_its_styles() -> None:
    bold = Style(bold=True)
    line = [Segment("one "), Segment("two three", bold)]
    made = list(finished(CONSOLE, line, 8))
    assert plain(made) == ["one two", "three"]
    assert [s.text for part in made for s in part if s.style == bold] == ["two", "three"]
    assert list(finished(CONSOLE, line, 13)) == [line]


# --- blocks of lines -------------------------------------------------------------------


def block(*texts: str) -> Lines:
    """Lines of plain text."""
    return [[Segment(text)] for text in texts]


TALL, LOW = block("1", "22", "3"), block("가")


def test_blocks_stand_side_by_side_as_rectangles() -> None:
    (row,) = rows([[TALL], [LOW], [TALL]], 1, 80, middle=True)
    assert plain(row) == ["1     1", "22 가 22", "3     3"]
    assert width_of(row) == 8
    (row,) = rows([[TALL], [LOW]], 2, 80)
    assert plain(row) == ["1   가", "22", "3"]


def test_a_new_row_where_there_is_no_room_and_groups_stay_together() -> None:
    sign = block("+")
    assert [plain(row) for row in rows([[TALL], [sign, LOW], [sign, LOW]], 1, 7)] == [
        ["1  + 가", "22", "3"],
        ["+ 가"],
    ]
    assert [len(row) for row in rows([[TALL], [sign, LOW]], 1, 6)] == [3, 1]
