"""Text never overlaps, never leaves the page or its cell, whatever the numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drawing import NOTE, drawn, note, pooled
from helpers import run
from nnviz.request import THEMES

RNG = np.random.default_rng(0)

VALUES: dict[str, Callable[[tuple[int, ...]], Any]] = {
    "digits": lambda shape: RNG.integers(0, 9, shape),
    "signed": lambda shape: RNG.integers(-99, 99, shape),
    "123456789": lambda shape: RNG.integers(100_000_000, 999_999_999, shape),
    "-1.234e-05": lambda shape: RNG.normal(size=shape) * 1.234e-5,
    "floats": lambda shape: RNG.normal(size=shape),
    "of all sizes": lambda shape: RNG.normal(size=shape) * 10.0 ** RNG.integers(-5, 5, shape),
}
CONVOLUTIONS: dict[str, tuple[tuple[int, ...], tuple[int, ...], dict[str, Any]]] = {
    "1×1": ((1, 1), (1, 1), {}),
    "5×5 padded by 1": ((5, 5), (3, 3), {"padding": 1, "bias": -3}),
    "7×4, uneven": ((7, 4), (2, 2), {"padding": ((2, 1), (0, 2)), "dilation": 2}),
    "24×24": ((24, 24), (3, 3), {}),
    "2×24": ((2, 24), (2, 2), {"stride": 2, "padding": 1}),
    "30×40, large kernel": ((30, 40), (11, 11), {"bias": 1}),
    "a vector": ((9,), (3,), {}),
    "3 channels": ((3, 4, 4), (1, 3, 2, 2), {"bias": 7}),
    "a batch, 4 filters": ((2, 2, 5, 5), (4, 2, 3, 3), {"padding": 1}),
    "16 channels of 30×8": ((16, 30, 8), (1, 16, 1, 1), {}),
}


@pytest.mark.parametrize("shape", CONVOLUTIONS)
@pytest.mark.parametrize("values", VALUES)
def test_convolution(values: str, shape: str) -> None:
    size, kernel, options = CONVOLUTIONS[shape]
    weights = VALUES["digits" if values == "123456789" else values](kernel)
    trace = run("conv", VALUES[values](size), kernel=weights, **options)
    last = len(trace.steps)
    for steps in ((), (1,), (last,), tuple(range(1, min(4, last) + 1))):
        drawn(trace, *steps)


POOLS: dict[str, dict[str, Any]] = {
    "2×2": {"kernel": 2},
    "overlapping, padded": {"kernel": 3, "stride": 1, "padding": 1},
    "ceil": {"kernel": 2, "stride": 3, "ceil_mode": True},
    "average": {"kernel": 2, "kind": "avg"},
    "Lp": {"kernel": 2, "kind": "lp"},
}


@pytest.mark.parametrize("shape", [(5, 7), (24, 24), (40, 30), (5, 4, 4), (2, 3, 6, 6)])
@pytest.mark.parametrize("options", POOLS)
@pytest.mark.parametrize("values", ["digits", "123456789", "of all sizes"])
def test_pooling(values: str, options: str, shape: tuple[int, ...]) -> None:
    trace = run("pool", VALUES[values](shape), **POOLS[options])
    for steps in ((), (1,), tuple(range(1, min(4, len(trace.steps)) + 1))):
        drawn(trace, *steps)


TITLES = {
    "Korean": "합성곱 연산의 두 번째 단계",
    "long Korean": "합성곱 연산을 한 단계씩 아주 자세하게 살펴보는 매우 긴 제목, " * 3,
    "one long word": "가" * 120,
    "no letters": "⌊σ₀⌋ → ŷ",
}


@pytest.mark.parametrize("title", TITLES)
@pytest.mark.parametrize("theme", THEMES)
def test_titles_in_every_theme(theme: str, title: str) -> None:
    for trace in (note(padding=1), pooled()):
        for steps in ((), (2,), (1, 2, 3, 4)):
            scene = drawn(trace, *steps, theme=theme, title=TITLES[title])
            assert scene.title.startswith(TITLES[title])
            assert not scene.missing


@settings(deadline=None, max_examples=25)
@given(
    st.tuples(st.integers(1, 9), st.integers(1, 9)),
    st.tuples(st.integers(1, 4), st.integers(1, 4)),
    st.integers(1, 3),
    st.integers(0, 2),
    st.floats(-1e9, 1e9),
)
def test_any_shape(
    size: tuple[int, int], kernel: tuple[int, int], stride: int, padding: int, value: float
) -> None:
    padding = max(padding, kernel[0], kernel[1])
    x = np.full(size, value)
    trace = run("conv", x, kernel=np.full(kernel, 0.5), stride=(stride,), padding=padding)
    drawn(trace)
    drawn(trace, len(trace.steps))


def test_numbers_shrink_before_cells_grow() -> None:
    def size(value: float) -> tuple[float, float]:
        scene = drawn(run("conv", np.full((2, 2), value), kernel=np.ones((1, 1), int)))
        cell = next(text for text in scene.texts() if text.cell is not None)
        assert cell.cell is not None
        return cell.size, cell.cell.width

    assert size(5) == (15, 44)
    assert size(12345) == (11, 44)
    assert size(12345678) == (11, 64)


def test_arrays_past_24_cells_a_side_are_pictures() -> None:
    def images(side: int) -> int:
        scene = drawn(run("conv", np.ones((side, 3), int), kernel=np.ones((1, 1), int)))
        return sum(getattr(mark, "crisp", False) for mark in scene.flat())  # the bars are smooth

    assert images(24) == 0
    assert images(25) == 2


def test_a_figure_wraps_before_it_is_wider_than_a_note() -> None:
    narrow = drawn(note())
    large = np.kron(NOTE, np.full((2, 2), 1000))
    wide = drawn(run("conv", large, kernel=np.ones((3, 3), int)))
    assert narrow.width < wide.width <= 720
    assert wide.height > 2 * narrow.height
