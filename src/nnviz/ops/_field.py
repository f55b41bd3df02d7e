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
    # The first and the last of a run of outputs are among the strides at its ends.
    ends = {*range(low, min(high, low + axis.stride) + 1)}
    ends |= {*range(max(low, high - axis.stride), high + 1)}
    reads = [cell for o in ends for cell in _spread(axis, o)]
    return (min(reads), max(reads)) if reads else (low, low - 1)


def _spread(axis: TransposedAxis, o: int) -> list[int]:
    """The cells that a kernel spreads over output cell `o`, as if there were no edges."""
    several = (divmod(o + axis.before - t * axis.dilation, axis.stride) for t in range(axis.kernel))
    return [cell for cell, rest in several if rest == 0]
