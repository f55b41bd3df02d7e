"""What the shades of a picture stand for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nnviz.figure.arrays.picture import Levels, colored, ends, levels
from nnviz.trace import Trace

if TYPE_CHECKING:
    import numpy as np


def shades_of(trace: Trace, array: np.ndarray) -> Levels:
    """The shades of an image as they are; of a matrix from its least to its greatest.

    Of zeros and ones the ones are black: ink on paper.
    """
    if colored(array):
        return Levels("rgb", 0, 255 if array.max() <= 255 else 65535)
    scale = levels(array, image=trace.image)
    inked = not trace.image and array.dtype.kind in "uib" and ends(array) == (0, 1)
    return Levels("grey", 1, 0) if inked else scale
