from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special

from nnviz.core.activations import activate, erf
from nnviz.core.threads import BLOCK
from onnx_answers import onnx

SCALAR: dict[str, Callable[[float], float]] = {
    "relu": lambda v: max(0.0, v),
    "leaky-relu": lambda v: v if v >= 0 else 0.01 * v,
    "elu": lambda v: v if v >= 0 else math.expm1(v),
    "gelu": lambda v: v * (1 + math.erf(v / math.sqrt(2))) / 2,
    "sigmoid": lambda v: 1 / (1 + math.exp(-v)),
    "hard-sigmoid": lambda v: min(1.0, max(0.0, 0.2 * v + 0.5)),
    "tanh": math.tanh,
}


@pytest.mark.parametrize("name", SCALAR)
@settings(deadline=None, max_examples=60)
@given(x=st.floats(-30, 30))
def test_every_number_is_as_the_definition_says(name: str, x: float) -> None:
    made = activate(np.array([[x]]), name)
    assert made.shape == (1, 1)
    assert made[0, 0] == pytest.approx(SCALAR[name](x), rel=1e-13, abs=1e-14)


OPERATORS: list[tuple[str, str, dict[str, float]]] = [
    ("relu", "Relu", {}),
    ("leaky-relu", "LeakyRelu", {"alpha": 0.25}),
    ("elu", "Elu", {"alpha": 1.5}),
    ("sigmoid", "Sigmoid", {}),
    ("hard-sigmoid", "HardSigmoid", {"alpha": 0.3, "beta": 0.4}),
    ("tanh", "Tanh", {}),
    ("softmax", "Softmax", {"axis": 0}),
]


@pytest.mark.parametrize(
    ("name", "operator", "options"), OPERATORS, ids=[case[0] for case in OPERATORS]
)
def test_options_mean_what_they_mean_in_onnx(
    name: str, operator: str, options: dict[str, Any]
) -> None:
    x = np.random.default_rng(0).standard_normal((4, 5)).astype("f4") * 3
    (expected,) = onnx(operator, [x], **options)
    made = activate(x, name, **options)
    assert made.dtype == np.float32
    np.testing.assert_allclose(made, expected, rtol=1e-5, atol=1e-6)


ENDS = [
    ("relu", [0, 0, 1000, np.inf]),
    ("leaky-relu", [-np.inf, -10, 1000, np.inf]),
    ("elu", [-1, -1, 1000, np.inf]),
    ("gelu", [0, 0, 1000, np.inf]),
    ("sigmoid", [0, 0, 1, 1]),
    ("hard-sigmoid", [0, 0, 1, 1]),
    ("tanh", [-1, -1, 1, 1]),
]


@pytest.mark.parametrize(("name", "expected"), ENDS, ids=[case[0] for case in ENDS])
def test_far_out_it_reaches_its_limits_without_a_warning(name: str, expected: list[float]) -> None:
    x = np.array([-np.inf, -1000, 1000, np.inf, np.nan])
    for approximate in ("none", "tanh"):
        made = activate(x, name, approximate=approximate)
        assert made[:4].tolist() == expected
        assert np.isnan(made[4])


def test_softmax_of_large_numbers_is_stable() -> None:
    made = activate(np.array([[1e300, 1e300], [-1e300, 0]]), "softmax", axis=1)
    assert made.tolist() == [[0.5, 0.5], [0, 1]]


def test_gelu_by_tanh_is_near_but_not_the_same() -> None:
    x = np.linspace(-4, 4, 81)
    exact, near = activate(x, "gelu"), activate(x, "gelu", approximate="tanh")
    assert 1e-5 < np.abs(exact - near).max() < 1e-3


@pytest.mark.parametrize("dtype", ["u1", "i2", "i8"])
def test_relu_keeps_whole_numbers(dtype: str) -> None:
    made = activate(np.array([0, 3], dtype), "relu")
    assert made.dtype == dtype
    assert made.tolist() == [0, 3]


def test_whole_numbers_become_floats_elsewhere() -> None:
    assert activate(np.array([0, 3]), "tanh").dtype == np.float64


