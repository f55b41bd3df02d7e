"""The oldest views keep the rules of the newest: on the grid, uncrossed, within the page."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import run
from view_checks import drawn

ONES = {n: np.ones((n, n), int) for n in (2, 3)}
CASES: list[tuple[str, str, tuple[int, ...], dict[str, Any]]] = [
    ("3×3 on 5×5", "conv", (5, 5), {"kernel": ONES[3]}),
    ("2×2 on 5×5", "conv", (5, 5), {"kernel": ONES[2]}),
    ("padding and bias", "conv", (5, 5), {"kernel": ONES[2], "padding": 1, "bias": 1}),
    ("thirds, stride 2", "conv", (7, 4), {"kernel": np.full((2, 3), 1 / 3), "stride": 2}),
    ("three channels", "conv", (3, 4, 4), {"kernel": np.ones((3, 2, 2), int), "bias": 1}),
    ("a picture", "conv", (40, 50), {"kernel": ONES[3]}),
    ("pictures of channels", "conv", (3, 40, 50), {"kernel": np.ones((3, 3, 3), int)}),
    ("a vector", "conv", (9,), {"kernel": np.ones(3, int)}),
    ("max", "pool", (4, 4), {"kernel": 2}),
    ("average", "pool", (4, 4), {"kernel": 2, "kind": "avg"}),
    ("overlapping", "pool", (5, 5), {"kernel": 3, "stride": 1}),
    ("adaptive", "pool", (5, 7), {"adaptive": (2, 3)}),
    ("pooled picture", "pool", (40, 40), {"kernel": 2}),
]


@pytest.mark.parametrize("steps", [(), (1,), (1, 2)], ids=["whole", "step 1", "sheet"])
@pytest.mark.parametrize(
    ("op", "shape", "options"), [c[1:] for c in CASES], ids=[c[0] for c in CASES]
)
def test_is_tidy(op: str, shape: tuple[int, ...], options: dict[str, Any], steps: Any) -> None:
    x = np.random.default_rng(0).integers(-9, 10, shape)
    assert drawn(run(op, x, **options), *steps).marks


@settings(deadline=None, max_examples=40)
@given(
    size=st.tuples(st.integers(1, 12), st.integers(1, 12)),
    kernel=st.tuples(st.integers(1, 3), st.integers(1, 3)),
    scale=st.sampled_from([1, 0.25, 1234.5, 1e-7]),
    step=st.booleans(),
    pad=st.integers(0, 2),
)
def test_any_convolution_is_tidy(
    size: tuple[int, int], kernel: tuple[int, int], scale: float, step: bool, pad: int
) -> None:
    if any(n + 2 * pad < k for n, k in zip(size, kernel, strict=True)):
        size = kernel
    x = np.random.default_rng(1).integers(-9, 10, size)
    trace = run("conv", x, kernel=np.ones(kernel) * scale, padding=pad)
    assert drawn(trace, *([len(trace.steps)] if step else [])).marks
