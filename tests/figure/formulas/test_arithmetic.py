"""The sum of a step on a panel: where it goes on below, and what it keeps together."""

from __future__ import annotations

import numpy as np
import pytest

from drawing import drawn, texts
from helpers import run
from nnviz.figure.formulas.arithmetic import arithmetic
from nnviz.figure.layout.style import Style
from nnviz.figure.scene import Scene
from nnviz.request import Appearance
from nnviz.trace import Equation, Num, Quotient, Sum

STYLE = Style.of(Appearance())
MEAN = Equation((Quotient(Sum(tuple(Num(n) for n in range(1, 8))), Num(7)), Num(4, "output")))


def written(room: float) -> list[str]:
    block = arithmetic(STYLE, (MEAN,), room=room)
    return texts(Scene(room, block.height, block.marks, "", "", STYLE.fonts))


@pytest.mark.parametrize("room", range(120, 320, 8))
def test_a_result_stands_on_the_line_of_its_equals_sign(room: int) -> None:
    found = written(room)
    assert "".join("".join(found).split()) == "(1+2+3+4+5+6+7)/7=4"
    assert found[-1].partition("=")[2].split() == ["4"]


def test_a_step_of_adaptive_pooling_keeps_its_result_with_the_sign() -> None:
    trace = run("pool", np.arange(25).reshape(5, 5) % 7, kind="avg", adaptive=(2, 2))
    said = texts(drawn(trace, 2))
    ends = [text for text in said if "≈" in text]
    assert len(ends) == 1
    assert ends[0].split("≈")[1].strip()
