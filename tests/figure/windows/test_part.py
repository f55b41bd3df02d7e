"""What a figure of a window draws is cut from the trace by its plan."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from helpers import run
from nnviz.figure.windows._part import part_of

RNG = np.random.default_rng(5)


CASES: dict[str, tuple[tuple[int, ...], tuple[int, ...], dict[str, Any]]] = {
    "a matrix": ((5, 5), (2, 2), {}),
    "a vector": ((7,), (3,), {}),
    "channels": ((3, 5, 4), (3, 2, 2), {}),
    "filters": ((3, 5, 4), (2, 3, 2, 2), {"bias": np.array([1, 2])}),
    "a batch": ((2, 3, 5, 4), (4, 3, 2, 2), {"padding": 1}),
    "one kernel for all channels": ((3, 5, 4), (2, 2), {}),
    "groups": ((4, 5, 4), (2, 2, 3, 3), {"groups": 2}),
    "depthwise": ((3, 4, 4), (2, 2), {"depthwise": True}),
    "depthwise, a kernel a channel": ((3, 4, 4), (3, 2, 2), {"depthwise": True}),
    "depthwise, filters of one channel": ((1, 4, 4), (3, 2, 2), {"depthwise": True}),
}


@pytest.mark.parametrize("name", CASES)
def test_partial_maps_and_bias_make_the_output(name: str) -> None:
    shape, kernel, options = CASES[name]
    trace = run("conv", RNG.integers(-9, 9, shape), kernel=RNG.integers(-9, 9, kernel), **options)
    for step in trace.steps:
        part = part_of(trace, step)
        assert part.at is not None
        assert part.y[part.at] == step.value
        maps = trace.results["partials"][part.sample, part.filter]
        total = maps.sum(axis=0).reshape(part.y.shape)
        bias = 0 if part.b is None else part.b[0]
        np.testing.assert_array_equal(total + bias, part.y)
        assert len(part.x) == len(part.w)
        weights = [weight for _, _, weight in step.detail["terms"]]
        assert weights == part.w.reshape(-1).tolist()


SEEN: dict[str, tuple[dict[str, Any], int, tuple[int, int, int, int] | None]] = {
    "all of it": ({}, 5, (1, 1, 2, 2)),
    "what is not padding": ({"padding": 1}, 1, (0, 0, 1, 1)),
    "from the first tap to the last": ({"dilation": 2}, 1, (0, 0, 3, 3)),
    "what reaches it": ({"transpose": True, "stride": 2}, 1, (0, 0, 1, 1)),
    "a neighbour too": ({"transpose": True}, 8, (0, 1, 2, 2)),
    "nothing": ({"transpose": True, "stride": 3}, 3, None),
}


@pytest.mark.parametrize("name", SEEN)
def test_the_part_of_a_window_that_lies_on_the_input(name: str) -> None:
    options, step, area = SEEN[name]
    trace = run("conv", np.ones((4, 4), int), kernel=np.ones((2, 2), int), **options)
    assert part_of(trace, trace.steps[step - 1]).seen() == area
    assert part_of(trace, None).seen() is None
