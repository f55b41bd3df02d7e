"""A map made larger by a whole factor: cells repeated, or lines drawn between them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

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
        size = x.shape[axis]
        reads = [between(o, size, times) for o in range(size * times)]
        low, high = (np.array([read[i] for read in reads], np.intp) for i in (0, 1))
        share = np.array([read[2] for read in reads], x.dtype)
        share = share.reshape(-1, *(1,) * (-axis - 1))
        with np.errstate(all="ignore"):
            x = x.take(low, axis) * (1 - share) + x.take(high, axis) * share
    return x
