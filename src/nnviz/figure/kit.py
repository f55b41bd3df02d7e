"""What arrangements are built from: a style, measured text, and blocks that are put together.

How to write an arrangement, `figure/views/{op}_{view}.py` (found by its file name):

    def draw(trace: Trace, look: Look, step: Step | None) -> Scene:
        style = Style.of(look)
        array = trace.arrays["input"]
        table = grid(style, cells(style, array, look.precision), "input", CellSize(44, 44, BODY))
        block = named(style, table, "input", "input", array.shape)
        sign = operator(style, "→")
        return page(style, trace, look, step, [row([block, sign, ...])])

    def fits(trace: Trace) -> Words | None:      # why this view cannot draw it; None: it can
    RANK = 0                                     # the lowest that fits is the default

Optional: `panel(trace, style, step) -> Block`, a compact form for sheets of several steps.

- A `Block` is marks in their own coordinates from (0, 0) to (width, height), with an `axis`:
  the y on which a `row` lines its blocks up. `row`, `column`, `flow` (a row that wraps at the
  page's width) and `inset` put blocks together; `Block.at(x, y)` is the `Group` to paint.
- Three text sizes and no more: TITLE, BODY, SMALL. `style.text(x, y, content, size, …)` makes
  a measured `Text`; `content` is a str or a list of `Piece(text, fill, bold, place)`, as
  `style.pieces(equation)` gives for a formula in the colours of its roles.
- `figure.grid`: `cells`, `grid`, `named`, `operator`, `fitting` (the largest cells with which a
  row fits the page). `figure.arithmetic`: `arithmetic(style, formula)`, `sentence`. `figure.lines`:
  `arrow`, `brace`, `polyline`. `figure.heat`: `picture` of an array too large for numbers.
- Colours only from `style.theme`: `.ink .muted .rule .panel .tone(role)`. A number in a cell is
  `.ink`; a label of a role `.tone(role).line`; on an active fill `.tone(role).deep`.
- Positions on a grid of 4 (`up4`); nothing wider than ROOM, which is the page without margins.
- All wording through `style.say(Words("template {n}", n=…))`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from nnviz.figure.scene import (
    SMALLER,
    Anchor,
    Box,
    Group,
    Mark,
    Place,
    Scene,
    Span,
    Text,
    extent,
)
from nnviz.figure.theme import Theme, theme
from nnviz.figure.typeface import Fonts
from nnviz.lang import say
from nnviz.numerals import rounded
from nnviz.trace import Equation, Role, Step, Token, Trace, tokens
from nnviz.words import Words

if TYPE_CHECKING:
    from nnviz.figure.look import Look

TITLE, BODY, SMALL = 20, 15, 11
PAGE = 720
MARGIN = 24
ROOM = PAGE - 2 * MARGIN
PANELS = (300, ROOM - 24)
"""The room in a panel of a sheet: two side by side, or one."""


def up4(length: float) -> int:
    """The next multiple of 4.

    >>> up4(41.2)
    44
    """
    return 4 * math.ceil(length / 4 - 1e-9)


def near4(length: float) -> int:
    """The nearest multiple of 4."""
    return 4 * round(length / 4)


class Piece(NamedTuple):
    """A run of text: its colour (None: the text's own), weight and place."""

    text: str
    fill: str | None = None
    bold: bool = False
    place: Place = ""


@dataclass(frozen=True, slots=True)
class Style:
    """Theme, fonts, language and precision of a figure."""

    theme: Theme
    fonts: Fonts
    lang: str = "en"
    precision: int = 4

    @classmethod
    def of(cls, look: Look) -> Style:
        """The style that a look asks for; raises where its theme or font is none."""
        return cls(theme(look.theme), Fonts(look.font), look.lang, look.precision)

    def say(self, words: Words | str) -> str:
        """Words in the figure's language."""
        return words if isinstance(words, str) else say(words, self.lang)

    def show(self, value: int | float) -> str:
        """A number on its own."""
        return rounded(value, self.precision)

    def width(self, content: str | Iterable[Piece], size: float, bold: bool = False) -> float:
        """How wide a text is."""
        return sum(span.width for span in self._spans(content, size, "#000000", bold))

    def text(
        self,
        x: float,
        y: float,
        content: str | Iterable[Piece],
        size: float = BODY,
        *,
        fill: str | None = None,
        bold: bool = False,
        anchor: Anchor = "start",
        cell: Box | None = None,
    ) -> Text:
        """A measured text with its baseline at `y`; `fill` is the ink unless given."""
        spans = self._spans(content, size, fill or self.theme.ink, bold)
        return Text(x, y, spans, size, anchor, self.theme.halo, cell)

    def pieces(self, equation: Equation) -> list[Piece]:
        """An equation as text in the colours of its roles, what it comes to in bold."""
        found = list(tokens(equation, self.show))
        last = max((i for i, t in enumerate(found) if t.text in (" = ", " ≈ ")), default=len(found))
        return [self.piece(t, bold=i > last and t.role != "plain") for i, t in enumerate(found)]

    def piece(self, token: Token, *, bold: bool = False) -> Piece:
        """One token in the colour of its role."""
        fill = None if token.role == "plain" else self.theme.tone(token.role).line
        return Piece(token.text, fill, bold, token.place)

    def _spans(
        self, content: str | Iterable[Piece], size: float, fill: str, bold: bool
    ) -> tuple[Span, ...]:
        pieces = [Piece(content)] if isinstance(content, str) else content
        spans = []
        for text, color, heavy, place in pieces:
            at = size * SMALLER if place else size
            weight = bold or heavy
            width = self.fonts.width(text, at, weight)
            spans.append(Span(text, color or fill, width, weight, place))
        return tuple(spans)


def middle(y: float, size: float) -> float:
    """The baseline that centres digits and capitals on `y`."""
    return y + 0.365 * size


# --- blocks --------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Block:
    """Marks in their own coordinates, (0, 0) to (width, height)."""

    width: float
    height: float
    marks: tuple[Mark, ...]
    axis: float = 0
    """The y that stands level with its neighbours' in a row."""

    def at(self, x: float, y: float) -> Group:
        return Group(self.marks, x, y)


def row(blocks: Sequence[Block], gap: float = 0) -> Block:
    """Blocks side by side, level with each other on their axes."""
    axis = max((b.axis for b in blocks), default=0)
    x = 0.0
    groups = []
    for block in blocks:
        groups.append(block.at(x, axis - block.axis))
        x += block.width + gap
    height = max((axis - b.axis + b.height for b in blocks), default=0)
    return Block(max(0, x - gap), height, tuple(groups), axis)


def column(blocks: Sequence[Block], gap: float = 16, align: Anchor = "start") -> Block:
    """Blocks one below the other; the axis is the middle."""
    width = max((b.width for b in blocks), default=0)
    part = {"start": 0.0, "middle": 0.5, "end": 1.0}[align]
    y = 0.0
    groups = []
    for block in blocks:
        groups.append(block.at(near4(part * (width - block.width)), y))
        y += block.height + gap
    height = max(0, y - gap)
    return Block(width, height, tuple(groups), near4(height / 2))


def flow(blocks: Sequence[Block], gap: float = 0, room: float = ROOM, lead: float = 20) -> Block:
    """A row that goes on below where it would be wider than `room`.

    Where a sign stands before the block that does not fit, it goes down with it.
    """
    rows: list[list[Block]] = [[]]
    width = 0.0
    for pair in _pairs(blocks):
        wide = sum(b.width + gap for b in pair)
        if rows[-1] and width + wide - gap > room:
            rows.append([])
            width = 0
        rows[-1] += pair
        width += wide
    return column([row(r, gap) for r in rows if r], lead)


def _pairs(blocks: Sequence[Block]) -> list[list[Block]]:
    """Each block together with the sign before it: a sign is a block without a name."""
    pairs: list[list[Block]] = []
    held: list[Block] = []
    for block in blocks:
        held.append(block)
        if not isinstance(block, Sign):
            pairs.append(held)
            held = []
    return [*pairs, held] if held else pairs


@dataclass(frozen=True, slots=True)
class Sign(Block):
    """An operator between two blocks."""


def inset(block: Block, left: float = 0, top: float = 0, right: float = 0) -> Block:
    """A block with room around it."""
    width, height = block.width + left + right, block.height + top
    return Block(width, height, (block.at(left, top),), block.axis + top)


def lines(
    style: Style,
    content: str | Sequence[Piece],
    size: float = BODY,
    *,
    room: float = ROOM,
    fill: str | None = None,
    bold: bool = False,
) -> Block:
    """A paragraph: text that goes on below at spaces, or anywhere in a word too long."""
    lead = {TITLE: 28, BODY: 24, SMALL: 16}.get(int(size), up4(1.5 * size))
    pieces = [Piece(content)] if isinstance(content, str) else content
    wrapped = _wrap(style, pieces, size, room, bold)
    marks = [
        style.text(0, lead * i + lead - up4(0.35 * size), line, size, fill=fill, bold=bold)
        for i, line in enumerate(wrapped)
    ]
    width = max((m.width for m in marks), default=0)
    return Block(up4(width), lead * len(wrapped), tuple(marks), lead * len(wrapped) / 2)


def _wrap(
    style: Style, pieces: Sequence[Piece], size: float, room: float, bold: bool
) -> list[list[Piece]]:
    wrapped: list[list[Piece]] = [[]]
    used = 0.0
    for word in _words(style, pieces, size, room, bold):
        wide = style.width(word, size, bold)
        if wrapped[-1] and used + style.width(_trimmed(word), size, bold) > room:
            wrapped.append([])
            used = 0
        wrapped[-1] += word
        used += wide
    return [_merged(line) for line in wrapped]


def _merged(line: Sequence[Piece]) -> list[Piece]:
    """Neighbours that look alike as one piece; no space at the end."""
    merged = [
        Piece("".join(p.text for p in group), *look)
        for look, group in groupby(line, lambda p: p[1:])
    ]
    return _trimmed(merged)


def _trimmed(word: Sequence[Piece]) -> list[Piece]:
    return [*word[:-1], word[-1]._replace(text=word[-1].text.rstrip())]


def _words(
    style: Style, pieces: Sequence[Piece], size: float, room: float, bold: bool
) -> list[list[Piece]]:
    """What is not broken: up to and with a space, over pieces; a word wider than `room` is."""
    words: list[list[Piece]] = [[]]
    for piece in pieces:
        for part in piece.text.replace(" ", " \0").split("\0"):
            if part and style.width(part, size, bold) > room:
                words += [[piece._replace(text=c)] for c in part]
            elif part:
                words[-1].append(piece._replace(text=part))
            if part.endswith(" "):
                words.append([])
    return [word for word in words if word]


# --- the page --------------------------------------------------------------------


def page(
    style: Style,
    trace: Trace,
    look: Look,
    step: Step | None,
    blocks: Sequence[Block],
    *,
    title: Words | None = None,
    facts: Sequence[Block] | None = None,
    notes: bool = True,
) -> Scene:
    """A figure: title, facts (the trace's unless given), blocks, and what is to be noted."""
    heading = heading_of(style, trace, look, step, title)
    width = max([b.width for b in blocks] + [240])
    wide = style.width(heading, TITLE, True)
    head = [lines(style, heading, TITLE, room=max(width, min(ROOM, wide + 1)), bold=True)]
    head += fact_lines(style, trace) if facts is None else list(facts)
    tail = note_lines(style, trace, width) if notes else []
    body = [column(head, 4), *blocks, *([column(tail, 4)] if tail else [])]
    return framed(style, column(body, 20), heading, describe(style, trace, heading, step))


def framed(style: Style, block: Block, title: str, desc: str) -> Scene:
    """A block on a page with margins."""
    marks = (block.at(MARGIN, MARGIN),)
    right = max((extent(m).right for m in marks), default=0)
    # Outlines may stand a little into the margin.
    width = max(up4(block.width), up4(right - MARGIN - 3)) + 2 * MARGIN
    height = up4(block.height) + 2 * MARGIN
    return Scene(width, height, marks, title, desc, style.fonts, style.theme.page)


def heading_of(
    style: Style, trace: Trace, look: Look, step: Step | None, title: Words | None = None
) -> str:
    """The title, with the step where one is drawn."""
    text = look.title or style.say(title or trace.title)
    if step is None:
        return text
    words = Words(
        "{title}, step {step} of {steps}", title=text, step=step.number, steps=len(trace.steps)
    )
    return style.say(words)


def fact_lines(style: Style, trace: Trace) -> list[Block]:
    """The facts of a trace, a line each: the output size with the numbers in it."""
    found = []
    for fact in trace.facts:
        pieces = [Piece(style.say(fact.label) + "  ")]
        if fact.equation is not None:
            pieces += [
                Piece(t.text, None, False, t.place) for t in tokens(fact.equation, style.show)
            ]
        found.append(lines(style, pieces, fill=style.theme.muted))
    return found


def note_lines(style: Style, trace: Trace, room: float) -> list[Block]:
    """What a reader should be told, small, below the figure."""
    width = max(room, 320)
    return [
        lines(style, style.say(n), SMALL, room=width, fill=style.theme.muted) for n in trace.notes
    ]


def describe(style: Style, trace: Trace, title: str, step: Step | None) -> str:
    """One sentence for a screen reader: what it is, the shapes, and the step's arithmetic."""
    from nnviz.shapes import times
    from nnviz.trace import text

    parts = [
        f"{style.say(name_of(name))} {times(trace.array(name).shape)}"
        if name.isidentifier()
        else name
        for name in trace.equation
    ]
    said = title + (": " + " ".join(parts) if parts else "")
    if step is not None and step.formula:
        said += ". " + text(step.formula, style.show)
    return said + "."


_NAMES = {
    "input": Words("input"),
    "kernel": Words("kernel"),
    "bias": Words("bias"),
    "output": Words("output"),
    "weight": Words("weight"),
}


def name_of(name: str) -> Words:
    """What an array is called."""
    return _NAMES.get(name, Words(name))


def tinted(style: Style, role: Role) -> Style:
    """A style whose ink is the colour of a role."""
    return replace(style, theme=replace(style.theme, ink=style.theme.tone(role).line))
