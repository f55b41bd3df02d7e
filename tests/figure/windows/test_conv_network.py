"""The convolution as neurons: its edges are its sums, in colours that can be told apart."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drawing import note
from helpers import run
from nnviz import figure
from nnviz.errors import NnvizError
from nnviz.figure.layout.style import Style
from nnviz.figure.scene import Ellipse, Path, Scene
from nnviz.figure.theme import theme
from nnviz.figure.windows import conv_network
from nnviz.request import THEMES, Appearance
from nnviz.trace import Trace
from nnviz.words import Words
from view_checks import assert_tidy, drawn, words

NINE = np.arange(1, 10).reshape(3, 3)
FOUR = np.array([[1, 2], [3, 4]])


def small(**options: Any) -> Trace:
    """Nine inputs, four weights, four outputs."""
    return run("conv", NINE, kernel=FOUR, **options)


REFUSALS: dict[str, tuple[Trace, str]] = {
    "a photograph": (
        run("conv", np.ones((60, 80), int), kernel=FOUR),
        "4800 inputs are too many for a network of neurons, at most 16; the view equation",
    ),
    "the note": (note(), "25 inputs are too many"),
    "outputs": (run("conv", np.ones(12, int), kernel=np.ones(2, int)), "11 outputs are too many"),
    "weights": (
        run("conv", np.ones((2, 5), int), kernel=np.ones((2, 5), int)), "10 weights are too many",
    ),
    "padding": (
        run("conv", NINE, kernel=np.ones((3, 3), int), padding=1),
        "25 inputs with the padding are too many",
    ),
    "channels": (
        run("conv", np.ones((2, 3, 3), int), kernel=np.ones((2, 2, 2), int)),
        "a filter reads 2 channels; the view channels shows each",
    ),
    "filters": (
        run("conv", np.ones((1, 3, 3), int), kernel=np.ones((2, 1, 2, 2), int)),
        "there are 2 filters; the view equation shows one of them",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSALS)
def test_what_it_cannot_draw(name: str) -> None:
    trace, message = REFUSALS[name]
    with pytest.raises(NnvizError, match="the view network cannot draw this") as caught:
        drawn(trace, view="network")
    assert message in str(caught.value)


def test_it_is_never_the_default() -> None:
    assert "dense layer" not in words(figure.draw(small(), Appearance()))


def edges(scene: Scene, name: str = "light") -> list[Path]:
    """The edges of the shared weights; the legend's lines come after them."""
    scale = theme(name).scale
    return [m for m in scene.flat() if isinstance(m, Path) and m.stroke in scale]


def test_four_weights_are_shared_by_sixteen_edges() -> None:
    scene = drawn(small(), view="network")
    said = words(scene)
    assert {"convolution, kernel 2×2", "4 weights, shared", "dense layer"} <= set(said)
    assert "9 × 4 = 36 weights" in said
    assert {"w0 = 1", "w1 = 2", "w2 = 3", "w3 = 4"} <= set(said)
    assert len(edges(scene)) == 16 + 4
    looks = {(path.stroke, path.dash) for path in edges(scene)}
    assert len(looks) == len({dash for _, dash in looks}) == 4
    assert sum(isinstance(m, Ellipse) for m in scene.flat()) == 2 * (9 + 4)
    dense = [m for m in scene.flat() if isinstance(m, Path) and m.stroke == theme("light").muted]
    assert len(dense) == 36


def test_the_dense_layer_has_a_bias_for_each_output() -> None:
    assert "9 × 4 = 36 weights + 4 biases" in words(drawn(small(bias=1), view="network"))
    one = run("conv", np.array([3]), kernel=np.array([2]), bias=1)
    assert "1 × 1 = 1 weight + 1 bias" in words(drawn(one, view="network"))
    korean = words(drawn(small(bias=1), view="network", lang="ko"))
    assert {"신경망으로 나타낸 합성곱", "가중치 9 × 4 = 36개 + 편향 4개"} <= set(korean)


