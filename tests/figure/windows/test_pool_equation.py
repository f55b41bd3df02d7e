"""Pooling: which maxima are ringed, and which window is outlined."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import run
from nnviz.figure.scene import Rect, Scene
from view_checks import drawn

X = np.arange(49).reshape(7, 7) * 11 % 17


def outlined(scene: Scene) -> list[tuple[float, float]]:
    """The firm outlines, as rows and columns of cells."""
    side = next(t.cell for t in scene.texts() if t.cell is not None)
    return [
        (m.height / side.height, m.width / side.width)
        for m in scene.flat()
        if isinstance(m, Rect) and m.line == 3
    ]


def ringed(scene: Scene) -> list[str]:
    """The numbers in rings."""
    rings = [m for m in scene.flat() if isinstance(m, Rect) and m.radius and m.fill is None]
    bold = [t.content for t in scene.texts() if t.cell is not None and t.spans[0].bold]
    assert len(rings) <= len(bold)
    return bold[: len(rings)]


WINDOWS: dict[str, tuple[dict[str, Any], tuple[int, int]]] = {
    "adaptive average to 3×3": ({"adaptive": (3, 3), "kind": "avg"}, (3, 3)),  # rows 0 to 2
    "adaptive to 2×5": ({"adaptive": (2, 5)}, (4, 2)),  # ⌈7/2⌉ rows, ⌈7/5⌉ columns
    "overlapping, by 2": ({"kernel": 3, "stride": 2}, (3, 3)),
    "padded, rounded up": ({"kernel": 3, "stride": 2, "padding": 1, "ceil_mode": True}, (3, 3)),
}


@pytest.mark.parametrize("width", [360, 720, 1280])
@pytest.mark.parametrize("name", WINDOWS)
def test_of_windows_that_overlap_the_first_is_outlined(name: str, width: int) -> None:
    options, size = WINDOWS[name]
    trace = run("pool", X, **options)
    for step in ((), (1,)):  # the window, and the cell that it makes
        window, _ = outlined(drawn(trace, *step, width=width))
        assert window == pytest.approx(size)


@settings(max_examples=40)
@given(st.integers(1, 3), st.integers(1, 3), st.integers(3, 6), st.randoms())
def test_the_maximum_of_every_window_is_ringed(kernel: int, stride: int, n: int, rng: Any) -> None:
    x = np.array(rng.choices(range(30), k=n * n)).reshape(n, n)
    best = set()
    for top in range(0, n - kernel + 1, stride):
        for left in range(0, n - kernel + 1, stride):
            window = x[top : top + kernel, left : left + kernel]
            r, c = divmod(int(window.argmax()), kernel)
            best.add((top + r, left + c))
    scene = drawn(run("pool", x, kernel=kernel, stride=stride))
    assert ringed(scene) == [str(x[place]) for place in sorted(best)]
