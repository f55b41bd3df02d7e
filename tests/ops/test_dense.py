"""dense: refusals, the product, exact whole numbers, steps, counts."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from helpers import assert_steps_hold, run
from nnviz import ops
from nnviz.ops import dense

W = [[1, 0, -1], [2, 1, 0]]
REFUSALS: list[tuple[str, Any, dict[str, Any], str]] = [
    ("no weights", [1, 2, 3], {}, "needs --weight W or --units N"),
    ("both", [1, 2, 3], {"weight": W, "units": 2}, "--weight and --units contradict"),
    ("other inputs", [1, 2], {"weight": W}, "2×3, but the input has 2"),
    ("three axes of weights", [1, 2], {"weight": np.ones((1, 1, 2))}, "not a matrix"),
    ("other bias", [1, 2, 3], {"weight": W, "bias": [1, 2, 3]}, "--bias has 3 .* 2 outputs"),
    ("three axes", np.ones((1, 2, 3)), {"weight": W}, "1×2×3 has 3 axes"),
    ("contradiction", [1, 2, 3], {"units": 2, "bias": 1, "no_bias": True}, "contradict"),
]


@pytest.mark.parametrize(
    ("x", "options", "message"), [r[1:] for r in REFUSALS], ids=[r[0] for r in REFUSALS]
)
def test_refuses(x: Any, options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        run("dense", x, **options)


def test_vector_and_rows() -> None:
    one = run("dense", [1, 2, 3], weight=W, bias=[1, -1])
    assert one.output.tolist() == [-1, 3]
    rows = run("dense", [[1, 2, 3], [0, 0, 1]], weight=W)
    assert rows.output.tolist() == [[-2, 4], [-1, 0]]
    for trace in (one, rows):
        for step in assert_steps_hold(trace):
            total = sum(a * k for a, k in step.detail["terms"]) + step.detail["bias"]
            assert total == step.value


@pytest.mark.parametrize("shape", [(), (1,), (2,), (1, 2), (3, 1), (3, 2), (1, 1)])
def test_the_bias_broadcasts_as_the_c_of_gemm(shape: tuple[int, ...]) -> None:
    x, b = np.arange(9).reshape(3, 3), np.arange(1, 1 + int(np.prod(shape))).reshape(shape)
    trace = run("dense", x, weight=W, bias=b)
    np.testing.assert_array_equal(trace.output, x @ np.array(W).T + b)
    for step in assert_steps_hold(trace):
        assert trace.arrays["bias"][step.cells["bias"][0]] == step.detail["bias"]


@pytest.mark.parametrize("shape", [(3,), (2, 2), (3, 3), (1, 3, 2)])
def test_a_bias_that_does_not_broadcast_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="numbers for 3×2 outputs"):
        run("dense", np.ones((3, 3)), weight=W, bias=np.ones(shape))


def test_a_vector_of_weights_is_one_row() -> None:
    assert run("dense", [1, 2, 3], weight=[1, 0, -1]).output.tolist() == [-2]
    assert run("dense", [2], weight=3).output.tolist() == [6]


def test_units_draw_repeatable_whole_weights_with_a_bias() -> None:
    first, again = (run("dense", [1, 2, 3], units=4, seed=5) for _ in range(2))
    assert first.arrays["weight"].shape == (4, 3)
    assert first.arrays["bias"].shape == (4,)
    np.testing.assert_array_equal(first.output, again.output)
    assert "bias" not in run("dense", [1, 2, 3], units=4, no_bias=True).arrays


def test_pictures_with_float_weights_are_computed_in_float32() -> None:
    assert run("dense", np.ones(3, np.uint8), weight=np.ones((2, 3)) / 3).output.dtype == "float32"
    assert run("dense", np.ones(3, np.uint8), weight=W).output.dtype == "int64"


@pytest.mark.parametrize(("shape", "out", "macs"), [((3,), (2,), 6), ((5, 3), (5, 2), 30)])
def test_layer_counts(shape: tuple[int, ...], out: tuple[int, ...], macs: int) -> None:
    counted = dense.layer(shape, ops.load("dense").accept({"units": 2}))
    assert (counted.output, counted.weights, counted.biases) == (out, 6, 2)
    assert (counted.formula, counted.macs) == ("3 × 2 + 2", macs)
