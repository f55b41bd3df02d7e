"""Work shared among threads, and matrix products that leave the sharing to us.

BLAS's own threads wait for each other in a busy loop after every product. On a machine
with other work to do that makes a product of a millisecond fifty times slower, so products
are cut into pieces that BLAS computes in the thread that asks.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np

from nnviz import processors
from nnviz.core.exact import Array

MOST_THREADS = 4
ALONE = 2**19 - 1
"""Multiplications of a product up to which OpenBLAS does not call its own threads: it gives each
at least half as many."""
BLOCK = 2**16
"""Numbers of which what is made on the way stays in the second-level cache; half as many take a
tenth longer, twice as many take as long."""
WIDE = 64
"""Columns of a piece: with 16 rows it is as quick as the whole product."""
DEEPEST = 384
"""Terms of a sum past which a product is made of several, added up."""


def share(work: Callable[[range], None], count: int, threads: int) -> None:
    """Call `work` with ranges that together are range(count), one for each thread."""
    cuts = [count * k // threads for k in range(threads + 1)]
    if threads == 1:
        work(range(count))
        return
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(work, (range(a, b) for a, b in pairwise(cuts))))


def in_blocks(x: Array, apply: Callable[[Array, Array], object], row: int = 1) -> Array:
    """What `apply` writes for x, shaped and typed alike: whole rows at a time that stay in cache.

    >>> in_blocks(np.arange(3), lambda x, out: np.negative(x, out=out)).tolist()
    [0, -1, -2]
    """
    flat = x.reshape(-1, row)
    out = np.empty(flat.shape, x.dtype)
    step = max(1, BLOCK // row)

    def work(some: range) -> None:
        with np.errstate(all="ignore"):  # set here: each thread has its own
            for first in range(some.start * step, some.stop * step, step):
                apply(flat[first : first + step], out[first : first + step])

    share(work, -(-len(flat) // step), available() if x.size > 2 * BLOCK else 1)
    return out.reshape(x.shape)


def available() -> int:
    """How many threads can run at the same time, at most `MOST_THREADS`."""
    return min(processors.own(), MOST_THREADS)


def multiply(a: Array, b: Array, out: Array) -> None:
    """Write a @ b into `out`: (…, rows, inner) @ (…, inner, columns).

    The columns of b and out follow each other in memory.
    """
    rows, inner, width = a.shape[-2], *b.shape[-2:]
    if rows * inner * width <= ALONE:
        np.matmul(a, b, out=out)
        return
    part, deep = out, -(-inner // -(-inner // DEEPEST))
    for first in range(0, inner, deep):
        some = slice(first, first + deep)
        _in_pieces(a[..., some], b[..., some, :], part)
        if first:
            np.add(out, part, out=out)
        elif inner > deep:
            part = np.empty(out.shape, out.dtype)


def _in_pieces(a: Array, b: Array, out: Array) -> None:
    """Some rows times some columns at a time, and what is left over of each."""
    rows, inner, width = a.shape[-2], *b.shape[-2:]
    high = min(rows, ALONE // (inner * min(width, WIDE)) // 8 * 8)
    most = ALONE // (high * inner)
    step = width if most >= width else most // WIDE * WIDE
    for some, tall in _ends(rows, high):
        for columns, wide in _ends(width, step):
            into = _cut(out[..., some, columns], tall, wide)
            np.matmul(_cut(a[..., some, :], tall, inner), _cut(b[..., columns], inner, wide), into)


def _ends(size: int, step: int) -> list[tuple[slice, int]]:
    """As many whole steps as there are, and the rest.

    >>> _ends(10, 4)
    [(slice(0, 8, None), 4), (slice(8, 10, None), 2)]
    """
    whole = size // step * step
    ends = [(slice(0, whole), step), (slice(whole, size), size - whole)]
    return [(some, count) for some, count in ends if some.start < some.stop]


def _cut(matrix: Array, tall: int, wide: int) -> Array:
    """A view of (…, rows / tall, columns / wide, tall, wide)."""
    *some, rows, width = matrix.shape
    return matrix.reshape(*some, rows // tall, tall, width // wide, wide).swapaxes(-3, -2)
