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
from math import pi, prod, sqrt
from typing import Any

import numpy as np

from nnviz.core import dense, exact
from nnviz.core.activations import activate, erf, sigmoid
from nnviz.core.conv import conv
from nnviz.core.exact import Array
from nnviz.core.pool import max_indices
from nnviz.core.transpose import conv_transpose
from nnviz.shapes import AnyAxis, Axis, PadMode, TransposedAxis
from nnviz.turned import Pairs, turned

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
    # What was added over, the batch and the output cells, is a row here.
    g = g.swapaxes(0, 1).reshape(groups, g.shape[1] // groups, -1)
    x = x.swapaxes(0, 1).reshape(groups, -1, len(x), *x.shape[2:])
    found = []
    for cell in product(*(range(axis.kernel) for axis in axes)):
        read: Any = (..., *map(_read_by, axes, cell))
        found.append(products(g, x[read].reshape(*x.shape[:2], -1)))
    made = np.moveaxis(np.stack(found), 0, -1)
    return made.reshape(-1, made.shape[2], *(axis.kernel for axis in axes))


def _read_by(axis: Axis, k: int) -> slice:
    """What a kernel cell reads of an axis and its padding."""
    first = k * axis.dilation
    return slice(first, first + (axis.out - 1) * axis.stride + 1, axis.stride)


def products(a: Array, b: Array) -> Array:
    """a·bᵀ of two matrices, or of each two of stacks of them; whole numbers exactly.

    >>> products(np.array([[1, 2]]), np.array([[3, 4], [5, 6]])).tolist()
    [[11, 17]]
    """
    if not exact.is_whole(a, b):
        with np.errstate(all="ignore"):  # what is not finite is told by its numbers
            return np.asarray(a @ b.swapaxes(-1, -2))
    if a.ndim == 2:
        return dense.dense(a, b, None)
    return np.stack([dense.dense(*pair, None) for pair in zip(a, b, strict=True)])


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
    return conv(g, w, None, [axis.turned for axis in axes], groups=groups)


def transposed_weight(
    x: Array, g: Array, axes: Sequence[TransposedAxis], *, groups: int = 1
) -> Array:
    """The gradient of a transposed convolution's kernel, (C, F/groups, *kernel)."""
    return conv_weight(g, x, [axis.turned for axis in axes], groups=groups)


# --- pooling -------------------------------------------------------------------


_FEW = 25
"""Kernel cells up to which it is quicker to look at each than to find where every maximum is."""


def pool_max(g: Array, x: Array, y: Array, axes: Sequence[AnyAxis]) -> Array:
    """The gradient of maximum pooling's input: each goes to its window's first maximum, y."""
    ways = [[_along(pairs) for pairs in turned(axis).by_kernel if pairs] for axis in axes]
    if prod(map(len, ways)) > _FEW or any(isinstance(r, list) for way in ways for _, r in way):
        where = max_indices(x, axes).reshape(len(x) * x.shape[1], -1)
        seen = where >= 0  # a window of padding alone has no maximum
        channels = np.arange(len(where))[:, None] * prod(x.shape[2:])
        return added_at(x.shape, (where + channels)[seen], g.reshape(where.shape)[seen])
    kind, left = _summed(g), np.ones(g.shape, bool)
    made = np.zeros(x.shape, kind)
    for some in product(*ways):
        outs, reads = ((..., *(both[k] for both in some)) for k in (0, 1))
        cells, still = x[reads], left[outs]
        hit = still & ((cells == y[outs]) | (cells != cells))  # noqa: PLR0124  a NaN is a maximum
        still ^= hit
        made[reads] += np.where(hit, g[outs], 0)
    return exact.to_int64(made) if kind.kind == "O" else made


def ties(x: Array, y: Array, axes: Sequence[AnyAxis]) -> Array:
    """How many cells of each window, (N, C, *out), are equal to its maximum, y."""
    count = np.zeros(y.shape, np.int64)
    if prod(axis.kernel for axis in axes) > max(_FEW, prod(y.shape[2:])):  # few large windows
        for out in np.ndindex(*y.shape[2:]):
            both = zip(axes, out, strict=True)
            window = x[_at([[p for _, p in axis.taps(o, real=True)] for axis, o in both])]
            equal = window.reshape(*y.shape[:2], -1) == y[(..., *out, None)]
            count[(..., *out)] = equal.sum(-1)
        return count
    for some in product(*(filter(None, turned(axis).by_kernel) for axis in axes)):
        outs, reads = (_at([[pair[k] for pair in pairs] for pairs in some]) for k in (0, 1))
        count[outs] += x[reads] == y[outs]
    return count


def _at(places: list[list[int]]) -> Any:
    """The index of cells by their places along each axis."""
    lines: list[Any] = [*map(_line, places)]
    return (..., *(list(np.ix_(*places)) if list in map(type, lines) else lines))


def pool_shares(g: Array, axes: Sequence[AnyAxis]) -> Array:
    """Sums of g over the windows that each input cell is in, along one axis after the other: an
    average's gradient, where g is divided by what each window divides by.
    """
    kind = _summed(g)
    made = g.astype(kind, copy=False)
    for along, axis in enumerate(axes, 2):
        made = _spread(made, along, axis)
    return exact.to_int64(made) if kind.kind == "O" else made


def _spread(g: Array, along: int, axis: AnyAxis) -> Array:
    """Sums of g along one axis over the windows that each of its cells is in."""
    made = np.zeros((*g.shape[:along], axis.size, *g.shape[along + 1 :]), g.dtype)
    into, given = (np.moveaxis(a, along, 0) for a in (made, g))
    for outs, reads in map(_along, filter(None, turned(axis).by_kernel)):
        if isinstance(reads, slice):
            into[reads] += given[outs]
        else:
            np.add.at(into, reads, given[outs])
    return made


def _along(pairs: Pairs) -> tuple[slice | list[int], slice | list[int]]:
    """The output cells of a kernel cell, and what they read by it; no zeros of the padding."""
    outs, reads = (_line([pair[k] for pair in pairs]) for k in (0, 1))
    return outs, reads


def _line(places: list[int]) -> slice | list[int]:
    """Places as a slice, where they are as far apart from each other."""
    step = places[1] - places[0] if len(places) > 1 else 1
    if step > 0 and places == list(range(places[0], places[-1] + 1, step)):
        return slice(places[0], places[-1] + 1, step)
    return places


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


def added_at(shape: tuple[int, ...], at: Array, g: Array) -> Array:
    """Zeros to which g is added at flat places, any of them more than once; exact where it is
    whole.

    >>> added_at((2,), np.array([1, 1]), np.array([3, 4])).tolist()
    [0, 7]
    """
    kind = _summed(g)
    if kind.kind == "i" and exact.magnitude(g) * g.size >= 2**53:
        kind = np.dtype(object)  # bincount adds up in float64
    if kind.kind != "O":
        made = np.bincount(at.ravel(), g.ravel(), prod(shape))
        return made.astype(kind, copy=False).reshape(shape)
    made = np.zeros(prod(shape), kind)
    np.add.at(made, at.ravel(), g.ravel().astype(kind))
    return exact.to_int64(made).reshape(shape)


def _summed(g: Array) -> np.dtype[Any]:
    """In which sums of some of g are exact, if it is whole."""
    if not exact.is_whole(g):
        return g.dtype
    return np.dtype(np.int64 if exact.magnitude(g) * g.size < 2**63 else object)


def summed_to(g: Array, shape: tuple[int, ...]) -> Array:
    """g added up over the axes along which an array of `shape` was broadcast to it; exact where
    g is whole.

    >>> summed_to(np.array([[1, 2], [3, 4]]), (2,)).tolist()
    [4, 6]
    """
    lead = tuple(range(g.ndim - len(shape)))
    axes = lead + tuple(at for at, n in enumerate(shape, len(lead)) if n == 1 < g.shape[at])
    kind = _summed(g)
    total = np.asarray(g.astype(kind, copy=False).sum(axis=axes), kind).reshape(shape)
    return exact.to_int64(total) if kind.kind == "O" else total
