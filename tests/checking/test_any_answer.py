"""Whatever a learner writes, something is found in it, and nothing breaks."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from nnviz import ops
from nnviz.checking.diagnosis import diagnose

COMMANDS: dict[str, tuple[str, Any, dict[str, Any]]] = {
    "a picture's channels": ("conv", np.arange(48).reshape(3, 4, 4) % 7, {"filters": 2}),
    "depthwise": ("conv", np.arange(32).reshape(2, 4, 4) % 7, {"depthwise": True, "act": "tanh"}),
    "a volume": ("conv", np.arange(27).reshape(3, 3, 3) % 5, {"size": (2,), "dims": 3}),
    "transposed": ("conv", np.arange(4).reshape(2, 2), {"transpose": True, "stride": 2}),
    "one cell": ("conv", np.array([[2]]), {"kernel": np.array(3)}),
    "global": ("pool", np.arange(9).reshape(3, 3) % 5, {}),
    "same": ("pool", np.arange(16).reshape(4, 4) % 5, {"kernel": 3, "padding": "same"}),
    "softmax": ("act", np.arange(4).reshape(2, 2) % 3, {"name": "softmax"}),
    "rows": ("dense", np.arange(6).reshape(2, 3), {"units": 2}),
    "flatten": ("flatten", np.arange(8).reshape(2, 2, 2), {"axis": -1}),
    "show": ("show", np.arange(3), {}),
    "text": ("rnn", None, {"text": "ab", "hidden": 2, "outputs": 2}),
    "one to many": ("rnn", np.ones((1, 2)), {"hidden": 2, "mode": "one-to-many", "length": 2}),
    "lstm": ("rnn", np.ones((2, 2)), {"hidden": 2, "cell": "lstm", "mode": "many-to-one"}),
    "net": ("net", np.arange(16).reshape(4, 4), {"net": "relu | pool -k 2 | flatten"}),
}
NUMBERS = st.one_of(st.integers(-9, 9), st.floats(-9, 9).map(lambda v: round(v, 2)))
SHAPES = array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4)


@pytest.mark.parametrize("name", COMMANDS)
@settings(max_examples=15)
@given(data=st.data())
def test_any_answer_can_be_checked(name: str, data: st.DataObject) -> None:
    op, x, options = COMMANDS[name]
    operation = ops.load(op)
    record = operation.accept(options)
    ours = operation.perform(x, record).output
    shape = data.draw(st.one_of(st.just(ours.shape), SHAPES))
    mine = data.draw(arrays(np.float64, shape, elements=NUMBERS))
    found = diagnose(mine, operation, x, record)
    differing = {index: (yours, right) for index, yours, right in found.cells()}
    assert all(yours != right for yours, right in differing.values())
    assert found.right == (found.fits and not differing)
    assert not (found.right and found.explanations)
    assert len({each.said for each in found.explanations}) == len(found.explanations)
    for sums in (each.sums for each in found.explanations if each.sums is not None):
        assert sums.yours != sums.ours


@pytest.mark.parametrize("name", COMMANDS)
def test_the_right_answer_is_right(name: str) -> None:
    op, x, options = COMMANDS[name]
    operation = ops.load(op)
    record = operation.accept(options)
    ours = operation.perform(x, record).output
    for mine in (ours, ours.astype(np.float32), ours.round(4), ours.squeeze()):
        assert diagnose(mine, operation, x, record).right
