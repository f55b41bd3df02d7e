"""Which way to convolve and in tiles of what size: whole numbers only, no arrays."""

from __future__ import annotations

from typing import Literal, NamedTuple

from nnviz.core.threads import available, stays_alone
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
    """`rows` × `cols` output cells a tile, by `method`, some in each of the threads."""

    method: Method
    rows: int
    cols: int
    threads: int = 1


def tile_plan(
    axes: tuple[Axis, Axis, Axis],
    channels: int,
    filters: int,
    *,
    exact: bool = False,
    runs: int = 1,
) -> TilePlan:
    """The cheapest way for each of `runs` groups; `exact` rules out matrix products."""
    _, h, w = axes
    planes = channels * axes[0].kernel
    taps = planes * h.kernel * w.kernel
    products = filters * axes[0].out * h.out * w.out * taps
    threads = available() if products * runs >= MANY else 1
    # Python's own integers take ten times the room.
    height = filters * 8 if exact else filters * 2
    elementwise = _sized("elementwise", height, h.out, w.out, threads)
    if exact or (products <= SMALL and taps <= FEW_TAPS):
        return elementwise
    turns = taps * TURN / 8 / (elementwise.rows * elementwise.cols)
    options = [
        (taps * filters * (PRODUCT if w.stride == 1 else STRIDED) + turns, elementwise),
        _columns(h, w, channels, taps, filters, threads),
        *(_banded(h, w, planes, filters, rows, threads) for rows in (1, 2, 3, 4, 6, 8, 12, 16)),
    ]
    return min(options, key=lambda option: option[0])[1]


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


def _sized(method: Method, height: int, rows: int, cols: int, threads: int) -> TilePlan:
    """Whole rows where they fit in a tile of `height` buffer cells an output cell."""
    cols = max(1, min(cols, TILE // height))
    return TilePlan(method, max(1, min(rows, TILE // (height * cols))), cols, threads)


def _columns(
    h: Axis, w: Axis, channels: int, taps: int, filters: int, threads: int
) -> tuple[float, TilePlan]:
    threads = threads if stays_alone(filters, taps) else 1
    plan = _sized("columns", min(taps, TILE), h.out, w.out, threads)
    move = 0.5 if w.stride == 1 else 0.8
    cost = taps * move + filters * _written(taps, filters)
    return cost + taps / channels * TURN / 8 / (plan.rows * plan.cols), plan


def _banded(
    h: Axis, w: Axis, planes: int, filters: int, rows: int, threads: int
) -> tuple[float, TilePlan]:
    rows = min(rows, h.out)
    shifts, phases = interleaved(w)
    read = planes * (h.stride * (rows - 1) + h.extent) * len(phases)
    parts = filters * len(shifts)
    cols = max(1, min(w.out, BAND // max(parts * rows, read)))
    wide = 1 + shifts[-1] / cols
    cost = (
        parts * wide * _written(read, parts * rows)
        + (parts - filters) * ADD
        + read / rows * wide * (COPY if w.stride == 1 else SKIP)
        + TURN / (rows * cols)
    )
    threads = threads if stays_alone(parts * rows, read) else 1
    return cost, TilePlan("banded", rows, cols, threads)


def _written(inner: int, rows: int) -> float:
    """A cell of the product of a matrix of `rows` rows and `inner` columns."""
    return WRITE + inner * FLOP + THIN / rows


def split(total: int, step: int) -> list[tuple[int, int]]:
    """Where tiles of at most `step` begin, and how long they are.

    >>> split(10, 4)
    [(0, 4), (4, 4), (8, 2)]
    """
    return [(start, min(step, total - start)) for start in range(0, total, step)]
