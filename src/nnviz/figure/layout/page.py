"""What arrangements are built from: a style, measured text, and blocks that are put together.

How to write an arrangement, `figure/{family}/{op}_{view}.py` (found by its file name):

    def draw(trace: Trace, appearance: Appearance, step: Step | None) -> Scene:
        style = Style.of(appearance)
        array = trace.arrays["input"]
        table = cells(array, style.precision)
        cells_ = NamedCells(style, table, "input", "input", times(array.shape))
        block = largest_fit(style, [cells_, operator(style, "→"), ...])
        return page(style, trace, appearance, step, [block])

    RANK = 0                                     # the lowest that fits is the default

Optional: `fits(trace) -> Words | None`, why this view cannot draw it (None: it can). For sheets
of several steps: `panel(trace, style, step) -> Block`, a compact form, and
`shared(trace, style, steps) -> list[Block]`, what is drawn once above the panels.

- A `Block` (`blocks`) is marks in their own coordinates from (0, 0) to (width, height), with an
  `axis`: the y on which a `row` lines its blocks up. `row`, `column`, `flow` (a row that wraps at
  the page's width) and `inset` put blocks together; `Block.at(x, y)` is the `Group` to paint.
- Three text sizes and no more (`style`): TITLE, BODY, SMALL. `style.text(x, y, content, size, …)`
  makes a measured `Text`; `content` is a str or a list of `Piece(text, fill, bold, place)`, as
  `style.pieces(equation)` gives for a formula in the colours of its roles. `style.note` is a small
  muted one, `remark` a muted line, `lines` a paragraph.
- `figure.arrays`: in `fit` a row whose parts are measured before they are drawn, with the largest
  cells that fit the page; in `named` the cells of an array or its picture with name and shape; in
  `grid` the cells and the signs between. `figure.formulas`: `arithmetic(style, formula)`,
  `worked(style, blocks, step)`. `figure.layout.lines`: `arrow`, `brace`, `polyline`.
- Colours only from `style.theme`: `.ink .muted .rule .panel .tone(role)`. A number in a cell is
  `.ink`; a label of a role `.tone(role).line`; on an active fill `.tone(role).deep`.
- Positions on a grid of 4 (`up4`); nothing wider than `style.room`, the page without its margins.
- All wording through `style.say(Words("template {n}", n=…))`.
"""

from __future__ import annotations

from collections.abc import Sequence

from nnviz.elision import shortened
from nnviz.figure.layout.blocks import Block, column, lines, remark
from nnviz.figure.layout.style import BODY, MARGIN, SMALL, TITLE, Piece, Style, up4
from nnviz.figure.scene import Scene, extent
from nnviz.request import Appearance
from nnviz.shapes import times
from nnviz.trace import Equation, Step, Trace, text, tokens
from nnviz.words import Words, safe


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
    width = max([b.width for b in blocks] + [240])
    if step is not None and appearance.explain:
        blocks = [*blocks, explained(style, trace, step, style.beneath(width))]
    if appearance.plain:
        return framed(style, column(blocks, 20), heading, said)
    # A title may be wider than its figure, up to the page; 1 more, for what is lost in sums.
    wide = style.width(heading, TITLE, True)
    room = max(width, min(style.room, wide + 1))
    sample = appearance.drawn_sample if step is None else trace.sample_of(step)
    said_of = [*trace.said, *sample_said(trace, sample)]
    facts = fact_lines(style, trace) if facts is None else facts
    head = head_of(style, appearance, heading, said_of, facts, room)
    tail = note_lines(style, trace, width, step) if notes else []
    if step is None:
        tail = [*lesson_lines(style, trace, width), *tail]
    body = [*head, *blocks, *([column(tail, 4)] if tail else [])]
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
    text = safe(appearance.title or style.say(title or trace.title))
    if step is None:
        return text
    if trace.recurrence is not None and not trace.recurrence.several:  # a step is a time
        return style.say(Words("{title}, time t = {step}", title=text, step=step.number))
    words = Words(
        "{title}, step {step} of {steps}", title=text, step=step.number, steps=len(trace.steps)
    )
    return style.say(words)


