"""The Scene that a request asks for: what every picture format starts from."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial

from nnviz.figure import draw
from nnviz.figure.scene import Group, Image, Mark, Scene
from nnviz.formats._steps import chosen
from nnviz.request import Appearance, Request
from nnviz.trace import Trace
from nnviz.words import Words


def figure_of(trace: Trace, request: Request) -> Scene:
    """The whole result unless steps are asked for; several steps make a sheet. What stands
    beside it is drawn like it where it does not say otherwise.
    """
    if not request.beside:
        return draw(trace, request.appearance, chosen(trace, request, "none"))
    from nnviz.figure.layout.beside import beside
    from nnviz.figure.layout.filled import filled

    every = [(trace, request._replace(beside=())), *request.beside]

    def page(look: Appearance) -> Scene:
        return beside([partial(_of_width, t, r) for t, r in every], look.width)

    return filled(page, request.appearance)


def _of_width(trace: Trace, request: Request, width: int) -> Scene:
    return figure_of(
        trace, request._replace(appearance=request.appearance._replace(width=width, ratio=None))
    )


def within(most: int, write: Callable[[Callable[[Scene], Scene]], str]) -> str | None:
    """What is written of Scenes as they are, else of coarse ones; None where both are too long."""
    texts = (write(kept) for kept in (lambda scene: scene, coarse))
    return next((text for text in texts if len(text.encode()) <= most), None)


def coarse(scene: Scene) -> Scene:
    """A Scene whose pictures have a pixel a unit: a quarter of the bytes."""

    def kept(mark: Mark) -> Mark:
        if isinstance(mark, Group):
            return mark._replace(marks=tuple(map(kept, mark.marks)))
        if not isinstance(mark, Image) or mark.width >= mark.pixels.shape[1]:
            return mark
        from PIL import Image as Pillow

        size = max(1, round(mark.width)), max(1, min(round(mark.height), mark.pixels.shape[0]))
        small = Pillow.fromarray(mark.pixels).resize(size, Pillow.Resampling.BOX)
        return replace(mark, pixels=np.asarray(small))

    import numpy as np

    return replace(scene, marks=tuple(map(kept, scene.marks)))


def boxes(scenes: Iterable[Scene]) -> tuple[Words, ...]:
    """A note of the characters that no font has, and which are drawn as boxes."""
    characters = sorted({character for scene in scenes for character in scene.missing})
    if not characters:
        return ()
    return (
        Words(
            "no font has {characters}: drawn as boxes; --font FILE takes a font that has them",
            characters=" ".join(f"{c} (U+{ord(c):04X})" for c in characters),
        ),
    )
