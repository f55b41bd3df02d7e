"""Stages of a chain in rows: a name above, a picture, what is said beneath, arrows between.

Lanes that meet stand one below the other as one stage; what goes past some stages goes above them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import count, pairwise

from nnviz.figure.layout.blocks import Block, column, wrapped
from nnviz.figure.layout.lines import (
    Point,
    arrow,
    polyline,
    rounded_arrow,
    rounded_line,
    segments,
)
from nnviz.figure.layout.style import Style, near4, up4
from nnviz.figure.scene import Ellipse, Group, Mark, Text
from nnviz.records import NamedTuple, dataclass, replace

GAP = 16
ARROW, FORK = 32, 12
"""What leads to a stage, and to lanes."""
LEVEL = 16
"""From a line above a row to the next."""
REACH = 14
"""How far from the middle of a sign the lines to it end."""
SUM, AROUND = 8, 24
"""The radius of a sum of gradients, and the room that it takes of an arrow."""
Line = tuple[int, int]


@dataclass(frozen=True)
class Pen:
    """How the lines between stages are drawn: on, or back as gradients go."""

    style: Style
    back: bool = False

    @property
    def stroke(self) -> str:
        theme = self.style.theme
        return theme.tone("gradient").line if self.back else theme.muted

    @property
    def reach(self) -> int:
        """How far from the middle of a joint lines end: none comes back to it."""
        return 0 if self.back else REACH

    def arrow(self, start: Point, end: Point) -> tuple[Mark, ...]:
        return arrow(end, start, self.stroke) if self.back else arrow(start, end, self.stroke)

    def led(
        self, points: Sequence[Point], *, first: bool = True, last: bool = True
    ) -> Iterable[Mark]:
        """A line with a head where it ends, if it has its `last` point; back, its `first`."""
        way = points[::-1] if self.back else points
        if first if self.back else last:
            return rounded_arrow(way, self.stroke)
        return (rounded_line(way, self.stroke),)

    def sum(self, x: float, y: float, radius: float) -> tuple[Mark, ...]:
        """A plus sign in a circle."""
        arm = radius / 2
        cross = ((x, y - arm), (x, y + arm)), ((x - arm, y), (x + arm, y))
        circle = Ellipse(x, y, radius, radius, self.style.theme.page, self.stroke, 2)
        return circle, segments(cross, self.stroke, 2)

    def parting(self, x: float, y: float) -> Sequence[Mark]:
        """Where what one stage makes goes several ways, and its gradients meet."""
        return self.sum(x, y, SUM) if self.back else (Ellipse(x, y, 3, 3, self.stroke),)


@dataclass(frozen=True)
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
    port: float = 0
    """Where lines come in from above, from its left; 0 where they end before it."""
    forks: bool = False
    """Whether what comes in parts in it."""

    @property
    def bare(self) -> bool:
        """Whether it has no words, and so stands level with the maps of others alone."""
        return not self.head.height


class _Row(NamedTuple):
    """Stages that stand in a row, and the lines past them, each as high as it has to be."""

    places: range
    levels: Mapping[Line, int]
    """How high each line is, from 1."""
    head: float
    body: float
    """The heights of the words above and of the largest maps."""
    axis: float
    height: float
    width: float


@dataclass(frozen=True)
class Flow:
    """Stages in as many rows as the room asks for."""

    style: Style
    stages: Sequence[Stage]
    room: float
    lines: Sequence[Line] = ()
    """What goes past stages: from after one (−1: from what comes in) to one, by their places."""
    led: bool = False
    """Whether an arrow leads to the first."""
    apart: frozenset[int] = frozenset()
    """The places of those to which none leads."""
    back: bool = False
    """Whether gradients go back through it."""

    @property
    def pen(self) -> Pen:
        return Pen(self.style, self.back)

    @cached_property
    def rows(self) -> Sequence[_Row]:
        """As many stages a row as the page has room for."""
        widths = [
            self._before(i) + stage.width + self._behind(i) for i, stage in enumerate(self.stages)
        ]
        found = wrapped(self.stages, widths, 0, self.room - GAP * self.led)
        return [self._row(range(s.start, s.stop), sum(widths[s])) for s in found]

    @property
    def height(self) -> float:
        return sum(row.height + GAP for row in self.rows) - GAP if self.rows else LEVEL

    @property
    def width(self) -> float:
        on = GAP * (self.led and len(self.rows) > 1)
        return max((row.width + on for row in self.rows), default=0)

    @property
    def entry(self) -> float:
        """Where what comes in does so, from its top."""
        return self.rows[0].axis if self.rows else LEVEL / 2

    @property
    def exit(self) -> Point:
        """Where what goes out leaves it."""
        if not self.rows:
            return 0, LEVEL / 2
        last = self.rows[-1]
        return self._end(last), self.height - last.height + last.axis

    def block(self) -> Block:
        """It drawn; in a lane, lines lead from row to row."""
        made = column([self._drawn(row) for row in self.rows], GAP)
        marks, y = [*made.marks], 0.0
        for row, after in pairwise(self.rows if self.led else ()):
            top, x = y + row.height + GAP, self._end(row)
            down = (row.width + GAP - 4, y + row.axis), (row.width + GAP - 4, top - GAP / 2)
            back = (8, top - GAP / 2), (8, top + after.axis)
            ends = (x, y + row.axis), (ARROW - 4, top + after.axis)
            marks += self.pen.led([ends[0], *down, *back, ends[1]])
            y = top
        return replace(made, marks=tuple(marks))

    def _end(self, row: _Row) -> float:
        """Where what goes out of a row begins."""
        return row.width + (0 if self.stages[row.places[-1]].bare else 4)

    def _behind(self, place: int) -> int:
        """The room of the arrow after a stage: back it is in the row of the one that it points at,
        unless a line leads from row to row.
        """
        shifted = self.back and not self.led and place + 1 < len(self.stages)
        return self._lead(place + 1) if shifted else 0

    def _before(self, place: int) -> int:
        return 0 if place and self._behind(place - 1) else self._lead(place)

    def _lead(self, place: int) -> int:
        if not (place or self.led):
            return 0
        if self.back and (self.stages[place].forks or self._parts(place)):
            return ARROW + AROUND
        return FORK if self.stages[place].forks else ARROW

    def _meets(self, place: int) -> bool:
        """Whether gradients meet before a stage: from lines past others, and from it."""
        return sum(place == after + 1 for after, _ in self.lines) + (place not in self.apart) > 1

    def _parts(self, place: int) -> bool:
        """Whether a line past stages begins before one."""
        return any(place == after + 1 for after, _ in self.lines)

    def _row(self, places: range, width: float) -> _Row:
        stages = self.stages[places.start : places.stop]
        levels = _levels(
            [
                (a, b)
                for a, b in self.lines
                if a + (not self._behind(a)) < places.stop and places.start <= b
            ]
        )
        named = [stage for stage in stages if not stage.bare]
        head = max((s.head.height for s in named), default=0)
        body = max((s.height for s in named), default=0)
        foot = max((s.foot.height for s in named), default=0)
        half = max((s.height / 2 for s in stages if s.bare), default=0)
        above = max(near4(head + 4 + body / 2) if named else 0, half)
        below = max(head + body + 8 + foot - near4(head + 4 + body / 2) if named else 0, half)
        axis = near4(LEVEL * max(levels.values(), default=0) + above)
        return _Row(places, levels, head, body, axis, up4(axis + below), width)

    def _drawn(self, row: _Row) -> Block:
        """Names level above, shapes level beneath, and what is made centred between."""
        marks: list[Mark] = []
        x, top = 0.0, row.axis - near4(row.head + 4 + row.body / 2)
        lefts: dict[int, float] = {}
        gaps: dict[int, float] = {}
        for place in row.places:
            stage, inner = self.stages[place], self.stages[place].body()
            if lead := self._before(place):
                again = self.led and place == row.places[0] and place
                marks += () if again else self._led(place, x, row.axis)
                gaps[place] = x
                x += lead
            lefts[place] = x
            parts = (
                centred(stage.head, stage.width).at(x, top),
                inner.at(
                    x + near4((stage.width - inner.width) / 2),
                    near4(row.axis - inner.height / 2),
                ),
                centred(stage.foot, stage.width).at(x, top + row.head + row.body + 8),
            )
            marks.append(Group(parts, label=stage.label))
            x += stage.width
            if lead := self._behind(place):
                marks += self._led(place + 1, x, row.axis)
                gaps[place + 1] = x
                x += lead
        marks += self._past(row, lefts, gaps)
        return Block(x, row.height, tuple(marks), row.axis)

    def _led(self, place: int, x: float, y: float) -> Sequence[Mark]:
        """The arrow to a stage."""
        start, lead = x if place and self.stages[place - 1].bare else x + 4, self._lead(place)
        if place in self.apart:
            if not self.back:
                return [self._line(start, x + 8, y)] if self._parts(place) else ()
            return self.pen.arrow((start, y), (x + 28, y)) if self._meets(place) else ()
        if self.back and not place:  # it goes on to where lanes part
            return [self._line(start, x + lead - 4 * (not self.stages[0].forks), y)]
        if self.stages[place].forks:
            if self.back:
                return self.pen.arrow((start, y), (x + lead, y))
            return [self._line(start, x + lead, y)]
        return self.pen.arrow((start, y), (x + lead - 4, y))

    def _line(self, start: float, end: float, y: float) -> Mark:
        return polyline([(start, y), (end, y)], self.pen.stroke, 2)

    def _past(self, row: _Row, lefts: dict[int, float], gaps: dict[int, float]) -> Iterator[Mark]:
        """The lines above a row, from where each leaves it to where it comes down."""
        pen, most = self.pen, max(row.levels.values(), default=0)
        for (start, end), level in row.levels.items():
            y = LEVEL * (most - level) + LEVEL / 2
            points: list[Point] = [(0, y)]
            if first := start + 1 in gaps:
                x = gaps[start + 1] + (28 if self.back else 8)
                points = [(x, row.axis - SUM * self.back), (x, y)]
                if self.back and not self._meets(start + 1):
                    points = [(gaps[start + 1] + 4, row.axis), (x, row.axis), (x, y)]
                else:
                    yield from pen.parting(x, row.axis)
            if end not in lefts:
                yield from pen.led([*points, (row.width, y)], first=first, last=False)
                continue
            stage, x = self.stages[end], lefts[end] + self.stages[end].port
            ends: list[Point] = [(x, y), (x, row.axis - pen.reach)]
            if not stage.port:
                ends = [(x - 20, y), (x - 20, row.axis), (x - 4, row.axis)]
            yield from pen.led([*points, *ends], first=first)


def _levels(lines: Sequence[Line]) -> Mapping[Line, int]:
    """How high each line is: as low as others allow; those from one stage may be one line."""
    levels: dict[Line, int] = {}
    for start, end in sorted(lines, key=lambda line: (line[1] - line[0], line)):
        taken = {n for (a, b), n in levels.items() if a != start and a < end and start < b}
        levels[start, end] = next(n for n in count(1) if n not in taken)
    return levels


def centred(block: Block, width: float | None = None) -> Block:
    """Lines of text in the middle of a width, their own unless given."""
    width = block.width if width is None else width

    def moved(mark: Mark) -> Mark:
        if isinstance(mark, Group):
            return Group(tuple(moved(m) for m in mark.marks), 0, mark.y)
        return mark._replace(x=width / 2, anchor="middle") if isinstance(mark, Text) else mark

    return Block(width, block.height, tuple(moved(m) for m in block.marks), block.axis)
