"""Arrays side by side with the signs of an equation between them."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from rich.console import Group, RenderableType
from rich.constrain import Constrain
from rich.padding import Padding
from rich.text import Text

from nnviz.formats.terminal.arrays import View, factor, parts, rows
from nnviz.formats.terminal.paper import Paper, spaced

_SIGN_ROOM = 5
"""Columns of a sign and the gaps beside it."""
_TALL = 30
"""Lines of an array beside which the others are no longer set at the middle."""
_NARROW = 36
"""Columns of a picture below which it stands alone instead."""


def in_a_row(paper: Paper, items: Sequence[View | str]) -> Group:
    """Arrays with the signs between them, on as many lines as they need."""
    views = [item for item in items if isinstance(item, View)]
    signs = [f" {paper.text(item)} " for item in items if isinstance(item, str)]
    papers = _papers(paper, views, max((cell_len(sign) + 2 for sign in signs), default=0))
    stacks = [parts(room, view) for room, view in zip(papers, views, strict=True)]
    _level(papers, stacks)
    waiting = zip(papers, stacks, strict=True)
    groups: list[list[RenderableType]] = [[]]
    for item in items:
        if isinstance(item, str):
            # Under an empty line, as numbers stand under their name.
            groups[-1].append(Group(Text(), Text(f" {paper.text(item)} ", "heading")))
        else:
            room, stack = next(waiting)
            array = Group(_heading(room, item), *stack)
            groups[-1].append(Constrain(array, room.width))
            groups.append([])
    if not signs:
        return spaced(rows(paper, groups[:-1], 3))
    tallest = max(paper.height(group[-1]) for group in groups[:-1])
    return spaced(rows(paper, groups[:-1], 1, "middle" if tallest <= _TALL else "top"))


def _heading(paper: Paper, view: View) -> Text:
    """`input 5×5`, in the role's colour."""
    line = paper.name(view.name, view.role, view.values.shape)
    power = factor(paper, view)
    return line.append(paper.text(f"  {power}"), "muted") if power else line


def _papers(paper: Paper, views: Sequence[View], sign: int) -> list[Paper]:
    """How wide each view may be: pictures share what the numbers leave, or stand alone."""
    alone = paper if paper.whole else paper.within(max(1, paper.width - sign))
    pictures = sum(not view.small for view in views)
    if paper.whole or not pictures:
        return [alone for _ in views]
    numbers = [parts(alone, view) for view in views if view.small]
    taken = sum(max(map(alone.measure, stack), default=0) + _SIGN_ROOM for stack in numbers)
    share = (paper.width - taken) // pictures - _SIGN_ROOM
    shared = paper.within(share) if share >= _NARROW else alone
    return [alone if view.small or view.spread else shared for view in views]


def _level(papers: Sequence[Paper], stacks: Sequence[list[RenderableType]]) -> None:
    """Give channels the same height in every array that has as many of them."""
    for count in {len(stack) for stack in stacks if len(stack) > 1}:
        same = [(p, s) for p, s in zip(papers, stacks, strict=True) if len(s) == count]
        for i in range(count):
            heights = [paper.height(stack[i]) for paper, stack in same]
            for height, (_, stack) in zip(heights, same, strict=True):
                if height < max(heights):
                    below = (0, 0, max(heights) - height, 0)
                    stack[i] = Padding(stack[i], below, expand=False)
