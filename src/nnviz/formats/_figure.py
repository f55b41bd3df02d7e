"""The Scene that a request asks for: what every picture format starts from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from nnviz.errors import UsageError
from nnviz.figure import draw
from nnviz.figure.scene import Scene
from nnviz.request import Request
from nnviz.steps import choose
from nnviz.trace import Trace
from nnviz.words import Words


def figure_of(trace: Trace, request: Request) -> Scene:
    """The whole result unless steps are asked for; several steps make a sheet."""
    return draw(trace, request.appearance, chosen(trace, request, "none"))


def chosen(trace: Trace, request: Request, usual: str) -> Sequence[int]:
    """The steps (from 1) that are drawn, as --steps says or as `usual`: of --filter its own."""
    spec, plan, f = request.steps or usual, trace.plan, request.appearance.filter
    numbers = choose(spec, len(trace.steps))
    if f is None or plan is None:
        return numbers
    own = [n for n in numbers if plan.output(n - 1).filter == f]
    if numbers and not own:
        raise UsageError("--filter {n}: no step of --steps {spec} is of it", n=f, spec=spec)
    return own


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
