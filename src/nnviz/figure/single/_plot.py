"""A curve with the data's values on it: axes with a few round ticks."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator, Mapping, Sequence

from nnviz.figure.layout.blocks import Block
from nnviz.figure.layout.lines import polyline, segments
from nnviz.figure.layout.style import SMALL, Style, middle, up4
from nnviz.figure.scene import Ellipse, Mark, Rect, Text, extent
from nnviz.libraries import distinct, np
from nnviz.numerals import rounded, scientific
from nnviz.records import dataclass

_SHORT, _LONG = 20, 52
"""Half of a tangent."""
MOST_POINTS = 64
"""Points that are marked; of more, as many, spread over them."""


def ticks(low: float, high: float, most: int = 5) -> list[float]:
    """Round numbers from `low` to `high`, at most `most` of them.

    >>> ticks(-4.4, 4.4), ticks(0, 1)
    ([-4.0, -2.0, 0.0, 2.0, 4.0], [0.0, 0.5, 1.0])
    """
    each = high / most - low / most  # the whole may be past every float
    power = math.floor(math.log10(each)) if each > 0 else 0
    for m in (1, 2, 5, 10, 20, 50):
        step = m * 10.0**power
        first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
        if last - first < most:
            scale = 10.0 ** abs(power)
            every = range(first, last + 1)
            return [i * m * scale if power >= 0 else i * m / scale for i in every]
    return [low, high]


@dataclass(frozen=True)
class Frame:
    """From values to places: the box of a plot, and the values at its edges."""

    width: float
    height: float
    left: float
    x: tuple[float, float]
    y: tuple[float, float]

    def across(self, value: float) -> float:
        return self.left + _part(value, *self.x) * self.width

    def down(self, value: float) -> float:
        return self.height - _part(value, *self.y) * self.height


def _part(value: float, low: float, high: float) -> float:
    """How far a value is from `low` to `high`; halves, as the whole may be past every float."""
    return (value / 2 - low / 2) / (high / 2 - low / 2)


def curve(
    style: Style,
    line: np.ndarray,
    points: np.ndarray,
    *,
    size: tuple[int, int] = (240, 192),
    active: tuple[float, float] | None = None,
    slopes: Mapping[float, float],
) -> Block:
    """A curve (n×2) and points on it (m×2); the active one with lines to both axes.

    `slopes` are those at some x: there is a tangent, and at the active one a triangle.
    """
    line = line[abs(line).max(axis=1) < float("inf")]
    frame = _plot_frame(style, line, size, active or ())
    dot, spread, theme = style.theme.tone("output"), _spread(points), style.theme
    r = 4 if len(spread) <= 24 else 2
    path = [(frame.across(x), frame.down(y)) for x, y in line.tolist()]
    marks: list[Mark] = [
        Rect(frame.left, 0, frame.width, frame.height, theme.panel, theme.rule, 1),
        *_zeros(style, frame),
        polyline(path, theme.ink, 2),
    ]
    marks += [
        Ellipse(frame.across(x), frame.down(y), r, r, dot.active, dot.line, 1.5) for x, y in spread
    ]
    marks += _tangents(style, frame, spread, slopes, active)
    taken: list[Mark] = []
    if active is not None and all(map(math.isfinite, active)):
        taken = _lead(style, frame, active)
    marks += [*taken, *_ticks(style, frame, [m for m in taken if isinstance(m, Text)])]
    width = max(frame.left + frame.width, *(extent(m).right for m in marks))
    return Block(up4(width), frame.height + 24, tuple(marks), frame.height / 2)


def _plot_frame(
    style: Style, line: np.ndarray, size: tuple[int, int], at: Sequence[float]
) -> Frame:
    """The frame of a curve; at its left the ticks have room, and the numbers of a point."""
    low, high = float(line[:, 1].min()), float(line[:, 1].max())
    pad = 0.08 * high - 0.08 * low or 1.0
    y = (max(low - pad, -sys.float_info.max), min(high + pad, sys.float_info.max))
    wide = max(style.width(_tick_text(v), SMALL) for v in ticks(*y))
    # An active value is written with more digits than a tick.
    said = max((style.width(style.show(value), SMALL, True) for value in at), default=0)
    left, right = up4(max(wide, said, style.width("−0.0000", SMALL)) + 8), up4(max(24, said) / 2)
    x = (float(line[0, 0]), float(line[-1, 0]))
    return Frame(min(size[0], style.room - left - right), size[1], left, x, y)


def _zeros(style: Style, frame: Frame) -> list[Mark]:
    """The lines x = 0 and y = 0."""
    pairs = []
    if frame.x[0] < 0 < frame.x[1]:
        x = frame.across(0)
        pairs.append(((x, 0.0), (x, frame.height)))
    if frame.y[0] < 0 < frame.y[1]:
        y = frame.down(0)
        pairs.append(((frame.left, y), (frame.left + frame.width, y)))
    return [segments(pairs, style.theme.muted)] if pairs else []


def _spread(points: np.ndarray) -> list[tuple[float, float]]:
    """The different points, no more than can be told apart."""
    finite = points[np.isfinite(points).all(axis=1)]
    order = distinct(finite, axis=0)
    if len(order) > MOST_POINTS:
        order = order[np.linspace(0, len(order) - 1, MOST_POINTS).round().astype(int)]
    return [(x, y) for x, y in order.tolist()]


def _tangents(
    style: Style,
    frame: Frame,
    points: Sequence[tuple[float, float]],
    slopes: Mapping[float, float],
    active: tuple[float, float] | None,
) -> Iterator[Mark]:
    """A short tangent at each point; at the active one a long one, with what it rises over a
    part of the way.
    """
    tone, lit = style.theme.tone("gradient"), active is not None
    for at in (p for p in ([active] if active else points) if p[0] in slopes):
        x, y, slope = frame.across(at[0]), frame.down(at[1]), slopes[at[0]]
        unit = frame.across(1) - frame.across(0), frame.down(slope) - frame.down(0)
        edges = min(x - frame.left, frame.left + frame.width - x), min(y, frame.height - y)
        far = [room / abs(side) for side, room in zip(unit, edges, strict=True) if side]
        part = min((_LONG if lit else _SHORT) / math.hypot(*unit), *far)
        dx, dy = part * unit[0], part * unit[1]
        yield polyline([(x - dx, y - dy), (x + dx, y + dy)], tone.line, 3 if lit else 2)
        if lit and slope:
            yield polyline([(x, y), (x + dx, y), (x + dx, y + dy)], tone.line, 1.5, (3, 3))


def _lead(style: Style, frame: Frame, at: tuple[float, float]) -> list[Mark]:
    """From the x axis up to the point and from there to the y axis, with both numbers."""
    x, y = frame.across(at[0]), frame.down(at[1])
    given, made = style.theme.tone("input"), style.theme.tone("output")
    first, second = (style.show(value) for value in at)
    low, left = frame.height + 16, frame.left - 6
    return [
        polyline([(x, frame.height), (x, y)], given.line, 1.5, (4, 3)),
        polyline([(x, y), (frame.left, y)], made.line, 1.5, (4, 3)),
        Ellipse(x, y, 6, 6, made.active, made.line, 2),
        style.text(x, low, first, SMALL, fill=given.line, bold=True, anchor="middle"),
        style.text(left, middle(y, SMALL), second, SMALL, fill=made.line, bold=True, anchor="end"),
    ]


def _tick_text(value: float) -> str:
    """A tick's number: round, so that a power of ten says it where it is large."""
    if abs(value) < 10**6:
        return rounded(value, 3)
    return scientific(value, 2)


def _ticks(style: Style, frame: Frame, taken: list[Text]) -> list[Mark]:
    """Ticks and their numbers, where no other number stands."""
    across = [(v, frame.across(v)) for v in ticks(*frame.x)]
    down = [(v, frame.down(v)) for v in ticks(*frame.y)]
    texts = [
        *(style.note(x, frame.height + 16, _tick_text(v), "middle") for v, x in across),
        *(style.note(frame.left - 6, middle(y, SMALL), _tick_text(v), "end") for v, y in down),
    ]
    free: list[Text] = []
    for text in texts:
        box = extent(text)
        if not any(box.overlaps(extent(other)) for other in (*taken, *free)):
            free.append(text)
    bottom, left = frame.height, frame.left
    lines = [((x, bottom), (x, bottom + 4)) for _, x in across]
    lines += [((left - 4, y), (left, y)) for _, y in down]
    return [segments(lines, style.theme.muted), *free]
