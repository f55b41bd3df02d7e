"""A network as a pipeline: a block a layer, its maps as small pictures, arrows between."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from nnviz.figure.arrays.picture import odd_legend, pixels
from nnviz.figure.arrays.thumbnail import Thumbnail, thumbnail
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
LEAST = 128
"""The least room of a layer's name."""
ARROW = 40


def fits(trace: Trace) -> Words | None:
    """Whether there is anything to draw."""
    return None if trace.layers else Words("the network has no layers")


@dataclass(frozen=True, slots=True)
class _Stage:
    """A layer, or the input: its name and parameters, what it makes, and the shape."""

    head: Block
    body: Block
    foot: Block
    shades: Levels | None
    made: np.ndarray

    @property
    def width(self) -> float:
        return up4(max(self.head.width, self.body.width, self.foot.width))


def draw(trace: Trace, appearance: Appearance, step: Step | None) -> Scene:
    """Input and layers left to right, as many a row as fit the page."""
    style = Style.of(appearance)
    stages = _stages(trace, style, appearance.drawn_sample)
    rows = [
        _stage_row(style, part, first=i == 0) for i, part in enumerate(_stage_rows(style, stages))
    ]
    blocks = [column(rows, 32), *_signed_legend(style, stages)]
    blocks += [row(marks)] if (marks := _odd_marks(style, stages)) else []
    return page(style, trace, appearance, step, blocks, facts=[_total(style, trace)])


# --- the stages ------------------------------------------------------------------


def _stages(trace: Trace, style: Style, sample: int) -> list[_Stage]:
    x = trace.arrays["input"]
    batch = x.ndim == 4

    def one(array: np.ndarray) -> np.ndarray:
        return array[sample] if batch else array

    pictured = trace.image or colored(one(x))
    shades = levels_as_is(one(x), image=trace.image) if pictured else None
    stages = [_input_stage(trace, style, one(x))]
    named = zip(trace.layers, layer_names(style, trace), strict=True)
    for i, (layer, name) in enumerate(named):
        # Pooling makes of a picture one with the same range.
        shades = shades if layer.op == "pool" else None
        role: Role = "output" if i + 1 == len(trace.layers) else "intermediate"
        if role == "intermediate" and layer.roles.get("output") == "hidden":
            role = "hidden"
        stages.append(_layer_stage(style, layer, one(layer.output), name, role, shades))
    return stages


def _input_stage(trace: Trace, style: Style, x: np.ndarray) -> _Stage:
    pictorial = x.ndim >= 2 and (trace.image or colored(x) or max(x.shape[-2:]) > 5)
    small = thumbnail(style, x, "input", levels_as_is(x, image=trace.image) if pictorial else None)
    fill = style.theme.tone("input").line
    head = lines(style, style.say(Words("input")), BODY, room=LEAST, fill=fill, bold=True)
    return _stage(style, head, small, x)


def _layer_stage(
    style: Style, layer: Trace, made: np.ndarray, name: str, role: Role, shades: Levels | None
) -> _Stage:
    small = thumbnail(style, made, role, shades)
    room = max(LEAST, small.block.width)
    said = lines(style, name, BODY, room=room, bold=True)
    head = column([said, _counted(style, *_parameters(layer), room)], 0)
    return _stage(style, head, small, made)


def _stage(style: Style, head: Block, small: Thumbnail, made: np.ndarray) -> _Stage:
    said: list[Words | str] = [times(made.shape)]
    if small.shown < small.channels:
        said.append(Words("the first {n} of {all} maps", n=small.shown, all=small.channels))
    if small.shades is not None and small.shades.shades != "rgb":
        said.append(_shade_ends(style, small.shades, made))
    room = max(LEAST, small.block.width)
    foot = column([remark(style, each, SMALL, room=room) for each in said], 0)
    return _Stage(head, small.block, foot, small.shades, made)


def _shade_ends(style: Style, shades: Levels, made: np.ndarray) -> Words | str:
    """The least and the greatest value, whatever the shades reach to; of ink what it means."""
    if shades.low > shades.high:
        low, high = style.show(shades.low), style.show(shades.high)
        return Words("black is {low}, white is {high}", low=low, high=high)
    return " … ".join(scientific(v, 4) if abs(v) >= 10**5 else style.show(v) for v in ends(made))


def _parameters(layer: Trace) -> tuple[int, int]:
    """How many weights and biases a layer has, counted from its arrays."""
    sizes = {
        role: sum(a.size for n, a in layer.arrays.items() if layer.roles.get(n) == role)
        for role in ("weight", "bias")
    }
    return sizes["weight"], sizes["bias"]


def _counted(style: Style, weights: int, biases: int, room: float) -> Block:
    """150 weights + 6 biases."""
    if not weights + biases:
        return remark(style, Words("no parameters"), SMALL, room=room)
    theme = style.theme
    pieces = [Piece(counted(style, weights, "weights"), theme.tone("weight").line)]
    if not biases:
        return lines(style, pieces, SMALL, room=room)
    more = [Piece("+ "), Piece(counted(style, biases, "biases"), theme.tone("bias").line)]
    if style.width([*pieces, Piece(" "), *more], SMALL) <= room:
        return lines(style, [*pieces, Piece(" "), *more], SMALL, room=room)
    return column([lines(style, part, SMALL, room=room) for part in (pieces, more)], 0)


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


def _stage_rows(style: Style, stages: Sequence[_Stage]) -> list[Sequence[_Stage]]:
    """As many stages a row as fit the page, each after its arrow."""
    widths = [stage.width + (ARROW if i else 0) for i, stage in enumerate(stages)]
    return [stages[line] for line in wrapped(stages, widths, 0, style.room)]


def _stage_row(style: Style, stages: Sequence[_Stage], *, first: bool) -> Block:
    """Names level above, shapes level beneath, and what is made centred between."""
    head = max(s.head.height for s in stages)
    body = max(s.body.height for s in stages)
    axis = near4(head + 8 + body / 2)
    marks: list[Mark] = []
    x = 0.0
    for i, stage in enumerate(stages):
        if i or not first:
            marks += arrow((x + 8, axis), (x + ARROW - 8, axis), style.theme.muted)
            x += ARROW
        marks.append(_centred(stage.head, stage.width).at(x, 0))
        place = near4((stage.width - stage.body.width) / 2)
        marks.append(stage.body.at(x + place, near4(axis - stage.body.height / 2)))
        marks.append(_centred(stage.foot, stage.width).at(x, head + body + 16))
        x += stage.width
    height = head + body + 16 + max(s.foot.height for s in stages)
    return Block(x, height, tuple(marks), axis)


def _centred(block: Block, width: float) -> Block:
    """Lines of text in the middle of a width."""

    def moved(mark: Mark) -> Mark:
        if isinstance(mark, Group):
            return Group(tuple(moved(m) for m in mark.marks), 0, mark.y)
        return mark._replace(x=width / 2, anchor="middle") if isinstance(mark, Text) else mark

    return Block(width, block.height, tuple(moved(m) for m in block.marks), block.axis)


def _odd_marks(style: Style, stages: Sequence[_Stage]) -> list[Block]:
    """What the marks mean in all the pictures."""
    return odd_legend(style, *(s.made for s in stages if s.shades is not None))


def _signed_legend(style: Style, stages: Sequence[_Stage]) -> list[Block]:
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
