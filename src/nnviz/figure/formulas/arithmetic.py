"""The arithmetic of a step: a line a kernel row, so that it reads like the kernel."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from nnviz.figure.layout.blocks import Block, column, lines
from nnviz.figure.layout.style import BODY, SMALL, Piece, Style, middle4
from nnviz.figure.scene import Mark, Rect
from nnviz.notation import ABOUT, EQUAL
from nnviz.trace import Equation, Formula, Role, Sum
from nnviz.words import Words

if TYPE_CHECKING:
    import numpy as np

Widest = Mapping[Role, int | float]
"""The widest number of each role, which stands first in its product: it needs no brackets."""

_KEPT = {sign: sign[:-1] + "\N{NO-BREAK SPACE}" for sign in (EQUAL, ABOUT)}
LONG = 12
"""Lines of a sum past which the middle is left out, and said."""


def widest(style: Style, arrays: Mapping[Role, np.ndarray]) -> Widest:
    """The number of each role's array that is the widest in a formula."""
    found: dict[Role, int | float] = {}
    for role, a in arrays.items():
        texts = {style.show(value): value for value in a.reshape(-1).tolist()}
        if texts:
            found[role] = texts[max(texts, key=lambda text: style.width(text, BODY))]
    return found


def arithmetic(
    style: Style,
    formula: Formula,
    *,
    room: float | None = None,
    size: int = BODY,
    panel: bool = True,
    wide: Widest | None = None,
) -> Block:
    """A formula in the colours of its roles, on a panel unless not wanted.

    `wide` are the numbers that its text size and columns are made for, so that they are the
    same in every step; else its own.
    """
    room = room or style.room
    inner = room - 32 if panel else room
    parts = [_equation(style, equation, inner, size, wide or {}) for equation in formula]
    block = column(parts, 4)
    return panelled(style, block, room) if panel else block


def panelled(style: Style, block: Block, room: float) -> Block:
    """A block on a panel `room` wide."""
    width, height = max(room, block.width + 32), block.height + 24
    back = Rect(0, 0, width, height, style.theme.panel, radius=8)
    return Block(width, height, (back, block.at(16, 12)), middle4(height))


def _equation(style: Style, equation: Equation, room: float, size: int, wide: Widest) -> Block:
    first = equation.sides[0]
    if isinstance(first, Sum) and first.per_line:
        for at in (size, SMALL):
            block = _sum_rows(style, equation, first, at, wide)
            if block.width <= room:
                return block
    pieces = style.pieces(equation)
    if style.width(pieces, size) > room:  # It goes on below: the sign with what follows it.
        pieces = [p._replace(text=_KEPT.get(p.text, p.text)) for p in pieces]
    return lines(style, pieces, size, room=room)


def _sum_rows(style: Style, equation: Equation, total: Sum, size: int, wide: Widest) -> Block:
    """A sum a line a kernel row, its terms in columns."""
    signs, terms = _signed_terms(style, total, {})
    room = [style.width(term, size) for term in _signed_terms(style, total, wide)[1]]
    rows = [
        list(range(i, min(i + total.per_line, len(terms))))
        for i in range(0, len(terms), total.per_line)
    ]
    shown, left_out = _folded(rows)
    plus = style.width("+ ", size)
    widths = [
        max(room[r[c]] for r in shown if c < len(r))
        for c in range(total.per_line)
        if any(c < len(r) for r in shown)
    ]
    lead = 24 if size == BODY else 16
    marks: list[Mark] = []
    y = lead - 6.0
    end = 0.0
    for n, indices in enumerate(shown):
        if left_out and n == len(shown) - 1:
            marks.append(_lines_left_out(style, left_out, plus, y, size))
            y += lead
        x = 0.0
        for c, i in enumerate(indices):
            if i:
                marks.append(style.text(x, y, signs[i], size))
            x += plus
            marks.append(style.text(x, y, terms[i], size))
            end = x + room[i]
            x += widths[c] + style.width(" ", size)
        y += lead
    marks.append(style.text(end, y - lead, _rest(style, equation, {}), size))
    whole = sum(widths) + len(widths) * plus + (len(widths) - 1) * style.width(" ", size)
    width = max(whole, end + style.width(_rest(style, equation, wide), size))
    height = lead * (len(shown) + bool(left_out))
    return Block(width, height, tuple(marks), middle4(height))


def _signed_terms(style: Style, total: Sum, wide: Widest) -> tuple[list[str], list[list[Piece]]]:
    """The sign before each term, and the term without it."""
    signs, terms = [], []
    for i, term in enumerate(total.terms):
        pieces = style.pieces(Equation((term,)), wide)
        negative = i > 0 and len(pieces) == 1 and pieces[0].text.startswith("−")
        signs.append("−" if negative else "+")
        terms.append([pieces[0]._replace(text=pieces[0].text[1:])] if negative else pieces)
    return signs, terms


def _folded(rows: list[list[int]]) -> tuple[list[list[int]], int]:
    if len(rows) <= LONG:
        return rows, 0
    return [*rows[: LONG - 2], rows[-1]], len(rows) - LONG + 1


def _lines_left_out(style: Style, left_out: int, x: float, y: float, size: int) -> Mark:
    said = style.say(Words("… and {n} more lines", n=left_out))
    return style.text(x, y, said, size, fill=style.theme.muted)


def _rest(style: Style, equation: Equation, wide: Widest) -> list[Piece]:
    """What comes after the first side, from its sign on: the last number is bold."""
    pieces = style.pieces(equation, wide)
    at = next((i for i, p in enumerate(pieces) if p.text in (EQUAL, ABOUT)), len(pieces))
    return pieces[at:]
