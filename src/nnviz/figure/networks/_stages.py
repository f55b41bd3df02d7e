"""Stages of a chain in rows: a name above, a picture, what is said beneath, arrows between."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from nnviz.figure.layout.blocks import Block, wrapped
from nnviz.figure.layout.lines import arrow
from nnviz.figure.layout.style import Style, near4
from nnviz.figure.scene import Group, Mark, Text

GAP = 16
ARROW = 32


@dataclass(frozen=True, slots=True)
class Stage:
    """A layer with the room that its maps have: what stands above, its maps, what beneath."""

    head: Block
    foot: Block
    width: float
    height: float
    """Of its maps."""
    body: Callable[[], Block]
    label: str = ""
    """To be read out, of the whole stage."""


def in_rows(style: Style, stages: Sequence[Stage]) -> list[list[Stage]]:
    """As many a row as the page has room for."""
    widths = [stage.width + (ARROW if i else 0) for i, stage in enumerate(stages)]
    return [list(stages[line]) for line in wrapped(stages, widths, 0, style.room)]


def row_height(row: Sequence[Stage]) -> float:
    """Of a row with the gap beneath it."""
    head, foot = max(s.head.height for s in row), max(s.foot.height for s in row)
    return head + max(s.height for s in row) + 8 + foot + GAP


def stage_row(style: Style, stages: Sequence[Stage], *, first: bool) -> Block:
    """Names level above, shapes level beneath, and what is made centred between."""
    head = max(s.head.height for s in stages)
    bodies = [stage.body() for stage in stages]
    body = max(b.height for b in bodies)
    axis = near4(head + 4 + body / 2)
    marks: list[Mark] = []
    x = 0.0
    for i, (stage, inner) in enumerate(zip(stages, bodies, strict=True)):
        if i or not first:
            marks += arrow((x + 4, axis), (x + ARROW - 4, axis), style.theme.muted)
            x += ARROW
        parts = (
            _centred(stage.head, stage.width).at(x, 0),
            inner.at(x + near4((stage.width - inner.width) / 2), near4(axis - inner.height / 2)),
            _centred(stage.foot, stage.width).at(x, head + body + 8),
        )
        marks.append(Group(parts, label=stage.label))
        x += stage.width
    height = head + body + 8 + max(s.foot.height for s in stages)
    return Block(x, height, tuple(marks), axis)


def _centred(block: Block, width: float) -> Block:
    """Lines of text in the middle of a width."""

    def moved(mark: Mark) -> Mark:
        if isinstance(mark, Group):
            return Group(tuple(moved(m) for m in mark.marks), 0, mark.y)
        return mark._replace(x=width / 2, anchor="middle") if isinstance(mark, Text) else mark

    return Block(width, block.height, tuple(moved(m) for m in block.marks), block.axis)
