"""Show: a matrix or an image as it is, as numbers and as a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nnviz.options.operation import Operation, Values
from nnviz.trace import Results, Trace
from nnviz.words import Words

if TYPE_CHECKING:
    import numpy as np


def run(x: np.ndarray, _: Values) -> Trace:
    """x itself."""
    return Trace(
        op="show",
        title=Words("Matrix"),
        arrays={"input": x},
        results=Results(output=x),
        roles={"input": "input", "output": "input"},
        equation=("input",),
    )


OPERATION = Operation(
    name="show",
    rank=8,
    help="A matrix or an image as numbers and as a picture.",
    example='show "0 1 0; 1 1 1; 0 1 0"',
    run=run,
    options=(),
)
