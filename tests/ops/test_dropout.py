"""dropout: refusals, nothing when run, a mask in training, steps, its place in a chain."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nnviz
from helpers import assert_steps_hold, run
from layer_cases import FEW
from onnx_answers import onnx


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "dropout needs"),
        ({"p": -0.1}, "P −0.1 is not from 0 to 1"),
        ({"p": 1.5, "train": True}, "P 1.5 is not from 0 to 1"),
        ({"p": 0.5, "seed": 3}, "--seed belongs to --train"),
    ],
)
def test_refuses(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        run("dropout", [[1, 2]], **options)


@pytest.mark.parametrize("dtype", [np.uint8, np.int64, np.float32, np.float64])
def test_when_run_it_hands_on_what_it_gets(dtype: type) -> None:
    x: np.ndarray = np.arange(6, dtype=dtype).reshape(2, 3)
    trace = run("dropout", x, p=0.9)
    np.testing.assert_array_equal(trace.output, onnx("Dropout", [x])[0])
    assert trace.output.dtype == dtype
    assert np.shares_memory(trace.output, x)
    assert_steps_hold(trace)


@given(st.floats(0, 0.99), st.integers(0, 99), st.booleans(), st.integers(1, 4))
@FEW
def test_in_training_what_stays_is_scaled(p: float, seed: int, by_channel: bool, rank: int) -> None:
    x = np.arange(1.0, 1 + 2**rank).reshape((2,) * rank)
    trace = run("dropout", x, p=p, train=True, seed=seed, by_channel=by_channel)
    mask = trace.results["mask"]
    assert set(np.unique(mask)) <= {0, 1}
    np.testing.assert_allclose(trace.output, np.where(mask, x / (1 - p), 0))
    if by_channel and rank > 1:
        assert all(len(np.unique(m)) == 1 for m in mask.reshape(-1, 2, 2))
    assert_steps_hold(trace)
    again = run("dropout", x, p=p, train=True, seed=seed, by_channel=by_channel)
    np.testing.assert_array_equal(trace.output, again.output)


def test_the_share_is_what_was_asked_for_and_the_mean_stays() -> None:
    made = run("dropout", np.ones(40_000), p=0.3, train=True, seed=5).output
    assert (made == 0).mean() == pytest.approx(0.3, abs=0.02)
    assert made.mean() == pytest.approx(1, abs=0.02)
    others = run("dropout", np.ones(40_000), p=0.3, train=True, seed=6).output
    assert (made != others).any()


def test_all_and_nothing_are_left_out() -> None:
    x = [[1, 2], [3, 4]]
    assert run("dropout", x, p=1, train=True).output.tolist() == [[0, 0], [0, 0]]
    assert run("dropout", x, p=0, train=True).output.tolist() == x


def test_training_is_said_and_counted_as_nothing() -> None:
    trace = run("dropout", [1.0, 2.0], p=0.25, train=True, seed=7, by_channel=True)
    assert [str(word) for word in trace.said] == ["p = 0.25", "mask of seed 7", "whole channels"]
    row = nnviz.params("dropout2d 0.25", input=(3, 4, 4)).rows[0]
    assert (row["output"], row["params"], row["macs"]) == ([3, 4, 4], 0, 0)
    assert row["receptive_field"] == [1, 1]
