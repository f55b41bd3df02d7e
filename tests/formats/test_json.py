"""JSON: the array alone on one line, ready for jq or the next nnviz."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from nnviz.errors import NnvizError
from nnviz.formats import load
from nnviz.request import Request, Screen
from nnviz.trace import Results, Trace
from nnviz.words import Words


def trace(output: Any, **others: Any) -> Trace:
    return Trace("show", Words("Matrix"), {}, Results(output=np.asarray(output), **others))


def written(made: Trace, **request: Any) -> str:
    return load("json").write(made, Request(**request)).content.decode()


REFUSED = [
    pytest.param([[1.0, float("nan")]], r"at \[0, 1\] is nan", id="NaN"),
    pytest.param([float("inf")], r"at \[0\] is inf", id="infinity"),
]


@pytest.mark.parametrize(("output", "message"), REFUSED)
def test_json_has_no_such_number(output: Any, message: str) -> None:
    with pytest.raises(NnvizError, match=message):
        written(trace(output))


def test_no_such_array() -> None:
    with pytest.raises(NnvizError, match="no y in a result of show"):
        written(trace([1]), get="y")


WRITTEN = [
    pytest.param([1, -2, 3], "[1,-2,3]\n", id="whole numbers"),
    pytest.param([1.0, 0.1, 1e300], "[1.0,0.1,1e+300]\n", id="floats"),
    pytest.param([[2**63 - 1]], "[[9223372036854775807]]\n", id="the largest whole number"),
    pytest.param(7, "7\n", id="a number"),
    pytest.param(np.arange(4, dtype=np.uint8).reshape(1, 2, 2), "[[[0,1],[2,3]]]\n", id="pixels"),
]


@pytest.mark.parametrize(("output", "expected"), WRITTEN)
def test_written(output: Any, expected: str) -> None:
    assert written(trace(output)) == expected


def test_other_results_by_name() -> None:
    made = trace([[1, 2]], indices=np.array([[0]]), lazy=lambda: np.array([5]))
    assert written(made, get="indices") == "[[0]]\n"
    assert written(made, get="lazy") == "[5]\n"
    assert written(made, get="shape") == "[1,2]\n"


def test_a_result_without_an_output_is_written_whole() -> None:
    made = Trace("params", Words("Parameters"), {}, Results(rows=[{"layer": "×"}], total={"n": 1}))
    assert written(made) == '{"rows":[{"layer":"×"}],"total":{"n":1}}\n'
    assert written(made, get="total") == '{"n":1}\n'
    assert written(made, screen=Screen(encoding="cp1252")).isascii()


@settings(deadline=None, max_examples=40)
@given(
    hnp.arrays(
        st.sampled_from([np.int64, np.float64]),
        hnp.array_shapes(max_dims=4, max_side=5),
    )
)
def test_every_number_reads_back(array: np.ndarray) -> None:
    if not np.isfinite(array).all():
        with pytest.raises(NnvizError):
            written(trace(array))
        return
    text = written(trace(array))
    assert text.count("\n") == 1
    back = np.array(json.loads(text))
    assert back.dtype == array.dtype
    assert np.array_equal(back, array)


def test_a_large_array_is_written_in_blocks() -> None:
    array = np.arange(300_000).reshape(3, 2, 50_000)
    assert json.loads(written(trace(array))) == array.tolist()
