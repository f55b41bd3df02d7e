from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import run
from nnviz import figure
from nnviz.request import Appearance
from view_checks import assert_tidy, drawn, words

W = np.array([[1, 0, -1], [2, 1, 0]])
B = np.array([1, -1])


def test_the_arrays_stand_as_an_equation() -> None:
    said = words(drawn(run("dense", [1, 2, 3], weight=W, bias=B)))
    signs = [s for s in said if s in ("weight", "·", "input", "+", "bias", "=", "output")]
    assert signs == ["weight", "·", "input", "+", "bias", "=", "output"]
    assert "definition  y = W·x + b" in said


def test_without_a_bias_there_is_none() -> None:
    assert "bias" not in words(drawn(run("dense", [1, 2, 3], weight=W)))


def test_a_step_has_its_arithmetic_and_later_outputs_are_empty() -> None:
    said = words(drawn(run("dense", [5, 2, 40], weight=W, bias=B), 1))
    assert "(5×1) + (2×0) + (40×(−1)) + 1 = −34" in said
    assert "−34" in said
    assert "11" not in said


def test_a_batch_stands_as_columns() -> None:
    said = words(drawn(run("dense", [[1, 2, 3], [4, 5, 6]], weight=W, bias=B)))
    assert "2×3, each row a column" in said


def test_the_weights_of_a_step_are_never_left_out() -> None:
    w = np.arange(1000).reshape(100, 10)
    said = words(drawn(run("dense", np.ones(10, int), weight=w), 51))
    assert "500" in said
    assert "⋮" in said


def test_steps_make_a_sheet() -> None:
    trace = run("dense", np.ones((2, 20)), units=12)
    assert {"step 1", "step 24"} <= set(words(drawn(trace, 1, 24)))


@settings(deadline=None, max_examples=20)
@given(
    inputs=st.integers(1, 40),
    units=st.integers(1, 40),
    rows=st.none() | st.integers(1, 30),
    scale=st.sampled_from([1, 0.37, 1234567.8, 1e-9]),
    data=st.data(),
)
def test_every_size_keeps_the_layout(
    inputs: int, units: int, rows: int | None, scale: float, data: st.DataObject
) -> None:
    shape = (inputs,) if rows is None else (rows, inputs)
    x = np.random.default_rng(0).normal(size=shape) * scale
    trace = run("dense", x, units=units)
    step = data.draw(st.none() | st.integers(1, trace.output.size))
    assert_tidy(figure.draw(trace, Appearance(), [step] if step else []))
