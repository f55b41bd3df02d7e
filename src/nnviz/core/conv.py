"""Convolution (cross-correlation, as every framework defines it) of 1 to 3 axes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np

from nnviz.core.exact import Array, FloatName, is_whole, to_int64, working_dtype
from nnviz.core.plan import TILE, Plan, make_plan, starts
from nnviz.core.source import Source
from nnviz.shapes import Axis, PadMode

Axes3 = tuple[Axis, Axis, Axis]


def conv(
    x: Array,
    w: Array,
    b: Array | None,
    axes: Sequence[Axis],
    *,
    groups: int = 1,
    mode: PadMode = "zeros",
    dtype: FloatName | None = None,
) -> Array:
    """Slide each filter over x and add up the products under it.

    `x` is (N, C, *spatial), `w` (F, C/groups, *kernel), `b` (F,) or None; one `Axis` for
    each of the 1 to 3 spatial axes. The result is (N, F, *out), where for each axis
    out = ⌊(size + before + after − d(k − 1) − 1)/s⌋ + 1.

    Whole numbers (all operands) give int64, exactly, whatever `dtype` says. Otherwise it
    is computed in `dtype`, or the widest float among the operands. Small results
    are summed in the kernel's order, the bias last, as a plain loop would.

    Raises NnvizError where a whole-number result does not fit in 64 bits.
    Source: Dumoulin and Visin, A guide to convolution arithmetic (2016), section 2.

    >>> x, w = np.arange(25).reshape(1, 1, 5, 5), np.ones((1, 1, 3, 3), int)
    >>> conv(x, w, None, [Axis(5, 3), Axis(5, 3)]).shape
    (1, 1, 3, 3)
    """
    assert 1 <= len(axes) <= 3
    assert x.ndim == w.ndim == len(axes) + 2
    assert x.shape[1] == w.shape[1] * groups
    assert w.shape[0] % groups == 0
    lead = (Axis(1, 1),) * (3 - len(axes))
    d, h, v = (*lead, *axes)
    ones = (1,) * len(lead)
    whole = is_whole(x, w, b)
    working = working_dtype(x, w, b, dtype)
    x = x.reshape(*x.shape[:2], *ones, *x.shape[2:])
    w = w.reshape(*w.shape[:2], *ones, *w.shape[2:]).astype(working)
    b = None if b is None else b.astype(working)
    out = np.empty((len(x), len(w), d.out, h.out, v.out), np.int64 if whole else working)
    with np.errstate(all="ignore"):
        _convolve(out, x, w, b, _Job((d, h, v), groups, mode, working))
    return out.reshape(*out.shape[:2], *out.shape[2 + len(lead) :])


@dataclass(frozen=True, slots=True)
class _Job:
    axes: Axes3
    groups: int
    mode: PadMode
    dtype: np.dtype[Any]


@dataclass(frozen=True, slots=True)
class _Tile:
    """Output cells [row, row + rows) × [col, col + cols) of one output depth."""

    depth: int
    row: int
    col: int
    rows: int
    cols: int


Method = Callable[[Array, Source, _Tile], None]
"""Writes the sums of one tile into an array of shape (F, rows, cols)."""


def _convolve(out: Array, x: Array, w: Array, b: Array | None, job: _Job) -> None:
    """Every tile of every group, batch item and depth."""
    channels, filters = w.shape[1], len(w) // job.groups
    exact = job.dtype.kind != "f"
    plan = make_plan(job.axes, channels, filters, exact=exact)
    room = np.empty((filters, plan.rows, plan.cols), job.dtype)
    for g in range(job.groups):
        own = slice(g * filters, (g + 1) * filters)
        method = _method(plan, w[own], job.axes)
        bias = None if b is None else b[own, None, None]
        for n in range(len(x)):
            source = Source(x[n, g * channels : (g + 1) * channels], job.axes, job.mode, job.dtype)
            for depth, row, col in product(
                range(out.shape[2]),
                starts(out.shape[3], plan.rows),
                starts(out.shape[4], plan.cols),
            ):
                tile = _Tile(depth, row, col, plan.rows, plan.cols)
                into = out[n, own, depth, row : row + plan.rows, col : col + plan.cols]
                sums = into if into.dtype == job.dtype else room
                method(sums, source, tile)
                if bias is not None:
                    np.add(sums, bias, out=sums)
                if sums is not into:
                    into[...] = to_int64(sums) if job.dtype.kind == "O" else sums


def _method(plan: Plan, w: Array, axes: Axes3) -> Method:
    if plan.method == "banded":
        return _Banded(w, axes, plan)
    if plan.method == "columns":
        return _Columns(w, axes, plan)
    return _Elementwise(w, axes)


class _Elementwise:
    """One multiplication and addition of arrays for each tap, in the kernel's order."""

    def __init__(self, w: Array, axes: Axes3) -> None:
        self.w, self.axes = w, axes

    def __call__(self, sums: Array, source: Source, tile: _Tile) -> None:
        d, h, v = self.axes
        sums[...] = 0
        part = np.empty(sums.shape, sums.dtype)
        for c in range(self.w.shape[1]):
            one = Source(source.x[c : c + 1], source.axes, source.mode, source.dtype)
            for z, i, j in np.ndindex(self.w.shape[2:]):
                cells = one.read(
                    d.positions(tile.depth)[z],
                    _under(h, tile.row, tile.rows, i),
                    _under(v, tile.col, tile.cols, j),
                )
                np.multiply(self.w[:, c, z, i, j, None, None], cells, out=part)
                np.add(sums, part, out=sums)


