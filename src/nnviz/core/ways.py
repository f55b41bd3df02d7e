"""Ways to make the sums of a tile of a convolution; `tiles` says which one suits which work."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from math import prod

import numpy as np
from numpy.lib.stride_tricks import as_strided

from nnviz.core.exact import Array
from nnviz.core.padded_source import Source
from nnviz.core.threads import multiply
from nnviz.core.tiles import ROOM, Method, TilePlan, reach
from nnviz.records import NamedTuple
from nnviz.shapes import Axis

Axes3 = tuple[Axis, Axis, Axis]


class Tile(NamedTuple):
    """Output cells [row, row + rows) × [col, col + cols) of one output depth."""

    depth: int
    row: int
    rows: int
    col: int
    cols: int


Way = Callable[[Array, Source, Tile], None]
"""Writes the sums of one tile into an array of shape (N, G, F, rows, cols)."""


class _Elementwise:
    """One multiplication and addition of arrays for each tap, in the kernel's order."""

    def __init__(self, w: Array, axes: Axes3, _: TilePlan) -> None:
        self.w, self.axes = w[..., None, None], axes

    def __call__(self, sums: Array, source: Source, tile: Tile) -> None:
        d, h, v = self.axes
        sums[...] = 0
        part = np.empty(sums.shape, sums.dtype)
        for c in range(self.w.shape[2]):
            one = source._replace(x=source.x[:, :, c : c + 1])
            for z, i, j in np.ndindex(self.w.shape[3:6]):
                cells = one.read(
                    d.positions(tile.depth)[z],
                    _under(h, tile.row, tile.rows, i),
                    _under(v, tile.col, tile.cols, j),
                )
                np.multiply(self.w[:, :, c, z, i, j], cells, out=part)
                np.add(sums, part, out=sums)


def _under(axis: Axis, first: int, count: int, tap: int) -> range:
    """Positions that kernel cell `tap` reads for `count` output cells from `first`."""
    start = axis.positions(first)[tap]
    return range(start, start + axis.stride * (count - 1) + 1, axis.stride)


class _Banded:
    """A band matrix times input rows, copied once for each kernel column and moved by it.

    The matrix holds the kernel for some output rows, moved down by the stride for each, so that
    one product makes these rows of every filter; the next one reads rows further down.
    """

    def __init__(self, w: Array, axes: Axes3, plan: TilePlan) -> None:
        groups, filters, channels, depths, high, wide = w.shape
        _, h, _ = self.axes = axes
        self.slow, self.high = _Elementwise(w, axes, plan), plan.band
        band = np.zeros(
            (groups, filters, plan.band, reach(h, plan.band), wide, depths, channels), w.dtype
        )
        for row, i in np.ndindex(plan.band, high):
            at = row * h.stride + i * h.dilation
            band[:, :, row, at] = w[:, :, :, :, i].transpose(0, 1, 4, 3, 2)
        self.band = band
        shape = (plan.items, groups, reach(h, plan.rows), wide, depths, channels, plan.cols)
        self.rows = np.empty(shape, w.dtype)

    def __call__(self, sums: Array, source: Source, tile: Tile) -> None:
        v = self.axes[2]
        for z, block in enumerate(_read(source, self.axes, tile)):
            slid = _slid(block, _EACH, v, self.rows.shape[2], tile.cols)
            self.rows[:, :, :, :, z] = slid[:, :, :, 0].transpose(0, 1, 4, 3, 2, 5)
        whole = tile.rows // self.high
        self._multiply(sums, 0, whole, self.high)
        if tile.rows % self.high:
            self._multiply(sums, whole * self.high, 1, tile.rows % self.high)
        # Zeros of the band times an infinity or NaN spoil its column in every row of every
        # filter, so that one row of each product tells whether there is one.
        if not np.isfinite(np.add.reduce(sums[:, :, 0, :: self.high], axis=None)):
            self.slow(sums, source, tile)

    def _multiply(self, sums: Array, first: int, count: int, high: int) -> None:
        """Write `count` bands of `high` output rows, from the row `first`."""
        _, h, _ = self.axes
        items, groups, filters, _, cols = sums.shape
        band = self.band[:, :, :high, : reach(h, high)].reshape(groups, 1, filters * high, -1)
        rows = self.rows[:, :, first * h.stride :]
        shape = (items, groups, count, band.shape[-1], cols)
        step = high * h.stride * rows.strides[2]
        read = as_strided(rows, shape, (*rows.strides[:2], step, *rows.strides[-2:]))
        into = sums[..., first : first + count * high, :]
        into = into.reshape(items, groups, filters, count, high, cols).swapaxes(2, 3)
        flat = (items, groups, count, filters * high, cols)
        if filters == 1 or high == 1:
            multiply(band, read, into.reshape(flat))
        else:
            made = np.empty(flat, sums.dtype)
            multiply(band, read, made)
            into[...] = made.reshape(into.shape)


