"""Where a learner's numbers differ from the right ones, and which mistakes explain them all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from nnviz.checking.agreement import Written, fits
from nnviz.checking.case import Back, Case, Explanation, Index, Sums, Turned, formula_at
from nnviz.checking.going_back import going_back
from nnviz.checking.mistakes import Table, case_of
from nnviz.checking.slips import slips
from nnviz.options.operation import Operation
from nnviz.records import NamedTuple
from nnviz.trace import Trace
from nnviz.words import Words


class Finding(NamedTuple):
    """What is to be said of a learner's numbers."""

    mine: np.ndarray
    ours: np.ndarray
    differing: np.ndarray
    """Indices into our output, a row each; of another shape none."""
    explanations: tuple[Explanation, ...] = ()
    """The likeliest first."""
    shaped: tuple[tuple[str, Words], ...] = ()
    """Mistakes that give the shape of what was written, but not its numbers."""

    @property
    def right(self) -> bool:
        """Whether nothing differs but what rounding explains."""
        return self.fits and not len(self.differing)

    @property
    def fits(self) -> bool:
        """Whether the shape is right."""
        return fits(self.mine.shape, self.ours.shape)

    @property
    def rounded(self) -> bool:
        """Whether what is right is so because it was rounded."""
        return not np.array_equal(self.mine.reshape(-1), self.ours.reshape(-1), equal_nan=True)

    def cells(self) -> Iterator[tuple[Index, Any, Any]]:
        """Each cell that differs: where, yours, ours."""
        mine = self.mine.reshape(self.ours.shape) if self.fits else self.mine
        for index in map(tuple, self.differing.tolist()):
            yield index, mine[index], self.ours[index]


def diagnose(
    mine: np.ndarray, operation: Operation[Any], x: Any, options: Any, back: Back | None = None
) -> Finding:
    """Compare `mine` with the output of an operation, or with a gradient; where it differs, try
    every mistake.

    Raises NnvizError where the operation itself cannot be run.
    """
    case, table = case_of(operation, x, options, back)
    right = back(case.trace) if back else case.trace
    ours, written = right.output, Written.of(mine)
    found = Finding(mine, ours, np.empty((0, ours.ndim), int))
    if found.fits:
        found = found._replace(differing=np.argwhere(~written.agreeing(ours)))
        if found.right:
            return found
    explanations, shaped = list(_by_shape_or_rounding(found, written)), dict[Words, str]()
    explanations += going_back(written, case, right) if back else ()
    for made in _fitting(case, table, mine.shape):
        if written.agrees(made.output):
            explanations.append(made.explained(right))
        elif not found.fits:
            shaped[made.said] = made.name
    if not explanations and len(found.differing) == 1:
        explanations += slips(written, right, found.differing[0])
    once = dict[Words, Explanation]()
    for each in explanations:
        once.setdefault(each.said, each)
    alike = tuple((name, said) for said, name in shaped.items())
    return found._replace(explanations=tuple(once.values()), shaped=alike)


def _by_shape_or_rounding(found: Finding, written: Written) -> Iterator[Explanation]:
    if found.fits and written.nearly(found.ours):
        said = Words("rounded on the way: off by one in the last decimal at most")
        yield Explanation("rounding", said, None)
    as_many = not found.fits and found.mine.size == found.ours.size
    if as_many and written.agreeing(found.ours).all():
        yield Explanation("shape", Words("the right numbers in another shape"), None)


class _Made(NamedTuple):
    """What a mistake comes to."""

    name: str
    turned: Turned
    output: np.ndarray
    traces: Sequence[Trace]
    places: np.ndarray
    """Which number of the runs' outputs, one after the other, each cell is."""

    @property
    def said(self) -> Words:
        return self.turned.said

    def explained(self, right: Trace) -> Explanation:
        """It as an explanation, with both sums; of a network's layer those of the layer."""
        inner, right = (right.forward is None and self.turned.within) or (self.turned, right)
        made = self if inner is self.turned else _made(self.name, inner, None)
        return Explanation(self.name, self.said, None if made is None else _sums(made, right))


def _fitting(case: Case, table: Table, shape: Index) -> Iterator[_Made]:
    """What every mistake comes to that gives an output of a shape."""
    for mistake in table.mistakes:
        for turned in mistake.turn(case):
            made = _made(turned.name or mistake.name, turned, case.back)
            if made is not None and fits(shape, made.output.shape):
                yield made


def _made(name: str, turned: Turned, back: Back | None) -> _Made | None:
    """The runs of a mistake; None where the operation refuses them."""
    try:
        with np.errstate(all="ignore"):
            traces = [back(run) for run in turned.runs()] if back else turned.runs()
            outputs = [trace.output for trace in traces]
            output, places = turned.join(outputs), turned.join(_numbered(outputs))
            return _Made(name, turned, output, traces, places)
    except ValueError:  # NnvizError is one
        return None


def _numbered(outputs: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Arrays of the same shapes whose cells are numbered through."""
    ends = np.cumsum([output.size for output in outputs])
    return [
        np.arange(end - output.size, end).reshape(output.shape)
        for output, end in zip(outputs, ends, strict=True)
    ]


def _sums(made: _Made, right: Trace) -> Sums | None:
    """The first cell that both have and that differs, made by the mistake and made right."""
    if made.output.ndim != right.output.ndim:
        return None
    yours, ours = made.output, right.output
    both = tuple(map(slice, map(min, zip(yours.shape, ours.shape, strict=True))))
    differing = np.argwhere(~np.isclose(yours[both], ours[both], rtol=1e-9, atol=0, equal_nan=True))
    if not len(differing):
        return None
    index = tuple(differing[0].tolist())
    place, runs = int(made.places[index]), iter(made.traces)
    while place >= (run := next(runs)).output.size:
        place -= run.output.size
    flat = int(np.ravel_multi_index(index, right.output.shape))
    pairs = zip(formula_at(run, place), formula_at(right, flat), strict=False)
    return next((Sums(index, *pair) for pair in pairs if pair[0] != pair[1]), None)