def test_values_stand_beside_their_neurons() -> None:
    said = words(drawn(small(), view="network"))
    assert {str(v) for v in NINE.reshape(-1)} <= set(said)
    assert {"37", "47", "67", "77"} <= set(said)


def test_a_step_shows_its_edges_and_its_sum() -> None:
    scene = drawn(small(bias=5, act="relu"), 2, view="network")
    said = words(scene)
    assert len(edges(scene)) == 4 + 4
    assert "y1 = relu(w0·x1 + w1·x2 + w2·x4 + w3·x5 + b)" in said
    assert {"42", "52", "+ bias 5", "4 weights and 1 bias, shared"} <= set(said)
    assert "72" not in said
    active = theme("light").tone("output").active
    assert sum(isinstance(m, Ellipse) and m.fill == active for m in scene.flat()) == 2


def test_padding_is_dashed_and_is_no_input_of_the_dense_layer() -> None:
    trace = run("conv", np.array([4, 5, 6]), kernel=np.array([1, 2, 3]), padding=1)
    scene = drawn(trace, 1, view="network")
    dashed = [m for m in scene.flat() if isinstance(m, Ellipse) and m.dash]
    assert len(dashed) == 2
    assert "3 × 3 = 9 weights" in words(scene)
    assert "y0 = w0·0 + w1·x0 + w2·x1" in words(scene)
    mirrored = run(
        "conv", np.array([4, 5, 6]), kernel=np.array([1, 2, 3]), padding=1, padding_mode="reflect"
    )
    assert "y0 = w0·x1 + w1·x0 + w2·x1" in words(drawn(mirrored, 1, view="network"))


@pytest.mark.parametrize("name", THEMES)
def test_no_two_weights_look_alike(name: str) -> None:
    style = Style.of(Appearance(theme=name))
    looks = [conv_network._line_of(style, i) for i in range(conv_network.WEIGHTS)]
    apart = {appearance[1:] for appearance in looks} if name == "print" else set(looks)
    assert len(apart) == conv_network.WEIGHTS
    drawn(small(), 4, view="network", theme=name)


@pytest.mark.parametrize("speak", ["가", "그리고 아주 긴 말"], ids=["short words", "long words"])
def test_other_languages(monkeypatch: pytest.MonkeyPatch, speak: str) -> None:
    def say(_: Style, said: Words | str) -> str:
        return said if isinstance(said, str) else speak if len(speak) == 1 else f"{said} {speak}"

    monkeypatch.setattr(Style, "say", say)
    for steps in ((), (2,)):
        assert words(drawn(small(bias=1), *steps, view="network"))


@settings(deadline=None, max_examples=20)
@given(
    size=st.sampled_from([(1, 1), (3, 3), (4, 4), (2, 8), (16,), (9,), (3,), (1, 5)]),
    kernel=st.sampled_from([(2, 2), (3, 3), (1, 1), (2,), (5,), (1, 3)]),
    stride=st.integers(1, 2),
    padding=st.integers(0, 1),
    scale=st.sampled_from([1, 0.37, 12345678.9, 1e-9, 0]),
    bias=st.none() | st.just(-0.001234),
    name=st.sampled_from(THEMES),
    data=st.data(),
)
def test_every_size_keeps_the_layout(
    size: tuple[int, ...], kernel: tuple[int, ...], stride: int, padding: int, scale: float,
    bias: float | None, name: str, data: st.DataObject,
) -> None:  # fmt: skip
    kernel = (*kernel, kernel[-1])[: len(size)]
    if any(k > n + 2 * padding for k, n in zip(kernel, size, strict=True)):
        return
    rng = np.random.default_rng(1)
    options = {"stride": stride, "padding": padding, "bias": bias, "dims": len(size)}
    trace = run("conv", rng.normal(size=size) * scale, kernel=rng.normal(size=kernel), **options)
    if conv_network.fits(trace) is not None:
        return
    step = data.draw(st.none() | st.integers(1, trace.output.size))
    appearance = Appearance(view="network", theme=name)
    assert_tidy(figure.draw(trace, appearance, [step] if step else []))
    assert_tidy(figure.draw(trace, appearance, range(1, min(2, trace.output.size) + 1)))