def head_of(
    style: Style,
    appearance: Appearance,
    heading: str,
    said: Sequence[Words],
    facts: Sequence[Block],
    room: float,
) -> list[Block]:
    """The title, what is not as usual, and the facts; of an empty title none is drawn, but the
    document keeps its name; nothing on a plain page.
    """
    if appearance.plain:
        return []
    named = [] if appearance.title == "" else [lines(style, heading, TITLE, room=room, bold=True)]
    small = [remark(style, " · ".join(map(style.say, said)))] if said else []
    head = [*named, *small, *facts]
    return [column(head, 4)] if head else []


def step_said(trace: Trace, step: Step) -> Words:
    """A step among others: a time, where it is one."""
    is_time = trace.recurrence is not None and not trace.recurrence.several
    return Words("time t = {n}" if is_time else "step {n}", n=step.number)


def explained(style: Style, trace: Trace, step: Step, room: float) -> Block:
    """What a step does, in sentences, small beneath it."""
    said = " ".join(map(style.say, trace.explained(step, style.show)))
    return lines(style, said, SMALL, room=room)


def sample_said(trace: Trace, sample: int) -> list[Words]:
    """Which sample of a batch is drawn."""
    count = trace.samples
    return [Words("sample {n} of {count}", n=sample, count=count)] if count > 1 else []


def fact_lines(style: Style, trace: Trace, *, colored: bool = False) -> list[Block]:
    """The facts of a trace, a line each: the output size with the numbers in it."""
    return [fact_line(style, f.label, f.equation, colored=colored) for f in trace.facts]


def fact_line(
    style: Style,
    label: Words,
    equation: Equation | None,
    room: float | None = None,
    *,
    colored: bool = True,
) -> Block:
    """A label, and the equation behind it where there is one, its symbols coloured or not.

    Small on a phone, where few would fit a line.
    """
    muted, size = style.theme.muted, SMALL if style.on_phone else BODY
    said = [] if equation is None else tokens(equation, style.show)
    pieces = [style.piece(t) if colored else Piece(t.text, muted, False, t.place) for t in said]
    return lines(style, [Piece(style.say(label) + "  ", muted), *pieces], size, room=room)


def note_lines(style: Style, trace: Trace, room: float, step: Step | None = None) -> list[Block]:
    """What a reader should be told of the run and of its step, small, below the figure."""
    notes = (*trace.notes, *(step.notes if step else ()))
    return [remark(style, note, SMALL, room=style.beneath(room, 320)) for note in notes]


def lesson_lines(style: Style, trace: Trace, room: float) -> list[Block]:
    """What a student may take from it, small, below the figure of the whole."""
    muted, most = style.theme.muted, style.beneath(room, 320)
    found = []
    for label, equation in trace.lessons:
        worked = [] if equation is None else tokens(equation, style.show)
        pieces = [Piece(f"{style.say(label)}  ", muted), *(Piece(t.text, muted) for t in worked)]
        found.append(lines(style, pieces, SMALL, room=most))
    return found


DESCRIBED = 25
"""Equations of a step that a screen reader is told."""


def describe(style: Style, trace: Trace, title: str, step: Step | None) -> str:
    """One sentence for a screen reader: what it is, the shapes, and the step's arithmetic."""
    parts = [
        f"{style.say(trace.called(name))} {times(trace.array(name).shape)}"
        if name.isidentifier()
        else name
        for name in trace.equation
    ]
    said = title + (": " + " ".join(parts) if parts else "")
    if step is not None and step.formula:
        short = [shortened(equation, style.say) for equation in step.formula[:DESCRIBED]]
        said += ". " + text(short, style.show)
        if (more := len(step.formula) - DESCRIBED) > 0:
            said += "; " + style.say(Words("… and {n} more equations", n=more))
    return said + "."
