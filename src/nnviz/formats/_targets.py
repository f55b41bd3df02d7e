"""Where the output of each step stands in its figure."""

from __future__ import annotations

from nnviz.figure.scene import Box, Ellipse, Path, Rect, Scene, extent
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
    return [[box for role in _ROLES for box in _active(scene, role)] for scene in made.scenes]


def _active(scene: Scene, role: Role) -> list[Box]:
    """The cells of a role that are outlined as this step's, or else filled so."""
    tone = THEMES["light"].tone(role)
    found = [mark for mark in scene.flat() if isinstance(mark, Rect | Ellipse | Path)]
    firm = [mark for mark in found if mark.stroke == tone.line and mark.line == _FIRM]
    cells = firm or [mark for mark in found if mark.fill == tone.active]
    return [extent(cell._replace(stroke=None)) for cell in cells]
