"""Terms of an equation between vectors: columns and matrices with names, and what is between."""

from __future__ import annotations

from collections.abc import Sequence

from nnviz.elision import MOST_CELLS, shown
from nnviz.figure.arrays.elided import cell_size, elided
from nnviz.figure.arrays.grid import called, heading_room
from nnviz.figure.layout.blocks import Block, Sign, row
from nnviz.figure.layout.lines import arrow
from nnviz.figure.layout.style import BODY, SMALL, Piece, Style, middle, up4, up8
from nnviz.figure.scene import Command, Group, Mark, Path, Rect
from nnviz.libraries import np
from nnviz.records import dataclass, replace
from nnviz.shapes import times
from nnviz.trace import Equation, Expr, Role, tokens

MOST_LIKE = 4096
"""Numbers that are not drawn and yet say how wide cells are."""


@dataclass(frozen=True)
class TermLayout:
    """How terms are written: the size of their text, and how much of a matrix is drawn."""

    style: Style
    text: int = BODY
    most: int = 8
    """Columns of a matrix that are all drawn."""
    tight: bool = False
    """Little room around numbers and signs."""
    rows: int = MOST_CELLS
    """Rows that are all drawn; where fewer than usual, titles are short, without shapes."""

    def term(
        self,
        title: Expr,
        role: Role,
        values: np.ndarray,
        *,
        like: np.ndarray | None = None,
        active: bool = False,
        keep: int | None = None,
    ) -> Block:
        """A number, a vector as a column, or a matrix, with its title above it and its shape.

        `like` are numbers that its cells have room for too: those of every gate. `keep` is a
        row of a vector, or a column of a matrix, that is not left out.
        """
        table = values if values.ndim == 2 else values.reshape(-1, 1)
        is_column = values.ndim < 2
        rows = shown(len(table), self.rows, keep=keep if is_column else None)
        columns = (0,) if is_column else shown(table.shape[1], self.most, keep)
        lit = [(r, c) for r in rows for c in columns if active and r is not None and c is not None]
        block = self._cells(table, like, role, rows, columns, lit)
        below = "" if self.rows < MOST_CELLS else times(values.shape)
        return self._titled(block, title, role, below)

    def _cells(
        self,
        array: np.ndarray,
        like: np.ndarray | None,
        role: Role,
        rows: Sequence[int | None],
        columns: Sequence[int | None],
        active: Sequence[tuple[int, int]] = (),
    ) -> Block:
        """The cells of a matrix, as wide as the numbers of `like` need."""
        kept = [(r, c) for r in rows for c in columns if r is not None and c is not None]
        texts = {self.style.show(array[place]) for place in kept}
        if like is not None:
            texts |= {self.style.show(value) for value in like.reshape(-1)[:MOST_LIKE].tolist()}
        small = self.text == SMALL
        pad = 4 if self.tight else 8
        size = cell_size(self.style, texts, self.text, least=28 if small else 36, pad=pad)
        if not small:  # An even number of fours: what stands beside the middle is on the grid.
            size = replace(size, height=32)
        return elided(self.style, array, role, size, rows=rows, columns=columns, active=active)

    def box(
        self,
        title: Expr,
        role: Role,
        said: Sequence[Piece],
        *,
        active: bool = False,
        matrix: bool = True,
    ) -> Block:
        """A matrix or a vector as a box with its size in it, its title above."""
        block = sized_box(self.style, role, said, least=48 if matrix else 32, active=active)
        return self._titled(block, title, role)

    def _titled(self, block: Block, title: Expr, role: Role, below: str = "") -> Block:
        """A block with a title above it, and under that its shape."""
        style, color = self.style, self.style.theme.tone(role).line
        written = tokens(Equation((title,)), style.show)
        brief = self.rows < MOST_CELLS  # Layer and direction stand in the equation above.
        kept = (t for t in written if t.place != "sup" or not brief)
        pieces = [Piece(t.text, color, True, t.place) for t in kept]
        push, center, width = heading_room(style, pieces, below, block.width)
        head = 44 if below else 24
        marks: list[Mark] = [style.text(center, 16, pieces, BODY, anchor="middle")]
        if below:
            marks.append(style.note(center, 36, below, "middle"))
        marks.append(block.at(push, head))
        group = Group(tuple(marks), label=called(style, "".join(p.text for p in pieces), below))
        return Block(width, block.height + head, (group,), block.axis + head)

    # --- what stands between ---------------------------------------------------------

    def sign(self, text: str) -> Sign:
        """An operator."""
        least = 12 if self.tight else 24 if self.text == SMALL else 32
        wide = max(least, up4(self.style.width(text, BODY) + (0 if self.tight else 12)))
        mark = self.style.text(wide / 2, middle(16, BODY), text, BODY, anchor="middle")
        return Sign(wide, 32, (mark,), 16)

    def activation_arrow(self, function: str) -> Sign:
        """An arrow through a function that is applied number by number."""
        style = self.style
        least, around = (44, 8) if self.tight else (60, 24)
        wide = max(least, up4(style.width(function, BODY) + around))
        marks = arrow((6, 24), (wide - 6, 24), style.theme.ink, 1.5, head=8)
        text = style.text(wide / 2, 16, function, BODY, anchor="middle")
        return Sign(wide, 40, (*marks, text), 24)


def sized_box(
    style: Style, role: Role, said: Sequence[Piece], *, least: int = 32, active: bool = False
) -> Block:
    """A box in place of numbers: what is said in it is their size."""
    tone = style.theme.tone(role)
    width = max(least, up8(style.width(said, SMALL) + 12))
    fill = tone.active if active else tone.pale
    back = Rect(0, 0, width, 40, fill, tone.line, 2, tone.dash)
    ink = style.theme.number if active else None
    text = style.text(width / 2, middle(20, SMALL), said, SMALL, fill=ink, anchor="middle")
    return Block(width, 40, (back._replace(now=role) if active else back, text), 20)


def bracketed(style: Style, blocks: Sequence[Block], head: float = 44) -> Block:
    """Blocks in a row between round brackets as tall as their cells."""
    inner = row(blocks)
    top, bottom = head - 4, inner.height + 4
    reach = inner.axis - top
    bottom = min(bottom, inner.axis + reach) if reach > 0 else bottom
    marks: list[Mark] = [inner.at(16, 0)]
    for x, bulge in ((12, -8), (inner.width + 20, 8)):
        curve: tuple[Command, ...] = (
            ("M", (x, top)),
            ("C", (x + bulge, top + reach / 2, x + bulge, bottom - reach / 2, x, bottom)),
        )
        marks.append(Path(curve, None, style.theme.ink, 1.5))
    return Block(inner.width + 32, max(inner.height, up4(bottom)), tuple(marks), inner.axis)
