"""The receptive field: how many input cells an output cell sees, layer after layer."""

from __future__ import annotations

from math import prod

from nnviz.ops._layer import Layer
from nnviz.shapes import AnyAxis, TransposedAxis

_MOST = 1000
"""Output cells that are tried: transposed layers make the fields of neighbours unlike."""

_Window = AnyAxis | TransposedAxis


class Field:
    """The receptive field along each axis, through the layers so far.

    Windows alone: r grows by (extent − 1) · jump, the jump by the stride (Araujo, Norris and
    Sim, Computing Receptive Fields of Convolutional Neural Networks, 2019). The same comes of
    asking each layer, from the last to the first, which cells it reads; and that goes through
    transposed layers too, where it is the largest field of an output cell.
    """

    def __init__(self, rank: int) -> None:
        self._rank: int | None = rank if rank < 3 else rank - 1
        self._along: list[list[_Window]] = [[] for _ in range(self._rank)]

    def pass_through(self, layer: Layer) -> None:
        """Go on to what a layer makes."""
        if self._rank is None:
            return
        if layer.everywhere or len(layer.output) < self._rank or self._rank < len(layer.axes):
            self._rank = None  # it sees all, or over axes that nothing was said of
        elif layer.axes:
            self._rank = len(layer.axes)
            self._along = [
                [*before, axis]
                for before, axis in zip(self._along[-self._rank :], layer.axes, strict=True)
            ]

    @property
    def sizes(self) -> list[int] | None:
        """Input cells along each axis, edges left aside; None where it is all of them."""
        return None if self._rank is None else [_widest(windows) for windows in self._along]


def _widest(windows: list[_Window]) -> int:
    """The most cells that an output cell sees through windows on windows, from first to last."""
    # The fields repeat after so many output cells; without transposed layers all are alike.
    period = prod(axis.stride for axis in windows if isinstance(axis, TransposedAxis))
    widest = 0
    for o in range(min(period, _MOST)):
        low, high = o, o
        for axis in reversed(windows):
            low, high = _read(axis, low, high)
        widest = max(widest, high - low + 1)
    return widest


def _read(axis: _Window, low: int, high: int) -> tuple[int, int]:
    """The first and the last cell that make the cells from `low` to `high` of what a layer
    makes, as if there were no edges.
    """
    if not isinstance(axis, TransposedAxis):
        first, last = (o * axis.stride - axis.before for o in (low, high))
        return first, last + axis.extent - 1
    # The kernel cell from the end, or from the start, that is the first to meet an input cell.
    run, s, d = high - low + 1, axis.stride, axis.dilation
    start, end = low + axis.before - axis.extent + 1, high + axis.before
    late, early = _first(d, s, 1 - start - run, run), _first(d, s, end - run + 1, run)
    if late is None or early is None or max(late, early) >= axis.kernel:
        return low, low - 1
    return -(-(start + late * d) // s), (end - early * d) // s


def _first(step: int, period: int, start: int, run: int) -> int | None:
    """The least n from 0 with which n·step, modulo the period, is one of the `run` numbers from
    `start`, as Euclid's algorithm finds it; None where none is.
    """
    low, step = start % period, step % period
    high = low + run - 1
    if low == 0 or high >= period:
        return 0
    if step == 0:
        return None
    if 2 * step > period:  # backwards it is quicker there
        return _first(-step, period, -high, run)
    once = -(-low // step)
    if once * step <= high:
        return once
    # Not in the first round: how many rounds until one of them falls in?
    rounds = _first(-period, step, low, run)
    return None if rounds is None else -(-(low + rounds * period) // step)
