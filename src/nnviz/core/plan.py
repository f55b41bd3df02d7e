"""Which way to convolve and in tiles of what size: whole numbers only, no arrays."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from nnviz.shapes import Axis

Method = Literal["elementwise", "banded", "columns"]

SMALL = 2**16
"""Products up to which sums run in the kernel's own order, as a plain loop would."""
FEW_TAPS = 2**12
TILE = 2**18
"""Cells of a tile's largest buffer: about what the second-level cache holds."""

# Nanoseconds, measured with OpenBLAS on two cores; only their ratios matter.
PRODUCT = 0.5  # a multiplication and an addition over arrays
FLOP = 0.022  # a multiplication and an addition inside a matrix product
ADD = 0.25  # adding a slice of a product
COPY = 0.35  # moving a cell into a buffer
TURN = 20_000.0  # one turn of a Python loop over tiles


@dataclass(frozen=True, slots=True)
class Plan:
    """`rows` × `cols` output cells a tile, by `method`."""

    method: Method
    rows: int
    cols: int


def make_plan(
    axes: tuple[Axis, Axis, Axis], channels: int, filters: int, *, exact: bool = False
) -> Plan:
    """The cheapest way for one group; `exact` rules out matrix products."""
    _, h, w = axes
    planes = channels * axes[0].kernel
    taps = planes * h.kernel * w.kernel
    cells = filters * axes[0].out * h.out * w.out
    if exact or (cells * taps <= SMALL and taps <= FEW_TAPS):
        return _sized("elementwise", filters, h.out, w.out)
    options = [
        (taps * filters * PRODUCT, _sized("elementwise", filters, h.out, w.out)),
        (_columns_cost(taps, filters), _columns(taps, h.out, w.out)),
        *(_banded(h, w, planes, filters, rows) for rows in (1, 2, 4, 6, 8, 12, 16)),
    ]
    return min(options, key=lambda option: option[0])[1]


def _sized(method: Method, height: int, rows: int, cols: int) -> Plan:
    """Whole rows where they fit in a tile of `height` buffer cells an output cell."""
    cols = max(1, min(cols, TILE // height))
    return Plan(method, max(1, min(rows, TILE // (height * cols))), cols)


def _columns_cost(taps: int, filters: int) -> float:
    # A product with few rows is bound by reading the columns, not by arithmetic.
    return taps * COPY + taps * max(filters, 8) * FLOP


def _columns(taps: int, rows: int, cols: int) -> Plan:
    return _sized("columns", min(taps, TILE), rows, cols)


def _banded(h: Axis, w: Axis, planes: int, filters: int, rows: int) -> tuple[float, Plan]:
    rows = min(rows, h.out)
    read = h.stride * (rows - 1) + h.extent
    height = max(filters * w.kernel * rows, planes * read)
    cols = max(1, min(w.out, TILE // (height * w.stride)))
    wide = (w.stride * (cols - 1) + w.extent) / cols
    cost = (
        filters * w.kernel * wide * (planes * read * FLOP + 0.1)
        + filters * w.kernel * ADD * min(w.stride, 2)
        + planes * read / rows * wide * COPY
        + TURN / (rows * cols)
    )
    return cost, Plan("banded", rows, cols)


def starts(total: int, step: int) -> Iterator[int]:
    """Where tiles of `step` begin; the last is moved back so that all are of one size.

    >>> list(starts(10, 4))
    [0, 4, 6]
    """
    yield from range(0, total - step, step)
    yield total - step
