"""The facts of a trace as lines."""

from __future__ import annotations

from collections.abc import Iterator

from nnviz.expressions import Equation, Expr, Product, parts
from nnviz.figure.layout.blocks import Block, lines, remark
from nnviz.figure.layout.style import ROOM, SMALL, Piece, Style
from nnviz.trace import Trace, tokens
from nnviz.words import Words


def role_lines(trace: Trace, style: Style) -> list[Block]:
    """The facts of a trace, a line each, each symbol in the colour of its role."""
    return [fact_line(style, fact.label, fact.equation) for fact in trace.facts]


def fact_line(style: Style, label: Words, equation: Equation | None, room: float = ROOM) -> Block:
    """A label, and the equation behind it where there is one."""
    pieces = [Piece(style.say(label) + "  ", style.theme.muted)]
    if equation is not None:
        pieces += [style.piece(token) for token in tokens(equation, style.show)]
    return lines(style, pieces, room=room)


def product_note(trace: Trace, style: Style) -> list[Block]:
    """What the sign between two vectors means, where there is one."""
    sides = (side for fact in trace.facts if fact.equation for side in fact.equation.sides)
    if not any(part.each for side in sides for part in _products(side)):
        return []
    return [remark(style, Words("⊙ multiplies two vectors number by number"), SMALL)]


def _products(expr: Expr) -> Iterator[Product]:
    if isinstance(expr, Product):
        yield expr
    for part in parts(expr):
        yield from _products(part)
