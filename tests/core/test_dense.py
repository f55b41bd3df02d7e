from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nnviz.core.dense import dense
from nnviz.errors import NnvizError

Array = np.ndarray[Any, Any]

PAST = [
    ("the product", [2**62], [[2]], None, 2**63),
    ("one bias for each output", [2**62], [[1]], [2**62], 2**63),
    ("one bias for all", [2**62, 0], [[1, 0], [1, 1]], 2**62, 2**63),
]


@pytest.mark.parametrize(("x", "w", "b", "result"), [c[1:] for c in PAST], ids=[c[0] for c in PAST])
def test_a_result_past_64_bits_is_refused(
    x: list[int], w: list[list[int]], b: Any, result: int
) -> None:
    bias = None if b is None else np.array(b)
    with pytest.raises(NnvizError, match=str(result)):
        dense(np.array(x), np.array(w), bias)


BIASES = [
    ("none", None),
    ("a number", 5),
    ("one for each output", [1, 2, 3]),
    ("one for each row", [[1], [2]]),
    ("one for each cell", [[1, 2, 3], [4, 5, 6]]),
]


@pytest.mark.parametrize("b", [c[1] for c in BIASES], ids=[c[0] for c in BIASES])
@pytest.mark.parametrize("dtype", ["i8", "f4", "f8"])
def test_the_bias_broadcasts(b: Any, dtype: str) -> None:
    x, w = np.array([[1, 2], [3, 4]], dtype), np.array([[1, 0], [0, 1], [5, -1]], dtype)
    bias = None if b is None else np.array(b, dtype)
    made = dense(x, w, bias)
    assert made.dtype == dtype
    assert made.tolist() == (x @ w.T + (0 if bias is None else bias)).tolist()


@settings(deadline=None, max_examples=60)
@given(
    shape=st.tuples(*(st.integers(1, 40),) * 3),
    seed=st.integers(0, 99),
    largest=st.sampled_from([9, 2**20, 2**40, 2**58]),
)
def test_whole_numbers_are_exact(shape: tuple[int, int, int], seed: int, largest: int) -> None:
    n, inputs, outputs = shape
    rng = np.random.default_rng(seed)
    x, w = rng.integers(-largest, largest, (n, inputs)), rng.integers(-1, 2, (outputs, inputs))
    made = dense(x, w, None)
    assert made.dtype == np.int64
    assert made.tolist() == (x.astype(object) @ w.T.astype(object)).tolist()


def test_small_sums_equal_a_plain_loop_bit_for_bit() -> None:
    rng = np.random.default_rng(0)
    x, w, b = rng.random(20), rng.random((5, 20)), rng.random(5)
    for o, y in enumerate(dense(x, w, b).tolist()):
        total = 0.0
        for value, weight in zip(x.tolist(), w[o].tolist(), strict=True):
            total += value * weight
        assert y == total + b[o]


def test_a_large_layer_equals_numpy() -> None:
    rng = np.random.default_rng(1)
    x, w, b = rng.random((64, 700)), rng.random((300, 700)), rng.random(300)
    np.testing.assert_allclose(dense(x, w, b), x @ w.T + b, rtol=1e-12)
    np.testing.assert_allclose(dense(x[0], w, b), w @ x[0] + b, rtol=1e-12)


def test_an_infinity_stays_in_its_row() -> None:
    x = np.array([[np.inf, 1.0], [1.0, 1.0]])
    assert dense(x, np.array([[1.0, 2.0]]), None).tolist() == [[np.inf], [3]]
