"""CSV: a row a line, read back by nnviz itself."""

from __future__ import annotations

import csv
import io
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from helpers import run
from nnviz.errors import NnvizError
from nnviz.formats import load
from nnviz.read import Stdin, read_input
from nnviz.request import Request
from nnviz.trace import Results, Trace
from nnviz.words import Words


def written(output: Any) -> str:
    made = Trace("show", Words("Matrix"), {}, Results(output=np.asarray(output)))
    return load("csv").write(made, Request()).content.decode()


def test_no_rows_and_no_array() -> None:
    made = Trace("params", Words("Parameters"), {}, Results(rows=[], total={"params": 1}))
    with pytest.raises(NnvizError, match="gives a table"):
        load("csv").write(made, Request())


def test_rows_of_named_values() -> None:
    row = {"layer": "conv --size 3,3", "output": [6, 28, 28], "params": 60, "receptive_field": None}
    made = Trace("params", Words("Parameters"), {}, Results(rows=[row], total={}))
    for get in ("output", "rows"):
        lines = load("csv").write(made, Request(get=get)).content.decode().splitlines()
        assert lines == [
            "layer,output,params,receptive_field",
            '"conv --size 3,3",6x28x28,60,',
        ]


WRITTEN = [
    pytest.param([[1, 2], [3, -4]], "1,2\n3,-4\n", id="a matrix"),
    pytest.param([1, 2, 3], "1,2,3\n", id="a vector is one line"),
    pytest.param([[1], [2]], "1\n2\n", id="a column"),
    pytest.param([0.1, 1.0, 1e-7], "0.1,1.0,1e-07\n", id="floats"),
    pytest.param(
        [[[1, 2], [3, 4]], [[5, 6], [7, 8]]], "1,2\n3,4\n\n5,6\n7,8\n", id="a block a channel"
    ),
    pytest.param([[[1]], [[2]]], "# shape 2x1x1\n1\n\n2\n", id="channels of one row"),
    pytest.param([[1, 2]], "# shape 1x2\n1,2\n", id="a matrix of one row"),
    pytest.param(5, "5\n", id="a number"),
    pytest.param([float("nan"), float("inf")], "nan,inf\n", id="numbers JSON does not have"),
]


@pytest.mark.parametrize(("output", "expected"), WRITTEN)
def test_written(output: Any, expected: str) -> None:
    assert written(output) == expected


@settings(deadline=None, max_examples=150)
@given(
    hnp.arrays(
        st.sampled_from([np.int64, np.float64]),
        hnp.array_shapes(max_dims=5, max_side=3),
        elements=st.integers(-(2**53), 2**53),
    )
)
def test_every_array_reads_back_as_it_was(array: np.ndarray) -> None:
    stdin = Stdin(io.BytesIO(written(array).encode()))
    np.testing.assert_array_equal(read_input("-", stdin=stdin).array, array, strict=True)
    assert stdin.notes == []


def test_rows_that_have_more_stand_under_their_names() -> None:
    """A layer that takes another than the one before says which; Keras counts what is kept."""
    net = "a: conv --size 1 | norm batch | concat { relu } { add a }"
    made = run("params", None, net=net, input=(2, 3, 3), like="tf")
    lines = load("csv").write(made, Request()).content.decode().splitlines()
    rows = [
        [row[name] for name in ("layer", "from", "kept", "params", "input")]
        for row in csv.DictReader(lines)
    ]
    assert rows == [
        ["conv --size 1", "", "", "3", "2x3x3"],
        ["norm batch", "", "2", "4", "1x3x3"],
        ["relu", "", "", "0", "1x3x3"],
        ["add a", "2x1", "", "0", "1x3x3 1x3x3"],
        ["concat", "3x4", "", "0", "1x3x3 1x3x3"],
    ]
