"""Renderables side by side, on as many rows as they need."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from rich.console import Group, RenderableType
from rich.table import Table

from nnviz.formats.terminal.paper import Paper
from nnviz.formats.terminal.table import spaced


def beside(
    paper: Paper,
    blocks: Sequence[RenderableType],
    gap: int,
    vertical: Literal["top", "middle"] = "top",
) -> RenderableType:
    """Blocks on one row, each as wide as it is."""
    if len(blocks) == 1:
        return blocks[0]
    grid = Table.grid(padding=(0, gap, 0, 0))
    for block in blocks:
        grid.add_column(width=paper.measure(block), vertical=vertical)
    grid.add_row(*blocks)
    return grid


def flow(
    paper: Paper,
    groups: Sequence[Sequence[RenderableType]],
    gap: int,
    vertical: Literal["top", "middle"] = "top",
) -> Group:
    """Blocks from left to right; those of a group stay on one row."""
    rows: list[list[RenderableType]] = []
    used = 0
    for group in groups:
        needed = sum(paper.measure(block) + gap for block in group)
        if not rows or used + needed > paper.width + gap:
            rows.append([])
            used = 0
        rows[-1] += group
        used += needed
    return Group(*spaced([beside(paper, row, gap, vertical) for row in rows]))
