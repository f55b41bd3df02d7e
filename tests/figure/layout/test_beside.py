"""Figures of several commands on one page."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from helpers import run
from nnviz.figure.scene import Scene
from nnviz.formats._figure import figure_of
from nnviz.request import Appearance, Request

TRACE = run("conv", np.arange(12).reshape(3, 4), kernel=np.eye(2, dtype=int))


def page(*beside: Request, **look: Any) -> Scene:
    """Step 1, and beside it what is asked for."""
    others = tuple((TRACE, request) for request in beside)
    return figure_of(TRACE, Request("1", appearance=Appearance(**look), beside=others))


def starts(scene: Scene) -> list[tuple[float, float]]:
    """Where the titles stand."""
    return [(t.x, t.y) for t in scene.texts() if t.size == 20 and "," in t.content]


def test_two_stand_side_by_side_where_they_fit() -> None:
    scene = page(Request("2"))
    (left, top), (right, level) = starts(scene)
    assert top == level
    assert right > left
    assert scene.width <= 720
    assert "step 1 of 6" in scene.title
    assert "step 2 of 6" in scene.title


@pytest.mark.parametrize("width", [320, 480])
def test_on_a_narrow_page_one_stands_below_the_other(width: int) -> None:
    scene = page(Request("2"), width=width)
    (left, top), (right, below) = starts(scene)
    assert left == right
    assert below > top
    assert scene.width <= width


def test_three_of_them() -> None:
    assert len({y for _, y in starts(page(Request("2"), Request("3"), width=1280))}) == 1


def test_together_they_fill_a_slide() -> None:
    scene = page(Request("2"), width=1280, ratio=(16, 9))
    assert scene.width * scene.zoom == pytest.approx(1280)
    assert scene.height * scene.zoom == pytest.approx(720)
