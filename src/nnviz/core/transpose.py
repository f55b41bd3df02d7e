"""Transposed convolution of 1 to 3 axes: every input cell spreads the kernel over the output.

Output cells whose places differ by a multiple of the stride are reached by the same kernel
cells: they are one phase, and each phase is an ordinary convolution with some of the kernel.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from math import gcd, prod
from typing import Any

import numpy as np

from nnviz.core.conv import Part, convolve
from nnviz.core.exact import Array, FloatName, is_whole, to_int64, working_dtype
from nnviz.records import NamedTuple
from nnviz.shapes import Axis, TransposedAxis


def conv_transpose(
    x: Array,
    w: Array,
    b: Array | None,
    axes: Sequence[TransposedAxis],
    *,
    groups: int = 1,
    dtype: FloatName | None = None,
) -> Array:
    """Add each cell of x, times the kernel, to the output cells under the kernel.

    `x` is (N, C, *spatial), `w` (C, F/groups, *kernel), `b` (F,) or None; one
    `TransposedAxis` for each of the 1 to 3 spatial axes. The result is (N, F, *out), where
    for each axis out = (size − 1)·s + d(k − 1) + 1 − before − after + output_padding.

    Whole numbers (all operands) give int64, exactly, whatever `dtype` says. Otherwise it is
    computed in `dtype`, or the widest float among the operands. Small results are summed by
    channels, then in the kernel's order, the bias last, as a plain loop would.

    Raises NnvizError where a whole-number result does not fit in 64 bits.
    Source: Dumoulin and Visin, A guide to convolution arithmetic (2016), section 4.

    >>> x, w = np.arange(9).reshape(1, 1, 3, 3), np.ones((1, 1, 3, 3), int)
    >>> conv_transpose(x, w, None, [TransposedAxis(3, 3, 2)] * 2).shape
    (1, 1, 7, 7)
    """
    assert 1 <= len(axes) <= 3
    assert x.ndim == w.ndim == len(axes) + 2
    assert x.shape[1] == w.shape[0]
    assert x.shape[1] % groups == 0
    w = _filters_first(w, groups)
    working = working_dtype(x, w, b, dtype)
    whole = is_whole(x, w, b)
    shape = (len(x), len(w), *(axis.out for axis in axes))
    out = np.empty(shape, np.int64 if whole else working)
    with np.errstate(all="ignore"):
        w = w.astype(working)
        if not whole and not np.isfinite(w).all():
            _scatter(out, x, w, None if b is None else b.astype(working), axes, groups)
        elif x.size < prod(min(axis.stride, axis.kernel) for axis in axes):
            _by_cells(out, x, w, b, axes, groups)
        else:
            _by_phases(out, x, w, b, axes, groups)
    return out


def _filters_first(w: Array, groups: int) -> Array:
    """(C, F/groups, *kernel) as the (F, C/groups, *kernel) of a convolution."""
    channels, filters = len(w) // groups, w.shape[1]
    parts = w.reshape(groups, channels, *w.shape[1:]).swapaxes(1, 2)
    return parts.reshape(groups * filters, channels, *w.shape[2:])


class Phase(NamedTuple):
    """Output cells reached by the same kernel cells, and the window that makes them.

    Both the input and these output cells are taken from the last to the first: the window
    then meets the kernel cells in the kernel's own order.
    """

    outs: slice
    taps: slice
    window: Axis


def phases(axis: TransposedAxis) -> list[Phase]:
    """The phases of an axis, one for each place in the stride that a kernel cell reaches.

    >>> [phase.taps for phase in phases(TransposedAxis(size=4, kernel=3, stride=2))]
    [slice(0, 3, 2), slice(1, 3, 2)]
    """
    shared = gcd(axis.stride, axis.dilation)
    dilation = axis.dilation // shared
    found = []
    for o in range(min(axis.stride, axis.out)):
        count = len(range(o, axis.out, axis.stride))
        last = o + (count - 1) * axis.stride
        outs = slice(last, None, -axis.stride)
        taps = axis.reaching(o)
        if not taps:
            continue
        cell = (o + axis.before - taps[0] * axis.dilation) // axis.stride
        before, after = cell + count - axis.size, dilation * (len(taps) - 1) - cell
        window = Axis(axis.size, len(taps), 1, dilation, before, after)
        found.append(Phase(outs, slice(taps.start, axis.kernel, taps.step), window))
    return found


def _by_phases(
    out: Array, x: Array, w: Array, b: Array | None, axes: Sequence[TransposedAxis], groups: int
) -> None:
    backwards = np.flip(x, tuple(range(2, x.ndim)))
    if any(axis.kernel < axis.stride or axis.dilation > 1 for axis in axes):
        out[...] = 0 if b is None else _column(b, out.dtype, len(axes))  # where nothing reaches
    for alike in product(*(_alike(axis) for axis in axes)):
        windows = [_around(some) for some in alike]
        together = list(product(*alike))
        lead = (0,) * (3 - len(axes))
        parts, filters = [], []
        for some in together:
            pairs = zip(windows, some, strict=True)
            first = (*lead, *(window.before - phase.window.before for window, phase in pairs))
            parts.append(Part(_at(out, [phase.outs for phase in some]), first))
            filters.append(_at(w, [phase.taps for phase in some]))
        convolve(
            parts,
            backwards,
            _joined(filters, groups),
            None if b is None else _joined([b] * len(parts), groups),
            windows,
            groups=groups,
            mode="zeros",
            working=w.dtype,
        )


def _alike(axis: TransposedAxis) -> list[list[Phase]]:
    """The phases of an axis, those of as many kernel cells together: they read the same input.

    Alone where the kernel is larger than the input, which then slides over it.
    """
    by_taps: dict[int, list[Phase]] = {}
    for at, phase in enumerate(phases(axis)):
        taps = phase.window.kernel
        by_taps.setdefault(taps if taps <= axis.size else -at, []).append(phase)
    return list(by_taps.values())


def _around(some: list[Phase]) -> Axis:
    """A window that makes the output cells of all of these phases."""
    window = some[0].window
    before = max(phase.window.before for phase in some)
    out = max(before - phase.window.before + phase.window.out for phase in some)
    reached = window.dilation * (window.kernel - 1)
    return window._replace(before=before, after=out + reached - window.size - before)


def _joined(parts: list[Array], groups: int) -> Array:
    """The filters of each group: those of the first part, then those of the next."""
    apart = [part.reshape(groups, -1, *part.shape[1:]) for part in parts]
    return np.concatenate(apart, axis=1).reshape(-1, *parts[0].shape[1:])


def _at(a: Array, spatial: Sequence[slice]) -> Array:
    return a[(slice(None), slice(None), *spatial)]


def _column(b: Array, dtype: np.dtype[Any], axes: int) -> Array:
    column = b.reshape(-1, *(1,) * axes)
    return column.astype(dtype) if dtype.kind == "f" else to_int64(column.astype(object))


def _scatter(
    out: Array, x: Array, w: Array, b: Array | None, axes: Sequence[TransposedAxis], groups: int
) -> None:
    """Kernel cell by kernel cell, so that an infinite one meets no zeros between the cells."""
    out[...] = 0
    per = len(w) // groups
    for f, c, *taps in np.ndindex(*w.shape):
        reach = [_reach(axis, tap) for axis, tap in zip(axes, taps, strict=True)]
        into = out[(slice(None), f, *(to for to, _ in reach))]
        cells = x[(slice(None), f // per * w.shape[1] + c, *(cells for _, cells in reach))]
        into += cells.astype(w.dtype) * w[(f, c, *taps)]
    if b is not None:
        out += _column(b, out.dtype, len(axes))


def _by_cells(
    out: Array, x: Array, w: Array, b: Array | None, axes: Sequence[TransposedAxis], groups: int
) -> None:
    """Input cell by input cell, where they are fewer than the phases: the input is then spread
    over a kernel that has its cells as far apart as the stride.
    """
    sums = out if out.dtype == w.dtype else np.empty(out.shape, w.dtype)
    turned = [
        a._replace(size=a.kernel, kernel=a.size, stride=a.dilation, dilation=a.stride) for a in axes
    ]
    for g in range(groups):
        own, read = (slice(g * n, (g + 1) * n) for n in (len(w) // groups, w.shape[1]))
        _scatter(sums[:, own].swapaxes(0, 1), w[own], x[:, read].astype(w.dtype), None, turned, 1)
    if b is not None:
        sums += b.astype(w.dtype).reshape(-1, *(1,) * len(axes))
    if sums is not out:
        out[...] = to_int64(sums)


def _reach(axis: TransposedAxis, tap: int) -> tuple[slice, slice]:
    """The output cells that one kernel cell reaches, and the input cells it takes there."""
    shift = tap * axis.dilation - axis.before
    first = max(0, -(shift // axis.stride))
    stop = max(first, min(axis.size, -((shift - axis.out) // axis.stride)))
    start = first * axis.stride + shift
    return slice(start, start + (stop - first) * axis.stride, axis.stride), slice(first, stop)
