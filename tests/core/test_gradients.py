"""Gradients of the core against what moving each number by itself does to the sum of g·y."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from nnviz.core import gradients
from nnviz.core.activations import activate
from nnviz.core.conv import conv
from nnviz.core.pool import pool
from nnviz.core.transpose import conv_transpose
from nnviz.errors import NnvizError
from nnviz.shapes import PAD_MODES, AdaptiveAxis, Axis, TransposedAxis

Array = np.ndarray


def moved(loss: Callable[[Array], Any], x: Array, by: float = 1) -> Array:
    """What moving each number does to a loss: exact where it is linear in x and all is whole."""
    out = np.zeros(x.shape, x.dtype)
    for at in np.ndindex(*x.shape):
        up, down = x.copy(), x.copy()
        up[at] += by
        down[at] -= by
        out[at] = (loss(up) - loss(down)) / (2 * by)
    return out


@st.composite
def problems(draw: st.DrawFn) -> tuple[list[Axis], int, int, int, int]:
    dims, groups = draw(st.integers(1, 2)), draw(st.integers(1, 2))
    axes = []
    for _ in range(dims):
        size, kernel = draw(st.integers(2, 5)), draw(st.integers(1, 3))
        stride, dilation = draw(st.integers(1, 3)), draw(st.integers(1, 2))
        before, after = draw(st.integers(0, 1)), draw(st.integers(0, 1))
        axis = Axis(size, kernel, stride, dilation, before, after)
        axes.append(axis if axis.out else Axis(size, 1))
    return axes, groups, draw(st.integers(1, 2)), draw(st.integers(1, 2)), draw(st.integers(0, 99))


@settings(max_examples=40)
@given(problems(), st.sampled_from(PAD_MODES))
def test_convolution(problem: Any, mode: Any) -> None:
    axes, groups, channels, filters, seed = problem
    rng = np.random.default_rng(seed)
    x = rng.integers(-9, 10, (2, channels * groups, *(a.size for a in axes)))
    w = rng.integers(-9, 10, (filters * groups, channels, *(a.kernel for a in axes)))
    g = rng.integers(-9, 10, (2, filters * groups, *(a.out for a in axes)))

    def loss(x: Array, w: Array) -> Any:
        return (g * conv(x, w, None, axes, groups=groups, mode=mode)).sum()

    got = gradients.conv_input(g, w, axes, groups=groups, mode=mode)
    np.testing.assert_array_equal(got, moved(lambda x: loss(x, w), x))
    got = gradients.conv_weight(x, g, axes, groups=groups, mode=mode)
    np.testing.assert_array_equal(got, moved(lambda w: loss(x, w), w))


@settings(max_examples=40)
@given(problems(), st.integers(0, 1))
def test_transposed_convolution(problem: Any, more: int) -> None:
    axes, groups, channels, filters, seed = problem
    spread = [
        TransposedAxis(a.size, a.kernel, a.stride, a.dilation, 0, 0, min(more, a.stride - 1))
        for a in axes
    ]
    rng = np.random.default_rng(seed)
    x = rng.integers(-9, 10, (2, channels * groups, *(a.size for a in spread)))
    w = rng.integers(-9, 10, (channels * groups, filters, *(a.kernel for a in spread)))
    g = rng.integers(-9, 10, (2, filters * groups, *(a.out for a in spread)))

    def loss(x: Array, w: Array) -> Any:
        return (g * conv_transpose(x, w, None, spread, groups=groups)).sum()

    got = gradients.transposed_input(g, w, spread, groups=groups)
    np.testing.assert_array_equal(got, moved(lambda x: loss(x, w), x))
    got = gradients.transposed_weight(x, g, spread, groups=groups)
    np.testing.assert_array_equal(got, moved(lambda w: loss(x, w), w))


POOLED = {
    "side by side": [Axis(4, 2, 2), Axis(5, 2, 2)],
    "overlapping": [Axis(5, 3, 1, 1, 1, 1), Axis(4, 3, 2, 1, 1, 1)],
    "dilated": [Axis(6, 2, 1, 2), Axis(5, 2, 3)],
    "adaptive": [AdaptiveAxis(5, 3), AdaptiveAxis(2, 4)],
}


@pytest.mark.parametrize("axes", POOLED.values(), ids=POOLED)
def test_pooling(axes: Any) -> None:
    rng = np.random.default_rng(1)
    x = rng.permutation(2 * 2 * axes[0].size * axes[1].size).reshape(2, 2, axes[0].size, -1) * 1.0
    g = rng.integers(-9, 10, (2, 2, axes[0].out, axes[1].out)) * 1.0
    y = pool(x, axes, kind="max")
    near = moved(lambda x: (g * pool(x, axes, kind="max")).sum(), x, 0.25)
    np.testing.assert_allclose(gradients.pool_max(g, x, y, axes), near, atol=1e-9)
    shares = moved(lambda x: (g * pool(x, axes, kind="avg", divisor=1)).sum(), x)
    np.testing.assert_allclose(gradients.pool_shares(g, axes), shares, atol=1e-9)


def test_of_equal_maxima_the_first_has_the_gradient() -> None:
    x, g = np.array([[[[7, 7], [7, 0]]]]), np.array([[[[5]]]])
    got = gradients.pool_max(g, x, np.array([[[[7]]]]), [Axis(2, 2), Axis(2, 2)])
    assert got.tolist() == [[[[5, 0], [0, 0]]]]


LARGE = [AdaptiveAxis(16, 2), AdaptiveAxis(15, 2)]


@pytest.mark.parametrize("axes", [*POOLED.values(), LARGE], ids=[*POOLED, "few large windows"])
def test_every_tie_is_counted(axes: Any) -> None:
    x = np.random.default_rng(5).integers(0, 3, (2, 2, *(axis.size for axis in axes)))
    y = pool(x, axes, kind="max")
    expected = np.zeros(y.shape, int)
    for out in np.ndindex(*y.shape[2:]):
        for cell in product(*(axis.positions(o) for axis, o in zip(axes, out, strict=True))):
            if all(0 <= at < axis.size for at, axis in zip(cell, axes, strict=True)):
                expected[(..., *out)] += x[(..., *cell)] == y[(..., *out)]
    np.testing.assert_array_equal(gradients.ties(x, y, axes), expected)
    assert expected.max() > 1


def first_of(window: list[tuple[float, int]]) -> int:
    """Where the first of the largest numbers stands; a NaN is larger than any."""
    return next(
        (p for v, p in window if math.isnan(v)), max(window, key=lambda w: (w[0], -w[1]))[1]
    )


@given(st.integers(1, 40), st.integers(1, 9), st.integers(1, 3), st.integers(1, 3), st.data())
def test_maxima_of_any_line(size: int, kernel: int, stride: int, dilation: int, data: Any) -> None:
    pad = data.draw(st.integers(0, kernel // 2))
    axis = Axis(size, kernel, stride, dilation, pad, pad)
    assume(axis.out > 0)
    numbers = st.sampled_from([1.0, 2.0, 3.0, math.nan])
    x = np.array(data.draw(st.lists(numbers, min_size=size, max_size=size)))
    g = np.arange(1.0, axis.out + 1)
    expected = np.zeros(size)
    for o in range(axis.out):
        places = [o * stride - pad + k * dilation for k in range(kernel)]
        window = [(x[p], p) for p in places if 0 <= p < size]
        if window:
            expected[first_of(window)] += g[o]
    y = pool(x[None, None], [axis], kind="max")
    got = gradients.pool_max(g[None, None], x[None, None], y, [axis])
    np.testing.assert_array_equal(got[0, 0], expected)


def test_many_kernel_cells_are_as_few() -> None:
    rng = np.random.default_rng(3)
    x = rng.integers(0, 4, (2, 3, 12, 11)) * 1.0
    axes = [Axis(12, 6, 2, 1, 2, 1), Axis(11, 5, 1, 1, 0, 2)]
    y = pool(x, axes, kind="max")
    g = rng.integers(-9, 10, y.shape) * 1.0
    expected = np.zeros(x.shape)
    for n, c, i, j in np.ndindex(*y.shape):
        cells = [
            (x[n, c, r, s], r * 11 + s)
            for r in range(2 * i - 2, 2 * i + 4)
            for s in range(j, j + 5)
            if 0 <= r < 12 and s < 11
        ]
        expected[n, c].ravel()[first_of(cells)] += g[n, c, i, j]
    np.testing.assert_array_equal(gradients.pool_max(g, x, y, axes), expected)


LINE, PAIR = np.array([[[0, 9, 0]]]), [Axis(3, 2)]
FULL = np.full((1, 1, 2), 2**62)


@pytest.mark.parametrize(
    "made",
    [
        lambda: gradients.pool_max(FULL, LINE, np.array([[[9, 9]]]), PAIR),
        lambda: gradients.pool_shares(FULL, PAIR),
        lambda: gradients.added_at((2,), np.array([1, 1]), FULL[0]),
        lambda: gradients.summed_to(FULL, ()),
    ],
    ids=["maxima", "shares", "places", "sums"],
)
def test_sums_past_the_whole_numbers_are_refused(made: Callable[[], Array]) -> None:
    with pytest.raises(NnvizError, match="9223372036854775808 is outside"):
        made()


def test_whole_sums_are_exact_where_floats_are_not() -> None:
    large = np.array([2**60, 3])
    assert gradients.added_at((1,), np.array([0, 0]), large).tolist() == [2**60 + 3]


ACTIVATIONS: list[tuple[str, dict[str, Any]]] = [
    ("relu", {}),
    ("leaky-relu", {"alpha": 0.2}),
    ("elu", {"alpha": 1.5}),
    ("gelu", {}),
    ("gelu", {"approximate": "tanh"}),
    ("sigmoid", {}),
    ("hard-sigmoid", {}),
    ("tanh", {}),
    ("softmax", {"axis": 0}),
    ("softmax", {"axis": -1}),
]


@pytest.mark.parametrize(("name", "options"), ACTIVATIONS)
def test_activations(name: str, options: dict[str, Any]) -> None:
    x = np.array([[-3.1, -0.4, 0.3], [1.2, 0.9, 2.8]])
    g = np.array([[1.0, -2.0, 0.5], [3.0, 1.0, -1.0]])
    near = moved(lambda x: (g * activate(x, name, **options)).sum(), x, 1e-6)
    np.testing.assert_allclose(
        gradients.act_input(g, x, name, **options), near, rtol=1e-7, atol=1e-9
    )


def test_sums_of_whole_numbers_are_exact() -> None:
    most = 2**62
    assert gradients.summed_to(np.array([[most], [most - 1]]), (1,)).tolist() == [2 * most - 1]
