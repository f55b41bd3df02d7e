"""CSV: a row a line; a vector is one line; each channel is a block after an empty line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from nnviz.formats import Format, Request
from nnviz.formats._values import pick_array
from nnviz.trace import Trace

if TYPE_CHECKING:
    import numpy as np


def write(trace: Trace, request: Request) -> bytes:
    """The array that `request.get` names, every number as it reads back."""
    array = pick_array(trace, request.get, "csv")
    return "\n".join(_blocks(array)).encode()


def _blocks(array: np.ndarray) -> Iterator[str]:
    """Matrices as text: the last two axes of each."""
    rows, columns = (1, 1, *array.shape)[-2:]
    for matrix in array.reshape((-1, rows, columns)):
        yield "".join(",".join(map(repr, row.tolist())) + "\n" for row in matrix)


FORMAT = Format("values", (".csv",), write)
