"""What tests of figures share: the note's traces, and what every figure keeps to."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st

from helpers import run
from nnviz.figure import draw
from nnviz.figure.layout.style import PAGE, SMALL
from nnviz.figure.scene import Box, Scene, extent
from nnviz.request import Appearance
from nnviz.trace import Trace

NOTE = [[1, 2, 3, 4, 5], [2, 1, 0, 1, 2], [3, 0, 1, 1, 0], [1, 4, 1, 1, 2], [2, 1, 1, 0, 0]]
KERNEL = [[1, 0, 1], [1, 0, 1], [0, 1, 0]]
POOLED = [[1, 3, 2, 1], [4, 6, 5, 0], [7, 2, 9, 8], [0, 5, 3, 4]]

generators = st.integers(0, 999).map(np.random.default_rng)
"""Where a property takes its numbers from, so that a failure can be run again."""


def note(**options: Any) -> Trace:
    """The note's convolution."""
    return run("conv", NOTE, kernel=np.array(KERNEL), **options)


def pooled(**options: Any) -> Trace:
    """The note's max pooling."""
    return run("pool", POOLED, kernel=2, **options)


def drawn(trace: Trace, *steps: int, **appearance: Any) -> Scene:
    """A figure that keeps to the rules of the page."""
    scene = draw(trace, Appearance(**appearance), steps)
    assert_layout(scene, appearance.get("width", PAGE))
    return scene


def texts(scene: Scene) -> list[str]:
    """What is written in a figure, in the order it is painted."""
    return [text.content for text in scene.texts()]


def assert_layout(scene: Scene, width: int = PAGE) -> None:
    """No text overlaps another, leaves the page or its cell; three sizes; not too wide."""
    page = Box(0, 0, scene.width, scene.height)
    assert scene.width <= width, f"{scene.width} units wide on a page of {width}"
    assert scene.width % 4 == 0
    assert scene.height % 4 == 0
    assert scene.title
    assert scene.desc
    found = sorted(((extent(text), text) for text in scene.texts()), key=lambda pair: pair[0].y)
    sizes = {text.size for _, text in found}
    assert len(sizes) <= 3, sizes
    assert min(sizes, default=SMALL) >= SMALL, sizes
    for box, text in found:
        assert page.holds(box), f"{text.content!r} leaves the page: {box}"
        if text.cell is not None:
            assert text.cell.holds(box), f"{text.content!r} leaves its cell: {box}, {text.cell}"
    for i, (box, text) in enumerate(found):
        for other, second in found[i + 1 :]:
            if other.y >= box.bottom:
                break
            assert not box.overlaps(other), f"{text.content!r} overlaps {second.content!r}"
