"""JSON: refusals with their place, documents of nnviz, arrays by name."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from nnviz.errors import NnvizError
from nnviz.read.nested import parse_json, parse_json_arrays

REFUSED = {
    "NaN": ("[1, NaN]", "'NaN' is not a number", (1, 5, 3)),
    "Infinity": ("[1, Infinity]", "'Infinity' is not a number", (1, 5, 8)),
    "minus Infinity": ("[-Infinity]", "'-Infinity' is not a number", (1, 2, 9)),
    "true": ("[[1, true]]", "'true' is not a number", (1, 6, 4)),
    "null": ("[[1, null]]", "'null' is not a number", (1, 6, 4)),
    "a string": ('[[1, "a b"]]', "'\"a b\"' is not a number", (1, 6, 5)),
    "a word": ("[[1, x]]", "'x' is not a number", (1, 6, 1)),
    "an object in a list": ('[{"a": 1}]', "'{' is not a number", (1, 2, 1)),
    "a short row": ("[[1, 2], [3]]", "row 2 has 1 number, row 1 has 2", (1, 10, 3)),
    "a long row": ("[[1, 2],\n [3, 4, 5]]", "row 2 has 3 numbers, row 1 has 2", (2, 2, 9)),
    "a short row of a channel": (
        "[[[1, 2], [3, 4]], [[5, 6], [7, 8, 9]]]",
        "this row has 3 numbers, the first has 2",
        (1, 29, 9),
    ),
    "a short channel": (
        "[[[1], [2]], [[3]]]",
        "this list has a length of 1, the first beside it of 2",
        (1, 14, 5),
    ),
    "a number among rows": ("[[1, 2], 3]", "numbers and lists are mixed here", (1, 10, 1)),
    "a row among numbers": ("[1, [2]]", "numbers and lists are mixed here", (1, 5, 1)),
    "an empty list": ("[]", "this list is empty", (1, 2, 1)),
    "an empty row": ("[[1], []]", "this list is empty", (1, 8, 1)),
    "six deep": ("[[[[[[1]]]]]]", "the lists nest more than 5 deep", (1, 6, 1)),
    "100,000 deep": ("[" * 100_000, "nest more than 5 deep", None),
    "an open bracket": ("[[1, 2], [3, 4]", "this bracket is not closed", (1, 1, 1)),
    "two commas": ("[1,, 2]", "a number is missing before this comma", (1, 4, 1)),
    "a comma at the end": ("[1, 2,]", "a number is missing here", (1, 7, 1)),
    "no comma": ("[1 2; 3 4]", "a comma is missing before this", (1, 4, 2)),
    "a bracket too many": ("[1, 2]]", "the matrix ends before this", (1, 7, 1)),
    "rows without a list": ("[1, 2]\n[3, 4]", "the matrix ends before this", (2, 1, 1)),
    "a fraction": ("[1/9]", "JSON has no '1/9'", (1, 2, 3)),
    "a plus sign": ("[+1]", "JSON has no '+1'", (1, 2, 2)),
    "a zero in front": ("[01]", "JSON has no '01'", (1, 2, 2)),
    "2^63": ("[9223372036854775808]", "9223372036854775808 is too large", (1, 2, 19)),
    "below −2^63 among floats": (
        "[0.5, -9223372036854775809]",
        "-9223372036854775809 is too large",
        (1, 7, 20),
    ),
    "5000 digits": ("[" + "7" * 5000 + "]", "is too large for a whole number", (1, 2, 5000)),
    "1e400": ("[1, 1e400]", "1e400 is too large for a float", (1, 5, 5)),
    "another object": ('{"a": 1, "b": 2}', "is a JSON object with the keys a, b, not", None),
    "an empty object": ("{}", "is a JSON object with the keys {}, not", None),
    "half an object": ('{"a":', "this is not JSON: Expecting value", (1, 6, 1)),
    "objects 100,000 deep": ('{"a":' * 100_000, "nest more than 5 deep", None),
    "5000 digits in an object": ('{"a": ' + "7" * 5000 + "}", "has too many digits", None),
    "NaN in an object": ('{"NaN": [1, NaN]}', "'NaN' is not a number", (1, 13, 3)),
    "a ragged output": (
        '{"nnviz": "1", "x": {"output": 1},\n "output": [[1, 2], [3]]}',
        "row 2 has 1 number, row 1 has 2",
        (2, 21, 3),
    ),
    "an output that is none": ('{"nnviz": 1, "output": null}', "'null' is not a", (1, 24, 4)),
}


@pytest.mark.parametrize(("text", "message", "at"), REFUSED.values(), ids=REFUSED.keys())
def test_refuses(text: str, message: str, at: tuple[int, int, int] | None) -> None:
    with pytest.raises(NnvizError) as caught:
        parse_json(text, "INPUT")
    assert message in str(caught.value.message)
    place = caught.value.place
    if at is None:
        assert place is None or place.text is not None
    else:
        assert place is not None
        assert (place.line, place.column, place.width) == at


READ = {
    "whole numbers": ("[[1, 2], [3, -4]]", [[1, 2], [3, -4]]),
    "one float makes floats": ("[1, 2.0]", [1.0, 2.0]),
    "an exponent makes a float": ("[1e0]", [1.0]),
    "the ends of the whole numbers": (f"[{2**63 - 1}, {-(2**63)}]", [2**63 - 1, -(2**63)]),
    "five axes": ("[[[[[1]]]]]", [[[[[1]]]]]),
    "a printed minus sign": ("[−1, 2]", [-1, 2]),
    "a document of nnviz": ('{"nnviz": "1", "op": "conv", "output": [[6]]}', [[6]]),
    "the last of two keys": ('{"nnviz": 1, "output": [1], "output": [2]}', [2]),
    "a document of one number": ('{"nnviz": 1, "output": 3}', 3),
}


@pytest.mark.parametrize(("text", "values"), READ.values(), ids=READ.keys())
def test_reads(text: str, values: object) -> None:
    np.testing.assert_array_equal(parse_json(text, "INPUT"), np.array(values), strict=True)


@settings(deadline=None, max_examples=60)
@given(
    arrays.arrays(np.int64, arrays.array_shapes(max_dims=5, max_side=3))
    | arrays.arrays(
        np.float64,
        arrays.array_shapes(max_dims=5, max_side=3),
        elements=st.floats(allow_nan=False, allow_infinity=False),
    ),
    st.sampled_from([None, 1]),
)
def test_gives_back_what_was_written(array: np.ndarray, indent: int | None) -> None:
    text = json.dumps(array.tolist(), indent=indent)
    np.testing.assert_array_equal(parse_json(text, "INPUT"), array, strict=True)


@settings(deadline=None, max_examples=200)
@given(st.text(alphabet='[]{},:"19.-eaN \n', max_size=30).map("[".__add__))
def test_reads_what_json_and_numpy_read_alike_or_refuses(text: str) -> None:
    try:
        array = parse_json(text, "INPUT")
    except NnvizError:
        return
    np.testing.assert_array_equal(array, np.array(json.loads(text)), strict=True)


def test_arrays_by_name() -> None:
    held = parse_json_arrays('{"Wx": [[1, 2]], "b": [0.5], "s": 3}', "--weights")
    assert {name: array.tolist() for name, array in held.items()} == {
        "Wx": [[1, 2]],
        "b": [0.5],
        "s": 3,
    }


NO_WEIGHTS = {
    "a list": ("[[1]]", "--weights has no arrays by name", None),
    "nothing": ("{}", "--weights has no arrays by name", None),
    "a ragged array": (
        '{"Wx": [[1]],\n "Wh": [[1, 2], [3]]}',
        "row 2 has 1 number, row 1 has 2",
        (2, 17),
    ),
    "a word": ('{"Wx": "a"}', "'\"a\"' is not a number", (1, 8)),
    "an empty array": ('{"b": []}', "this list is empty", (1, 8)),
}


@pytest.mark.parametrize(("text", "message", "at"), NO_WEIGHTS.values(), ids=NO_WEIGHTS.keys())
def test_refuses_weights(text: str, message: str, at: tuple[int, int] | None) -> None:
    with pytest.raises(NnvizError) as caught:
        parse_json_arrays(text, "--weights")
    assert message in str(caught.value.message)
    place = caught.value.place
    assert (place and (place.line, place.column)) == at
