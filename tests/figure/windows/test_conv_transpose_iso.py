"""Transposed convolution in perspective: an input cell above the output's cells it reaches."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from drawing import texts
from helpers import run
from nnviz import figure
from nnviz.figure.scene import Path, Scene
from nnviz.request import Appearance
from nnviz.trace import Trace
from view_checks import assert_tidy

X, K = np.arange(1, 10).reshape(3, 3), np.array([[1, 2], [3, 4]])


def up(stride: int, x: Any = X, w: Any = K, **options: Any) -> Trace:
    return run("conv", x, kernel=w, transpose=True, stride=(stride,), **options)


def seen(trace: Trace, *steps: int, width: int = 720) -> Scene:
    return figure.draw(trace, Appearance(view="iso", width=width), steps)


def firm(scene: Scene) -> int:
    """How many outlines of cells there are."""
    return sum(isinstance(m, Path) and m.line == 3 for m in scene.flat())


@pytest.mark.parametrize("width", [320, 360, 720, 1280])
@pytest.mark.parametrize("steps", [(), (1,), (8,)], ids=["whole", "first step", "step"])
def test_it_keeps_the_rules(steps: tuple[int, ...], width: int) -> None:
    assert_tidy(seen(up(2), *steps, width=width), width)


def test_the_whole_is_the_first_cell_and_its_patch() -> None:
    scene = seen(up(2))
    assert {"input", "feature map", "kernel"} <= set(texts(scene))
    assert firm(scene) == 2


def test_a_step_shows_its_sum_and_all_cells_that_reach_it() -> None:
    trace = up(1)
    scene = seen(trace, 6)  # row 1, column 1: of four patches
    lit = [m for m in scene.flat() if isinstance(m, Path) and m.fill and m.now == "input"]
    assert len(lit) == 4
    assert trace.steps[5].value == 1 * 4 + 2 * 3 + 4 * 2 + 5 * 1


def test_a_cell_that_the_padding_cuts_away_leaves_the_figure_flat() -> None:
    scene = seen(up(2, [[1, 2], [3, 4]], [[5, 6], [7, 8]], padding=((2, 0), (2, 0))))
    assert firm(scene) == 0
