"""Larger maps against what ONNX's reference resizes, and between two middles by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layer_cases import FEW
from nnviz.core.upsample import linear, linear_back, nearest, nearest_back
from nnviz.errors import NnvizError
from nnviz.shapes import between
from onnx_answers import onnx


@given(st.integers(0, 99), st.tuples(*[st.integers(1, 4)] * 2), st.tuples(*[st.integers(1, 4)] * 2))
@FEW
def test_onnx(seed: int, shape: tuple[int, int], by: tuple[int, int]) -> None:
    x = np.random.default_rng(seed).normal(size=(1, 2, *shape))
    roi, scales = np.zeros(0, np.float32), np.array([1, 1, *by], np.float32)
    straight = onnx(
        "Resize", [x, roi, scales], mode="linear", coordinate_transformation_mode="half_pixel"
    )[0]
    np.testing.assert_allclose(linear(x, by), straight, rtol=1e-6, atol=1e-6)
    near = onnx(
        "Resize",
        [x, roi, scales],
        mode="nearest",
        coordinate_transformation_mode="asymmetric",
        nearest_mode="floor",
    )[0]
    np.testing.assert_array_equal(nearest(x, by), near)


@given(st.integers(0, 99), st.tuples(*[st.integers(1, 5)] * 2), st.tuples(*[st.integers(1, 5)] * 2))
@FEW
def test_the_way_back_hands_each_cell_what_it_gave(
    seed: int, shape: tuple[int, int], by: tuple[int, int]
) -> None:
    rng = np.random.default_rng(seed)
    for made, back in ((linear, linear_back), (nearest, nearest_back)):
        cells = np.eye(shape[0] * shape[1]).reshape(-1, *shape)
        g = rng.normal(size=(2, shape[0] * by[0], shape[1] * by[1]))
        gave = np.einsum("nij,kij->nk", g, made(cells, by)).reshape(2, *shape)
        np.testing.assert_allclose(back(g, by), gave, rtol=1e-12, atol=1e-12)


def test_whole_sums_of_copies_are_exact_or_refused() -> None:
    assert nearest_back(np.array([2**60, 3]), (2,)).tolist() == [2**60 + 3]
    with pytest.raises(NnvizError, match="9223372036854775808 is outside"):
        nearest_back(np.full(2, 2**62), (2,))


@pytest.mark.parametrize(
    ("o", "size", "times", "found"),
    [
        (0, 5, 2, (0, 0, 0)),  # past the middle of the first cell
        (3, 5, 2, (1, 2, 0.25)),  # (3 + ½) / 2 − ½ = 1.25
        (9, 5, 2, (4, 4, 0)),
        (4, 5, 3, (1, 1, 0)),  # on a middle
        (2, 1, 4, (0, 0, 0)),
        (2**40, 2**40, 2, (2**39 - 1, 2**39, 0.75)),
    ],
)
def test_between(o: int, size: int, times: int, found: tuple[int, int, float]) -> None:
    assert between(o, size, times) == found


def test_whole_numbers_stay_whole_in_the_nearest() -> None:
    assert nearest(np.array([[2**62, 1]]), (1, 2)).tolist() == [[2**62, 2**62, 1, 1]]
