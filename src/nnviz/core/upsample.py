"""A map made larger by a whole factor: cells repeated, or lines drawn between them."""

from __future__ import annotations

from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnviz.core import exact
from nnviz.shapes import between

Array = NDArray[Any]


def nearest(x: Array, by: tuple[int, ...]) -> Array:
    """Each cell of the last axes repeated: H·s cells of H.

    >>> nearest(np.array([[1, 2]]), (1, 2)).tolist()
    [[1, 1, 2, 2]]
    """
    for axis, times in enumerate(by, -len(by)):
        x = x.repeat(times, axis)
    return x


def linear(x: Array, by: tuple[int, ...]) -> Array:
    """Each axis in turn by lines between the middles of cells, level before the first and past
    the last.

    >>> linear(np.array([0.0, 4.0]), (2,)).tolist()
    [0.0, 1.0, 3.0, 4.0]
    """
    for axis, times in enumerate(by, -len(by)):
        low, high, share = _reads(x.shape[axis], times, axis, x.dtype)
        with np.errstate(all="ignore"):
            near, far = x.take(low, axis), x.take(high, axis)
            near *= 1 - share
            far *= share
            x = np.add(near, far, out=near)
    return x


def _reads(size: int, times: int, axis: int, dtype: Any) -> tuple[Array, Array, Array]:
    """The two cells that each of a longer axis lies between, and how near it is to the second."""
    reads = [between(o, size, times) for o in range(size * times)]
    low, high = (np.array([read[i] for read in reads], np.intp) for i in (0, 1))
    share = np.array([read[2] for read in reads], dtype)
    return low, high, share.reshape(-1, *(1,) * (-axis - 1))


# --- the way back --------------------------------------------------------------


def nearest_back(g: Array, by: tuple[int, ...]) -> Array:
    """The gradient of what was repeated: the sum over the copies of each cell.

    >>> nearest_back(np.array([1, 2, 3, 4]), (2,)).tolist()
    [3, 7]
    """
    for axis, times in enumerate(by, -len(by)):
        copies = np.moveaxis(g, axis, 0)
        g = np.moveaxis(reduce(exact.add, (copies[k::times] for k in range(times))), 0, axis)
    return g


def linear_back(g: Array, by: tuple[int, ...]) -> Array:
    """The gradient of what lines were drawn between: each share of a cell back to where it is
    from.

    >>> linear_back(np.array([1.0, 1.0, 1.0, 1.0]), (2,)).tolist()
    [2.0, 2.0]
    """
    for axis, times in enumerate(by, -len(by)):
        low, _, share = _reads(g.shape[axis] // times, times, axis, g.dtype)
        # The second cell is that after the first, wherever it has a share.
        starts = np.searchsorted(low, range(low[-1] + 1))
        near, far = (np.add.reduceat(g * part, starts, axis) for part in (1 - share, share))
        near, far = np.moveaxis(near, axis, 0).copy(), np.moveaxis(far, axis, 0)
        near[1:] += far[:-1]
        g = np.moveaxis(near, 0, axis)
    return g
