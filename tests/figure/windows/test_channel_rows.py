"""Channels that are added: signs stand where the arrays' middles are, in every language."""

from __future__ import annotations

import numpy as np
import pytest

from helpers import run
from nnviz.figure.scene import Path, Rect, Scene, Text, extent
from nnviz.figure.theme import theme
from nnviz.lang import languages
from nnviz.trace import Role
from view_checks import drawn

X = np.arange(8).reshape(2, 2, 2)


def signs(scene: Scene, content: str) -> list[Text]:
    return [t for t in scene.texts() if t.content == content]


def centers(scene: Scene, role: Role) -> list[float]:
    """Where the arrays of a role have their middle."""
    tone = theme("light").tone(role).line
    found = [m for m in scene.flat() if isinstance(m, Rect) and m.stroke == tone]
    return [m.x + m.width / 2 for m in found]


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize(
    ("kernel", "transpose", "role"),
    [
        pytest.param(
            np.ones((1, 2, 2, 2), int), False, "intermediate", id="under the partial maps"
        ),
        pytest.param(np.ones((2, 1, 2, 2), int), True, "weight", id="under turned kernels"),
    ],
)
def test_a_plus_stands_between_two_channels(
    kernel: np.ndarray, transpose: bool, role: Role, language: str
) -> None:
    scene = drawn(run("conv", X, kernel=kernel, transpose=transpose), lang=language)
    (plus,) = signs(scene, "+")
    middles = centers(scene, role)
    assert len(middles) == 2
    assert all(plus.x == middle for middle in middles)


def test_the_sum_of_transposed_channels_is_level_with_the_braces_tip() -> None:
    scene = drawn(run("conv", X, kernel=np.ones((2, 1, 2, 2), int), transpose=True))
    (equals,) = signs(scene, "=")
    curve = max(
        (extent(m) for m in scene.flat() if isinstance(m, Path) and not m.dash),
        key=lambda box: box.height if box.width < 24 else 0,
    )
    assert extent(equals).y < curve.y + curve.height / 2 < extent(equals).bottom
