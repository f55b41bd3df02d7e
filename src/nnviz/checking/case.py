"""A command as it was asked for, and the same as a mistake turns it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from nnviz.backpropagation import backward
from nnviz.expressions import names
from nnviz.options.operation import Operation
from nnviz.records import NamedTuple, replace
from nnviz.recurrence import Chain
from nnviz.trace import Equation, Formula, Trace
from nnviz.words import Words

Moved = Callable[[np.ndarray], np.ndarray]
"""What puts an output in another order: it moves numbers, and makes none, so that the place of
a number says which step made it."""


class Turned(NamedTuple):
    """What a mistake makes of a case: other runs of the same operation."""

    said: Words
    runs: Callable[[], Sequence[Trace]]
    join: Callable[[Sequence[np.ndarray]], np.ndarray] = lambda outputs: outputs[0]
    """What puts their outputs together, and makes no numbers either."""
    name: str = ""
    """What a program knows the mistake by, where the entry of the table is not one alone."""
    within: tuple[Turned, Trace] | None = None
    """Of a network: the same in its layer, and what is right there."""


class Back(NamedTuple):
    """What goes back from a run: the gradient that arrives, and whose is asked for."""

    given: Any
    of: str

    def __call__(self, trace: Trace) -> Trace:
        return backward(trace, self.given, self.of)


class Case(NamedTuple):
    """An operation, its input and its options, with all that was drawn at random given."""

    operation: Operation[Any]
    x: Any
    """An array; where branches meet a tuple of them."""
    options: Any
    trace: Trace
    """The right answer."""
    asked: Any = None
    """The options as they were asked for: padding that has a name still has it."""
    back: Back | None = None
    """Of a gradient: what goes back from each run."""

    def run(self, x: Any = None, **changes: Any) -> Trace:
        """The operation on another input, or with other options."""
        options = replace(self.options, **changes)
        return self.operation.perform(self.x if x is None else x, options)

    def turned(
        self,
        said: Words,
        x: np.ndarray | None = None,
        moved: Moved = lambda output: output,
        **changes: Any,
    ) -> Turned:
        """One run on another input or with other options, its output in another order."""
        return Turned(said, lambda: [self.run(x, **changes)], lambda outputs: moved(outputs[0]))


class Mistake(NamedTuple):
    """An entry of the table: a mistake that people make."""

    name: str
    """What a program knows it by."""
    rank: int
    """1 for the likeliest."""
    turn: Callable[[Case], Iterable[Turned]]
    """Every form that the mistake can take in a case; none where it cannot be made."""


Index = tuple[int, ...]


class Sums(NamedTuple):
    """How a cell comes out by a mistake, and how it should."""

    at: Index
    yours: Equation
    ours: Equation


class Explanation(NamedTuple):
    """A mistake of which all that was written comes."""

    name: str
    said: Words
    sums: Sums | None
    """Of the first cell that differs; None where no cell is made in another way."""


def instead(what: Words, yours: object, ours: object) -> Words:
    """stride 2 in the place of 1."""
    return Words("{what} {yours} in the place of {ours}", what=what, yours=yours, ours=ours)


def formula_at(trace: Trace, flat: int) -> Formula:
    """The formula of output number `flat`: of a recurrent net those of the time that makes it."""
    if trace.layers:
        return formula_at(trace.layers[-1], flat)
    recurrence = trace.recurrence
    if recurrence is None:
        formula = trace.steps[flat].formula if trace.steps else ()
        return [*map(_in_numbers, formula)] if trace.forward else formula
    width, ways = trace.output.shape[-1], recurrence.directions
    time = recurrence.length if recurrence.mode == "many-to-one" else flat // width + 1
    # The last chain of a time makes y; of h each direction makes its own numbers.
    way = ways - 1 if recurrence.makes_y else flat % width * ways // width
    number = recurrence.number(time, Chain(recurrence.layers - 1, way))
    return trace.steps[number - 1].formula


def _in_numbers(equation: Equation) -> Equation:
    """What is written in symbols too, without them."""
    return Equation(tuple(side for side in equation.sides if not any(names(side))))
