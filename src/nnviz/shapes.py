"""Whole-number arithmetic of windows: output sizes, padding, positions. No NumPy.

One `Axis` is one axis of one sliding window. What is drawn, printed and computed
all ask the same `Axis`, so that they cannot disagree.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import gcd, prod
from typing import Literal, NamedTuple

from nnviz.errors import NnvizError

PadMode = Literal["zeros", "reflect", "replicate", "circular"]
PAD_MODES: tuple[PadMode, ...] = ("zeros", "reflect", "replicate", "circular")

PadName = Literal["same", "same-lower", "valid", "full"]
PAD_NAMES: tuple[PadName, ...] = ("same", "same-lower", "valid", "full")

Pairs = tuple[tuple[int, int], ...]
"""Padding as (before, after), axis by axis."""


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

    def counted(self, o: int, include_pad: bool) -> int:
        """How many cells an average divides by: those of the window, or its real ones.

        A window of `ceil` that hangs over the padded input's end is cut off there, as in
        PyTorch.
        """
        low, high = (-self.before, self.size + self.after) if include_pad else (0, self.size)
        return sum(low <= p < high for p in self.positions(o))

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

    @property
    def unused(self) -> range:
        """Input cells after the last window's end, which the stride never reaches."""
        end = (self.out - 1) * self.stride - self.before + self.extent
        return range(max(end, 0), self.size)


def window_axes(
    sizes: Sequence[int],
    kernel: Sequence[int],
    *,
    stride: Sequence[int],
    dilation: Sequence[int],
    padding: Pairs | PadName,
    ceil: bool = False,
) -> tuple[Axis, ...]:
    """The axes of a window over `sizes`, with padding by name worked out."""
    return tuple(
        Axis(n, k, s, d, *_pair(padding, i, n, k, s, d), ceil=ceil)
        for i, (n, k, s, d) in enumerate(zip(sizes, kernel, stride, dilation, strict=True))
    )


