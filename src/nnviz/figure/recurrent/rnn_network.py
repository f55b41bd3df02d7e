"""A recurrent net as neurons: the input and the state before, the state, the output."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import product

from nnviz.elision import shown
from nnviz.figure.arrays.grid import Shown, called
from nnviz.figure.layout.blocks import Block, remark
from nnviz.figure.layout.lines import Point, polyline, rounded_arrow
from nnviz.figure.layout.page import page
from nnviz.figure.layout.style import BODY, SMALL, Piece, Style, middle, up4
from nnviz.figure.recurrent._net import ROLES, Net, formulas, one_chain
from nnviz.figure.scene import Box, Ellipse, Group, Mark, Scene
from nnviz.libraries import np
from nnviz.records import NamedTuple, dataclass, replace
from nnviz.request import Appearance
from nnviz.trace import Role, Step, Trace
from nnviz.words import Words

RANK = 15
FEW = 8
HEAD = 44
"""What stands above the circles of a vector."""
LANE = 4
"""Between two edges on their way back."""
_WIDEST = 140
_NARROWEST = 16


def fits(trace: Trace) -> Words | None:
    """Whether it is one chain of cells without gates."""
    if (why := one_chain(trace)) is not None:
        return why
    if trace.options["cell"] == "rnn":
        return None
    return Words("it draws cells without gates: --view wiring draws those of an LSTM or a GRU")


def title(trace: Trace) -> Words:
    """What the figure is called."""
    return Words("{title} as neurons", title=trace.title)


def draw(trace: Trace, appearance: Appearance, step: Step | None) -> Scene:
    """Every unit as a circle with its edges, of a step with its value."""
    style = Style.of(appearance)
    blocks, facts = [panel(trace, style, step)], formulas(trace, style)
    return page(style, trace, appearance, step, blocks, title=title(trace), facts=facts)


def panel(trace: Trace, style: Style, step: Step | None) -> Block:
    """The circles and edges alone: with the most digits that leave the circles small; names
    where no page has room for any.
    """
    digits = range(style.precision, 1, -1) if step and not style.symbols else ()
    *tried, named = [Neurons(trace, style, step, digits=n) for n in (*digits, 0)]
    small = next((n for n in tried if n.radius <= 28), None)
    least = [small] if small else tried[-1:]
    return next((b for n in least if (b := n.block).width <= style.room), None) or named.block


class Layer(NamedTuple):
    """A vector as a column of circles."""

    letter: str
    time: str
    """The time of its name: t, t−1, or a number."""
    rows: np.ndarray
    shown: Shown
    active: bool = False

    @property
    def role(self) -> Role:
        return ROLES[self.letter]


@dataclass(frozen=True)
class Neurons(Net):
    """The units of a net at one time."""

    digits: int = 0
    """Digits of the values in the circles; 0: names."""

    # --- what there is ----------------------------------------------------------------

    @cached_property
    def layers(self) -> dict[str, Layer]:
        """x, the state before, h and y, as far as there are any."""
        arrays, made, plan = self.trace.arrays, self.trace.results, self.plan
        t = self.step.number if self.step else plan.length
        now, before = (str(t), str(t - 1)) if self.step else ("t", "t−1")
        held = made["h"][t - 2] if t > 1 else arrays["h0"]
        found = {"before": ("h", before, held), "h": ("h", now, made["h"][t - 1])}
        if plan.has_x(t) or not self.step:
            found = {"x": ("x", now, arrays["input"][t - 1]), **found}
        if plan.has_y(t):
            found["y"] = ("y", now, made["y"][t - 1 if len(made["y"]) == plan.length else 0])
        many = len(found["before"][2]) + len(arrays["input"][0]) > FEW + 4
        most, active = FEW - 2 * many, self.step is not None
        return {
            key: Layer(*given, self._shown(*given, most), active and key in "hy")
            for key, given in found.items()
        }

    def _shown(self, letter: str, _: str, row: np.ndarray, most: int) -> Shown:
        return shown(len(row), most, self._one(letter, row))

    # --- measures ----------------------------------------------------------------------

    def label(self, layer: Layer, i: int) -> list[Piece]:
        """The value of a unit, or its name."""
        if self.digits:
            return [Piece(replace(self.style, precision=self.digits).show(layer.rows[i]))]
        return [Piece(layer.letter), Piece(f"{layer.time},{i}", place="sub")]

    @cached_property
    def radius(self) -> int:
        """Of every circle: the widest text has room in it."""
        texts = [
            self.style.width(self.label(layer, i), SMALL)
            for layer in self.layers.values()
            for i in layer.shown
            if i is not None
        ]
        return max(16, up4(max(texts) / 2 + 2))

    @property
    def pitch(self) -> int:
        return 2 * self.radius + 12

    def height(self, layer: Layer) -> int:
        return HEAD + len(layer.shown) * self.pitch

    @property
    def back(self) -> int:
        """The room of the edges on their way back."""
        return 12 + LANE * len(self.layers["h"].shown)

    @cached_property
    def columns(self) -> list[list[str]]:
        """The layers above one another, from left to right."""
        return [[k for k in keys if k in self.layers] for keys in (["x", "before"], ["h"], ["y"])]

    @cached_property
    def gap(self) -> int:
        """Between the columns: what the page leaves."""
        count = 3 if "y" in self.layers else 2
        left = self.style.room - 2 * self.back - 2 * count * self.radius
        return max(_NARROWEST, min(_WIDEST, left // (count - 1) // 4 * 4))

    @cached_property
    def center(self) -> list[int]:
        """The middle of each column."""
        first = self.back + self.radius
        second = first + 2 * self.radius + self.gap
        return [first, second, second + 2 * self.radius + self.gap + self.back]

    @cached_property
    def tall(self) -> int:
        return max(sum(self.height(self.layers[k]) for k in keys) for keys in self.columns)

    @cached_property
    def places(self) -> dict[str, list[Point]]:
        """The middles of the circles, and of the dots between them."""
        found: dict[str, list[Point]] = {}
        for x, keys in zip(self.center, self.columns, strict=True):
            every = sum(self.height(self.layers[k]) for k in keys)
            top = (self.tall - every) // 8 * 4
            for key in keys:
                count = len(self.layers[key].shown)
                first = top + HEAD + self.pitch / 2
                found[key] = [(x, first + i * self.pitch) for i in range(count)]
                top += self.height(self.layers[key])
        return found

    # --- what is drawn -------------------------------------------------------------------

    @property
    def block(self) -> Block:
        """The edges, under them the circles; and what the dashed ones are."""
        marks: list[Mark] = []
        for start, end, letter in (("x", "h", "x"), ("before", "h", "h"), ("h", "y", "y")):
            if start in self.layers and end in self.layers:
                marks += self._edges(start, end, letter)
        marks += self._edges_back()
        for key, layer in self.layers.items():
            heard = "".join(p.text for p in self.letter(layer.letter, layer.time))
            circles = tuple(self._circles(layer, self.places[key]))
            marks.append(Group(circles, label=called(self.style, heard, str(len(layer.rows)))))
        last = "y" if "y" in self.layers else "h"
        width = self.places[last][0][0] + self.radius + (0 if last == "y" else self.back)
        bottom = self.tall + self.back + 12
        said = Words("the lines around: h of one time is read at the next")
        note = remark(self.style, said, SMALL, room=max(width, 240))
        marks.append(note.at(0, bottom))
        return Block(up4(max(width, note.width)), bottom + note.height, tuple(marks))

    def _edges(self, start: str, end: str, letter: str) -> Iterator[Mark]:
        """Every edge from one layer to another, and the name of their weights."""
        tone, reach = self.style.theme.tone(self.layers[start].role), self.radius + 1
        ends = [
            [
                p
                for p, i in zip(self.places[key], self.layers[key].shown, strict=True)
                if i is not None
            ]
            for key in (start, end)
        ]
        for (x, y), (to, level) in product(*ends):
            yield polyline([(x + reach, y), (to - reach, level)], tone.line, 1, tone.dash)
        (x, to) = (places[0][0] for places in ends)
        label = self.weight(letter)
        if self.style.width(label, SMALL) > to - x - 2 * self.radius - 8:
            label = self.symbol(letter)
        level = (
            self.tall + 8 if start == "before" else min(p[0][1] for p in ends) - self.radius - 24
        )
        yield self.style.text((x + to) / 2, level, label, SMALL, anchor="middle")

    def _edges_back(self) -> Iterator[Mark]:
        """From each unit of h around below to its place in the state before."""
        tone = self.style.theme.tone("hidden")
        shown = self.layers["h"].shown
        pairs = zip(self.places["h"], self.places["before"], shown, strict=True)
        for k, ((x, y), (to, level), i) in enumerate(pairs):
            if i is None:
                continue
            out = 8 + LANE * (len(shown) - k)
            right, left = x + self.radius + out, to - self.radius - out
            below = self.tall + 8 + out
            points = [
                (x + self.radius + 1, y),
                (right, y),
                (right, below),
                (left, below),
                (left, level),
                (to - self.radius - 2, level),
            ]
            yield from rounded_arrow(points, tone.line, 1, (4, 3), head=6)

    def _circles(self, layer: Layer, places: Sequence[Point]) -> Iterator[Mark]:
        """The name of a layer and its size, and its circles."""
        style, tone, r = self.style, self.style.theme.tone(layer.role), self.radius
        (x, first), count = places[0], len(layer.rows)
        name = self.letter(layer.letter, layer.time)
        size = self.sizes.of_vector(layer.letter, count) if style.symbols else str(count)
        yield style.text(x, first - r - 22, name, BODY, anchor="middle")
        yield style.text(x, first - r - 6, size, SMALL, fill=style.theme.muted, anchor="middle")
        fill, line, now = (tone.active, 3, layer.role) if layer.active else (tone.pale, 2, None)
        for (_, y), i in zip(places, layer.shown, strict=True):
            if i is None:
                yield style.text(
                    x, middle(y, BODY), "⋮", BODY, fill=style.theme.muted, anchor="middle"
                )
                continue
            yield Ellipse(x, y, r, r, fill, tone.line, line, tone.dash, now)
            box = Box(x - r, y - 10, 2 * r, 20)
            said = self.label(layer, i)
            text = style.text(x, middle(y, SMALL), said, SMALL, anchor="middle", cell=box)
            yield text._replace(at=(i, 0))
