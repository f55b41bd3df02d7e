"""Plain loops over every cell: what the core's results are measured against."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any

import numpy as np

from nnviz.shapes import AnyAxis, Axis, PadMode, TransposedAxis

Array = np.ndarray[Any, Any]


def row(*values: Any, dtype: Any = None) -> Array:
    """One batch item of one channel of one row."""
    return np.array(values, dtype).reshape(1, 1, -1)


def outputs(axes: Sequence[AnyAxis]) -> Iterator[tuple[int, ...]]:
    return product(*(range(axis.out) for axis in axes))


def window(axes: Sequence[AnyAxis], o: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    """The positions under output cell `o`, in the kernel's order."""
    return product(*(axis.positions(i) for axis, i in zip(axes, o, strict=True)))


def loop_conv(
    x: Array,
    w: Array,
    b: Array | None,
    axes: Sequence[Axis],
    groups: int = 1,
    mode: PadMode = "zeros",
) -> Array:
    """Cell by cell in the operands' own type: Python's integers, NumPy's floats."""
    whole = all(a is None or a.dtype.kind in "iub" for a in (x, w, b))
    kind = object if whole else np.result_type(*(a for a in (x, w, b) if a is not None))
    x, w = x.astype(kind), w.astype(kind)
    out = np.zeros((len(x), len(w), *(axis.out for axis in axes)), kind)
    per = len(w) // groups
    for n, f in np.ndindex(len(x), len(w)):
        first = f // per * w.shape[1]
        for o in outputs(axes):
            total = out.dtype.type(0) if not whole else 0
            for c in range(w.shape[1]):
                for place, weight in zip(window(axes, o), w[f, c].ravel(), strict=True):
                    at = [a.source(p, mode) for a, p in zip(axes, place, strict=True)]
                    value = 0 if None in at else x[(n, first + c, *at)]
                    total = total + value * weight
            out[(n, f, *o)] = total if b is None else total + b.astype(kind)[f]
    return out


def loop_pool(
    x: Array, axes: Sequence[AnyAxis], kind: str, p: float = 2.0, include_pad: bool = True
) -> Array:
    """Cell by cell, in Python's floats (or the values themselves for max)."""
    out = np.zeros((*x.shape[:2], *(axis.out for axis in axes)))
    for n, c in np.ndindex(*x.shape[:2]):
        for o in outputs(axes):
            real = [at for at in window(axes, o) if inside(axes, at)]
            values = [float(x[(n, c, *at)]) for at in real]
            counted = sum(
                all(-a.before <= q < a.size + a.after for a, q in zip(axes, at, strict=True))
                for at in window(axes, o)
            )
            if kind == "max":
                out[(n, c, *o)] = max(values)
            elif kind == "avg":
                out[(n, c, *o)] = sum(values) / (counted if include_pad else len(values))
            else:
                out[(n, c, *o)] = sum(abs(v) ** p for v in values) ** (1 / p)
    return out


def loop_indices(x: Array, axes: Sequence[AnyAxis]) -> Array:
    """Where the first of the largest values of each window stands, flat in its channel."""
    out = np.zeros((*x.shape[:2], *(axis.out for axis in axes)), np.int64)
    for n, c in np.ndindex(*x.shape[:2]):
        for o in outputs(axes):
            real = [at for at in window(axes, o) if inside(axes, at)]
            best = max(real, key=lambda at: x[(n, c, *at)])
            out[(n, c, *o)] = np.ravel_multi_index(best, x.shape[2:])
    return out


def inside(axes: Sequence[AnyAxis], at: tuple[int, ...]) -> bool:
    return all(0 <= q < a.size for a, q in zip(axes, at, strict=True))


def loop_conv_transpose(
    x: Array, w: Array, b: Array | None, axes: Sequence[TransposedAxis], groups: int = 1
) -> Array:
    """Every input cell times every kernel cell, added where it lands; the bias last."""
    whole = all(a is None or a.dtype.kind in "iub" for a in (x, w, b))
    kind = object if whole else np.result_type(*(a for a in (x, w, b) if a is not None))
    x, w = x.astype(kind), w.astype(kind)
    per_in, per_out = len(w) // groups, w.shape[1]
    out = np.zeros((len(x), per_out * groups, *(axis.out for axis in axes)), kind)
    for n, c, f, *tap in np.ndindex(len(x), *w.shape):
        for cell in np.ndindex(*x.shape[2:]):
            o = [
                i * a.stride + t * a.dilation - a.before
                for a, i, t in zip(axes, cell, tap, strict=True)
            ]
            if all(0 <= q < a.out for a, q in zip(axes, o, strict=True)):
                at = (n, c // per_in * per_out + f, *o)
                out[at] = out[at] + x[(n, c, *cell)] * w[(c, f, *tap)]
    if b is not None:
        out = out + b.astype(kind).reshape(-1, *(1,) * len(axes))
    return out
