"""Show: a matrix or an image as it is, as numbers and as a picture."""

from __future__ import annotations

from nnviz.libraries import np
from nnviz.options.operation import FEW_HAVE, Operation
from nnviz.records import dataclass
from nnviz.request import EXERCISE, WALK
from nnviz.trace import Results, Trace
from nnviz.words import Words


@dataclass(frozen=True, kw_only=True)
class ShowOptions:
    """What is shown is the input as it is: there is nothing to ask for."""


def run(x: np.ndarray, _: ShowOptions) -> Trace:
    """x itself."""
    return Trace(
        op="show",
        title=Words("Matrix"),
        arrays={"input": x},
        results=Results(output=x),
        roles={"input": "input", "output": "input"},
        equation=("input",),
        samples=len(x) if x.ndim > 3 else 1,
    )


OPERATION = Operation(
    name="show",
    rank=8,
    help="A matrix or an image as numbers and as a picture.",
    example='show "0 1 0; 1 1 1; 0 1 0"',
    more=(
        'show "1/2 1/4; 1/8 1" --precision 2',
        'show "0 1; 1 0" --view both',
    ),
    record=ShowOptions,
    run=run,
    lacks=FEW_HAVE | {*EXERCISE, *WALK, "steps", "explain"},
)
