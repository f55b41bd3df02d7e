"""The way back through layers: from the gradient of an output to those of what made it.

A convolution's gradients are convolutions themselves: of its input the transposed one, of its
kernel one of the input by the output's gradient. They are composed of what computes forwards, so
whole numbers stay exact. Shapes are those of `conv`, `conv_transpose`, `pool` and `dense`.

Source: Dumoulin and Visin, A guide to convolution arithmetic (2016), section 4; the derivatives
as torch.autograd has them, at a kink too.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from math import pi, sqrt
from typing import Any

import numpy as np

from nnviz.core import exact
from nnviz.core.activations import activate, erf, sigmoid
from nnviz.core.conv import conv
from nnviz.core.exact import Array
from nnviz.core.pool import max_indices
from nnviz.core.transpose import conv_transpose
from nnviz.shapes import AnyAxis, Axis, PadMode, TransposedAxis
from nnviz.turned import turned

# --- convolution ---------------------------------------------------------------


def conv_input(
    g: Array, w: Array, axes: Sequence[Axis], *, groups: int = 1, mode: PadMode = "zeros"
) -> Array:
    """The gradient of a convolution's input, (N, C, *spatial): the kernel spread over x by g.

    >>> g, w = np.array([[1, 0], [1, 2]]), np.array([[2, 1], [1, 1]])
    >>> conv_input(g[None, None], w[None, None], [Axis(3, 2)] * 2)[0, 0].tolist()
    [[2, 1, 0], [3, 6, 2], [1, 3, 2]]
    """
    if mode == "zeros":
        return conv_transpose(g, w, None, [axis.turned for axis in axes], groups=groups)
    # Over the padding too; then each copy's gradient goes to the cell that it is a copy of.
    whole = [TransposedAxis(a.out, a.kernel, a.stride, a.dilation) for a in axes]
    made = conv_transpose(g, w, None, whole, groups=groups)
    for at, axis in enumerate(axes, 2):
        made = _folded(np.moveaxis(made, at, 0), axis, mode)
        made = np.moveaxis(made, 0, at)
    return made


def _folded(made: Array, axis: Axis, mode: PadMode) -> Array:
    """Sums of an axis' cells, its first, by the input cell that each of them reads."""
    out = np.zeros((axis.size, *made.shape[1:]), made.dtype)
    for p, row in enumerate(made, -axis.before):
        source = axis.source(p, mode)
        if source is not None:
            out[source] = exact.add(out[source], row)
    return out


def conv_weight(
    x: Array, g: Array, axes: Sequence[Axis], *, groups: int = 1, mode: PadMode = "zeros"
) -> Array:
    """The gradient of a convolution's kernel, (F, C/groups, *kernel): x under windows of g, whose
    cells are as far apart as the stride, moved by the dilation, and added over the batch.

    >>> x, g = np.array([[5, 1, 0], [2, 4, 3], [0, 2, 4]]), np.array([[1, 0], [1, 2]])
    >>> conv_weight(x[None, None], g[None, None], [Axis(3, 2)] * 2)[0, 0].tolist()
    [[15, 11], [6, 14]]
    """
    for at, axis in enumerate(axes, 2):
        x = _padded(x, at, axis, mode)
    slid = [Axis(n, a.out, a.dilation, a.stride) for n, a in zip(x.shape[2:], axes, strict=True)]
    # What was added over, the batch, is the channels here; the channels are the batch.
    x, g = x.swapaxes(0, 1), g.swapaxes(0, 1)
    parts = zip(np.split(x, groups), np.split(g, groups), strict=True)
    return np.concatenate([conv(a, b, None, slid).swapaxes(0, 1) for a, b in parts])


def _padded(x: Array, at: int, axis: Axis, mode: PadMode) -> Array:
    """Along an axis what windows read, from the first to the last: padding, and no rest."""
    read = range(-axis.before, (axis.out - 1) * axis.stride + axis.extent - axis.before)
    sources = [axis.source(p, mode) for p in read]
    made = np.take(x, [source or 0 for source in sources], axis=at)
    zeros = [i for i, source in enumerate(sources) if source is None]
    made[(slice(None),) * at + (zeros,)] = 0
    return made


def transposed_input(
    g: Array, w: Array, axes: Sequence[TransposedAxis], *, groups: int = 1
) -> Array:
    """The gradient of a transposed convolution's input: g convolved with the kernel."""
    return conv(g, w, None, [back(axis) for axis in axes], groups=groups)


def transposed_weight(
    x: Array, g: Array, axes: Sequence[TransposedAxis], *, groups: int = 1
) -> Array:
    """The gradient of a transposed convolution's kernel, (C, F/groups, *kernel)."""
    return conv_weight(g, x, [back(axis) for axis in axes], groups=groups)


def back(axis: TransposedAxis) -> Axis:
    """The window that reads from the output what each input cell was spread over."""
    after = (axis.size - 1) * axis.stride + axis.extent - axis.before - axis.out
    return Axis(axis.out, axis.kernel, axis.stride, axis.dilation, axis.before, after)


