"""The gradients of a dense layer as they are drawn: Wᵀ·g with its row, g ⊗ x as a table."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from helpers import run
from nnviz.backpropagation import backward
from nnviz.figure.scene import Scene, Text
from nnviz.request import THEMES
from nnviz.trace import Trace
from view_checks import drawn, words

X, W, B, G = [1, 2, 3], [[1, 0, 1], [2, 1, 0]], [1, 2], [10, 100]


def back(of: str, x: Any = X, g: Any = None) -> Trace:
    return backward(run("dense", x, weight=W, bias=B), G if g is None else g, of)


def shapes(scene: Scene) -> list[tuple[int, int]]:
    """The rows and columns of each array that is drawn."""
    found: list[list[Text]] = []
    for text in scene.texts():
        if text.at is not None:
            if text.at == (0, 0):
                found.append([])
            found[-1].append(text)
    ends = [max(t.at or (0, 0) for t in texts) for texts in found]
    return [(r + 1, c + 1) for r, c in ends]


def test_of_the_input_the_weight_is_turned_and_takes_a_column() -> None:
    trace = back("input")
    assert trace.output.tolist() == [210, 100, 10]  # 10·1 + 100·2, 10·0 + 100·1, 10·1 + 100·0
    assert shapes(drawn(trace)) == [(3, 2), (2, 1), (3, 1)]
    assert "weight, transposed" in words(drawn(trace))
    assert trace.steps[0].cells["weight_turned"] == ((0, 0), (0, 1))  # a row of it
    assert "∂L/∂x0 = (∂y0×w0,0) + (∂y1×w1,0) = (10×1) + (100×2) = 210" in "".join(
        words(drawn(trace, 1))
    )


def test_of_the_weight_a_column_and_a_row_make_a_table() -> None:
    trace = back("weight")
    assert trace.output.tolist() == [[10, 20, 30], [100, 200, 300]]
    assert shapes(drawn(trace)) == [(2, 1), (1, 3), (2, 3)]
    assert "(100×2) = 200" in "".join(words(drawn(trace, 5)))


def test_of_the_bias_the_same_numbers() -> None:
    trace = back("bias")
    assert trace.output.tolist() == G
    assert shapes(drawn(trace)) == [(1, 2), (1, 2)]


def test_rows_share_the_weight_and_that_is_said() -> None:
    x, g = [[1, 2, 3], [4, 5, 6]], [[10, 100], [1, 0]]
    said = "the rows share it: what each hands back is added"
    assert back("weight", x, g).output.tolist() == [[14, 25, 36], [100, 200, 300]]
    for of in ("weight", "bias"):
        assert said in words(drawn(back(of, x, g)))
        assert said not in words(drawn(back(of)))
    assert back("input", x, g).equation == ("gradient", "·", "weight", "=", "output")


@pytest.mark.parametrize("lang", ["en", "ko"])
@pytest.mark.parametrize("width", [360, 720])
@pytest.mark.parametrize("theme", THEMES)
def test_on_every_page(theme: str, width: int, lang: str) -> None:
    look: dict[str, Any] = {"theme": theme, "width": width, "lang": lang}
    rng = np.random.default_rng(0)
    for inputs, units in ((3, 2), (8, 6), (40, 5)):
        forward = run("dense", rng.normal(size=inputs), units=units)
        for of in ("input", "weight", "bias"):
            trace = backward(forward, rng.normal(size=units), of)
            drawn(trace, **look)
            assert drawn(trace, 2, **look).height <= (640 if width == 720 else 720)
            drawn(trace, 1, 2, **look)
