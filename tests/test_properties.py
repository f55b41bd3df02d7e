"""What must hold whatever the numbers are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import nnviz
from helpers import assert_formula_holds
from layer_cases import FEW, Case, layers, pool, pools
from nnviz import Result

# --- conv ------------------------------------------------------------------------


@FEW
@given(layers(), st.integers(-5, 5), st.integers(-5, 5), st.integers(0, 99))
def test_conv_is_linear_in_its_input_and_in_its_kernel(
    case: Case, one: int, other: int, seed: int
) -> None:
    x, w, options = case
    rng = np.random.default_rng(seed)
    y, v = rng.integers(-9, 10, x.shape), rng.integers(-9, 10, w.shape)
    both = nnviz.conv(one * x + other * y, w, **options).output
    apart = one * nnviz.conv(x, w, **options).output + other * nnviz.conv(y, w, **options).output
    np.testing.assert_array_equal(both, apart)
    both = nnviz.conv(x, one * w + other * v, **options).output
    apart = one * nnviz.conv(x, w, **options).output + other * nnviz.conv(x, v, **options).output
    np.testing.assert_array_equal(both, apart)


@FEW
@given(layers(["zeros"]), st.integers(1, 3), st.data())
def test_a_shift_of_the_input_shifts_the_map(case: Case, cells: int, data: st.DataObject) -> None:
    x, w, options = case
    options["padding"] = 0
    axis = data.draw(st.integers(0, options["dims"] - 1))
    # Shifted by whole strides, with new cells coming in before.
    shift = cells * options["stride"][axis]
    widths = [(0, 0)] * x.ndim
    widths[axis + 2] = (shift, 0)
    moved = nnviz.conv(np.pad(x, widths, constant_values=7), w, **options).output
    still = nnviz.conv(x, w, **options).output
    np.testing.assert_array_equal(
        np.moveaxis(moved, axis + 2, 0)[cells:], np.moveaxis(still, axis + 2, 0)
    )


@FEW
@given(layers(["circular"]), st.data())
def test_a_turn_of_the_input_turns_the_map_that_goes_round(case: Case, data: st.DataObject) -> None:
    x, w, options = case
    axes = zip(options["dilation"], w.shape[2:], strict=True)
    reach = [d * (k - 1) for d, k in axes]
    assume(all(r <= n for r, n in zip(reach, x.shape[2:], strict=True)))
    options |= {"stride": 1, "padding": [(0, r) for r in reach]}
    turn = tuple(data.draw(st.integers(0, n - 1)) for n in x.shape[2:])
    axis = tuple(range(2, x.ndim))
    made = nnviz.conv(np.roll(x, turn, axis), w, **options).output
    expected = np.roll(nnviz.conv(x, w, **options).output, turn, axis)
    np.testing.assert_array_equal(made, expected)


@FEW
@given(layers())
def test_a_grouped_conv_is_its_parts(case: Case) -> None:
    x, w, options = case
    groups = options.pop("groups")
    bias = np.arange(len(w)) - 2
    whole = nnviz.conv(x, w, bias, groups=groups, **options).output
    parts = [
        nnviz.conv(*some, **options).output
        for some in zip(
            np.split(x, groups, axis=1), np.split(w, groups), np.split(bias, groups), strict=True
        )
    ]
    np.testing.assert_array_equal(whole, np.concatenate(parts, axis=1))


@FEW
@given(layers())
def test_a_batch_is_its_samples(case: Case) -> None:
    x, w, options = case
    whole = nnviz.conv(x, w, **options).output
    np.testing.assert_array_equal(whole, np.stack([nnviz.conv(a, w, **options).output for a in x]))


@FEW
@given(layers(["zeros"]))
def test_a_grouped_transposed_conv_is_its_parts(case: Case) -> None:
    x, w, options = case
    del options["padding_mode"], options["padding"]
    groups = options.pop("groups")
    w = np.random.default_rng(w.size).integers(-9, 10, (x.shape[1], 2, *w.shape[2:]))
    whole = nnviz.conv_transpose(x, w, groups=groups, **options).output
    parts = [
        nnviz.conv_transpose(a, b, **options).output
        for a, b in zip(np.split(x, groups, axis=1), np.split(w, groups), strict=True)
    ]
    np.testing.assert_array_equal(whole, np.concatenate(parts, axis=1))


# --- pool ------------------------------------------------------------------------


MONOTONE: dict[str, Callable[[Any], Any]] = {
    "twice and one": lambda v: 2 * v + 1,
    "cubed": lambda v: v**3,
    "halves rounded down": lambda v: v // 2,
    "tanh": lambda v: np.tanh(v / 9),
    "relu": lambda v: np.maximum(v, 0),
}


@pytest.mark.parametrize("name", MONOTONE)
@FEW
@given(pools())
def test_a_maximum_commutes_with_what_keeps_order(
    name: str, case: tuple[np.ndarray, dict[str, Any]]
) -> None:
    x, options = case
    keep = MONOTONE[name]
    np.testing.assert_array_equal(pool(keep(x), options).output, keep(pool(x, options).output))


@FEW
@given(pools())
def test_an_average_is_linear_and_lies_between_the_extremes(
    case: tuple[np.ndarray, dict[str, Any]],
) -> None:
    x, options = case
    include = {"count_include_pad": False} if "adaptive" not in options else {}
    made = pool(x, options, kind="avg", **include).output
    assert (made <= pool(x, options).output + 1e-12).all()
    assert (made >= -pool(-x, options).output - 1e-12).all()
    again = pool(3 * x - 2, options, kind="avg", **include).output
    np.testing.assert_allclose(again, 3 * made - 2, rtol=1e-12, atol=1e-12)


@FEW
@given(pools())
def test_indices_stand_where_the_maxima_are(case: tuple[np.ndarray, dict[str, Any]]) -> None:
    x, options = case
    made = pool(x, options)
    for n, c in np.ndindex(*x.shape[:2]):
        np.testing.assert_array_equal(x[n, c].ravel()[made["indices"][n, c]], made.output[n, c])


# --- steps of every type -------------------------------------------------------------


def assert_steps_add_up(made: Result, tolerance: float) -> None:
    """Every step has the output's value, and its terms, divisor or window make that value."""
    assert len(made.steps) == made.output.size > 0
    for step in made.steps:
        assert step.value == made.output[step.index]
        assert_formula_holds(step.expression, tolerance)
        said = step.detail
        if "terms" in said:
            total = sum(value * weight for _, value, weight in said["terms"]) + said["bias"]
        elif "divisor" in said:
            total = sum(said["window"]) / said["divisor"]
        elif "argmax" in said:
            total = max(said["window"])
        else:  # a norm, whose scale where its window is cut off stands in the formula alone
            total = step.value
            assert total**2 >= sum(v * v for v in said["window"]) * (1 - 1e-5)
        assert total == pytest.approx(step.value, rel=tolerance, abs=tolerance * 100)


