from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import run
from nnviz import figure
from nnviz.figure.scene import Ellipse, Image
from nnviz.figure.single._plot import ticks
from nnviz.ops._activation_names import NAMES
from nnviz.request import Appearance
from view_checks import assert_tidy, drawn, words

X = np.array([[-1, 2], [3, -4]])


@pytest.mark.parametrize("name", [n for n in NAMES if n != "softmax"])
def test_the_values_stand_on_the_curve(name: str) -> None:
    trace = run("act", X, name=name)
    scene = drawn(trace)
    points = [m for m in scene.flat() if isinstance(m, Ellipse)]
    assert len(points) == 4
    order = np.argsort(X.reshape(-1))
    heights = [p.y for p in sorted(points, key=lambda p: p.x)]
    values = trace.output.reshape(-1)[order]
    span = values.max() - values.min()
    expected = (values.max() - values) / span
    measured = (np.array(heights) - min(heights)) / (max(heights) - min(heights))
    np.testing.assert_allclose(measured, expected, atol=1e-6)


def test_softmax_has_maps_and_no_curve() -> None:
    scene = drawn(run("act", [1.0, 2, 3], name="softmax"))
    assert not [m for m in scene.flat() if isinstance(m, Ellipse)]
    assert not [s for s in words(scene) if s.startswith("f(x)")]


def test_a_step_names_its_value_on_both_axes() -> None:
    said = words(drawn(run("act", X, name="relu"), 3))
    assert said.count("3") == 4  # in both maps and on both axes; the tick gives way
    assert "max(0, 3) = 3" in said


def test_a_value_has_one_rounding_in_its_cell_its_sentence_and_its_curve() -> None:
    trace = run("act", [[-2, 1, 0], [3, -1, 2]], name="gelu")
    said = words(drawn(trace, 1))
    assert said.count("−0.04550") == 2
    assert "gelu(−2) ≈ −0.04550" in said
    deep = run("act", np.array([[[-2.0, 3.0]], [[1.0, 2.0]]]), name="gelu")
    assert "gelu(−2) ≈ −0.04550" in words(drawn(deep, 1))


def test_equal_values_are_one_point() -> None:
    scene = drawn(run("act", np.ones((3, 3)), name="tanh"))
    assert len([m for m in scene.flat() if isinstance(m, Ellipse)]) == 1


def test_photographs_stay_pictures_and_mark_few_points() -> None:
    x = np.random.default_rng(0).integers(0, 256, (3, 40, 60), dtype=np.uint8)
    scene = drawn(run("act", x, name="relu"))
    assert len([m for m in scene.flat() if isinstance(m, Image)]) == 2
    assert len([m for m in scene.flat() if isinstance(m, Ellipse)]) <= 64


@pytest.mark.parametrize(
    ("low", "high"), [(-4.4, 4.4), (0, 1), (-1.1, 1.1), (-280, 280), (-1e-7, 1e-7), (-3e12, 1e12)]
)
def test_ticks_are_few_round_and_inside(low: float, high: float) -> None:
    found = ticks(low, high)
    assert 2 <= len(found) <= 5
    assert all(low <= t <= high for t in found)
    steps = np.diff(found)
    np.testing.assert_allclose(steps, steps[0])
    assert float(f"{steps[0]:.0e}") == pytest.approx(steps[0])


def test_steps_make_a_sheet() -> None:
    scene = drawn(run("act", np.arange(9.0).reshape(3, 3), name="relu"), 1, 9)
    assert sum("step" in s for s in words(scene)) >= 2


@settings(deadline=None, max_examples=20)
@given(
    name=st.sampled_from(NAMES),
    shape=st.lists(st.integers(1, 9), min_size=1, max_size=4) | st.just([30, 20]),
    scale=st.sampled_from([1, 0.01, 300, 1e8]),
    data=st.data(),
)
def test_every_shape_and_range_keeps_the_layout(
    name: str, shape: list[int], scale: float, data: st.DataObject
) -> None:
    x = np.random.default_rng(1).normal(size=shape) * scale
    step = data.draw(st.none() | st.integers(1, x.size))
    assert_tidy(figure.draw(run("act", x, name=name), Appearance(), [step] if step else []))
