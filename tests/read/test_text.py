"""Bytes to text, and places in it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnviz.errors import NnvizError
from nnviz.read.text import decode, listed, place_at, short

DECODED = {
    "UTF-8": "1 가".encode(),
    "UTF-8 with a mark": "1 가".encode("utf-8-sig"),
    "UTF-16, small end first": b"\xff\xfe" + "1 가".encode("utf-16-le"),
    "UTF-16, big end first": b"\xfe\xff" + "1 가".encode("utf-16-be"),
}


@pytest.mark.parametrize("data", DECODED.values(), ids=DECODED.keys())
def test_decodes(data: bytes) -> None:
    assert decode(data, "a") == "1 가"


def test_every_end_of_a_line_is_one() -> None:
    assert decode(b"1\r\n2\r3\n4", "a") == "1\n2\n3\n4"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"1 \xe9 2", "byte 0xe9 at offset 2 cannot be read"),
        (b"\xff\xfe1", "byte 0x31 at offset 2 cannot be read"),
    ],
    ids=["Latin-1", "half a character of UTF-16"],
)
def test_refuses_what_is_no_text(data: bytes, message: str) -> None:
    with pytest.raises(NnvizError) as caught:
        decode(data, "a.csv")
    assert "a.csv is not text in UTF-8" in str(caught.value)
    assert message in str(caught.value)


@given(st.text(), st.data())
def test_a_place_points_at_its_character(text: str, data: st.DataObject) -> None:
    text = text.replace("\r", "") + "x"
    offset = data.draw(st.integers(0, len(text) - 1))
    place = place_at(text, offset, "a", width=99)
    lines = text.split("\n")
    assert place.line is not None
    assert place.column is not None
    assert place.text == lines[place.line - 1]
    before = lines[: place.line - 1]
    assert sum(len(line) + 1 for line in before) + place.column - 1 == offset
    assert 1 <= place.width <= max(1, len(place.text) - place.column + 1)


def test_long_words_and_lists_are_cut() -> None:
    assert short("x" * 100, room=4) == "xxx…"
    assert listed(range(9), most=3) == "0, 1, 2, …"
    assert listed(range(3), most=3) == "0, 1, 2"
