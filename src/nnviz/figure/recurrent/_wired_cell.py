"""A recurrent cell as gates and wires: RNN, LSTM and GRU, each on columns and rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from itertools import accumulate

from nnviz.elision import shown
from nnviz.equations import VectorEquation
from nnviz.expressions import Call, Expr, Name, Product, inside
from nnviz.figure.arrays.elided import cell_size, elided
from nnviz.figure.arrays.grid import CellSize, called
from nnviz.figure.formulas.vectors import TermLayout, sized_box
from nnviz.figure.layout.blocks import Block, row
from nnviz.figure.layout.style import BODY, SMALL, Style, up4, up8
from nnviz.figure.recurrent._sizes import Sizes
from nnviz.figure.recurrent._wires import GAP, RADIUS, Board, Tag
from nnviz.figure.scene import Rect
from nnviz.libraries import np
from nnviz.records import dataclass, field, replace
from nnviz.trace import Equation, Role, Step, Trace
from nnviz.words import Words

MOST = 4
"""Cells of a vector on a wire."""
ENTER = 28
"""The length of an arrow into the cell or out of it."""


@dataclass(frozen=True)
class Cell:
    """The equations of a cell at a step, and how what is on its wires is written."""

    trace: Trace
    style: Style
    step: Step
    digits: int
    """Digits of the numbers on the wires; 0: names alone, or sizes."""
    tight: bool = False
    """Names small and above their wires, columns close: for a narrow page."""
    back: Mapping[Expr, np.ndarray] = field(default_factory=dict)
    """What comes back to each of them, which stands beneath it."""

    @cached_property
    def made(self) -> Mapping[str, VectorEquation]:
        """The equations by what they make: i, f, g, o, c, h."""
        return {e.left.text: e for e in self.step.equations if e.left.role != "output"}

    def function(self, letter: str) -> str:
        """What a gate goes through."""
        right = self.made[letter].right
        assert isinstance(right, Call)
        return right.function

    @cached_property
    def read(self) -> Mapping[str, Name]:
        """What the cell reads: x, where there is an input, h and c."""
        found: dict[str, Name] = {}
        for e in self.made.values():
            for product in _products(e.right):
                weight, *others = product.factors
                if product.dot and isinstance(weight, Name) and isinstance(others[0], Name):
                    found.setdefault(weight.sub[0], others[0])
        if "c" in self.made:
            kept = self.scaled("c")[0]
            found["c"] = next(n for n in kept.factors if isinstance(n, Name) and n.text == "c")
        return found

    def scaled(self, letter: str) -> list[Product]:
        """The products number by number in an equation."""
        return [p for p in _products(self.made[letter].right) if p.each]

    # --- what is on a wire -------------------------------------------------------------

    def tag(self, letter: str, expr: Expr | None = None) -> Tag:
        """What is on the wire of an expression in an equation, or of what that makes."""
        equation = self.made[letter]
        expr, at = expr or equation.left, equation.at
        is_name = isinstance(expr, Name)
        name = self.style.pieces(Equation((at.here(expr),))) if is_name else []
        name = [p for p in name if p.place != "sup" or not self.tight]
        role: Role = expr.role if isinstance(expr, Name) else "intermediate"
        value = at.value(expr)
        if self.style.symbols:
            said = Sizes(self.trace, self.style).of_step(self.step)(expr, value, equation.left)
            return Tag(name, sized_box(self.style, role, said))
        if not self.digits:
            return Tag(name)
        one_hot = role == "input" and "input" in self.trace.labels  # It stands for a character.
        rows = shown(len(value), 6, int(value.argmax())) if one_hot else shown(len(value), MOST)
        block = elided(self.written, value[:, None], role, self.size, rows=rows)
        if expr in self.back:
            given = self.back[expr][:, None]
            block = beneath(block, elided(self.written, given, "gradient", self.size, rows=rows))
        heard = "".join(p.text for p in self.style.pieces(Equation((at.here(expr),))))
        return Tag(name, block.labelled(called(self.style, heard, str(len(value)))))

    def given(self, key: str) -> Tag:
        """What is on the wire of x, h or c that the cell reads."""
        return self.tag(self._equation_of(key), self.read[key])

    def _equation_of(self, key: str) -> str:
        """What makes an equation that has x, h or c in it."""
        return "c" if key == "c" else next(iter(self.made))

    @property
    def written(self) -> Style:
        return replace(self.style, precision=self.digits)

    @cached_property
    def on_wires(self) -> list[tuple[str, Expr]]:
        """Everything that may be on a wire, with what makes the equation that it is in."""
        found: list[tuple[str, Expr]] = [
            (self._equation_of(key), name) for key, name in self.read.items()
        ]
        for letter, e in self.made.items():
            found += [(letter, e.left), *((letter, product) for product in self.scaled(letter))]
            found += [(letter, f) for p in self.scaled(letter) for f in p.factors if _is_small(f)]
        return [(letter, expr) for letter, expr in found if letter]

    @cached_property
    def size(self) -> CellSize:
        """Cells with room for every number on a wire."""
        values = [self.made[letter].at.value(expr) for letter, expr in self.on_wires]
        values += [self.back[expr] for _, expr in self.on_wires if expr in self.back]
        kept = [v[i] for v in values for i in shown(len(v), MOST) if i is not None]
        size = cell_size(self.style, map(self.written.show, kept), SMALL, least=28, pad=8)
        return replace(size, width=up8(size.width))

    @cached_property
    def tags(self) -> list[Tag]:
        return [self.tag(letter, expr) for letter, expr in self.on_wires]

    @cached_property
    def wide(self) -> int:
        """The width of everything on the wires."""
        text, even = (SMALL, up4) if self.tight else (BODY, up8)
        return even(max(tag.width(self.style, text) for tag in self.tags))

    @cached_property
    def half(self) -> int:
        """Half the height of a vector on a wire inside the cell."""
        return up4(self.tag("h").tall / 2)

    @property
    def reach(self) -> int:
        """From a gate to what its vector goes into."""
        return 2 * (RADIUS + GAP + self.half) + 20

    def listed(self) -> list[Block]:
        """The vectors side by side, where the page is too narrow for them on the wires."""
        layout, found = TermLayout(self.style, SMALL), []
        for letter, name in self.on_wires:
            if isinstance(name, Name):
                at = self.made[letter].at
                block = layout.term(at.here(name), name.role, at.value(name))
                if name in self.back:
                    given = layout.term(at.here(_gradient(name)), "gradient", self.back[name])
                    block = row([block, given], 4)
                found.append(block)
        return found


def beneath(block: Block, other: Block) -> Block:
    """Two blocks of one width as one, the other at the bottom."""
    marks = block.marks, other.at(0, block.height)
    return Block(block.width, block.height + other.height, (*marks[0], marks[1]), block.axis)


def _gradient(name: Name) -> Name:
    return name._replace(text="∂" + name.text, role="gradient")


def _products(expr: Expr) -> Iterator[Product]:
    return (part for part in inside(expr) if isinstance(part, Product))


def _is_small(expr: Expr) -> bool:
    """Whether it is worked out from vectors alone: 1 − z, tanh c."""
    dots = any(isinstance(part, Product) and part.dot for part in inside(expr))
    return not isinstance(expr, Name) and not dots


# --- the drawings ------------------------------------------------------------------------


def wired(cell: Cell) -> Block:
    """The gates of a cell, its wires, and what goes in and out."""
    if "c" in cell.made:
        return _lstm(cell)
    return _gru(cell) if "z" in cell.made else _rnn(cell)


def _rnn(cell: Cell) -> Block:
    board = _board(cell, 3, ["gate"], [])
    board.node((1, "gate"), cell.function("h"), gate=True)
    board.wire("hidden", (-1, "gate"), (1, "gate"))
    board.weight((0, "gate"), "h", -8, beside=0)
    board.wire("hidden", (1, "gate"), (3, "gate"))
    if "x" in cell.read:
        board.wire(cell.read["x"].role, (1, "below"), (1, "gate"))
        board.weight((1, "gate"), "x", RADIUS + 16)
    _ports(cell, board, {"h": "gate"}, 1)
    return board.block


def _lstm(cell: Cell) -> Block:
    rows = ["road", "tanh", "mid", "gate", "h", "x"]
    board = _board(cell, 5, rows, [44, cell.reach, cell.reach, RADIUS + 36, 20])
    for column, letter in enumerate("figo"):
        board.node((column, "gate"), cell.function(letter), gate=True)
    for spot in ((0, "road"), (2, "mid"), (4, "mid")):
        board.node(spot, "⊙")
    board.node((2, "road"), "+")
    board.node((4, "tanh"), "tanh")
    kept, new = cell.scaled("c")
    board.dot((4, "road"), "hidden")
    board.wire("hidden", (-1, "road"), (0, "road"))
    board.wire("hidden", (0, "road"), (2, "road"), tag=cell.tag("c", kept))
    board.wire("hidden", (2, "road"), (5, "road"))
    board.wire("intermediate", (0, "gate"), (0, "road"), tag=cell.tag("f"))
    board.wire("intermediate", (1, "gate"), (1, "mid"), (2, "mid"), tag=cell.tag("i"))
    board.wire("intermediate", (2, "gate"), (2, "mid"), tag=cell.tag("g"))
    board.wire("intermediate", (2, "mid"), (2, "road"), tag=cell.tag("c", new))
    board.wire("intermediate", (3, "gate"), (3, "mid"), (4, "mid"), tag=cell.tag("o"))
    board.wire("hidden", (4, "road"), (4, "tanh"))
    if cell.back and not cell.tight:
        said = cell.style.say(Words("c's straight road back"))
        x, y = board.point((3, "road"))
        board.marks.append(cell.style.note(x, y - 8, said, "middle"))
    squashed = cell.scaled("h")[0].factors[1]
    board.wire("intermediate", (4, "tanh"), (4, "mid"), tag=cell.tag("h", squashed))
    board.wire("hidden", (4, "mid"), (4, "h"), (5, "h"))
    board.lane("hidden", [(-1, "h")], "h", -0.1, 0.9, 1.9, 2.9)
    _x_lane(cell, board, 0.1, 1.1, 2.1, 3.1)
    _ports(cell, board, {"c": "road", "h": "h"}, 0.1)
    return board.block


def _gru(cell: Cell) -> Block:
    """z, r, r ⊙ and n; the hidden state along the top."""
    rows, n = ["road", "mid", "turn", "gate", "h", "x"], 4
    gaps = [cell.reach, cell.half + 24, cell.reach - RADIUS, RADIUS + 36, 20]
    board = _board(cell, n + 1, rows, gaps)
    for column, letter in ((0, "z"), (1, "r"), (n, "n")):
        board.node((column, "gate"), cell.function(letter), gate=True)
    for spot in ((0, "road"), (2, "gate"), (n, "mid")):
        board.node(spot, "⊙")
    board.node((n, "road"), "+")
    board.node((1, "mid"), "1−")
    new, kept = cell.scaled("h")
    board.dot((0, "mid"), "intermediate")
    board.dot((-2, "road"), "hidden")
    board.wire("hidden", (-1, "road"), (0, "road"))
    board.wire("hidden", (0, "road"), (n, "road"), tag=cell.tag("h", kept))
    board.wire("hidden", (n, "road"), (n + 1, "road"))
    board.wire("intermediate", (0, "gate"), (0, "road"), tag=cell.tag("z"))
    board.wire("intermediate", (0, "mid"), (1, "mid"))
    board.wire("intermediate", (1, "mid"), (n, "mid"), tag=cell.tag("h", new.factors[0]))
    board.wire(
        "intermediate", (1, "gate"), (1, "turn"), (2, "turn"), (2, "gate"), tag=cell.tag("r")
    )
    board.wire("intermediate", (2, "gate"), (n, "gate"), tag=cell.tag("n", cell.scaled("n")[0]))
    board.wire("intermediate", (n, "gate"), (n, "mid"), tag=cell.tag("n"))
    board.wire("intermediate", (n, "mid"), (n, "road"), tag=cell.tag("h", new))
    if isinstance(cell.scaled("n")[0].factors[1], Name):  # reset before the linear map
        board.weight((3, "gate"), "hn", cell.half + 16, beside=0)
    else:
        board.weight((2, "gate"), "hn", RADIUS + 20)
    board.lane("hidden", [(-2, "road"), (-2, "h")], "h", -0.1, 0.9, 2)
    _x_lane(cell, board, 0.1, 1.1, n)
    _ports(cell, board, {"h": "road"}, 0.1)
    return board.block


def _x_lane(cell: Cell, board: Board, *ends: float) -> None:
    """x from below into each gate, where there is an input."""
    if "x" in cell.read:
        start = [(ends[0], "below"), (ends[0], "x")]
        board.lane(cell.read["x"].role, start, "x", *ends)


def _ports(cell: Cell, board: Board, rows: Mapping[str, str], below: float) -> None:
    """The states that go in at the left and out at the right, and x from below."""
    half = cell.wide / 2
    for letter, name in rows.items():
        board.port((half, board.rows[name]), cell.given(letter))
        board.port((board.width - half, board.rows[name]), cell.tag(letter))
    if "x" in cell.read:
        board.port_below(board.point((below, "below")), cell.given("x"))


def _board(cell: Cell, count: int, names: list[str], gaps: list[int]) -> Board:
    """So many columns and these rows, so far apart, in a box with room for the arrows into it."""
    pitch, enter, lead = (36, 8, 12) if cell.tight else (max(48, cell.wide + 16), ENTER, 28)
    lead += 24 * bool(cell.back and cell.tight)  # an arrow to the plus sign there
    left = cell.wide + enter
    first = left + lead + pitch // 2
    right = first + (count - 1) * pitch + pitch // 2 + 4
    columns = {
        -2: left + (12 if cell.back else lead // 3 * 2),
        -1: left - enter + 4,
        **{i: first + i * pitch for i in range(count)},
    }
    pad = max(28, cell.half + 8)
    top = max(0, cell.half + 28 - pad)
    rows = dict(zip(names, accumulate(gaps, initial=top + pad), strict=True))
    bottom = max(rows.values()) + (48 if len(names) == 1 else 20)
    rows["below"] = bottom + ENTER
    x_room = cell.given("x").tall + 28 if "x" in cell.read else 0
    box = Rect(left, top, right - left, bottom - top, None, cell.style.theme.ink, 1.5, (), 12)
    columns[count] = right + enter - 4
    size = right + enter + cell.wide, rows["below"] + x_room
    if cell.tight:  # The wires begin and end under their names.
        columns |= {-1: 0, count: size[0]}
    return Board(cell.style, columns, rows, *size, cell.tight, bool(cell.back), marks=[box])
