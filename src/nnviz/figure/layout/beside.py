"""Figures of several commands on one page, side by side where they fit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from nnviz.figure.layout.style import MARGIN
from nnviz.figure.scene import Group, Scene
from nnviz.request import NARROWEST


def beside(draws: Sequence[Callable[[int], Scene]], page: int) -> Scene:
    """The figures, each with its heading, in a row as wide as `page`; where they are too wide for
    that, one below the other. `draws` draw them for a width.
    """
    # Where two meet, one margin is enough.
    each = 4 * ((page + MARGIN * (len(draws) - 1)) // len(draws) // 4)
    scenes = [draw(each) for draw in draws] if each >= NARROWEST else []
    if not scenes or sum(scene.width - MARGIN for scene in scenes) + MARGIN > page:
        scenes = [draw(page) for draw in draws]
        return _on_one_page(scenes, across=False)
    return _on_one_page(scenes, across=True)


def _on_one_page(scenes: Sequence[Scene], *, across: bool) -> Scene:
    x = y = width = height = 0.0
    marks = []
    for scene in scenes:
        marks.append(Group(scene.marks, x, y))
        width, height = max(width, x + scene.width), max(height, y + scene.height)
        x, y = (x + scene.width - MARGIN, y) if across else (x, y + scene.height - MARGIN)
    titles = dict.fromkeys(scene.title for scene in scenes)
    return replace(
        scenes[0],
        width=width,
        height=height,
        marks=tuple(marks),
        title=" · ".join(titles),
        desc=" ".join(scene.desc for scene in scenes),
    )