def test_erf_is_exact_to_a_few_units_in_the_last_place() -> None:
    rng = np.random.default_rng(1)
    x = np.concatenate([rng.uniform(-7, 7, 50_000), rng.normal(0, 1e-3, 20_000), [1e-300]])
    np.testing.assert_allclose(erf(x), special.erf(x), rtol=5e-16)
    assert erf(np.array([-np.inf, 0.0, np.inf])).tolist() == [-1, 0, 1]
    assert np.isnan(erf(np.array([[np.nan]]))).all()


@pytest.mark.parametrize("approximate", ["none", "tanh"])
def test_gelu_of_the_largest_numbers_is_finite(approximate: Any) -> None:
    x = np.array([1e308, 1.7e308, -1.7e308])
    made = activate(x, "gelu", approximate=approximate)
    assert made.tolist() == [1e308, 1.7e308, 0.0]


BOUNDS: list[tuple[str, Callable[[float], float], float, float]] = [
    ("sigmoid", lambda v: 1 / (1 + math.exp(-v)), -87, 5e-7),
    # erfc, not 1 + erf: the latter loses what is left of it far below 0.
    ("gelu", lambda v: v * math.erfc(-v / math.sqrt(2)) / 2, -6, 3e-6),
]


@pytest.mark.parametrize(
    ("name", "definition", "least", "bound"), BOUNDS, ids=[case[0] for case in BOUNDS]
)
@settings(deadline=None, max_examples=60)
@given(xs=st.lists(st.floats(-100, 100, width=32), min_size=1, max_size=40))
def test_many_numbers_of_32_bits_are_within_the_bound(
    name: str, definition: Callable[[float], float], least: float, bound: float, xs: list[float]
) -> None:
    many = np.resize(np.array(xs, np.float32), BLOCK + 1)
    made = activate(many, name)
    assert made.dtype == np.float32
    for x, y in zip(xs, made.tolist(), strict=False):
        assert y == pytest.approx(definition(x), rel=bound if x >= least else 1e-4, abs=1e-37)
    assert (made == np.resize(made[: len(xs)], len(made))).all()


@pytest.mark.parametrize("name", ["relu", "tanh", "elu", "leaky-relu", "hard-sigmoid"])
def test_many_numbers_are_as_few_are(name: str) -> None:
    x = np.random.default_rng(0).standard_normal((3, 30_011)).astype(np.float32)
    few = [activate(row[at : at + 100], name) for row in x for at in range(0, 30_011, 100)]
    assert (activate(x, name).ravel() == np.concatenate(few)).all()


def test_softmax_of_many_rows_is_that_of_each_along_any_axis() -> None:
    x = np.random.default_rng(0).standard_normal((400, 300)).astype(np.float32)
    each = np.stack([activate(row, "softmax") for row in x])
    assert (activate(x, "softmax") == each).all()
    assert (activate(x.T, "softmax", axis=0) == each.T).all()


@pytest.mark.parametrize("dtype", ["f4", "f8"])
@pytest.mark.parametrize("shift", [-1e4, -90, 0, 50, 90, 1e4])
def test_shares_are_the_same_however_large_the_numbers(shift: float, dtype: str) -> None:
    x = np.random.default_rng(0).integers(-9, 9, (4, 5)).astype(dtype)
    each = [[math.exp(v - max(row)) for v in row] for row in x.tolist()]
    expected = [[v / sum(row) for v in row] for row in each]
    np.testing.assert_allclose(activate(x + x.dtype.type(shift), "softmax"), expected, rtol=1e-6)


def test_many_odd_numbers_reach_the_limits() -> None:
    x = np.resize(np.array([-np.inf, np.inf, np.nan, -1e38, 1e38], np.float32), BLOCK + 1)
    for name, ends in (("gelu", [0, np.inf, np.nan, 0, 1e38]), ("sigmoid", [0, 1, np.nan, 0, 1])):
        np.testing.assert_array_equal(activate(x, name)[:5], np.array(ends, np.float32))


@pytest.mark.parametrize("dtype", ["f4", "f8"])
def test_relu_of_minus_zero_is_zero(dtype: str) -> None:
    made = activate(np.array([-0.0, -1, 0, 2], dtype), "relu")
    assert made.tolist() == [0, 0, 0, 2]
    assert not np.signbit(made).any()
