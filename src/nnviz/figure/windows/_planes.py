"""Grids in perspective: parallelograms by a fixed affine map, the text in them upright."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

from nnviz.figure.arrays.grid import HATCHED, OUTSIDE, Table
from nnviz.figure.layout.lines import Point, polyline, segments
from nnviz.figure.layout.style import BODY, SMALL, Style, middle
from nnviz.figure.scene import Box, Command, Dash, Mark, Path, Text, extent
from nnviz.records import NamedTuple, dataclass
from nnviz.trace import Role


class Tilt(NamedTuple):
    """The map of a cell: its width, how far each row is shifted, and a row's height."""

    across: int
    shift: int
    down: int

    def room(self, size: float) -> float:
        """The widest text of a size that no slanting line runs through."""
        return self.across - self.shift * 1.1 * size / self.down - 4

    def text(self, style: Style, tables: Iterable[Table]) -> int | None:
        """The size at which every number fits its cell; None where none does."""
        texts = {(cell.text, cell.bold) for table in tables for line in table for cell in line}
        for size in (BODY, SMALL):
            if size + 6 > self.down:
                continue
            if max(style.width(text, size, bold) for text, bold in texts) <= self.room(size):
                return size
        return None


TILTS = (Tilt(52, 24, 32), Tilt(44, 20, 28), Tilt(36, 16, 24), Tilt(28, 12, 20), Tilt(20, 6, 16))
"""What is tried, the largest first; the last takes `MOST` cells a side with their indices."""

WIDE = (Tilt(64, 16, 24), Tilt(56, 12, 20))
"""What is tried before numbers of several digits are left out."""


@dataclass(frozen=True)
class Plane:
    """A table on a plane whose lower left corner is at (x, y + rows · down)."""

    table: Table
    role: Role
    tilt: Tilt
    x: float
    y: float
    origin: tuple[int, int] = (0, 0)
    shape: tuple[int, int] | None = None
    """Where the array itself stands in the table: padding is around it, dashed."""

    @property
    def rows(self) -> int:
        return len(self.table)

    @property
    def columns(self) -> int:
        return len(self.table[0])

    @property
    def inner(self) -> tuple[int, int]:
        return self.shape or (self.rows, self.columns)

    def point(self, row: float, column: float) -> Point:
        """Where a corner of the grid stands."""
        across, shift, down = self.tilt
        return self.x + (self.rows - row) * shift + column * across, self.y + row * down

    def corners(self, row: float, column: float, rows: float, columns: float) -> list[Point]:
        """The corners of some cells, from the upper left on, clockwise."""
        ends = ((0, 0), (0, columns), (rows, columns), (rows, 0))
        return [self.point(row + r, column + c) for r, c in ends]


def size_of(rows: int, columns: int, tilt: Tilt) -> tuple[int, int]:
    """The width and height of a plane."""
    return columns * tilt.across + rows * tilt.shift, rows * tilt.down


def surface(style: Style, plane: Plane) -> list[Mark]:
    """The plane without its numbers: fills, hairlines, outline."""
    tone, theme = style.theme.tone(plane.role), style.theme
    whole = (0, 0, plane.rows, plane.columns)
    inner = (*plane.origin, *plane.inner)
    marks: list[Mark] = []
    for r, line in enumerate(plane.table):
        for c, cell in enumerate(line):
            if cell.state == "padding" and cell.fill:
                marks.append(_filled_plane(plane.corners(r, c, 1, 1), cell.fill))
    if inner != whole:
        marks.append(_plane_lines(plane, whole, theme.muted, (3, 3)))
    marks.append(_filled_plane(plane.corners(*inner), tone.pale))
    for r, line in enumerate(plane.table):
        for c, cell in enumerate(line):
            if cell.state == "active":
                one = _filled_plane(plane.corners(r, c, 1, 1), tone.active)
                marks.append(one._replace(now=plane.role))
            elif cell.state in HATCHED:
                marks.append(_struck_cell(plane, r, c, theme.muted))
    marks.append(_plane_lines(plane, inner, theme.rule, ()))
    marks.append(polyline(plane.corners(*inner), tone.line, 2, tone.dash, close=True))
    return marks


def outline(style: Style, plane: Plane, window: tuple[float, float, float, float]) -> Mark:
    """The firm outline of some cells."""
    line = style.theme.tone(plane.role).line
    return polyline(plane.corners(*window), line, 3, close=True)._replace(now=plane.role)


