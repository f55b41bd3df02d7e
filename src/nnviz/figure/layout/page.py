"""What arrangements are built from: a style, measured text, and blocks that are put together.

How to write an arrangement, `figure/{family}/{op}_{view}.py` (found by its file name):

    def draw(trace: Trace, appearance: Appearance, step: Step | None) -> Scene:
        style = Style.of(appearance)
        array = trace.arrays["input"]
        drawn = cells(array, style.precision)
        table = grid(style, drawn, "input", CellSize(44, 44, BODY))
        block = named(style, table, "input", "input", array.shape)
        sign = operator(style, "→")
        return page(style, trace, appearance, step, [row([block, sign, ...])])

    def fits(trace: Trace) -> Words | None:      # why this view cannot draw it; None: it can
    RANK = 0                                     # the lowest that fits is the default

Optional, for sheets of several steps: `panel(trace, style, step) -> Block`, a compact form, and
`shared(trace, style, steps) -> list[Block]`, what is drawn once above the panels.

- A `Block` is marks in their own coordinates from (0, 0) to (width, height), with an `axis`:
  the y on which a `row` lines its blocks up. `row`, `column`, `flow` (a row that wraps at the
  page's width) and `inset` put blocks together; `Block.at(x, y)` is the `Group` to paint.
- Three text sizes and no more: TITLE, BODY, SMALL. `style.text(x, y, content, size, …)` makes
  a measured `Text`; `content` is a str or a list of `Piece(text, fill, bold, place)`, as
  `style.pieces(equation)` gives for a formula in the colours of its roles.
- `figure.arrays`: in `grid` the cells of an array, its name, the signs between, and `fitting` (the
  largest cells with which a row fits the page); in `picture` an array too large for numbers.
  `figure.formulas.arithmetic`: `arithmetic(style, formula)`, `sentence`. `figure.layout.lines`:
  `arrow`, `brace`, `polyline`.
- Colours only from `style.theme`: `.ink .muted .rule .panel .tone(role)`. A number in a cell is
  `.ink`; a label of a role `.tone(role).line`; on an active fill `.tone(role).deep`.
- Positions on a grid of 4 (`up4`); nothing wider than ROOM, which is the page without margins.
- All wording through `style.say(Words("template {n}", n=…))`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from nnviz.figure.layout.blocks import Block, Sign, column, flow, inset, lines, row
from nnviz.figure.layout.style import (
    BODY,
    MARGIN,
    PAGE,
    PANELS,
    ROOM,
    SMALL,
    TITLE,
    Piece,
    Style,
    middle,
    middle4,
    near4,
    tinted,
    up4,
)
from nnviz.figure.scene import Scene, extent
from nnviz.shapes import times
from nnviz.trace import Step, Trace, text, tokens
from nnviz.words import Words

if TYPE_CHECKING:
    from nnviz.request import Appearance

__all__ = [
    "BODY",
    "MARGIN",
    "PAGE",
    "PANELS",
    "ROOM",
    "SMALL",
    "TITLE",
    "Block",
    "Piece",
    "Sign",
    "Style",
    "column",
    "describe",
    "fact_lines",
    "flow",
    "framed",
    "heading_of",
    "inset",
    "lines",
    "middle",
    "middle4",
    "name_of",
    "near4",
    "note_lines",
    "page",
    "row",
    "tinted",
    "up4",
]


def page(
    style: Style,
    trace: Trace,
    appearance: Appearance,
    step: Step | None,
    blocks: Sequence[Block],
    *,
    title: Words | None = None,
    facts: Sequence[Block] | None = None,
    notes: bool = True,
) -> Scene:
    """A figure: title, facts (the trace's unless given), blocks, and what is to be noted."""
    heading = heading_of(style, trace, appearance, step, title)
    said = describe(style, trace, heading, step)
    if appearance.bare:
        return framed(style, column(blocks, 20), heading, said)
    width = max([b.width for b in blocks] + [240])
    wide = style.width(heading, TITLE, True)
    head = [lines(style, heading, TITLE, room=max(width, min(ROOM, wide + 1)), bold=True)]
    head += fact_lines(style, trace) if facts is None else list(facts)
    tail = note_lines(style, trace, width) if notes else []
    body = [column(head, 4), *blocks, *([column(tail, 4)] if tail else [])]
    return framed(style, column(body, 20), heading, said)


def framed(style: Style, block: Block, title: str, desc: str) -> Scene:
    """A block on a page with margins."""
    marks = (block.at(MARGIN, MARGIN),)
    right = max((extent(m).right for m in marks), default=0)
    # Outlines may stand a little into the margin.
    width = max(up4(block.width), up4(right - MARGIN - 3)) + 2 * MARGIN
    height = up4(block.height) + 2 * MARGIN
    return Scene(width, height, marks, title, desc, style.fonts, style.theme.page)


def heading_of(
    style: Style,
    trace: Trace,
    appearance: Appearance,
    step: Step | None,
    title: Words | None = None,
) -> str:
    """The title, with the step where one is drawn."""
    text = appearance.title or style.say(title or trace.title)
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
    "pre": Words("sum"),
    "output": Words("output"),
    "weight": Words("weight"),
}


def name_of(name: str) -> Words:
    """What an array is called."""
    return _NAMES.get(name, Words(name))
