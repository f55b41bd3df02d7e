"""Where the output of each step stands in its figure."""

from __future__ import annotations

from collections.abc import Iterator

from nnviz.figure.scene import Box, Rect, Scene
from nnviz.figure.theme import THEMES
from nnviz.formats import Request
from nnviz.formats._frames import Film, film
from nnviz.trace import Role, Trace

_FIRM = 3
"""The line of an outline that says: this one."""


def targets(trace: Trace, request: Request, made: Film) -> list[Box | None]:
    """The box of each frame's own output cells; None where it shows none.

    Figures are alike in every theme but for their colours, and in the light one each role
    has its own: there the active cells are known by theirs.
    """
    if request.look.theme != "light":
        look = request.look._replace(theme="light")
        made = film(trace, request._replace(look=look))
    return [_active(scene, "output") or _active(scene, "hidden") for scene in made.scenes]


def _active(scene: Scene, role: Role) -> Box | None:
    """What holds all cells and outlines of a role that are marked as this step's."""
    boxes = list(_marked(scene, role))
    if not boxes:
        return None
    left, top = min(b.x for b in boxes), min(b.y for b in boxes)
    right, bottom = max(b.right for b in boxes), max(b.bottom for b in boxes)
    return Box(left, top, right - left, bottom - top)


def _marked(scene: Scene, role: Role) -> Iterator[Box]:
    tone = THEMES["light"].tone(role)
    for mark in scene.flat():
        if isinstance(mark, Rect) and (
            mark.fill == tone.active or (mark.stroke == tone.line and mark.line == _FIRM)
        ):
            yield Box(mark.x, mark.y, mark.width, mark.height)
