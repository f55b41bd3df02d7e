"""Moments and what is made with them, against plain loops over Python's numbers."""

from __future__ import annotations

import math
import statistics

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from nnviz.core.norm import moments, scaled, standardized


@given(st.integers(0, 99), st.integers(1, 3), st.integers(1, 4))
def test_each_row_by_itself(seed: int, rows: int, columns: int) -> None:
    x = np.random.default_rng(seed).normal(3, 5, (rows, columns))
    mean, var = moments(x, [1])
    made = scaled(standardized(x, mean, var, 0.01), np.array(2.0), np.array(-1.0))
    for row, got, m, v in zip(x.tolist(), made.tolist(), mean, var, strict=True):
        center, spread = statistics.fmean(row), statistics.pvariance(row)
        assert math.isclose(m.item(), center, abs_tol=1e-12)
        assert math.isclose(v.item(), spread, abs_tol=1e-12)
        want = [2 * (n - center) / math.sqrt(spread + 0.01) - 1 for n in row]
        np.testing.assert_allclose(got, want, atol=1e-9)


def test_float32_stays_and_its_mean_is_added_up_in_more() -> None:
    x = np.full((1, 1_000_003), 0.1, np.float32)
    mean, var = moments(x, [1])
    assert mean.dtype == var.dtype == np.float32
    assert mean.item() == np.float32(0.1)
    assert var.item() < 1e-12
