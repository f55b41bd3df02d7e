"""A network as a pipeline: a block a layer, its maps as small pictures, arrows between."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, partial
from itertools import product

from nnviz.branches import Sources, branched, in_a_row
from nnviz.figure.arrays.grid import called
from nnviz.figure.arrays.picture import odd_legend, pixels
from nnviz.figure.arrays.thumbnail import Size, Thumbnail, thumbnail
from nnviz.figure.formulas.parameter_counts import counted, counts, layer_names
from nnviz.figure.layout.blocks import Block, column, lines, remark, row
from nnviz.figure.layout.lines import segments
from nnviz.figure.layout.page import page
from nnviz.figure.layout.style import BODY, SMALL, Piece, Style, middle, up4
from nnviz.figure.networks._lanes import Branches, joint
from nnviz.figure.networks._stages import AROUND, Flow, Pen, Stage
from nnviz.figure.networks._updates import compared, losses, updates
from nnviz.figure.scene import Image, Mark, Rect, Scene, flatten
from nnviz.libraries import np
from nnviz.numerals import scientific
from nnviz.records import dataclass, replace
from nnviz.request import Appearance
from nnviz.shades import Levels, colored, ends, levels_as_is
from nnviz.shapes import times
from nnviz.trace import Role, Step, Trace
from nnviz.words import Words

RANK = 0
ROOMS = (204, 140), (140, 140), (140, 124)
"""What the maps of a layer may take, the largest first."""
SMALL_ROOMS = (104, 104), (88, 80), (72, 56)
SIZES = (ROOMS, (160, 136)), (ROOMS + SMALL_ROOMS, (160, 136, 104, 80))
"""Those, with the most that what is said of a layer has without breaking; of many layers less."""
LEAST = 72
"""The least that it has."""
LOW, NEAR = 960, 1.2
"""The height of all rows that is tried for: with title, legend and notes a page of 1,200; where
that is too low, how much taller than the lowest they may be.
"""
BETWEEN = 8
"""Maps and their gradient."""
CROSSED = 72, 56
"""The box of a layer that fails."""
BELOW = Words("each value stands above the gradient of the loss with respect to it")
_KINDS: tuple[tuple[str, Role], ...] = (("weights", "weight"), ("biases", "bias"))


def fits(trace: Trace) -> Words | None:
    """Whether there is anything to draw."""
    return None if trace.layers else Words("the network has no layers")


@dataclass(frozen=True, eq=False)
class _Layer:
    """A layer, or the input: what it is called, what it has and what it makes."""

    name: str
    role: Role
    params: tuple[int, int]
    small: Thumbnail
    made: np.ndarray
    sign: str | None = None
    """What is said where branches meet, which has no maps of its own."""
    added: bool = False
    failed: bool = False
    """Whether it gives nothing: the network stops at it."""
    slope: _Layer | None = None
    """The gradient of what it makes, where the network is gone back through."""
    later: bool = False
    """Whether a film has not come to it: it is empty."""

    def size(self, room: Size) -> tuple[float, float]:
        """Of its maps, with their gradient below."""
        if self.slope is None:
            return self.small.size(room)
        sizes = [each.small.size(_half(room)) for each in (self, self.slope)]
        return max(width for width, _ in sizes), sum(height for _, height in sizes) + BETWEEN

    def block(self, room: Size) -> Block:
        """They, drawn."""
        if self.slope is None:
            return self.small.block(room)
        both = [each.small.block(_half(room)) for each in (self, self.slope)]
        if self.slope.later:
            frames = (m for m in flatten(both[1].marks) if isinstance(m, Rect))
            both[1] = replace(both[1], marks=tuple(frames))
        return column(both, BETWEEN, "middle")

    @property
    def shades(self) -> Levels | None:
        return self.small.shades


def draw(trace: Trace, appearance: Appearance, step: Step | None) -> Scene:
    """Input and layers left to right, as many a row as fit the page; branches past each other."""
    style = Style.of(appearance)
    net = trace.forward or trace
    narrow = style.within(style.room - AROUND) if trace.states else style
    layers = _layers(net, narrow, appearance.drawn_sample, trace.states)
    if step is not None:
        layers = [_reached(each, n, step.detail["layer"]) for n, each in enumerate(layers)]
    drawn = [*layers, *(each.slope for each in layers if each.slope)]
    legend = [*_signed_legend(style, drawn), *_past_shades(style, drawn)]
    legend += [remark(style, BELOW, SMALL)] if trace.states else []
    flow = _flow(style, net.sources[: len(net.layers)], layers, back=bool(trace.states))
    blocks = [column([flow.block(), *legend], 8)]
    blocks += [row(marks)] if (marks := _odd_marks(style, drawn)) else []
    blocks += compared(style, trace, appearance.drawn_sample)
    blocks += updates(style, trace)
    return page(
        style, trace, appearance, step, blocks, facts=[_total(style, net), *losses(style, trace)]
    )


def _flow(style: Style, sources: Sources, layers: Sequence[_Layer], *, back: bool) -> Flow:
    """The stages in rows: on a page, in as few as there can be, and then with the largest maps;
    lanes one below the other where they have room.
    """
    said = cache(partial(_said, style))

    def stage(room: Size, most: float, number: int) -> Stage:
        layer = layers[number]
        shape = "" if layer.failed else times(layer.made.shape)
        label = called(style, layer.name, shape)
        if layer.sign is not None:
            made = joint(Pen(style, back), layer.sign, shape, added=layer.added)
            return replace(made, label=label)
        width, height = layer.size(room)
        head, foot = said(layer, width, most)
        wide = up4(max(width, head.width, foot.width))
        return Stage(head, foot, wide, height, lambda: layer.block(room).labelled(label))

    found: list[Flow] = []
    for chain, (rooms, widths) in product((branched(sources), in_a_row(sources)), SIZES):
        flows = [
            Branches(style, sources, partial(stage, room, most), len(layers), back).flow(chain)
            for room, most in product(rooms, widths)
        ]
        found += [flow for flow in flows if flow.width <= style.room]
        least = min((flow.height for flow in found), default=math.inf)
        if least <= LOW or (found and widths is SIZES[-1][1]):
            break
    if least <= LOW:
        return min((f for f in found if f.height <= LOW), key=lambda flow: len(flow.rows))
    return next((flow for flow in found if flow.height <= NEAR * least), flows[-1])


# --- the stages ------------------------------------------------------------------


def _layers(
    trace: Trace, style: Style, sample: int, slopes: Mapping[str, np.ndarray]
) -> list[_Layer]:
    x = trace.arrays["input"]
    batch = x.ndim == 4

    def one(array: np.ndarray) -> np.ndarray:
        return array[sample] if batch else array

    pictured = trace.image or colored(one(x))
    shades = levels_as_is(one(x), image=trace.image) if pictured else None
    known = [shades]
    found = [_input_layer(trace, style, one(x))]
    classes, names = trace.classes.get("output", ()), layer_names(style, trace)
    named = zip(trace.layers, names, trace.sources, strict=False)
    for layer, name, taken in named:
        role: Role = "hidden" if layer.roles.get("output") == "hidden" else "intermediate"
        role = "output" if len(found) == len(trace.layers) else role
        made = one(layer.output)
        # Pooling makes of a picture one with the same range.
        known.append(known[taken[0]] if layer.op == "pool" else None)
        if len(taken) == 1:
            small = thumbnail(style, made, role, known[-1], classes if role == "output" else ())
            found.append(_Layer(name, role, _parameters(layer), small, made))
            continue
        sign = "" if layer.op == "add" and name == style.say(layer.short) else name
        small, added = Thumbnail(style, role, made), layer.op == "add"
        found.append(_Layer(name, role, (0, 0), small, made, sign, added))
    if len(names) > len(trace.layers) and len(trace.sources[-1]) == 1:
        failed = Thumbnail(style, "intermediate", x, written=_crossed(style))
        found.append(_Layer(names[-1], "intermediate", (0, 0), failed, x, failed=True))
    elif found[-1].sign is not None:
        last = found[-1].made
        small = thumbnail(style, last, "output", classes=classes)
        found.append(_Layer(style.say(Words("output")), "output", (0, 0), small, last))
    for n, each in enumerate(found if slopes else ()):
        made = one(slopes[str(min(n, len(trace.layers)))])
        small = thumbnail(style, made, "gradient")
        found[n] = replace(each, slope=_Layer("", "gradient", (0, 0), small, made))
    return [*found, *_loss(trace, style)]


def _reached(layer: _Layer, n: int, stage: int) -> _Layer:
    """A layer of a film that has come back to some layer."""
    if layer.slope is None or n >= stage:
        return layer
    return replace(layer, slope=replace(layer.slope, later=True))


def _loss(trace: Trace, style: Style) -> Iterator[_Layer]:
    """What comes of the output, where there is a loss."""
    if "loss" in trace.results:
        made = trace.results["loss"]
        small = thumbnail(style, made.reshape(1, 1), "intermediate")
        yield _Layer(style.say(Words("loss")), "intermediate", (0, 0), small, made)


def _half(room: Size) -> Size:
    return room[0], 2 * room[1] // 3


def _crossed(style: Style) -> Block:
    """In the place of maps: a layer fails."""
    (width, height), muted = CROSSED, style.theme.muted
    cross = ((0, 0), (width, height)), ((0, height), (width, 0))
    frame = Rect(0, 0, width, height, None, muted, 1.5, (4, 4))
    return Block(width, height, (frame, segments(cross, muted, 1.5, (4, 4))), height / 2)


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
    if layer.slope is not None:
        red = style.theme.tone("gradient").line
        more = [style.say(each) for each in _beneath(style, layer.slope)][1:]
        foot += [lines(style, each, SMALL, room=most, fill=red) for each in more]
    return head, column(foot, 0)


def _beneath(style: Style, layer: _Layer) -> Iterator[Words | str]:
    """The shape, with how many maps are drawn of more, and what the shades stand for."""
    if layer.failed:
        return
    shape, small = times(layer.made.shape), layer.small
    shown = len(small.pictures)
    some = small.written is None and 1 < shown < len(small.maps)
    yield Words("{shape}, the first {n}", shape=shape, n=shown) if some else shape
    if small.shades is not None and small.shades.shades != "rgb":
        scale = replace(small.shades, clipped=False) if small.own else small.shades
        yield _shade_ends(style, scale, layer.made)


def _shade_ends(style: Style, shades: Levels, made: np.ndarray) -> Words | str:
    """The least and the greatest value, or how far the shades reach; of ink what it means."""
    if shades.low > shades.high:
        black, white = style.show(shades.low), style.show(shades.high)
        return Words("black is {low}, white is {high}", low=black, high=white)
    low, high = (shades.low, shades.high) if shades.clipped else ends(made)
    least, most = (scientific(v, 3) if abs(v) >= 10**5 else style.show(v) for v in (low, high))
    past = shades.past
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


# --- what the pictures mean ----------------------------------------------------


def _odd_marks(style: Style, stages: Sequence[_Layer]) -> list[Block]:
    """What the marks mean in all the pictures."""
    return odd_legend(style, *(s.made for s in stages if s.shades is not None))


def _past_shades(style: Style, stages: Sequence[_Layer]) -> list[Block]:
    """That some values have the shade of smaller ones, in maps that share no scale."""
    past = any(one.clipped for stage in stages for one in stage.small.own)
    said = Words("few pixels of a map are past its strongest shade")
    return [remark(style, said, SMALL)] if past else []


def _signed_legend(style: Style, stages: Sequence[_Layer]) -> list[Block]:
    """A bar for the signed maps, and that every map has a scale of its own."""
    if not any(s.shades is not None and s.shades.shades == "signed" for s in stages):
        several = any(s.small.own for s in stages)
        return [remark(style, Words("each map on a scale of its own"), SMALL)] if several else []
    ramp = np.linspace(-1, 1, 64)[None]
    data = pixels(style, ramp, (96, 12), Levels("signed", -1, 1))
    marks: list[Mark] = [
        Image(16, 4, 96, 12, data, crisp=False),
        Rect(16, 4, 96, 12, None, style.theme.muted, 1),
    ]
    for x, sign in ((6, "−"), (122, "+")):
        marks.append(style.text(x, middle(10, SMALL), sign, SMALL, anchor="middle"))
    bar = Block(136, 20, tuple(marks), 12)
    said = Words("signed values, each map on a scale of its own")
    return [row([bar, replace(remark(style, said, SMALL, room=style.room - 160), axis=8)], 8)]
