"""What is found in a learner's numbers, on paper: right, the cells that differ, the mistakes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice, zip_longest
from typing import Any

from rich.cells import cell_len, set_cell_size
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from nnviz.checking.case import Explanation
from nnviz.checking.diagnosis import Finding
from nnviz.formats.terminal.paper import Paper
from nnviz.formats.terminal.view import OnPaper
from nnviz.numerals import exact, rounded
from nnviz.records import dataclass
from nnviz.request import Request
from nnviz.shapes import times
from nnviz.trace import Place, Trace
from nnviz.words import Words

_LISTED = 8
"""Cells and mistakes that are listed; of more it is said how many."""
_MOST_DIGITS = 17


@dataclass(frozen=True)
class FindingView(OnPaper):
    """A finding as a Rich renderable."""

    finding: Finding
    trace: Trace
    request: Request
    whole: bool = False

    def blocks(self, paper: Paper) -> Iterator[RenderableType]:
        """The verdict; the cells that differ; what explains them, or that nothing does."""
        found = self.finding
        yield paper.hanging(Text(paper.say(_verdict(found)), "heading"))
        if found.right:
            return
        if len(found.differing):
            table = _cells(paper, found, self.trace)
            yield Group(table, *_more(paper, len(found.differing)))
        yield paper.hanging(Text(paper.say(_heading(found))))
        several = len(found.explanations) > 1
        for number, explanation in enumerate(found.explanations[:_LISTED], 1):
            yield _explained(paper, explanation, f"{number}. " if several else "")
        if found.shaped and not found.explanations:
            said = (Text(f"  {paper.say(words)}") for _, words in found.shaped[:_LISTED])
            yield Group(*map(paper.hanging, said), *_more(paper, len(found.shaped)))


def _verdict(found: Finding) -> Words:
    n = found.ours.size
    if found.right:
        return (
            Words("right: all {n} numbers, rounded as they are written", n=n)
            if (found.rounded)
            else Words("right: all {n} numbers", n=n)
        )
    if not found.fits:
        yours, ours = times(found.mine.shape), times(found.ours.shape)
        return Words("wrong: yours is {yours}, the result {ours}", yours=yours, ours=ours)
    return Words("wrong: {n} of {count} numbers", n=len(found.differing), count=n)


def _heading(found: Finding) -> Words:
    """What the list beneath it is of."""
    kinds = {explanation.name for explanation in found.explanations}
    if "slip" in kinds:
        return Words("one slip that gives your number:")
    if kinds:
        return Words("what gives all of your numbers:")
    if found.shaped:
        return Words("what gives your shape, but not your numbers:")
    return Words("no mistake that nnviz knows gives your numbers")


def _more(paper: Paper, count: int) -> Iterator[Text]:
    if count > _LISTED:
        yield paper.muted(Words("… and {n} more", n=count - _LISTED))


def _cells(paper: Paper, found: Finding, trace: Trace) -> Table:
    """The first cells that differ: where, yours, ours."""
    table = Table(box=None, pad_edge=False, header_style="muted")
    places = _places(trace, found.ours.ndim)
    where = ", ".join(paper.say(place.label) for place in places)
    for label in (where, *map(paper.say, (Words("yours"), Words("ours")))):
        table.add_column(label, justify="right")
    firsts = [place.first for place in places]
    for at, yours, ours in islice(found.cells(), _LISTED):
        cell = ", ".join(str(i + first) for i, first in zip_longest(at, firsts, fillvalue=0))
        table.add_row(cell, *map(paper.text, _told_apart(yours.item(), ours.item(), paper)))
    return table


def _places(trace: Trace, rank: int) -> tuple[Place, ...]:
    """What the axes of the output are called, as far as it is known; times count from 1."""
    if trace.recurrence is not None and rank > 1:
        return (*trace.places, Place(Words("cell")))
    known = trace.recurrence is None and len(trace.places) == rank
    return trace.places if known else (Place(Words("cell")),)


def _told_apart(yours: Any, ours: Any, paper: Paper) -> Sequence[str]:
    """Both as they are shown; the right one with as many digits as tell it from the other."""
    written = exact(yours)
    shown = (rounded(ours, n) for n in range(paper.appearance.precision, _MOST_DIGITS))
    return written, next((text for text in shown if text != written), exact(ours))


def _explained(paper: Paper, explanation: Explanation, label: str) -> Group:
    """The mistake, and both sums."""
    lines = [paper.hanging(Text(label + paper.say(explanation.said), "heading"), len(label))]
    if explanation.sums is None:
        return Group(*lines)
    _, yours, ours = explanation.sums
    names = [paper.say(words) for words in (Words("yours"), Words("ours"))]
    width = 3 + max(map(cell_len, names)) + 2
    for name, equation in zip(names, (yours, ours), strict=True):
        line = Text.assemble((set_cell_size(f"   {name}", width), "muted"))
        lines.append(paper.hanging(line.append(Text().join(paper.formula(equation))), width))
    return Group(*lines)
