"""Which way to convolve and in tiles of what size: whole numbers only, no arrays."""

from __future__ import annotations

from functools import lru_cache
from math import prod
from typing import Literal

from nnviz.core.threads import available
from nnviz.records import NamedTuple
from nnviz.shapes import Axis

Method = Literal["elementwise", "banded", "columns"]

SMALL = 2**16
"""Products up to which sums run in the kernel's own order, as a plain loop would."""
FEW_TAPS = 2**12
MANY = 2**22
"""Products from which a second thread pays."""
TILE = 2**18
"""Cells of a tile's largest buffer: about what the second-level cache holds."""
ROOM = 2**19
"""The same for matrix products: a map of 14² under 2304 taps then takes 2.8 ms, not 3.4."""

# Nanoseconds a cell on one core, measured with OpenBLAS; only their ratios matter.
PRODUCT = 0.35  # a multiplication and an addition over arrays
STRIDED = 0.6  # the same where the stride leaves cells out
FLOP = 0.022  # a multiplication and an addition inside a matrix product
WRITE = 0.1  # writing a cell of a matrix product, or adding it to another
COPY = 0.12  # moving a cell into a buffer
SKIP = 0.35  # moving every second cell, or fewer
CALL = 100.0  # of one small product among many, or of 128 columns of a wide one
TURN = 4_000.0  # of one turn of a Python loop over arrays


class TilePlan(NamedTuple):
    """`rows` × `cols` output cells a tile, of `items` (groups, batch items) at a time, by `method`.

    Some of the tiles in each of the threads.
    """

    method: Method
    rows: int
    cols: int
    items: int = 1
    threads: int = 1
    band: int = 1
    """Output rows that one product makes, in bands."""


class Work(NamedTuple):
    """What is to be convolved: whole numbers alone."""

    axes: tuple[Axis, Axis, Axis]
    channels: int
    filters: int
    runs: int
    threads: int = 1

    @property
    def taps(self) -> int:
        """The products of an output cell."""
        return self.channels * prod(axis.kernel for axis in self.axes)

    @property
    def products(self) -> int:
        """Those of all output cells of a run."""
        return self.filters * prod(axis.out for axis in self.axes) * self.taps

    def planned(
        self, method: Method, height: int, rows: int, cols: int, room: int = ROOM
    ) -> TilePlan:
        """As many runs in a tile as its largest buffer, of `height` cells an output cell, holds;
        tiles for every thread.
        """
        h, w = self.axes[1:]
        tiles = self.axes[0].out * -(-h.out // rows) * -(-w.out // cols)
        if self.runs * tiles < self.threads:
            rows = -(-h.out // self.threads)
        most = self.runs * tiles // (2 * self.threads) if self.threads > 1 else self.runs
        items = max(1, min(most, room // max(1, height * rows * cols)))
        return TilePlan(method, rows, cols, items, self.threads)

    def sized(self, method: Method, height: int, room: int) -> TilePlan:
        """Whole rows where they fit in a tile."""
        _, h, w = self.axes
        cols = max(1, min(w.out, room // height))
        rows = max(1, min(h.out, room // (height * cols)))
        return self.planned(method, height, rows, cols, room)


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
    work = Work(axes, channels, filters, runs)
    threads = available() if work.products * runs >= MANY else 1
    return _cheapest(work._replace(threads=threads), exact)


@lru_cache  # pictures in a folder are often of one size
def _cheapest(work: Work, exact: bool) -> TilePlan:
    filters, taps = work.filters, work.taps
    # Python's own integers take ten times the room.
    elementwise = work.sized("elementwise", filters * 8 if exact else filters * 2, TILE)
    if exact or (work.products <= SMALL and taps <= FEW_TAPS):
        return elementwise
    turns, w = taps * TURN / _cells(elementwise), work.axes[2]
    options = [
        (taps * filters * (PRODUCT if w.stride == 1 else STRIDED) + turns, elementwise),
        _columns(work, taps),
        *(_banded(work, rows) for rows in (1, 2, 4, 8, 16)),
    ]
    return min(options, key=lambda option: option[0])[1]


def reach(axis: Axis, count: int) -> int:
    """Cells from the first of so many windows to the last one's last."""
    return axis.stride * (count - 1) + axis.extent


def _cells(plan: TilePlan) -> int:
    return plan.rows * plan.cols * plan.items


def _columns(work: Work, taps: int) -> tuple[float, TilePlan]:
    # What lies between windows that are far apart is held at the edges, where there is padding.
    between = work.channels * work.axes[1].stride * work.axes[2].stride // 4
    plan = work.sized("columns", max(work.filters, min(taps, ROOM), between), ROOM)
    cost = taps * (COPY if work.axes[2].stride == 1 else SKIP)
    cost += work.filters * (taps * _flop(plan.rows * plan.cols) + WRITE)
    return cost + (4 + taps / work.channels) * TURN / _cells(plan), plan


def _banded(work: Work, band: int) -> tuple[float, TilePlan]:
    d, h, w = work.axes
    band = min(band, h.out)
    copies = work.channels * d.kernel * w.kernel
    # Three times as many rows as the kernel has: each row is then copied little more than once.
    # Of a tall kernel eight times, in narrow tiles: 31×31 takes 340 ms, not 400.
    high = h.extent * (3 if h.extent < 16 else 8)
    height = max(copies * max(reach(h, band), high), work.filters * band)
    cols = ROOM // height
    cols = max(1, min(w.out, cols // 64 * 64 or cols))
    rows = ROOM // max(copies * cols * h.stride, work.filters * cols)
    # Two tiles a thread at least: what they hold is then no more than what they make.
    rows = min(rows - h.extent, -(-h.out // max(1, 2 * work.threads // work.runs)))
    rows = min(h.out, max(1, -(-rows // band)) * band)
    height = max(copies * reach(h, rows) // rows, work.filters)
    plan = work.planned("banded", height, rows, cols)
    plan = plan._replace(band=min(band, plan.rows))
    inner = copies * reach(h, band)
    cost = (
        copies * reach(h, rows) / rows * (COPY if w.stride == 1 else SKIP)
        + inner * _flop(cols) * (work.filters + 0.6 / band)
        + inner * work.filters * band * SKIP / (h.out * w.out)
        + work.filters * WRITE * (1 if band == 1 or work.filters == 1 else 3)
        + CALL / (band * min(cols, 128))
        + (4 + 2 * d.kernel) * TURN / _cells(plan)
    )
    return cost, plan


def _flop(cols: int) -> float:
    """A product is as slow as if its columns were whole cache lines."""
    return FLOP * -(-cols // 16) * 16 / cols


def split(total: int, step: int) -> list[tuple[int, int]]:
    """Where tiles of at most `step` begin, and how long they are.

    >>> split(10, 4)
    [(0, 4), (4, 4), (8, 2)]
    """
    return [(start, min(step, total - start)) for start in range(0, total, step)]
