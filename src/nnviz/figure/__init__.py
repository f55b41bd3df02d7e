"""Trace → Scene: marks with extents, theme, text and fonts; one file an arrangement.

How to write an arrangement is said at the top of `figure/kit.py`. A file
`figure/views/{op}_{view}.py` is a view: it is found by its name and holds

- `draw(trace, look, step) -> Scene`: the whole result, or one step (a `trace.Step`);
- `fits(trace) -> Words | None`: why it cannot draw this trace; None where it can;
- `RANK`, or `rank(trace)`: among the views that fit, the lowest is the default;
- optionally `panel(trace, style, step) -> Block`, the step's compact form in a sheet,
  `shared(trace, style, steps) -> list[Block]`, what the sheet draws once above its panels,
  `facts(trace, style, steps) -> list[Block]`, what it says there instead of the trace's, and
  `title(trace) -> Words` where the sheet's title is not the trace's.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nnviz.errors import NnvizError, UsageError
from nnviz.figure.memory import remembering
from nnviz.trace import Trace
from nnviz.words import Words

if TYPE_CHECKING:
    from nnviz.figure.look import Look
    from nnviz.figure.scene import Scene

MOST_PANELS = 200
"""Steps past which a sheet is refused."""
GENERIC = "any"
"""The views of operations that have none of their own."""


@cache
def view_names(op: str) -> tuple[str, ...]:
    """The names of the views of an operation, in alphabetical order."""
    stems = [path.stem for path in (Path(__file__).parent / "views").glob("*_*.py")]
    split = [stem.rsplit("_", 1) for stem in stems if not stem.startswith("_")]
    found = sorted(view for name, view in split if name == op)
    return tuple(found) if found or op == GENERIC else view_names(GENERIC)


def draw(trace: Trace, look: Look, steps: Sequence[int] = ()) -> Scene:
    """The figure of a trace: whole, of one step, or a sheet of several (from 1)."""
    with remembering():
        return _draw(trace, look, steps)


def _draw(trace: Trace, look: Look, steps: Sequence[int]) -> Scene:
    view = _view(trace, look)
    if len(steps) > MOST_PANELS:
        raise UsageError(
            "a figure of {n} steps is too many: at most {most}",
            n=len(steps),
            most=MOST_PANELS,
            hint="choose some with --steps, such as --steps 1-4",
        )
    if len(steps) > 1:
        from nnviz.figure.sheet import sheet

        return sheet(trace, look, view, [trace.steps[n - 1] for n in steps])
    scene: Scene = view.draw(trace, look, trace.steps[steps[0] - 1] if steps else None)
    return scene


def _view(trace: Trace, look: Look) -> Any:
    """The module of the view asked for, or of the default one."""
    names = view_names(trace.op)
    if look.view is not None and look.view not in names:
        raise UsageError(
            "{op} has no view {name}",
            op=trace.op,
            name=look.view,
            hint=Words("it has: {names}", names=", ".join(names)),
        )
    modules = {name: _load(trace.op, name) for name in names}
    if look.view is not None:
        why = modules[look.view].fits(trace)
        if why is not None:
            raise NnvizError("the view {name} cannot draw this: {why}", name=look.view, why=why)
        return modules[look.view]
    refusals = {name: module.fits(trace) for name, module in modules.items()}
    fitting = [name for name in names if refusals[name] is None]
    if not fitting:
        why = next((w for w in refusals.values()), None)
        raise NnvizError("no figure can show this: {why}", why=why)
    return modules[min(fitting, key=lambda name: (_rank(modules[name], trace), name))]


def _rank(module: Any, trace: Trace) -> int:
    return int(module.rank(trace) if hasattr(module, "rank") else module.RANK)


@cache
def _load(op: str, view: str) -> Any:
    folder = Path(__file__).parent / "views"
    stem = f"{op}_{view}" if (folder / f"{op}_{view}.py").exists() else f"{GENERIC}_{view}"
    return import_module(f"{__name__}.views.{stem}")
