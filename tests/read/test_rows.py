"""Rows of numbers: refusals with their place, spellings, separators."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from nnviz.errors import NnvizError
from nnviz.read.rows import parse_rows

REFUSED = {
    "a word": ("1 2; 3 x", "'x' is not a number", (1, 8, 1)),
    "a word in the second line": ("1 2\n3 four", "'four' is not a number", (2, 3, 4)),
    "not a number": ("1 nan", "'nan' is not a number", (1, 3, 3)),
    "infinity": ("1 inf", "'inf' is not a number", (1, 3, 3)),
    "an underscore": ("1_000", "'1_000' is not a number", (1, 1, 5)),
    "two points": ("1.2.3", "'1.2.3' is not a number", (1, 1, 5)),
    "digits of another script": ("1 ٣", "'٣' is not a number", (1, 3, 1)),
    "hexadecimal": ("0x10", "'0x10' is not a number", (1, 1, 4)),
    "two fractions in one": ("1/2/3", "'1/2/3' is not a number", (1, 1, 5)),
    "a short row": ("1 2 3; 4 5", "row 2 has 2 numbers, row 1 has 3", (1, 8, 3)),
    "a row of one": ("1 2 3; 4", "row 2 has 1 number, row 1 has 3", (1, 8, 1)),
    "a long row": ("1 2\n3 4\n5 6 7", "row 3 has 3 numbers, row 1 has 2", (3, 1, 5)),
    "a comma too many": ("1,,2", "a number is missing here", (1, 2, 1)),
    "a comma at the end of one row": ("1,2,\n3,4", "a number is missing here", (1, 4, 1)),
    "a line of a comma": ("1,2\n3,4\n,\n", "a number is missing here", (3, 1, 1)),
    "a comma at the start of a line": ("1,2\n,4", "a number is missing here", (2, 1, 1)),
    "a decimal comma": ("0,5 0,5; 1 1", "is '0,5' one number with a decimal comma", (1, 1, 3)),
    "a decimal comma after tabs": ("1\t-2,5", "is '-2,5' one number", (1, 3, 4)),
    "a thousands comma": ("1 2\n1,000 2,000", "is '1,000' one number", (2, 1, 5)),
    "a decimal comma in a row of its own": ("1 2; 3,4", "is '3,4' one number", (1, 6, 3)),
    "tight and wide commas": ("1,2, 3", "is '1,2' one number", (1, 1, 3)),
    "spaces, then commas": (
        "1 2; 3, 4",
        "numbers are separated by spaces here and by commas elsewhere",
        (1, 1, 3),
    ),
    "commas, then spaces": (
        "1, 2\n3 4",
        "numbers are separated by spaces here and by commas elsewhere",
        (2, 1, 3),
    ),
    "spaces among tabs": (
        "1\t2\n3 4\t5",
        "numbers are separated by spaces here and by tabs elsewhere",
        (2, 1, 3),
    ),
    "tabs among commas": (
        "1, 2\n3\t4",
        "numbers are separated by tabs here and by commas elsewhere",
        (2, 1, 3),
    ),
    "a comma among spaces": (
        "1 2 3, 4",
        "numbers are separated by spaces here and by commas elsewhere",
        (1, 1, 5),
    ),
    "a word among spaces and commas": ("1 x, 2", "'x' is not a number", (1, 3, 1)),
    "8,000 zeros and a one": ("1 " + "0" * 8000 + "1x", "is not a number", (1, 3, 8002)),
    "a comma at the start": (",1", "a number is missing here", (1, 1, 1)),
    "an empty cell between tabs": ("1\t\t2", "a number is missing here", (1, 2, 1)),
    "two semicolons": ("1 2;; 3 4", "there are no numbers before this ';'", (1, 5, 1)),
    "a semicolon first": ("; 1 2", "there are no numbers before this ';'", (1, 1, 1)),
    "a title": ("Results\n1 2", "the first line has words, not numbers: Results", (1, 1, 7)),
    "division by zero": ("1/0 2", "'1/0' divides by zero", (1, 1, 3)),
    "2^63": ("1 9223372036854775808", "9223372036854775808 is too large", (1, 3, 19)),
    "below −2^63": ("-9223372036854775809", "-9223372036854775809 is too large", (1, 1, 20)),
    "2^63 among floats": ("0.5 9223372036854775808", "9223372036854775808 is too", (1, 5, 19)),
    "5000 digits": ("1" * 5000, "is too large for a whole number", (1, 1, 5000)),
    "1e400": ("1 1e400", "1e400 is too large for a float", (1, 3, 5)),
    "a fraction past the floats": ("1e308/1e-308", "is too large for a float", (1, 1, 12)),
    "channels of several heights": (
        "1 2\n3 4\n\n5 6\n",
        "channel 1 has 1 row, channel 0 has 2",
        (4, 1, 1),
    ),
    "a word after wide characters": ("가 1", "'가' is not a number", (1, 1, 1)),
}


@pytest.mark.parametrize(("text", "message", "at"), REFUSED.values(), ids=REFUSED.keys())
def test_refuses(text: str, message: str, at: tuple[int, int, int]) -> None:
    with pytest.raises(NnvizError) as caught:
        parse_rows(text, "INPUT")
    assert message in str(caught.value.message)
    place = caught.value.place
    assert place is not None
    assert (place.line, place.column, place.width) == at
    assert place.text is not None
    assert len(place.text) == len(text.split("\n")[at[0] - 1])


def test_refuses_lines_semicolons_and_commas_together() -> None:
    with pytest.raises(NnvizError, match="is it the ';' that ends a row") as caught:
        parse_rows("1,5;2,5\n3,5;4,5", "INPUT")
    place = caught.value.place
    assert place is not None
    assert (place.line, place.column) == (1, 4)


def test_an_error_never_carries_what_steers_a_terminal() -> None:
    with pytest.raises(NnvizError) as caught:
        parse_rows("1 \x1b[31mred", "INPUT")
    assert "\x1b" not in str(caught.value)


READ = {
    "a number has no axes": ("7", 7),
    "a row is a vector": ("1 2 3", [1, 2, 3]),
    "a column keeps two axes": ("1\n2", [[1], [2]]),
    "rows by semicolons": ("1 2 3; 4 5 6", [[1, 2, 3], [4, 5, 6]]),
    "a semicolon at the end": ("1 2; 3 4;", [[1, 2], [3, 4]]),
    "semicolons and new lines": ("1 2;\n3 4;\n", [[1, 2], [3, 4]]),
    "rows of several per line": ("1 2; 3 4\n5 6; 7 8", [[1, 2], [3, 4], [5, 6], [7, 8]]),
    "semicolons between cells": ("1;2;3\n4;5;6\n", [[1, 2, 3], [4, 5, 6]]),
    "commas": ("1,2\n3,4\n", [[1, 2], [3, 4]]),
    "commas and spaces": (" 1 , 2\n3,4 ", [[1, 2], [3, 4]]),
    "commas and tabs": ("1,\t2\n3\t,4", [[1, 2], [3, 4]]),
    "tabs": ("1\t2\n3\t4", [[1, 2], [3, 4]]),
    "columns made even with spaces": ("  1  20\n-10   2", [[1, 20], [-10, 2]]),
    "empty lines": ("\n1 2\n\n3 4\n\n", [[1, 2], [3, 4]]),
    "empty lines between channels": (
        "1,2\n3,4\n\n\n5,6\n7,8\n",
        [[[1, 2], [3, 4]], [[5, 6], [7, 8]]],
    ),
    "channels with fractions": ("1/2\n1\n\n2\n3", [[[0.5], [1.0]], [[2.0], [3.0]]]),
    "an empty line among white space": (
        "1 2\n3 4\n \t\n5 6\n7 8",
        [[[1, 2], [3, 4]], [[5, 6], [7, 8]]],
    ),
    "several rows a line, each ended": (
        "1 2; 3 4;\n5 6; 7 8; \n",
        [[1, 2], [3, 4], [5, 6], [7, 8]],
    ),
    "hard spaces": ("1\u00a02\u30003", [1, 2, 3]),
    "a printed minus sign": ("−1 2e−1", [-1.0, 0.2]),
    "whole numbers to the end": (
        "9223372036854775807 -9223372036854775808",
        [2**63 - 1, -(2**63)],
    ),
    "zeros in front": ("007 +7", [7, 7]),
    "8,000 zeros in front": ("-" + "0" * 8000 + "7 0", [-7, 0]),
    "commas tight in one row, wide in another": ("1, 2\n3,4\n", [[1, 2], [3, 4]]),
    "a comma before a sign, a comma and a blank": ("1,-2, 3", [1, -2, 3]),
    "blanks that end rows": ("1,2 ; 3,4 ", [[1, 2], [3, 4]]),
    "tabs with spaces": ("1 \t 2\n3\t4", [[1, 2], [3, 4]]),
    "lines that tabs indent": ("\t1 2\n\t3 4\n", [[1, 2], [3, 4]]),
    "tabs that indent and separate": ("\t1\t2\n\t3\t4\n", [[1, 2], [3, 4]]),
    "one float makes floats": ("1 2.0", [1.0, 2.0]),
    "floats of every spelling": ("+1 .5 5. 1e3 -2E-2", [1.0, 0.5, 5.0, 1000.0, -0.02]),
    "fractions": ("1/9 -2/4 .5/2 4/2", [1 / 9, -0.5, 0.25, 2.0]),
}


@pytest.mark.parametrize(("text", "values"), READ.values(), ids=READ.keys())
def test_reads(text: str, values: object) -> None:
    array = parse_rows(text, "INPUT")
    expected = np.array(values)
    assert array.dtype == expected.dtype
    np.testing.assert_array_equal(array, expected, strict=True)


@settings(deadline=None, max_examples=60)
@given(
    arrays.arrays(np.int64, arrays.array_shapes(min_dims=2, max_dims=2, min_side=2))
    | arrays.arrays(
        np.float64,
        arrays.array_shapes(min_dims=2, max_dims=2, min_side=2),
        elements=st.floats(allow_nan=False, allow_infinity=False),
    ),
    st.sampled_from([", ", ",", " ", "\t", "  "]),
    st.sampled_from(["\n", "\r\n".replace("\r", ""), ";", "; ", "\n\n"]),
    st.sampled_from(["", "+"]),
)
def test_gives_back_what_was_written(array: np.ndarray, cell: str, row: str, sign: str) -> None:
    # With a plus sign, which JSON lacks, the careful way reads; without, the quick one.
    rows = [[repr(v) for v in line] for line in array.tolist()]
    rows[0][0] = rows[0][0] if rows[0][0].startswith("-") else sign + rows[0][0]
    text = row.join(cell.join(line) for line in rows)
    np.testing.assert_array_equal(parse_rows(text, "INPUT"), array, strict=True)


@settings(deadline=None, max_examples=150)
@given(st.text(alphabet="0123456789.-+eE/,; \t\nx−", max_size=40))
def test_reads_or_refuses_any_text(text: str) -> None:
    try:
        array = parse_rows(text, "INPUT")
    except NnvizError:
        return
    assert array.dtype in (np.int64, np.float64)
    assert array.ndim <= 3
