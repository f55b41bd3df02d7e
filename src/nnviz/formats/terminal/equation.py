"""Arrays side by side with the signs of an equation between them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

from rich.cells import cell_len
from rich.console import Group
from rich.segment import SegmentLines
from rich.text import Text

from nnviz.formats._view import View
from nnviz.formats.terminal.arrays import parts
from nnviz.formats.terminal.lines import Lines, rows, width_of
from nnviz.formats.terminal.paper import Paper, spaced
from nnviz.trace import Equation

_SIGN_ROOM = 5
"""Columns of a sign and the gaps beside it."""
_TALL = 30
"""Lines of an array beside which the others are no longer set at the middle."""
_LEVELLED = 10
"""Empty lines that a channel may get, to stand beside a taller one."""
_NARROW = 36
"""Columns of a picture below which it stands alone instead."""


def in_a_row(paper: Paper, items: Sequence[View | str]) -> Group:
    """Arrays with the signs between them, on as many lines as they need."""
    views = [item for item in items if isinstance(item, View)]
    signs = [f" {paper.text(item)} " for item in items if isinstance(item, str)]
    papers = _papers(paper, views, max((cell_len(sign) + 2 for sign in signs), default=0))
    stacks = [parts(room, view) for room, view in zip(papers, views, strict=True)]
    _level(stacks)
    waiting = zip(papers, stacks, strict=True)
    groups: list[list[Lines]] = [[]]
    for item in items:
        if isinstance(item, str):
            # Under an empty line, as numbers stand under their name.
            groups[-1].append([[], *paper.lines(Text(f" {paper.text(item)} ", "heading"))])
        else:
            room, stack = next(waiting)
            groups[-1].append([*room.lines(_heading(room, item)), *chain.from_iterable(stack)])
            groups.append([])
    tallest = max((len(block) for group in groups for block in group), default=0)
    middle = bool(signs) and tallest <= _TALL
    made = rows(groups[:-1], 1 if signs else 3, paper.width, middle=middle)
    return spaced(SegmentLines(lines, new_lines=True) for lines in made)


def _heading(paper: Paper, view: View) -> Text:
    """`input 5×5`, in the role's colour."""
    line = paper.name(view.trace.called(view.name), view.role, view.values.shape)
    if symbol := view.trace.symbols.get(view.name):
        line = Text.assemble(*paper.formula(Equation((symbol,))), "  ", line)
    return line


def _papers(paper: Paper, views: Sequence[View], sign: int) -> list[Paper]:
    """How wide each view may be: pictures share what the numbers leave, or stand alone."""
    alone = paper.within(max(1, paper.width - sign))
    pictures = sum(not view.small for view in views)
    if paper.whole or not pictures:
        return [alone for _ in views]
    numbers = [parts(alone, view) for view in views if view.small]
    taken = sum(_wide(stack) + _SIGN_ROOM for stack in numbers)
    share = (paper.width - taken) // pictures - _SIGN_ROOM
    shared = paper.within(share) if share >= _NARROW else alone
    return [alone if view.small or view.spread else shared for view in views]


def _wide(stack: Sequence[Lines]) -> int:
    return max(map(width_of, stack), default=0)


def _level(stacks: Sequence[list[Lines]]) -> None:
    """Give channels the same height in every array that has as many of them."""
    for count in {len(stack) for stack in stacks if len(stack) > 1}:
        same = [stack for stack in stacks if len(stack) == count]
        for channel in zip(*same, strict=True):
            height = max(map(len, channel))
            for lines in (each for each in channel if height - len(each) <= _LEVELLED):
                lines += [[] for _ in range(height - len(lines))]
