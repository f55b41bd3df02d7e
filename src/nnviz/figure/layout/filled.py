"""A figure that fills a page of a shape, such as a slide: as large as its letters can be."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from nnviz.errors import NnvizError
from nnviz.figure.layout.style import near4, up4
from nnviz.figure.scene import Group, Scene
from nnviz.request import NARROWEST, WIDEST, Appearance

_PARTS = (1, 0.85, 0.7, 0.55, 0.45, 1.3, 1.6)
"""Widths that are tried: what is narrower is shown larger; on a wider one more stands abreast."""


def filled(draw: Callable[[Appearance], Scene], appearance: Appearance) -> Scene:
    """Of the figure in arrangements of several widths the one that can be shown the largest on
    a page of the appearance's width and ratio, in its middle; as it is where no ratio is asked for.
    """
    if appearance.ratio is None:
        return draw(appearance)
    wide, (across, down) = appearance.width, appearance.ratio
    tall = wide * down / across
    widths = dict.fromkeys(min(max(NARROWEST, near4(part * wide)), WIDEST) for part in _PARTS)
    scenes = list(_drawn(draw, [appearance._replace(width=width) for width in widths]))
    zooms = [min(wide / scene.width, tall / scene.height) for scene in scenes]
    best = max(range(len(scenes)), key=lambda i: zooms[i] * _letters(scenes[i]))
    scene, zoom = scenes[best], zooms[best]
    width, height = wide / zoom, tall / zoom
    left, top = (up4((a - b) / 2) for a, b in ((width, scene.width), (height, scene.height)))
    left, top = min(left, int(width - scene.width)), min(top, int(height - scene.height))
    return replace(
        scene, width=width, height=height, marks=(Group(scene.marks, left, top),), zoom=zoom
    )


def _drawn(draw: Callable[[Appearance], Scene], looks: Sequence[Appearance]) -> Iterator[Scene]:
    """The figure in each look that it can have; the error of the first where that is none."""
    errors = []
    for look in looks:
        try:
            yield draw(look)
        except NnvizError as error:
            errors.append(error)
    if len(errors) == len(looks):
        raise errors[0]


def _letters(scene: Scene) -> float:
    """The size of its letters, as a mean: it may have small ones in the place of large."""
    sizes = [text.size for text in scene.texts()]
    return sum(sizes) / max(1, len(sizes))