def _under(axis: Axis, first: int, count: int, tap: int) -> range:
    """Positions that kernel cell `tap` reads for `count` output cells from `first`."""
    start = axis.positions(first)[tap]
    return range(start, start + axis.stride * (count - 1) + 1, axis.stride)


def _span(axis: Axis, first: int, count: int) -> range:
    """Every position from the first to the last under `count` output cells."""
    start = axis.positions(first)[0]
    return range(start, start + axis.stride * (count - 1) + axis.extent)


class _Banded:
    """A banded (Toeplitz) matrix times whole input rows, then shifted slices added up.

    The matrix holds the kernel's columns, moved down by the stride for each output row, so
    one product gives what every kernel column adds to every output row of the tile.
    """

    def __init__(self, w: Array, axes: Axes3, plan: Plan) -> None:
        _, h, v = axes
        filters, channels, depths, high, wide = w.shape
        self.axes = axes
        self.read = len(_span(h, 0, plan.rows))
        width = len(_span(v, 0, plan.cols))
        band = np.zeros((filters, wide, plan.rows, channels, depths, self.read), w.dtype)
        for row, i in product(range(plan.rows), range(high)):
            band[:, :, row, :, :, row * h.stride + i * h.dilation] = np.moveaxis(
                w[:, :, :, i], -1, 1
            )
        self.band = band.reshape(filters * wide * plan.rows, -1)
        self.rows = np.empty((channels, depths, self.read, width), w.dtype)
        self.product = np.empty((len(self.band), width), w.dtype)
        self.parts = self.product.reshape(filters, wide, plan.rows, width)
        self.slow = _Elementwise(w, axes)

    def __call__(self, sums: Array, source: Source, tile: _Tile) -> None:
        v = self.axes[2]
        np.matmul(self.band, self._rows(source, tile), out=self.product)
        last = v.stride * (tile.cols - 1) + 1
        slices = [
            self.parts[:, j, :, j * v.dilation : j * v.dilation + last : v.stride]
            for j in range(v.kernel)
        ]
        if len(slices) == 1:
            sums[...] = slices[0]
        else:
            np.add(slices[0], slices[1], out=sums)
        for part in slices[2:]:
            np.add(sums, part, out=sums)
        if not np.isfinite(np.add.reduce(sums, axis=None)):
            # Zeros of the band times an infinity spoil the cells around it.
            self.slow(sums, source, tile)

    def _rows(self, source: Source, tile: _Tile) -> Array:
        d, h, v = self.axes
        rows, cols = _span(h, tile.row, tile.rows), _span(v, tile.col, tile.cols)
        depths = d.positions(tile.depth)
        if len(source.x) == 1 and len(depths) == 1 and source.x.dtype == source.dtype:
            seen = source.view(depths[0], rows, cols)
            if seen is not None and seen.strides[-1] == seen.itemsize:
                rows_in_place: Array = seen[0]
                return rows_in_place
        for z, depth in enumerate(depths):
            source.fill(self.rows[:, z], depth, rows, cols)
        return self.rows.reshape(-1, self.rows.shape[-1])


class _Columns:
    """What each tap reads as one row of a matrix (im2col), some kernel rows at a time."""

    def __init__(self, w: Array, axes: Axes3, plan: Plan) -> None:
        filters, channels, depths, high, wide = w.shape
        self.axes = axes
        per_row = channels * wide * plan.rows * plan.cols
        self.step = min(max(1, TILE // per_row), depths * high)
        # Kernel rows first, so that some of them are a slice of columns.
        self.w = w.transpose(0, 2, 3, 4, 1).reshape(filters, depths * high, wide * channels)
        self.w = np.ascontiguousarray(self.w)
        self.columns = np.empty((self.step, wide, channels, plan.rows, plan.cols), w.dtype)

    def __call__(self, sums: Array, source: Source, tile: _Tile) -> None:
        kernel_rows = self.w.shape[1]
        for first in range(0, kernel_rows, self.step):
            some = slice(first, min(first + self.step, kernel_rows))
            count = some.stop - first
            for at in range(count):
                self._gather(self.columns[at], source, tile, first + at)
            w = self.w[:, some].reshape(len(self.w), -1)
            part = w @ self.columns[:count].reshape(w.shape[1], -1)
            if first:
                np.add(sums, part.reshape(sums.shape), out=sums)
            else:
                sums[...] = part.reshape(sums.shape)

    def _gather(self, out: Array, source: Source, tile: _Tile, kernel_row: int) -> None:
        """Fill (kernel columns, C, rows, cols), by kernel or output columns: the fewer."""
        d, h, v = self.axes
        z, i = divmod(kernel_row, h.kernel)
        depth = d.positions(tile.depth)[z]
        rows = _under(h, tile.row, tile.rows, i)
        if v.kernel <= tile.cols:
            for j in range(v.kernel):
                source.fill(out[j], depth, rows, _under(v, tile.col, tile.cols, j))
        else:
            for c in range(tile.cols):
                cells = out[..., c].transpose(1, 2, 0)
                source.fill(cells, depth, rows, v.positions(tile.col + c))
