"""Where the output of each step stands in its figure."""

from __future__ import annotations

from nnviz.figure.scene import Box, Ellipse, Path, Rect, Scene, extent
from nnviz.trace import Role

_ROLES: tuple[Role, ...] = ("output", "hidden")


def targets(scene: Scene) -> list[Box]:
    """The boxes of a step's own output cells: the output's, then the hidden state's."""
    return [box for role in _ROLES for box in _cells(scene, role)]


def _cells(scene: Scene, role: Role) -> list[Box]:
    """The cells of a role that are outlined as this step's, or else filled so."""
    shapes = (mark for mark in scene.flat() if isinstance(mark, Rect | Ellipse | Path))
    found = [mark for mark in shapes if mark.now == role]
    outlined = [mark for mark in found if mark.stroke]
    return [extent(cell._replace(stroke=None)) for cell in outlined or found]
