"""NumPy's .npy."""

from __future__ import annotations

import io

import numpy as np
import pytest

from nnviz.errors import NnvizError
from nnviz.formats import load
from nnviz.request import Request
from nnviz.trace import Results, Trace
from nnviz.words import Words

ARRAYS = [
    pytest.param(np.arange(6).reshape(2, 3), id="whole numbers"),
    pytest.param(np.linspace(0, 1, 8, dtype=np.float32).reshape(2, 2, 2), id="float32"),
    pytest.param(np.arange(6.0).reshape(2, 3).T, id="a transposed view"),
    pytest.param(np.array([np.nan, np.inf]), id="numbers JSON does not have"),
]


@pytest.mark.parametrize("array", ARRAYS)
def test_type_and_shape_are_kept(array: np.ndarray) -> None:
    made = Trace("show", Words("Matrix"), {}, Results(output=array))
    written = load("npy").write(made, Request())
    back = np.load(io.BytesIO(written.content + written.numbers), allow_pickle=False)
    assert np.shares_memory(np.asarray(written.numbers), array) == array.flags.c_contiguous
    assert back.dtype == array.dtype
    assert back.flags.c_contiguous
    assert np.array_equal(back, array, equal_nan=True)


def test_a_table_is_refused() -> None:
    made = Trace("params", Words("Parameters"), {}, Results(rows=[{}], total={}))
    with pytest.raises(NnvizError, match="gives a table"):
        load("npy").write(made, Request())
