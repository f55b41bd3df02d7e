"""Libraries that are loaded when they are used: not before, and once."""

from __future__ import annotations

import subprocess
import sys

import numpy
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from nnviz.libraries import distinct, np


def test_what_it_has_is_the_library_s_own() -> None:
    assert np.array is numpy.array
    assert isinstance(numpy.zeros(2), np.ndarray)


def test_a_name_is_looked_up_once() -> None:
    assert np.zeros is numpy.zeros
    assert vars(np)["zeros"] is numpy.zeros


def test_it_is_loaded_when_something_of_it_is_used() -> None:
    code = "import sys; from nnviz.libraries import np; print('numpy' in sys.modules); np.pi; "
    code += "print('numpy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True"]


@given(
    arrays(
        st.sampled_from(["i8", "f4", "f8"]).map(numpy.dtype),
        array_shapes(max_dims=2),
        elements=st.integers(-3, 3),
    )
)
def test_the_different_numbers_are_those_of_a_set(array: numpy.ndarray) -> None:
    assert distinct(array).tolist() == sorted(set(array.ravel().tolist()))
    rows = sorted(set(map(tuple, array.reshape(len(array), -1).tolist())))
    assert distinct(array.reshape(len(array), -1), axis=0).tolist() == [list(r) for r in rows]
