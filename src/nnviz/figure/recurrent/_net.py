"""What every view of a recurrent net asks of its trace."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from nnviz.figure.arrays.elided import MOST_CELLS, Shown, cell_size, elided, shown
from nnviz.figure.arrays.grid import CellSize
from nnviz.figure.formulas.facts import role_lines
from nnviz.figure.layout.lines import Point, arrow, rounded_line
from nnviz.figure.layout.page import SMALL, Block, Piece, Style, lines
from nnviz.figure.scene import Mark
from nnviz.numerals import Numerals, numerals
from nnviz.shapes import times
from nnviz.trace import Role, Step, Trace
from nnviz.words import Words

if TYPE_CHECKING:
    import numpy as np

ARROW = 44
"""The length of an arrow up or down."""
LABEL = 24
"""The height of a line with the name of a vector."""
_ROLES: dict[str, Role] = {"x": "input", "h": "hidden", "c": "hidden", "y": "output"}


@dataclass(frozen=True)
class Vectors:
    """The numbers of one kind, a row a time: x, h or y."""

    letter: str
    rows: np.ndarray
    """T×n; of h, h_0 first."""
    form: Numerals
    size: CellSize
    shown: Sequence[Shown]
    """Of each row the cells that are drawn; as many of each."""
    sup: str = ""
    """What stands raised in its name: the layer and the direction, where there are several."""

    @property
    def height(self) -> int:
        return len(self.shown[0]) * self.size.height

    def block(self, style: Style, at: int, *, active: bool = False, blank: bool = False) -> Block:
        """The vector in row `at` as a column of cells."""
        array = self.rows[at][:, None]
        every = [(r, 0) for r in range(len(array))]
        return elided(
            style,
            array,
            self.form,
            _ROLES[self.letter],
            self.size,
            rows=self.shown[at],
            active=every if active else (),
            blank=every if blank else (),
        )


@dataclass(frozen=True)
class Net:
    """A recurrent net for one size of text: what there is at a time, and what it is called."""

    trace: Trace
    style: Style
    step: Step | None
    text: int

    def vectors(
        self,
        letter: str,
        rows: np.ndarray,
        *,
        sup: str = "",
        most: int = MOST_CELLS,
        form: Numerals | None = None,
    ) -> Vectors:
        """The rows, measured; `form` where they are written like others that are not drawn."""
        form = form or numerals(rows, self.style.precision)
        keep = [self._one(letter, row) for row in rows]
        chosen = [shown(rows.shape[1], most, k) for k in keep]
        texts = {
            form(row[i])
            for row, cells in zip(rows, chosen, strict=True)
            for i in cells
            if i is not None
        }
        return Vectors(letter, rows, form, self._size(texts), chosen, sup)

    def _one(self, letter: str, row: np.ndarray) -> int | None:
        """Where the 1 of a character stands, which is never left out."""
        return int(row.argmax()) if letter == "x" and "input" in self.trace.labels else None

    def _size(self, texts: set[str]) -> CellSize:
        tight = self.text == SMALL
        size = cell_size(self.style, texts, self.text, least=32, pad=8 if tight else 12)
        # An even number of fours, so that what is centred on it stays on the grid.
        return replace(size, width=8 * -(-size.width // 8))

    @property
    def pad(self) -> int:
        """The room beside the vector inside a cell."""
        return 8 if self.text == SMALL else 12

    # --- what there is at a time, from 1 ------------------------------------------

    @property
    def length(self) -> int:
        return len(self.trace.output)

    @property
    def mode(self) -> str:
        return str(self.trace.options["mode"])

    @property
    def feedback(self) -> bool:
        return bool(self.trace.options.get("feedback"))

    def has_x(self, t: int) -> bool:
        return self.mode != "one-to-many" or t == 1 or self.feedback

    def has_y(self, t: int) -> bool:
        return "y" in self.trace.results and (self.mode != "many-to-one" or t == self.length)

    def character(self, t: int) -> str:
        """The character that x_t stands for, in quotes; empty where it is none."""
        letters = self.trace.labels.get("input", ())
        if t > len(letters) or not self.has_x(t) or (self.feedback and t > 1):
            return ""
        letter = letters[t - 1]
        return f"“{letter}”" if letter.isprintable() else letter.encode("unicode_escape").decode()

    # --- names ---------------------------------------------------------------------

    def name(self, vectors: Vectors, t: int) -> list[Piece]:
        """h with its time, and the power of ten that all its numbers are written in."""
        color = self.style.theme.tone(_ROLES[vectors.letter]).line
        pieces = [Piece(vectors.letter, color), Piece(str(t), color, place="sub")]
        if vectors.sup:
            pieces.append(Piece(vectors.sup, color, place="sup"))
        if vectors.form.factor:
            pieces.append(Piece(" " + vectors.form.factor, self.style.theme.muted))
        return pieces

    def weight(self, letter: str, end: str = "", sup: str = "") -> list[Piece]:
        """W with its subscript and shape; `end` is that of its name among the arrays."""
        color = self.style.theme.tone("weight").line
        return [*self.symbol(letter, sup), Piece(" " + self.shape(letter, end), color)]

    def symbol(self, letter: str, sup: str = "") -> list[Piece]:
        """W with its subscript."""
        color = self.style.theme.tone("weight").line
        raised = [Piece(sup, color, place="sup")] if sup else []
        return [Piece("W", color), Piece(letter, color, place="sub"), *raised]

    def shape(self, letter: str, end: str = "") -> str:
        """The shape of a weight."""
        return times(self.trace.arrays["W" + letter + end].shape)


def one_chain(trace: Trace) -> Words | None:
    """Why it is not one chain of cells; None where it is."""
    layers, directions = trace.options.get("layers", 1), trace.options.get("directions", 1)
    if layers == directions == 1:
        return None
    return Words(
        "it draws one layer in one direction, but there are {layers} layers and "
        "{directions} directions",
        layers=layers,
        directions=directions,
    )


def formulas(trace: Trace, style: Style) -> list[Block]:
    """The formulas of the cell, each symbol in the colour of its role."""
    return [*role_lines(trace, style), *number_by_number(trace, style)]


def number_by_number(trace: Trace, style: Style) -> list[Block]:
    """What the sign between a gate and a state means, where there are gates."""
    if trace.options["cell"] == "rnn":
        return []
    said = style.say(Words("⊙ multiplies two vectors number by number"))
    return [lines(style, said, SMALL, fill=style.theme.muted)]


def cell_states(trace: Trace) -> np.ndarray | None:
    """c_0 and the c of every time; None where the cell has no c."""
    import numpy as np

    if "c0" not in trace.arrays:
        return None
    return np.vstack([trace.arrays["c0"].reshape(1, -1), trace.results["c"]])


def fed_back(style: Style, points: Sequence[Point]) -> list[Mark]:
    """A dashed arrow through `points`: an output on its way to the next input."""
    stroke, (x, y) = style.theme.tone("output").line, points[-1]
    path = rounded_line([*points[:-1], (x - 8, y)], stroke, 2, (6, 4))
    return [path, arrow(points[-2], (x, y), stroke)[1]]