class _Columns:
    """What each window reads as a column of a matrix (im2col), of some channels at a time."""

    def __init__(self, w: Array, axes: Axes3, plan: TilePlan) -> None:
        groups, filters, channels, *kernel = w.shape
        self.axes, self.w = axes, w.reshape(groups, filters, -1)
        cells = plan.items * groups * prod(kernel) * plan.rows * plan.cols
        some = min(channels, max(1, ROOM // cells))
        shape = (plan.items, groups, some, *kernel, plan.rows, plan.cols)
        self.columns = np.empty(shape, w.dtype)

    def __call__(self, sums: Array, source: Source, tile: Tile) -> None:
        _sum(self._products(source, tile), sums)

    def _products(self, source: Source, tile: Tile) -> Iterator[tuple[Array, Array]]:
        _, h, v = self.axes
        items, groups, step, *kernel = self.columns.shape[:-2]
        taps = prod(kernel)
        for first in range(0, source.x.shape[2], step):
            some = source._replace(x=source.x[:, :, first : first + step])
            columns = self.columns[:, :, : some.x.shape[2]]
            for z, block in enumerate(_read(some, self.axes, tile)):
                if taps == 1 and _follow(block) and block.shape[-2:] == columns.shape[-2:]:
                    columns = block  # the input itself, under kernels of one cell
                else:
                    columns[:, :, :, z] = _slid(block, h, v, tile.rows, tile.cols)
            columns = columns.reshape(items, groups, -1, tile.rows * tile.cols)
            at = first * taps
            yield self.w[..., at : at + columns.shape[2]], columns


def _follow(block: Array) -> bool:
    """Whether each cell of a row follows the last in memory, and each row the last one."""
    return block.strides[-2:] == (block.shape[-1] * block.itemsize, block.itemsize)


_EACH = Axis(1, 1)


def _read(source: Source, axes: Axes3, tile: Tile) -> Iterator[Array]:
    """What the windows of a tile see of each of their depths: (N, G, C, rows, columns)."""
    d, h, v = axes
    top, left = h.positions(tile.row)[0], v.positions(tile.col)[0]
    rows, cols = range(top, top + reach(h, tile.rows)), range(left, left + reach(v, tile.cols))
    if h.stride * v.stride > h.kernel * v.kernel:  # what lies between windows is not worth a cast
        source = source._replace(dtype=source.x.dtype)
    for depth in d.positions(tile.depth):
        yield source.read(depth, rows, cols)


def _slid(cells: Array, h: Axis, v: Axis, rows: int, cols: int) -> Array:
    """What each kernel cell reads: (N, G, C, kernel rows, kernel columns, rows, columns)."""
    *lead, row, col = cells.strides
    steps = (*lead, h.dilation * row, v.dilation * col, h.stride * row, v.stride * col)
    return as_strided(cells, (*cells.shape[:3], h.kernel, v.kernel, rows, cols), steps)


def _sum(products: Iterable[tuple[Array, Array]], sums: Array) -> None:
    """Write the sum of some matrix products, columns row after row, (N, G, F, rows, cols)."""
    total = sums.reshape(*sums.shape[:3], -1)  # a view, where the tile has whole rows
    for at, (w, columns) in enumerate(products):
        if at == 0:
            part = total
        elif at == 1:
            part = np.empty(total.shape, total.dtype)
        multiply(w, columns, part)
        if at:
            np.add(total, part, out=total)
    if not np.may_share_memory(total, sums):
        sums[...] = total.reshape(sums.shape)


WAYS: dict[Method, Callable[[Array, Axes3, TilePlan], Way]] = {
    "elementwise": _Elementwise,
    "banded": _Banded,
    "columns": _Columns,
}
