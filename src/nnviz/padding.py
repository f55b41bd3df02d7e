"""The axes of windows from what was asked for: padding by name worked out, misfits refused.

Whole numbers only, as in `nnviz.shapes`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from nnviz.errors import NnvizError
from nnviz.shapes import AdaptiveAxis, Axis, PadMode, TransposedAxis, times
from nnviz.words import Words

PadName = Literal["same", "same-lower", "valid", "full"]
PAD_NAMES: tuple[PadName, ...] = ("same", "same-lower", "valid", "full")

Pairs = tuple[tuple[int, int], ...]
"""Padding as (before, after), axis by axis."""


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
            "the output shape {shape} has {n} numbers for {axes} axes",
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
        pad, most = max(axis.before, axis.after), axis.size - (mode == "reflect")
        if mode in ("reflect", "circular") and pad > most:
            raise NnvizError(
                "{mode} padding of {pad} does not fit an input of {size}: it can be at most {most}",
                mode=Words(mode),
                pad=pad,
                size=axis.size,
                most=most,
            )
    if any(axis.out < 1 for axis in axes):
        raise NnvizError(
            "the kernel {kernel} is larger than the padded input {input}",
            kernel=times(axis.extent for axis in axes),
            input=times(axis.padded for axis in axes),
            hint="use a smaller kernel or dilation, or more padding",
        )
