"""Three axes: input, kernel and output, each a row of planes, and what each plane adds."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drawing import generators
from helpers import run
from nnviz import figure
from nnviz.errors import NnvizError
from nnviz.figure.scene import Image, Scene
from nnviz.figure.theme import theme
from nnviz.request import Appearance
from nnviz.trace import Trace
from view_checks import assert_sound, assert_tidy, drawn, words

X = np.random.default_rng(0).integers(0, 5, (1, 1, 4, 5, 5))
K = np.random.default_rng(1).integers(-1, 2, (1, 1, 2, 3, 3))


def volume(x: np.ndarray = X, kernel: np.ndarray = K, **options: Any) -> Trace:
    return run("conv", x, kernel=kernel, dims=3, **options)


def windows(scene: Scene) -> int:
    """How many windows of the input, and of planes of its padding, are outlined."""
    blues = [theme("light").tone(role).line for role in ("input", "plain")]
    lines = [getattr(mark, "stroke", "") for mark in scene.flat() if getattr(mark, "line", 0) == 3]
    return sum(line in blues for line in lines)


def test_it_is_the_default_of_three_axes_and_of_nothing_else() -> None:
    assert drawn(volume()).height == drawn(volume(), view="planes").height
    flat = run("conv", np.ones((3, 3), int), kernel=np.ones((2, 2), int))
    with pytest.raises(NnvizError, match="planes cannot draw this: the window slides over 2 axes"):
        figure.draw(flat, Appearance(view="planes"))


def test_every_plane_has_its_depth_and_its_numbers() -> None:
    scene = drawn(volume(X + 100))
    said = words(scene)
    depths = [said.count(f"depth {d}") for d in range(5)]
    assert depths == [3, 3, 2, 1, 0]  # input 4, kernel 2, output 3
    assert {str(v + 100) for v in X.reshape(-1)} <= set(said)
    assert {"input  4×5×5", "∗ kernel  2×3×3", "= feature map  3×3×3"} <= set(said)


@pytest.mark.parametrize(
    ("width", "most"), [(320, 960), (360, 960), (720, 900), (1280, 900)], ids=str
)
@pytest.mark.parametrize("lang", ["en", "ko"])
@pytest.mark.parametrize("step", [None, 1, 14, 27], ids=str)
def test_it_is_a_page(width: int, most: int, lang: str, step: int | None) -> None:
    steps = () if step is None else (step,)
    scene = drawn(volume(), *steps, width=width, lang=lang)
    assert scene.height <= most
    assert_tidy(scene, width)


def test_a_step_outlines_its_window_on_each_of_its_planes_and_adds_them() -> None:
    step = 9 + 3 + 2  # depth 1, row 1, column 1
    scene = drawn(volume(), step)
    assert windows(scene) == 2
    first, second = (int((X[0, 0, 1 + d, 1:4, 1:4] * K[0, 0, d]).sum()) for d in (0, 1))
    said = words(scene)
    minus = str.maketrans("-", "−")
    ends = [text.rpartition(" = ")[2] for text in said if " = " in text]
    for value in (first, second, first + second):
        assert str(value).translate(minus) in ends


def test_a_plane_of_padding_stands_in_the_row() -> None:
    said = words(drawn(volume(padding=1), 1))
    assert {"depth −1", "depth 4"} <= set(said)
    step = 25 + 5 + 2  # depth 1: no plane of padding
    assert windows(drawn(volume(padding=1), step)) == 2
    assert windows(drawn(volume(padding=1), 2)) == 2
    assert "depth −1" not in words(drawn(volume(), 1))


def test_many_planes_are_left_out_around_the_window() -> None:
    x = np.random.default_rng(2).integers(0, 9, (1, 1, 40, 6, 6))
    per_depth = 4 * 4
    scene = drawn(volume(x), 20 * per_depth + 1)
    said = words(scene)
    assert {"depth 0", "depth 20", "depth 21", "depth 39"} <= set(said)
    assert "depth 30" not in said
    assert "⋯" in said
    assert scene.height <= 900


def test_channels_have_a_row_each_and_more_are_said() -> None:
    x = np.random.default_rng(2).integers(0, 9, (1, 6, 3, 4, 4))
    k = np.random.default_rng(3).integers(-1, 2, (2, 6, 2, 2, 2))
    trace = volume(x, k, bias=np.array([5, 7]))
    scene = drawn(trace, filter=1)
    said = words(scene)
    assert [t.partition("  ")[0] for t in said if "input, channel" in t] == [
        "input, channel 0",
        "+ input, channel 1",
        "+ input, channel 2",
    ]
    assert "7" in said
    assert "… and 3 more channels" in said


def test_with_an_activation_the_sums_stand_before_the_output() -> None:
    said = words(drawn(volume(act="relu"), 5))
    assert "= sum  3×3×3" in said
    assert "ReLU → feature map  3×3×3" in said


def test_large_planes_are_pictures() -> None:
    x = np.random.default_rng(2).normal(size=(1, 1, 6, 40, 48))
    for steps in ((), (40,)):
        scene = drawn(volume(x), *steps)
        assert sum(isinstance(mark, Image) for mark in scene.flat()) == 6 + 5
        assert scene.height <= 1000
    assert windows(scene) == 2


def test_a_sheet_shows_the_kernel_once() -> None:
    said = words(drawn(volume(), 1, 2, 10))
    assert sum("kernel" in text for text in said) == 1
    assert sum(text.startswith("input") for text in said) == 3


@settings(deadline=None, max_examples=20)
@given(
    size=st.tuples(st.integers(1, 9), st.integers(1, 12), st.integers(1, 12)),
    kernel=st.tuples(st.integers(1, 4), st.integers(1, 3), st.integers(1, 3)),
    channels=st.integers(1, 5),
    stride=st.integers(1, 2),
    dilation=st.integers(1, 2),
    padding=st.integers(0, 2),
    mode=st.sampled_from(["zeros", "replicate", "circular"]),
    scale=st.sampled_from([1, 0.37, 123456.7, 1e-9]),
    width=st.sampled_from([320, 720, 1280]),
    rng=generators,
    data=st.data(),
)
def test_every_size_keeps_the_page(
    size: tuple[int, int, int], kernel: tuple[int, int, int], channels: int, stride: int,
    dilation: int, padding: int, mode: str, scale: float, width: int, rng: np.random.Generator,
    data: st.DataObject,
) -> None:  # fmt: skip
    x = rng.integers(0, 9, (1, channels, *size))
    options = {"stride": stride, "dilation": dilation, "padding": padding, "pad_mode": mode}
    try:
        trace = volume(
            x * scale if scale != 1 else x, rng.integers(-9, 9, (1, channels, *kernel)), **options
        )
    except NnvizError:  # the kernel is larger than the input, or the padding than it
        return
    step = data.draw(st.none() | st.integers(1, trace.output.size))
    scene = figure.draw(trace, Appearance(view="planes", width=width), [step] if step else [])
    assert_tidy(scene, width)


def test_numbers_too_wide_for_a_phone_are_refused_and_a_slide_is_wider() -> None:
    x = np.full((1, 3, 6, 6), 0.1 + 0.2 - 0.3001)
    trace = volume(x, np.ones((2, 2, 2)), padding=1)
    step = (1 + len(trace.steps) // 2,)
    with pytest.raises(NnvizError, match="its numbers are wider than the page"):
        figure.draw(trace, Appearance(width=320), step)
    assert_sound(figure.draw(trace, Appearance(ratio=(16, 9)), step))
