"""With an activation the figure stays a true equation: the sums stand before the arrow."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from drawing import drawn, note, texts
from helpers import run
from nnviz.activation_steps import ACTIVATIONS as NAMES
from nnviz.figure.layout.style import Style
from nnviz.figure.scene import Image, Rect
from nnviz.notation import text
from nnviz.numerals import rounded
from nnviz.request import Appearance
from nnviz.trace import Trace

EDGE = np.array([[-1, -1, -1], [-1, 8, -1], [-1, -1, -1]])
NOTE = note().arrays["input"]
MAPS = np.arange(18).reshape(2, 3, 3)


def edges(**options: object) -> Trace:
    return run("conv", NOTE, kernel=EDGE, act="relu", bias=-1, **options)


def test_the_sums_stand_between_the_equals_sign_and_the_arrow() -> None:
    said = texts(drawn(edges()))
    assert said[0] == "Convolution with ReLU"
    after = said[said.index("=") :]
    assert after[:3] == ["=", "sum", "3×3"]
    assert after[3:12] == ["−5", "−14", "−9", "−14", "−2", "−1", "21", "−2", "1"]
    assert after[12:15] == ["ReLU", "feature map", "3×3"]
    assert after[15:24] == ["0", "0", "0", "0", "0", "0", "21", "0", "1"]


def test_the_sums_after_a_step_are_empty() -> None:
    said = texts(drawn(edges(), 5))
    after = said[said.index("sum") : said.index("ReLU")]
    assert after[2:] == ["−5", "−14", "−9", "−14", "−2"]


def test_channels_are_added_to_the_sums() -> None:
    trace = run("conv", MAPS, kernel=-np.ones((2, 2, 2), int), act="relu", bias=3)
    said = texts(drawn(trace))
    assert said[0] == "Convolution with ReLU over 2 channels"
    assert said.index("bias") < said.index("sum") < said.index("ReLU") < said.index("feature map")
    assert str(trace.results["pre"][0, 0, 0]).replace("-", "−") in said


@pytest.mark.parametrize("view", ["iso", "network"])
def test_other_views_say_the_activation_beside_the_bias(view: str) -> None:
    trace = run("conv", MAPS[0], kernel=[[1, 2], [3, 4]], act="tanh", bias=3)
    said = texts(drawn(trace, view=view))
    assert "with tanh" in said[0]
    assert "activation tanh" in said  # no arrow: it would point at nothing
    plain = run("conv", MAPS[0], kernel=[[1, 2], [3, 4]], bias=3)
    assert "sum" not in texts(drawn(plain))


@pytest.mark.parametrize("shape", [(40, 60), (2, 40, 60)], ids=["one channel", "two channels"])
def test_sums_of_a_picture_are_a_picture(shape: tuple[int, ...]) -> None:
    x = np.random.default_rng(1).integers(0, 9, shape)
    for steps in ((), (7,), (1, 2)):
        said = texts(drawn(run("conv", x, kernel=EDGE, act="relu"), *steps))
        assert "with ReLU" in said[0]
        assert ("sum" in said) is (len(steps) < 2 or len(shape) > 2)


def test_sums_too_wide_for_cells_are_a_picture_though_the_output_is_not() -> None:
    x = np.random.default_rng(1).normal(size=(20, 24)) * 10.0 ** np.arange(24)
    trace = run("conv", x, kernel=[[1]], act="hard-sigmoid")
    said = texts(drawn(trace))
    assert "sum" in said


@pytest.mark.parametrize("op", [{}, {"transpose": True}], ids=["conv", "transposed"])
def test_the_equation_of_the_trace_names_the_sums(op: dict[str, bool]) -> None:
    trace = run("conv", NOTE, kernel=EDGE, act="relu", bias=-1, **op)
    start = trace.equation.index("=") + 1
    assert trace.equation[start:] == ("pre", "→ ReLU →", "output")
    np.testing.assert_array_equal(np.maximum(trace.results["pre"], 0), trace.output)
    plain = run("conv", NOTE, kernel=EDGE, bias=-1, **op)
    np.testing.assert_array_equal(plain.output, trace.results["pre"])
    assert plain.equation[start:] == ("output",)
    # Names of arrays are identifiers, signs between them are none.
    for one, other in pairwise(trace.equation):
        assert one.isidentifier() is not other.isidentifier()


@pytest.mark.parametrize("act", ["relu", "hard-sigmoid"])
def test_sums_of_wide_channels_go_on_below(act: str) -> None:
    x, w = np.arange(162).reshape(2, 9, 9) % 7, np.ones((2, 3, 3), int)
    for steps in ((), (49,), (1, 2)):
        drawn(run("conv", x, kernel=-w, act=act, bias=-3), *steps)


@pytest.mark.parametrize("steps", [(), (13,)], ids=["whole", "a step"])
def test_what_is_transposed_stays_a_true_equation(steps: tuple[int, ...]) -> None:
    x = [[1, -2], [3, 4]]
    trace = run("conv", x, kernel=EDGE, act="relu", transpose=True, stride=2, bias=-1)
    said = texts(drawn(trace, *steps))
    assert said.index("bias") < said.index("sum") < said.index("ReLU") < said.index("feature map")
    large = run("conv", np.tile(x, (20, 20)), kernel=EDGE, act="relu", transpose=True)
    assert {"sum", "ReLU"} <= set(texts(drawn(large, *steps)))


def test_softmax_runs_over_a_row_of_sums_that_is_filled() -> None:
    kernel = np.array([[1, 0, 1], [1, 0, 1], [0, 1, 0]])
    trace = run("conv", NOTE, kernel=kernel, act="softmax")
    scene = drawn(trace, 2)
    said = texts(scene)
    # 2 + 4 + 1 + 1 + 0 + 1 = 9 and beside it 6 and 11; e⁹ = 8103.08, e⁶ = 403.43, e¹¹ = 59874.14.
    assert said[said.index("sum") + 2 : said.index("softmax")] == ["6", "9", "11"]
    assert "0.1185" in said
    assert "0.8756" not in said
    fill = Style.of(Appearance()).theme.tone("intermediate").active
    assert len([m for m in scene.flat() if isinstance(m, Rect) and m.fill == fill]) == 3
    assert text(trace.steps[1].formula[1:], rounded) == "e⁹ / (e⁶ + e⁹ + e¹¹) ≈ 0.1185"
    assert trace.facts[-1].label.template == "along each row: its outputs add up to 1"


def test_softmax_of_a_picture_shows_the_row_of_sums() -> None:
    trace = run("conv", np.arange(900).reshape(30, 30) % 7, kernel=[[1]], act="softmax")
    scene = drawn(trace, 32)  # row 1, column 1
    first = next(m for m in scene.flat() if isinstance(m, Image))
    covers = [m for m in scene.flat() if isinstance(m, Rect) and m.fill and m.width > 90]
    sums = Style.of(Appearance()).theme.tone("intermediate").pale
    (below,) = [m for m in covers if m.fill == sums]  # and no cover over the rest of the row
    assert below.height / below.width == pytest.approx(28 / 30)
    assert first.width > 0


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("transpose", [False, True])
def test_a_layer_says_of_its_activation_what_act_says(name: str, transpose: bool) -> None:
    x = np.array([[-3, 0, 2], [1, -2, 4]])
    layer = run("conv", x, kernel=[[1]], act=name, transpose=transpose)
    alone = run("act", x, name=name)
    for one, other in zip(layer.steps, alone.steps, strict=True):
        assert text(one.formula[1:], rounded) == text(other.formula, rounded)


def test_the_parts_of_a_large_picture_take_few_rows() -> None:
    x = np.random.default_rng(1).integers(0, 99, (200, 300))
    scene = drawn(run("conv", x, kernel=EDGE, act="relu"))
    shapes = [t.y for t in scene.texts() if t.content in ("input", "kernel", "sum", "feature map")]
    assert len(shapes) == 4
    pictures = [m for m in scene.flat() if isinstance(m, Image) and m.crisp]
    assert len({round(m.y + m.height / 2) for m in pictures}) == 2
