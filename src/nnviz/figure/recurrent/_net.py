"""What every view of a recurrent net asks of its trace: its vectors, and what they are called."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import pairwise

from nnviz.elision import LIKELIEST, MOST_CELLS, likeliest, named, shown
from nnviz.figure.arrays.elided import cell_size, elided
from nnviz.figure.arrays.grid import CellSize, Shown, called
from nnviz.figure.formulas.facts import product_note
from nnviz.figure.formulas.vectors import sized_box
from nnviz.figure.layout.blocks import Block, lines, remark
from nnviz.figure.layout.lines import Point, arrow, rounded_arrow
from nnviz.figure.layout.page import fact_line, fact_lines
from nnviz.figure.layout.style import BODY, SMALL, Piece, Style, middle, up8
from nnviz.figure.recurrent._sizes import Sizes, sizes_said
from nnviz.figure.scene import Mark
from nnviz.libraries import np
from nnviz.records import dataclass, replace
from nnviz.recurrence import Chain, Recurrence
from nnviz.shapes import times
from nnviz.trace import Equation, Role, Step, Trace
from nnviz.words import Words, safe

LABEL = 24
"""The height of a line with the name of a vector."""
ROLES: dict[str, Role] = {"x": "input", "h": "hidden", "c": "hidden", "y": "output"}
ROLES |= {"∂" + letter: "gradient" for letter in ROLES}


@dataclass(frozen=True)
class Vectors:
    """The numbers of one kind, a row a time: x, h, c or y."""

    letter: str
    rows: np.ndarray
    """T×n; of h and c, that of time 0 first."""
    size: CellSize
    shown: Sequence[Shown]
    """Of each row the cells that are drawn; as many of each."""
    sup: str = ""
    """What stands raised in its name: the layer and the direction, where there are several."""
    said: tuple[Piece, ...] = ()
    """The size that stands in place of the numbers."""
    classes: tuple[str, ...] = ()
    """What the numbers stand for; it is written beside each."""
    beside: int = 0
    """How wide it is."""

    @property
    def width(self) -> int:
        """As wide on both sides as what is written on one: the cells stay in the middle."""
        return self.size.width + 2 * self.beside

    @property
    def height(self) -> int:
        return len(self.shown[0]) * self.size.height

    def block(self, style: Style, at: int, *, active: bool = False, blank: bool = False) -> Block:
        """The vector in row `at` as a column of cells."""
        if self.said:
            return sized_box(style, ROLES[self.letter], self.said, active=active)
        array = self.rows[at][:, None]
        every = [(r, 0) for r in range(len(array))]
        cells = elided(
            style,
            array,
            ROLES[self.letter],
            self.size,
            rows=self.shown[at],
            active=every if active else (),
            blank=every if blank else (),
        )
        return self._with_classes(style, at, cells) if self.classes and not blank else cells

    def _with_classes(self, style: Style, at: int, cells: Block) -> Block:
        """The cells with what each stands for before it."""
        marks: list[Mark] = [cells.at(self.beside, 0)]
        text = self.size.text
        for n, i in enumerate(i for i in self.shown[at] if i is not None):
            name, y = named(self.classes[i]), middle((n + 0.5) * self.size.height, text)
            marks.append(style.text(self.beside - 8, y, name, text, bold=True, anchor="end"))
        return replace(cells, width=self.width, marks=tuple(marks))


@dataclass(frozen=True)
class Net:
    """A recurrent net for one size of text: what there is at a time, and what it is called."""

    trace: Trace
    style: Style
    step: Step | None
    text: int = BODY
    bare: bool = False
    """Weights without their shapes, which are said above: for a narrow page."""
    way: Trace | None = None
    """The run that goes back through it, whose gradients stand beneath the values."""

    def vectors(
        self, letter: str, rows: np.ndarray, *, sup: str = "", most: int = MOST_CELLS
    ) -> Vectors:
        """The rows, measured; or the box with their size."""
        if self.style.symbols:
            said = tuple(self.sizes.of_vector(letter, rows.shape[1]))
            size = CellSize(int(sized_box(self.style, ROLES[letter], said).width), 40, SMALL)
            return Vectors(letter, rows, size, [(0,)] * len(rows), sup, said)
        classes = self.trace.classes.get(letter, ())
        if classes:  # the likeliest first, as no reader looks for them among all
            rest = [None] * (len(classes) > LIKELIEST)
            chosen: list[Shown] = [(*likeliest(row), *rest) for row in rows.tolist()]
        else:
            chosen = [shown(rows.shape[1], most, self._one(letter, row)) for row in rows]
        texts = {
            self.style.show(row[i])
            for row, cells in zip(rows, chosen, strict=True)
            for i in cells
            if i is not None
        }
        size = cell_size(self.style, texts, self.text, least=32, pad=self.pad)
        names = [self.style.width(named(each), self.text, True) + 8 for each in classes]
        beside = up8(max(names, default=0))
        size = replace(size, width=up8(size.width))
        return Vectors(letter, rows, size, chosen, sup, classes=classes, beside=beside)

    def _one(self, letter: str, row: np.ndarray) -> int | None:
        """Where the 1 of a character stands, which is never left out."""
        return int(row.argmax()) if letter == "x" and "input" in self.trace.labels else None

    @property
    def naming(self) -> int:
        """The size of the names of the vectors."""
        return SMALL if self.bare else BODY

    @property
    def up(self) -> int:
        """The length of an arrow up or down: room for the names of weights beside it."""
        return 24 if self.text == SMALL and self.plan.directions == 1 else 44

    @property
    def pad(self) -> int:
        """The room beside the vector inside a cell."""
        return 8 if self.text == SMALL else 12

    @cached_property
    def sizes(self) -> Sizes:
        return Sizes(self.trace, self.style)

    # --- what there is at a time, from 1 ------------------------------------------

    @property
    def plan(self) -> Recurrence:
        assert self.trace.recurrence is not None
        return self.trace.recurrence

    @property
    def length(self) -> int:
        return self.plan.length

    @property
    def feedback(self) -> bool:
        return self.plan.feedback

    @property
    def letters(self) -> str:
        """The states that go from time to time, from the top of a cell down."""
        return "ch" if "c0" in self.trace.arrays else "h"

    def character(self, t: int) -> str:
        """The character that x_t stands for, in quotes; empty where it is none."""
        letters = self.trace.labels.get("input", ())
        if t > len(letters) or not self.plan.has_x(t) or (self.feedback and t > 1):
            return ""
        letter = letters[t - 1]
        return f"“{letter}”" if letter == safe(letter) else safe(letter)

    # --- names ---------------------------------------------------------------------

    def name(self, vectors: Vectors, t: int) -> list[Piece]:
        """h with its time."""
        return self.letter(vectors.letter, str(t), vectors.sup)

    def letter(self, letter: str, time: str, sup: str = "") -> list[Piece]:
        """A vector at a time in symbols, in the colour of its role."""
        return self._symbol(letter, ROLES[letter], time, sup)

    def symbol(self, letter: str, sup: str = "") -> list[Piece]:
        """W with its subscript."""
        return self._symbol("W", "weight", letter, sup)

    def _symbol(self, letter: str, role: Role, sub: str, sup: str) -> list[Piece]:
        color = self.style.theme.tone(role).line
        pieces = [Piece(letter, color), Piece(sub, color, place="sub")]
        return [*pieces, Piece(sup, color, place="sup")] if sup else pieces

    def end(self, chain: Chain) -> str:
        """How the names of a chain's weights end."""
        return self.plan.end(chain) * self.plan.several

    def weight(self, letter: str, end: str = "", sup: str = "") -> list[Piece]:
        """W with its subscript and shape; `end` is that of its name among the arrays."""
        if self.bare:
            return self.symbol(letter, sup)
        first, *others = self.shape(letter, end)
        return [*self.symbol(letter, sup), first._replace(text=" " + first.text), *others]

    def shapes_said(self) -> list[Block]:
        """The shapes that do not stand beside their weights."""
        if not self.bare:
            return []
        every = [(w, self.end(c), self.plan.raised(c)) for c in self.plan.chains for w in "xh"]
        every += [("y", "", "")] if "Wy" in self.trace.arrays else []
        said, whole = Words("weights"), replace(self, bare=False)
        pieces = [Piece(self.style.say(said), self.style.theme.muted)]
        for weight in every:
            pieces += [Piece("  "), *whole.weight(*weight)]
        return [lines(self.style, pieces)]

    def shape(self, letter: str, end: str = "") -> list[Piece]:
        """The shape of a weight."""
        color = self.style.theme.tone("weight").line
        if self.style.symbols:
            return [p._replace(fill=color) for p in self.sizes.of_weight(letter, end)]
        return [Piece(times(self.trace.arrays["W" + letter + end].shape), color)]

    # --- what is drawn of it --------------------------------------------------------

    def named(self, vectors: Vectors, t: int, block: Block, x: float, top: float) -> Iterator[Mark]:
        """A vector in cells around `x`, its name above it."""
        yield self.style.text(x, top - 8, self.name(vectors, t), self.naming, anchor="middle")
        yield self.array(vectors, t, block, x, top)

    def array(self, vectors: Vectors, t: int, block: Block, x: float, top: float) -> Mark:
        """The cells of a vector around `x`, with its name to be read out."""
        name = "".join(piece.text for piece in self.name(vectors, t))
        label = called(self.style, name, str(vectors.rows.shape[1]))
        return block.at(x - block.width / 2, top)._replace(label=label)

    def below(self, vectors: Vectors, t: int, x: float, bottom: float) -> Iterator[Mark]:
        """The name of x, and the character that it stands for."""
        yield self.style.text(x, bottom + 18, self.name(vectors, t), BODY, anchor="middle")
        if self.character(t) and vectors.letter == "x":
            said = self.character(t)
            yield self.style.text(x, bottom + 40, said, BODY, bold=True, anchor="middle")

    def around(self, at: Point, letter: str, end: str = "", sup: str = "") -> Iterator[Mark]:
        """W above the middle of an arrow, its shape below."""
        x, y = at
        yield self.style.text(x, y - 8, self.symbol(letter, sup), SMALL, anchor="middle")
        yield self.style.text(x, y + 16, self.shape(letter, end), SMALL, anchor="middle")

    def arrow(self, start: Point, end: Point, role: Role) -> tuple[Mark, ...]:
        """An arrow in the colour of what goes along it."""
        tone = self.style.theme.tone(role)
        return arrow(start, end, tone.line, 2, tone.dash)

    def handed_on(self, x: float, bottom: float) -> Iterator[Mark]:
        """An arrow up from a state that is the output, where no y is."""
        yield from self.arrow((x, bottom), (x, bottom - self.up), "output")
        said, fill = self.style.say(Words("output")), self.style.theme.tone("output").line
        yield self.style.text(x, bottom - self.up - 8, said, BODY, fill=fill, anchor="middle")

    def fed_back(self, points: Sequence[Point], head: float = 10) -> tuple[Mark, ...]:
        """A dashed arrow through `points`: an output on its way to the next input; or the other
        way, that input's gradient.
        """
        role: Role = "gradient" if self.way else "output"
        points = points[::-1] if self.way else points
        return rounded_arrow(points, self.style.theme.tone(role).line, 2, (6, 4), head)

    def left_out(self, n: int) -> str:
        """How many times dots stand for."""
        return f"+{n}" if self.style.on_phone else self.style.say(Words("{n} more", n=n))

    def dotted(self, x: float, levels: Iterable[float], n: int, below: float) -> Iterator[Mark]:
        """Dots at the levels where times are left out, and how many."""
        for y in levels:
            yield self.style.text(x, middle(y, BODY), "…", BODY, anchor="middle")
        yield self.style.note(x, below, self.left_out(n), "middle")


