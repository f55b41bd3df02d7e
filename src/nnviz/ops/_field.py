"""The receptive field: which input cells an output cell sees, layer after layer."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import lcm, prod

from nnviz.errors import UsageError
from nnviz.fields import Fields, Map, Table
from nnviz.ops._layer import Layer
from nnviz.plans import WindowAxis
from nnviz.records import NamedTuple
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
    transposed layers too, where it is the largest field of an output cell, and through branches,
    where it is what all of them see together.
    """

    def __init__(self, shape: tuple[int, ...]) -> None:
        rank = len(shape) if len(shape) < 3 else len(shape) - 1
        lines, jump = (_Line(0, 0, 1),) * rank, (Fraction(1),) * rank
        input_ = Layer(shape, name=Words("input"))
        self._nodes = [_Node((), input_, rank, frozenset(), 1, lines, jump)]

    def pass_through(self, layer: Layer, sources: tuple[int, ...] | None = None) -> None:
        """Go on to what a layer makes of those numbered so, or of the last one."""
        sources = (len(self._nodes) - 1,) if sources is None else sources
        before = [self._nodes[n] for n in sources]
        rank = _rank(layer, before)
        everywhere = frozenset(layer.everywhere or ()).union(*(b.everywhere for b in before))
        period = lcm(*(b.period for b in before))
        if rank is not None and layer.plan is not None:
            period *= prod(a.stride for a in layer.plan.axes if isinstance(a, TransposedAxis))
        lines, jump = _lines(layer, before, rank), _jump(layer, before, rank)
        self._nodes.append(_Node(sources, layer, rank, everywhere, period, lines, jump))

    @property
    def _last(self) -> _Node:
        return self._nodes[-1]

    @property
    def sizes(self) -> list[int] | None:
        """Input cells along each axis, edges left aside; None where it is all of them."""
        rank = self._last.rank
        if rank is None or self._last.everywhere.intersection(range(-rank, 0)):
            return None
        # The fields repeat after so many output cells; without transposed layers all are alike.
        tried = range(min(self._last.period, _MOST))
        return [
            max(high - low + 1 for low, high in (self._seen(axis, o) for o in tried))
            for axis in range(-rank, 0)
        ]

    @property
    def centre(self) -> list[float] | None:
        """The middle of what the first output cell sees, in cells of the input from 0; None where
        that is nothing, or everything.
        """
        if self.sizes is None:
            return None
        assert self._last.rank is not None
        ends = [self._seen(axis, 0) for axis in range(-self._last.rank, 0)]
        return None if any(low > high for low, high in ends) else [sum(both) / 2 for both in ends]

    def _seen(self, axis: int, o: int) -> tuple[int, int]:
        """The first and the last input cell that output cell `o` sees, as if without edges."""
        spans, ends = {len(self._nodes) - 1: (o, o)}, [(0, -1)]
        for n in range(len(self._nodes) - 1, -1, -1):
            if n not in spans:
                continue
            node, (low, high) = self._nodes[n], spans.pop(n)
            if node.lines is not None:
                line = node.lines[axis]
                ends.append((line.low + low * line.jump, line.high + high * line.jump))
                continue
            if node.layer.plan is not None:
                low, high = _read(node.layer.plan.axes[axis], low, high)
            for source in node.sources if low <= high else ():
                known = spans.get(source, (low, high))
                spans[source] = min(low, known[0]), max(high, known[1])
        lows, highs = zip(*(ends[1:] or ends), strict=True)
        return min(lows), max(highs)

    def fields(self, asked: tuple[int, ...]) -> Fields:
        """What every cell reads, layer by layer; `asked` is a cell of the last one's map.

        Raises UsageError where that is no cell of it, or there are no rows and columns.
        """
        output, rank = self._last.layer.output, self._last.rank
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
        if (most := max(n for each in self._nodes for n in each.layer.output[-rank:])) > _LONGEST:
            raise UsageError(
                "{flag} draws maps of up to {most} cells a side, and this chain has one of {n}",
                flag="--field",
                most=_LONGEST,
                n=most,
            )
        sizes, jump = self.sizes, self.jump
        return Fields(self._maps(rank), asked, None if sizes is None else tuple(sizes), jump)

    def _maps(self, rank: int) -> tuple[Map, ...]:
        """The maps that everything goes through: what lies in branches is taken together."""
        axes, input_ = range(-rank, 0), self._nodes[0].layer
        nothing: tuple[Table, ...] = tuple(((),) * input_.output[axis] for axis in axes)
        made = [Map((input_.name,), nothing)]
        same = tuple(_same(input_.output[axis]) for axis in axes)
        reads, names = {0: same}, list[Words | str]()
        reach = _reaches(self._nodes)
        for n, node in enumerate(self._nodes[1:], 1):
            reads[n] = tuple(
                _composed(node.layer, axis, [reads[s][axis + rank] for s in node.sources])
                for axis in axes
            )
            names.append(node.layer.name)
            if reach[n] > n:
                continue
            if reads[n] == same and len(made) > 1:
                made[-1] = made[-1]._replace(names=(*made[-1].names, *names))
            else:
                made.append(Map(tuple(names), reads[n]))
            same = tuple(_same(node.layer.output[axis]) for axis in axes)
            reads, names = {n: same}, []
        return tuple(made)

    @property
    def jump(self) -> tuple[Fraction, ...] | None:
        """From the field of an output cell to its neighbour's; None where that is not always
        the same.
        """
        return self._last.jump


