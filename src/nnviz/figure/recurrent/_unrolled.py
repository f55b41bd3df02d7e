"""A recurrent net unrolled in time: its vectors, measured, and where each stands.

A column is a time: y above, the cell with h in it, x below. Columns stand in rows; a line
leads from the end of a row to the start of the next. What is left out is said.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property

from nnviz.elision import MOST_CELLS, shown
from nnviz.figure.layout.lines import Point, polyline
from nnviz.figure.layout.style import SMALL, Piece, Style, near4, up4
from nnviz.figure.recurrent._columns import State
from nnviz.figure.recurrent._net import Vectors
from nnviz.figure.recurrent._stacked import Stack
from nnviz.figure.scene import Mark
from nnviz.records import dataclass, replace
from nnviz.trace import Step, Trace

MOST_ROWS = 3
"""Rows of columns; a longer sequence leaves out its middle."""


@dataclass(frozen=True)
class Chain(Stack):
    """What an unrolled net is made of, for one size of text and one width of gaps."""

    narrow: bool = False
    """W_h above its arrow and its shape below it, so that the columns stand closer."""
    close: bool = False
    """The shape of W_h at the first arrow of a row alone, so that they stand closer still."""
    full: bool = True
    """What comes back from the time after stands on its arrow."""

    everywhere = True
    most = MOST_CELLS

    @cached_property
    def drawable(self) -> list[int]:
        return [*range(1, self.length + 1)]

    @cached_property
    def inner(self) -> int:
        """The width of the states in a cell."""
        return max(state.vectors.size.width for state in self.states[0])

    @property
    def dots(self) -> int:
        return self.width

    @cached_property
    def gap(self) -> int:
        """Between two columns: room for W_h on its arrow, and for y on its way to x."""
        if self.way and self.full:
            past = self.over if self.feedback else 0
            return max(self.after.size.width + past + 32, self.beside)
        if not self.close:
            return self.first_gap
        back = [self.style.width(said, SMALL) + 8 for said in self.handed.values()]  # a plus sign
        said = max(self.style.width(self.symbol("h"), SMALL), *back, 0)
        room = 12 if self.way is None else 4 if self.style.on_phone else 8
        return max(up4(said + room) + self.fed, self.beside)

    @property
    def fed(self) -> int:
        """What the line of an output on its way to the next input takes, or of its gradient."""
        return (self.over + 20) * self.feedback

    @cached_property
    def first_gap(self) -> int:
        """Before the first column of a row: room for the shape of W_h too."""
        if self.bare or self.way:
            return self.gap
        room = self.style.width(self.weight("h"), SMALL)
        if self.narrow:
            symbol = self.style.width(self.symbol("h"), SMALL)
            room = max(symbol, self.style.width(self.shape("h"), SMALL))
        return up4(room + 20) + self.fed

    @cached_property
    def lead(self) -> int:
        """Before the first column: h_0 and its arrow."""
        return self.inner + self.first_gap

    @cached_property
    def tail(self) -> int:
        """After the last column: what is right of it, and the line to the next row."""
        if self.way:
            return self.over
        weights = ["x", "y"] if self.y else ["x"]
        beside = max(self.style.width(self.weight(w), SMALL) for w in weights)
        return max(0, up4(beside + 8 - self.width / 2))

    @property
    def lane(self) -> int:
        """How far right of the last column the line to the next row goes down."""
        return self.tail + 12 + 8 * (len(self.states[0]) - 1) + (12 if self.feedback else 0)

    def capacity(self, several: bool) -> int:
        """How many columns fit in a row."""
        room = self.style.room - self.lead - (self.lane + 4 if several else self.tail)
        return int((room + self.gap) // (self.width + self.gap))

    @cached_property
    def rows(self) -> list[list[int | None]]:
        """As even as can be.

        Of a step on a narrow page one row, so that it is on a screen with its sum.
        """
        count, fit = self.length, self.capacity(several=False)
        if count <= fit:
            return [list(range(1, count + 1))]
        if self.step is not None and self.style.on_phone:
            last = max(self.step.number, fit)
            return [list(range(max(1, last - fit + 1), last + 1))]
        across = max(1, self.capacity(several=True))
        rows, least = (MOST_ROWS, 8) if self.way is None else (MOST_ROWS - 1, 4)
        times = _times(count, max(least, rows * across), self.step)
        rows = -(-len(times) // across)
        each = -(-len(times) // rows)
        return [times[i : i + each] for i in range(0, len(times), each)]

    @cached_property
    def after(self) -> Vectors:
        """What comes back to each hidden state from the time after, as wide as what is kept."""
        assert self.way is not None
        made = self.vectors("∂h", self.way.states["after_l0"])
        width = max(made.size.width, self.states[0][0].vectors.size.width)
        return replace(made, size=replace(made.size, width=width))

    def returned(self, state: State, t: int | None, points: Sequence[Point]) -> Iterator[Mark]:
        """The same; between two columns with what comes back along it, where there is room."""
        if t is not None and self.full and self.way and len(points) == 2:
            start, y = points[0]
            rows = self.way.states[("after" if state.vectors.letter == "∂h" else "road") + "_l0"]
            block = replace(self.after, rows=rows).block(self.style, t - 1)
            end = points[1][0]
            left = end + 16 if self.feedback else (start + end - block.width) / 2
            tone = self.style.theme.tone("gradient")
            yield polyline([points[0], (left + block.width, y)], tone.line, 2, tone.dash)
            yield block.at(left, y - near4(block.height / 2))
            points = [(left, y), points[1]]
        yield from super().returned(state, t, points)

    def on_arrow(self, state: State, end: Point) -> Iterator[Mark]:
        """c, or W_h and its shape."""
        first = end[0] == self.lead
        gap = self.first_gap if first else self.gap
        # It goes down at the left, and back up at the right.
        lane = self.fed if self.way is None else -self.fed * (not first)
        x, y = end[0] - (gap - lane) / 2 - 4, end[1]
        letter, style = state.vectors.letter, self.style
        if state.back:
            up = near4(state.vectors.height / 2) if self.full and end[0] != self.lead else 0
            yield style.text(x + 8, y - up - 8, self.handed[letter], SMALL, anchor="middle")
        elif letter == "h" and (self.bare or (self.close and not first)):
            yield style.text(x, y - 8, self.symbol("h"), SMALL, anchor="middle")
        elif letter == "h" and self.narrow:
            yield from self.around((x, y), "h")
        else:
            tone = style.theme.tone("hidden")
            said = [Piece("c", tone.line)] if letter == "c" else self.weight("h")
            yield style.text(x, y - 8, said, SMALL, anchor="middle")

    @property
    def handed(self) -> dict[str, list[Piece]]:
        """By what each gradient is handed to the time before: W_hᵀ; the forget gate alone; of a
        GRU also its update gate.
        """
        if self.way is None:
            return {}
        gate = {"lstm": "f", "gru": "z"}.get(self.way.options["cell"], "")
        by, alone = self._symbol("Wᵀ", "weight", "h", ""), [Piece("⊙"), Piece(gate)]
        return {"∂h": [*by, *([Piece(", "), *alone] if gate == "z" else [])], "∂c": alone}


def _times(count: int, most: int, step: Step | None) -> list[int | None]:
    """The times that are drawn; with a step its own and the one before it, which it reads."""
    if step is None or step.number == 1:
        return [None if i is None else i + 1 for i in shown(count, most)]
    found = [None if i is None else i + 1 for i in shown(count, most - 1, step.number - 1)]
    before = step.number - 1
    if before not in found:
        at = found.index(step.number)
        alone = at >= 2 and found[at - 2] == before - 1
        found[at - 1 if alone else at : at] = [before]
    return found


def measured_chain(
    trace: Trace, style: Style, step: Step | None, way: Trace | None = None
) -> Chain:
    """The chain that leaves out least, in the fewest rows, with the largest text and gaps.

    Where all else leaves more rows, numbers of the usual digits have one less.
    """
    wide = Chain(trace, style, step, bare=way is not None, way=way)
    small = replace(wide, text=SMALL, narrow=True)
    tried = [wide, replace(wide, narrow=True), small, replace(small, close=True, full=False)]
    tried.append(replace(tried[-1], style=style.terser))
    close, digits = replace(tried[-1], bare=True), range(max(1, style.precision - 1), 0, -1)
    bare = [replace(close, style=replace(style, precision=n)) for n in digits]
    ways = ((tried, 2), (bare, 2), (tried, 1), (bare, 1))
    tried = next((found for way in ways if (found := _fitting(*way))), bare[-1:])
    return min(tried, key=lambda c: (c.times.count(None), len(c.rows), -len(c.times)))


def _fitting(chains: list[Chain], least: int) -> list[Chain]:
    """Those that are one row, else those with at least so many columns in each."""
    whole = [c for c in chains if c.length <= c.capacity(several=False)]
    return whole or [c for c in chains if c.capacity(several=True) >= least]
