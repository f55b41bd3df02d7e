"""A gradient read as a convolution: of the input that of the output's gradient by the kernel, of
the kernel that of the input by the output's gradient. The plan says so anew; that its sums are
those of the steps is tested.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from nnviz.figure.layout.style import Style
from nnviz.figure.windows._part import Part, part_of, plan_of, rows_of
from nnviz.libraries import np
from nnviz.plans import Index, WindowPlan
from nnviz.records import NamedTuple, replace
from nnviz.shapes import Axis
from nnviz.trace import Role, Step, Trace
from nnviz.words import Words


class Reading(NamedTuple):
    """A part of a convolution whose arrays stand for those of a gradient."""

    style: Style
    """In which the names and colours of a convolution's arrays are those that they stand for."""
    part: Part[Any]
    which: Sequence[tuple[str, str]]
    """Of each row that is drawn: which channel, filter or sample its two arrays are."""
    hidden: int
    """Rows that are not drawn."""
    made: str = ""
    """Which of several the gradient is of."""

    @property
    def first(self) -> Part[Any]:
        """The part of the first row, as the only one."""
        return self.one(0)

    def one(self, row: int) -> Part[Any]:
        """The part of a row, as the only one."""
        part, plan = self.part, replace(self.part.plan, channels=1, filters=1, groups=1)
        own = slice(row, row + 1)
        return replace(part, plan=plan, x=part.x[own], w=part.w[own])


def forward_of(trace: Trace) -> tuple[Trace, WindowPlan[Any]]:
    """The run that a gradient goes back through, and its plan."""
    assert trace.forward is not None
    return trace.forward, plan_of(trace.forward)


def on_maps(plan: WindowPlan[Any], array: np.ndarray) -> np.ndarray:
    """(N, C, H, W), on two axes: what goes in, what is made, or a gradient of its shape."""
    size = array.shape[-plan.dims :]
    return array.reshape(plan.samples, -1, *(size if plan.dims > 1 else (1, *size)))


def place_of(plan: WindowPlan[Any], index: Index) -> tuple[int, int, tuple[int, int]]:
    """The sample, the channel and the cell, on two axes, of an index into what is given or made."""
    n, c, *cell = (0,) * (plan.dims + 2 - len(index)) + index
    return n, c, (cell[0] if plan.dims > 1 else 0, cell[-1])


def reading(style: Style, trace: Trace, step: Step | None, sample: int = 0) -> Reading:
    """The gradient of an input or a kernel, as the convolution that it is."""
    make = {"input": _of_input, "kernel": _of_kernel, "bias": _of_bias}[trace.options["of"]]
    return make(style, trace, step, sample)


def _of_input(style: Style, trace: Trace, step: Step | None, sample: int) -> Reading:
    """The output's gradient, spread where the forward window strode, by the kernel turned."""
    forward, plan = forward_of(trace)
    turned: WindowPlan[Any] = replace(
        plan,
        axes=tuple(axis.turned for axis in plan.axes),
        channels=plan.filters,
        filters=plan.channels,
        mode="zeros",
    )
    arrays = {"input": trace.arrays["gradient"], "kernel": forward.arrays["kernel"]}
    run = replace(trace, plan=turned, arrays=arrays, options={}, image=False)
    part = part_of(run, step, sample)
    rows = rows_of(len(part.x))
    which = [
        (said(style, c=(f, plan.filters)), said(style, f=(f, plan.filters)))
        for f in part.channels[:rows]
    ]
    stand_for = {"input": "gradient", "output": "output"}
    made = said(style, c=(part.filter, plan.channels), n=(part.sample, plan.samples))
    return Reading(_recast(style, trace, stand_for), part, which, len(part.x) - rows, made)


