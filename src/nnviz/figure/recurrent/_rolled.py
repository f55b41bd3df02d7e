"""A recurrent net in symbols: one cell with its loop, and the first cells of the chain."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import pairwise

from nnviz.figure.layout.blocks import Block
from nnviz.figure.layout.lines import rounded_arrow
from nnviz.figure.layout.style import BODY, SMALL, Piece, middle, up4, up8
from nnviz.figure.recurrent._net import LABEL, ROLES, Net, omitted, spaced
from nnviz.figure.scene import Anchor, Mark, Rect, extent
from nnviz.records import dataclass
from nnviz.trace import Step
from nnviz.words import Words

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
        return 40 if self.feedback else 36 - 8 * self.style.on_phone

    @cached_property
    def dots(self) -> int:
        """The room of dots: what is said below them stands clear of the weights beside it."""
        said = self.style.width(self.left_out(self.length), SMALL)
        label = 8 + self.style.width(self.symbol("x"), SMALL)
        return max(24, up4(said + 8 + 2 * label - 2 * self.gap - self.width))

    @property
    def top(self) -> int:
        """The top of the cells."""
        return LABEL + self.up if self.plan.makes_y or self.plan.ends_in_h(self.length) else 4

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
        return Block(up4(width), self.bottom + self.up + LABEL, tuple(marks), axis)

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
        x, start = left + self.width / 2, self.bottom + self.up
        return [
            *self.arrow((x, start), (x, self.bottom), "input"),
            self._beside(x, self.bottom + self.up / 2, "x", shape=shape),
            self.label(x, start + 16, self.letter("x", time), BODY),
        ]

    def made(self, left: float, time: str, *, shape: bool = False) -> list[Mark]:
        """y and the arrow up to it."""
        x, end = left + self.width / 2, self.top - self.up
        return [
            *self.arrow((x, self.top), (x, end), "output"),
            self._beside(x, self.top - self.up / 2, "y", shape=shape),
            self.label(x, end - 8, self.letter("y", time), BODY),
        ]

    def _beside(self, x: float, y: float, letter: str, *, shape: bool) -> Mark:
        said = self.weight(letter) if shape else self.symbol(letter)
        return self.label(x + 8, middle(y, SMALL), said, SMALL, "start")

    @property
    def x_level(self) -> int:
        """The middle of the names of the inputs."""
        return self.bottom + self.up + 12

    def half(self, letter: str, time: str) -> float:
        """Half the width of a name and of the room around it."""
        return self.style.width(self.letter(letter, time), BODY) / 2 + 6

    def returned(self, start: float, lane: float, end: float) -> tuple[Mark, ...]:
        """y going down in a lane and on to an x, dashed."""
        y = self.top - self.up - 12
        points = [(start, y), (lane, y), (lane, self.x_level), (end, self.x_level)]
        return self.fed_back(points, head=8)

    def only(self, x: float, y: float, time: int) -> Mark:
        """At which one time there is what stands before (x, y)."""
        return self.style.note(x + 2, y, self.style.say(Words("only at t = {t}", t=time)))


def rolled(sketch: Sketch) -> Block:
    """One cell: x below, y above, its states going round back into it, y too where it does."""
    style, plan = sketch.style, sketch.plan
    time = sketch.step.number if sketch.step else None
    now, before = (str(time), str(time - 1)) if time else ("t", "t−1")
    fed = sketch.letter("y", before) if plan.feedback and time != 1 else []
    lane = style.width(fed, BODY) + 6
    left = up4(lane + 20) if fed else 4
    center, right = left + sketch.width / 2, left + sketch.width
    marks = sketch.cell(left, now, lit=time is not None)
    if plan.has_x(time or 1):
        x = now if time or plan.has_x(2) else "1"
        marks += sketch.given(left, x, shape=True)
    if plan.has_y(time or plan.length):
        y = str(plan.length) if plan.mode == "many-to-one" else now
        marks += sketch.made(left, y, shape=True)
    elif plan.ends_in_h(time or plan.length):
        marks += sketch.handed_on(center, sketch.top)
    if fed:
        marks.append(
            sketch.label(lane - 6, middle(sketch.top + sketch.tall / 2, BODY), fed, BODY, "end")
        )
        ends = (center - sketch.half(letter, now) for letter in "yx")
        marks += sketch.returned(next(ends), lane, next(ends))
    for state in sketch.letters:
        marks += _loop(sketch, state, right, before)
    marks += [] if time else _at_one_time(sketch, center)
    return sketch.block(max(right + sketch.width / 2, *(extent(m).right for m in marks)), marks)


def _at_one_time(sketch: Sketch, x: float) -> Iterator[Mark]:
    """Beside what there is at one time alone, which one that is."""
    plan = sketch.plan
    if not plan.has_x(2):
        yield sketch.only(x + sketch.half("x", "1"), sketch.bottom + sketch.up + 16, 1)
    if plan.mode == "many-to-one":
        said = sketch.style.width(sketch.style.say(Words("output")), BODY) / 2 + 6
        half = sketch.half("y", str(plan.length)) if plan.makes_y else said
        yield sketch.only(x + half, sketch.top - sketch.up - 8, plan.length)


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


def chain_times(length: int, step: Step | None) -> Iterator[list[int | None]]:
    """The times of the chain, from the most on that a page may have room for.

    The first two and the last, or the first, the step's and the last; at least the step's.

    >>> [*chain_times(4, None)][0], [*chain_times(9, None)]
    ([1, 2, 3, 4], [[1, 2, None, 9], [1, None, 9], [1, None]])
    """
    now = step.number if step else 1
    beside = 2 if now <= 2 else min(now, length - 1)
    every = [range(1, length + 1)] if length <= 4 else [{1, beside, now, length}]
    for kept in (*every, {now, length}, {now}):
        yield spaced(kept, length)


def chain(sketch: Sketch, room: float) -> Block:
    """The chain with the most cells that fit."""
    tried = [_chain(sketch, times) for times in chain_times(sketch.length, sketch.step)]
    return next((block for block in tried if block.width <= room), tried[-1])


def _chain(sketch: Sketch, shown: list[int | None]) -> Block:
    """The first cells side by side, with the weights that they share."""
    style = sketch.style
    firsts = {state: sketch.letter(state, "0") for state in sketch.letters}
    x = up4(max(style.width(first, BODY) for first in firsts.values()) + 4)
    marks: list[Mark] = [
        sketch.label(0, middle(sketch.lane(state), BODY), first, BODY, "start")
        for state, first in firsts.items()
    ]
    columns: list[tuple[int | None, float, float]] = []
    for i, t in enumerate(shown):
        marks += _sketch_arrows(sketch, x, i > 0 and shown[i - 1] is not None, t is None)
        x += sketch.gap
        if t is None:
            n = omitted(shown, i, (0, sketch.length + 1))
            levels = [*map(sketch.lane, sketch.letters)]
            levels += [sketch.x_level] if sketch.feedback else []
            marks += sketch.dotted(x + sketch.dots / 2, levels, n, sketch.bottom + 16)
        else:
            marks += _sketch_column(sketch, x, t)
        wide = sketch.dots if t is None else sketch.width
        columns.append((t, x + wide / 2, x + wide))
        x += wide
    for before, after in pairwise(columns if sketch.feedback else []):
        marks += _sketch_feedback(sketch, before, after)
    beside = max(style.width(sketch.symbol(w), SMALL) for w in "xy")
    return sketch.block(max(x, x - sketch.width / 2 + 8 + beside), marks)


def _sketch_feedback(
    sketch: Sketch,
    before: tuple[int | None, float, float],
    after: tuple[int | None, float, float],
) -> tuple[Mark, ...]:
    """From y, or dots, to the next x, or dots: their times, middles and right sides."""
    (t, x, right), (u, end, _) = before, after
    end -= 12 if u is None else sketch.half("x", str(u))
    if t is None:
        return sketch.fed_back([(x + 12, sketch.x_level), (end, sketch.x_level)], head=8)
    return sketch.returned(x + sketch.half("y", str(t)), right + 12, end)


def _sketch_column(sketch: Sketch, left: float, t: int) -> list[Mark]:
    lit = sketch.step is not None and sketch.step.number == t
    marks = sketch.cell(left, str(t), lit=lit)
    if sketch.plan.has_x(t):
        marks += sketch.given(left, str(t))
    if sketch.plan.has_y(t):
        marks += sketch.made(left, str(t))
    elif sketch.plan.ends_in_h(t):
        marks += sketch.handed_on(left + sketch.width / 2, sketch.top)
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