def spaced(kept: Iterable[int], length: int) -> list[int | None]:
    """Times in order, None for those that are left out between them and at both ends."""
    found: list[int | None] = []
    for before, t in pairwise([0, *sorted(kept), length + 1]):
        found += [None] if t > before + 1 else []
        found += [t] if t <= length else []
    return found


def omitted(times: Sequence[int | None], i: int, ends: tuple[int, int]) -> int:
    """How many times are left out at place `i`, of those between the two `ends`."""
    every = [ends[0], *times, ends[1]]
    before, after = every[i], every[i + 2]
    assert before is not None
    assert after is not None
    return after - before - 1


def one_chain(trace: Trace) -> Words | None:
    """Why it is not one chain of cells; None where it is."""
    plan = trace.recurrence
    if plan is None or not plan.several:
        return None
    return Words(
        "it draws one layer in one direction, but this has {layers} layers and "
        "{directions} directions",
        layers=plan.layers,
        directions=plan.directions,
    )


def formulas(trace: Trace, style: Style) -> list[Block]:
    """The formulas of the cell, each symbol in the colour of its role."""
    said = fact_lines(style, trace, colored=True)
    return [*said, *product_note(trace, style), *sizes_said(trace, style)]


def place_of(trace: Trace, style: Style, step: Step | None) -> list[Block]:
    """The time, layer and direction of a step, where it is not the same as a time; and whether
    the state that it makes is the output.
    """
    plan = trace.recurrence
    if step is None or plan is None:
        return []
    time, chain = plan.at(step.number)
    place = plan.place(step.number)
    said = [remark(style, place)] if place else []
    if plan.ends_in_h(time) and chain.layer == plan.layers - 1:
        said.append(fact_line(style, Words("output"), Equation((trace.symbols["output"],))))
    return said
