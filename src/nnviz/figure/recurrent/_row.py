"""A row of columns of a recurrent net, and the arrows between them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from nnviz.figure.layout.blocks import Block
from nnviz.figure.layout.lines import Point
from nnviz.figure.layout.style import SMALL, middle, near4
from nnviz.figure.recurrent._columns import State
from nnviz.figure.recurrent._net import LABEL, Vectors
from nnviz.figure.recurrent._stacked import Stack
from nnviz.figure.scene import Mark, Rect
from nnviz.records import dataclass
from nnviz.trace import Role


@dataclass(frozen=True)
class Row:
    """The levels of one row: what stands at which y, and where its columns are."""

    net: Stack
    times: Sequence[int | None]
    start: int = 0
    """How many columns, or dots, stand in the rows before."""

    @property
    def there(self) -> list[int]:
        return [t for t in self.times if t is not None]

    # --- heights ---------------------------------------------------------------------

    def box(self, layer: int) -> int:
        """The top of the boxes of a layer; of that past the last one, of y."""
        net, head = self.net, 0
        if any(map(net.above, self.there)):
            head = LABEL + net.high + net.up
        elif any(map(net.plan.ends_in_h, self.there)):
            head = LABEL + net.up
        return head + sum(net.tall(k) + net.up for k in range(layer + 1, net.plan.layers))

    def level(self, state: State) -> int:
        """Where the arrows of a state are."""
        return self.box(state.chain.layer) + state.lane

    @property
    def top(self) -> int:
        """The top of the boxes."""
        return self.box(self.net.plan.layers - 1)

    @property
    def bottom(self) -> int:
        """The bottom of the boxes."""
        return self.box(0) + self.net.tall(0)

    @property
    def x_top(self) -> int:
        return self.bottom + self.net.up

    @property
    def x_level(self) -> int:
        """The middle of the inputs."""
        return self.x_top + near4(self.net.x.height / 2)

    @property
    def height(self) -> int:
        if not any(map(self.net.plan.has_x, self.there)):
            return self.x_level + 12 if self.net.feedback else self.bottom
        letters = any(map(self.net.character, self.there))
        return self.x_top + self.net.x.height + LABEL + LABEL * letters

    # --- columns ---------------------------------------------------------------------

    def left(self, i: int) -> int:
        return self.net.left(self.times[:i])

    def right(self, i: int) -> int:
        return self.left(i + 1) - self.net.gap

    def center(self, i: int) -> float:
        return (self.left(i) + self.right(i)) / 2

    def beside(self, i: int, several: Sequence[Vectors]) -> Iterator[tuple[Vectors, float]]:
        """Vectors side by side in the middle of a column, each with its own middle."""
        left = self.center(i) - _half(several)
        for vectors in several:
            yield vectors, left + vectors.width / 2
            left += vectors.width + 8

    def time_at(self, x: float) -> int | None:
        """The time of the column with a side there."""
        sides = ((self.left(i), self.right(i)) for i in range(len(self.times)))
        return next((t for t, ends in zip(self.times, sides, strict=True) if x in ends), None)

    @property
    def end(self) -> int:
        """The right side of the last column."""
        return self.right(len(self.times) - 1)

    @property
    def width(self) -> int:
        return self.end + self.net.tail

    # --- where y goes back to x, and ∂x to ∂y --------------------------------------------

    def fed_from(self, i: int) -> list[Point]:
        """From y, or its gradient beside it, down behind its cell to the level of the inputs; or
        from dots there.
        """
        y, lane = self.net.y, self.right(i) + self.net.over + 12.0
        if self.net.way and i + 1 < len(self.times):
            lane = self.left(i + 1) - self.net.over - 8
        if self.times[i] is None:
            return [(self.center(i) + 16, self.x_level), (lane, self.x_level)]
        assert y is not None
        start, level = self.center(i) + _half(self.net.ys) + 2, LABEL + near4(y.height / 2)
        return [(start, level), (lane, level), (lane, self.x_level)]

    def fed_to(self, i: int) -> Point:
        """The left side of x, or of its gradient beside it, or of dots in their place."""
        beside = 16 if self.times[i] is None else _half(self.net.xs) + 2
        return self.center(i) - beside, self.x_level


def _half(several: Sequence[Vectors]) -> float:
    """Half of what vectors side by side take."""
    return (sum(v.width for v in several) + 8 * (len(several) - 1)) / 2


def row_block(row: Row) -> Block:
    """The columns of a row, and the arrows between."""
    net = row.net
    marks: list[Mark] = []
    for i in range(len(row.times) - 1 if net.feedback else 0):  # behind all that it passes
        marks += net.fed_back([*row.fed_from(i), row.fed_to(i + 1)])
    for state in (state for states in net.states for state in states):
        marks += _between_columns(row, state)
    for i, t in enumerate(row.times):
        marks += _dots(row, i) if t is None else _column(row, i, t)
    return Block(row.width, row.height, tuple(marks))


def _between_columns(row: Row, state: State) -> Iterator[Mark]:
    """What a chain starts from, and its arrows from there from column to column."""
    net, y = row.net, row.level(state)
    pairs = [(row.right(i), row.left(i + 1)) for i in range(len(row.times) - 1)]
    if state.chain.backward:
        yield from _named(row, state, net.length + 1, row.width - net.inner / 2)
        pairs = [(row.width - net.inner - 4, row.end), *((b, a) for a, b in pairs)]
    elif row.start == 0:
        yield from _named(row, state, (row.times[0] or 1) - 1, net.inner / 2)
        pairs = [(net.inner + 4, net.lead), *pairs]
    for start, end in pairs:
        if state.back:
            yield from net.returned(state, row.time_at(start), [(end, y), (start, y)])
        else:
            yield from net.arrow((start, y), (end, y), "hidden")
        yield from net.on_arrow(state, (end, y))


def _named(row: Row, state: State, t: int, x: float) -> Iterator[Mark]:
    """A state around `x`, its name above it."""
    net, vectors = row.net, state.vectors
    active, blank = net.active(t, state), net.blank(t, state.chain)
    block = vectors.block(net.style, net.state_row(t), active=active, blank=blank)
    return net.named(vectors, t, block, x, row.box(state.chain.layer) + state.top)


# --- a column ------------------------------------------------------------------------


def _dots(row: Row, i: int) -> Iterator[Mark]:
    """Dots where times are left out, and how many."""
    net = row.net
    levels = [row.level(state) for states in net.states for state in states]
    levels += [row.x_level] if net.feedback else []
    below = row.level(net.states[0][-1]) + 24
    return net.dotted(row.center(i), levels, net.hidden(row.start + i), below)


def _column(row: Row, i: int, t: int) -> Iterator[Mark]:
    """x_t, a box a layer, y_t, and the arrows up."""
    net, x = row.net, row.center(i)
    for layer in range(net.plan.layers):
        yield from _box(row, i, t, layer)
        if layer:
            bottom = row.box(layer - 1)
            yield from _up(
                row, i, layer, (bottom, bottom - net.up), "hidden", x - 12 * bool(net.way)
            )
            if net.way:
                yield from net.arrow((x + 12, bottom - net.up), (x + 12, bottom), "gradient")
    if net.plan.has_x(t):
        yield from _x_below(row, i, t)
    for vectors, middle_of in row.beside(i, net.above(t)):
        yield from _y_above(row, i, t, vectors, middle_of)
    if net.plan.ends_in_h(t) and not net.way:
        yield from net.handed_on(x, row.top)


def _box(row: Row, i: int, t: int, layer: int) -> Iterator[Mark]:
    """A layer at a time with its states; of a step, an outline around what it makes."""
    net, theme, top = row.net, row.net.style.theme, row.box(layer)
    box = Rect(row.left(i), top, net.width, net.tall(layer), theme.panel, radius=12)
    firm, line = theme.tone("hidden").line, 3
    m = net.cell_step
    made = m is not None and m.time == t and m.chain.layer == layer
    if made and net.plan.directions == 1:
        yield box._replace(stroke=firm, line=line, now="hidden")
    else:
        yield box._replace(stroke=theme.ink, line=1.5)
        if m is not None and made:
            start, end = net.part(m.chain)
            part = Rect(box.x + 4, top + start + 4, box.width - 8, end - start - 8, radius=8)
            yield part._replace(stroke=firm, line=line, now="hidden")
    for state in net.states[layer]:
        yield from _named(row, state, t, row.center(i))
        side = row.left(i) if state.chain.backward else row.right(i)
        yield from net.plus(state, t, (side, top + state.lane))
        if state.foot:
            yield from net.length_of(state, t, row.center(i), top)


def _x_below(row: Row, i: int, t: int) -> Iterator[Mark]:
    """x_t, its name and character, and its arrow up; its gradient beside it, and its arrow down."""
    net, m, top = row.net, row.net.cell_step, row.x_top
    blank = net.feedback and m is not None and t > m.time
    active = m is not None and (t, 0) == (m.time, m.chain.layer)
    for vectors, x in row.beside(i, net.xs):
        block = vectors.block(net.style, net.row(t), active=active, blank=blank)
        yield net.array(vectors, t, block, x, top)
        if vectors is net.x:
            yield from _up(row, i, 0, (top - 4, row.bottom), "input", x)
        else:
            yield from net.arrow((x, row.bottom), (x, top - 4), "gradient")
        yield from net.below(vectors, t, x, top + block.height)


def _y_above(row: Row, i: int, t: int, y: Vectors, x: float) -> Iterator[Mark]:
    """y_t, its name, and the arrow up to it; or a gradient, and the arrow down from it."""
    net, m = row.net, row.net.cell_step
    active = m is not None and t == m.time and net.makes_y
    at = net.row(t) if len(y.rows) == len(net.drawable) else 0
    block = y.block(net.style, at, active=active, blank=y is net.y and net.y_blank(t))
    yield from net.named(y, t, block, x, LABEL)
    low, high = row.top, row.top - net.up + 2
    if y is net.y:
        yield from _up(row, i, net.plan.layers, (low, high), "output", x)
    else:
        yield from net.arrow((x, high), (x, low), "gradient")


def _up(
    row: Row, i: int, layer: int, ends: tuple[int, int], role: Role, x: float
) -> Iterator[Mark]:
    """An arrow up to a layer or to y, with the names of its weights, one above the other.

    They stand before it where y goes down behind it, where they are said once, and where
    gradients come down behind it.
    """
    net, (start, end) = row.net, ends
    yield from net.arrow((x, start), (x, end), role)
    there = net.plan.has_x if layer == 0 else net.plan.has_y if layer == net.plan.layers else bool
    if not net.everywhere and i != next(k for k, t in enumerate(row.times) if t and there(t)):
        return
    before = net.feedback or not net.everywhere or net.way is not None
    labels = net.weights_up(layer)
    level = (row.box(layer - 1) if layer else row.x_top) - net.up / 2 - 8 * (len(labels) - 1)
    for n, label in enumerate(labels):
        at = x - 8 if before else x + 8, middle(level + 16 * n, SMALL)
        yield net.style.text(*at, label, SMALL, anchor="end" if before else "start")
