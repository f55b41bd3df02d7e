"""Pooling: the maximum, average or Lp norm of every window."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod
from typing import Literal

import numpy as np

from nnviz.core.exact import Array
from nnviz.core.threads import available, share
from nnviz.core.tiles import split
from nnviz.core.window_reduce import (
    AnySlide,
    Reduction,
    Slide,
    first_largest,
    lowest,
    reduce_along,
    slide_over,
)
from nnviz.shapes import AdaptiveAxis, AnyAxis, Axis, cells, unravel

Kind = Literal["max", "avg", "lp"]
Slides = tuple[AnySlide, AnySlide, AnySlide]
Axes3 = tuple[AnyAxis, AnyAxis, AnyAxis]

TILE = 2**18
"""Cells of a tile's rows as read: about what the second-level cache holds."""
FEW_TAPS = 64
"""Cells of a window up to which a sum runs in the kernel's own order."""
LARGE = 2**12
"""Windows of a tile from which averages of float32 are added up in float32, along one axis after
the other: within (cells of the window) · 2⁻²⁴ of the average of what is added, taken positive."""
SCALE = 2.0**-64
"""What numbers are made smaller by, exactly, where their sum is past float64."""
MANY = 2**22
"""Cells looked at from which a second thread pays."""


def pool(
    x: Array,
    axes: Sequence[AnyAxis],
    *,
    kind: Kind,
    p: float = 2.0,
    include_pad: bool = True,
    scale_cut: bool = False,
    divisor: int | None = None,
) -> Array:
    """One number for every window of x: its maximum, average, or Lp norm.

    `x` is (N, C, *spatial), one `Axis` or `AdaptiveAxis` for each of the 1 to 3 spatial
    axes; the result is (N, C, *out). Padding never wins a maximum and adds nothing to a
    sum; an average divides by `divisor`, or the cells of the window, those of the padding
    too where `include_pad`. Maxima keep the dtype of x (booleans become integers); averages
    and norms are added up in float64, and given back so, or in float32 for float32 (`LARGE`
    averages of that are added up in it too).

    PyTorch makes an Lp norm of an average: where `ceil` cuts a window off, the sum grows by
    kernel cells / cells left before the root is taken. `scale_cut` does the same.

    Source: ONNX operators MaxPool, AveragePool and LpPool; torch.nn.functional.

    >>> pool(np.arange(16).reshape(1, 1, 4, 4), [Axis(4, 2, 2), Axis(4, 2, 2)], kind="max")
    array([[[[ 5,  7],
             [13, 15]]]])
    """
    x, axes3 = _three_axes(x, axes)
    kept = kind == "max" or x.dtype == np.float32
    out = np.empty(_shape(x, axes3), x.dtype if kept else np.float64)

    def largest(planes: Array, slides: Slides, into: Array) -> None:
        _reduced(planes, slides, Reduction(np.maximum, lowest(x.dtype), x.dtype), into)

    def average(planes: Array, slides: Slides, into: Array) -> None:
        _average(planes, slides, divisor or _counted(slides, include_pad), into)

    def norm(planes: Array, slides: Slides, into: Array) -> None:
        into[...] = _norm(planes, slides, p, scale_cut)

    _in_tiles(x, out, axes3, {"max": largest, "avg": average, "lp": norm}[kind])
    return out.reshape(*out.shape[:2], *(axis.out for axis in axes))


def max_indices(x: Array, axes: Sequence[AnyAxis]) -> Array:
    """Where each window's maximum stands, flat in its own channel; the first of equal ones.

    `x` is (N, C, *spatial); the result is (N, C, *out) of int64, as PyTorch's
    `return_indices`. A NaN counts as the largest; a window of padding alone gives −1.

    >>> max_indices(np.arange(16).reshape(1, 1, 4, 4), [Axis(4, 2, 2), Axis(4, 2, 2)]).tolist()
    [[[[5, 7], [13, 15]]]]
    """
    x, axes3 = _three_axes(x, axes)
    out = np.empty(_shape(x, axes3), np.int64)
    _, height, width = x.shape[2:]

    def where(planes: Array, slides: Slides, into: Array) -> None:
        # Columns first: the first of equal cells is then the first row by row.
        best, places = first_largest(_block(planes, slides), None, -1, slides[2], 1)
        best, places = first_largest(best, places, -2, slides[1], width)
        places = first_largest(best, places, -3, slides[0], height * width)[1]
        np.maximum(places, -1, out=into)

    _in_tiles(x, out, axes3, where)
    return out.reshape(*out.shape[:2], *(axis.out for axis in axes))


# --- one tile: of some channels (C, D, H, W) into (C, 1, rows, columns) ----------


def _total(planes: Array, slides: Slides, prepare: Callable[[Array], Array] | None) -> Array:
    """The sum of each window; in float64, so that it neither wraps nor drifts."""
    how = Reduction(np.add, 0, np.dtype(np.float64), prepare)
    even = [slide for slide in slides if isinstance(slide, Slide)]
    if len(even) < 3 or prod(slide.axis.kernel for slide in even) > FEW_TAPS:
        return _reduced(planes, slides, how)
    block = _block(planes, slides)
    total = np.zeros([len(block), *(len(slide.outs) for slide in slides)])
    d, h, w = (list(slide.taps()) for slide in even)
    for (z, from_z), (i, from_i), (j, from_j) in ((a, b, c) for a in d for b in h for c in w):
        values = block[:, from_z, from_i, from_j]
        total[:, z, i, j] += values if prepare is None else prepare(values)
    return total


