"""Dense as neurons: an edge a weight, in the look of its sign, as wide as it is large."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import run
from nnviz.errors import NnvizError
from nnviz.figure.layout.style import Style
from nnviz.figure.scene import Ellipse, Path, Scene
from nnviz.request import Appearance
from nnviz.trace import Trace
from view_checks import drawn, words

W = np.array([[1, 0, -2], [2, 1, 0]])
B = np.array([1, -1])
THEME = Style.of(Appearance()).theme


def layer(**more: np.ndarray) -> Trace:
    return run("dense", [5, 2, 40], weight=W, **more)


def edges(scene: Scene, stroke: str) -> list[Path]:
    """The lines of a colour between the layers, without the sample in the legend."""
    lines = [m for m in scene.flat() if isinstance(m, Path) and m.stroke == stroke]
    return [m for m in lines if m.commands[1][1][0] - m.commands[0][1][0] > 40]


def test_every_weight_is_an_edge_by_its_sign() -> None:
    scene = drawn(layer(), view="network")
    assert len(edges(scene, THEME.scale[0])) == 3
    assert [m.dash for m in edges(scene, THEME.scale[1])] == [THEME.dashes[1]]
    assert len([m for m in scene.flat() if isinstance(m, Ellipse)]) == 3 + 2
    said = words(scene)
    assert {"positive weight", "negative weight", "weight 0", "3 × 2 = 6 weights"} <= set(said)
    assert "bias" not in said


def test_a_larger_weight_is_a_wider_line() -> None:
    scene = drawn(layer(), view="network")
    assert sorted(m.line for m in edges(scene, THEME.scale[0])) == [1.875, 1.875, 3.0]


def test_a_bias_is_the_edge_of_a_neuron_of_1() -> None:
    scene = drawn(layer(bias=B), view="network")
    said = words(scene)
    assert "1" in said
    assert "3 × 2 = 6 weights + 2 biases" in said
    assert len(edges(scene, THEME.tone("bias").line)) == 2
    # 5 − 80 + 1 and 10 + 2 − 1
    assert {"−74", "11"} <= set(said)


def test_a_step_lights_its_edges_and_has_its_sum() -> None:
    scene = drawn(layer(bias=B), 1, view="network")
    said = words(scene)
    assert "−74" in said
    assert "11" not in said
    assert len(edges(scene, THEME.scale[0])) == 1
    assert "(5×1) + (2×0) + (40×(−2)) + 1 = −74" in said


@pytest.mark.parametrize(
    ("shape", "inputs", "outputs", "why"),
    [((17,), 17, 2, "17 inputs"), ((3,), 3, 17, "17 outputs"), ((2, 3), 3, 2, "2 rows")],
)
def test_what_nobody_could_follow_is_refused(
    shape: tuple[int, ...], inputs: int, outputs: int, why: str
) -> None:
    trace = run("dense", np.ones(shape, int), weight=np.ones((outputs, inputs), int))
    with pytest.raises(NnvizError, match=why):
        drawn(trace, view="network")


@settings(deadline=None, max_examples=20)
@given(
    inputs=st.integers(1, 16),
    units=st.integers(1, 16),
    scale=st.sampled_from([1, 0.37, 1234567.8, 1e-9]),
    width=st.sampled_from([360, 720, 1280]),
    lang=st.sampled_from(["en", "ko"]),
    data=st.data(),
)
def test_every_size_keeps_the_layout(
    inputs: int, units: int, scale: float, width: int, lang: str, data: st.DataObject
) -> None:
    x = np.random.default_rng(0).normal(size=inputs) * scale
    steps = data.draw(st.lists(st.integers(1, units), max_size=2, unique=True))
    trace = run("dense", x, units=units)
    assert drawn(trace, *sorted(steps), view="network", width=width, lang=lang)
