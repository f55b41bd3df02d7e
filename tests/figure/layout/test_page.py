"""Blocks line up, wrap and measure what is in them."""

from __future__ import annotations

import pytest

from nnviz.errors import NnvizError, UsageError
from nnviz.figure.layout.blocks import Block, Sign, column, flow, inset, lines, row
from nnviz.figure.layout.page import framed
from nnviz.figure.layout.style import BODY, Piece, Style, near4, up4
from nnviz.figure.scene import Group, Rect, Text, extent, flatten
from nnviz.request import Appearance
from nnviz.trace import Equation, Num, Product, Sum

STYLE = Style.of(Appearance())


def block(width: float, height: float, axis: float) -> Block:
    return Block(width, height, (Rect(0, 0, width, height),), axis)


def places(made: Block) -> list[tuple[float, float]]:
    found = []
    for mark in made.marks:
        assert isinstance(mark, Group)
        found.append((mark.x, mark.y))
    return found


def test_a_look_that_cannot_be() -> None:
    with pytest.raises(UsageError, match="no theme"):
        Style.of(Appearance(theme="pink"))
    with pytest.raises(NnvizError, match="cannot read the font"):
        Style.of(Appearance(font="/nowhere.ttf"))


@pytest.mark.parametrize(
    ("length", "up", "near"), [(0, 0, 0), (1, 4, 0), (4, 4, 4), (41.9, 44, 40), (42.1, 44, 44)]
)
def test_the_grid_of_4(length: float, up: int, near: int) -> None:
    assert up4(length) == up
    assert near4(length) == near


def test_a_row_is_level_on_its_axes() -> None:
    made = row([block(10, 40, 20), block(10, 20, 12)], gap=4)
    assert places(made) == [(0, 0), (14, 8)]
    assert (made.width, made.height, made.axis) == (24, 40, 20)


def test_a_column_stands_below_itself() -> None:
    made = column([block(10, 40, 0), block(30, 20, 0)], 8, "middle")
    assert places(made) == [(8, 0), (0, 48)]
    assert (made.width, made.height) == (30, 68)


def test_a_sign_goes_down_with_what_follows_it() -> None:
    sign = Sign(10, 10, (), 5)
    made = flow([block(40, 10, 5), sign, block(40, 10, 5), sign, block(40, 10, 5)], room=100)
    rows = [group.marks for group in made.marks if isinstance(group, Group)]
    assert [len(marks) for marks in rows] == [3, 2]
    assert made.width == 90


def test_a_sign_too_wide_to_go_down_with_what_follows_it_stays() -> None:
    made = flow([block(40, 10, 5), Sign(40, 10, (), 5), block(70, 10, 5)], room=100)
    rows = [group.marks for group in made.marks if isinstance(group, Group)]
    assert [len(marks) for marks in rows] == [2, 1]
    assert made.width == 80


def test_nothing_is_nothing() -> None:
    assert row([]).width == column([]).height == 0


def test_inset() -> None:
    made = inset(block(10, 10, 5), left=4, top=8, right=2)
    assert (made.width, made.height, made.axis) == (16, 18, 13)


def test_paragraphs_wrap_at_spaces_and_within_long_words() -> None:
    made = lines(STYLE, "one two three four", room=80)
    texts = [m.content.strip() for m in made.marks if isinstance(m, Text)]
    assert texts == ["one two", "three four"]
    long = lines(STYLE, "가" * 40, room=200)
    assert all(extent(m).width <= 200 for m in long.marks)
    assert sum(len(m.content) for m in long.marks if isinstance(m, Text)) == 40


def test_formulas_are_coloured_by_role_and_end_in_bold() -> None:
    product = Product((Num(2, "input"), Num(3, "weight")))
    equation = Equation((Sum((product, Num(-1, "bias"))), Num(5, "output")))
    pieces = STYLE.pieces(equation)
    assert "".join(p.text for p in pieces) == "(2×3) − 1 = 5"
    colors = {p.text: p.fill for p in pieces if p.fill}
    assert colors == {
        "2": STYLE.theme.tone("input").line,
        "3": STYLE.theme.tone("weight").line,
        "1": STYLE.theme.tone("bias").line,
        "5": STYLE.theme.tone("output").line,
    }
    assert [p.text for p in pieces if p.bold] == ["5"]


def test_subscripts_are_smaller() -> None:
    plain = STYLE.width([Piece("t")], BODY)
    assert STYLE.width([Piece("t", place="sub")], BODY) == pytest.approx(0.72 * plain)


def test_a_page_has_margins() -> None:
    scene = framed(STYLE, block(101, 50, 0), "title", "desc")
    assert (scene.width, scene.height) == (152, 100)
    assert [extent(m).x for m in flatten(scene.marks)] == [24]


@pytest.mark.parametrize(
    ("text", "room", "found"),
    [
        pytest.param("128×112×112", 50, ["128×", "112×", "112"], id="a shape"),
        pytest.param("12×1,234,567", 90, ["12×", "1,234,567"], id="thousands"),
        pytest.param("0.25×3.5", 60, ["0.25×", "3.5"], id="points"),
        pytest.param("12345678", 40, ["1234", "5678"], id="a number longer than the room"),
    ],
)
def test_a_word_too_long_is_not_broken_inside_a_number(
    text: str, room: float, found: list[str]
) -> None:
    block = lines(Style.of(Appearance()), text, 15, room=room)
    assert [mark.content for mark in block.marks if isinstance(mark, Text)] == found
