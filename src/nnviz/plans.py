"""The plan of a window: which part of a batch an output cell belongs to, and what it reads.

An operation makes it once, from shapes and options, and puts it into its `Trace`: its steps,
the tables and the figures ask it and work nothing out again. Whole numbers only: it is made
and tested without an array.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Generic, TypeVar

from nnviz.records import NamedTuple, dataclass, replace
from nnviz.shapes import AnyAxis, PadMode, TransposedAxis, unravel

Index = tuple[int, ...]
WindowAxis = AnyAxis | TransposedAxis
AxisT = TypeVar("AxisT", bound=WindowAxis, covariant=True)  # noqa: PLC0105 - a frozen record


class OutputCell(NamedTuple):
    """A cell of the output, and the part of the batch that it belongs to."""

    sample: int
    filter: int
    channels: range
    """The input channels that the filter reads."""
    cell: Index
    """Where it stands in the map of its sample and filter."""


class Tap(NamedTuple):
    """A kernel cell and what it meets, on the axes that the window slides over."""

    kernel: Index
    cell: Index
    """The input cell it looks at; below 0 or past the end it stands in the padding."""
    source: Index | None
    """The input cell it reads: another one where padding mirrors or repeats the input, and
    None for a zero."""


class Read(NamedTuple):
    """A tap in one channel: a product of a step's sum."""

    channel: int
    tap: Tap
    weight: Index
    """Into the weights, of the plan's shape `weight`."""
    given: Index
    """Into the kernel as it was given."""


@dataclass(frozen=True)
class WindowPlan(Generic[AxisT]):
    """A convolution, a transposed one, or a pooling, as whole numbers.

    >>> from nnviz.shapes import Axis
    >>> axes = (Axis(5, 3), Axis(5, 3))
    >>> plan = WindowPlan(axes, channels=3, filters=2, given=(2, 3, 3, 3))
    >>> plan.shown, plan.output(9)
    ((1, 2, 3, 3), OutputCell(sample=0, filter=1, channels=range(0, 3), cell=(0, 0)))
    """

    axes: tuple[AxisT, ...]
    """The window along each axis that it slides over, the last axes of the input."""
    channels: int
    filters: int
    """Of pooling: one for each channel, as there are groups."""
    groups: int = 1
    samples: int = 1
    given: Index | None = None
    """The shape of the kernel as it was given or drawn; None where nothing is learned."""
    mode: PadMode = "zeros"
    rank: int = 0
    """Of how many axes the input was given; 0 for all of its own."""

    @property
    def dims(self) -> int:
        return len(self.axes)

    @property
    def sizes(self) -> Index:
        return tuple(axis.size for axis in self.axes)

    @property
    def kernel(self) -> Index:
        return tuple(axis.kernel for axis in self.axes)

    @property
    def out(self) -> Index:
        return tuple(axis.out for axis in self.axes)

    @property
    def transposed(self) -> bool:
        return isinstance(self.axes[0], TransposedAxis)

    @property
    def group_channels(self) -> int:
        """How many channels a filter reads: C/groups."""
        return self.channels // self.groups

    @property
    def group_filters(self) -> int:
        """How many filters read the same channels: F/groups."""
        return self.filters // self.groups

    @property
    def depthwise(self) -> bool:
        """Whether every channel is a group of its own."""
        return self.groups == self.channels > 1

    @property
    def separate(self) -> bool:
        """Whether every channel has a filter of its own, and no more than one."""
        return self.depthwise and self.filters == self.channels

    @property
    def weight(self) -> Index:
        """(F, C/groups, *kernel); of a transposed convolution (C, F/groups, *kernel)."""
        if self.transposed:
            return (self.channels, self.group_filters, *self.kernel)
        return (self.filters, self.group_channels, *self.kernel)

    @property
    def shared(self) -> bool:
        """Whether one kernel was given for all channels."""
        return self.given is not None and len(self.given) == self.dims

    @property
    def shown(self) -> Index:
        """The output's shape as it is shown: as many axes as the input, and one of channels
        where a plain input has several filters.
        """
        whole = (self.samples, self.filters, *self.out)
        missing = self.dims + 2 - self.rank if self.rank else 0
        return whole[min(missing, 1 if self.filters > 1 else 2) :]

    # --- which part of the batch ---

    def channels_of(self, f: int) -> range:
        """The channels that filter `f` reads."""
        first = f // self.group_filters * self.group_channels
        return range(first, first + self.group_channels)

    def output(self, i: int) -> OutputCell:
        """Output cell number `i` (from 0), row by row over samples, filters and maps."""
        n, f, *cell = unravel(i, (self.samples, self.filters, *self.out))
        return OutputCell(n, f, self.channels_of(f), tuple(cell))

    def place(self, n: int, c: int, cell: Index) -> Index:
        """A cell of channel `c` as an index into the input as it was given."""
        return (n, c, *cell)[-self.rank :]

    # --- what it reads ---

    def taps(self, cell: Index, real: bool = False) -> list[Tap]:
        """What the window of an output cell reads, in the kernel's order; the `real` ones leave
        the padding out.
        """
        along = (
            [(k, p, axis.source(p, self.mode)) for k, p in axis.taps(o, real)]
            for axis, o in zip(self.axes, cell, strict=True)
        )
        found = []
        for some in product(*along):
            source = tuple(s for _, _, s in some if s is not None)
            whole = len(source) == len(some)
            kernel, looked_at = tuple(k for k, _, _ in some), tuple(p for _, p, _ in some)
            found.append(Tap(kernel, looked_at, source if whole else None))
        return found

    def reads(self, out: OutputCell) -> Iterator[Read]:
        """The products of an output cell's sum, channel by channel."""
        taps = self.taps(out.cell)
        for c in out.channels:
            weight, given = self.weight_of(out.filter, c), self.given_of(out.filter, c)
            for tap in taps:
                yield Read(c, tap, weight + tap.kernel, given + tap.kernel)

    def weight_of(self, f: int, c: int) -> Index:
        """Where the kernel by which filter `f` reads channel `c` stands among the weights."""
        if self.transposed:
            return c, f % self.group_filters
        return f, c % self.group_channels

    def given_of(self, f: int, c: int) -> Index:
        """The same in the kernel as it was given."""
        lead = self.weight_of(f, c)
        rank = 0 if self.given is None else len(self.given) - self.dims
        if rank == 1:  # a kernel a filter, or a kernel a channel of one filter
            return lead[:1] if self.weight[1] == 1 else lead[1:]
        return lead if rank else ()

    def sharing(self, lead: Index) -> Iterator[tuple[int, int]]:
        """The filters and channels whose kernel stands at an index of the one that was given."""
        for f in range(self.filters):
            for c in self.channels_of(f):
                if self.given_of(f, c) == lead:
                    yield f, c

    # --- how it is drawn ---

    def on_two_axes(self) -> WindowPlan[AxisT]:
        """The same with an axis of one row before a single one: a vector is drawn as a row."""
        if self.dims > 1:
            return self
        (axis,) = self.axes
        given = None if self.given is None else (*self.given[:-1], 1, self.given[-1])
        rank = self.rank + 1 if self.rank else 0
        return replace(self, axes=(type(axis)(1, 1), axis), given=given, rank=rank)