def _of_kernel(style: Style, trace: Trace, step: Step | None, _: int) -> Reading:
    """The input under the output's gradient, its cells a stride apart: a row for each sample,
    and for each channel and filter that the kernel serves.
    """
    forward, plan = forward_of(trace)
    flat = plan.on_two_axes()
    assert plan.given is not None
    index = step.index if step is not None else (0,) * len(plan.given)
    lead = index[: len(index) - plan.dims]
    every = [(n, f, c) for n in range(plan.samples) for f, c in plan.sharing(lead)]
    shown = every[: rows_of(len(every))]
    x, g = on_maps(plan, forward.arrays["input"]), on_maps(plan, trace.arrays["gradient"])
    given = np.stack([x[n, c] for n, _, c in shown])
    arrived = np.stack([g[n, f] for n, f, _ in shown])
    which = [
        (
            said(style, c=(c, plan.channels), n=(n, plan.samples)),
            said(style, c=(f, plan.filters), n=(n, plan.samples)),
        )
        for n, f, c in shown
    ]
    axes = flat.axes
    stand_for = {"kernel": "gradient", "output": "output"}
    if plan.transposed:  # the other way about: the gradient under the input
        axes = tuple(axis.turned for axis in axes)
        given, arrived = arrived, given
        which = [(b, a) for a, b in which]
        stand_for = {"input": "gradient", "kernel": "input", "output": "output"}
    slid: WindowPlan[Any] = WindowPlan(
        tuple(axis.slid for axis in axes), channels=len(shown), filters=1, mode=plan.mode
    )
    part: Part[Any] = Part(
        plan=slid,
        dims=plan.dims,
        sample=0,
        filter=0,
        channels=range(len(shown)),
        at=None if step is None else place_of(plan, index)[2],
        x=given,
        w=arrived,
        b=None,
        y=trace.output[lead].reshape(flat.kernel),
        pre=None,
        act=None,
        image=forward.image,
        zeros=True,
    )
    made = said(style, f=(shown[0][1], plan.filters), c=(shown[0][2], plan.channels))
    cast, hidden = _recast(style, trace, stand_for), len(every) - len(shown)
    return Reading(cast, part, which, hidden, "" if plan.shared else made)


def _of_bias(style: Style, trace: Trace, step: Step | None, _: int) -> Reading:
    """All of the output's gradient, a row a sample: a window that is as large."""
    plan, (f,) = forward_of(trace)[1], step.index if step else (0,)
    g = on_maps(plan, trace.arrays["gradient"])[:, f]
    rows = rows_of(plan.samples)
    part: Part[Any] = Part(
        plan=WindowPlan(tuple(Axis(n, n) for n in g.shape[1:]), channels=rows, filters=1),
        dims=plan.dims,
        sample=0,
        filter=0,
        channels=range(rows),
        at=None if step is None else (0, 0),
        x=g[:rows],
        w=np.empty((0, *g.shape[1:])),
        b=None,
        y=trace.output[f].reshape(1, 1),
        pre=None,
        act=None,
        image=False,
        zeros=True,
    )
    which = [(said(style, c=(f, plan.filters), n=(n, plan.samples)), "") for n in range(rows)]
    stand_for = {"input": "gradient", "output": "output"}
    made = said(style, f=(f, plan.filters))
    return Reading(_recast(style, trace, stand_for), part, which, plan.samples - rows, made)


ONE = (0, 1)
"""One of one: it is not named."""


def said(
    style: Style,
    *,
    f: tuple[int, int] = ONE,
    c: tuple[int, int] = ONE,
    n: tuple[int, int] = ONE,
) -> str:
    """Which filter, channel and sample, each of how many."""
    every = (
        (Words("filter {f}", f=f[0]), f[1]),
        (Words("channel {c}", c=c[0]), c[1]),
        (Words("sample {n}", n=n[0]), n[1]),
    )
    return ", ".join(style.say(words) for words, count in every if count > 1)


def beside(which: str, shape: str) -> str:
    """A shape, and before it which of several the array is."""
    return f"{which}, {shape}" if which else shape


_ROLES: Mapping[str, Role] = {"input": "input", "kernel": "weight", "output": "output"}


def _recast(style: Style, trace: Trace, stand_for: Mapping[str, str]) -> Style:
    """A style in which each array of a convolution has the look and the name of another's."""
    own = dict(style.labels)
    labels = {a: own.get(name) or style.say(trace.called(name)) for a, name in stand_for.items()}
    theme = style.theme
    tones = {_ROLES[array]: theme.tone(trace.roles[name]) for array, name in stand_for.items()}
    return replace(
        style,
        labels=(*labels.items(), *style.labels),
        back=trace.from_last,
        theme=replace(theme, roles={**theme.roles, **tones}),
    )
