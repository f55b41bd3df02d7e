"""Work shared among threads, and matrix products that leave the sharing to us.

BLAS's own threads wait for each other in a busy loop after every product. On a machine
with other work to do that makes a product of a millisecond fifty times slower, so products
are cut into pieces that BLAS computes in the thread that asks.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from itertools import pairwise

import numpy as np

from nnviz.core.exact import Array

MOST_THREADS = 4
ALONE = 2**18
"""Multiplications of a product up to which OpenBLAS does not call its own threads."""
NARROW = 32
"""Pieces of fewer columns than this cost more than they save."""


def share(work: Callable[[range], None], count: int, threads: int) -> None:
    """Call `work` with ranges that together are range(count), one for each thread."""
    cuts = [count * k // threads for k in range(threads + 1)]
    if threads == 1:
        work(range(count))
        return
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(work, (range(a, b) for a, b in pairwise(cuts))))


def available() -> int:
    """How many threads can run at the same time, at most `MOST_THREADS`."""
    if hasattr(os, "sched_getaffinity"):
        return min(len(os.sched_getaffinity(0)), MOST_THREADS)
    return min(os.cpu_count() or 1, MOST_THREADS)


def stays_alone(rows: int, inner: int) -> bool:
    """Whether a product with a matrix of this shape is worth cutting into pieces."""
    return rows * inner * NARROW <= ALONE


def multiply(a: Array, b: Array, out: Array) -> None:
    """Write a @ b into `out`; b and out have columns that follow each other in memory."""
    width = b.shape[1]
    most = ALONE // a.size // 16 * 16  # pieces of whole cache lines, whatever the float
    if a.size * width <= ALONE or most < NARROW:
        np.matmul(a, b, out=out)
        return
    pieces = -(-width // most)
    step = -(-width // pieces // 16) * 16
    whole = width // step * step
    np.matmul(a, _cut(b[:, :whole], step), out=_cut(out[:, :whole], step))
    if whole < width:
        np.matmul(a, b[:, whole:], out=out[:, whole:])


def _cut(matrix: Array, step: int) -> Array:
    """A view of (pieces, rows, step)."""
    rows, width = matrix.shape
    return matrix.reshape(rows, width // step, step).transpose(1, 0, 2)
