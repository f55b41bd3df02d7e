"""Long equations that go on below at their signs, and the workings of a step."""

from __future__ import annotations

from collections.abc import Sequence

from nnviz.elision import shortened, shown
from nnviz.figure.formulas.arithmetic import panelled
from nnviz.figure.layout.blocks import Block, column, inset, lines, remark
from nnviz.figure.layout.style import BODY, SMALL, Piece, Style, up4
from nnviz.notation import ABOUT, EQUAL
from nnviz.trace import Equation, Formula, Step
from nnviz.words import Words

MOST_TERMS = 12
MOST_LINES = 8
"""Terms of a sum, and equations of a step, that are all written."""
_FEW_TERMS, _LEAST = 6, 4
"""The same where a page is full."""
_PAGE, _SCREEN, _LOWEST = 840, 560, 160
"""How high a figure and the workings of its step are, on a page and on a phone, and how high
these may always be."""

_BREAKS = (" + ", " − ", EQUAL, ABOUT)


def _equation_lines(style: Style, equation: Equation, room: float, size: int, most: int) -> Block:
    """An equation that goes on below at its signs, with a hanging indent."""
    pieces = style.pieces(shortened(equation, style.say, most))
    indent = up4(2 * size)
    rows: list[list[Piece]] = [[]]
    used = 0.0
    chunks = _chunks(pieces)
    for i, chunk in enumerate(chunks):
        wide = style.width(chunk, size)
        ends = used + (_side(style, chunks[i:], size) if used > room / 2 else wide)
        if rows[-1] and ends > room:
            chunk[0] = chunk[0]._replace(text=chunk[0].text.lstrip())
            rows.append([])
            used, wide = indent, style.width(chunk, size)
        rows[-1] += chunk
        used += wide
    first, *others = (
        lines(style, row, size, room=room - indent * (i > 0)) for i, row in enumerate(rows)
    )
    return column([first, *(inset(b, left=indent) for b in others)], 0)


def _side(style: Style, chunks: list[list[Piece]], size: int) -> float:
    """How wide a side is with the sign before it, where it begins here; else what comes next."""
    begins = [i for i, chunk in enumerate(chunks) if chunk[0].text in (EQUAL, ABOUT)]
    count = [*begins[1:], len(chunks)][0] if begins[:1] == [0] else 1
    return sum(style.width(chunk, size) for chunk in chunks[:count])


def _chunks(pieces: Sequence[Piece]) -> list[list[Piece]]:
    """What stays on one line: a term with the sign before it, or with the comma after it."""
    found: list[list[Piece]] = [[]]
    for i, piece in enumerate(pieces):
        if found[-1] and (piece.text in _BREAKS or pieces[i - 1].text == ", "):
            found.append([])
        found[-1].append(piece)
    return found


def worked(style: Style, blocks: list[Block], step: Step | None) -> list[Block]:
    """The blocks of a figure, and beneath them the workings of its step, where it has numbers.

    What would not fit the page is written small, then with fewer equations and terms.
    """
    if step is None or style.symbols or not step.formula:
        return blocks
    room = style.beneath(max(block.width for block in blocks))
    page = _SCREEN if style.on_phone else _PAGE
    tall = max(_LOWEST, page - sum(block.height for block in blocks))
    return [*blocks, workings(style, step.formula, room, tall)]


def workings(style: Style, formula: Formula, room: float, tall: float) -> Block:
    """Equations on a panel: small, then with fewer of them and of their terms, where it would be
    higher than `tall`.
    """
    fewer = [(SMALL, most, MOST_TERMS) for most in range(MOST_LINES, _LEAST - 1, -1)]
    for size, most, terms in [(BODY, MOST_LINES, MOST_TERMS), *fewer, (SMALL, _LEAST, _FEW_TERMS)]:
        block = _workings(style, formula, room, size, most, terms)
        if block.height <= tall and block.width <= room:
            break
    return block


def _workings(
    style: Style, formula: Formula, room: float, size: int, most: int, terms: int
) -> Block:
    """Equations on a panel, one below the other; of many the first and the last, each with so
    many terms.
    """
    places = shown(len(formula), most)
    more = Words("… and {n} more equations", n=len(formula) - len(places) + 1)
    parts = [
        remark(style, more, SMALL)
        if i is None
        else _equation_lines(style, formula[i], room - 32, size, terms)
        for i in places
    ]
    return panelled(style, column(parts, 4), room, 8 if size == SMALL else 12)
