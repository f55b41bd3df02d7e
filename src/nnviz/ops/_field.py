"""The receptive field: which input cells an output cell sees, layer after layer."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import prod

from nnviz.errors import UsageError
from nnviz.fields import Fields, Map, Table
from nnviz.ops._layer import Layer
from nnviz.plans import WindowAxis
from nnviz.shapes import AdaptiveAxis, PadMode, TransposedAxis, times
from nnviz.words import Words

_MOST = 1000
"""Output cells that are tried: transposed layers make the fields of neighbours unlike."""
_LONGEST = 1024
"""Cells a side of the largest map of which every cell's reads are written down."""


class Field:
    """The receptive field along each axis, through the layers so far.

    Windows alone: r grows by (extent − 1) · jump, the jump by the stride (Araujo, Norris and
    Sim, Computing Receptive Fields of Convolutional Neural Networks, 2019). The same comes of
    asking each layer, from the last to the first, which cells it reads; and that goes through
    transposed layers too, where it is the largest field of an output cell.
    """

    def __init__(self, shape: tuple[int, ...]) -> None:
        self._shapes = [shape]
        self._layers: list[Layer] = []
        self._rank: int | None = len(shape) if len(shape) < 3 else len(shape) - 1

    def pass_through(self, layer: Layer) -> None:
        """Go on to what a layer makes."""
        before = self._shapes[-1]
        self._shapes.append(layer.output)
        self._layers.append(layer)
        if self._rank is None:
            return
        rank = self._rank if layer.plan is None else layer.plan.dims
        told = layer.everywhere is not None and rank <= min(self._rank, len(layer.output))
        if told and layer.plan is None:  # what moves cells elsewhere has no rows and columns
            axes = {*range(-rank, 0)}.difference(layer.everywhere or ())
            told = all(before[axis] == layer.output[axis] for axis in axes)
        self._rank = rank if told else None

    @property
    def sizes(self) -> list[int] | None:
        """Input cells along each axis, edges left aside; None where it is all of them."""
        if self._rank is None:
            return None
        axes = range(-self._rank, 0)
        if any(axis in (layer.everywhere or ()) for layer in self._layers for axis in axes):
            return None
        return [_widest(self._windows(axis)) for axis in axes]

    def _windows(self, axis: int) -> list[WindowAxis]:
        return [layer.plan.axes[axis] for layer in self._layers if layer.plan is not None]

    def fields(self, asked: tuple[int, ...]) -> Fields:
        """What every cell reads, layer by layer; `asked` is a cell of the last one's map.

        Raises UsageError where that is no cell of it, or there are no rows and columns.
        """
        output, rank = self._shapes[-1], self._rank
        if rank not in (1, 2):
            raise UsageError(
                "{flag}: an output of {shape} has no rows and columns that go back to the input's",
                flag="--field",
                shape=times(output),
            )
        shape = output[-rank:]
        if len(asked) != rank or any(at >= n for at, n in zip(asked, shape, strict=True)):
            raise UsageError(
                "{flag} {cell} is no cell of the output, which is {shape}",
                flag="--field",
                cell=",".join(map(str, asked)),
                shape=times(shape),
                hint=Words("the first is {cell}", cell=",".join("0" * rank)),
            )
        if (most := max(n for each in self._shapes for n in each[-rank:])) > _LONGEST:
            raise UsageError(
                "{flag} draws maps of up to {most} cells a side, and this chain has one of {n}",
                flag="--field",
                most=_LONGEST,
                n=most,
            )
        sizes = self.sizes
        return Fields(self._maps(rank), asked, None if sizes is None else tuple(sizes), self._jump)

    def _maps(self, rank: int) -> tuple[Map, ...]:
        axes = range(-rank, 0)
        nothing: tuple[Table, ...] = tuple(((),) * self._shapes[0][axis] for axis in axes)
        made = [Map((Words("input"),), nothing)]
        for before, layer in zip(self._shapes, self._layers, strict=False):
            reads = tuple(_reads(layer, axis, before[axis]) for axis in axes)
            same = all(
                table == _same(before[axis]) for table, axis in zip(reads, axes, strict=True)
            )
            if same and len(made) > 1:
                made[-1] = made[-1]._replace(names=(*made[-1].names, layer.name))
            else:
                made.append(Map((layer.name,), reads))
        return tuple(made)

    @property
    def _jump(self) -> tuple[Fraction, ...] | None:
        assert self._rank is not None
        along = [self._windows(axis) for axis in range(-self._rank, 0)]
        if any(isinstance(w, AdaptiveAxis) and w.even is None for each in along for w in each):
            return None
        return tuple(prod((_step(w) for w in each), start=Fraction(1)) for each in along)


def _step(window: WindowAxis) -> Fraction:
    """How far the windows of two neighbours are apart."""
    transposed = isinstance(window, TransposedAxis)
    return Fraction(1, window.stride) if transposed else Fraction(window.stride)


def _same(size: int) -> Table:
    return tuple((i,) for i in range(size))


def _reads(layer: Layer, axis: int, size: int) -> Table:
    """What each cell along an axis reads there; the padding is no cell."""
    table = _same(size)
    if layer.plan is not None:
        window, mode = layer.plan.axes[axis], layer.plan.mode
        table = tuple(_sources(window, o, mode) for o in range(window.out))
    if axis in (layer.everywhere or ()):
        return (tuple(sorted({i for some in table for i in some})),) * layer.output[axis]
    return table


def _sources(window: WindowAxis, o: int, mode: PadMode) -> tuple[int, ...]:
    taps = window.taps(o, real=mode == "zeros")
    return tuple(sorted({s for _, p in taps if (s := window.source(p, mode)) is not None}))


def _widest(windows: Sequence[WindowAxis]) -> int:
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


def _read(axis: WindowAxis, low: int, high: int) -> tuple[int, int]:
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
