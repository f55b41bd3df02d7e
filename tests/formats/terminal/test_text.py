"""Lines of styled text: measured in columns, broken at spaces, never cut."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len as columns_of

from nnviz.formats.terminal.text import (
    Block,
    beside,
    block_width,
    cell_len,
    line_width,
    spoken,
    wrapped,
)


def plain(block: Block) -> list[str]:
    """The block's text without colours."""
    return [spoken(line, color=False) for line in block]


@pytest.mark.parametrize(
    ("text", "width", "indent", "expected"),
    [
        pytest.param("one two", 20, 0, ["one two"], id="fits"),
        pytest.param("one two three", 7, 0, ["one two", "three"], id="breaks at a space"),
        pytest.param("one two three", 7, 2, ["one two", "  three"], id="indents what follows"),
        pytest.param("  one two six", 8, 0, ["  one", "two six"], id="keeps spaces at the start"),
        pytest.param("abcdefgh", 3, 0, ["abc", "def", "gh"], id="breaks a long word"),
        pytest.param("(1×2) + (3×4)", 8, 0, ["(1×2)", "+ (3×4)"], id="a sign keeps its term"),
        pytest.param("가나다라", 5, 0, ["가나", "다라"], id="Hangul is two columns wide"),
        pytest.param("가", 1, 0, ["가"], id="a screen narrower than a letter"),
        pytest.param("", 5, 0, [""], id="nothing"),
    ],
)
def test_wrapping(text: str, width: int, indent: int, expected: list[str]) -> None:
    assert plain(wrapped([(text, "")], width, indent)) == expected


@settings(deadline=None, max_examples=100)
@given(
    st.lists(st.tuples(st.text("ab 가−+= ×", max_size=12), st.sampled_from(["", "1"])), max_size=5),
    st.integers(2, 30),
    st.integers(0, 4),
)
def test_wrapping_loses_nothing(line: list[tuple[str, str]], width: int, indent: int) -> None:
    made = wrapped(line, width, indent)
    assert block_width(made) <= max(width, min(2, line_width(line)))
    given_text = "".join(text for text, _ in line).replace(" ", "")
    assert "".join(plain(made)).replace(" ", "") == given_text


@given(st.text(st.characters(exclude_categories=["Cc", "Cs"])))
def test_width_is_what_a_terminal_takes(text: str) -> None:
    assert cell_len(text) == columns_of(text)


def test_blocks_side_by_side_are_rectangles() -> None:
    tall: Block = [[("1", "")], [("22", "")], [("3", "")]]
    short: Block = [[("가", "")]]
    assert plain(beside([tall, short, tall], 1, "middle")) == ["1     1", "22 가 22", "3     3"]
    assert plain(beside([tall, short])) == ["1   가", "22", "3"]


def test_colours_are_codes_around_their_text() -> None:
    line = [("a", "1"), ("b", "1"), (" ", ""), ("c", "2"), ("  ", "")]
    assert spoken(line, color=True) == "\x1b[1mab\x1b[0m \x1b[2mc\x1b[0m"
    assert spoken(line, color=False) == "ab c"
