"""The Scene that a request asks for: what every picture format starts from."""

from __future__ import annotations

from collections.abc import Iterable

from nnviz.figure import draw
from nnviz.figure.scene import Scene
from nnviz.request import Request
from nnviz.steps import choose
from nnviz.trace import Trace
from nnviz.words import Words

_last: list[tuple[Trace, Request, Scene]] = []
"""The last figure, which is asked for its notes after it was written."""


def drawn(trace: Trace, request: Request) -> Scene:
    """The whole result unless steps are asked for; several steps make a sheet."""
    if _last and _last[0][0] is trace and _last[0][1] == request:
        return _last[0][2]
    steps = choose(request.steps or "none", len(trace.steps))
    scene = draw(trace, request.appearance, steps)
    _last[:] = [(trace, request, scene)]
    return scene


def notes(trace: Trace, request: Request) -> tuple[Words, ...]:
    """The characters that no font has, and which are drawn as boxes."""
    return boxes_note(drawn(trace, request).missing)


def boxes_note(missing: Iterable[str]) -> tuple[Words, ...]:
    """What is said of characters that are drawn as boxes; nothing where there are none."""
    characters = sorted(set(missing))
    if not characters:
        return ()
    return (
        Words(
            "no font has {characters}: drawn as boxes; --font FILE takes a font that has them",
            characters=" ".join(f"{c} (U+{ord(c):04X})" for c in characters),
        ),
    )
