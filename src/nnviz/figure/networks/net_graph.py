"""A small network number by number: a neuron for each that a layer makes, an edge a weight; gone
back through, each value and weight above its gradient.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property

from nnviz.branches import in_a_row
from nnviz.figure.arrays.grid import called
from nnviz.figure.arrays.neurons import symbol, too_many
from nnviz.figure.layout.blocks import Block, column, lines, remark
from nnviz.figure.layout.lines import Point, segments
from nnviz.figure.layout.page import page
from nnviz.figure.layout.style import SMALL, Piece, Style, middle, near4, up4, up8
from nnviz.figure.networks._graph import Column, Edge, columns
from nnviz.figure.networks._stages import Pen, centred
from nnviz.figure.networks._updates import compared, losses, updates
from nnviz.figure.networks.net_pipeline import BELOW
from nnviz.figure.scene import Box, Group, Mark, Rect, Scene, Text
from nnviz.records import dataclass, replace
from nnviz.request import Appearance
from nnviz.trace import Step, Trace
from nnviz.words import Words

RANK, WHOLE = 20, True
MOST = 8
"""Neurons of a layer past which nobody could follow the edges."""
LINE, ABOVE, APART = 20, 16, 12
"""The height of a number, of what stands above a neuron, and between two."""
EDGE = 14
"""The height of a number on an edge."""
BESIDE = 16
"""Between the numbers of two edges."""
CLOSE, SHORT = 64, 24
"""Between layers where edges have no numbers, and to what an activation or a loss makes."""
TALL = 800
"""The most that layers whose edges have numbers may be high."""
MORE = 80
"""The most that is added to a gap, of what the page has left."""
THIN, WIDE = 1.0, 2.5
"""The lines of the smallest and of the largest weight of a layer."""


def fits(trace: Trace) -> Words | None:
    """Dense layers and activations of one vector, one after the other; and few neurons."""
    net = trace.forward or trace
    if not net.layers:
        return Words("the network has no layers")
    arrays = [net.arrays["input"], *(layer.output for layer in net.layers)]
    chain = not in_a_row(net.sources).lines and all(a.size == a.shape[-1] for a in arrays)
    if not chain or {layer.op for layer in net.layers} - {"act"} != {"dense"}:
        return Words("it draws dense layers and activations of a vector, one after the other")
    neurons = Words("neurons").template
    return too_many(((neurons, array.size, MOST) for array in arrays), "pipeline")


def draw(trace: Trace, appearance: Appearance, step: Step | None) -> Scene:
    """The layers left to right: in one row if their edges have room for their numbers, with
    the most digits for which there is room; else in rows, each from where the one before ended.
    """
    style = Style.of(appearance)
    looks = [style, style.terser, replace(style, precision=min(2, style.precision))]
    tried = [_Graph(look, trace, told) for told in (True, False) for look in looks]
    good = [graph for graph in tried if graph.fits] or tried[-1:]
    graph = next((g for g in good if g.told and len(g.rows) == 1), good[0])
    said = [BELOW] if trace.states else []
    if any((edge.weight or 0) < 0 for each in graph.columns for edge in each.edges):
        said.append(Words("a dashed edge is a negative weight"))
    if not graph.told:
        said.append(Words("the edges are too many for their numbers"))
    below = [remark(style, each, SMALL) for each in said]
    blocks = [column([*(graph.row(r) for r in graph.rows), *below], 8)]
    blocks += [*compared(style, trace, 0), *updates(style, trace)]
    facts = losses(style, trace)
    return page(style, trace, appearance, step, blocks, facts=facts)


@dataclass(frozen=True)
class _Graph:
    """A network drawn with so many digits; `told` writes the numbers of edges on them."""

    style: Style
    trace: Trace
    told: bool

    @cached_property
    def columns(self) -> list[Column]:
        return list(columns(self.style, self.trace))

    @cached_property
    def counts(self) -> list[int]:
        """The neurons of each, with those of 1 that the next read."""
        after = [*(column.biased for column in self.columns[1:]), False]
        return [len(c.made) + one for c, one in zip(self.columns, after, strict=True)]

    @cached_property
    def widths(self) -> list[int]:
        """Of the neurons of each."""
        show, width = self.style.show, self.style.width
        most = (max(width(show(v), SMALL) for v in (*c.made, *c.slopes)) for c in self.columns)
        return [max(40, up8(wide + 12)) for wide in most]

    @property
    def back(self) -> bool:
        """Whether gradients are shown."""
        return bool(self.trace.states)

    @property
    def tall(self) -> int:
        """The height of a neuron."""
        return 2 * LINE if self.back else LINE + 4

    def pitch(self, row: range) -> int:
        """From neuron to neuron: as the numbers of edges beside them ask for."""
        lines = EDGE * (1 + self.back) + BESIDE
        told = (k for k in row[1:] if self._told(self.columns[k]))
        need = (lines * (self._parts(k)[0] + 1) for k in told)
        return up8(max(self.tall + ABOVE + APART, max(need, default=0)))

    def _told(self, column: Column) -> bool:
        return self.told and column.weighed

    def _parts(self, k: int) -> tuple[int, bool]:
        """In how many parts less one the edges to a column are cut where their numbers stand, so
        that these are equally far from each other; and whether by their ends.
        """
        starts, ends = self.counts[k - 1], len(self.columns[k].made)
        return min(starts, ends), starts < ends

    def gap(self, k: int) -> int:
        """Before a column."""
        column = self.columns[k]
        if not self._told(column):
            return CLOSE if column.weighed else SHORT
        wide = max(map(self._wide, column.edges))
        return up4((self._parts(k)[0] + 1) * (wide / 2 + 8))

    # --- in rows ---------------------------------------------------------------------

    @cached_property
    def heads(self) -> list[Block]:
        tones = (self.style.theme.tone(column.role).line for column in self.columns)
        return [
            centred(lines(self.style, column.name, SMALL, room=max(64, wide), fill=fill, bold=True))
            for column, wide, fill in zip(self.columns, self.widths, tones, strict=True)
        ]

    def room(self, k: int) -> int:
        """What a column takes with its name."""
        return up8(max(self.widths[k], self.heads[k].width))

    @cached_property
    def rows(self) -> list[range]:
        """The columns of each row, the last of which the next begins with again."""
        found, first, used = [], 0, self.room(0)
        for k in range(1, len(self.columns)):
            used += self.gap(k) + self.room(k)
            if used > self.style.room and k - first > 1:
                found.append(range(first, k))
                first, used = k - 1, self.room(k - 1) + self.gap(k) + self.room(k)
        return [*found, range(first, len(self.columns))]

    @property
    def fits(self) -> bool:
        """Whether no row is wider than the page, nor too high."""
        wide = max(self._width(row) for row in self.rows)
        high = max(self._span(row)[1] * self.pitch(row) for row in self.rows)
        return wide <= self.style.room and (high <= TALL or not self.told)

    def _width(self, row: range) -> int:
        return sum(map(self.room, row)) + sum(map(self.gap, row[1:]))

    def _span(self, row: range) -> tuple[float, float]:
        """The neuron that columns are level at, and how many there are down to the last."""
        level = (max(len(self.columns[k].made) for k in row) - 1) / 2
        ends = (
            (self.counts[k] if k < row[-1] else len(self.columns[k].made))
            - (len(self.columns[k].made) - 1) / 2
            for k in row
        )
        return level, level + max(ends)

    def row(self, row: range) -> Block:
        """Columns level with each other on their middles, names above, edges between."""
        head = up8(max(self.heads[k].height for k in row) + 8)
        (level, count), pitch = self._span(row), self.pitch(row)
        high = head + ABOVE + self.tall + (count - 1) * pitch
        places: dict[int, tuple[float, list[float]]] = {}
        x, first = 0.0, head + ABOVE + self.tall / 2
        weighed = sum(self.columns[k].weighed for k in row[1:])
        more = near4(min(MORE, max(0, self.style.room - self._width(row)) / max(weighed, 1)))
        for k in row:
            if k > row[0]:
                x += self.gap(k) + more * self.columns[k].weighed
            up = level - (len(self.columns[k].made) - 1) / 2
            ys = [first + (i + up) * pitch for i in range(self.counts[k])]
            places[k] = x + self.room(k) / 2, ys
            x += self.room(k)
        marks: list[Mark] = []
        for k in row[1:]:
            marks += self._drawn(k, places[k - 1], places[k])
        for k in row:
            marks.append(self._column(k, *places[k], head, last=k == row[-1]))
        return Block(x, up4(high + 8), tuple(marks), near4(high / 2))

    # --- neurons -----------------------------------------------------------------------

    def _column(self, k: int, x: float, ys: Sequence[float], head: int, *, last: bool) -> Group:
        style, each, name = self.style, self.columns[k], self.heads[k]
        marks: list[Mark] = [name.at(x - name.width / 2, head - 8 - name.height)]
        for i, (y, value) in enumerate(zip(ys, each.made, strict=False)):
            sign = symbol(each.letter, i) if len(each.made) > 1 else [Piece(each.letter)]
            at, muted = y - self.tall / 2 - 5, style.theme.muted
            marks.append(style.text(x, at, sign, SMALL, fill=muted, anchor="middle"))
            marks += self._neuron(k, x, y, [value, *each.slopes[i : i + 1]])
        for y in () if last else ys[len(each.made) :]:
            marks.append(Rect(x - 16, y - 12, 32, 24, style.theme.page, muted, 1.5, (3, 3), 12))
            marks += self._numbers(x, y, LINE, [("1", muted)])
        return Group(tuple(marks), label=called(style, each.name, str(len(each.made))))

    def _neuron(self, k: int, x: float, y: float, said: Sequence[float]) -> Iterator[Mark]:
        """The number that it makes, and the gradient of that."""
        theme, wide = self.style.theme, self.widths[k]
        tone, fills = theme.tone(self.columns[k].role), (theme.number, theme.tone("gradient").line)
        box = x - wide / 2, y - self.tall / 2, wide, self.tall
        yield Rect(*box, tone.pale, tone.line, 1.5, tone.dash, 12)
        yield from self._numbers(
            x, y, LINE, [*zip(map(self.style.show, said), fills, strict=False)]
        )

    def _numbers(
        self, x: float, y: float, lead: int, said: Sequence[tuple[str, str]]
    ) -> Iterator[Text]:
        """One below the other around a point."""
        for n, (text, fill) in enumerate(said):
            at = middle(y + lead * (n - (len(said) - 1) / 2), SMALL)
            yield self.style.text(x, at, text, SMALL, fill=fill, anchor="middle")

    # --- edges ---------------------------------------------------------------------------

    def _said(self, edge: Edge) -> list[tuple[str, str]]:
        """The weight of an edge, and its gradient, each with its colour."""
        given = [n for n in (edge.weight, edge.slope) if n is not None]
        fills = self._color(edge), self.style.theme.tone("gradient").line
        return [*zip(map(self.style.show, given), fills, strict=False)]

    def _color(self, edge: Edge) -> str:
        theme = self.style.theme
        if edge.weight is None:
            return theme.muted
        return theme.tone("bias" if edge.bias else "weight").line

    def _wide(self, edge: Edge) -> float:
        return max(self.style.width(text, SMALL) for text, _ in self._said(edge))

    def _drawn(
        self, k: int, before: tuple[float, Sequence[float]], here: tuple[float, Sequence[float]]
    ) -> Iterator[Mark]:
        """The edges to a column with their numbers, in which no line is seen."""
        each, (parts, late), theme = self.columns[k], self._parts(k), self.style.theme
        left, right = before[0] + self.widths[k - 1] / 2, here[0] - self.widths[k] / 2
        part = 1 / (parts + 1)
        part = 1 - part if late else part
        boxes: list[Box] = []
        for edge in each.edges if self._told(each) else ():
            said, wide, y = self._said(edge), self._wide(edge) + 8, before[1][edge.start]
            x, y = left + part * (right - left), y + part * (here[1][edge.end] - y)
            high = EDGE * len(said) - 2
            boxes.append(Box(x - wide / 2, y - high / 2, wide, high))
            yield from self._numbers(x, y, EDGE, said)
        most = max((abs(edge.weight or 0) for edge in each.edges), default=0) or 1.0
        single = len(each.edges) <= max(len(each.made), self.counts[k - 1])
        for edge in each.edges:
            start = before[0] + 16 if edge.bias else left, before[1][edge.start]
            if single and edge.weight is None:
                yield from Pen(self.style, self.back).arrow(start, (right, here[1][edge.end]))
                continue
            shown = _outside(start, (right, here[1][edge.end]), boxes)
            line = THIN + (WIDE - THIN) * abs(edge.weight or 0) / most
            dash = theme.dashes[1] if (edge.weight or 0) < 0 else ()
            yield segments(shown, self._color(edge), line, dash)


def _outside(start: Point, end: Point, boxes: Sequence[Box]) -> list[tuple[Point, Point]]:
    """The parts of a line that are in no box, from left to right."""
    (x0, y0), (x1, y1) = start, end

    def at(part: float) -> Point:
        return x0 + part * (x1 - x0), y0 + part * (y1 - y0)

    found, here = [], 0.0
    for first, last in sorted(filter(None, (_within(start, end, box) for box in boxes))):
        if first > here:
            found.append((at(here), at(first)))
        here = max(here, last)
    return [*found, (at(here), end)] if here < 1 else found


def _within(start: Point, end: Point, box: Box) -> tuple[float, float] | None:
    """From which part of a line to which it is in a box."""
    first, last = 0.0, 1.0
    sides = (box.x, box.x + box.width), (box.y, box.y + box.height)
    for a, b, (low, high) in zip(start, end, sides, strict=True):
        if a == b:
            if not low < a < high:
                return None
            continue
        enter, leave = sorted(((low - a) / (b - a), (high - a) / (b - a)))
        first, last = max(first, enter), min(last, leave)
    return (first, last) if first < last else None
