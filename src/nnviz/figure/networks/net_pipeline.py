"""A network as a pipeline: a block a layer, its maps as small pictures, arrows between."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from itertools import product
from typing import TYPE_CHECKING

from nnviz.figure.arrays.grid import called
from nnviz.figure.arrays.picture import odd_legend, pixels
from nnviz.figure.arrays.thumbnail import Size, Thumbnail, thumbnail
from nnviz.figure.formulas.parameter_counts import counted, counts, layer_names
from nnviz.figure.layout.blocks import Block, column, lines, remark, row, wrapped
from nnviz.figure.layout.lines import arrow
from nnviz.figure.layout.page import page
from nnviz.figure.layout.style import BODY, SMALL, Piece, Style, middle, near4, up4
from nnviz.figure.scene import Group, Image, Mark, Rect, Scene, Text
from nnviz.numerals import scientific
from nnviz.request import Appearance
from nnviz.shades import Levels, colored, ends, levels_as_is
from nnviz.shapes import times
from nnviz.trace import Role, Step, Trace
from nnviz.words import Words

if TYPE_CHECKING:
    import numpy as np

RANK = 0
ROOMS = (204, 140), (140, 140), (140, 124)
"""What the maps of a layer may take, the largest first."""
LEAST, SAID = 72, (160, 136)
"""The least room of what is said of a layer, and the most that it has without breaking."""
LOW = 1000
"""The height of all rows that is tried for: with title, legend and notes a page of 1,200."""
GAP = 16
ARROW = 32
_KINDS: tuple[tuple[str, Role], ...] = (("weights", "weight"), ("biases", "bias"))


def fits(trace: Trace) -> Words | None:
    """Whether there is anything to draw."""
    return None if trace.layers else Words("the network has no layers")


@dataclass(frozen=True, slots=True, eq=False)
class _Layer:
    """A layer, or the input: what it is called, what it has and what it makes."""

    name: str
    role: Role
    params: tuple[int, int]
    small: Thumbnail
    made: np.ndarray

    @property
    def shades(self) -> Levels | None:
        return self.small.shades


@dataclass(frozen=True, slots=True)
class _Stage:
    """A layer with the room that its maps have: what stands above, its maps, what beneath."""

    head: Block
    foot: Block
    width: float
    height: float
    """Of its maps."""
    body: Callable[[], Block]


def draw(trace: Trace, appearance: Appearance, step: Step | None) -> Scene:
    """Input and layers left to right, as many a row as fit the page."""
    style = Style.of(appearance)
    layers = _layers(trace, style, appearance.drawn_sample)
    rows = [_stage_row(style, part, first=i == 0) for i, part in enumerate(_rows(style, layers))]
    blocks = [column([column(rows, GAP), *_signed_legend(style, layers)], 8)]
    blocks += [row(marks)] if (marks := _odd_marks(style, layers)) else []
    return page(style, trace, appearance, step, blocks, facts=[_total(style, trace)])


def _rows(style: Style, layers: Sequence[_Layer]) -> list[list[_Stage]]:
    """The stages in rows: on a page, in as few as there can be, and then with the largest maps."""
    found, said = [], cache(partial(_said, style))

    def stage(layer: _Layer, room: Size, most: float) -> _Stage:
        width, height = layer.small.size(room)
        head, foot = said(layer, width, most)
        wide = up4(max(width, head.width, foot.width))
        label = called(style, layer.name, times(layer.made.shape))
        return _Stage(head, foot, wide, height, lambda: layer.small.block(room).labelled(label))

    for room, most in product(ROOMS, SAID):
        stages = [stage(layer, room, most) for layer in layers]
        widths = [stage.width + (ARROW if i else 0) for i, stage in enumerate(stages)]
        found.append([stages[line] for line in wrapped(stages, widths, 0, style.room)])

    return min(found, key=lambda rows: (max(LOW, sum(map(_height, rows))), len(rows)))


def _height(row: Sequence[_Stage]) -> float:
    """Of a row with the gap beneath it."""
    head, foot = max(s.head.height for s in row), max(s.foot.height for s in row)
    return head + max(s.height for s in row) + 8 + foot + GAP


# --- the stages ------------------------------------------------------------------


def _layers(trace: Trace, style: Style, sample: int) -> list[_Layer]:
    x = trace.arrays["input"]
    batch = x.ndim == 4

    def one(array: np.ndarray) -> np.ndarray:
        return array[sample] if batch else array

    pictured = trace.image or colored(one(x))
    shades = levels_as_is(one(x), image=trace.image) if pictured else None
    found = [_input_layer(trace, style, one(x))]
    named = zip(trace.layers, layer_names(style, trace), strict=True)
    for i, (layer, name) in enumerate(named):
        # Pooling makes of a picture one with the same range.
        shades = shades if layer.op == "pool" else None
        role: Role = "output" if i + 1 == len(trace.layers) else "intermediate"
        if role == "intermediate" and layer.roles.get("output") == "hidden":
            role = "hidden"
        made = one(layer.output)
        small = thumbnail(style, made, role, shades)
        found.append(_Layer(name, role, _parameters(layer), small, made))
    return found


def _input_layer(trace: Trace, style: Style, x: np.ndarray) -> _Layer:
    pictorial = x.ndim >= 2 and (trace.image or colored(x) or max(x.shape[-2:]) > 5)
    small = thumbnail(style, x, "input", levels_as_is(x, image=trace.image) if pictorial else None)
    return _Layer(style.say(Words("input")), "input", (0, 0), small, x)


def _said(style: Style, layer: _Layer, width: float, most: float) -> tuple[Block, Block]:
    """What stands above and beneath maps of a width: a name and counts that do not break, up to
    `most`, may be a little wider."""
    most = max(width, most)
    counts = _counted(style, layer.params, most)
    natural = max(style.width(part, SMALL) for part in [*counts, [Piece("")]])
    wide = max(width, up4(min(max(natural, style.width(layer.name, BODY, True)), most)), LEAST)
    fill = style.theme.tone("input").line if layer.role == "input" else None
    name = lines(style, layer.name, BODY, room=wide, fill=fill, bold=True)
    head = column([name, *(lines(style, part, SMALL, room=wide) for part in counts)], 0)
    foot = [remark(style, each, SMALL, room=most) for each in _beneath(style, layer)]
    return head, column(foot, 0)


def _beneath(style: Style, layer: _Layer) -> Iterator[Words | str]:
    """The shape, with how many maps are drawn of more, and what the shades stand for."""
    shape, small = times(layer.made.shape), layer.small
    shown = len(small.pictures)
    some = small.written is None and 1 < shown < len(small.maps)
    yield Words("{shape}, the first {n}", shape=shape, n=shown) if some else shape
    if small.shades is not None and small.shades.shades != "rgb":
        yield _shade_ends(style, small.shades, layer.made)


def _shade_ends(style: Style, shades: Levels, made: np.ndarray) -> Words | str:
    """The least and the greatest value, or how far the shades reach; of ink what it means."""
    if shades.low > shades.high:
        black, white = style.show(shades.low), style.show(shades.high)
        return Words("black is {low}, white is {high}", low=black, high=white)
    low, high = (shades.low, shades.high) if shades.clipped else ends(made)
    least, most = (scientific(v, 3) if abs(v) >= 10**5 else style.show(v) for v in (low, high))
    past = ("≤ " if low < 0 else "", "≥ ") if shades.clipped else ("", "")
    return f"{past[0]}{least} … {past[1]}{most}".replace("≥ ", "≥\u00a0").replace("≤ ", "≤\u00a0")


def _parameters(layer: Trace) -> tuple[int, int]:
    """How many weights and biases a layer has, counted from its arrays."""
    sizes = {
        role: sum(a.size for n, a in layer.arrays.items() if layer.roles.get(n) == role)
        for role in ("weight", "bias")
    }
    return sizes["weight"], sizes["bias"]


def _counted(style: Style, params: tuple[int, int], room: float) -> list[list[Piece]]:
    """150 weights + 6 biases, on one line where it has room."""
    weights, biases = (
        Piece(counted(style, n, kind), style.theme.tone(role).line) if n else None
        for n, (kind, role) in zip(params, _KINDS, strict=True)
    )
    if not weights or not biases:
        return [[piece] for piece in (weights, biases) if piece]
    whole = [weights, Piece(" + "), biases]
    return [whole] if style.width(whole, SMALL) <= room else [whole[:1], [Piece("+ "), biases]]


def _total(style: Style, trace: Trace) -> Block:
    """All the parameters of the network."""
    each = [_parameters(layer) for layer in trace.layers]
    w, b = sum(w for w, _ in each), sum(b for _, b in each)
    weights, biases = counted(style, w, "weights"), counted(style, b, "biases")
    said = Words(
        "parameters: {weights} + {biases} = {n}", n=counts(w + b), weights=weights, biases=biases
    )
    said = said if b else Words("parameters: {weights}", weights=weights)
    return remark(style, said if w + b else Words("no parameters"))


# --- the rows --------------------------------------------------------------------


def _stage_row(style: Style, stages: Sequence[_Stage], *, first: bool) -> Block:
    """Names level above, shapes level beneath, and what is made centred between."""
    head = max(s.head.height for s in stages)
    bodies = [stage.body() for stage in stages]
    body = max(b.height for b in bodies)
    axis = near4(head + 4 + body / 2)
    marks: list[Mark] = []
    x = 0.0
    for i, (stage, inner) in enumerate(zip(stages, bodies, strict=True)):
        if i or not first:
            marks += arrow((x + 4, axis), (x + ARROW - 4, axis), style.theme.muted)
            x += ARROW
        marks.append(_centred(stage.head, stage.width).at(x, 0))
        place = near4((stage.width - inner.width) / 2)
        marks.append(inner.at(x + place, near4(axis - inner.height / 2)))
        marks.append(_centred(stage.foot, stage.width).at(x, head + body + 8))
        x += stage.width
    height = head + body + 8 + max(s.foot.height for s in stages)
    return Block(x, height, tuple(marks), axis)


def _centred(block: Block, width: float) -> Block:
    """Lines of text in the middle of a width."""

    def moved(mark: Mark) -> Mark:
        if isinstance(mark, Group):
            return Group(tuple(moved(m) for m in mark.marks), 0, mark.y)
        return mark._replace(x=width / 2, anchor="middle") if isinstance(mark, Text) else mark

    return Block(width, block.height, tuple(moved(m) for m in block.marks), block.axis)


def _odd_marks(style: Style, stages: Sequence[_Layer]) -> list[Block]:
    """What the marks mean in all the pictures."""
    return odd_legend(style, *(s.made for s in stages if s.shades is not None))


def _signed_legend(style: Style, stages: Sequence[_Layer]) -> list[Block]:
    """A bar for the signed maps, and that every layer has a scale of its own."""
    import numpy as np

    if not any(s.shades is not None and s.shades.shades == "signed" for s in stages):
        return []
    ramp = np.linspace(-1, 1, 64)[None]
    data = pixels(style, ramp, (96, 12), Levels("signed", -1, 1))
    marks: list[Mark] = [
        Image(16, 4, 96, 12, data, crisp=False),
        Rect(16, 4, 96, 12, None, style.theme.muted, 1),
    ]
    for x, sign in ((6, "−"), (122, "+")):
        marks.append(style.text(x, middle(10, SMALL), sign, SMALL, anchor="middle"))
    bar = Block(136, 20, tuple(marks), 12)
    said = Words("signed values, each layer on a scale of its own")
    return [row([bar, replace(remark(style, said, SMALL, room=style.room - 160), axis=8)], 8)]
