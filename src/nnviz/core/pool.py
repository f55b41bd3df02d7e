"""Pooling: the maximum, average or Lp norm of every window."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any, Literal, TypeAlias

import numpy as np

from nnviz.core.exact import Array
from nnviz.shapes import Axis

Kind = Literal["max", "avg", "lp"]

TILE = 2**17
"""Output cells worked on together: about what the second-level cache holds."""

Tap: TypeAlias = tuple[tuple[slice, ...], tuple[slice, ...]]
"""Output cells of a tile, and the input cells that one kernel cell reads for them; windows
whose cell stands in the padding are left out."""


def pool(
    x: Array, axes: Sequence[Axis], *, kind: Kind, p: float = 2.0, include_pad: bool = True
) -> Array:
    """One number for every window of x: its maximum, average, or Lp norm.

    `x` is (N, C, *spatial), one `Axis` for each of the 1 to 3 spatial axes; the result is
    (N, C, *out). Padding never wins a maximum and adds nothing to a sum; an average divides
    by the cells of the window, those of the padding too where `include_pad`. Maxima keep
    the dtype of x; averages and norms are float64, or float32 for float32.

    Source: ONNX operators MaxPool, AveragePool and LpPool; torch.nn.functional.

    >>> pool(np.arange(16).reshape(1, 1, 4, 4), [Axis(4, 2, 2), Axis(4, 2, 2)], kind="max")
    array([[[[ 5,  7],
             [13, 15]]]])
    """
    x, axes3 = _three_axes(x, axes)
    dtype = x.dtype if kind == "max" or x.dtype == np.float32 else np.dtype(np.float64)
    out = np.empty((*x.shape[:2], *(axis.out for axis in axes3)), dtype)
    with np.errstate(all="ignore"):
        for plane, into, taps in _tiles(x, out, axes3):
            seen = ((cells, plane[reads]) for cells, reads in taps)
            if kind == "max":
                _maximum(into, seen)
            else:
                into[...] = _total(into.shape, seen, p if kind == "lp" else None)
        if kind == "avg":
            out /= _divisors(axes3, include_pad).astype(dtype)
        elif kind == "lp":
            np.power(out, 1 / p, out=out)
    return out.reshape(*out.shape[:2], *(axis.out for axis in axes))


def max_indices(x: Array, axes: Sequence[Axis]) -> Array:
    """Where each window's maximum stands, flat in its own channel; the first of equal ones.

    `x` is (N, C, *spatial); the result is (N, C, *out) of int64, as PyTorch's
    `return_indices`.

    >>> max_indices(np.arange(16).reshape(1, 1, 4, 4), [Axis(4, 2, 2), Axis(4, 2, 2)]).tolist()
    [[[[5, 7], [13, 15]]]]
    """
    x, axes3 = _three_axes(x, axes)
    out = np.zeros((*x.shape[:2], *(axis.out for axis in axes3)), np.int64)
    places = np.arange(x[0, 0].size).reshape(x.shape[2:])
    for plane, into, taps in _tiles(x, out, axes3):
        best = np.full(into.shape, _lowest(x.dtype), x.dtype)
        unseen = np.ones(into.shape, bool)
        for cells, reads in taps:
            value, at = plane[reads], places[reads]
            held = best[cells]
            is_first_nan = np.isnan(value) & ~np.isnan(held)
            wins = (value > held) | unseen[cells] | is_first_nan
            best[cells] = np.where(wins, value, held)
            into[cells] = np.where(wins, at, into[cells])
            unseen[cells] = False
    return out.reshape(*out.shape[:2], *(axis.out for axis in axes))


# --- what a tile is made of ----------------------------------------------------

Seen: TypeAlias = Iterator[tuple[tuple[slice, ...], Array]]


def _maximum(into: Array, seen: Seen) -> None:
    into[...] = _lowest(into.dtype)
    for cells, values in seen:
        np.maximum(into[cells], values, out=into[cells])


def _total(shape: tuple[int, ...], seen: Seen, p: float | None) -> Array:
    """The sum of each window, or of |x|^p; in float64, so that it neither wraps nor drifts."""
    total = np.zeros(shape)
    for cells, values in seen:
        total[cells] += values if p is None else np.abs(values.astype(np.float64)) ** p
    return total


def _lowest(dtype: np.dtype[Any]) -> float | int:
    return -np.inf if dtype.kind == "f" else int(np.iinfo(dtype).min)


def _divisors(axes: tuple[Axis, Axis, Axis], include_pad: bool) -> Array:
    """How many cells each window's average divides by: (D', H', W')."""
    d, h, w = (np.array([axis.counted(o, include_pad) for o in range(axis.out)]) for axis in axes)
    return np.asarray(d[:, None, None] * h[:, None] * w)


# --- tiles ---------------------------------------------------------------------


def _three_axes(x: Array, axes: Sequence[Axis]) -> tuple[Array, tuple[Axis, Axis, Axis]]:
    assert 1 <= len(axes) <= 3
    assert x.ndim == len(axes) + 2
    lead = 3 - len(axes)
    d, h, w = (*(Axis(1, 1),) * lead, *axes)
    return x.reshape(*x.shape[:2], *(1,) * lead, *x.shape[2:]), (d, h, w)


def _tiles(
    x: Array, out: Array, axes: tuple[Axis, Axis, Axis]
) -> Iterator[tuple[Array, Array, list[Tap]]]:
    """Some output rows of one depth of one channel, with every tap that reaches them."""
    rows = max(1, TILE // out.shape[-1])
    for depth, top in product(range(out.shape[2]), range(0, out.shape[3], rows)):
        end = min(top + rows, out.shape[3])
        taps = list(_taps(axes, (range(depth, depth + 1), range(top, end), range(out.shape[4]))))
        for n, c in np.ndindex(*x.shape[:2]):
            yield x[n, c], out[n, c, depth : depth + 1, top:end], taps


def _taps(axes: tuple[Axis, Axis, Axis], tile: tuple[range, range, range]) -> Iterator[Tap]:
    """Every kernel cell in order, with what it reads for the output cells of `tile`."""
    for tap in np.ndindex(*(axis.kernel for axis in axes)):
        reached = [_reach(*at) for at in zip(axes, tile, tap, strict=True)]
        if all(cells.stop > cells.start for cells, _ in reached):
            yield tuple(cells for cells, _ in reached), tuple(reads for _, reads in reached)


def _reach(axis: Axis, outs: range, tap: int) -> tuple[slice, slice]:
    """The output cells, counted from the tile's first, for which `tap` reads real cells."""
    shift = tap * axis.dilation - axis.before
    first = max(outs.start, -(shift // axis.stride))
    last = min(outs.stop - 1, (axis.size - 1 - shift) // axis.stride)
    begin = first * axis.stride + shift
    end = max(begin, last * axis.stride + shift + 1)
    return slice(first - outs.start, last + 1 - outs.start), slice(begin, end, axis.stride)
