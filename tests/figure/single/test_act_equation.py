from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import run
from nnviz import figure
from nnviz.activation_steps import ACTIVATIONS as NAMES
from nnviz.figure.scene import Box, Ellipse, Image, Scene, extent
from nnviz.figure.single._plot import ticks
from nnviz.request import Appearance
from view_checks import assert_tidy, drawn, words

SAMPLES = Path(__file__).parents[3] / "samples"
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


def photograph() -> np.ndarray:
    """The sample photograph, C×H×W."""
    from PIL import Image as Pillow

    with Pillow.open(SAMPLES / "chelsea.png") as picture:
        return np.asarray(picture).transpose(2, 0, 1)


LARGE = {
    "whole numbers": np.arange(900).reshape(30, 30) * 7 % 19 - 9,
    "decimals": np.random.default_rng(0).normal(size=(30, 30)),
    "photograph": photograph(),
    "a channel of it, centred": photograph()[0] - 100.5,
}


@pytest.mark.parametrize("name", ["relu", "gelu", "tanh"])
@pytest.mark.parametrize("given", LARGE)
def test_large_maps_stand_side_by_side_with_the_curve_beneath(given: str, name: str) -> None:
    scene = drawn(run("act", LARGE[given], name=name))
    assert scene.height <= 700
    before, after = pictures(scene)
    assert before.right < after.x
    assert before.y + before.bottom == after.y + after.bottom  # level at their middles


def pictures(scene: Scene) -> list[Box]:
    """Where the pictures stand that are no bars, from left to right."""
    found = [extent(m) for m in scene.flat() if isinstance(m, Image) and m.crisp]
    return sorted(found, key=lambda box: box.x)


def test_before_and_after_on_one_scale_have_one_bar() -> None:
    x = np.random.default_rng(0).normal(size=(30, 30))

    def bars(name: str) -> int:
        marks = drawn(run("act", x, name=name)).flat()
        return sum(isinstance(m, Image) and not m.crisp for m in marks)

    assert bars("gelu") == 1
    assert bars("relu") == 2  # what is never negative is grey


def test_small_numbers_go_below_each_other_and_large_ones_become_pictures() -> None:
    x = np.arange(576.0).reshape(24, 24) / 7
    assert pictures(drawn(run("act", x, name="relu"), width=1280))
    assert not pictures(drawn(run("act", x[:6, :6] // 1, name="relu"), width=360))


@pytest.mark.parametrize("width", [360, 720, 1280])
@pytest.mark.parametrize("shape", [(5,), (6, 6), (3, 6, 6), (24, 24), (30, 30), (3, 30, 40)])
def test_nothing_leaves_a_page_of_any_width(shape: tuple[int, ...], width: int) -> None:
    x = np.random.default_rng(0).normal(size=shape)
    for steps in ((), (2,), (1, 2)):
        assert drawn(run("act", x, name="gelu"), *steps, width=width)
