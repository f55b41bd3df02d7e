"""The arithmetic of a step: a line a kernel row, so that it reads like the kernel."""

from __future__ import annotations

from collections.abc import Mapping

from nnviz.elision import lines as lines_of
from nnviz.elision import shortened
from nnviz.expressions import Rest
from nnviz.figure.layout.blocks import Block, column, lines
from nnviz.figure.layout.style import BODY, SMALL, Piece, Style, middle4
from nnviz.figure.scene import Mark, Rect
from nnviz.libraries import np
from nnviz.notation import ABOUT, EQUAL
from nnviz.trace import Equation, Formula, Role, Sum

Widest = Mapping[Role, int | float]
"""The widest number of each role, which stands first in its product: it needs no brackets."""


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
    short = [shortened(equation, style.say) for equation in formula]
    parts = [_equation(style, equation, inner, size, wide or {}) for equation in short]
    block = column(parts, 4)
    return panelled(style, block, room, 8 if size == SMALL else 12) if panel else block


def panelled(style: Style, block: Block, room: float, pad: int = 12) -> Block:
    """A block on a panel `room` wide."""
    width, height = max(room, block.width + 32), block.height + 2 * pad
    back = Rect(0, 0, width, height, style.theme.panel, radius=8)
    return Block(width, height, (back, block.at(16, pad)), middle4(height))


def _equation(style: Style, equation: Equation, room: float, size: int, wide: Widest) -> Block:
    first = equation.sides[0]
    if isinstance(first, Sum) and first.per_line:
        for at, below in ((size, False), (size, True), (SMALL, False), (SMALL, True)):
            block = _sum_rows(style, equation, first, at, wide, below=below)
            if block.width <= room:
                return block
    pieces = style.pieces(equation)
    if style.width(pieces, size) > room:  # It goes on below: the sign with what follows it.
        pieces = [p._replace(text=_kept(p.text)) for p in pieces]
    block = lines(style, pieces, size, room=room)
    # What is not broken may be wider than a phone in large letters.
    return block if block.width <= room else lines(style, pieces, SMALL, room=room)


def _kept(text: str) -> str:
    """A piece of text that a line breaks only before, if it begins with a space; or at a comma."""
    return text if text == ", " else text[:1] + text[1:].replace(" ", "\N{NO-BREAK SPACE}")


def _sum_rows(
    style: Style, equation: Equation, total: Sum, size: int, wide: Widest, *, below: bool
) -> Block:
    """A sum a line a kernel row, its terms in columns; what it comes to in the last, or below."""
    signs, terms = _signed_terms(style, total, {})
    widest_terms = zip(terms, _signed_terms(style, total, wide)[1], strict=True)
    room = [max(style.width(term, size) for term in both) for both in widest_terms]
    numbered = iter(range(len(terms)))
    rows = [[next(numbered) for _ in line] for line in lines_of(total)]
    plus = style.width("+ ", size)
    in_columns = [r for r in rows if not isinstance(total.terms[r[0]], Rest)]
    widths = [
        max(room[r[c]] for r in in_columns if c < len(r)) for c in range(max(map(len, in_columns)))
    ]
    lead = 24 if size == BODY else 16
    marks: list[Mark] = []
    y, end, width = lead - 6.0, 0.0, 0.0
    for indices in rows:
        x = 0.0
        for c, i in enumerate(indices):
            if i:
                marks.append(style.text(x, y, signs[i], size))
            x += plus
            marks.append(style.text(x, y, terms[i], size))
            end = x + room[i]
            x += widths[c] + style.width(" ", size)
        width = max(width, end)
        y += lead
    end = style.width("+", size) - style.width(" ", size) if below else end
    y = y if below else y - lead
    marks.append(style.text(end, y, _rest(style, equation, {}), size))
    whole = sum(widths) + len(widths) * plus + (len(widths) - 1) * style.width(" ", size)
    width = max(width, whole, end + style.width(_rest(style, equation, wide), size))
    height = lead * (len(rows) + below)
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


def _rest(style: Style, equation: Equation, wide: Widest) -> list[Piece]:
    """What comes after the first side, from its sign on: the last number is bold."""
    pieces = style.pieces(equation, wide)
    at = next((i for i, p in enumerate(pieces) if p.text in (EQUAL, ABOUT)), len(pieces))
    return pieces[at:]
