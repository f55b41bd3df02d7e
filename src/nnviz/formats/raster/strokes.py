"""Outlines as points: what a painter without curves and dashes needs."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise

from nnviz.figure import scene
from nnviz.records import dataclass

Point = tuple[float, float]
Piece = tuple[Point, Point]


@dataclass(frozen=True)
class Outline:
    """A line through points, closed or not."""

    points: list[Point]
    closed: bool = False

    @property
    def upright(self) -> bool:
        """Whether every piece of it is level or plumb."""
        return all(a[0] == b[0] or a[1] == b[1] for a, b in self.pieces())

    def pieces(self) -> list[Piece]:
        around = [*self.points, self.points[0]] if self.closed else self.points
        return list(pairwise(around))


def flattened(mark: scene.Shape) -> list[Outline]:
    """The outlines of a shape, its curves as short straight lines."""
    match mark:
        case scene.Rect(x=x, y=y, width=w, height=h) if not mark.radius:
            return [Outline([(x, y), (x + w, y), (x + w, y + h), (x, y + h)], closed=True)]
        case scene.Rect(x=x, y=y, width=w, height=h):
            r = min(mark.radius, w / 2, h / 2)
            corners = [
                (x + w - r, y + r),
                (x + w - r, y + h - r),
                (x + r, y + h - r),
                (x + r, y + r),
            ]
            points = [p for i, c in enumerate(corners) for p in _arc(c, r, r, 90 * i - 90, 90 * i)]
            return [Outline(points, closed=True)]
        case scene.Ellipse(x=x, y=y, rx=rx, ry=ry):
            return [Outline(_arc((x, y), rx, ry, 0, 360)[:-1], closed=True)]
        case scene.Path(commands=commands):
            return _subpaths(commands)


def _arc(center: Point, rx: float, ry: float, start: float, end: float) -> list[Point]:
    n = max(4, math.ceil((end - start) / 360 * 2 * math.pi * max(rx, ry) / 1.5))
    angles = (math.radians(start + (end - start) * i / n) for i in range(n + 1))
    return [(center[0] + rx * math.cos(a), center[1] + ry * math.sin(a)) for a in angles]


def _subpaths(commands: Sequence[scene.Command]) -> list[Outline]:
    found: list[Outline] = []
    points: list[Point] = []
    for letter, numbers in commands:
        if letter == "M":
            if len(points) > 1:
                found.append(Outline(points))
            points = [(numbers[0], numbers[1])]
        elif letter == "L":
            points.append((numbers[0], numbers[1]))
        elif letter == "C":
            points += _curve(points[-1], numbers)
        else:
            found.append(Outline(points, closed=True))
            points = points[:1]
    return [*found, Outline(points)] if len(points) > 1 else found


def _curve(start: Point, numbers: Sequence[float], parts: int = 24) -> Iterator[Point]:
    """A cubic Bézier curve after its start."""
    a, b, c, d = start, (numbers[0], numbers[1]), (numbers[2], numbers[3]), (numbers[4], numbers[5])
    for i in range(1, parts + 1):
        t = i / parts
        u = 1 - t
        weights = (u * u * u, 3 * u * u * t, 3 * u * t * t, t * t * t)
        yield tuple(  # type: ignore[misc]
            sum(w * p[k] for w, p in zip(weights, (a, b, c, d), strict=True)) for k in (0, 1)
        )


def dashed(one: Outline, dash: Sequence[float], square: float = 0) -> Iterator[Piece]:
    """The straight pieces of an outline that are painted.

    Without a dash, `square` is added to both ends of every piece, so that corners close.
    """
    if not dash:
        for start, end in one.pieces():
            length = math.dist(start, end) or 1.0
            dx, dy = ((end[i] - start[i]) / length * square for i in (0, 1))
            yield (start[0] - dx, start[1] - dy), (end[0] + dx, end[1] + dy)
        return
    at, left = 0, float(dash[0])
    for start, end in one.pieces():
        length = math.dist(start, end)
        done = 0.0
        while done < length - 1e-9:
            run = min(left, length - done)
            if at % 2 == 0:
                yield (
                    _between(start, end, done / length),
                    _between(start, end, (done + run) / length),
                )
            done += run
            left -= run
            if left <= 1e-9:
                at += 1
                left = float(dash[at % len(dash)])


def hatched(mark: scene.Rect, hatch: scene.Hatch) -> scene.Path:
    """The lines of a hatch inside a rectangle, where an SVG pattern of its gap has them."""
    # Each is where sign·x + y is some n + ½ steps.
    step, sign = hatch.gap * math.sqrt(2), 1 if hatch.up else -1
    right, bottom = mark.x + mark.width, mark.y + mark.height
    ends = [sign * x + y for x in (mark.x, right) for y in (mark.y, bottom)]
    lines: list[scene.Command] = []
    for n in range(math.floor(min(ends) / step - 1), math.ceil(max(ends) / step) + 1):
        offset = (n + 0.5) * step
        across = sorted(sign * (offset - y) for y in (mark.y, bottom))
        first, last = max(mark.x, across[0]), min(right, across[1])
        if first < last:
            lines += [("M", (first, offset - sign * first)), ("L", (last, offset - sign * last))]
    return scene.Path(tuple(lines), None, hatch.color, hatch.width)


def _between(start: Point, end: Point, part: float) -> Point:
    return (start[0] + (end[0] - start[0]) * part, start[1] + (end[1] - start[1]) * part)