def figures(style: Style, plane: Plane, size: int | None) -> list[Text]:
    """The numbers of a plane, upright in the middle of their cells."""
    if size is None:
        return []
    room, down = plane.tilt.room(size) + 2, plane.tilt.down
    found = []
    for r, line in enumerate(plane.table):
        for c, cell in enumerate(line):
            if cell.text and not cell.hidden:
                x, y = plane.point(r + 0.5, c + 0.5)
                outside = cell.state in OUTSIDE
                fill = style.theme.muted if outside else None
                found.append(
                    style.text(
                        x,
                        middle(y, size),
                        cell.text,
                        size,
                        fill=fill,
                        bold=cell.bold,
                        anchor="middle",
                        cell=Box(x - room / 2, y - down / 2, room, down),
                    )._replace(at=None if outside else (r - plane.origin[0], c - plane.origin[1]))
                )
    return found


def indices(style: Style, plane: Plane, *, rows: bool = True) -> list[Text]:
    """The rows' indices along the right edge, the columns' along the lower one.

    The lines from the window go up to a smaller plane above the middle: none comes there.
    """
    (r0, c0), (tall, wide) = plane.origin, plane.inner
    found = []
    for i in range(tall if rows else 0):
        x, y = plane.point(r0 + i + 0.5, plane.columns)
        found.append(style.note(x + 10, middle(y, SMALL), str(i)))
    for i in range(wide):
        x, y = plane.point(plane.rows, c0 + i + 0.5)
        found.append(style.note(x, y + 16, str(i), "middle"))
    return found


def rays(
    starts: Sequence[Point],
    ends: Sequence[Point],
    texts: Sequence[Text],
    stroke: str,
    above: Sequence[Point] = (),
) -> Path:
    """Thin lines from corner to corner that stop before a text and go on behind it.

    What lies behind the plane with the corners `above` is hidden.
    """
    covers: list[Sequence[Point]] = [above] if above else []
    for box in map(extent, texts):  # with a little room
        left, top, right, bottom = box.x - 2, box.y - 1, box.right + 2, box.bottom + 1
        covers.append([(left, top), (right, top), (right, bottom), (left, bottom)])
    pairs = [
        piece
        for start, end in zip(starts, ends, strict=True)
        for piece in _seen_pieces(start, end, covers)
    ]
    return segments(pairs, stroke, 1.25)


def _seen_pieces(
    start: Point, end: Point, covers: Sequence[Sequence[Point]]
) -> list[tuple[Point, Point]]:
    """What is left of a line outside all covers."""
    found = (_hidden_part(start, end, cover) for cover in covers)
    hidden = sorted(span for span in found if span is not None)
    at, left = 0.0, []
    for begin, stop in [*hidden, (1.0, 1.0)]:
        if begin > at + 1e-6:
            left.append((_point_along(start, end, at), _point_along(start, end, begin)))
        at = max(at, stop)
    return left


def _point_along(start: Point, end: Point, part: float) -> Point:
    return start[0] + part * (end[0] - start[0]), start[1] + part * (end[1] - start[1])


def _hidden_part(start: Point, end: Point, corners: Sequence[Point]) -> tuple[float, float] | None:
    """Between which parts of its length a line is inside a convex shape whose corners go
    round clockwise (Cyrus and Beck, 1978).
    """
    first, last = 0.0, 1.0
    for (x0, y0), (x1, y1) in pairwise([*corners, corners[0]]):
        # Positive on the inner side of this edge.
        at, to = ((x1 - x0) * (y - y0) - (y1 - y0) * (x - x0) for x, y in (start, end))
        if abs(to - at) < 1e-9:
            if at <= 0:
                return None
        elif to > at:
            first = max(first, at / (at - to))
        else:
            last = min(last, at / (at - to))
    return (first, last) if first < last else None


def _filled_plane(points: Sequence[Point], fill: str) -> Path:
    commands: list[Command] = [("L" if i else "M", p) for i, p in enumerate(points)]
    return Path((*commands, ("Z", ())), fill)


def _plane_lines(plane: Plane, area: tuple[int, int, int, int], stroke: str, dash: Dash) -> Path:
    """The grid of some cells."""
    r, c, rows, columns = area
    pairs = [(plane.point(r + i, c), plane.point(r + i, c + columns)) for i in range(rows + 1)]
    pairs += [(plane.point(r, c + i), plane.point(r + rows, c + i)) for i in range(columns + 1)]
    return segments(pairs, stroke, 1, dash)


def _struck_cell(plane: Plane, r: int, c: int, stroke: str) -> Path:
    """Two strokes across the corners of a cell that no window reads, beside its number."""
    ends = (((0.0, 0.3), (0.3, 0.0)), ((0.7, 1.0), (1.0, 0.7)))
    pairs = [(plane.point(r + a, c + b), plane.point(r + d, c + e)) for (a, b), (d, e) in ends]
    return segments(pairs, stroke)
