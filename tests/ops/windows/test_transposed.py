"""conv --transpose: refusals, PyTorch's and ONNX's sizes, the adjoint, and the steps."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import assert_equation_holds, assert_steps_hold, run
from nnviz import ops
from nnviz.ops.windows import conv
from nnviz.trace import Trace

X = np.arange(1, 5).reshape(2, 2)
ONES = np.ones((3, 3), int)


def transposed(x: Any, **options: Any) -> Trace:
    return run("conv", x, transpose=True, **options)


REFUSALS: list[tuple[str, Any, dict[str, Any], str]] = [
    ("output padding too large", X, {"kernel": ONES, "output_padding": 1}, "at most 0"),
    ("nothing left", X, {"kernel": ONES, "padding": 2}, "leaves nothing"),
    ("other channels", X, {"kernel": np.ones((2, 1, 3, 3))}, "does not fit 1 input channel over"),
    ("groups", np.ones((3, 2, 2)), {"filters": 2, "groups": 2}, "3 input channels .* 2 groups"),
    ("filters of groups", np.ones((2, 2, 2)), {"filters": 3, "groups": 2}, "3 filters .* 2 groups"),
    ("padding mode", X, {"kernel": ONES, "padding_mode": "reflect"}, "contradict|belongs"),
    ("bias", X, {"kernel": ONES, "bias": [1, 2]}, "--bias has 2 .* 1 filter"),
]


@pytest.mark.parametrize(
    ("x", "options", "message"), [r[1:] for r in REFUSALS], ids=[r[0] for r in REFUSALS]
)
def test_refuses(x: Any, options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        transposed(x, **options)


@pytest.mark.parametrize("option", ["output_padding", "output_shape"])
def test_its_options_belong_to_it(option: str) -> None:
    with pytest.raises(ValueError, match="belongs to --transpose"):
        run("conv", X, kernel=[[1]], **{option: 1})


SIZES: list[tuple[str, dict[str, Any], tuple[int, ...]]] = [
    ("plain", {}, (4, 4)),
    ("stride", {"stride": 2}, (5, 5)),
    ("padding", {"stride": 2, "padding": 1}, (3, 3)),
    ("output padding", {"stride": 2, "padding": 1, "output_padding": 1}, (4, 4)),
    ("dilation", {"dilation": 2}, (6, 6)),
    ("same", {"stride": 2, "padding": "same"}, (4, 4)),
    ("output shape", {"stride": 2, "output_shape": (6, 4)}, (6, 4)),
    ("unequal padding", {"padding": ((1, 0), (0, 1))}, (3, 3)),
]


@pytest.mark.parametrize(("options", "shape"), [s[1:] for s in SIZES], ids=[s[0] for s in SIZES])
def test_sizes(options: dict[str, Any], shape: tuple[int, ...]) -> None:
    trace = transposed(X, kernel=ONES, **options)
    assert trace.output.shape == shape
    for fact in trace.facts:
        assert fact.equation is not None
        assert_equation_holds(fact.equation)
    assert_steps_hold(trace)


def test_each_cell_spreads_the_kernel() -> None:
    trace = transposed([[1, 2]], kernel=[[1, 10]], stride=2)
    assert trace.output.tolist() == [[1, 10, 2, 20]]
    overlapping = transposed([[1, 2]], kernel=[[1, 10]])
    assert overlapping.output.tolist() == [[1, 12, 20]]
    middle = overlapping.steps[1].detail
    assert middle["terms"] == [[0, 2, 1], [0, 1, 10]]
    assert middle["from"] == [[0, 0, 1], [0, 0, 0]]


@st.composite
def cases(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, dict[str, Any]]:
    dims = draw(st.integers(1, 3))
    groups = draw(st.integers(1, 2))
    channels, filters = groups * draw(st.integers(1, 2)), draw(st.integers(1, 2))
    kernel = [draw(st.integers(1, 3)) for _ in range(dims)]
    stride = [draw(st.integers(1, 3)) for _ in range(dims)]
    dilation = [draw(st.integers(1, 2)) for _ in range(dims)]
    rng = np.random.default_rng(draw(st.integers(0, 99)))
    spatial = [draw(st.integers(1, 4)) for _ in range(dims)]
    x = rng.integers(-5, 6, (draw(st.integers(1, 2)), channels, *spatial))
    w = rng.integers(-3, 4, (channels, filters, *kernel))
    full = [
        (n - 1) * s + d * (k - 1) + 1
        for n, s, d, k in zip(spatial, stride, dilation, kernel, strict=True)
    ]
    pads = [(draw(st.integers(0, (n - 1) // 2)), draw(st.integers(0, (n - 1) // 2))) for n in full]
    return (
        x,
        w,
        {
            "stride": stride,
            "dilation": dilation,
            "padding": pads,
            "groups": groups,
            "dims": dims,
        },
    )


@settings(deadline=None, max_examples=60)
@given(cases())
def test_is_the_adjoint_of_conv_and_its_steps_hold(
    case: tuple[np.ndarray, np.ndarray, dict[str, Any]],
) -> None:
    x, w, options = case
    trace = transposed(x, kernel=w, **options)
    for step in assert_steps_hold(trace):
        for cell, tap, term in zip(
            step.cells["input"], step.cells["kernel"], step.detail["terms"], strict=True
        ):
            assert [x[cell], w[tap]] == term[1:]
    y = np.random.default_rng(0).integers(-5, 6, trace.output.shape)
    # conv's filters are the transposed channels: the same array serves both.
    there = run("conv", y, kernel=w, **options).output
    cut = tuple(slice(0, n) for n in x.shape)
    assert (there[cut] * x).sum() == (y * trace.output).sum()


def test_layer_counts() -> None:
    values = ops.load("conv").accept({"transpose": True, "filters": 6, "size": 2, "stride": 2})
    counted = conv.layer((4, 5, 5), values)
    assert (counted.output, counted.weights, counted.biases) == ((6, 10, 10), 4 * 6 * 4, 6)
    assert counted.formula == "4 × (6·2·2) + 6"
    assert counted.macs == 25 * 4 * 6 * 4
