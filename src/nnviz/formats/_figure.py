"""The Scene that a request asks for: what every picture format starts from."""

from __future__ import annotations

from collections.abc import Iterable

from nnviz.figure import draw
from nnviz.figure.scene import Scene
from nnviz.formats._steps import chosen
from nnviz.request import Request
from nnviz.trace import Trace
from nnviz.words import Words


def figure_of(trace: Trace, request: Request) -> Scene:
    """The whole result unless steps are asked for; several steps make a sheet."""
    return draw(trace, request.appearance, chosen(trace, request, "none"))


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
