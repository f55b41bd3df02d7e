"""Every way to convolve gives the same sums, within what rounding allows."""

from __future__ import annotations

from math import prod

import numpy as np
import pytest

from forced_ways import force
from nnviz.core.conv import conv
from nnviz.core.tiles import Method
from nnviz.shapes import Axis

LARGE = [
    ("grey", (1, 1, 300, 400), (1, 1, 3, 3), 1, 1),
    ("rgb to 8", (1, 3, 200, 300), (8, 3, 3, 3), 1, 2),
    ("depthwise", (1, 4, 150, 200), (4, 1, 3, 3), 4, 1),
    ("many channels", (2, 64, 14, 14), (32, 64, 3, 3), 1, 1),
    ("many groups", (2, 48, 40, 30), (48, 1, 3, 3), 48, 1),
    ("many small maps", (40, 1, 28, 28), (32, 1, 3, 3), 1, 1),
    ("a first layer", (1, 3, 90, 90), (64, 3, 7, 7), 1, 2),
    ("a kernel of one cell", (2, 96, 30, 40), (64, 96, 1, 1), 1, 1),
    ("a kernel of one cell, strided", (2, 48, 30, 41), (64, 24, 1, 1), 2, 3),
    ("patches", (1, 3, 64, 64), (48, 3, 16, 16), 1, 16),
    ("one large window", (1, 1, 90, 110), (1, 1, 90, 110), 1, 1),
]


@pytest.mark.parametrize(
    ("shape", "kernel", "groups", "stride"), [c[1:] for c in LARGE], ids=[c[0] for c in LARGE]
)
@pytest.mark.parametrize("dtype", ["f4", "u1"])
def test_the_fast_ways_equal_the_slow_one(
    monkeypatch: pytest.MonkeyPatch,
    shape: tuple[int, ...],
    kernel: tuple[int, ...],
    groups: int,
    stride: int,
    dtype: str,
) -> None:
    rng = np.random.default_rng(3)
    x, w = rng.integers(0, 255, shape).astype(dtype), rng.integers(-3, 4, kernel)
    w = w.astype("f4" if dtype == "f4" else "i8")
    axes = [Axis(n, k, stride) for n, k in zip(shape[2:], kernel[2:], strict=True)]
    fast = conv(x, w, None, axes, groups=groups)
    force(monkeypatch, "elementwise", 64, 512)
    np.testing.assert_allclose(fast, conv(x, w, None, axes, groups=groups), rtol=1e-6, atol=1e-2)


@pytest.mark.parametrize(
    ("shape", "kernel", "groups", "stride"), [c[1:] for c in LARGE], ids=[c[0] for c in LARGE]
)
@pytest.mark.parametrize("method", [None, "banded", "columns"])
def test_every_way_is_within_the_bound_of_a_float32_sum(
    monkeypatch: pytest.MonkeyPatch,
    shape: tuple[int, ...],
    kernel: tuple[int, ...],
    groups: int,
    stride: int,
    method: Method | None,
) -> None:
    rng = np.random.default_rng(5)
    x, w = (rng.standard_normal(s).astype("f4") for s in (shape, kernel))
    axes = [Axis(n, k, stride) for n, k in zip(shape[2:], kernel[2:], strict=True)]
    if method is not None and prod(kernel[2:]) < 1000:
        force(monkeypatch, method, 5, 32)
    made = conv(x, w, None, axes, groups=groups)
    force(monkeypatch, "elementwise", 64, 512)
    exact = conv(x, w, None, axes, groups=groups, dtype="float64")
    sizes = conv(np.abs(x), np.abs(w), None, axes, groups=groups, dtype="float64")
    # Higham, Accuracy and Stability of Numerical Algorithms, 3.1: for any order of n terms.
    assert (np.abs(made - exact) <= (prod(kernel[1:]) + 1) * 2.0**-24 * sizes).all()
