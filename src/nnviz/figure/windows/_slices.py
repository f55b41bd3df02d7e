"""What a sliding window's trace shows on two axes: one sample, one filter, its channels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nnviz.figure.arrays.grid import Cell, Table, cells, changed
from nnviz.figure.layout.page import Style
from nnviz.numerals import numerals
from nnviz.plans import WindowPlan
from nnviz.request import check_sample
from nnviz.shapes import AnyAxis, Axis
from nnviz.trace import Step, Trace
from nnviz.words import Words

if TYPE_CHECKING:
    import numpy as np

Place = tuple[int, int]
SHOWN = 4
"""Channels that are all drawn, a row each; of more, the first three."""


@dataclass(frozen=True, slots=True)
class Slices:
    """The part of a trace that one figure draws."""

    x: np.ndarray
    """(C, H, W): the channels that this filter reads."""
    w: np.ndarray | None
    """(C, kH, kW), or None where nothing is learned."""
    shared: bool
    """Whether one kernel was given for all channels."""
    b: np.ndarray | None
    """(1,), or None."""
    y: np.ndarray
    """(H', W')."""
    pre: np.ndarray | None
    """(H', W'): the sums that an activation makes `y` of, or None."""
    act: str | None
    axes: tuple[AnyAxis, AnyAxis]
    dims: int
    """Over how many axes the window slides: a vector is drawn as one row."""
    sample: int
    samples: int
    filter: int
    filters: int
    first: int
    """The number of the first channel of `x`."""
    channels: int
    """How many channels the whole input has."""
    at: Place | None
    """The output cell of the step, in `y`."""
    image: bool
    """Whether the input was read from a picture."""

    def shape(self, array: np.ndarray) -> tuple[int, ...]:
        """The shape of something drawn, without the axis that a vector has only here."""
        return array.shape if self.dims > 1 else (*array.shape[:-2], array.shape[-1])

    @property
    def groups(self) -> int:
        """In how many groups the filters read the channels."""
        return self.channels // len(self.x)

    @property
    def maps(self) -> tuple[np.ndarray, ...]:
        """The output, and before it the sums where an activation changes them."""
        return (self.y,) if self.pre is None else (self.pre, self.y)


def slices(trace: Trace, step: Step | None, sample: int = 0, *, channel: int = 0) -> Slices:
    """Cut from a trace of conv or pool what a figure of `step` draws.

    Without a step, `sample` of the batch and filter (or pooled channel) `channel`.
    """
    dims = len(plan_of(trace).axes)
    x = trace.arrays["input"]
    full = x.reshape((1,) * (dims + 2 - x.ndim) + x.shape)
    out = trace.output
    planes = (len(full), -1, *out.shape[out.ndim - dims :])
    y = out.reshape(planes)
    pre = trace.results["pre"].reshape(planes) if "pre" in trace.results else None
    filters = y.shape[1]
    n, f = sample, channel
    if step is not None:
        n, f = divmod(_flat(step.index[: out.ndim - dims], out.shape[: out.ndim - dims]), filters)
    else:
        check_sample(sample, len(full))
    w = _weights(trace, f, filters)
    each = full.shape[1] if w is None else len(w)
    groups = full.shape[1] // each if w is not None else 1
    first = f // max(1, filters // groups) * each
    if w is None:
        first, each = f, 1
    b = trace.arrays.get("bias")
    return Slices(
        x=_flat_channels(full[n, first : first + each], dims),
        w=None if w is None else _flat_channels(w, dims),
        shared=w is not None and trace.arrays["kernel"].ndim == dims,
        b=None if b is None else b.reshape(-1)[f : f + 1],
        y=_plane(y[n, f], dims),
        pre=None if pre is None else _plane(pre[n, f], dims),
        act=trace.options.get("act"),
        axes=_two(plan_of(trace).axes),
        dims=dims,
        sample=n,
        samples=len(full),
        filter=f,
        filters=filters,
        first=first,
        channels=full.shape[1],
        at=None if step is None else _two_of(step.index[out.ndim - dims :]),
        image=trace.image,
    )


def plan_of(trace: Trace) -> WindowPlan[Any]:
    """The plan of a trace whose window slides."""
    assert trace.plan is not None
    return trace.plan


def partial_maps(trace: Trace, part: Slices, count: int) -> list[np.ndarray]:
    """The maps of the first `count` channels before they are added, each (H', W')."""
    maps = trace.results["partials"][part.sample, part.filter]
    return [maps[c].reshape(part.y.shape) for c in range(count)]


def flat_enough(trace: Trace) -> Words | None:
    """Whether the window slides over one or two axes."""
    if len(plan_of(trace).axes) > 2:
        return Words("the window slides over {n} axes", n=len(plan_of(trace).axes))
    return None


def group_channels(trace: Trace) -> int:
    """How many input channels one filter reads."""
    x, dims = trace.arrays["input"], len(plan_of(trace).axes)
    channels = x.shape[-dims - 1] if x.ndim > dims else 1
    return int(channels // trace.options.get("groups", 1))


def rows_of(channels: int) -> int:
    """How many channels get a row each: all of a few, of more the first."""
    return channels if channels <= SHOWN else SHOWN - 1


def depthwise(trace: Trace) -> bool:
    """Whether every channel has a filter of its own, and no more than one."""
    groups = int(trace.options.get("groups", 1))
    x, dims = trace.arrays["input"], len(plan_of(trace).axes)
    out = trace.output
    return groups > 1 and groups == x.shape[-dims - 1] == out.shape[-dims - 1]


def _weights(trace: Trace, f: int, filters: int) -> np.ndarray | None:
    """(C/groups, k…): the kernel of filter `f`; one given for all channels is repeated."""
    kernel = trace.arrays.get("kernel")
    if kernel is None:
        return None
    import numpy as np

    dims = len(plan_of(trace).axes)
    each = group_channels(trace)
    lead = kernel.shape[: kernel.ndim - dims]
    if len(lead) == 2:
        chosen = kernel[f if len(kernel) == filters else 0]
    elif len(lead) == 1:
        # One filter over all channels, or depthwise a filter a channel.
        chosen = kernel if filters == 1 else kernel[f : f + 1]
    else:
        chosen = kernel.reshape(-1, *kernel.shape[kernel.ndim - dims :])[:1]
    if len(chosen) == each:
        return np.asarray(chosen)
    return np.broadcast_to(chosen[:1], (each, *chosen.shape[1:]))


def _flat(index: tuple[int, ...], shape: tuple[int, ...]) -> int:
    flat = 0
    for i, n in zip(index, shape, strict=True):
        flat = flat * n + i
    return flat


def _flat_channels(array: np.ndarray, dims: int) -> np.ndarray:
    return array[:, None, :] if dims == 1 else array


def _plane(array: np.ndarray, dims: int) -> np.ndarray:
    return array[None, :] if dims == 1 else array


def _two(axes: tuple[AnyAxis, ...]) -> tuple[AnyAxis, AnyAxis]:
    return (Axis(1, 1), axes[0]) if len(axes) == 1 else (axes[0], axes[1])


def _two_of(index: tuple[int, ...]) -> Place:
    return (0, index[0]) if len(index) == 1 else (index[0], index[1])


# --- the input with its padding ------------------------------------------------


@dataclass(frozen=True, slots=True)
class Padded:
    """An input channel as a table with its padding around it."""

    table: Table
    origin: Place
    """Where the input itself begins in the table."""
    shape: Place
    windows: tuple[tuple[int, int, int, int], ...]
    """What gets a firm outline: (row, column, rows, columns) of the table."""


def padded(
    trace: Trace,
    style: Style,
    channel: np.ndarray,
    axes: tuple[AnyAxis, AnyAxis],
    at: Place | None,
    weights: np.ndarray | None = None,
) -> Padded:
    """A channel (H, W) with the padding that its windows read, and the window at `at` active.

    `weights` (kH, kW) are put small into the lower right of the window's cells.
    """
    spans = [_span(axis) for axis in axes]
    form = numerals(channel, style.precision)
    inner = cells(channel, style.precision, form)
    unused = [set(axis.unused) for axis in axes]
    table = []
    for r in spans[0]:
        line = []
        for c in spans[1]:
            source = [
                axis.source(p, plan_of(trace).mode) for axis, p in zip(axes, (r, c), strict=True)
            ]
            if 0 <= r < axes[0].size and 0 <= c < axes[1].size:
                state = "unused" if r in unused[0] or c in unused[1] else "plain"
                line.append(Cell(inner[r][c].text, state))  # type: ignore[arg-type]
            else:
                # Past the padding a window is cut off: nothing there counts.
                cut = any(p >= a.size + a.after for a, p in zip(axes, (r, c), strict=True))
                text = "" if cut else _pad_text(trace, inner, source)
                line.append(Cell(text, "padding"))
        table.append(line)
    origin = (-spans[0].start, -spans[1].start)
    windows: tuple[tuple[int, int, int, int], ...] = ()
    if at is not None:
        table, windows = _activated(style, table, axes, at, origin, weights)
    return Padded(table, origin, (axes[0].size, axes[1].size), windows)


def _span(axis: AnyAxis) -> range:
    """From the first to the last coordinate that is drawn: the input, and what windows read."""
    last = axis.positions(axis.out - 1)
    return range(-axis.before, max(axis.size + axis.after, last[-1] + 1 if axis.out else 0))


def _pad_text(trace: Trace, inner: Table, source: list[int | None]) -> str:
    row, column = source
    if row is None or column is None:
        counted = trace.op != "pool" or trace.options.get("count_include_pad", False)
        return "0" if counted else ""
    return inner[row][column].text


def _activated(
    style: Style,
    table: Table,
    axes: tuple[AnyAxis, AnyAxis],
    at: Place,
    origin: Place,
    weights: np.ndarray | None,
) -> tuple[Table, tuple[tuple[int, int, int, int], ...]]:
    rows, columns = (axis.positions(o) for axis, o in zip(axes, at, strict=True))
    places = [(r + origin[0], c + origin[1]) for r in rows for c in columns]
    for r, c in places:
        state = "active" if table[r][c].state != "padding" else "padding"
        fill = style.theme.tone("input").pale if state == "padding" else None
        table = changed(table, [(r, c)], state=state, fill=fill)
    if weights is not None:
        form = numerals(weights, style.precision)
        for (r, c), value in zip(places, weights.reshape(-1), strict=True):
            table = changed(table, [(r, c)], corner="×" + form(value))
    first = places[0]
    if all(axis.dilation == 1 or axis.kernel == 1 for axis in axes):
        return table, ((*first, len(rows), len(columns)),)
    return table, tuple((r, c, 1, 1) for r, c in places)


def result(style: Style, y: np.ndarray, at: Place | None) -> Table:
    """An output map; of a step, its cell active and those after it empty."""
    table = cells(y, style.precision)
    if at is None:
        return table
    after = [(r, c) for r in range(y.shape[0]) for c in range(y.shape[1]) if (r, c) > at]
    return changed(changed(table, after, hidden=True), [at], state="active", bold=True)
