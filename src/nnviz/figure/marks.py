"""What several views share: arrays with their middle left out, and long equations."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from nnviz.figure.arithmetic import panelled
from nnviz.figure.grid import Cell, CellSize, grid
from nnviz.figure.kit import (
    BODY,
    ROOM,
    SMALL,
    Block,
    Piece,
    Style,
    column,
    lines,
    middle,
    near4,
    up4,
)
from nnviz.figure.lines import Point
from nnviz.figure.scene import Box, Command, Dash, Mark, Path
from nnviz.numerals import Numerals
from nnviz.trace import Call, Equation, Expr, Formula, Name, Product, Role, Sum, tokens
from nnviz.words import Words

if TYPE_CHECKING:
    import numpy as np

MOST_CELLS = 8
"""Cells of a vector that are all drawn; of more, the first ones and the last."""
MOST_TERMS = 12
MOST_LINES = 8
"""Terms of a sum, and equations of a step, that are all written."""

Shown = Sequence[int | None]
"""The indices that are drawn; None where some are left out."""


def shown(count: int, most: int = MOST_CELLS, keep: int | None = None) -> list[int | None]:
    """Which of `count` cells are drawn: all, or the first ones, `keep` and the last.

    >>> shown(3), shown(20, 6), shown(20, 6, keep=9)
    ([0, 1, 2], [0, 1, 2, 3, None, 19], [0, 1, None, 9, None, 19])
    """
    if count <= most:
        return list(range(count))
    first = most - 2
    if keep is not None and first <= keep < count - 1:
        first -= 2 if keep < count - 2 else 1
    chosen = sorted({*range(first), count - 1} | (set() if keep is None else {keep}))
    found: list[int | None] = []
    for i in chosen:
        if found and i > (found[-1] or 0) + 1:
            found.append(None)
        found.append(i)
    return found


def cell_size(
    style: Style, texts: Iterable[str], text: int = BODY, *, least: int = 36, pad: int = 12
) -> CellSize:
    """A cell that has room for each of `texts`."""
    widest = max((style.width(t, text) for t in texts), default=0)
    return CellSize(max(least, up4(widest + pad)), 28 if text == BODY else 20, text)


def elided(
    style: Style,
    array: np.ndarray,
    form: Numerals,
    role: Role,
    size: CellSize,
    *,
    rows: Shown,
    columns: Shown = (0,),
    active: Iterable[tuple[int, int]] = (),
    blank: Iterable[tuple[int, int]] = (),
) -> Block:
    """The cells of a matrix at `rows` and `columns`, dots where some are left out.

    `active` and `blank` are places in `array`.
    """
    lit, empty = set(active), set(blank)

    def cell(r: int | None, c: int | None) -> Cell:
        if r is None or c is None:
            return Cell()
        text = "" if (r, c) in empty else form(array[r, c])
        return Cell(text, "active" if (r, c) in lit else "plain", bold=False)

    block = grid(style, [[cell(r, c) for c in columns] for r in rows], role, size)
    w, h = size.width, size.height
    marks: list[Mark] = list(block.marks)
    for i, r in enumerate(rows):
        for k, c in enumerate(columns):
            if r is None or c is None:
                box = Box(k * w, i * h, w, h)
                sign = "⋱" if r is None and c is None else "⋮" if r is None else "⋯"
                y = middle(box.y + h / 2, size.text)
                muted = style.theme.muted
                text = style.text(
                    box.x + w / 2, y, sign, size.text, fill=muted, anchor="middle", cell=box
                )
                marks.append(text)
    return replace(block, marks=tuple(marks))


def level(block: Block) -> Block:
    """A block whose axis is on the grid of 4, so that what stands beside it is too."""
    return replace(block, axis=near4(block.axis))


def rounded_line(
    points: Sequence[Point], stroke: str, line: float = 2, dash: Dash = (), radius: float = 8
) -> Path:
    """Level and upright lines through `points`, their corners rounded."""
    commands: list[Command] = [("M", points[0])]
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        start, end = _towards(corner, before, radius), _towards(corner, after, radius)
        commands += [("L", start), ("C", (*corner, *corner, *end))]
    return Path((*commands, ("L", points[-1])), None, stroke, line, dash)


def _towards(corner: Point, other: Point, by: float) -> Point:
    """The point `by` away from a corner, no further than half the way."""
    (x, y), (ox, oy) = corner, other
    length = abs(ox - x) + abs(oy - y) or 1.0
    part = min(by / length, 0.5)
    return x + part * (ox - x), y + part * (oy - y)


# --- equations -------------------------------------------------------------------

_BREAKS = (" + ", " − ", " = ", " ≈ ")


def equation_lines(
    style: Style, equation: Equation, *, room: float, size: int = BODY, bold: bool = True
) -> Block:
    """An equation that goes on below at its signs, with a hanging indent."""
    short = Equation(tuple(_shortened(style, side) for side in equation.sides))
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
    lead = 24 if size == BODY else 16
    blocks = [lines(style, row, size, room=room) for row in rows]
    marks = [b.at(indent if i else 0, lead * i) for i, b in enumerate(blocks)]
    width = max(b.width + (indent if i else 0) for i, b in enumerate(blocks))
    height = lead * (len(blocks) - 1) + blocks[-1].height
    return Block(width, height, tuple(marks), height / 2)


def _chunks(pieces: Sequence[Piece]) -> list[list[Piece]]:
    """What stays on one line: a term with the sign before it."""
    found: list[list[Piece]] = [[]]
    for piece in pieces:
        if piece.text in _BREAKS and found[-1]:
            found.append([])
        found[-1].append(piece)
    return found


def _shortened(style: Style, expr: Expr) -> Expr:
    """The expression, the middle of its long sums left out and said."""
    match expr:
        case Sum(terms, per_line) if len(terms) > MOST_TERMS:
            left_out = len(terms) - MOST_TERMS + 2
            said = style.say(Words("… {n} more terms …", n=left_out))
            return Sum((*terms[: MOST_TERMS - 4], Name(said), *terms[-2:]), per_line)
        case Call(function, args):
            return Call(function, tuple(_shortened(style, a) for a in args))
        case Product(factors):
            return expr._replace(factors=tuple(_shortened(style, f) for f in factors))
        case _:
            return expr


def workings(style: Style, formula: Formula, *, room: float = ROOM, size: int = BODY) -> Block:
    """The equations of a step on a panel, one below the other; of many, the first."""
    parts = [
        equation_lines(style, equation, room=room - 32, size=size)
        for equation in formula[:MOST_LINES]
    ]
    if len(formula) > MOST_LINES:
        said = Words("… and {n} more equations", n=len(formula) - MOST_LINES)
        parts.append(lines(style, style.say(said), SMALL, fill=style.theme.muted))
    return panelled(style, column(parts, 4), room)


def workings_or_none(style: Style, formula: Formula, room: float) -> list[Block]:
    """The workings of a step as a list of blocks; empty where there is no formula."""
    return [workings(style, formula, room=min(ROOM, max(400, room)))] if formula else []