def _counted(slides: Slides, include_pad: bool) -> Array:
    """What the average of each window divides by."""
    d, h, w = (slide.counted(include_pad) for slide in slides)
    # A window of padding alone has no cells: 0, not 0/0.
    return np.asarray(np.maximum(d[:, None, None] * h[:, None] * w, 1))


def _average(planes: Array, slides: Slides, counted: int | Array, into: Array) -> None:
    if planes.dtype == np.float32 and into.size >= LARGE:
        _reduced(planes, slides, Reduction(np.add, 0, planes.dtype), into)
        if np.isfinite(into).all():
            np.divide(into, np.asarray(counted, np.float32), out=into)
            return
    total = _total(planes, slides, None)
    into[...] = total / counted
    if not np.isfinite(total).all():  # a sum may be past float64, its share not
        small = _total(planes, slides, lambda v: v * SCALE)
        into[...] = np.where(np.isfinite(total), total / counted, small / counted / SCALE)


def _norm(planes: Array, slides: Slides, p: float, scale_cut: bool) -> Array:
    total = _total(planes, slides, lambda v: np.abs(v.astype(np.float64)) ** p)
    cut = np.broadcast_to(_cut_off(slides) if scale_cut else 1.0, total.shape[1:])
    made = np.asarray(np.sqrt(total * cut) if p == 2 else (total * cut) ** (1 / p))
    lost = (total == np.inf) | (total < np.finfo(np.float64).tiny)
    if not lost.any():
        return made
    # Powers past float64, or lost below it, though the norm is not: of shares of the largest.
    sizes = np.abs(planes.astype(np.float64))
    top = _reduced(sizes, slides, Reduction(np.maximum, 0, sizes.dtype))
    block, windows = _block(sizes, slides), [list(slide.windows()) for slide in slides]
    for c, *at in np.argwhere(lost & (top > 0) & (top < np.inf)).tolist():
        reads = [along[i] for along, i in zip(windows, at, strict=True)]
        cells = block[c][tuple(slice(r.start, r.stop, r.step) for r in reads)]
        here = (c, *at)
        made[here] = (((cells / top[here]) ** p).sum() * cut[tuple(at)]) ** (1 / p) * top[here]
    return made


def _cut_off(slides: Slides) -> Array:
    """How many times the cells of each window its whole kernel has, padding counted."""
    d, h, w = (
        slide.axis.kernel / slide.counted(True) if isinstance(slide, Slide) else np.ones(1)
        for slide in slides
    )
    return np.asarray(d[:, None, None] * h[:, None] * w)


def _reduced(planes: Array, slides: Slides, how: Reduction, into: Array | None = None) -> Array:
    """Each window along one axis after the other: rows, columns, depths; the last `into` that."""
    block = _block(planes, slides)
    # Rows first: they are combined whole, and fewer are left for the columns.
    left = [along for along in (-2, -1, -3) if not slides[along].plain]
    for along in left:
        block = reduce_along(block, along, slides[along], how, into if along == left[-1] else None)
        # What the next axis combines has been prepared by this one.
        how = Reduction(how.combine, how.start, how.dtype)
    if not left and into is not None:
        into[...] = block
    return block if how.prepare is None else how.prepare(block)


def _block(planes: Array, slides: Slides) -> Array:
    d, h, w = (slice(slide.reads.start, slide.reads.stop) for slide in slides)
    return planes[:, d, h, w]


# --- tiles ---------------------------------------------------------------------


def _three_axes(x: Array, axes: Sequence[AnyAxis]) -> tuple[Array, Axes3]:
    assert 1 <= len(axes) <= 3
    assert x.ndim == len(axes) + 2
    x = x.astype(np.int64) if x.dtype == bool else x
    lead = 3 - len(axes)
    given = [(a.even or a) if isinstance(a, AdaptiveAxis) else a for a in axes]
    d, h, w = [Axis(1, 1)] * lead + given
    return x.reshape(*x.shape[:2], *(1,) * lead, *x.shape[2:]), (d, h, w)


def _shape(x: Array, axes: Axes3) -> tuple[int, ...]:
    return (*x.shape[:2], *(axis.out for axis in axes))


def _in_tiles(
    x: Array, out: Array, axes: Axes3, compute: Callable[[Array, Slides, Array], None]
) -> None:
    """Fill `out`: some rows and columns of one depth of a channel at a time, or some channels."""
    d, h, w = axes
    cols = split(w.out, max(1, (TILE - min(w.extent, w.size)) // w.stride + 1))
    read = min(d.kernel, d.size) * min(w.size, TILE) * min(h.stride, h.size)
    rows = split(h.out, max(1, TILE // read))
    channels = split(x.shape[1], max(1, TILE // max(1, d.kernel * h.size * w.size)))
    count = (len(x), len(channels), d.out, len(rows), len(cols))

    def work(some: range) -> None:
        for at in some:
            n, c, depth, row, col = unravel(at, count)
            some_channels, some_rows, some_cols = map(_range, (channels[c], rows[row], cols[col]))
            slides = (
                slide_over(d, range(depth, depth + 1)),
                slide_over(h, some_rows),
                slide_over(w, some_cols),
            )
            own = slice(some_channels.start, some_channels.stop)
            into = out[n, own, depth : depth + 1, some_rows.start : some_rows.stop]
            with np.errstate(all="ignore"):  # set here: each thread has its own
                compute(x[n, own], slides, into[..., some_cols.start : some_cols.stop])

    looked_at = max(x.size, out.size * max(h.kernel, w.kernel))
    share(work, cells(count), available() if looked_at >= MANY else 1)


def _range(part: tuple[int, int]) -> range:
    return range(part[0], part[0] + part[1])
