"""Gradients of whole numbers that overflow; steps, which are made when they are asked for."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from helpers import run
from nnviz import gradient as gradient_module
from nnviz.backpropagation import backward
from nnviz.errors import NnvizError

X = np.array([[5, 1, 0], [2, 4, 3], [0, 2, 4]])

OVERFLOWING: dict[str, tuple[str, Any, dict[str, Any], str]] = {
    "conv": ("conv", X, {"kernel": np.ones((2, 2), int)}, "input"),
    "conv, mirrored": (
        "conv",
        X,
        {"kernel": np.ones((2, 2), int), "padding": 1, "padding_mode": "reflect"},
        "input",
    ),
    "a kernel": ("conv", X, {"kernel": np.ones((2, 2), int)}, "kernel"),
    "a bias": ("conv", X, {"kernel": np.ones((2, 2), int), "bias": np.array(1)}, "bias"),
    "conv, transposed": (
        "conv",
        X,
        {"kernel": np.ones((2, 2), int), "transpose": True},
        "input",
    ),
    "dense": ("dense", np.array([1, 2]), {"weight": np.ones((3, 2), int)}, "input"),
    "a weight": ("dense", X, {"weight": np.ones((2, 3), int)}, "weight"),
    "maxima": ("pool", X, {"kernel": 2, "stride": 1}, "input"),
    "copies": ("upsample", X, {"mode": "nearest"}, "input"),
    "rows": ("embed", np.array([1, 1]), {"weight": X}, "weight"),
}


@pytest.mark.parametrize(("op", "x", "options", "of"), OVERFLOWING.values(), ids=OVERFLOWING)
def test_whole_numbers_that_overflow_are_refused_with_the_number(
    op: str, x: Any, options: dict[str, Any], of: str
) -> None:
    forward = run(op, x, **options)
    with pytest.raises(NnvizError, match=r"a result of \d{19,} is outside the whole numbers"):
        backward(forward, 2**62, of)
    as_floats = backward(forward, float(2**62), of).output
    assert as_floats.max() >= 2.0**63


def test_steps_are_made_when_they_are_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []
    real = gradient_module._step

    def step(*given: Any) -> Any:
        asked.append(given[-1])
        return real(*given)

    monkeypatch.setattr(gradient_module, "_step", step)
    made = backward(run("conv", np.ones((300, 300)), kernel=np.ones((3, 3))), 1, "kernel")
    assert made.results["grad_input"].shape == (300, 300)
    assert asked == []
    assert made.steps[8].value == 298**2
    assert asked == [8]
