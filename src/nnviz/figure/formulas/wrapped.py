"""Long equations that go on below at their signs, and the workings of a step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from nnviz.elision import shortened
from nnviz.figure.formulas.arithmetic import panelled
from nnviz.figure.layout.blocks import Block, column, inset, lines, remark
from nnviz.figure.layout.style import BODY, SMALL, Piece, Style, up4
from nnviz.notation import ABOUT, EQUAL
from nnviz.trace import Equation, Formula, Step, tokens
from nnviz.words import Words

MOST_TERMS = 12
MOST_LINES = 8
"""Terms of a sum, and equations of a step, that are all written."""

_BREAKS = (" + ", " − ", EQUAL, ABOUT)


def equation_lines(
    style: Style, equation: Equation, *, room: float, size: int = BODY, bold: bool = True
) -> Block:
    """An equation that goes on below at its signs, with a hanging indent."""
    short = shortened(equation, style.say, MOST_TERMS)
    pieces = style.pieces(short) if bold else [style.piece(t) for t in tokens(short, style.show)]
    indent = up4(2 * size)
    rows: list[list[Piece]] = [[]]
    used = 0.0
    for chunk in _chunks(pieces):
        wide = style.width(chunk, size)
        if rows[-1] and used + wide > room:
            chunk[0] = chunk[0]._replace(text=chunk[0].text.lstrip())
            rows.append([])
            used, wide = indent, style.width(chunk, size)
        rows[-1] += chunk
        used += wide
    first, *others = (
        lines(style, row, size, room=room - indent * (i > 0)) for i, row in enumerate(rows)
    )
    block = column([first, *(inset(b, left=indent) for b in others)], 0)
    return replace(block, axis=block.height / 2)


def _chunks(pieces: Sequence[Piece]) -> list[list[Piece]]:
    """What stays on one line: a term with the sign before it, or with the comma after it."""
    found: list[list[Piece]] = [[]]
    for i, piece in enumerate(pieces):
        if found[-1] and (piece.text in _BREAKS or pieces[i - 1].text == ", "):
            found.append([])
        found[-1].append(piece)
    return found


def workings(
    style: Style, formula: Formula, *, room: float | None = None, size: int = BODY
) -> Block:
    """The equations of a step on a panel, one below the other; of many, the first."""
    room = room or style.room
    parts = [
        equation_lines(style, equation, room=room - 32, size=size)
        for equation in formula[:MOST_LINES]
    ]
    if len(formula) > MOST_LINES:
        said = Words("… and {n} more equations", n=len(formula) - MOST_LINES)
        parts.append(remark(style, said, SMALL))
    return panelled(style, column(parts, 4), room)


def worked(style: Style, blocks: list[Block], step: Step | None) -> list[Block]:
    """The blocks of a figure, and beneath them the workings of its step."""
    width = max(block.width for block in blocks)
    return blocks if step is None else [*blocks, *workings_or_none(style, step.formula, width)]


def workings_or_none(style: Style, formula: Formula, room: float) -> list[Block]:
    """The workings of a step as a list of blocks; empty where there are no numbers."""
    if style.symbols or not formula:
        return []
    return [workings(style, formula, room=style.beneath(room))]
