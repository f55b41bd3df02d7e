"""Arrays side by side with the signs of an equation between them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from nnviz.formats.terminal.arrays import View, factor, parts
from nnviz.formats.terminal.paper import Paper
from nnviz.formats.terminal.text import BOLD, MUTED, Block, Line, beside, block_width

_SIGN_ROOM = 5
"""Columns of a sign and the gaps beside it."""
_TALL = 30
"""Lines of an array beside which the others are no longer set at the middle."""
_NARROW = 36
"""Columns of a picture below which it stands alone instead."""


def in_a_row(paper: Paper, items: Sequence[View | str]) -> Block:
    """Arrays with the signs between them, on as many lines as they need."""
    views = [item for item in items if isinstance(item, View)]
    rooms = _rooms(paper, views)
    stacks = [parts(paper, view, room) for view, room in zip(views, rooms, strict=True)]
    _level(stacks)
    waiting = list(zip(stacks, rooms, strict=True))
    groups: list[list[Block]] = []
    sign: list[Block] = []
    for item in items:
        if isinstance(item, str):
            # Under an empty line, as numbers stand under their name.
            sign = [[[], [(paper.text(f" {item} "), BOLD)]]]
            continue
        stack, room = waiting.pop(0)
        head = _heading(paper, item, factor(paper, item, room))
        groups.append([*sign, [head, *(line for part in stack for line in part)]])
        sign = []
    if len(views) == len(items):
        return _flow(groups, paper.width, 3, "top")
    tallest = max(len(block) for group in groups for block in group)
    return _flow(groups, paper.width, 1, "middle" if tallest <= _TALL else "top")


def _heading(paper: Paper, view: View, factor: str = "") -> Line:
    """`input 5×5`, in the role's colour."""
    line = paper.name(view.name, view.role, view.values.shape)
    return [*line, (paper.text(f"  {factor}"), MUTED)] if factor else line


def _rooms(paper: Paper, views: Sequence[View]) -> list[int | None]:
    """How wide each view may be: pictures share what the numbers leave, or stand alone."""
    if paper.width is None:
        return [None for _ in views]
    alone = paper.width - _SIGN_ROOM
    pictures = sum(not view.small for view in views)
    if not pictures:
        return [alone for _ in views]
    numbers = [parts(paper, view, alone) for view in views if view.small]
    taken = sum(max(map(block_width, stack), default=0) + _SIGN_ROOM for stack in numbers)
    share = (paper.width - taken) // pictures - _SIGN_ROOM
    share = share if share >= _NARROW else alone
    return [alone if view.small or view.spread else share for view in views]


def _level(stacks: Sequence[list[Block]]) -> None:
    """Give channels the same height in every array that has as many of them."""
    for count in {len(stack) for stack in stacks if len(stack) > 1}:
        same = [stack for stack in stacks if len(stack) == count]
        for i in range(count):
            height = max(len(stack[i]) for stack in same)
            for stack in same:
                stack[i] = stack[i] + [[] for _ in range(height - len(stack[i]))]


def _flow(
    groups: Sequence[list[Block]], width: int | None, gap: int, align: Literal["top", "middle"]
) -> Block:
    """Blocks from left to right, on a new row where a sign and its array do not fit."""
    rows: list[list[Block]] = []
    used = 0
    for group in groups:
        needed = sum(block_width(block) + gap for block in group)
        if not rows or (width is not None and used + needed > width + gap):
            rows.append([])
            used = 0
        rows[-1] += group
        used += needed
    made: Block = []
    for row in rows:
        made += ([[]] if made else []) + beside(row, gap, align)
    return made
