"""What a loss compares: bars to one scale, and the gradient as high as is between them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnviz.figure.arrays.loss_bars import loss_bars
from nnviz.figure.layout.page import framed
from nnviz.figure.layout.style import Style
from nnviz.figure.scene import Path, Rect, Scene
from nnviz.losses import LossName, loss_of
from nnviz.request import THEMES, Appearance
from view_checks import assert_tidy, words


def drawn(output: object, target: object, loss: LossName, **look: object) -> Scene:
    style = Style.of(Appearance(**look))  # type: ignore[arg-type]
    made = loss_bars(style, loss_of(np.asarray(output), np.asarray(target), loss))
    scene = framed(style, made, "a loss", "a loss")
    assert_tidy(scene, style.page)
    return scene


def bars(scene: Scene) -> dict[str, list[Rect]]:
    """What was made, what it should be, and the gradient: by the colour of their outlines."""
    theme = Style.of(Appearance()).theme
    strokes = theme.tone("output").line, theme.ink, theme.tone("gradient").line
    rects = [mark for mark in scene.flat() if isinstance(mark, Rect)]
    return {stroke: [r for r in rects if r.stroke == stroke] for stroke in strokes}


def test_cross_entropy_sends_back_p_less_y() -> None:
    made, target, gradient = bars(drawn([0.0, 0.0], 0, "cross-entropy")).values()
    assert [b.height for b in made] == [36, 36]
    assert [b.height for b in target] == [72]
    down, up = gradient
    assert down.y == up.y + up.height
    assert down.height == up.height == 36
    said = words(drawn([0.0, 0.0], 0, "cross-entropy"))
    assert said[:3] == ["softmax  p", "0.5", "0.5"]
    assert said[3:6] == ["target  y", "1", "0"]
    assert said[6:] == ["gradient  p − y", "−0.5", "0.5", "0", "1"]


@pytest.mark.parametrize(
    ("output", "target", "loss", "how"),
    [
        ([3.0], [5], "mse", "gradient  2·(y − t)"),
        ([3.0, 1], [5, 1], "mse", "gradient  2·(y − t) / 2"),
        ([[3.0, 1], [0, 1]], [0, 1], "cross-entropy", "gradient  (p − y) / 2"),
    ],
)
def test_how_the_gradient_is_worked_out(
    output: object, target: object, loss: LossName, how: str
) -> None:
    assert how in words(drawn(output, target, loss))


def test_what_is_right_is_always_among_those_drawn() -> None:
    said = words(drawn(np.zeros(1000), 777, "cross-entropy"))
    assert said[-3:] == ["777", "⋯", "999"]
    assert "−0.999" in said


@pytest.mark.parametrize("lang", ["en", "ko"])
@pytest.mark.parametrize("width", [320, 720])
@pytest.mark.parametrize("theme", THEMES)
def test_on_every_page(theme: str, width: int, lang: str) -> None:
    drawn(np.linspace(-3, 3, 10), 4, "cross-entropy", theme=theme, width=width, lang=lang)


numbers = st.lists(st.floats(-1e300, 1e300), min_size=1, max_size=6)


@given(numbers, st.data())
def test_a_red_bar_is_as_high_as_is_between_the_other_two(
    output: list[float], data: st.DataObject
) -> None:
    of = st.lists(st.floats(-1e300, 1e300), min_size=len(output), max_size=len(output))
    with np.errstate(over="ignore"):
        scene = drawn(output, data.draw(of), "mse")
    made, aim, gradient = (dict(map(middle, some)) for some in bars(scene).values())
    above, beneath = (m.commands[0][1][1] for m in scene.flat() if isinstance(m, Path))
    for x in {*made, *aim, *gradient}:
        expected = up(made.get(x), above) - up(aim.get(x), above)
        assert up(gradient.get(x), beneath) == expected


def middle(bar: Rect) -> tuple[float, Rect]:
    return bar.x + bar.width / 2, bar


def up(bar: Rect | None, line: float) -> float:
    """How far a bar stands out over the line; below it less than 0."""
    if bar is None:
        return 0
    assert line in (bar.y, bar.y + bar.height)
    return bar.height if bar.y < line else -bar.height
