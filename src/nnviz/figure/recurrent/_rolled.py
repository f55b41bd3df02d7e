"""A recurrent net in symbols: one cell with its loop, and the first cells of the chain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from nnviz.figure.layout.blocks import Block
from nnviz.figure.layout.lines import rounded_arrow
from nnviz.figure.layout.style import BODY, SMALL, Piece, middle, up4, up8
from nnviz.figure.recurrent._net import ARROW, LABEL, ROLES, Net, omitted
from nnviz.figure.scene import Anchor, Mark, Rect
from nnviz.trace import Step

LOOP = 40
"""How far the loop goes to the right of the cell."""


@dataclass(frozen=True)
class Sketch(Net):
    """What both drawings share: which arrows there are, and how large a cell is."""

    # --- measures ----------------------------------------------------------------------

    @cached_property
    def width(self) -> int:
        """The width of a cell, wide enough for the names in and around it."""
        last = str(self.length)
        widest = max(self.style.width(self.letter(letter, last), BODY) for letter in ROLES)
        return max(64, up8(widest + 16))

    @property
    def gap(self) -> int:
        return 40 if self.feedback else 36

    @cached_property
    def dots(self) -> int:
        """The room of dots: what is said below them stands clear of the weights beside it."""
        said = self.style.width(self.left_out(self.length), SMALL)
        label = 8 + self.style.width(self.symbol("x"), SMALL)
        return max(24, up4(said + 8 + 2 * label - 2 * self.gap - self.width))

    @property
    def top(self) -> int:
        """The top of the cells."""
        return LABEL + ARROW if self.plan.makes_y else 4

    @property
    def tall(self) -> int:
        """The height of a cell."""
        return 48 * len(self.letters) + 16 * (len(self.letters) == 1)

    @property
    def bottom(self) -> int:
        return self.top + self.tall

    def lane(self, state: str) -> int:
        """The y of a state's arrows."""
        share = self.tall // len(self.letters)
        return self.top + share * self.letters.index(state) + share // 2

    def block(self, width: float, marks: Sequence[Mark]) -> Block:
        """What is drawn, level with other drawings at the middle of the cells."""
        axis = self.top + self.tall // 2
        return Block(up4(width), self.bottom + ARROW + LABEL, tuple(marks), axis)

    def label(
        self, x: float, y: float, content: str | list[Piece], size: int, anchor: Anchor = "middle"
    ) -> Mark:
        return self.style.text(x, y, content, size, anchor=anchor)

    # --- a cell ------------------------------------------------------------------------

    def cell(self, left: float, time: str, *, lit: bool = False) -> list[Mark]:
        """A cell and the names of the states that it makes."""
        theme = self.style.theme
        edge, line = (theme.tone("hidden").line, 3.0) if lit else (theme.ink, 1.5)
        fill = theme.tone("hidden").pale if lit else theme.panel
        box = Rect(left, self.top, self.width, self.tall, fill, edge, line, (), 12)
        x, ys = left + self.width / 2, [middle(self.lane(s), BODY) for s in self.letters]
        names = [self.letter(state, time) for state in self.letters]
        return [
            box._replace(now="hidden") if lit else box,
            *(self.label(x, y, name, BODY) for name, y in zip(names, ys, strict=True)),
        ]

    def given(self, left: float, time: str, *, shape: bool = False) -> list[Mark]:
        """x and its arrow up into the cell."""
        x, start = left + self.width / 2, self.bottom + ARROW
        return [
            *self.arrow((x, start), (x, self.bottom), "input"),
            self._beside(x, self.bottom + ARROW / 2, "x", shape=shape),
            self.label(x, start + 16, self.letter("x", time), BODY),
        ]

    def made(self, left: float, time: str, *, shape: bool = False) -> list[Mark]:
        """y and the arrow up to it."""
        x, end = left + self.width / 2, self.top - ARROW
        return [
            *self.arrow((x, self.top), (x, end), "output"),
            self._beside(x, self.top - ARROW / 2, "y", shape=shape),
            self.label(x, end - 8, self.letter("y", time), BODY),
        ]

    def _beside(self, x: float, y: float, letter: str, *, shape: bool) -> Mark:
        said = self.weight(letter) if shape else self.symbol(letter)
        return self.label(x + 8, middle(y, SMALL), said, SMALL, "start")

    def returned(
        self, start: tuple[float, str], lane: float, end: tuple[float, str], *, left: bool
    ) -> tuple[Mark, ...]:
        """y going back to an x, dashed: from beside the one name to the left of the other.

        `start` and `end` are the middles of the columns and the times; `left` leaves y on
        its left.
        """
        half = self.style.width(self.letter("y", start[1]), BODY) / 2 + 6
        x0 = start[0] - half if left else start[0] + half
        x1 = end[0] - self.style.width(self.letter("x", end[1]), BODY) / 2 - 4
        y0, y1 = self.top - ARROW - 12, self.bottom + ARROW + 12
        return self.fed_back([(x0, y0), (lane, y0), (lane, y1), (x1, y1)], head=8)


