"""What a figure of a window draws, on two axes: one sample, one filter, the channels it reads."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Generic

from nnviz.libraries import np
from nnviz.plans import AxisT, Tap, WindowPlan
from nnviz.records import dataclass
from nnviz.request import Appearance
from nnviz.shapes import TransposedAxis, times
from nnviz.trace import Step, Trace
from nnviz.words import Words

Place = tuple[int, int]
Area = tuple[int, int, int, int]
"""Some cells: (row, column, rows, columns)."""
SHOWN = 4
"""Channels that are all drawn, a row each; of more, the first three."""


@dataclass(frozen=True)
class Part(Generic[AxisT]):
    """The part of a trace that one figure draws, as its plan cuts it."""

    plan: WindowPlan[AxisT]
    """On two axes: a vector is one row."""
    dims: int
    """Over how many axes the window slides."""
    sample: int
    filter: int
    channels: range
    """The numbers of the channels `x`."""
    at: Place | None
    """The output cell of the step, in `y`."""
    x: np.ndarray
    """(C, H, W): the channels that this filter reads."""
    w: np.ndarray
    """(C, kH, kW); none where nothing is learned."""
    b: np.ndarray | None
    """(1,), or None."""
    y: np.ndarray
    """(H', W')"""
    pre: np.ndarray | None
    """(H', W'): the sums that an activation makes `y` of, or None."""
    act: str | None
    image: bool
    """Whether the input was read from a picture."""
    zeros: bool
    """Whether the zeros of the padding count: an average may leave them out."""

    @property
    def axes(self) -> tuple[AxisT, AxisT]:
        return self.plan.axes[0], self.plan.axes[1]

    @property
    def maps(self) -> tuple[np.ndarray, ...]:
        """The output, and before it the sums where an activation changes them."""
        return (self.y,) if self.pre is None else (self.pre, self.y)

    @property
    def cell(self) -> tuple[Area, ...]:
        """The output cell of the step, to be outlined."""
        return () if self.at is None else ((*self.at, 1, 1),)

    @property
    def summed(self) -> tuple[Area, ...]:
        """The sums that the activation makes the step's cell of: softmax runs over a row."""
        if self.at is None or self.act != "softmax":
            return self.cell
        return ((self.at[0], 0, 1, self.y.shape[1]),)

    def taps(self) -> list[Tap]:
        """What the window of the step reads in each channel."""
        return [] if self.at is None else self.plan.taps(self.at)

    @property
    def unread(self) -> tuple[list[int], list[int]]:
        """The rows and columns of the input that no window reads."""
        rows, columns = (
            [] if isinstance(axis, TransposedAxis) else axis.unread(0, axis.size, self.plan.mode)
            for axis in self.axes
        )
        return rows, columns

    def shape(self, array: np.ndarray) -> str:
        """The shape of something drawn, without the axis that a vector has only here."""
        return times(array.shape if self.dims > 1 else (*array.shape[:-2], array.shape[-1]))

    def seen(self) -> Area | None:
        """The part of the step's window that lies on the input."""
        if self.at is None:
            return None
        spans = []
        for axis, o in zip(self.axes, self.at, strict=True):
            cells = [cell for _, cell in axis.taps(o, real=True)]
            if not cells:
                return None
            spans.append((min(cells), max(cells) + 1 - min(cells)))
        (r, rows), (c, columns) = spans
        return r, c, rows, columns


def plan_of(trace: Trace) -> WindowPlan[Any]:
    """The plan of a trace whose window slides."""
    assert trace.plan is not None
    return trace.plan


def part_of(
    trace: Trace, step: Step | None, sample: int = 0, *, channel: int | None = None
) -> Part[Any]:
    """Cut from a trace what a figure of `step` draws.

    Without a step, `sample` of the batch and filter (or pooled channel) `channel`, the first
    unless given.
    """
    dims, plan = plan_of(trace).dims, plan_of(trace).on_two_axes()
    if step is not None:
        n, f, some, cell = plan.output(step.number - 1)
    else:
        f = channel or 0
        n, some, cell = sample, plan.channels_of(f), ()
    x = trace.arrays["input"].reshape(plan.samples, plan.channels, *plan.sizes)
    b, pre = trace.arrays.get("bias"), trace.results.get("pre")
    shape = (plan.samples, plan.filters, *plan.out)
    return Part(
        plan=plan,
        dims=dims,
        sample=n,
        filter=f,
        channels=some,
        at=None if step is None else (cell[0], cell[1]),
        x=x[n, some.start : some.stop],
        w=_kernels(trace, plan, f),
        b=None if b is None else b.reshape(-1)[f : f + 1],
        y=trace.output.reshape(shape)[n, f],
        pre=None if pre is None else pre.reshape(shape)[n, f],
        act=trace.options.get("act"),
        image=trace.image,
        zeros=trace.options.get("count_include_pad", trace.op != "pool"),
    )


def part_shown(trace: Trace, step: Step | None, appearance: Appearance) -> Part[Any]:
    """The part that a figure draws: of a step its own, else that which is asked for."""
    return part_of(trace, step, appearance.drawn_sample, channel=appearance.filter)


def filters_of(trace: Trace, steps: Sequence[Step]) -> list[Part[Any]]:
    """A part for each filter that some steps belong to."""
    return list({part.filter: part for part in (part_of(trace, step) for step in steps)}.values())


def parts_drawn(trace: Trace, own: Part[Any], most: int) -> list[Part[Any]]:
    """A part a filter: the first, and `own` among them."""
    shown = list(range(min(own.plan.filters, most)))
    if own.filter not in shown:
        shown[-1] = own.filter
    every = (part_of(trace, None, own.sample, channel=f) for f in shown)
    return [own if part.filter == own.filter else part for part in every]


def channels_read(trace: Trace, own: Part[Any], most: int) -> list[tuple[Part[Any], int]]:
    """The channels of the input, each in the part that reads it."""
    plan, group = own.plan, own.plan.group_filters
    parts = [part_of(trace, None, own.sample, channel=f) for f in range(0, plan.filters, group)]
    parts = [own if part.channels == own.channels else part for part in parts]
    return [(part, c) for part in parts for c in range(len(part.x))][:most]


def _kernels(trace: Trace, plan: WindowPlan[Any], f: int) -> np.ndarray:
    """(C/groups, kH, kW): those of filter `f`; one given for all channels is repeated."""
    if plan.given is None:
        return np.empty((0, *plan.kernel))
    given = trace.arrays["kernel"].reshape(plan.given)
    return np.stack([given[plan.given_of(f, c)] for c in plan.channels_of(f)])


def flat_enough(trace: Trace) -> Words | None:
    """Whether the window slides over one or two axes."""
    n = plan_of(trace).dims
    return Words("the window slides over {n} axes", n=n) if n > 2 else None


def one_channel(trace: Trace) -> Words | None:
    """Whether a window of one or two axes reads one channel."""
    n = plan_of(trace).group_channels
    if n > 1:
        return flat_enough(trace) or Words(
            "a filter reads {n} channels; the view channels shows each", n=n
        )
    return flat_enough(trace)


def rows_of(channels: int) -> int:
    """How many channels get a row each: all of a few, of more the first."""
    return channels if channels <= SHOWN else SHOWN - 1
