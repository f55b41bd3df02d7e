"""Windows sliding along one axis of a block of the input: what pooling is made of."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from nnviz.core.exact import Array
from nnviz.shapes import Axis

PIECE = 2**17
"""Cells reduced at once where a window is longer than there are windows."""


@dataclass(frozen=True, slots=True)
class Reduction:
    """How the cells of a window become one, whatever their order."""

    combine: np.ufunc
    start: float | int
    """What a window of nothing but padding gives."""
    dtype: np.dtype[Any]
    prepare: Callable[[Array], Array] | None = None
    """Applied to every cell of the input before the first combination."""


@dataclass(frozen=True, slots=True)
class Slide:
    """The windows `outs` of an axis, over a block that holds the real cells they read."""

    axis: Axis
    outs: range

    @property
    def reads(self) -> range:
        """The input cells from the first window's first to the last one's last."""
        first = self.axis.positions(self.outs[0])[0]
        last = self.axis.positions(self.outs[-1])[-1]
        return range(max(first, 0), max(min(last + 1, self.axis.size), first, 0))

    @property
    def plain(self) -> bool:
        """Whether every window is one cell, one after the other."""
        return self.axis.kernel == self.axis.stride == 1 and len(self.reads) == len(self.outs)

    def taps(self) -> Iterator[tuple[slice, slice]]:
        """For each kernel cell the windows where it is real, and the block's cells it reads."""
        a, low = self.axis, self.reads.start
        for tap in range(a.kernel):
            shift = tap * a.dilation - a.before
            first = max(self.outs.start, -(shift // a.stride))
            last = min(self.outs.stop - 1, (a.size - 1 - shift) // a.stride)
            if last >= first:
                start, stop = first * a.stride + shift - low, last * a.stride + shift - low + 1
                cells = slice(first - self.outs.start, last + 1 - self.outs.start)
                yield cells, slice(start, stop, a.stride)

    def windows(self) -> Iterator[range]:
        """For each window the block's cells it reads, without those of the padding."""
        a, low = self.axis, self.reads.start
        for o in self.outs:
            at = a.positions(o)
            first = max(0, -(at.start // a.dilation))
            last = min(a.kernel, -((at.start - a.size) // a.dilation))
            yield range(
                at.start + first * a.dilation - low,
                at.start + max(first, last) * a.dilation - low,
                a.dilation,
            )

    def counted(self, include_pad: bool) -> Array:
        """What the average of each window divides by: `Axis.counted`, asked at the edges only."""
        a, outs = self.axis, self.outs
        first = -(-a.before // a.stride)  # the first window without padding before it
        past = max((a.size + a.before - a.extent) // a.stride + 1, first)
        counts = np.full(len(outs), a.kernel, np.float64)
        for edge in (
            range(outs.start, min(first, outs.stop)),
            range(max(past, outs.start), outs.stop),
        ):
            for o in edge:
                counts[o - outs.start] = a.counted(o, include_pad)
        return counts


def reduce_along(block: Array, along: int, slide: Slide, how: Reduction) -> Array:
    """Every window of `slide` along one axis of the block, reduced to one cell."""
    shape = list(block.shape)
    shape[along] = len(slide.outs)
    out = np.full(shape, how.start, how.dtype)
    into, cells = np.moveaxis(out, along, 0), np.moveaxis(block, along, 0)
    if slide.axis.kernel <= len(slide.outs):
        for to, reads in slide.taps():
            values = cells[reads] if how.prepare is None else how.prepare(cells[reads])
            how.combine(into[to], values, out=into[to])
        return out
    step = max(1, PIECE // max(1, cells[:1].size))
    for at, window in enumerate(slide.windows()):
        for first in range(0, len(window), step):
            some = window[first : first + step]
            values = cells[some.start : some[-1] + 1 : some.step]
            values = values if how.prepare is None else how.prepare(values)
            part = how.combine.reduce(values, axis=0, dtype=how.dtype)
            how.combine(into[at], part, out=into[at, ...])
    return out


def first_largest(
    block: Array, places: Array | None, along: int, slide: Slide, weight: int
) -> tuple[Array, Array]:
    """The largest cell of every window, and where it stands: its position × `weight` + place.

    A NaN counts as larger than any number. Of equal cells the first is taken.
    """
    shape = list(block.shape)
    shape[along] = len(slide.outs)
    best, found = np.empty(shape, block.dtype), np.full(shape, -1, np.int64)
    top, at = np.moveaxis(best, along, 0), np.moveaxis(found, along, 0)
    cells = np.moveaxis(block, along, 0)
    held = None if places is None else np.moveaxis(places, along, 0)
    if slide.axis.kernel <= len(slide.outs):
        top[...] = lowest(block.dtype)
        _by_taps(top, at, cells, held, slide, weight)
    else:
        for o, window in enumerate(slide.windows()):
            if not len(window):
                top[o] = lowest(block.dtype)
                continue
            some = slice(window.start, window[-1] + 1, window.step)
            which = cells[some].argmax(axis=0)[None]
            top[o] = np.take_along_axis(cells[some], which, 0)[0]
            at[o] = (which[0] * window.step + window.start + slide.reads.start) * weight
            if held is not None:
                at[o] += np.take_along_axis(held[some], which, 0)[0]
    return best, found


def _by_taps(
    top: Array, at: Array, cells: Array, held: Array | None, slide: Slide, weight: int
) -> None:
    column = (-1, *(1,) * (cells.ndim - 1))
    # From the last tap to the first, so that of equal cells the first has the last word.
    for to, reads in reversed(list(slide.taps())):
        values = cells[reads]
        wins = values >= top[to]
        if values.dtype.kind == "f":
            wins |= values != values  # noqa: PLR0124 - true of NaN alone
        np.copyto(top[to], values, where=wins)
        first = reads.start + slide.reads.start
        place = np.arange(first, first + len(values) * reads.step, reads.step) * weight
        place = place.reshape(column)
        np.copyto(at[to], place if held is None else place + held[reads], where=wins)


def lowest(dtype: np.dtype[Any]) -> float | int:
    """What never wins a maximum."""
    return -np.inf if dtype.kind == "f" else int(np.iinfo(dtype).min)
