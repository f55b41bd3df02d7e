"""Whole-number arithmetic of windows: output sizes, padding, positions. No NumPy.

One `Axis` is one axis of one sliding window. What is drawn, printed and computed
all ask the same `Axis`, so that they cannot disagree. An axis of each kind says by `taps`
what an output cell reads, and by which kernel cells; `nnviz.plans` puts the axes together.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import gcd, prod
from typing import ClassVar, Literal

from nnviz.records import NamedTuple, dataclass

PadMode = Literal["zeros", "reflect", "replicate", "circular"]
PAD_MODES: tuple[PadMode, ...] = ("zeros", "reflect", "replicate", "circular")

Along = tuple[int, int]
"""A kernel cell along one axis, and the input coordinate it meets."""


class Axis(NamedTuple):
    """A window of `kernel` cells sliding along an axis of `size` cells.

    >>> Axis(size=5, kernel=3, stride=2, before=1, after=1).out
    3
    """

    size: int
    kernel: int
    stride: int = 1
    dilation: int = 1
    before: int = 0
    after: int = 0
    ceil: bool = False

    @property
    def extent(self) -> int:
        """Cells from the window's first to its last, dilation counted: d(k − 1) + 1."""
        return self.dilation * (self.kernel - 1) + 1

    @property
    def padded(self) -> int:
        return self.size + self.before + self.after

    @property
    def out(self) -> int:
        """⌊(size + before + after − d(k − 1) − 1) / stride⌋ + 1; with `ceil`, ⌈…⌉.

        A last window of `ceil` that would start in the padding after the input is
        dropped, as in PyTorch. Not positive where the window does not fit.
        """
        room = self.padded - self.extent
        if not self.ceil:
            return max(room // self.stride + 1, 0)
        count = max(-(-room // self.stride) + 1, 0)
        starts_in_padding = (count - 1) * self.stride >= self.size + self.before
        return count - 1 if starts_in_padding else count

    def positions(self, o: int) -> range:
        """Input coordinates under output cell `o`; below 0 or ≥ size is padding."""
        start = o * self.stride - self.before
        return range(start, start + self.extent, self.dilation)

    def taps(self, o: int, real: bool = False) -> list[Along]:
        """Each kernel cell with the input coordinate that it meets for output cell `o`; the
        `real` ones leave those in the padding out, without looking at them.
        """
        positions, cells = self.positions(o), range(self.kernel)
        if real:
            cells = self.within(o, 0, self.size)
        return list(zip(cells, positions[cells.start : cells.stop], strict=True))

    def within(self, o: int, low: int, high: int) -> range:
        """The kernel cells that for output cell `o` meet coordinates from `low` to `high` − 1.

        >>> Axis(size=5, kernel=3, before=2, after=2).within(1, 0, 5)
        range(1, 3)
        """
        start = o * self.stride - self.before
        first = min(max(0, -((start - low) // self.dilation)), self.kernel)
        return range(first, max(first, min(self.kernel, -((start - high) // self.dilation))))

    def counted(self, o: int, include_pad: bool) -> int:
        """How many cells an average divides by: those of the window, or its real ones.

        A window of `ceil` that hangs over the padded input's end is cut off there, as in
        PyTorch.
        """
        low, high = (-self.before, self.size + self.after) if include_pad else (0, self.size)
        return len(self.within(o, low, high))

    @property
    def turned(self) -> TransposedAxis:
        """The same pairs of cells, asked from the input: the `taps` of its cell p are the kernel
        cells by which outputs read input cell p, each with its output.

        >>> Axis(size=5, kernel=3, stride=2).turned.taps(2)
        [(0, 1), (2, 0)]
        """
        whole = TransposedAxis(self.out, self.kernel, self.stride, self.dilation, self.before)
        return whole._replace(after=whole.out - self.size)

    @property
    def slid(self) -> Axis:
        """The output as a window over the same input, a stride between its cells: it stands at
        kernel cell k where that met the input.

        >>> Axis(size=6, kernel=2, stride=3).slid.positions(1)
        range(1, 5, 3)
        """
        whole = Axis(self.size, self.out, self.dilation, self.stride, self.before)
        return whole._replace(after=whole.positions(self.kernel - 1)[-1] + 1 - self.size)

    def source(self, p: int, mode: PadMode = "zeros") -> int | None:
        """The input cell that position `p` reads; None is a zero of the padding."""
        if 0 <= p < self.size:
            return p
        if mode == "replicate":
            return min(max(p, 0), self.size - 1)
        if mode == "circular":
            return p % self.size
        if mode == "reflect":
            period = 2 * (self.size - 1)
            p = p % period if period else 0
            return min(p, period - p)
        return None

    def unread(self, low: int, high: int, mode: PadMode = "zeros") -> list[int]:
        """The coordinates from `low` to `high` − 1 that no window reads; an input cell that
        padding mirrors or repeats is read there too.

        >>> Axis(size=12, kernel=2, stride=4).unread(0, 12)
        [2, 3, 6, 7, 10, 11]
        """
        seen = bytearray(high - low)
        for run in self._read_runs() if self.out > 0 else ():
            first = max(run.start, run.start + -(-(low - run.start) // run.step) * run.step)
            inside = range(first - low, min(run.stop, high) - low, run.step)
            seen[inside.start : max(inside.start, inside.stop) : inside.step] = b"\1" * len(inside)
        if mode != "zeros":
            for p in self._copied(mode):
                if low <= p < high:
                    seen[p - low] = 1
        return [low + i for i, mark in enumerate(seen) if not mark]

    def _read_runs(self) -> list[range]:
        """The coordinates that windows read, as few runs, which may meet."""
        start, last = -self.before, self.positions(self.out - 1)[-1]
        shared = gcd(self.stride, self.dilation)
        period, leap = self.stride // shared, self.dilation // shared
        if self.dilation == 1 and self.stride <= self.kernel:
            return [range(start, last + 1)]
        if leap > self.out or self.out <= period:
            return [self.positions(o) for o in range(self.out)]
        # Kernel cells a period apart read coordinates a stride apart that join in one run.
        runs = []
        for k in range(min(self.kernel, period)):
            first, again = start + k * self.dilation, (self.kernel - 1 - k) // period
            runs.append(range(first, first + (again * leap + self.out) * self.stride, self.stride))
        return runs

    def _copied(self, mode: PadMode) -> set[int]:
        """The input cells that windows read from where padding has them again."""
        first, end = -self.before, self.positions(self.out - 1)[-1] + 1
        if mode == "replicate":  # however far, it is the cell at the edge
            return {*([0] if first < 0 else []), *([self.size - 1] if end > self.size else [])}
        outside = {*range(first, 0), *range(self.size, end)}
        outside -= {*self.unread(first, 0), *self.unread(self.size, max(self.size, end))}
        return {p for p in (self.source(each, mode) for each in outside) if p is not None}


@dataclass(frozen=True)
class AdaptiveAxis:
    """Windows that share an axis of `size` cells among `out` output cells, as PyTorch does.

    Output cell o looks at ⌊o·size/out⌋ … ⌈(o + 1)·size/out⌉ − 1: neighbours may overlap by a
    cell, and some windows are wider than others. It answers all that an `Axis` does.

    >>> [list(AdaptiveAxis(size=5, out=3).positions(o)) for o in range(3)]
    [[0, 1], [1, 2, 3], [3, 4]]
    """

    size: int
    out: int
    dilation: ClassVar[int] = 1
    before: ClassVar[int] = 0
    after: ClassVar[int] = 0
    ceil: ClassVar[bool] = False

    @property
    def padded(self) -> int:
        return self.size

    @property
    def kernel(self) -> int:
        """The cells of the widest window."""
        shared = gcd(self.size, self.out)
        whole, rest = divmod(self.size // shared, self.out // shared)
        # Windows that begin and end inside a share of the rest take one cell more for each.
        return whole + min(rest, 2)

    @property
    def extent(self) -> int:
        return self.kernel

    @property
    def stride(self) -> int:
        """The most cells from one window's first to the next one's."""
        return -(-self.size // self.out)

    @property
    def even(self) -> Axis | None:
        """The same windows as an `Axis`, where they are equally wide and side by side."""
        width, rest = divmod(self.size, self.out)
        return Axis(self.size, width, width) if rest == 0 else None

    def positions(self, o: int) -> range:
        """Input coordinates under output cell `o`, all of them real."""
        return range(o * self.size // self.out, -(-(o + 1) * self.size // self.out))

    def taps(self, o: int, real: bool = False) -> list[Along]:  # noqa: ARG002
        """Each cell of the window, counted from its first, with its input coordinate."""
        return list(enumerate(self.positions(o)))

    def counted(self, o: int, include_pad: bool = False) -> int:  # noqa: ARG002
        """How many cells an average divides by: those of the window, which has no padding."""
        return len(self.positions(o))

    def source(self, p: int, mode: PadMode = "zeros") -> int | None:  # noqa: ARG002
        return p

    def unread(self, low: int, high: int, mode: PadMode = "zeros") -> list[int]:  # noqa: ARG002
        """None: there is a window at every cell."""
        return []


AnyAxis = Axis | AdaptiveAxis


class TransposedAxis(NamedTuple):
    """An axis of `size` cells, each of which a kernel spreads over the output.

    Input cell i adds to output cell i·stride + t·dilation − before by kernel cell t.
    Padding takes output cells away; where it is negative, it adds cells nothing reaches.

    >>> TransposedAxis(size=3, kernel=3, stride=2, before=1, after=1, output_padding=1).out
    6
    """

    size: int
    kernel: int
    stride: int = 1
    dilation: int = 1
    before: int = 0
    after: int = 0
    output_padding: int = 0

    @property
    def extent(self) -> int:
        """Cells from the kernel's first to its last, dilation counted: d(k − 1) + 1."""
        return self.dilation * (self.kernel - 1) + 1

    @property
    def reached(self) -> int:
        """Cells from the first to the last that the input reaches, before padding is cut."""
        return (self.size - 1) * self.stride + self.extent

    @property
    def out(self) -> int:
        """(size − 1)·stride + d(k − 1) + 1 − before − after + output_padding."""
        return self.reached - self.before - self.after + self.output_padding

    @property
    def turned(self) -> Axis:
        """The window that reads from the output what each input cell was spread over."""
        whole = Axis(self.out, self.kernel, self.stride, self.dilation, self.before)
        return whole._replace(after=whole.positions(self.size - 1)[-1] + 1 - self.out)

    def reaching(self, o: int) -> range:
        """The kernel cells that can reach output cell `o`, were the input without end."""
        shared = gcd(self.stride, self.dilation)
        period, (place, rest) = self.stride // shared, divmod(o + self.before, shared)
        if rest:
            return range(0)
        return range(place * pow(self.dilation // shared, -1, period) % period, self.kernel, period)

    def taps(self, o: int, real: bool = True) -> list[Along]:  # noqa: ARG002
        """The kernel cells by which the input reaches output cell `o`, each with its input cell.

        >>> TransposedAxis(size=3, kernel=3, stride=2).taps(2)
        [(0, 1), (2, 0)]
        """
        cells = self.reaching(o)
        if not cells:
            return []
        # From one of these kernel cells to the next the input cell goes back by `leap`.
        first = (o + self.before - cells[0] * self.dilation) // self.stride
        leap = self.dilation // gcd(self.stride, self.dilation)
        some = range(max(0, -((self.size - 1 - first) // leap)), max(0, first // leap + 1))
        return [(cells[i], first - i * leap) for i in some[: len(cells[some.start :])]]

    def source(self, p: int, mode: PadMode = "zeros") -> int | None:  # noqa: ARG002
        return p


def times(shape: Iterable[object]) -> str:
    """A shape as people write it.

    >>> times((3, 5, 5))
    '3×5×5'
    """
    return "×".join(str(n) for n in shape) or "1"


def cells(shape: Sequence[int]) -> int:
    """How many cells an array of this shape has."""
    return prod(shape)


def unravel(flat: int, shape: Sequence[int]) -> tuple[int, ...]:
    """The index of cell number `flat` (from 0), row by row."""
    index: list[int] = []
    for n in reversed(shape):
        flat, rest = divmod(flat, n)
        index.append(rest)
    return tuple(reversed(index))


def ravel(index: Sequence[int], shape: Sequence[int]) -> int:
    """The number (from 0) of the cell at an index, row by row."""
    flat = 0
    for i, n in zip(index, shape, strict=True):
        flat = flat * n + i
    return flat


def between(o: int, size: int, times: int) -> tuple[int, int, float]:
    """The two cells that cell `o` of a line `times` as long lies between, and how near it is to
    the second: middles of cells on middles (half-pixel), nothing past the ends.

    >>> between(0, 3, 2), between(1, 3, 2), between(2, 3, 2)
    ((0, 0, 0.0), (0, 1, 0.25), (0, 1, 0.75))
    """
    halves = min(max(2 * o + 1 - times, 0), 2 * times * (size - 1))
    low, rest = divmod(halves, 2 * times)
    return low, low + (rest > 0), rest / (2 * times)
