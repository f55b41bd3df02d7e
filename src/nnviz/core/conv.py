"""Convolution (cross-correlation, as every framework defines it) of 1 to 3 axes."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

import numpy as np

from nnviz.core.exact import Array, FloatName, cast, is_whole, to_int64, working_dtype
from nnviz.core.padded_source import Source
from nnviz.core.threads import share
from nnviz.core.tiles import split, tile_plan
from nnviz.core.ways import WAYS, Axes3, Tile, Way
from nnviz.records import NamedTuple
from nnviz.shapes import Axis, PadMode, cells, unravel


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
    convolve([Part(out)], x, w, b, axes, groups=groups, mode=mode, working=working)
    return out


class Part(NamedTuple):
    """Where some filters' sums go: `out` (N, F, *spatial), which may be a view, is the part of
    their map that begins at the cell `first` (depth, row, column).
    """

    out: Array
    first: tuple[int, ...] = (0, 0, 0)


def convolve(
    parts: Sequence[Part],
    x: Array,
    w: Array,
    b: Array | None,
    axes: Sequence[Axis],
    *,
    groups: int,
    mode: PadMode,
    working: np.dtype[Any],
) -> None:
    """Write what `conv` gives into parts, computing in `working`.

    The filters of each group are those of the first part, then those of the next; `b` is (F,)
    of all.
    """
    lead = (Axis(1, 1),) * (3 - len(axes))
    d, h, v = lead + tuple(axes)
    spatial = tuple(range(2, 2 + len(lead)))
    x, w = (np.expand_dims(a, spatial) for a in (x, w))
    parts = [part._replace(out=np.expand_dims(part.out, spatial)) for part in parts]
    w = cast(w, working)
    # One bias a filter, for every item of the batch: (N, F).
    b = None if b is None else np.broadcast_to(cast(b, working), (len(x), len(w)))
    job = _Job((d, h, v), groups, mode, working)
    if len(parts) > 1 or not x.size or not _is_larger(w, job):
        _convolve(parts, x, w, b, job)
        return
    # The input slides over the kernel: the same sums, without those of the padding.
    turned = job._replace(axes=(_turned(d), _turned(h), _turned(v)), groups=1)
    outs = parts[0].out[..., ::-1, ::-1, ::-1]
    filters, channels = len(w) // groups, w.shape[1]
    for g in range(groups):
        own, read = (slice(g * n, (g + 1) * n) for n in (filters, channels))
        bias = None if b is None else b.T[own]
        part = parts[0]._replace(out=outs[:, own].swapaxes(0, 1))
        _convolve([part], w[own], cast(x[:, read], working), bias, turned)


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


def _convolve(parts: Sequence[Part], x: Array, w: Array, b: Array | None, job: _Job) -> None:
    """Every tile of every depth, of some groups and batch items at a time, some in each thread.

    Groups are an axis of their own here: x (N, G, C, …), w (G, F, C, …), parts (N, G, F, …).
    """
    batch, groups, channels, filters = len(x), job.groups, w.shape[1], len(w) // job.groups
    w = w.reshape(groups, filters, *w.shape[1:])
    x = x.reshape(batch, groups, channels, *x.shape[2:])
    parts = [
        part._replace(
            out=part.out.reshape(batch, groups, filters // len(parts), *part.out.shape[2:])
        )
        for part in parts
    ]
    biases = None if b is None else b.reshape(batch, groups, filters, 1, 1)
    exact = job.dtype.kind != "f"
    plan = tile_plan(job.axes, channels, filters, exact=exact, runs=batch * groups)
    depths, height, width = (axis.out for axis in job.axes)
    rows, cols = split(height, plan.rows), split(width, plan.cols)
    some_groups = split(groups, min(plan.items, groups))
    items = split(batch, max(1, plan.items // groups))
    count = (len(some_groups), len(items), depths, len(rows), len(cols))

    def work(some: range) -> None:
        # A method holds the weights of its groups, laid out for tiles of one size.
        methods: dict[tuple[int, ...], Way] = {}
        held = -1
        for at in some:
            g, n, depth, row, col = unravel(at, count)
            tile = Tile(depth, *rows[row], *cols[col])
            own = _slice(items[n]), _slice(some_groups[g])
            if g != held:
                held = g
                methods.clear()
            size = items[n][1], tile.rows, tile.cols
            if size not in methods:
                sized = plan._replace(items=size[0], rows=tile.rows, cols=tile.cols)
                methods[size] = WAYS[plan.method](w[own[1]], job.axes, sized)
            source = Source(x[own], job.axes, job.mode, job.dtype)
            bias = None if biases is None else biases[own]
            with np.errstate(all="ignore"):  # set here: each thread has its own
                into = [_meet(part._replace(out=part.out[own]), tile) for part in parts]
                _write(into, methods[size], source, tile, bias, filters)

    share(work, cells(count), plan.threads)


def _slice(part: tuple[int, int]) -> slice:
    return slice(part[0], sum(part))


Cut = tuple[slice, slice, slice]


def _meet(part: Part, tile: Tile) -> tuple[Array, Cut]:
    """The cells of a part (N, G, F, 1, rows, columns) that a tile makes, and where it has them."""
    sizes, counts = part.out.shape[3:], (1, tile.rows, tile.cols)
    starts = (tile.depth, tile.row, tile.col)
    (d, z), (h, i), (w, j) = map(_overlap, part.first, sizes, starts, counts)
    return part.out[..., d, h, w], (z, i, j)


def _overlap(first: int, size: int, start: int, count: int) -> tuple[slice, slice]:
    """What two ranges have in common, as cells of each of them."""
    low = max(first, start)
    high = max(low, min(first + size, start + count))
    return slice(low - first, high - first), slice(low - start, high - start)


def _write(
    into: list[tuple[Array, Cut]],
    way: Way,
    source: Source,
    tile: Tile,
    b: Array | None,
    filters: int,
) -> None:
    first = into[0][0]
    if len(into) == 1 and first.dtype == source.dtype and first.strides[-1] == first.itemsize:
        sums = first[:, :, :, 0]
    else:  # no matrix product writes every second cell
        sums = np.empty((*first.shape[:2], filters, tile.rows, tile.cols), source.dtype)
    way(sums, source, tile)
    if b is not None:
        np.add(sums, b, out=sums)
    if np.may_share_memory(sums, first):
        return
    made = sums[:, :, :, None]
    for at, (to, (d, h, w)) in enumerate(into):
        own = slice(at * to.shape[2], (at + 1) * to.shape[2])
        some = made[:, :, own, d, h, w]
        to[...] = to_int64(some) if some.dtype.kind == "O" else some
