"""The facts of a trace as lines."""

from __future__ import annotations

from nnviz.figure.layout.page import Block, Piece, Style, lines
from nnviz.trace import Trace, tokens


def role_lines(trace: Trace, style: Style) -> list[Block]:
    """The facts of a trace, a line each, each symbol in the colour of its role."""
    found = []
    for fact in trace.facts:
        pieces = [Piece(style.say(fact.label) + "  ", style.theme.muted)]
        if fact.equation is not None:
            pieces += [style.piece(t) for t in tokens(fact.equation, style.show)]
        found.append(lines(style, pieces))
    return found
