"""Words are filled with what a user wrote, in signs that steer nothing."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnviz import lang
from nnviz.errors import NnvizError, Place
from nnviz.words import Words, safe

STEERING = (
    *map(chr, range(0x20)),
    *map(chr, range(0x7F, 0xA0)),
    *"\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u2028\u2029\ufeff",
)
"""Control characters, marks of direction, ends of lines."""

SPELLED = [
    pytest.param("plain 가 é", "plain 가 é", id="letters"),
    pytest.param("\x1b[31mred", r"\x1b[31mred", id="an escape"),
    pytest.param("a\nb\tc\rd", r"a\nb\tc\rd", id="ends of lines and tabs"),
    pytest.param("\x9b2J\x7f", r"\x9b2J\x7f", id="C1 and DEL"),
    pytest.param("a\u202egpj.exe", r"a\u202egpj.exe", id="written from the right"),
    pytest.param("\udcff", r"\udcff", id="half a pair"),
    pytest.param("\U000e0041", r"\U000e0041", id="a tag"),
    pytest.param("\ufffe\u2028", r"\ufffe\u2028", id="what XML or a line cannot hold"),
    pytest.param("1\N{NO-BREAK SPACE}2", "1\N{NO-BREAK SPACE}2", id="a space of its own"),
    pytest.param("می\u200cخواهم", "می\u200cخواهم", id="a joiner between letters"),
    pytest.param("\u200d", r"\u200d", id="a joiner alone"),
    pytest.param("שלום", "שלום", id="letters written from the right"),
    pytest.param("\ue000", "\ue000", id="for private use"),
]


@pytest.mark.parametrize(("text", "shown"), SPELLED)
def test_what_steers_is_spelled_out(text: str, shown: str) -> None:
    assert safe(text) == shown
    assert safe(shown) == shown
    assert str(Words("about {it}", it=text)) == f"about {shown}"
    assert lang.say(Words("{n} of {it}", n=1, it=Words("{it}", it=text)), "ko") == f"1 of {shown}"


@given(st.text(st.one_of(st.characters(), st.sampled_from(STEERING))))
def test_no_text_steers(text: str) -> None:
    shown = safe(text)
    assert not set(shown) & set(STEERING)
    shown.encode()  # no half of a pair is left
    element = ET.Element("title")
    element.text = shown
    assert ET.fromstring(ET.tostring(element)).text == (shown or None)


@given(st.text(st.one_of(st.characters(), st.sampled_from(STEERING))), st.data())
def test_an_error_is_on_its_own_lines_with_the_caret_in_its_place(
    text: str, data: st.DataObject
) -> None:
    text = "".join(text.split("\n")) + "x"
    column = data.draw(st.integers(1, len(text)))
    place = Place(text, 1, column, text[:60])
    error = NnvizError("no {name}", name=text, place=place, hint=Words("not {name}", name=text))
    lines = str(error).split("\n")
    assert len(lines) == 5
    assert not set("".join(lines)) & set(STEERING)


def test_the_caret_stands_under_what_is_spelled_out() -> None:
    place = Place("a.csv", 1, 3, "1\x1b\x00 2")
    lines = str(NnvizError("no", place=place)).split("\n")
    assert lines[2] == r"    1\x1b\x00 2"
    assert lines[3] == "         ^^^^"
