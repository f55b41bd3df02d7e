"""Windows sliding along one axis of a block of the input: what pooling is made of."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from nnviz.core.exact import Array
from nnviz.records import NamedTuple
from nnviz.shapes import AdaptiveAxis, AnyAxis, Axis

PIECE = 2**17
"""Cells reduced at once where a window is longer than there are windows."""

Cells = slice | Array
"""Which windows or cells of an axis: each so many after the last, or one by one."""


class Reduction(NamedTuple):
    """How the cells of a window become one, whatever their order."""

    combine: np.ufunc
    start: float | int
    """What a window of nothing but padding gives."""
    dtype: np.dtype[Any]
    prepare: Callable[[Array], Array] | None = None
    """Applied to every cell of the input before the first combination."""


class Slide(NamedTuple):
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
        # Past these taps no window has the input under it.
        first_tap = a.within(self.outs[-1], 0, a.size).start
        for tap in range(first_tap, a.within(self.outs[0], 0, a.size).stop):
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
            taps, start = a.within(o, 0, a.size), o * a.stride - a.before - low
            yield range(start + taps.start * a.dilation, start + taps.stop * a.dilation, a.dilation)

    def counted(self, include_pad: bool) -> Array:
        """What the average of each window divides by: `Axis.counted`, of all of them at once;
        one number where no window is cut off.
        """
        a, ends = self.axis, (self.outs[0], self.outs[-1])
        if all(a.counted(o, include_pad) == a.kernel for o in ends):
            return np.array([a.kernel], np.float64)
        low, high = (-a.before, a.size + a.after) if include_pad else (0, a.size)
        starts = np.arange(self.outs.start, self.outs.stop) * a.stride - a.before
        first = np.maximum(0, -((starts - low) // a.dilation))
        past = np.minimum(a.kernel, -((starts - high) // a.dilation))
        return np.asarray(np.maximum(past - first, 0), np.float64)


class UnevenSlide(NamedTuple):
    """What `Slide` is, for the windows of adaptive pooling: no padding, uneven widths."""

    axis: AdaptiveAxis
    outs: range

    @property
    def reads(self) -> range:
        first, last = self.axis.positions(self.outs[0]), self.axis.positions(self.outs[-1])
        return range(first.start, last.stop)

    @property
    def plain(self) -> bool:
        return self.axis.size == self.axis.out

    def taps(self) -> Iterator[tuple[Cells, Cells]]:
        starts = np.array([window.start for window in self.windows()])
        widths = self.counted()
        for tap in range(int(widths.max())):
            wide = np.flatnonzero(widths > tap)
            yield wide if len(wide) < len(starts) else slice(0, len(starts)), starts[wide] + tap

    def windows(self) -> Iterator[range]:
        low = self.reads.start
        for o in self.outs:
            window = self.axis.positions(o)
            yield range(window.start - low, window.stop - low)

    def counted(self, include_pad: bool = False) -> Array:
        return np.array([self.axis.counted(o, include_pad) for o in self.outs], np.float64)


AnySlide = Slide | UnevenSlide


def slide_over(axis: AnyAxis, outs: range) -> AnySlide:
    """The windows `outs` of an axis of either kind."""
    return UnevenSlide(axis, outs) if isinstance(axis, AdaptiveAxis) else Slide(axis, outs)


def reduce_along(
    block: Array, along: int, slide: AnySlide, how: Reduction, out: Array | None = None
) -> Array:
    """Every window of `slide` along one axis of the block, reduced to one cell."""
    if out is None:
        shape = list(block.shape)
        shape[along] = len(slide.outs)
        out = np.empty(shape, how.dtype)
    into, cells = out.swapaxes(along, 0), block.swapaxes(along, 0)
    prepare = how.prepare or np.asarray
    if slide.axis.kernel <= len(slide.outs):
        # What every window has first: two of these at once begin, without a pass for a start.
        taps = sorted(slide.taps(), key=lambda tap: not _is_every(tap[0], slide))
        two = [cells[reads] for to, reads in taps[:2] if _is_every(to, slide)]
        if len(two) == 2:
            how.combine(*map(prepare, two), out=into, dtype=how.dtype)
            del taps[:2]
        else:
            into[...] = how.start
        for to, reads in taps:
            values = prepare(cells[reads])
            if isinstance(to, slice):
                how.combine(into[to], values, out=into[to])
            else:
                into[to] = how.combine(into[to], values)
        return out
    into[...] = how.start
    step = max(1, PIECE // max(1, cells[:1].size))
    for at, window in enumerate(slide.windows()):
        for first in range(0, len(window), step):
            some = window[first : first + step]
            values = prepare(cells[some.start : some[-1] + 1 : some.step])
            part = how.combine.reduce(values, axis=0, dtype=how.dtype)
            how.combine(into[at], part, out=into[at, ...])
    return out


def _is_every(to: Cells, slide: AnySlide) -> bool:
    return isinstance(to, slice) and to == slice(0, len(slide.outs))


def first_largest(
    block: Array, places: Array | None, along: int, slide: AnySlide, weight: int
) -> tuple[Array, Array]:
    """The largest cell of every window, and where it stands: its position × `weight` + place.

    A NaN counts as larger than any number. Of equal cells the first is taken.
    """
    shape = list(block.shape)
    shape[along] = len(slide.outs)
    best, found = np.empty(shape, block.dtype), np.full(shape, -1, np.int64)
    top, at = best.swapaxes(along, 0), found.swapaxes(along, 0)
    cells = block.swapaxes(along, 0)
    held = None if places is None else places.swapaxes(along, 0)
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
    top: Array, at: Array, cells: Array, held: Array | None, slide: AnySlide, weight: int
) -> None:
    column = (-1, *(1,) * (cells.ndim - 1))
    numbers = np.arange(slide.reads.start, slide.reads.start + len(cells)) * weight
    # From the last tap to the first, so that of equal cells the first has the last word.
    for to, reads in reversed(list(slide.taps())):
        values, best, found = cells[reads], top[to], at[to]
        wins = values >= best
        if values.dtype.kind == "f":
            wins |= values != values  # noqa: PLR0124 - true of NaN alone
        place = numbers[reads].reshape(column)
        np.copyto(best, values, where=wins)
        np.copyto(found, place if held is None else place + held[reads], where=wins)
        if not isinstance(to, slice):  # then `best` and `found` are copies
            top[to], at[to] = best, found


def lowest(dtype: np.dtype[Any]) -> float | int:
    """What never wins a maximum."""
    return -np.inf if dtype.kind == "f" else int(np.iinfo(dtype).min)