def rolled(sketch: Sketch) -> Block:
    """One cell: x below, y above, its states going round back into it."""
    step, style = sketch.step, sketch.style
    now = str(step.number) if step else "t"
    before = str(step.number - 1) if step else "t−1"
    left = 24.0 if sketch.feedback else 4.0
    marks = sketch.cell(left, now, lit=step is not None)
    if sketch.has_x(step.number if step else 1):
        once = step is None and not sketch.has_x(2)
        marks += sketch.given(left, "1" if once else now, shape=True)
    if sketch.has_y(step.number if step else sketch.length):
        last = sketch.plan.mode == "many-to-one" and step is None
        marks += sketch.made(left, str(sketch.length) if last else now, shape=True)
    center, right = left + sketch.width / 2, left + sketch.width
    if sketch.feedback and step is None:
        marks += sketch.returned((center, now), 4, (center, now), left=True)
    for state in sketch.letters:
        marks += _loop(sketch, state, right, before)
    said = [style.width(sketch.letter(state, before), BODY) for state in sketch.letters]
    said.append(style.width(sketch.weight("h"), SMALL))
    beside = [style.width(sketch.weight(w), SMALL) for w in "xy"[: 1 + sketch.plan.makes_y]]
    far, near = right + LOOP + 8 + max(said), center + 8 + max(beside)
    return sketch.block(max(right + sketch.width / 2, far, near), marks)


def _loop(sketch: Sketch, state: str, right: float, before: str) -> list[Mark]:
    """A state's way out of the cell and back into it, one time later."""
    tone, y = sketch.style.theme.tone("hidden"), sketch.lane(state)
    out, into, far = y + 12, y - 12, right + LOOP
    path = [(right, out), (far, out), (far, into), (right, into)]
    level = middle(y, BODY) if state == "c" else y - 2
    marks = [
        *rounded_arrow(path, tone.line, 2, tone.dash),
        sketch.label(far + 8, level, sketch.letter(state, before), BODY, "start"),
    ]
    if state == "h":
        marks.append(sketch.label(far + 8, y + 16, sketch.weight("h"), SMALL, "start"))
    return marks


# --- the chain ---------------------------------------------------------------------


def chain_times(length: int, step: Step | None) -> list[int | None]:
    """The times of the chain: the first two and the last, or the first, the step's and the last.

    >>> chain_times(4, None), chain_times(9, None)
    ([1, 2, 3, 4], [1, 2, None, 9])
    """
    if length <= 4:
        return list(range(1, length + 1))
    if step is None or step.number <= 2:
        return [1, 2, None, length]
    if step.number >= length - 1:
        return [1, None, length - 1, length]
    return [1, None, step.number, None, length]


def chain(sketch: Sketch) -> Block:
    """The first cells side by side, with the weights that they share."""
    style, shown = sketch.style, chain_times(sketch.length, sketch.step)
    firsts = {state: sketch.letter(state, "0") for state in sketch.letters}
    x = up4(max(style.width(first, BODY) for first in firsts.values()) + 4)
    marks: list[Mark] = [
        sketch.label(0, middle(sketch.lane(state), BODY), first, BODY, "start")
        for state, first in firsts.items()
    ]
    for i, t in enumerate(shown):
        marks += _sketch_arrows(sketch, x, i > 0 and shown[i - 1] is not None, t is None)
        x += sketch.gap
        if t is None:
            levels, n = map(sketch.lane, sketch.letters), omitted(shown, i, (0, 0))
            marks += sketch.dotted(x + sketch.dots / 2, levels, n, sketch.bottom + 16)
            x += sketch.dots
            continue
        marks += _sketch_column(sketch, x, t)
        if sketch.feedback and i + 1 < len(shown) and shown[i + 1] == t + 1:
            center, after = x + sketch.width / 2, x + sketch.width + sketch.gap
            end = (after + sketch.width / 2, str(t + 1))
            marks += sketch.returned((center, str(t)), x + sketch.width + 12, end, left=False)
        x += sketch.width
    beside = max(style.width(sketch.symbol(w), SMALL) for w in "xy")
    return sketch.block(max(x, x - sketch.width / 2 + 8 + beside), marks)


def _sketch_column(sketch: Sketch, left: float, t: int) -> list[Mark]:
    lit = sketch.step is not None and sketch.step.number == t
    marks = sketch.cell(left, str(t), lit=lit)
    if sketch.has_x(t):
        marks += sketch.given(left, str(t))
    if sketch.has_y(t):
        marks += sketch.made(left, str(t))
    return marks


def _sketch_arrows(sketch: Sketch, x: float, after_cell: bool, to_dots: bool) -> list[Mark]:
    """The arrows of the states over the gap at `x`, W_h on that of the hidden state."""
    marks: list[Mark] = []
    start, end = x + (0 if after_cell else 4), x + sketch.gap - (4 if to_dots else 0)
    for state in sketch.letters:
        y = sketch.lane(state)
        marks += sketch.arrow((start, y), (end, y), "hidden")
        if state == "h":
            center = x + (sketch.gap + (16 if sketch.feedback else 0)) / 2 - 2
            marks.append(sketch.label(center, y - 10, sketch.symbol("h"), SMALL))
    return marks
