"""Over how many axes a window slides, from the input; a row on two axes is 1×k."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import nnviz

MAP = np.array([[1, 1, 0, 0, 0, 0, 1, 1], [1, 1, 1, 0, 0, 1, 1, 1]])


def _slid(row: np.ndarray, kernel: list[int]) -> list[int]:
    return [int(value) for value in np.correlate(row, kernel, "valid")]


def test_a_row_kernel_on_a_map_is_a_row() -> None:
    made = nnviz.conv(MAP, [1, -1])
    assert made.output.tolist() == [_slid(row, [1, -1]) for row in MAP]
    assert made.trace.arrays["kernel"].shape == (1, 2)
    assert any("--dims 1" in str(note) for note in made.trace.notes)


def test_a_row_kernel_on_channels_adds_them() -> None:
    x = np.stack([MAP, 2 * MAP])
    made = nnviz.conv(x, [-1, 0, 1])
    assert made.output.reshape(2, 6).tolist() == [_slid(3 * row, [-1, 0, 1]) for row in MAP]


def test_dims_1_slides_over_channels() -> None:
    made = nnviz.conv(MAP, [1, -1], dims=1)
    assert made.output.reshape(-1).tolist() == _slid(MAP.sum(0), [1, -1])
    assert not any("--dims" in str(note) for note in made.trace.notes)


@pytest.mark.parametrize(("kernel", "output"), [([1, -1], [-1, -1, -1]), (3, [3, 6, 9, 12])])
def test_a_vector_is_slid_over_one_axis(kernel: Any, output: list[int]) -> None:
    assert nnviz.conv([1, 2, 3, 4], kernel).output.tolist() == output


def test_a_transposed_row() -> None:
    x = np.array([[1, 2], [3, 4]])
    made = nnviz.conv_transpose(x, [1, -1]).output
    assert made.tolist() == [np.convolve(row, [1, -1]).tolist() for row in x]


def test_a_kernel_of_five_axes_slides_over_three() -> None:
    assert nnviz.conv(np.ones((1, 2, 3, 3), int), np.ones((1, 1, 2, 2, 2), int)).output.max() == 8


def test_a_window_on_a_vector() -> None:
    assert nnviz.pool([1, 4, 2, 3], 2).output.tolist() == [4, 3]


def test_params_counts_a_row_as_it_runs() -> None:
    rows = nnviz.params('conv -k "1 0 -1"', input=(5, 6)).rows
    assert (rows[0]["output"], rows[0]["weights"]) == ([5, 4], 3)
    assert nnviz.net('conv -k "1 0 -1"', np.ones((5, 6), int)).output.shape == (5, 4)