DTYPES = [("float32", 1e-5), ("float64", 1e-9), ("int64", 0), ("uint8", 0)]


def as_type(x: np.ndarray, dtype: str) -> np.ndarray:
    return (
        np.abs(x).astype(dtype)
        if dtype == "uint8"
        else (x / 8 if dtype[0] == "f" else x).astype(dtype)
    )


@pytest.mark.parametrize(("dtype", "tolerance"), DTYPES, ids=[d for d, _ in DTYPES])
@settings(deadline=None, max_examples=12)
@given(layers())
def test_steps_of_a_conv_add_up(dtype: str, tolerance: float, case: Case) -> None:
    x, w, options = case
    x, w = as_type(x, dtype), as_type(w, dtype)
    made = nnviz.conv(x, w, as_type(np.arange(len(w)), dtype), **options)
    assert made.output.dtype == ("int64" if dtype == "uint8" else dtype)
    assert_steps_add_up(made, tolerance)


@pytest.mark.parametrize(("dtype", "tolerance"), DTYPES, ids=[d for d, _ in DTYPES])
@settings(deadline=None, max_examples=12)
@given(layers(["zeros"]), st.booleans())
def test_steps_of_a_transposed_conv_add_up(
    dtype: str, tolerance: float, case: Case, more: bool
) -> None:
    x, w, options = case
    del options["padding_mode"], options["padding"], options["groups"]
    x, w = as_type(x[:, :1], dtype), as_type(w[:1], dtype)
    options["output_padding"] = [
        max(s, d) - 1 if more else 0
        for s, d in zip(options["stride"], options["dilation"], strict=True)
    ]
    assert_steps_add_up(nnviz.conv_transpose(x, w, None, **options), tolerance)


@pytest.mark.parametrize(("dtype", "tolerance"), DTYPES, ids=[d for d, _ in DTYPES])
@pytest.mark.parametrize("kind", ["max", "avg", "lp"])
@settings(deadline=None, max_examples=12)
@given(case=pools())
def test_steps_of_a_pool_add_up(
    dtype: str, tolerance: float, kind: str, case: tuple[np.ndarray, dict[str, Any]]
) -> None:
    x, options = case
    assert_steps_add_up(pool(as_type(x, dtype), options, kind=kind), max(tolerance, 1e-12))
