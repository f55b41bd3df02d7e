"""Convolution (cross-correlation, as every framework defines it) of 1 to 3 axes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from math import prod
from typing import Any, NamedTuple

import numpy as np
from numpy.lib.stride_tricks import as_strided

from nnviz.core.exact import Array, FloatName, cast, is_whole, to_int64, working_dtype
from nnviz.core.padded_source import Source
from nnviz.core.threads import multiply, share
from nnviz.core.tiles import ROOM, TilePlan, reach, split, tile_plan
from nnviz.core.tiles import Method as MethodName
from nnviz.shapes import Axis, PadMode, cells, unravel

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
    working = working_dtype(x, w, b, dtype)
    shape = (len(x), len(w), *(axis.out for axis in axes))
    out = np.empty(shape, np.int64 if is_whole(x, w, b) else working)
    convolve(out, x, w, b, axes, groups=groups, mode=mode, working=working)
    return out


def convolve(
    out: Array,
    x: Array,
    w: Array,
    b: Array | None,
    axes: Sequence[Axis],
    *,
    groups: int,
    mode: PadMode,
    working: np.dtype[Any],
) -> None:
    """Write what `conv` gives into `out`, which may be a view, computing in `working`."""
    lead = (Axis(1, 1),) * (3 - len(axes))
    d, h, v = lead + tuple(axes)
    spatial = tuple(range(2, 2 + len(lead)))
    x, w, out = (np.expand_dims(a, spatial) for a in (x, w, out))
    w = cast(w, working)
    # One bias a filter, for every item of the batch: (N, F).
    b = None if b is None else np.broadcast_to(cast(b, working), out.shape[:2])
    job = _Job((d, h, v), groups, mode, working)
    if not x.size or not _is_larger(w, job):
        _convolve(out, x, w, b, job)
        return
    # The input slides over the kernel: the same sums, without those of the padding.
    turned = job._replace(axes=(_turned(d), _turned(h), _turned(v)), groups=1)
    outs, filters, channels = out[..., ::-1, ::-1, ::-1], len(w) // groups, w.shape[1]
    for g in range(groups):
        own, read = (slice(g * n, (g + 1) * n) for n in (filters, channels))
        bias = None if b is None else b.T[own]
        _convolve(outs[:, own].swapaxes(0, 1), w[own], cast(x[:, read], working), bias, turned)


def _is_larger(w: Array, job: _Job) -> bool:
    """Whether a kernel has more cells than the input that it slides over, in zeros that count
    for nothing (as times infinity they would).
    """
    together = all(axis.dilation == 1 or axis.kernel == 1 for axis in job.axes)
    larger = prod(a.kernel for a in job.axes) > prod(a.size for a in job.axes)
    return (
        larger
        and together
        and job.mode == "zeros"
        and (w.dtype == object or bool(np.isfinite(w).all()))
    )


def _turned(axis: Axis) -> Axis:
    """The input as a window over the kernel, for output cells from the last to the first."""
    before = (axis.out - 1) * axis.stride - axis.before
    after = axis.size - axis.kernel + axis.before
    return Axis(axis.kernel, axis.size, axis.stride, 1, before, after)


class _Job(NamedTuple):
    axes: Axes3
    groups: int
    mode: PadMode
    dtype: np.dtype[Any]


class _Tile(NamedTuple):
    """Output cells [row, row + rows) × [col, col + cols) of one output depth."""

    depth: int
    row: int
    rows: int
    col: int
    cols: int


Method = Callable[[Array, Source, _Tile], None]
"""Writes the sums of one tile into an array of shape (N, G, F, rows, cols)."""


def _convolve(out: Array, x: Array, w: Array, b: Array | None, job: _Job) -> None:
    """Every tile of every depth, of some groups and batch items at a time, some in each thread.

    Groups are an axis of their own here: x (N, G, C, …), w (G, F, C, …), out (N, G, F, …).
    """
    batch, groups, channels, filters = len(x), job.groups, w.shape[1], len(w) // job.groups
    w = w.reshape(groups, filters, *w.shape[1:])
    x = x.reshape(batch, groups, channels, *x.shape[2:])
    out = out.reshape(batch, groups, filters, *out.shape[2:])
    biases = None if b is None else b.reshape(batch, groups, filters, 1, 1)
    exact = job.dtype.kind != "f"
    plan = tile_plan(job.axes, channels, filters, exact=exact, runs=batch * groups)
    rows, cols = split(out.shape[4], plan.rows), split(out.shape[5], plan.cols)
    some_groups = split(groups, min(plan.items, groups))
    items = split(batch, max(1, plan.items // groups))
    count = (len(some_groups), len(items), out.shape[3], len(rows), len(cols))

    def work(some: range) -> None:
        # A method holds the weights of its groups, laid out for tiles of one size.
        methods: dict[tuple[int, ...], Method] = {}
        held = -1
        for at in some:
            g, n, depth, row, col = unravel(at, count)
            tile = _Tile(depth, *rows[row], *cols[col])
            own = _slice(items[n]), _slice(some_groups[g])
            if g != held:
                held = g
                methods.clear()
            size = items[n][1], tile.rows, tile.cols
            if size not in methods:
                sized = plan._replace(items=size[0], rows=tile.rows, cols=tile.cols)
                methods[size] = _METHODS[plan.method](w[own[1]], job.axes, sized)
            source = Source(x[own], job.axes, job.mode, job.dtype)
            into = out[own][:, :, :, depth, tile.row : tile.row + tile.rows]
            into = into[..., tile.col : tile.col + tile.cols]
            with np.errstate(all="ignore"):  # set here: each thread has its own
                _write(into, methods[size], source, tile, None if biases is None else biases[own])

    share(work, cells(count), plan.threads)


def _slice(part: tuple[int, int]) -> slice:
    return slice(part[0], sum(part))


def _write(into: Array, method: Method, source: Source, tile: _Tile, b: Array | None) -> None:
    sums = into if into.dtype == source.dtype else np.empty(into.shape, source.dtype)
    method(sums, source, tile)
    if b is not None:
        np.add(sums, b, out=sums)
    if sums is not into:
        into[...] = to_int64(sums) if sums.dtype.kind == "O" else sums


class _Elementwise:
    """One multiplication and addition of arrays for each tap, in the kernel's order."""

    def __init__(self, w: Array, axes: Axes3, _: TilePlan) -> None:
        self.w, self.axes = w[..., None, None], axes

    def __call__(self, sums: Array, source: Source, tile: _Tile) -> None:
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

    def __call__(self, sums: Array, source: Source, tile: _Tile) -> None:
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

    def __call__(self, sums: Array, source: Source, tile: _Tile) -> None:
        _sum(self._products(source, tile), sums)

    def _products(self, source: Source, tile: _Tile) -> Iterator[tuple[Array, Array]]:
        _, h, v = self.axes
        items, groups, step, *kernel = self.columns.shape[:-2]
        for first in range(0, source.x.shape[2], step):
            some = source._replace(x=source.x[:, :, first : first + step])
            columns = self.columns[:, :, : some.x.shape[2]]
            for z, block in enumerate(_read(some, self.axes, tile)):
                columns[:, :, :, z] = _slid(block, h, v, tile.rows, tile.cols)
            columns = columns.reshape(items, groups, -1, tile.rows * tile.cols)
            taps = first * prod(kernel)
            yield self.w[..., taps : taps + columns.shape[2]], columns


_EACH = Axis(1, 1)


def _read(source: Source, axes: Axes3, tile: _Tile) -> Iterator[Array]:
    """What the windows of a tile see of each of their depths: (N, G, C, rows, columns)."""
    d, h, v = axes
    top, left = h.positions(tile.row)[0], v.positions(tile.col)[0]
    rows, cols = range(top, top + reach(h, tile.rows)), range(left, left + reach(v, tile.cols))
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


_METHODS: dict[MethodName, Callable[[Array, Axes3, TilePlan], Method]] = {
    "elementwise": _Elementwise,
    "banded": _Banded,
    "columns": _Columns,
}
