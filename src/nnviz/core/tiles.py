"""Which way to convolve and in tiles of what size: whole numbers only, no arrays."""

from __future__ import annotations

from typing import Literal, NamedTuple

from nnviz.core.threads import DEEPEST, available
from nnviz.shapes import Axis

Method = Literal["elementwise", "banded", "columns"]

SMALL = 2**16
"""Products up to which sums run in the kernel's own order, as a plain loop would."""
FEW_TAPS = 2**12
MANY = 2**22
"""Products from which a second thread pays."""
TILE = 2**18
"""Cells of a tile's largest buffer: about what the second-level cache holds."""

BAND = 2**19
"""The same for banded tiles, where whole rows count for more."""

# Nanoseconds a cell, measured with OpenBLAS on two cores; only their ratios matter.
PRODUCT = 0.55  # a multiplication and an addition over arrays
STRIDED = 0.9  # the same where the stride leaves cells out
FLOP = 0.013  # a multiplication and an addition inside a matrix product
WRITE = 0.15  # writing a cell of a matrix product
THIN = 1.5  # reading the right matrix, shared by the rows of the left one
ADD = 0.4  # adding a slice
COPY = 0.15  # moving a cell into a buffer
SKIP = 0.4  # moving every second cell, or fewer
TURN = 30_000.0  # one turn of a Python loop over tiles


class TilePlan(NamedTuple):
    """`rows` × `cols` output cells a tile, of `items` (groups, batch items) at a time, by `method`.

    Some of the tiles in each of the threads.
    """

    method: Method
    rows: int
    cols: int
    items: int = 1
    threads: int = 1


class Work(NamedTuple):
    """What is to be convolved: whole numbers alone."""

    axes: tuple[Axis, Axis, Axis]
    channels: int
    filters: int
    runs: int
    threads: int

    def planned(self, method: Method, height: int, rows: int, cols: int) -> TilePlan:
        """As many runs in a tile as its largest buffer, of `height` cells an output cell, holds;
        tiles for every thread.
        """
        h, w = self.axes[1:]
        tiles = self.axes[0].out * -(-h.out // rows) * -(-w.out // cols)
        if self.runs * tiles < self.threads:
            rows = -(-h.out // self.threads)
        most = self.runs * tiles // (2 * self.threads) if self.threads > 1 else self.runs
        items = max(1, min(most, TILE // max(1, height * rows * cols)))
        return TilePlan(method, rows, cols, items, self.threads)

    def sized(self, method: Method, height: int) -> TilePlan:
        """Whole rows where they fit in a tile."""
        _, h, w = self.axes
        cols = max(1, min(w.out, TILE // height))
        return self.planned(method, height, max(1, min(h.out, TILE // (height * cols))), cols)


def tile_plan(
    axes: tuple[Axis, Axis, Axis],
    channels: int,
    filters: int,
    *,
    exact: bool = False,
    runs: int = 1,
) -> TilePlan:
    """The cheapest way for each of `runs` groups and batch items; `exact` rules out matrix
    products.
    """
    _, h, w = axes
    taps = channels * axes[0].kernel * h.kernel * w.kernel
    products = filters * axes[0].out * h.out * w.out * taps
    threads = available() if products * runs >= MANY else 1
    work = Work(axes, channels, filters, runs, threads)
    # Python's own integers take ten times the room.
    elementwise = work.sized("elementwise", filters * 8 if exact else filters * 2)
    if exact or (products <= SMALL and taps <= FEW_TAPS):
        return elementwise
    turns = taps * TURN / 8 / _cells(elementwise)
    options = [
        (taps * filters * (PRODUCT if w.stride == 1 else STRIDED) + turns, elementwise),
        _columns(work, taps),
        *(_banded(work, rows) for rows in (1, 2, 3, 4, 6, 8, 12, 16)),
    ]
    return min(options, key=lambda option: option[0])[1]


def _cells(plan: TilePlan) -> int:
    return plan.rows * plan.cols * plan.items


def interleaved(axis: Axis) -> tuple[list[int], list[int]]:
    """Kernel cell j reads input cell stride·(o + shift) + phase: all shifts, all phases.

    >>> interleaved(Axis(size=9, kernel=3, stride=2))
    ([0, 1], [0, 1])
    """
    offsets = range(0, axis.extent, axis.dilation)
    return (
        sorted({offset // axis.stride for offset in offsets}),
        sorted({offset % axis.stride for offset in offsets}),
    )


def _columns(work: Work, taps: int) -> tuple[float, TilePlan]:
    _, h, w = work.axes
    alone = taps // (work.axes[0].kernel * h.kernel) <= DEEPEST
    work = work if alone else work._replace(threads=1)
    plan = work.sized("columns", max(work.filters, min(taps, TILE)))
    cost = taps * (COPY if w.stride == 1 else SKIP) + work.filters * _written(taps, work.filters)
    return cost + taps / work.channels * TURN / 8 / _cells(plan), plan


def _banded(work: Work, rows: int) -> tuple[float, TilePlan]:
    d, h, w = work.axes
    rows, planes = min(rows, h.out), work.channels * d.kernel
    shifts, phases = interleaved(w)
    read = planes * (h.stride * (rows - 1) + h.extent) * len(phases)
    parts = work.filters * len(shifts)
    cols = max(1, min(w.out, BAND // max(parts * rows, read)))
    wide = 1 + shifts[-1] / cols
    work = work if read <= DEEPEST else work._replace(threads=1)
    plan = work.planned("banded", -(-max(parts * rows, read) // rows), rows, cols)
    cost = (
        parts * wide * _written(read, parts * rows)
        + (parts - work.filters) * ADD
        + read / rows * wide * (COPY if w.stride == 1 else SKIP)
        + TURN / _cells(plan)
    )
    return cost, plan


def _written(inner: int, rows: int) -> float:
    """A cell of the product of a matrix of `rows` rows and `inner` columns."""
    return WRITE + inner * FLOP + THIN / rows


def split(total: int, step: int) -> list[tuple[int, int]]:
    """Where tiles of at most `step` begin, and how long they are.

    >>> split(10, 4)
    [(0, 4), (4, 4), (8, 2)]
    """
    return [(start, min(step, total - start)) for start in range(0, total, step)]
