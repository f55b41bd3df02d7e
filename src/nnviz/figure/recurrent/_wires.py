"""Wires, gates and signs: a drawing on columns and rows, with vectors on its wires."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from nnviz.figure.layout.blocks import Block
from nnviz.figure.layout.lines import Point, arrow, rounded_arrow, rounded_line
from nnviz.figure.layout.style import BODY, SMALL, Piece, Style, middle
from nnviz.figure.scene import Anchor, Ellipse, Mark
from nnviz.records import NamedTuple
from nnviz.trace import Role

RADIUS = 16
GAP = 12
"""Between a circle and the vector on its wire."""

Spot = tuple[float, str]
"""A column, of which a tenth is 8 units beside its middle, and the name of a row."""


class Tag(NamedTuple):
    """What is on a wire: a name, and the vector where numbers or sizes are drawn."""

    name: Sequence[Piece] = ()
    block: Block | None = None

    def width(self, style: Style, size: int) -> float:
        return max(style.width(self.name, size), self.block.width if self.block else 0)

    @property
    def tall(self) -> float:
        """The height of its vector."""
        return self.block.height if self.block else 0


@dataclass
class Board:
    """What is drawn so far, and where the columns and rows are."""

    style: Style
    columns: Mapping[int, float]
    rows: Mapping[str, float]
    width: float
    height: float
    tight: bool = False
    """Names are small, and above the wires that come in and go out."""
    back: bool = False
    """Gradients go along the wires, the other way."""
    nodes: dict[Spot, int] = field(default_factory=dict)
    """The circles, with their radius."""
    signs: list[Mark] = field(default_factory=list)
    """What stands above the wires."""
    marks: list[Mark] = field(default_factory=list)

    @property
    def block(self) -> Block:
        return Block(self.width, self.height, (*self.marks, *self.signs))

    def point(self, spot: Spot) -> Point:
        column = round(spot[0])
        return self.columns[column] + round(80 * (spot[0] - column)), self.rows[spot[1]]

    # --- nodes -----------------------------------------------------------------------

    def node(self, spot: Spot, text: str, *, gate: bool = False) -> None:
        """A sign, or a gate, which has weights: its circle is theirs."""
        self.nodes[spot] = RADIUS
        self.marks += circle(self.style, *self.point(spot), text, gate=gate)

    def dot(self, spot: Spot, role: Role) -> None:
        """Where a wire branches; gradients are added there."""
        x, y = self.point(spot)
        if self.back:
            self.signs += circle(self.style, x, y, "+", radius=8)
            self.nodes[spot] = 8
            return
        self.marks.append(Ellipse(x, y, 4, 4, self.style.theme.tone(role).line))

    # --- wires -----------------------------------------------------------------------

    def wire(self, role: Role, *spots: Spot, tag: Tag | None = None) -> None:
        """An arrow through spots, from rim to rim; the tag is on its first part. Where gradients
        are added on the way, it comes out of the sign for that, and a line goes in.
        """
        first, *others = self._cut(spots)
        self._wire(role, *first, tag=tag)
        for part in others:
            points = [self.point(spot) for spot in part]
            points[0] = self._rim(points[0], points[1], part[0], 0)
            points[-1] = self._rim(points[-1], points[-2], part[-1], 0)
            self._drawn(points, "gradient", head=False)

    def _cut(self, spots: Sequence[Spot]) -> list[list[Spot]]:
        found = [[spots[0]]]
        for a, b in pairwise(spots):
            (ax, ay), (bx, by) = self.point(a), self.point(b)

            def along(spot: Spot, box: tuple[Point, Point] = ((ax, ay), (bx, by))) -> bool:
                (x, y), ((x0, y0), (x1, y1)) = self.point(spot), box
                inside = min(x0, x1) <= x <= max(x0, x1) and min(y0, y1) <= y <= max(y0, y1)
                return inside and (x, y) not in box

            met = [spot for spot, radius in self.nodes.items() if radius < RADIUS and along(spot)]
            far = sorted(met, key=lambda s: math.dist(self.point(s), self.point(a)))
            for spot in far:
                found[-1].append(spot)
                found.append([spot])
            found[-1].append(b)
            if b is not spots[-1] and self.nodes.get(b, RADIUS) < RADIUS:
                found.append([b])
        return found

    def _wire(self, role: Role, *spots: Spot, tag: Tag | None = None) -> None:
        points = [self.point(spot) for spot in spots]
        near, far = (4, 0) if self.back else (0, 2)
        role = "gradient" if self.back else role
        points[0] = self._rim(points[0], points[1], spots[0], near)
        points[-1] = self._rim(points[-1], points[-2], spots[-1], far)
        if tag is None or not (tag.name or tag.block):
            self._line(points, role)
        elif points[0][0] == points[1][0]:
            self._upright(points, role, tag)
        else:
            self._level(points, role, tag)

    def _rim(self, at: Point, other: Point, spot: Spot, by: float) -> Point:
        radius = self.nodes.get(spot) or self.nodes.get((round(spot[0]), spot[1]))
        if radius is None:
            return at
        by = radius + by * (radius == RADIUS)
        (x, y), (ox, oy) = at, other
        return (x, y + by * ((oy > y) - (oy < y))) if x == ox else (x + by * (1 - 2 * (ox < x)), y)

    def _line(self, points: Sequence[Point], role: Role) -> None:
        self._drawn(points[::-1] if self.back else points, role)

    def _drawn(self, points: Sequence[Point], role: Role, *, head: bool = True) -> None:
        tone = self.style.theme.tone(role)
        if not head:
            self.marks.append(rounded_line(points, tone.line, 2, tone.dash))
        elif len(points) > 2:
            self.marks += rounded_arrow(points, tone.line, 2, tone.dash)
        else:
            self.marks += arrow(points[0], points[1], tone.line, 2, tone.dash)

    def _around(self, before: Point, after: Sequence[Point], start: Point, role: Role) -> None:
        """A wire from its start to a vector on it, and on; the head is at the other end of a
        gradient's.
        """
        self._drawn([before, start] if self.back else [start, before], role, head=self.back)
        self._drawn(after[::-1] if self.back else after, role, head=not self.back)

    def _upright(self, points: Sequence[Point], role: Role, tag: Tag) -> None:
        """The vector near the start, its name right of the wire above it."""
        (x, y), (_, end) = points[:2]
        up = end < y
        if tag.block is None:
            self._line(points, role)
            at = y - 20 if up else y + 20
            self.marks.append(self._said(x + 8, middle(at, BODY), tag))
            return
        tall = tag.block.height
        near = y - GAP if up else y + GAP + (20 if tag.name else 0)
        top = near - tall if up else near
        ends = (top + tall, top) if up else (top, top + tall)
        self._around((x, ends[0]), [(x, ends[1]), *points[1:]], (x, y), role)
        self.marks.append(tag.block.at(x - tag.block.width / 2, top))
        self.marks.append(self._said(x + 6, top - 6, tag))

    def _level(self, points: Sequence[Point], role: Role, tag: Tag) -> None:
        """The vector in the middle, its name above it."""
        (x, y), (end, _) = points[:2]
        center = 4 * round((x + end) / 8)
        if tag.block is None:
            self._line(points, role)
            self.marks.append(self._said(center, y - 8, tag, centred=True))
            return
        half, top = tag.block.width / 2, y - 4 * round(tag.block.height / 8)
        self._around((center - half, y), [(center + half, y), *points[1:]], (x, y), role)
        self.marks += [tag.block.at(center - half, top)]
        self.marks += [self._said(center, top - 6, tag, centred=True)] if tag.name else []

    def _said(self, x: float, y: float, tag: Tag, *, centred: bool = False) -> Mark:
        size = SMALL if self.tight else BODY
        return self.style.text(x, y, tag.name, size, anchor="middle" if centred else "start")

    def weight(self, spot: Spot, letter: str, down: float, *, beside: float = 6) -> None:
        """W with its subscript, so far below a spot: right of an upright wire, or centred."""
        (x, y), color = self.point(spot), self.style.theme.tone("weight").line
        said = [Piece("Wᵀ" if self.back else "W", color), Piece(letter, color, place="sub")]
        anchor: Anchor = "start" if beside else "middle"
        self.marks.append(self.style.text(x + beside, y + down, said, SMALL, anchor=anchor))

    def lane(self, role: Role, start: Sequence[Spot], row: str, *ends: float) -> None:
        """A wire along a row with a branch up into the gate of each column."""
        for column in ends[:-1]:
            self.dot((column, row), role)
        for column in ends[:-1]:
            self.wire(role, (column, row), (column, "gate"))
        self.wire(role, *start, (ends[-1], row), (ends[-1], "gate"))

    # --- what comes in and goes out -----------------------------------------------------

    def port(self, at: Point, tag: Tag) -> None:
        """A vector around a point outside the cell, its name above it; or its name alone."""
        x, y = at
        if tag.block is None:
            level = y - 8 if self.tight else middle(y, BODY)
            self.marks.append(self._said(x, level, tag, centred=True))
            return
        top = y - 4 * round(tag.block.height / 8)
        self.marks.append(tag.block.at(x - tag.block.width / 2, top))
        self.marks.append(self._said(x, top - 6, tag, centred=True))

    def port_below(self, at: Point, tag: Tag) -> None:
        """The same below a point."""
        x, y = at
        tall = tag.block.height + 4 if tag.block else 0
        if tag.block is not None:
            self.marks.append(tag.block.at(x - tag.block.width / 2, y + 4))
        self.marks.append(self._said(x, y + tall + 20, tag, centred=True))


def circle(
    style: Style, x: float, y: float, text: str, *, gate: bool = False, radius: int = RADIUS
) -> Iterator[Mark]:
    """A gate or a sign."""
    theme, tone = style.theme, style.theme.tone("weight")
    fill, line = (tone.pale, tone.line) if gate else (theme.panel, theme.ink)
    yield Ellipse(x, y, radius, radius, fill, line, 2 if gate else 1.5, tone.dash if gate else ())
    size = BODY if len(text) == 1 else SMALL
    yield style.text(x, middle(y, size), text, size, anchor="middle")
