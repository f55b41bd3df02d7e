"""The Scene that a request asks for: what every picture format starts from."""

from __future__ import annotations

from nnviz.figure import draw
from nnviz.figure.scene import Scene
from nnviz.formats import Request
from nnviz.formats._steps import choose
from nnviz.trace import Trace


def drawn(trace: Trace, request: Request) -> Scene:
    """The whole result unless steps are asked for; several steps make a sheet."""
    steps = choose(request.steps or "none", len(trace.steps))
    return draw(trace, request.look, steps)
