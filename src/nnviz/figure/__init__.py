"""Trace → Scene: marks with extents, theme, text and fonts; one file an arrangement.

How to write an arrangement is said at the top of `figure/layout/page.py`. A file
`figure/{family}/{op}_{view}.py` is a view: it is found by its name and holds

- `draw(trace, appearance, step) -> Scene`: the whole result, or one step (a `trace.Step`);
- `RANK`, or `rank(trace)`: among the views that fit, the lowest is the default, with `WHOLE` of
  the whole result alone;
- optionally `ABREAST`, the numbers of panels that a sheet may have side by side, tried in turn,
  `fits(trace) -> Words | None`: why it cannot draw this trace; None where it can,
  `panel(trace, style, step) -> Block`, the step's compact form in a sheet,
  `shared(trace, style, steps) -> list[Block]`, what the sheet draws once above its panels,
  `facts(trace, style, steps) -> list[Block]`, what it says there instead of the trace's, and
  `title(trace) -> Words` where the sheet's title is not the trace's.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nnviz.cache import remembering
from nnviz.errors import NnvizError, UsageError
from nnviz.request import PHONE, Appearance, check_filter, check_sample
from nnviz.trace import Step, Trace
from nnviz.words import Words

if TYPE_CHECKING:
    from nnviz.figure.scene import Scene

MOST_PANELS = 200
"""Steps past which a sheet is refused."""
GENERIC, COMMON = "any", "every"
"""The views of operations that have none of their own, and of every operation."""


@cache
def _views() -> dict[tuple[str, str], str]:
    """The module of each view, by operation and name, from the files of the families."""
    found = {}
    for path in sorted(Path(__file__).parent.glob("*/*_*.py")):
        if not path.stem.startswith("_"):
            op, _, view = path.stem.rpartition("_")
            found[op, view] = f"{__name__}.{path.parent.name}.{path.stem}"
    return found


@cache
def view_names(op: str) -> tuple[str, ...]:
    """The names of the views of an operation, in alphabetical order, those of all at the end.

    A gradient has those of an operation without any too: they tell its terms.
    """
    return (*_with_generic(op), *_own(COMMON))


@cache
def views_of_command(name: str) -> tuple[str, ...]:
    """The same of a command, whose options may make another operation of it."""
    ops = sorted({op for op, _ in _views() if op == name or op.startswith(f"{name}_")})
    found = {view for op in ops for view in _with_generic(op)} or _own(GENERIC)
    return (*sorted(found), *_own(COMMON))


def _with_generic(op: str) -> list[str]:
    own = _own(op)
    return own if own and not op.endswith("_backward") else sorted({*own, *_own(GENERIC)})


def _own(op: str) -> list[str]:
    return sorted(view for name, view in _views() if name == op)


def draw(trace: Trace, appearance: Appearance, steps: Sequence[int] = ()) -> Scene:
    """The figure of a trace: whole, of one step, or a sheet of several (from 1)."""
    _check_labels(trace, appearance.labels)
    with remembering():
        from nnviz.figure.layout.filled import filled

        # A step is made once, however many pages are tried.
        made = cache(lambda n: trace.steps[n - 1])
        return filled(lambda look: _draw(trace, look, steps, made), appearance)


def _draw(
    trace: Trace, appearance: Appearance, steps: Sequence[int], made: Callable[[int], Step]
) -> Scene:
    stage = trace.stages and trace.steps is trace.stages
    if trace.back and trace.layers and not stage:
        trace = _gone_through(trace, appearance, steps)
    if len(steps) > 1 or (steps and appearance.width < PHONE):
        trace = replace(trace, names={**trace.names, **trace.brief})
    view = _view(trace, appearance, whole=not steps or bool(stage))
    if appearance.filter is not None and (trace.plan is None or trace.plan.given is None):
        raise UsageError("{op} cannot use {flag}", op=trace.command, flag="--filter")
    check_filter(appearance.filter, trace.plan.filters if trace.plan else 0)
    if appearance.symbols and (trace.recurrence is None or appearance.view in _own(COMMON)):
        raise UsageError("{flag} changes nothing of what is asked for here", flag="--symbols")
    if appearance.explain and not (steps and trace.explain):
        raise UsageError(
            "--explain explains steps, and none is drawn",
            hint="choose some with --steps, such as --steps 1-4",
        )
    if len(steps) > MOST_PANELS:
        raise UsageError(
            "a figure of {n} steps is too many: at most {most}",
            n=len(steps),
            most=MOST_PANELS,
            hint="choose some with --steps, such as --steps 1-4",
        )
    if len(steps) > 1:
        from nnviz.figure.layout.sheet import sheet

        return sheet(trace, appearance, view, list(map(made, steps)))
    if not steps:
        check_sample(appearance.drawn_sample, trace.samples)
    scene: Scene = view.draw(trace, appearance, made(steps[0]) if steps else None)
    return scene


def _gone_through(net: Trace, appearance: Appearance, steps: Sequence[int]) -> Trace:
    """A network that is gone back through, or its last run, whose steps it has."""
    if steps and appearance.view in _own(net.op):
        raise NnvizError(
            "the view {name} cannot draw this: {why}",
            name=appearance.view,
            why=Words("it draws the whole, and no step"),
        )
    whole = not steps and appearance.view in (None, *view_names(net.op))
    return net if whole else net.layers[-1]


def _check_labels(trace: Trace, labels: Sequence[tuple[str, str]]) -> None:
    """That there are arrays of the names that get labels."""
    known = [*trace.arrays, *trace.results]
    for name, _ in labels:
        if name not in known:
            raise UsageError(
                "{flag}: there is no {name} in a result of {op}",
                flag="--labels",
                name=name,
                op=trace.command,
                hint=Words("there is: {names}", names=", ".join(known)),
            )


def _view(trace: Trace, appearance: Appearance, *, whole: bool = True) -> Any:
    """The module of the view asked for, or of the default one."""
    names = view_names(trace.op)
    if trace.results and not trace.layer_names and "output" not in trace.results:
        raise NnvizError(
            "there is no figure of a list of arrays", hint=".md, .tex, .csv and .json write it"
        )
    if appearance.view is not None and appearance.view not in names:
        raise UsageError(
            "{op} has no view {name}",
            op=trace.command,
            name=appearance.view,
            hint=Words("it has: {names}", names=", ".join(names)),
        )
    modules = {name: _load(trace.op, name) for name in names}
    if appearance.view is not None:
        why = _refusal(modules[appearance.view], trace)
        if why is not None:
            raise NnvizError(
                "the view {name} cannot draw this: {why}", name=appearance.view, why=why
            )
        return modules[appearance.view]
    refusals = {name: _refusal(module, trace) for name, module in modules.items()}
    if trace.forward is not None and None not in map(refusals.get, _own(trace.op)):
        # Of a gradient that its own views cannot draw, as over volumes, the sums are still told.
        more = {name: _load(GENERIC, name) for name in _own(GENERIC)}.items() - modules.items()
        modules |= more
        refusals |= {name: _refusal(module, trace) for name, module in more}
    fitting = [name for name, why in refusals.items() if why is None]
    if not whole:
        fitting = [name for name in fitting if not getattr(modules[name], "WHOLE", False)]
    if not fitting:
        why = next((w for w in refusals.values()), None)
        raise NnvizError("no figure can show this: {why}", why=why)
    own = _own(trace.op)  # come first of equals
    return modules[min(fitting, key=lambda n: (_rank(modules[n], trace), n not in own, n))]


def _refusal(module: Any, trace: Trace) -> Words | None:
    """Why a view cannot draw a trace."""
    why: Words | None = module.fits(trace) if hasattr(module, "fits") else None
    return why


def _rank(module: Any, trace: Trace) -> int:
    return int(module.rank(trace) if hasattr(module, "rank") else module.RANK)


def _load(op: str, view: str) -> Any:
    views = _views()
    return import_module(next(views[o, view] for o in (op, GENERIC, COMMON) if (o, view) in views))
