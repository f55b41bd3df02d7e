"""Arrays side by side with the signs of an equation between them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from nnviz.formats._term_arrays import View, factor, parts
from nnviz.formats._term_paper import Paper
from nnviz.formats._term_text import BOLD, MUTED, Block, Line, beside, block_width


def in_a_row(paper: Paper, items: Sequence[View | str]) -> Block:
    """Arrays with the signs between them, on as many lines as they need."""
    views = [item for item in items if isinstance(item, View)]
    rooms = _rooms(paper, views)
    stacks = {i: parts(paper, view, room) for i, (view, room) in enumerate(rooms)}
    _level(list(stacks.values()))
    blocks: list[Block] = []
    sign: Block = []
    at = 0
    for item in items:
        if not isinstance(item, View):
            sign = [[(paper.text(f" {item} "), BOLD)]]
            continue
        room = rooms[at][1]
        head = _heading(paper, item, factor(paper, item, room))
        block = [head, *(line for part in stacks[at] for line in part)]
        # The sign stands at the middle of the numbers, not of the numbers and their name.
        blocks.append(beside([[[], *sign], block], 1, "middle") if sign else block)
        sign, at = [], at + 1
    signs = len(views) < len(items)
    return _flow(blocks, paper.width, 1 if signs else 3, "middle" if signs else "top")


def _heading(paper: Paper, view: View, factor: str = "") -> Line:
    """`input 5×5`, in the role's colour."""
    line = paper.name(view.name, view.role, view.values.shape)
    return [*line, (paper.text(f"  {factor}"), MUTED)] if factor else line


def _rooms(paper: Paper, views: Sequence[View]) -> list[tuple[View, int | None]]:
    """How wide each view may be: pictures share what the numbers leave, or stand alone."""
    if paper.width is None:
        return [(view, None) for view in views]
    pictures = [view for view in views if not view.small]
    if not pictures:
        return [(view, paper.width - 5) for view in views]
    numbers = [parts(paper, view, paper.width - 5) for view in views if view.small]
    taken = sum(max(map(block_width, stack), default=0) + 5 for stack in numbers)
    share = (paper.width - taken - 5 * len(pictures)) // len(pictures)
    share = min(share, 64) if share >= 36 else min(paper.width - 5, 64)
    return [(view, paper.width - 5 if view.small else share) for view in views]


def _level(stacks: Sequence[list[Block]]) -> None:
    """Give channels the same height in every array that has as many of them."""
    for count in {len(stack) for stack in stacks if len(stack) > 1}:
        same = [stack for stack in stacks if len(stack) == count]
        for i in range(count):
            height = max(len(stack[i]) for stack in same)
            for stack in same:
                stack[i] = stack[i] + [[] for _ in range(height - len(stack[i]))]


def _flow(
    blocks: Sequence[Block], width: int | None, gap: int, align: Literal["top", "middle"]
) -> Block:
    """Blocks from left to right, on a new row where one does not fit."""
    rows: list[list[Block]] = []
    used = 0
    for block in blocks:
        needed = block_width(block) + gap
        if not rows or (width is not None and used + needed > width + gap):
            rows.append([])
            used = 0
        rows[-1].append(block)
        used += needed
    made: Block = []
    for row in rows:
        made += ([[]] if made else []) + beside(row, gap, align)
    return made
