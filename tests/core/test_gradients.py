"""Gradients of the core against what moving each number by itself does to the sum of g·y."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nnviz.core import gradients
from nnviz.core.activations import activate
from nnviz.core.conv import conv
from nnviz.core.pool import pool
from nnviz.core.transpose import conv_transpose
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
    near = moved(lambda x: (g * pool(x, axes, kind="max")).sum(), x, 0.25)
    np.testing.assert_allclose(gradients.pool_max(g, x, axes), near, atol=1e-9)
    shares = moved(lambda x: (g * pool(x, axes, kind="avg", divisor=1)).sum(), x)
    np.testing.assert_allclose(gradients.pool_shares(g, x, axes), shares, atol=1e-9)


def test_of_equal_maxima_the_first_has_the_gradient() -> None:
    x, g = np.array([[[[7, 7], [7, 0]]]]), np.array([[[[5]]]])
    got = gradients.pool_max(g, x, [Axis(2, 2), Axis(2, 2)])
    assert got.tolist() == [[[[5, 0], [0, 0]]]]


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