class _Node(NamedTuple):
    """A layer among those so far, and what is known of it."""

    sources: tuple[int, ...]
    layer: Layer
    rank: int | None
    """How many of its last axes go back to the input's; None where that is not told."""
    everywhere: frozenset[int]
    """The axes along which it, or one before it, sees everything."""
    period: int
    """After so many output cells fields repeat: the strides of transposed layers."""
    lines: tuple[_Line, ...] | None
    """What its cells see along each of those axes, where that is so simply said."""
    jump: tuple[Fraction, ...] | None


class _Line(NamedTuple):
    """Output cell o sees the input cells from low + o·jump to high + o·jump."""

    low: int
    high: int
    jump: int


def _rank(layer: Layer, before: Sequence[_Node]) -> int | None:
    ranks = {b.rank for b in before}
    known = ranks.pop()
    if ranks or known is None or layer.everywhere is None:
        return None
    rank = known if layer.plan is None else layer.plan.dims
    if rank > min(known, len(layer.output)):
        return None
    if layer.plan is None:  # what moves cells elsewhere has no rows and columns
        axes = {*range(-rank, 0)}.difference(layer.everywhere)
        for b in before:
            if any(b.layer.output[axis] != layer.output[axis] for axis in axes):
                return None
    return rank


def _jump(layer: Layer, before: Sequence[_Node], rank: int | None) -> tuple[Fraction, ...] | None:
    if rank is None or any(b.jump is None for b in before):
        return None
    jumps = {b.jump[-rank:] for b in before if b.jump is not None}
    found = jumps.pop()
    if jumps or layer.plan is None:
        return None if jumps else found
    axes = layer.plan.axes
    if any(isinstance(axis, AdaptiveAxis) and axis.even is None for axis in axes):
        return None
    return tuple(jump * _step(axis) for jump, axis in zip(found, axes, strict=True))


def _lines(layer: Layer, before: Sequence[_Node], rank: int | None) -> tuple[_Line, ...] | None:
    """What the cells see where windows slide evenly, in branches by the same steps."""
    jump, made = _jump(layer, before, rank), []
    if rank is None or jump is None or any(b.lines is None for b in before):
        return None
    for axis in range(-rank, 0):
        lines = [b.lines[axis] for b in before if b.lines is not None]
        low, high = min(line.low for line in lines), max(line.high for line in lines)
        step = lines[0].jump
        if layer.plan is not None:
            window = layer.plan.axes[axis]
            if isinstance(window, TransposedAxis):
                return None
            low -= step * window.before
            high += step * (window.extent - 1 - window.before)
            step *= window.stride
        made.append(_Line(low, high, step))
    return tuple(made)


def _reaches(nodes: Sequence[_Node]) -> list[int]:
    """For each layer the furthest that takes what it, or one before it, makes: where that is
    itself or the next alone, everything goes through it.
    """
    furthest = [0] * len(nodes)
    for n, node in enumerate(nodes):
        for source in node.sources:
            furthest[source] = n
    over, found = 0, []
    for n in range(len(nodes)):
        found.append(over)
        over = max(over, furthest[n])
    return found


def _step(window: WindowAxis) -> Fraction:
    """How far the windows of two neighbours are apart."""
    transposed = isinstance(window, TransposedAxis)
    return Fraction(1, window.stride) if transposed else Fraction(window.stride)


def _same(size: int) -> Table:
    return tuple((i,) for i in range(size))


def _composed(layer: Layer, axis: int, before: Sequence[Table]) -> Table:
    """What each cell along an axis reads of the map that the layers before it go back to."""
    size = max(map(len, before))
    table = _same(size)
    if layer.plan is not None:
        window, mode = layer.plan.axes[axis], layer.plan.mode
        table = tuple(_sources(window, o, mode) for o in range(window.out))
    if axis in (layer.everywhere or ()):
        table = (tuple(sorted({i for some in table for i in some})),) * layer.output[axis]
    if before == [_same(size)]:
        return table
    return tuple(
        tuple(sorted({i for known in before for own in some for i in known[own]})) for some in table
    )


def _sources(window: WindowAxis, o: int, mode: PadMode) -> tuple[int, ...]:
    taps = window.taps(o, real=mode == "zeros")
    return tuple(sorted({s for _, p in taps if (s := window.source(p, mode)) is not None}))


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
