"""The mistakes that people make on the way back, in a gradient of any operation."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

import numpy as np

from nnviz.checking.agreement import Written
from nnviz.checking.case import Case, Explanation
from nnviz.gradient import GRADIENT, LOST
from nnviz.trace import Trace
from nnviz.words import Words

_Gradient = tuple[str, Words, np.ndarray]
"""What a program knows a mistake by, what is said of it, and what it gives."""


def going_back(written: Written, case: Case, right: Trace) -> Iterator[Explanation]:
    """Every mistake that gives all that was written."""
    for name, said, made in (*_taken(case, right), *_worked(case, right)):
        if written.agrees(made):
            yield Explanation(name, said, None)


def _taken(case: Case, right: Trace) -> Iterator[_Gradient]:
    """Numbers that are right, of something else."""
    yield "forward", Words("the output, and not a gradient"), case.trace.output
    for name in right.results:
        if name.startswith("grad_") and name not in (LOST, f"grad_{_of(case)}"):
            other = right.called(name.removeprefix("grad_"))
            yield (
                "another",
                Words("the gradient of another array, {name}", name=other),
                right.array(name),
            )
    arrived = right.arrays.get(LOST, right.arrays[GRADIENT])
    yield "handed-on", Words("the gradient that arrives, handed on as it is"), arrived


def _worked(case: Case, right: Trace) -> Iterator[_Gradient]:
    """Gradients of the right array, worked out wrongly."""
    yield "sign", Words("the signs of the gradient swapped"), -right.output
    assert case.back is not None
    ones = case.back._replace(given=1)(case.trace)
    yield "grad", Words("1 for every gradient that arrives"), ones.output
    count = prod(right.arrays[GRADIENT].shape)
    if _of(case) != "input" and count > 1:
        said = Words("the mean of the places in the place of their sum")
        yield "mean", said, right.output / count


def _of(case: Case) -> str:
    return case.back.of if case.back else ""
