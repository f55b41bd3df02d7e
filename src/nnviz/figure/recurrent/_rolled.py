"""A recurrent net in symbols: one cell with its loop, and the first cells of the chain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from nnviz.figure.layout.lines import arrow, rounded_line
from nnviz.figure.layout.page import BODY, SMALL, Block, Piece, Style, middle, up4
from nnviz.figure.recurrent._net import ARROW, LABEL
from nnviz.figure.scene import Anchor, Mark, Rect
from nnviz.shapes import times
from nnviz.trace import Role, Step, Trace
from nnviz.words import Words

LOOP = 40
"""How far the loop goes to the right of the cell."""
_ROLES: dict[str, Role] = {"x": "input", "h": "hidden", "c": "hidden", "y": "output"}


@dataclass(frozen=True)
class Sketch:
    """What both drawings share: which arrows there are, and how large a cell is."""

    trace: Trace
    style: Style
    step: Step | None = None

    @property
    def length(self) -> int:
        return len(self.trace.output)

    @property
    def mode(self) -> str:
        return str(self.trace.options["mode"])

    @property
    def feedback(self) -> bool:
        return bool(self.trace.options.get("feedback"))

    @property
    def states(self) -> tuple[str, ...]:
        """What goes from cell to cell, from the top down."""
        return ("c", "h") if "c0" in self.trace.arrays else ("h",)

    @property
    def has_y(self) -> bool:
        return "y" in self.trace.results

    def x_at(self, t: int) -> bool:
        return self.mode != "one-to-many" or t == 1 or self.feedback

    def y_at(self, t: int) -> bool:
        return self.has_y and (self.mode != "many-to-one" or t == self.length)

    # --- measures ----------------------------------------------------------------------

    @cached_property
    def width(self) -> int:
        """The width of a cell, wide enough for the names in and around it."""
        widest = max(
            self.style.width(self.name(letter, str(self.length)), BODY) for letter in _ROLES
        )
        return max(64, 8 * -(-up4(widest + 16) // 8))

    @property
    def gap(self) -> int:
        return 40 if self.feedback else 36

    @cached_property
    def dots(self) -> int:
        """The room of dots: what is said below them stands clear of the weights beside it."""
        said = self.style.width(self.left_out(self.length), SMALL)
        label = 8 + self.style.width(self.weight("x"), SMALL)
        return max(24, up4(said + 8 + 2 * label - 2 * self.gap - self.width))

    def left_out(self, n: int) -> str:
        """How many times the dots stand for."""
        return self.style.say(Words("{n} more", n=n))

    @property
    def top(self) -> int:
        """The top of the cells."""
        return LABEL + ARROW if self.has_y else 4

    @property
    def tall(self) -> int:
        """The height of a cell."""
        return 48 * len(self.states) + 16 * (len(self.states) == 1)

    @property
    def bottom(self) -> int:
        return self.top + self.tall

    @property
    def height(self) -> int:
        return self.bottom + ARROW + LABEL

    @property
    def axis(self) -> int:
        return self.top + self.tall // 2

    def lane(self, state: str) -> int:
        """The y of a state's arrows."""
        share = self.tall // len(self.states)
        return self.top + share * self.states.index(state) + share // 2

    # --- names -------------------------------------------------------------------------

    def name(self, letter: str, time: str) -> list[Piece]:
        """A vector at a time, in the colour of its role."""
        color = self.style.theme.tone(_ROLES[letter]).line
        return [Piece(letter, color), Piece(time, color, place="sub")]

    def weight(self, letter: str, *, shape: bool = False) -> list[Piece]:
        """W with its subscript, and its shape."""
        color = self.style.theme.tone("weight").line
        pieces = [Piece("W", color), Piece(letter, color, place="sub")]
        if not shape:
            return pieces
        return [*pieces, Piece(" " + times(self.trace.arrays["W" + letter].shape), color)]

    def text(
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
        box = box._replace(now="hidden") if lit else box
        names = [
            self.text(left + self.width / 2, middle(self.lane(s), BODY), self.name(s, time), BODY)
            for s in self.states
        ]
        return [box, *names]

    def below(self, left: float, time: str, *, shape: bool = False) -> list[Mark]:
        """x and its arrow up into the cell."""
        x, tone = left + self.width / 2, self.style.theme.tone("input")
        start, level = self.bottom + ARROW, self.bottom + ARROW / 2
        return [
            *arrow((x, start), (x, self.bottom), tone.line, 2, tone.dash),
            self.text(x + 8, middle(level, SMALL), self.weight("x", shape=shape), SMALL, "start"),
            self.text(x, start + 16, self.name("x", time), BODY),
        ]

    def above(self, left: float, time: str, *, shape: bool = False) -> list[Mark]:
        """y and the arrow up to it."""
        x, tone = left + self.width / 2, self.style.theme.tone("output")
        level = self.top - ARROW / 2
        return [
            *arrow((x, self.top), (x, self.top - ARROW), tone.line, 2, tone.dash),
            self.text(x + 8, middle(level, SMALL), self.weight("y", shape=shape), SMALL, "start"),
            self.text(x, self.top - ARROW - 8, self.name("y", time), BODY),
        ]

    def returned(
        self, start: tuple[float, str], lane: float, end: tuple[float, str], *, left: bool
    ) -> list[Mark]:
        """y going back to an x, dashed: from beside the one name to the left of the other.

        `start` and `end` are the middles of the columns and the times; `left` leaves y on
        its left.
        """
        tone = self.style.theme.tone("output")
        half = self.style.width(self.name("y", start[1]), BODY) / 2 + 6
        x0 = start[0] - half if left else start[0] + half
        x1 = end[0] - self.style.width(self.name("x", end[1]), BODY) / 2 - 4
        y0, y1 = self.top - ARROW - 12, self.bottom + ARROW + 12
        path = [(x0, y0), (lane, y0), (lane, y1), (x1 - 8, y1)]
        return [
            rounded_line(path, tone.line, 2, (6, 4)),
            arrow((lane, y1), (x1, y1), tone.line, head=8)[1],
        ]


def rolled(sketch: Sketch) -> Block:
    """One cell: x below, y above, its states going round back into it."""
    step = sketch.step
    now = str(step.number) if step else "t"
    before = str(step.number - 1) if step else "t−1"
    left = 24.0 if sketch.feedback else 4.0
    marks = sketch.cell(left, now, lit=step is not None)
    if sketch.x_at(step.number if step else 1):
        once = step is None and not sketch.x_at(2)
        marks += sketch.below(left, "1" if once else now, shape=True)
    if sketch.y_at(step.number if step else sketch.length):
        last = sketch.mode == "many-to-one" and step is None
        marks += sketch.above(left, str(sketch.length) if last else now, shape=True)
    if sketch.feedback and step is None:
        center = left + sketch.width / 2
        marks += sketch.returned((center, now), 4, (center, now), left=True)
    right = left + sketch.width
    width = right + sketch.width / 2
    for state in sketch.states:
        marks += _loop(sketch, state, right, before)
        pieces = [sketch.name(state, before), sketch.weight("h", shape=True)]
        sizes = (BODY, SMALL) if state == "h" else (BODY,)
        said = max(sketch.style.width(p, s) for p, s in zip(pieces, sizes, strict=False))
        width = max(width, right + LOOP + 8 + said)
    for letter, there in (("x", True), ("y", sketch.has_y)):
        if there:
            beside = sketch.style.width(sketch.weight(letter, shape=True), SMALL)
            width = max(width, left + sketch.width / 2 + 8 + beside)
    return Block(up4(width), sketch.height, tuple(marks), sketch.axis)


def _loop(sketch: Sketch, state: str, right: float, before: str) -> list[Mark]:
    """A state's way out of the cell and back into it, one time later."""
    tone, y = sketch.style.theme.tone("hidden"), sketch.lane(state)
    out, into, far = y + 12, y - 12, right + LOOP
    path = [(right, out), (far, out), (far, into), (right + 8, into)]
    x = far + 8
    marks: list[Mark] = [
        rounded_line(path, tone.line, 2, tone.dash),
        arrow((far, into), (right, into), tone.line)[1],
    ]
    if state == "c":
        return [*marks, sketch.text(x, middle(y, BODY), sketch.name("c", before), BODY, "start")]
    return [
        *marks,
        sketch.text(x, y - 2, sketch.name("h", before), BODY, "start"),
        sketch.text(x, y + 16, sketch.weight("h", shape=True), SMALL, "start"),
    ]


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
    marks: list[Mark] = []
    shown = chain_times(sketch.length, sketch.step)
    x = up4(max(sketch.style.width(sketch.name(s, "0"), BODY) for s in sketch.states) + 4)
    for state in sketch.states:
        y = middle(sketch.lane(state), BODY)
        marks.append(sketch.text(0, y, sketch.name(state, "0"), BODY, "start"))
    for i, t in enumerate(shown):
        marks += _across(sketch, x, i > 0 and shown[i - 1] is not None, t is None)
        x += sketch.gap
        if t is None:
            marks += _left_out(sketch, x, shown, i)
            x += sketch.dots
            continue
        marks += _column(sketch, x, t)
        if sketch.feedback and i + 1 < len(shown) and shown[i + 1] == t + 1:
            center, after = x + sketch.width / 2, x + sketch.width + sketch.gap
            end = (after + sketch.width / 2, str(t + 1))
            marks += sketch.returned((center, str(t)), x + sketch.width + 12, end, left=False)
        x += sketch.width
    beside = max(sketch.style.width(sketch.weight(w), SMALL) for w in "xy")
    width = max(x, x - sketch.width / 2 + 8 + beside)
    return Block(up4(width), sketch.height, tuple(marks), sketch.axis)


def _column(sketch: Sketch, left: float, t: int) -> list[Mark]:
    lit = sketch.step is not None and sketch.step.number == t
    marks = sketch.cell(left, str(t), lit=lit)
    if sketch.x_at(t):
        marks += sketch.below(left, str(t))
    if sketch.y_at(t):
        marks += sketch.above(left, str(t))
    return marks


def _across(sketch: Sketch, x: float, after_cell: bool, to_dots: bool) -> list[Mark]:
    """The arrows of the states over the gap at `x`, W_h on that of the hidden state."""
    tone = sketch.style.theme.tone("hidden")
    marks: list[Mark] = []
    start, end = x + (0 if after_cell else 4), x + sketch.gap - (4 if to_dots else 0)
    for state in sketch.states:
        y = sketch.lane(state)
        marks += arrow((start, y), (end, y), tone.line, 2, tone.dash)
        if state == "h":
            center = x + (sketch.gap + (16 if sketch.feedback else 0)) / 2 - 2
            marks.append(sketch.text(center, y - 10, sketch.weight("h"), SMALL))
    return marks


def _left_out(sketch: Sketch, x: float, shown: Sequence[int | None], i: int) -> list[Mark]:
    """Dots where times are left out, and how many."""
    before, after = shown[i - 1], shown[i + 1]
    assert before is not None
    assert after is not None
    style, center = sketch.style, x + sketch.dots / 2
    said = sketch.left_out(after - before - 1)
    muted, y = style.theme.muted, sketch.bottom + 16
    dots = [sketch.text(center, middle(sketch.lane(s), BODY), "…", BODY) for s in sketch.states]
    return [*dots, style.text(center, y, said, SMALL, fill=muted, anchor="middle")]
