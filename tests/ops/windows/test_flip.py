"""conv --flip: the kernel turned by 180°, against SciPy's convolution."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.signal
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from helpers import run
from nnviz.errors import UsageError

WHOLE = st.integers(-9, 9)


@settings(deadline=None)
@given(
    hnp.arrays(np.int64, hnp.array_shapes(min_dims=2, max_dims=2, max_side=7), elements=WHOLE),
    hnp.arrays(np.int64, hnp.array_shapes(min_dims=2, max_dims=2, max_side=4), elements=WHOLE),
)
def test_flip_is_what_scipy_calls_convolution(x: np.ndarray, kernel: np.ndarray) -> None:
    expected = scipy.signal.convolve2d(x, kernel, mode="full")
    made = run("conv", x, kernel=kernel, flip=True, padding="full", dims=2)
    np.testing.assert_array_equal(made.output, expected)
    for step in (made.steps[0], made.steps[-1]):
        terms = step.detail["terms"]
        assert sum(value * weight for _, value, weight in terms) == step.value


def test_flip_turns_every_channel_and_no_other_axis() -> None:
    x = np.arange(18).reshape(2, 3, 3)
    kernel = np.array([[[[1, 2], [3, 4]], [[5, 6], [7, 8]]], [[[0, 1], [0, 0]], [[1, 0], [0, 0]]]])
    turned = np.array([[[[4, 3], [2, 1]], [[8, 7], [6, 5]]], [[[0, 0], [1, 0]], [[0, 0], [0, 1]]]])
    flipped, as_given = run("conv", x, kernel=kernel, flip=True), run("conv", x, kernel=turned)
    np.testing.assert_array_equal(flipped.output, as_given.output)
    np.testing.assert_array_equal(flipped.arrays["kernel"], turned)
    np.testing.assert_array_equal(
        run("conv", [1, 2, 3], kernel=[1, 10], flip=True, dims=1).output, [12, 23]
    )


def test_flip_turns_random_filters_too() -> None:
    x = np.arange(16).reshape(4, 4)
    drawn = run("conv", x, filters=2).arrays["kernel"]
    flipped = run("conv", x, filters=2, flip=True).arrays["kernel"]
    np.testing.assert_array_equal(flipped, drawn[..., ::-1, ::-1])


def test_flip_is_said_beside_the_kernel() -> None:
    made = run("conv", np.eye(3), kernel=[[1, 2], [3, 4]], flip=True)
    said = "kernel turned by 180°: the mathematician's convolution"
    assert [str(words) for words in made.said] == [said]
    assert made.options["flip"] is True
    assert "flip" not in run("conv", np.eye(3), kernel=[[1, 2], [3, 4]]).options


def test_flip_is_no_way_of_a_transposed_convolution() -> None:
    with pytest.raises(UsageError, match="flip"):
        run("conv", np.eye(3), kernel=[[1, 2], [3, 4]], flip=True, transpose=True)
