"""Arrows, braces and straight lines, built from paths."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from nnviz.figure.scene import Command, Dash, Mark, Path

Point = tuple[float, float]


def polyline(
    points: Sequence[Point], stroke: str, line: float = 1, dash: Dash = (), *, close: bool = False
) -> Path:
    """Straight lines through `points`."""
    commands: list[Command] = [("L" if i else "M", p) for i, p in enumerate(points)]
    if close:
        commands.append(("Z", ()))
    return Path(tuple(commands), None, stroke, line, dash)


def segments(
    pairs: Iterable[tuple[Point, Point]], stroke: str, line: float = 1, dash: Dash = ()
) -> Path:
    """Separate straight lines as one mark: the hairlines of a grid."""
    commands: list[Command] = []
    for start, end in pairs:
        commands += [("M", start), ("L", end)]
    return Path(tuple(commands), None, stroke, line, dash)


def arrow(
    start: Point, end: Point, stroke: str, line: float = 2, dash: Dash = (), head: float = 10
) -> tuple[Mark, ...]:
    """A line with a filled head whose tip is at `end`."""
    (x0, y0), (x1, y1) = start, end
    length = math.hypot(x1 - x0, y1 - y0) or 1.0
    ux, uy = (x1 - x0) / length, (y1 - y0) / length
    bx, by = x1 - head * ux, y1 - head * uy
    half = 0.45 * head
    tip: tuple[Command, ...] = (
        ("M", (x1, y1)),
        ("L", (bx - half * uy, by + half * ux)),
        ("L", (bx + half * uy, by - half * ux)),
        ("Z", ()),
    )
    # One unit into the head: smoothed edges that only touch would let the page through.
    shaft = polyline([start, (bx + ux, by + uy)], stroke, line, dash)
    return shaft, Path(tip, stroke)


def brace(x: float, top: float, bottom: float, stroke: str, width: float = 20) -> Path:
    """A right brace } from `top` to `bottom`, its tip at (x + width, the middle)."""
    middle, half = (top + bottom) / 2, width / 2
    curl = min(2 * width, (bottom - top) / 4)
    return Path(
        (
            ("M", (x, top)),
            ("C", (x + half, top, x + half, top, x + half, top + curl)),
            ("L", (x + half, middle - curl)),
            ("C", (x + half, middle, x + half, middle, x + width, middle)),
            ("C", (x + half, middle, x + half, middle, x + half, middle + curl)),
            ("L", (x + half, bottom - curl)),
            ("C", (x + half, bottom, x + half, bottom, x, bottom)),
        ),
        None,
        stroke,
        1.5,
    )


def rounded_line(
    points: Sequence[Point], stroke: str, line: float = 2, dash: Dash = (), radius: float = 8
) -> Path:
    """Level and upright lines through `points`, their corners rounded."""
    commands: list[Command] = [("M", points[0])]
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        start, end = _towards(corner, before, radius), _towards(corner, after, radius)
        commands += [("L", start), ("C", (*corner, *corner, *end))]
    return Path((*commands, ("L", points[-1])), None, stroke, line, dash)


def rounded_arrow(
    points: Sequence[Point], stroke: str, line: float = 2, dash: Dash = (), head: float = 10
) -> tuple[Mark, ...]:
    """The same line with a head at its end, dashed or not up to where that begins."""
    (px, py), (x, y) = points[-2:]
    stop = (x - math.copysign(8, x - px), y) if x != px else (x, y - math.copysign(8, y - py))
    path = rounded_line([*points[:-1], stop], stroke, line, dash)
    return path, arrow((px, py), (x, y), stroke, head=head)[1]


def _towards(corner: Point, other: Point, by: float) -> Point:
    """The point `by` away from a corner, no further than half the way."""
    (x, y), (ox, oy) = corner, other
    length = abs(ox - x) + abs(oy - y) or 1.0
    part = min(by / length, 0.5)
    return x + part * (ox - x), y + part * (oy - y)
