"""One row of an unrolled net: its columns, each with y above, h in its cell and x below."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nnviz.figure.layout.lines import Point, arrow
from nnviz.figure.layout.page import BODY, SMALL, Block, Piece, middle, near4
from nnviz.figure.recurrent._net import ARROW, LABEL, Vectors, fed_back
from nnviz.figure.recurrent._unrolled import Chain, arranged
from nnviz.figure.scene import Anchor, Mark, Rect
from nnviz.words import Words


@dataclass(frozen=True, slots=True)
class Row:
    """The levels of one row: what stands at which y."""

    chain: Chain
    times: Sequence[int | None]
    first: bool
    has_x: bool
    has_y: bool

    @property
    def y_top(self) -> int:
        return LABEL

    @property
    def box(self) -> int:
        """The top of the cells."""
        y = self.chain.y
        return LABEL + y.height + ARROW if self.has_y and y is not None else 0

    @property
    def box_height(self) -> int:
        return self.chain.tall

    @property
    def x_top(self) -> int:
        return self.box + self.box_height + ARROW

    @property
    def height(self) -> int:
        if not self.has_x:
            return self.box + self.box_height
        text = LABEL if any(t and self.chain.character(t) for t in self.times) else 0
        return self.x_top + self.chain.x.height + LABEL + text


def row_block(row: Row) -> Block:
    """The columns of a row, and the arrows between."""
    chain = row.chain
    marks: list[Mark] = []
    if row.first:
        marks += _start(row)
    for i, t in enumerate(row.times):
        marks += _gap(row, i) if t is None else _column(row, i, t)
        if i:
            marks += _across(row, i)
    if chain.feedback:
        for i, (t, after) in enumerate(zip(row.times, row.times[1:], strict=False)):
            if t is not None and after == t + 1:
                marks += _fed_back(row, i)
    width = chain.left(len(row.times) - 1) + chain.width + chain.tail
    return Block(width, row.height, tuple(marks))


def _start(row: Row) -> list[Mark]:
    """h_0 and its arrow; of an LSTM c_0 and its own too."""
    chain = row.chain
    marks = _states(row, chain.inner / 2, 0, active=_now(chain, 1))
    return [*marks, *_arrows(row, chain.inner + 4, chain.lead)]


def _states(
    row: Row, center: float, t: int, *, active: bool = False, blank: bool = False
) -> list[Mark]:
    """The states of time t around `center`, each with its name above it."""
    chain = row.chain
    marks: list[Mark] = []
    for vectors, below in chain.states:
        block = vectors.block(chain.style, t, active=active, blank=blank)
        name, top = chain.name(vectors, t), row.box + below
        marks.append(chain.style.text(center, top - 8, name, BODY, anchor="middle"))
        marks.append(block.at(center - block.width / 2, top))
    return marks


def _across(row: Row, i: int) -> list[Mark]:
    """The arrows from the column before to column `i`."""
    chain = row.chain
    return _arrows(row, chain.left(i) - chain.gap, chain.left(i))


def _arrows(row: Row, start: float, end: float) -> list[Mark]:
    """The arrow of each state, named."""
    tone = row.chain.style.theme.tone("hidden")
    marks: list[Mark] = []
    for vectors, lane in row.chain.lanes:
        y = row.box + lane
        marks += arrow((start, y), (end, y), tone.line, 2, tone.dash)
        marks += state_label(row.chain, vectors, (end, y))
    return marks


def state_label(chain: Chain, vectors: Vectors, end: Point) -> list[Mark]:
    """What is said on the arrow that ends at `end`: c, or W_h and its shape."""
    if vectors.letter == "h":
        return weight_h(chain, end)
    tone = chain.style.theme.tone("hidden")
    return [_text(chain, [Piece("c", tone.line)], (_label_x(chain, end[0]), end[1] - 8), "middle")]


def _label_x(chain: Chain, end: float) -> float:
    return end - (chain.gap - (20 if chain.feedback else 0)) / 2 - 4


def weight_h(chain: Chain, end: Point) -> list[Mark]:
    """W_h and its shape on the arrow that ends at `end`."""
    x, y = _label_x(chain, end[0]), end[1]
    if not chain.narrow:
        return [_text(chain, chain.weight("h"), (x, y - 8), "middle")]
    fill = chain.style.theme.tone("weight").line
    return [
        _text(chain, chain.symbol("h"), (x, y - 8), "middle"),
        chain.style.text(x, y + 16, chain.shape("h"), SMALL, fill=fill, anchor="middle"),
    ]


def _gap(row: Row, i: int) -> list[Mark]:
    """Dots where times are left out, and how many."""
    chain, style = row.chain, row.chain.style
    x = chain.left(i) + chain.width / 2
    every = [t for times in arranged(chain) for t in times]
    at = _places(every, row, i)
    before, after = every[at - 1], every[at + 1]
    assert before is not None
    assert after is not None
    said = style.say(Words("{n} more", n=after - before - 1))
    muted = style.theme.muted
    levels = [row.box + lane for _, lane in chain.lanes]
    dots = [style.text(x, middle(y, BODY), "…", BODY, anchor="middle") for y in levels]
    return [*dots, style.text(x, levels[-1] + 24, said, SMALL, fill=muted, anchor="middle")]


def _places(every: Sequence[int | None], row: Row, i: int) -> int:
    """Where column `i` of the row stands among all columns."""
    known = next(k for k, t in enumerate(row.times) if t is not None)
    return every.index(row.times[known]) + i - known


# --- a column ----------------------------------------------------------------------


def _now(chain: Chain, t: int) -> bool:
    return chain.step is not None and chain.step.number == t


def _later(chain: Chain, t: int) -> bool:
    """Whether time t comes after the step that is drawn."""
    return chain.step is not None and t > chain.step.number


def _column(row: Row, i: int, t: int) -> list[Mark]:
    chain = row.chain
    marks = _cell(row, i, t)
    if chain.has_x(t):
        marks += _below(row, i, t)
    if chain.has_y(t):
        marks += _above(row, i, t)
    return marks


def _cell(row: Row, i: int, t: int) -> list[Mark]:
    """The cell with its states in it."""
    chain, style = row.chain, row.chain.style
    left, x = chain.left(i), chain.left(i) + chain.width / 2
    now = _now(chain, t)
    box = Rect(left, row.box, chain.width, row.box_height, style.theme.panel, radius=12)
    if now:
        box = box._replace(stroke=style.theme.tone("hidden").line, line=3, now="hidden")
    else:
        box = box._replace(stroke=style.theme.ink, line=1.5)
    active = now or _now(chain, t + 1)
    return [box, *_states(row, x, t, active=active, blank=_later(chain, t))]


def _below(row: Row, i: int, t: int) -> list[Mark]:
    """x_t, its name and character, and its arrow up."""
    chain, style = row.chain, row.chain.style
    x = chain.left(i) + chain.width / 2
    blank = chain.feedback and _later(chain, t)
    block = chain.x.block(style, t - 1, active=_now(chain, t), blank=blank)
    tone = style.theme.tone("input")
    bottom = row.x_top + block.height
    marks: list[Mark] = [
        block.at(x - block.width / 2, row.x_top),
        *arrow((x, row.x_top - 4), (x, row.box + row.box_height), tone.line, 2, tone.dash),
        _beside(chain, "x", x, row.x_top - ARROW / 2),
        style.text(x, bottom + 18, chain.name(chain.x, t), BODY, anchor="middle"),
    ]
    if chain.character(t):
        letter = chain.character(t)
        marks.append(style.text(x, bottom + 40, letter, BODY, bold=True, anchor="middle"))
    return marks


def _above(row: Row, i: int, t: int) -> list[Mark]:
    """y_t, its name, and the arrow up to it."""
    chain, style, y = row.chain, row.chain.style, row.chain.y
    assert y is not None
    x = chain.left(i) + chain.width / 2
    at = t - 1 if len(y.rows) == chain.length else 0
    block = y.block(style, at, active=_now(chain, t), blank=_later(chain, t))
    tone = style.theme.tone("output")
    bottom = row.y_top + block.height
    return [
        style.text(x, row.y_top - 8, chain.name(y, t), BODY, anchor="middle"),
        block.at(x - block.width / 2, row.y_top),
        *arrow((x, row.box), (x, bottom + 2), tone.line, 2, tone.dash),
        _beside(chain, "y", x, row.box - ARROW / 2),
    ]


def _beside(chain: Chain, letter: str, x: float, y: float) -> Mark:
    """The name of a weight beside an arrow up; before it where y goes down behind it."""
    if chain.feedback:
        return _text(chain, chain.weight(letter), (x - 8, middle(y, SMALL)), "end")
    return _text(chain, chain.weight(letter), (x + 8, middle(y, SMALL)), "start")


def _text(chain: Chain, pieces: list[Piece], at: Point, anchor: Anchor) -> Mark:
    return chain.style.text(*at, pieces, SMALL, anchor=anchor)


def _fed_back(row: Row, i: int) -> list[Mark]:
    """From y_t down behind its cell to the next x, dashed."""
    chain, y = row.chain, row.chain.y
    assert y is not None
    center = chain.left(i) + chain.width / 2
    level = row.y_top + near4(y.height / 2)
    lane = chain.left(i) + chain.width + 12
    target = row.x_top + near4(chain.x.height / 2)
    right = chain.left(i + 1) + (chain.width - chain.x.size.width) / 2
    start = center + y.size.width / 2 + 2
    return fed_back(
        chain.style, [(start, level), (lane, level), (lane, target), (right - 2, target)]
    )
