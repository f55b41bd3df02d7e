"""Gradients of a convolution: what the figure lays over what is what the steps add."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drawing import assert_layout, generators
from helpers import run
from nnviz import figure
from nnviz.backpropagation import backward
from nnviz.errors import NnvizError
from nnviz.figure.layout.style import PAGE, Style
from nnviz.figure.scene import Image, Rect, Scene
from nnviz.figure.windows._way_back import place_of, reading
from nnviz.request import THEMES, Appearance
from nnviz.trace import Step, Trace
from view_checks import assert_tidy, drawn, words

STYLE = Style.of(Appearance())
X = np.array([[5, 1, 0], [2, 4, 3], [0, 2, 4]])
W = np.array([[2, 1], [1, 1]])
G = np.array([[1, 0], [1, 2]])


def back(of: str = "input", x: Any = X, w: Any = W, g: Any = G, **options: Any) -> Trace:
    """A gradient of a convolution; of the worked example unless otherwise said."""
    return backward(run("conv", x, kernel=w, **options), g, of)


def numbers(scene: Scene) -> list[str]:
    return [text.content for text in scene.texts() if text.cell is not None]


def test_refusals() -> None:
    volume = back(x=np.ones((3, 3, 3), int), w=np.ones((1, 1, 2, 2, 2), int), g=1, dims=3)
    with pytest.raises(NnvizError, match="the window slides over 3 axes"):
        drawn(volume, view="equation")
    assert "∂L/∂x0,0,0 = (∂y0,0,0×w0,0,0,0,0) = (1×1)" in " ".join(words(drawn(volume, 1)))


# --- the worked example, by hand -----------------------------------------------------------


def test_a_step_of_the_input() -> None:
    """The middle of X was read four times: 1·1 + 0·1 + 1·1 + 2·2 = 6."""
    scene = drawn(back(), 5)
    said, cells = words(scene), numbers(scene)
    spread_out = [*"00000", "1", "×1", "0", "×1", "0", "0", "1", "×1", "2", "×2", *"00000"]
    assert cells == [*spread_out, *"1112", *"21036", *"510243024", "17", "9", "10", "17"]
    assert "turned by 180°" in said
    assert any("= (1×1) + (0×1) + (1×1) + (2×2) = 6" in s for s in said)
    assert "the same sum, read forwards: what used x1,1 = 4" in said
    uses = [s for s in said if "used it with" in s]
    assert uses == [
        "y0,0 used it with w1,1 = 1",
        "y0,1 used it with w1,0 = 1",
        "y1,0 used it with w0,1 = 1",
        "y1,1 used it with w0,0 = 2",
    ]


def test_the_whole_of_the_input() -> None:
    cells = numbers(drawn(back()))
    assert cells == [*"0000010001200000", *"1112", *"210362132"]


def test_a_step_of_the_kernel() -> None:
    """The lower left weight met 2, 4, 0 and 2: 1·2 + 0·4 + 1·0 + 2·2 = 6."""
    scene = drawn(back("kernel"), 3)
    said = words(scene)
    assert [s for s in said if s.startswith("×")] == ["×1", "×0", "×1", "×2"]
    assert any("= (1×2) + (0×4) + (1×0) + (2×2) = 6" in s for s in said)
    assert numbers(scene)[-3:] == ["15", "11", "6"]  # the fourth is still to come


def test_the_bias_has_the_sum_of_all() -> None:
    scene = drawn(back("bias", bias=np.array(1)), 1)
    assert numbers(scene) == ["1", "0", "1", "2", "4"]
    assert "Σ" in words(scene)


# --- the picture and the steps -------------------------------------------------------------


@st.composite
def gradients(draw: st.DrawFn, of: str) -> Trace:
    """A gradient of any small convolution, or of a transposed one."""
    groups, dims = draw(st.sampled_from([1, 1, 2])), draw(st.sampled_from([1, 2, 2]))
    axes = [draw(st.tuples(*[st.integers(1, 3)] * 3, st.integers(0, 2))) for _ in range(dims)]
    kernel, stride, dilation, padding = zip(*axes, strict=True)
    spread_out = draw(st.booleans())
    size = [draw(st.integers(max(1, (k - 1) * d + 1), 7)) for k, _, d, _ in axes]
    if spread_out:  # so that something is left of it
        padding = tuple(min(p, (k - 1) * d // 2) for k, _, d, p in axes)
    samples, channels, filters = (draw(st.integers(1, 2)) for _ in range(3))
    lead = (channels, filters) if spread_out else (filters * groups, channels)
    if spread_out:
        lead = (channels * groups, filters)
    rng = draw(generators)
    options = {
        "stride": stride,
        "dilation": dilation,
        "padding": padding,
        "groups": groups,
        "dims": dims,
        **({"transpose": True} if spread_out else {}),
    }
    if not spread_out and of == "kernel" and min(size) >= 2:
        options["padding_mode"] = draw(st.sampled_from(["zeros", "replicate", "circular"]))
    x = rng.integers(-9, 10, (samples, channels * groups, *size))
    trace = run("conv", x, kernel=rng.integers(-9, 10, (*lead, *kernel)), **options)
    return backward(trace, rng.integers(-9, 10, trace.output.shape), of)


def summed(trace: Trace, step: Step) -> list[Any]:
    """The terms of a step: the output cell, its gradient and the factor."""
    assert trace.forward is not None
    plan = trace.forward.plan
    assert plan is not None
    return sorted((place_of(plan, tuple(at)), g, w) for at, g, w in step.detail["terms"])


@settings(deadline=None, max_examples=60)
@given(data=st.data())
def test_the_turned_kernel_over_the_spread_gradient_is_the_sum(data: st.DataObject) -> None:
    trace = data.draw(gradients("input"))
    step = trace.steps[data.draw(st.integers(0, len(trace.steps) - 1))]
    part = reading(STYLE, trace, step).part
    assert part.y[part.at] == step.value
    found = [
        ((part.sample, f, tap.cell), part.x[c][tap.source].item(), part.w[c][tap.kernel].item())
        for c, f in enumerate(part.channels)
        for tap in part.taps()
        if tap.source is not None
    ]
    assert sorted(found) == summed(trace, step)


@settings(deadline=None, max_examples=60)
@given(data=st.data())
def test_the_gradient_over_the_input_is_the_sum(data: st.DataObject) -> None:
    trace = data.draw(gradients("kernel"))
    step = trace.steps[data.draw(st.integers(0, len(trace.steps) - 1))]
    part = reading(STYLE, trace, step).part
    assert part.y[part.at] == step.value
    assert trace.forward is not None
    assert trace.forward.plan is not None
    spread_out = trace.forward.plan.transposed
    found = []
    for c in range(len(part.x)):
        for tap in part.taps():
            if tap.source is not None:
                read, over = part.x[c][tap.source].item(), part.w[c][tap.kernel].item()
                found.append((tap.cell, read, over) if spread_out else (tap.kernel, over, read))
    assert sorted(found) == sorted((at, g, w) for (_, _, at), g, w in summed(trace, step))


@settings(deadline=None, max_examples=40)
@given(data=st.data(), of=st.sampled_from(["input", "kernel"]), whole=st.booleans())
def test_any_gradient_is_tidy(data: st.DataObject, of: str, whole: bool) -> None:
    trace = data.draw(gradients(of))
    step = data.draw(st.integers(1, len(trace.steps)))
    assert drawn(trace, *([] if whole else [step])).marks


def marked(scene: Scene, fill: str) -> list[str]:
    """The numbers in cells of a fill."""
    boxes = {
        (m.x, m.y, m.width, m.height)
        for m in scene.flat()
        if isinstance(m, Rect) and m.fill == fill
    }
    return [t.content for t in scene.texts() if t.cell in boxes and t.content[:1] != "×"]


@pytest.mark.parametrize("step", [1, 7, 13, 20, 25])
@pytest.mark.parametrize("options", [{}, {"stride": 2, "padding": 1}, {"dilation": 2}])
def test_the_marks_are_the_cells_of_the_step(step: int, options: dict[str, Any]) -> None:
    x = np.arange(100, 125).reshape(5, 5)
    w = np.arange(2, 11).reshape(3, 3)
    forward = run("conv", x, kernel=w, **options)
    g = np.arange(forward.output.size).reshape(forward.output.shape) + 20
    trace = backward(forward, g)
    scene, made = drawn(trace, step), trace.steps[step - 1]
    terms = made.detail["terms"]
    light = Style.of(Appearance()).theme
    red = [str(value) for _, value, _ in terms] + [str(made.value)]
    assert sorted(marked(scene, light.tone("gradient").active)) == sorted(red)
    assert sorted(marked(scene, light.tone("weight").active)) == sorted(str(k) for *_, k in terms)
    assert marked(scene, light.tone("input").active) == [str(x.flat[step - 1])]
    used = [str(forward.output[tuple(at)]) for at, *_ in terms]
    assert sorted(marked(scene, light.tone("output").active)) == sorted(used)


# --- what it is drawn for ------------------------------------------------------------------

BATCH = np.arange(2 * 2 * 4 * 4).reshape(2, 2, 4, 4) % 7
FILTERS = np.arange(3 * 2 * 2 * 2).reshape(3, 2, 2, 2) % 5 - 2
SEEN: dict[str, tuple[Any, Any, dict[str, Any]]] = {
    "a matrix": (X, W, {}),
    "a vector": (np.arange(7), np.array([1, 0, -1]), {"stride": 2, "padding": 1}),
    "a batch": (BATCH, FILTERS, {"bias": np.arange(3)}),
    "mirrored": (BATCH[0, 0], W, {"padding": 1, "padding_mode": "reflect"}),
    "relu": (X, W - 1, {"act": "relu"}),
    "softmax": (X, W, {"act": "softmax"}),
    "transposed": (X, W, {"transpose": True, "stride": 2, "padding": 1}),
    "one kernel for all": (BATCH[0], W, {"dilation": 2}),
    "a row is left over": (np.arange(30).reshape(5, 6), W, {"stride": 3}),
    "decimals": (BATCH[0, 0] / 7, W / 3, {}),
    "a picture": (np.arange(40 * 50).reshape(40, 50) % 97, W, {"padding": 1}),
    "a transposed picture": (np.arange(30 * 30).reshape(30, 30) % 97, W, {"transpose": True}),
}


@pytest.mark.parametrize("of", ["input", "kernel", "bias"])
@pytest.mark.parametrize("case", SEEN)
@pytest.mark.parametrize("appearance", [{}, {"lang": "ko", "theme": "dark"}, {"width": 360}])
def test_every_case_is_tidy(case: str, of: str, appearance: dict[str, Any]) -> None:
    x, w, options = SEEN[case]
    forward = run("conv", x, kernel=w, **{"bias": np.array(1), **options})
    trace = backward(forward, None, of)
    last = len(trace.steps)
    for steps in ((), (last,), (1, last) if last > 1 else ()):
        scene = figure.draw(trace, Appearance(**appearance), steps)
        width = appearance.get("width", PAGE)
        if any(isinstance(mark, Image) for mark in scene.flat()):
            assert_layout(scene, width)
        else:
            assert_tidy(scene, width)


@pytest.mark.parametrize("theme", THEMES)
def test_every_theme(theme: str) -> None:
    assert drawn(back(), 5, theme=theme).marks


@pytest.mark.parametrize("n", range(3, 25))
@pytest.mark.parametrize("of", ["input", "kernel"])
def test_a_step_of_any_size_stands_on_a_screen(n: int, of: str) -> None:
    x = np.random.default_rng(n).integers(0, 10, (n, n))
    trace = back(of, x, np.array([[1, 0, -1]] * 3), None)
    for step in {1, len(trace.steps) // 2 + 1, len(trace.steps)}:
        assert drawn(trace, step).height <= 640


def test_an_activation_comes_first() -> None:
    """ReLU lets 17 and 10 pass and stops −1: only their gradients go on."""
    trace = back(x=X, w=W, g=G, bias=np.array(-10), act="relu")
    said = words(drawn(trace, 5))
    first = said.index("gradient of the output")
    assert said[first : first + 2] == ["gradient of the output", "2×2"]
    assert said[first + 2 : first + 6] == ["1", "0", "1", "2"]
    assert said[first + 6 : first + 13] == ["⊙", "slope", "2×2", "1", "0", "0", "1"]
    assert said[first + 13 : first + 20] == ["=", "gradient of the sum", "2×2", "1", "0", "0", "2"]


def test_what_padding_copies_is_added_to_the_number() -> None:
    trace = back(x=X, w=W, g=1, padding=1, padding_mode="reflect")
    said = words(drawn(trace, 5))
    assert "padding copies numbers of the input: what reads a copy is added to the number" in said
    assert "turned by 180°" not in said
    assert any("used it with" in s for s in said)


def test_the_whole_of_a_kernel_has_a_panel_a_weight() -> None:
    scene = drawn(back("kernel"))
    said = " ".join(words(scene))
    for panel in ("w0,0 = 15", "w0,1 = 11", "w1,0 = 6", "w1,1 = 14"):
        assert f"∂L/∂{panel}" in said
    blue = Style.of(Appearance()).theme.tone("input").active
    assert marked(scene, blue) == [*"5124", *"1043", *"2402", *"4324"]  # X under each window


def test_a_picture_is_spread_and_not_turned() -> None:
    trace = back(x=np.arange(900).reshape(30, 30), g=None)
    said = words(drawn(trace, 100))
    assert "∗ᵀ" in said
    assert "window" in said
    assert "∗" in words(drawn(backward(trace.forward, None, "kernel"), 2))  # type: ignore[arg-type]


@pytest.mark.parametrize("of", ["kernel", "input"])
def test_pictures_that_are_added_are_all_there(of: str) -> None:
    x = np.arange(3 * 40 * 50).reshape(3, 40, 50) % 97
    w = np.ones((3, 3, 3, 3), int) if of == "input" else np.ones((3, 3), int)
    scene = drawn(back(of, x, w, None))
    assert_tidy(scene)
    said = words(scene)
    assert {"channel 0, 40×50" if of == "kernel" else "channel 0, 38×48", "channel 1"} <= set(said)
    assert ("channel 2" in said, "channel 3" in said, said.count("+")) == (True, False, 2)


def test_which_of_several_is_said() -> None:
    trace = back("kernel", BATCH, FILTERS, None)
    said = words(drawn(trace, len(trace.steps)))
    assert "filter 2, channel 1, 2×2" in said
    assert {"channel 1, sample 0, 4×4", "channel 2, sample 0, 3×3"} <= set(said)
    assert {"channel 1, sample 1", "channel 2, sample 1"} <= set(said)  # alike, and below


def test_rows_that_are_added_are_called_what_they_are_once() -> None:
    x = np.random.default_rng(0).integers(0, 9, (4, 4))
    trace = backward(run("conv", x, kernel=np.ones((3, 1, 2, 2), int)))
    scene = drawn(trace, 6)
    said = words(scene)
    assert (said.count("gradient of the output"), said.count("kernel")) == (1, 1)
    assert {"channel 0, 3×3", "channel 1", "channel 2", "filter 1", "filter 2"} <= set(said)
    assert scene.height <= 920
    maps = [t for t in scene.texts() if t.content == "feature map"]
    assert all(b.x - a.x > a.width + 4 for a, b in pairwise(maps))  # names stand apart


@pytest.mark.parametrize("width", [360, 720])
def test_what_used_a_pixel_of_a_photograph_stands_around_it(width: int) -> None:
    x = np.random.default_rng(0).integers(0, 255, (60, 80))
    forward = run("conv", x, kernel=np.array([[1, 0], [0, 1]]))
    scene = drawn(backward(forward), 30 * 80 + 41, width=width)  # the pixel at row 30, column 40
    said = words(scene)
    assert f"read forwards: what used x30,40 = {x[30, 40]}" in " ".join(said).replace(
        "used  x", "used x"
    )
    near = {t.at: t.content for t in scene.texts() if t.at is not None}
    for row in range(28, 33):
        for column in range(38, 43):
            in_both = 28 <= row < 32 and 38 <= column < 42
            number = forward.output if in_both else x
            assert near[row, column] == str(number[row, column])
    assert "y29,39" in "".join(said)
    assert {r for r, _ in near if r > 9} == {*range(28, 33)}  # none of the rest
