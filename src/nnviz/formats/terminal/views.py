"""Which arrays of a Trace are shown, and what their axes are called."""

from __future__ import annotations

from nnviz.axes import CELL_NAMES, KERNEL_AXES, MAP_AXES
from nnviz.formats.terminal.arrays import SIDE, View
from nnviz.trace import Index, Step, Trace

_MAPS = ("input", "pre", "output")


def view(trace: Trace, name: str, step: Step | None = None) -> View:
    """An array or result of a trace as something to show, with a step's cells marked."""
    values = trace.array(name)
    leading: tuple[str, ...] = ()
    if values.ndim > 2:
        leading = _leading(trace, name, values.ndim)
    marked: tuple[Index, ...] = step.cells.get(name, ()) if step else ()
    weighed = "kernel" in trace.arrays
    made = name != "input" and name in _MAPS and "input" in trace.arrays
    return View(
        name=name,
        values=values,
        role=trace.roles.get(name, "plain"),
        leading=leading,
        column="·" in trace.equation and values.ndim == 1 and values.size <= SIDE,
        labels=trace.labels.get(name, ()),
        marked=marked,
        image=trace.image and name in _MAPS and not (made and weighed),
        source=view(trace, "input") if made and values.ndim > 1 else None,
        # Pooling keeps the values, however few of the large ones are left.
        least=0 if trace.plan and not weighed else 0.5,
        inked=not trace.steps,
    )


def _leading(trace: Trace, name: str, rank: int) -> tuple[str, ...]:
    """Names for the axes before the last two."""
    before = MAP_AXES if name in _MAPS else KERNEL_AXES
    names = (*before, *CELL_NAMES[trace.plan.dims if trace.plan else 2])
    return names[-rank:][:-2] if rank <= len(names) else ("",) * (rank - 2)