def _pair(padding: Pairs | PadName, i: int, n: int, k: int, s: int, d: int) -> tuple[int, int]:
    extent = d * (k - 1) + 1
    if padding == "valid":
        return 0, 0
    if padding == "full":
        return extent - 1, extent - 1
    if padding in ("same", "same-lower"):
        total = max(0, (-(-n // s) - 1) * s + extent - n)
        less, more = total // 2, total - total // 2
        return (less, more) if padding == "same" else (more, less)
    assert not isinstance(padding, str)
    return padding[i]


class AdaptiveAxis(NamedTuple):
    """Windows that share an axis of `size` cells among `out` output cells, as PyTorch does.

    Output cell o looks at ⌊o·size/out⌋ … ⌈(o + 1)·size/out⌉ − 1: neighbours may overlap by a
    cell, and some windows are wider than others. It answers all that an `Axis` does.

    >>> [list(AdaptiveAxis(size=5, out=3).positions(o)) for o in range(3)]
    [[0, 1], [1, 2, 3], [3, 4]]
    """

    size: int
    out: int

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
    def dilation(self) -> int:
        return 1

    @property
    def before(self) -> int:
        return 0

    @property
    def after(self) -> int:
        return 0

    @property
    def padded(self) -> int:
        return self.size

    @property
    def ceil(self) -> bool:
        return False

    @property
    def even(self) -> Axis | None:
        """The same windows as an `Axis`, where they are equally wide and side by side."""
        width, rest = divmod(self.size, self.out)
        return Axis(self.size, width, width) if rest == 0 else None

    def positions(self, o: int) -> range:
        """Input coordinates under output cell `o`, all of them real."""
        return range(o * self.size // self.out, -(-(o + 1) * self.size // self.out))

    def counted(self, o: int, include_pad: bool = False) -> int:  # noqa: ARG002
        """How many cells an average divides by: those of the window, which has no padding."""
        return len(self.positions(o))

    def source(self, p: int, mode: PadMode = "zeros") -> int | None:  # noqa: ARG002
        return p

    @property
    def unused(self) -> range:
        return range(0)


AnyAxis = Axis | AdaptiveAxis


def adaptive_axes(sizes: Sequence[int], out: Sequence[int | None]) -> tuple[AdaptiveAxis, ...]:
    """The axes of adaptive pooling; None keeps an axis as large as it is.

    Raises NnvizError where an output has no cells.

    >>> [axis.out for axis in adaptive_axes([7, 9], [3, None])]
    [3, 9]
    """
    for wanted in out:
        if wanted is not None and wanted < 1:
            raise NnvizError(
                "an adaptive output of {wanted} cells cannot be: it is at least 1 on each axis",
                wanted=wanted,
            )
    return tuple(
        AdaptiveAxis(n, n if wanted is None else wanted)
        for n, wanted in zip(sizes, out, strict=True)
    )


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

    def sources(self, o: int) -> list[tuple[int, int]]:
        """Which input cells reach output cell `o`, each with its kernel cell, in its order.

        >>> TransposedAxis(size=3, kernel=3, stride=2).sources(2)
        [(1, 0), (0, 2)]
        """
        found = []
        for tap in range(self.kernel):
            cell, rest = divmod(o + self.before - tap * self.dilation, self.stride)
            if rest == 0 and 0 <= cell < self.size:
                found.append((cell, tap))
        return found


def transposed_axes(
    sizes: Sequence[int],
    kernel: Sequence[int],
    *,
    stride: Sequence[int],
    dilation: Sequence[int],
    padding: Pairs | PadName,
    output_padding: Sequence[int],
    output_shape: Sequence[int] | None = None,
) -> tuple[TransposedAxis, ...]:
    """The axes of a transposed convolution over `sizes`, with every padding worked out.

    `same` and `same-lower` give size·stride cells. `output_shape` gives the padding, and
    `padding` only says on which side an odd cell is cut: after for `same`, else before.

    Raises NnvizError where an output padding is too large or nothing is left of the output.
    Source: ONNX operator ConvTranspose; PyTorch's rule for output_padding.

    >>> options = {"stride": [2], "dilation": [1], "output_padding": [0]}
    >>> transposed_axes([3], [3], padding="same", **options)[0].out
    6
    """
    if output_shape is not None and len(output_shape) != len(sizes):
        raise NnvizError(
            "the output shape {shape} has {n} numbers, and there are {axes} axes to give a size",
            shape=times(output_shape),
            n=len(output_shape),
            axes=len(sizes),
            hint="give one size for each axis of the kernel, without batch and channels",
        )
    given = zip(sizes, kernel, stride, dilation, output_padding, strict=True)
    return tuple(
        _transposed(
            TransposedAxis(n, k, s, d, output_padding=more),
            _pair(padding, i, n, k, s, d),
            padding if isinstance(padding, str) else "valid",
            None if output_shape is None else output_shape[i],
        )
        for i, (n, k, s, d, more) in enumerate(given)
    )


def _transposed(
    axis: TransposedAxis, pair: tuple[int, int], name: PadName, wanted: int | None
) -> TransposedAxis:
    if axis.output_padding >= max(axis.stride, axis.dilation):
        raise NnvizError(
            "an output padding of {pad} is not smaller than the stride {stride} or the "
            "dilation {dilation}: it can be at most {most}",
            pad=axis.output_padding,
            stride=axis.stride,
            dilation=axis.dilation,
            most=max(axis.stride, axis.dilation) - 1,
        )
    if wanted is not None and wanted < 1:
        raise NnvizError(
            "an output of {wanted} cells cannot be: the output shape is at least 1 on each axis",
            wanted=wanted,
        )
    if wanted is None and name in ("same", "same-lower"):
        wanted = axis.size * axis.stride
    if wanted is not None:
        # Halves rounded down, also below 0: as ONNX's own test cases have it.
        total = axis.out - wanted
        less, more = total // 2, total - total // 2
        pair = (less, more) if name == "same" else (more, less)
    if axis.out - sum(pair) < 1:
        raise NnvizError(
            "padding of {before} + {after} leaves nothing of an output of {out}: "
            "together it can be at most {most}",
            before=pair[0],
            after=pair[1],
            out=axis.out,
            most=axis.out - 1,
            hint="use less padding, or a larger kernel, stride or dilation",
        )
    return axis._replace(before=pair[0], after=pair[1])


def check_axes(axes: Sequence[Axis], mode: PadMode = "zeros") -> None:
    """Raise where a window does not fit its padded input, or padding cannot be made."""
    for axis in axes:
        if mode == "reflect" and max(axis.before, axis.after) >= axis.size:
            raise NnvizError(
                "reflect padding of {pad} does not fit an input of {size}: "
                "it can be at most {most}",
                pad=max(axis.before, axis.after),
                size=axis.size,
                most=axis.size - 1,
            )
        if mode == "circular" and max(axis.before, axis.after) > axis.size:
            raise NnvizError(
                "circular padding of {pad} does not fit an input of {size}: "
                "it can be at most {most}",
                pad=max(axis.before, axis.after),
                size=axis.size,
                most=axis.size,
            )
    if any(axis.out < 1 for axis in axes):
        raise NnvizError(
            "the kernel {kernel} is larger than the padded input {input}",
            kernel=times(axis.extent for axis in axes),
            input=times(axis.padded for axis in axes),
            hint="use a smaller kernel or dilation, or more padding",
        )


def times(shape: object) -> str:
    """A shape as people write it.

    >>> times((3, 5, 5))
    '3×5×5'
    """
    assert hasattr(shape, "__iter__")
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
