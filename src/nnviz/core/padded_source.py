"""A padded input read piece by piece, so that the whole of it is never made."""

from __future__ import annotations

from typing import Any

import numpy as np

from nnviz.core.exact import Array
from nnviz.records import NamedTuple
from nnviz.shapes import Axis, PadMode

Cells = slice | Array | None
"""Where positions along an axis are read: in place, cell by cell, or as zeros."""


def pieces(axis: Axis, mode: PadMode, positions: range) -> list[tuple[slice, Cells]]:
    """Positions before, inside and after the input, each with the cells it reads.

    >>> pieces(Axis(size=5, kernel=3, before=1), "zeros", range(-1, 4))
    [(slice(0, 1, None), None), (slice(1, 5, None), slice(0, 4, 1))]
    """
    n, step = len(positions), positions.step
    first = min(max(-(positions.start // step), 0), n)
    last = min(max(-((positions.start - axis.size) // step), 0), n)
    found: list[tuple[slice, Cells]] = []
    if first:
        found.append((slice(0, first), _outside(axis, mode, positions[:first])))
    if last > first:
        inside = positions[first:last]
        found.append((slice(first, last), slice(inside[0], inside[-1] + 1, step)))
    if n > last:
        found.append((slice(last, n), _outside(axis, mode, positions[last:])))
    return found


def _outside(axis: Axis, mode: PadMode, positions: range) -> Cells:
    if mode == "zeros":
        return None
    return np.array([axis.source(p, mode) for p in positions], dtype=np.intp)


class Source(NamedTuple):
    """The input of some channels: x of shape (…, C, D, H, W)."""

    x: Array
    axes: tuple[Axis, Axis, Axis]
    mode: PadMode
    dtype: np.dtype[Any]

    def view(self, depth: int, rows: range, cols: range) -> Array | None:
        """Shape (…, C, rows, columns), without a copy, where no padding is touched."""
        d, h, w = self.axes
        inside = 0 <= depth < d.size and _within(rows, h.size) and _within(cols, w.size)
        return self.x[..., depth, _slice(rows), _slice(cols)] if inside else None

    def fill(self, out: Array, depth: int, rows: range, cols: range) -> None:
        """Write what stands at these positions into `out`, shape (…, C, rows, columns)."""
        at = self.axes[0].source(depth, self.mode)
        if at is None:
            out[...] = 0
            return
        x = self.x[..., at, :, :]
        across = pieces(self.axes[2], self.mode, cols)
        for to_rows, from_rows in pieces(self.axes[1], self.mode, rows):
            for to_cols, from_cols in across:
                out[..., to_rows, to_cols] = _pick(x, from_rows, from_cols)

    def read(self, depth: int, rows: range, cols: range) -> Array:
        """Shape (…, C, rows, columns) in the working dtype; a view where that is possible."""
        seen = self.view(depth, rows, cols)
        if seen is not None:
            return seen.astype(self.dtype, copy=False)
        out = np.empty((*self.x.shape[:-3], len(rows), len(cols)), self.dtype)
        self.fill(out, depth, rows, cols)
        return out


def _within(positions: range, size: int) -> bool:
    return positions[0] >= 0 and positions[-1] < size


def _slice(positions: range) -> slice:
    return slice(positions[0], positions[-1] + 1, positions.step)


def _pick(x: Array, rows: Cells, cols: Cells) -> Array | int:
    if rows is None or cols is None:
        return 0
    # Slices first: an index array copies what it is applied to.
    if isinstance(rows, slice):
        return x[..., rows, :][..., cols]
    if isinstance(cols, slice):
        return x[..., cols][..., rows, :]
    return x[..., rows[:, None], cols]
