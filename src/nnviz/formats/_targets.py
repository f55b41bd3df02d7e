"""Where the output of each step stands in its figure."""

from __future__ import annotations

from nnviz.figure.scene import Box, Rect, Scene
from nnviz.figure.theme import THEMES
from nnviz.formats import Request
from nnviz.formats._frames import Film, film
from nnviz.trace import Role, Trace

_ROLES: tuple[Role, ...] = ("output", "hidden")
_FIRM = 3
"""The line of an outline that says: this one."""


def targets(trace: Trace, request: Request, made: Film) -> list[list[Box]]:
    """The boxes of each frame's own output cells: the output's, then the hidden state's.

    Figures are alike in every theme but for their colours, and in the light one each role
    has its own: there the active cells are known by theirs.
    """
    if request.look.theme != "light":
        look = request.look._replace(theme="light")
        made = film(trace, request._replace(look=look))
    return [
        [box for role in _ROLES if (box := _active(scene, role)) is not None]
        for scene in made.scenes
    ]


def _active(scene: Scene, role: Role) -> Box | None:
    """What holds all cells of a role that are outlined as this step's, or else filled so."""
    tone = THEMES["light"].tone(role)
    found = [mark for mark in scene.flat() if isinstance(mark, Rect)]
    firm = [mark for mark in found if mark.stroke == tone.line and mark.line == _FIRM]
    boxes = firm or [mark for mark in found if mark.fill == tone.active]
    if not boxes:
        return None
    left, top = min(b.x for b in boxes), min(b.y for b in boxes)
    right, bottom = max(b.x + b.width for b in boxes), max(b.y + b.height for b in boxes)
    return Box(left, top, right - left, bottom - top)