# --- pooling -------------------------------------------------------------------


def pool_max(g: Array, x: Array, axes: Sequence[AnyAxis]) -> Array:
    """The gradient of maximum pooling's input: each goes to its window's first maximum."""
    out = np.zeros((*x.shape[:2], *x.shape[2:]), _summed(g))
    n, c = np.ogrid[: len(x), : x.shape[1]]
    flat, where = out.reshape(*x.shape[:2], -1), max_indices(x, axes).reshape(*x.shape[:2], -1)
    seen = where >= 0  # a window of padding alone has no maximum
    given = np.where(seen, g.reshape(where.shape), 0)
    np.add.at(flat, (n[..., None], c[..., None], np.where(seen, where, 0)), given)
    return out


def pool_shares(g: Array, x: Array, axes: Sequence[AnyAxis]) -> Array:
    """Sums of g over the windows that each input cell is in: an average's gradient, where g is
    divided by what each window divides by.
    """
    out = np.zeros(x.shape, _summed(g))
    ways = [turned(axis).by_kernel for axis in axes]  # no zeros of the padding
    lead = range(len(x)), range(x.shape[1])
    for some in product(*ways):
        # Of each axis the output cells of a kernel cell, and what they read by it.
        made, read = (
            np.ix_(*lead, *([pair[k] for pair in pairs] for pairs in some)) for k in (0, 1)
        )
        np.add.at(out, read, g[made])
    return out


def _summed(g: Array) -> np.dtype[Any]:
    return np.dtype(np.int64) if exact.is_whole(g) else g.dtype


# --- activations ---------------------------------------------------------------


def slope(
    x: Array,
    name: str,
    *,
    alpha: float | None = None,
    beta: float | None = None,
    approximate: str = "none",
) -> Array:
    """The derivative of an activation at every number of x; 0 at ReLU's kink, as PyTorch has it.

    >>> slope(np.array([-1.0, 0.0, 2.0]), "relu").tolist()
    [0.0, 0.0, 1.0]
    """
    with np.errstate(all="ignore"):
        if name == "relu":
            return np.asarray(x > 0).astype(x.dtype)
        x = x.astype(np.float64)
        match name:
            case "leaky-relu":
                return np.where(x > 0, 1.0, 0.01 if alpha is None else alpha)
            case "elu":
                return np.where(x > 0, 1.0, (1 if alpha is None else alpha) * np.exp(x))
            case "sigmoid":
                return np.asarray(sigmoid(x) * sigmoid(-x))
            case "hard-sigmoid":
                a, b = 0.2 if alpha is None else alpha, 0.5 if beta is None else beta
                return np.where((a * x + b > 0) & (a * x + b < 1), a, 0.0)
            case "tanh":
                return np.asarray(1 / np.cosh(x) ** 2)
        return _gelu_slope(x, approximate)


def _gelu_slope(x: Array, approximate: str) -> Array:
    """Φ(x) + x·φ(x), or the derivative of what approximates it."""
    if approximate == "tanh":
        inner = np.tanh(sqrt(2 / pi) * (x + 0.044715 * x**3))
        steep = sqrt(2 / pi) * (1 + 3 * 0.044715 * x * x)
        return np.asarray((1 + inner + x * (1 - inner * inner) * steep) / 2)
    density = np.exp(-x * x / 2) / sqrt(2 * pi)
    return np.asarray((1 + erf(x / sqrt(2))) / 2 + x * density)


def softmax_input(g: Array, y: Array, axis: int = -1) -> Array:
    """The gradient of what softmax made y of: y·(g − Σ g·y)."""
    return np.asarray(y * (g - (g * y).sum(axis=axis, keepdims=True)))


def act_input(g: Array, x: Array, name: str, *, axis: int = -1, **options: Any) -> Array:
    """The gradient of an activation's input: g times the slope, or softmax's sum."""
    if name == "softmax":
        return softmax_input(g, activate(x, name, axis=axis), axis)
    return np.asarray(g * slope(x, name, **options))


# --- sums ----------------------------------------------------------------------


def summed_to(g: Array, shape: tuple[int, ...]) -> Array:
    """g added up over the axes along which an array of `shape` was broadcast to it; exact where
    g is whole.

    >>> summed_to(np.array([[1, 2], [3, 4]]), (2,)).tolist()
    [4, 6]
    """
    lead = tuple(range(g.ndim - len(shape)))
    axes = lead + tuple(at for at, n in enumerate(shape, len(lead)) if n == 1 < g.shape[at])
    if not exact.is_whole(g) or exact.magnitude(g) * max(g.size, 1) < 2**63:
        return np.asarray(g.sum(axis=axes).reshape(shape))
    return exact.to_int64(np.asarray(g.astype(object).sum(axis=axes)).reshape(shape))
