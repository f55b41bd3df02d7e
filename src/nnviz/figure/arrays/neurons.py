"""Layers as neurons: two columns of circles, and the edges between them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from nnviz.figure.arrays.grid import called, heading
from nnviz.figure.layout.blocks import Block
from nnviz.figure.layout.lines import polyline
from nnviz.figure.layout.style import BODY, SMALL, Piece, Style, middle, near4, up4
from nnviz.figure.scene import Anchor, Box, Dash, Ellipse, Group, Mark, Text
from nnviz.records import NamedTuple
from nnviz.trace import Role
from nnviz.words import Words

RADIUS = 16
PITCH = 44
CLOSE = 40
MANY = 12
"""The distance of neighbours in a column; of more than MANY it is CLOSE."""
_STEEP = 72
"""Neighbours as far apart as this leave room for edges that come steeply."""


class Neuron(NamedTuple):
    """A circle: its label inside, its value beside it."""

    label: Sequence[Piece]
    value: str = ""
    active: bool = False
    padding: bool = False


class Edge(NamedTuple):
    """A line from neuron `start` of the first layer to neuron `end` of the second."""

    start: int
    end: int
    stroke: str
    line: float = 1
    dash: Dash = ()


class Layer(NamedTuple):
    """A column of neurons with what stands above it."""

    neurons: Sequence[Neuron]
    role: Role
    name: str
    shape: str


def symbol(name: str, index: int) -> list[Piece]:
    """x with its index below."""
    return [Piece(name), Piece(str(index), place="sub")]


def too_many(counts: Iterable[tuple[str, int, int]], other: str = "equation") -> Words | None:
    """Why nobody could follow the edges: of what there is, how many, and the most."""
    for what, n, most in counts:
        if n > most:
            return Words(
                "{n} {what} are too many for a network of neurons, at most {most}; the view "
                "{other} shows them",
                n=n,
                what=Words(what),
                most=most,
                other=other,
            )
    return None


def line_entry(
    style: Style, said: str | list[Piece], stroke: str, dash: Dash, line: float = 2
) -> Block:
    """What an edge stands for, of a legend."""
    text = style.text(44, middle(12, BODY), said, BODY)
    marks = polyline([(0, 12), (36, 12)], stroke, line, dash), text
    return Block(up4(44 + text.width), 24, marks, 12)


def network(
    style: Style, first: Layer, second: Layer, edges: Sequence[Edge], reach: float, least: int = 0
) -> Block:
    """Two layers, the centres of their circles at least `reach` apart, and their edges.

    The columns are as high as `least` neurons, or as the larger layer.
    """
    values = (n.value for n in (*first.neurons, *second.neurons))
    size = BODY if max(style.width(v, BODY, True) for v in values) <= 40 else SMALL
    lefts = (_room_beside(style, first, size), _half_head(style, first))
    rights = (_room_beside(style, second, size), _half_head(style, second))
    across = max(reach, up4(lefts[1] + rights[1] + 12))
    x0, room = up4(max(lefts)), up4(max(rights))
    counts = len(first.neurons), len(second.neurons)
    most = max(*counts, least)
    height = most * (PITCH if most <= MANY else CLOSE)
    ys = [[_HEAD + (i + 0.5) * height / n for i in range(n)] for n in counts]
    xs = (x0, x0 + across)
    marks: list[Mark] = []
    for edge in edges:
        ends = (xs[0], ys[0][edge.start]), (xs[1], ys[1][edge.end])
        marks.append(_edge_line(edge, *ends, [height / len(y) for y in ys]))
    for k, layer in enumerate((first, second)):
        own: list[Mark] = [*heading(style, layer.role, layer.name, layer.shape, xs[k])]
        for i, (neuron, y) in enumerate(zip(layer.neurons, ys[k], strict=True)):
            own += _neuron(style, neuron, layer.role, xs[k], y)
            value = _neuron_value(style, neuron, xs[k], y, size, before=k == 0)
            own += [text._replace(at=(i, 0)) for text in value]
        marks.append(Group(tuple(own), label=called(style, layer.name, layer.shape)))
    return Block(xs[1] + room, height + _HEAD, tuple(marks), near4(height / 2 + _HEAD))


_HEAD = 48


def _half_head(style: Style, layer: Layer) -> float:
    return max(style.width(layer.name, BODY, True), style.width(layer.shape, SMALL)) / 2


def _room_beside(style: Style, layer: Layer, size: int) -> float:
    """What a circle and its value take from the circle's centre."""
    values = max(style.width(n.value, size, True) for n in layer.neurons)
    return RADIUS + 2 + (6 + values if values else 0)


def _edge_line(
    edge: Edge, start: tuple[float, float], end: tuple[float, float], apart: Sequence[float]
) -> Mark:
    (x0, y0), (x1, y1) = start, end
    turn = math.atan2(y1 - y0, x1 - x0)
    (ax, ay), (bx, by) = (_rim(turn, gap) for gap in apart)
    points = [(x0 + ax, y0 + ay), (x1 - bx, y1 - by)]
    return polyline(points, edge.stroke, edge.line, edge.dash)


def _rim(turn: float, apart: float) -> tuple[float, float]:
    """Where on its circle an edge ends: never so steep that it meets the neighbours."""
    most = math.radians(50 if apart >= _STEEP else 30)
    turn = min(max(turn, -most), most)
    return (RADIUS + 1) * math.cos(turn), (RADIUS + 1) * math.sin(turn)


def _neuron(style: Style, neuron: Neuron, role: Role, x: float, y: float) -> list[Mark]:
    tone = style.theme.tone(role)
    box = Box(x - 14, y - 12, 28, 24)
    if neuron.padding:
        circle = Ellipse(x, y, RADIUS, RADIUS, style.theme.page, style.theme.muted, 1.5, (3, 3))
        fill = style.theme.muted
    else:
        color = tone.active if neuron.active else tone.pale
        line = 3 if neuron.active else 2
        now = role if neuron.active else None
        circle = Ellipse(x, y, RADIUS, RADIUS, color, tone.line, line, tone.dash, now)
        fill = style.theme.number
    text = style.text(x, middle(y, BODY), neuron.label, BODY, fill=fill, anchor="middle", cell=box)
    return [circle, text]


def _neuron_value(
    style: Style, neuron: Neuron, x: float, y: float, size: int, *, before: bool
) -> list[Text]:
    if not neuron.value:
        return []
    bold = neuron.active and not before
    at = x - RADIUS - 8 if before else x + RADIUS + 8
    anchor: Anchor = "end" if before else "start"
    return [style.text(at, middle(y, size), neuron.value, size, bold=bold, anchor=anchor)]
