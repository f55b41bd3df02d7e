"""flatten: refusals, both shapes, and where each cell goes."""

from __future__ import annotations

import numpy as np
import pytest

from helpers import assert_steps_hold, run

X = np.arange(12).reshape(2, 2, 3)


@pytest.mark.parametrize("axis", [4, -4])
def test_refuses_an_axis_out_of_range(axis: int) -> None:
    with pytest.raises(ValueError, match=f"axis {axis} is out of range .* 3 axes"):
        run("flatten", X, axis=axis)


@pytest.mark.parametrize(
    ("axis", "shape"), [(0, (12,)), (1, (2, 6)), (2, (4, 3)), (3, (12, 1)), (-1, (4, 3))]
)
def test_axis_zero_is_a_vector_and_others_are_those_of_onnx(
    axis: int, shape: tuple[int, ...]
) -> None:
    trace = run("flatten", X, axis=axis)
    assert trace.output.shape == shape
    assert trace.output.ravel().tolist() == list(range(12))
    for step in assert_steps_hold(trace):
        assert X[tuple(step.detail["from"])] == step.value


def test_says_how_far_neighbours_come_apart() -> None:
    assert str(run("flatten", X[0]).facts[0].label) == "one below the other becomes 3 apart"
    assert run("flatten", X[0, :1]).facts == ()


def test_shares_memory_with_its_input() -> None:
    assert np.shares_memory(run("flatten", X).output, X)
