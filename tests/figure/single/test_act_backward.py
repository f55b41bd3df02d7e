"""The gradient of an activation as it is drawn: tangents as steep as the curve, kinks, slopes."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import run
from nnviz.backpropagation import backward
from nnviz.figure.layout.style import Style
from nnviz.figure.scene import Path, Scene
from nnviz.request import THEMES, Appearance
from nnviz.trace import Trace
from view_checks import drawn, words

FUNCTIONS: Mapping[str, Callable[[float], float]] = {
    "sigmoid": lambda x: 1 / (1 + math.exp(-x)),
    "tanh": math.tanh,
    "gelu": lambda x: x / 2 * (1 + math.erf(x / math.sqrt(2))),
    "elu": lambda x: x if x > 0 else math.expm1(x),
    "leaky-relu": lambda x: x if x > 0 else 0.01 * x,
}


def back(x: Any, name: str, g: Any = None, **options: Any) -> Trace:
    return backward(run("act", x, name=name, **options), g)


def ends(path: Path) -> tuple[tuple[float, ...], tuple[float, ...]]:
    return path.commands[0][1][:2], path.commands[-1][1][-2:]


def tangents(trace: Trace, scene: Scene) -> list[float]:
    """How steep each tangent is, in the units of the curve."""
    assert trace.forward is not None
    line = trace.forward.results["curve"]
    theme = Style.of(Appearance()).theme
    paths = [m for m in scene.flat() if isinstance(m, Path)]
    drawn_curve = next(p for p in paths if len(p.commands) == len(line))
    points = np.array([points[:2] for _, points in drawn_curve.commands])
    low, high = line[:, 1].argmin(), line[:, 1].argmax()
    across = (points[-1, 0] - points[0, 0]) / (line[-1, 0] - line[0, 0])
    down = (points[high, 1] - points[low, 1]) / (line[high, 1] - line[low, 1])
    red = [p for p in paths if p.stroke == theme.tone("gradient").line and not p.dash]
    return [
        (end[1] - start[1]) / down / ((end[0] - start[0]) / across)
        for start, end in map(ends, (p for p in red if len(p.commands) == 2))
    ]


@settings(max_examples=25)
@given(
    st.sampled_from(sorted(FUNCTIONS)),
    st.lists(st.floats(-4, 4).filter(lambda x: abs(x) > 0.01), min_size=1, max_size=5, unique=True),
)
def test_a_tangent_is_as_steep_as_the_curve(name: str, x: list[float]) -> None:
    trace, f = back(x, name), FUNCTIONS[name]
    near = {a: (f(a + 1e-6) - f(a - 1e-6)) / 2e-6 for a in x}
    scene = drawn(trace)
    assert tangents(trace, scene) == pytest.approx([near[a] for a in sorted(x)], abs=1e-4)
    (one,) = tangents(trace, drawn(trace, 1))
    assert one == pytest.approx(near[x[0]], abs=1e-4)


@pytest.mark.parametrize(
    ("name", "x", "options", "said"),
    [
        ("relu", 0, {}, "kink at x = 0: the slope is 0 before it and 1 after; 0 is taken"),
        (
            "leaky-relu",
            0,
            {"alpha": 0.1},
            "kink at x = 0: the slope is 0.1 before it and 1 after; 0.1 is taken",
        ),
        ("elu", 0, {"alpha": 2}, "kink at x = 0: the slope is 2 before it and 1 after; 2 is taken"),
        (
            "hard-sigmoid",
            2.5,
            {},
            "kink at x = 2.5: the slope is 0.2 before it and 0 after; 0 is taken",
        ),
    ],
)
def test_a_kink_says_both_its_slopes(
    name: str, x: float, options: dict[str, Any], said: str
) -> None:
    trace = back([x, -1.0], name, **options)
    assert said in words(drawn(trace))
    assert said in words(drawn(trace, 1))
    assert said not in words(drawn(trace, 2))
    assert not [w for w in words(drawn(back([1.5, -1.0], name, **options))) if "kink" in w]


def test_a_step_says_its_slope_and_its_product() -> None:
    said = words(drawn(back([-1, 2], "relu", [5, 3]), 2))
    assert "slope 1" in said
    assert "(3×1) = 3" in "".join(said)
    assert "slope 0" in words(drawn(back([-1, 2], "relu", [5, 3]), 1))


def test_softmax_has_its_slopes_as_a_matrix() -> None:
    trace = back([0.0, 0.0], "softmax", [1, 0])
    assert trace.results["jacobian"].tolist() == [[0.25, -0.25], [-0.25, 0.25]]
    assert trace.equation == ("jacobian", "·", "gradient", "=", "output")
    assert trace.steps[1].cells["jacobian"] == ((1, 0), (1, 1))
    scene = drawn(trace, 2)
    lit = [t.content for t in scene.texts() if t.at is not None]
    assert lit.count("−0.25") == 3  # twice in the matrix, once in what comes out
    assert "Jacobian matrix" in words(scene)
    long = back(np.zeros(9), "softmax")
    assert "jacobian" not in long.results
    assert "Jacobian matrix" not in words(drawn(long, 3))


@pytest.mark.parametrize("lang", ["en", "ko"])
@pytest.mark.parametrize("width", [360, 720])
@pytest.mark.parametrize("theme", THEMES)
def test_on_every_page(theme: str, width: int, lang: str) -> None:
    look: dict[str, Any] = {"theme": theme, "width": width, "lang": lang}
    photo = np.arange(40 * 60).reshape(40, 60) % 97 / 40 - 1
    for x, name in (
        ([[-1.5, 0.5], [2, -0.25]], "sigmoid"),
        (np.linspace(-3, 3, 30).reshape(5, 6), "gelu"),
        (photo, "tanh"),
        (np.arange(27).reshape(3, 3, 3) - 9, "relu"),
        ([1.0, 2, 3, 4, 5, 6, 7, 8], "softmax"),
    ):
        trace = back(x, name)
        drawn(trace, **look)
        assert drawn(trace, 4, **look).height <= (640 if width == 720 else 920)
        drawn(trace, 1, 3, **look)
