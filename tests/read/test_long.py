"""Long texts are read, and large arrays written, by a faster library: the same numbers."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnviz import libraries
from nnviz.errors import NnvizError
from nnviz.formats._values import dump
from nnviz.read import Stdin, numbers, read_array
from nnviz.request import Request

LONG = 2**18
"""Characters of blanks that make any text long."""


def read(text: str) -> np.ndarray:
    return read_array(text, stdin=Stdin(None), name="--kernel")


@given(
    st.lists(
        st.one_of(
            st.integers(-(2**80), 2**80),
            st.floats(allow_nan=False, allow_infinity=False),
            st.sampled_from([2**63 - 1, 2**63, 2**64, -(2**63), -(2**63) - 1, 1e19]),
        ),
        min_size=1,
        max_size=4,
    )
)
def test_a_long_text_is_what_a_short_one_is(values: list[int | float]) -> None:
    """Its numbers, their type, and what is said of one that does not fit."""
    said = []
    for text in (json.dumps([values]), json.dumps([values]) + " " * LONG):
        try:
            array = read(text)
            said.append((array.dtype.name, array.tolist()))
        except NnvizError as error:
            said.append((type(error).__name__, str(error).split("\n")[0]))
    assert said[0] == said[1]


DIGITS = st.text("0123456789", min_size=1, max_size=24)
SPELLED = st.builds(
    "".join,
    st.tuples(
        st.sampled_from(["", "-"]),
        st.one_of(st.just("0"), st.builds("{}{}".format, st.sampled_from("123456789"), DIGITS)),
        st.one_of(st.just(""), st.builds(".{}".format, DIGITS)),
        st.one_of(
            st.just(""),
            st.builds("{}{}{}".format, st.sampled_from("eE"), st.sampled_from(["", "-", "+"]),
                      st.integers(0, 420)),
        ),
    ),
)  # fmt: skip
"""A number in any way that JSON has for it."""
SPECIAL = ["-0.0", "-0", "1E5", "1e400", "-1e400", "12345678901234567890", "5e-324", "1e-400",
           "9223372036854775807", "9223372036854775808", "-9223372036854775808", "0e0",
           "18446744073709551616", "-98765432109876543210"]  # fmt: skip
BLANKS = st.text(" \n\t", max_size=3)


@given(
    st.lists(st.tuples(BLANKS, st.one_of(SPELLED, st.sampled_from(SPECIAL)), BLANKS), min_size=1)
)
def test_a_number_is_what_the_standard_library_reads(cells: list[tuple[str, str, str]]) -> None:
    """To the last bit, the sign of a zero too; one that does not fit has its line and column."""
    text = f"[{','.join(map(''.join, cells))}]"
    values = json.loads(text)
    fits = [abs(v) < math.inf if type(v) is float else -(2**63) <= v < 2**63 for v in values]
    for whole in (text, text + " " * LONG):
        if all(fits):
            expected = np.array(values)
            assert (read(whole).dtype, read(whole).tobytes()) == (
                expected.dtype,
                expected.tobytes(),
            )
            continue
        with pytest.raises(NnvizError, match="is too large for a") as caught:
            read(whole)
        first = fits.index(False)
        before = "[" + "".join("".join(cell) + "," for cell in cells[:first]) + cells[first][0]
        place = caught.value.place
        assert place is not None
        line, column = before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1
        assert (place.line, place.column) == (line, column)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("[[1, 2],\n [3, 4,, 5]]", "line 2, column 8"),
        ("[[1, 2],\n [3, NaN]]", "line 2, column 6"),
        ("[[1, 2],\n [3, 01]]", "line 2, column 6"),
        ("1 2\n3 x", "line 2, column 3"),
    ],
)
def test_what_is_wrong_in_a_long_text_has_its_place(text: str, place: str) -> None:
    with pytest.raises(NnvizError, match=place):
        read(text + "\n" * LONG)


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=5))
def test_a_large_array_is_written_as_it_is(values: list[float]) -> None:
    """Every float64 comes back to the last bit, whatever spelling it has."""
    large = np.resize(np.array(values), (300, 300))
    assert large.size > 2**16
    back = np.array(json.loads(dump(large, Request())))
    assert back.tobytes() == large.tobytes()


def test_float32_has_the_digits_of_float64_however_many_there_are() -> None:
    small = np.full((2, 2), 0.1, np.float32)
    large = np.full((300, 300), 0.1, np.float32)
    assert dump(large, Request()).startswith("[[0.10000000149011612,")
    assert dump(small, Request()).startswith("[[0.10000000149011612,")


@pytest.mark.parametrize("dtype", ["i1", "u1", "i4", "i8", "f2", "f4", "f8", "?", ">i4"])
def test_every_type_is_written(dtype: str) -> None:
    large = (np.arange(90_000).reshape(300, 300) % 2).astype(dtype)
    assert json.loads(dump(large[:, ::-1], Request())) == large[:, ::-1].tolist()


def test_without_the_library_all_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    text = json.dumps(np.random.default_rng(0).normal(size=(300, 300)).tolist())
    quick = read(text)
    monkeypatch.setattr(numbers, "orjson", lambda: None)
    monkeypatch.setattr("nnviz.formats._values.orjson", lambda: None)
    assert read(text).tobytes() == quick.tobytes()
    assert json.loads(dump(quick, Request())) == quick.tolist()
    assert libraries.orjson() is not None  # the tests have it, so that above was another way
