"""Convolution as neurons: few weights, each shared by many edges, beside the dense layer."""

from __future__ import annotations

from itertools import product

from nnviz.figure.arrays.grid import cells
from nnviz.figure.arrays.neurons import (
    Edge,
    Layer,
    Neuron,
    line_entry,
    network,
    symbol,
    too_many,
)
from nnviz.figure.formulas.arithmetic import arithmetic, panelled
from nnviz.figure.formulas.parameter_counts import counted, dense_counts
from nnviz.figure.layout.blocks import Block, column, flow, lines, remark, row
from nnviz.figure.layout.page import page
from nnviz.figure.layout.style import BODY, SMALL, Piece, Style, middle, up4
from nnviz.figure.scene import Scene
from nnviz.figure.windows._named_arrays import (
    activation_entry,
    drawn_of,
    input_name,
    output_name,
)
from nnviz.figure.windows._part import Part, Place, one_channel, part_of, part_shown
from nnviz.plans import Index
from nnviz.records import dataclass, replace
from nnviz.request import Appearance
from nnviz.shapes import AnyAxis, ravel, unravel
from nnviz.trace import Call, Equation, Expr, Name, Num, Product, Step, Sum, Trace, tokens
from nnviz.words import Words

RANK = 30
INPUTS, OUTPUTS, WEIGHTS = 16, 9, 9
"""Neurons and weights past which nobody can follow an edge."""
REACHES = (200, 184, 168, 152, 136)
"""Distances of the layers that are tried, so that both networks stand side by side."""


def fits(trace: Trace) -> Words | None:
    """One channel and one filter, with few inputs, outputs and weights."""
    reason = one_channel(trace)
    if reason is not None:
        return reason
    part: Part[AnyAxis] = part_of(trace, None)
    n = part.plan.filters
    if n > 1:
        return Words("there are {n} filters; the view equation shows one of them", n=n)
    counts = (
        ("inputs", part.x[0].size, INPUTS),
        ("outputs", part.y.size, OUTPUTS),
        ("weights", part.w[0].size, WEIGHTS),
    )
    # Places are looked through one by one: of a photograph there are millions.
    return too_many(counts) or too_many(
        [("inputs with the padding", len(_input_places(part)), INPUTS)]
    )


@dataclass(frozen=True)
class _Net:
    """What both networks are drawn from."""

    style: Style
    part: Part[AnyAxis]
    places: dict[Index, int | None]
    """The inputs, row by row, those in the padding among them where a window reads them: which
    input, counted row by row, stands at a place; None for a zero.
    """

    @property
    def outputs(self) -> list[Place]:
        rows, columns = self.part.y.shape
        return [(r, c) for r in range(rows) for c in range(columns)]

    @property
    def at(self) -> int | None:
        """The output neuron of the step."""
        return None if self.part.at is None else self.outputs.index(self.part.at)


def draw(trace: Trace, appearance: Appearance, step: Step | None) -> Scene:
    """Both networks, the legend between them; of a step its output, edges and arithmetic."""
    style = Style.of(appearance)
    part: Part[AnyAxis] = part_shown(trace, step, appearance)
    net = _Net(style, part, _input_places(part))
    blocks = [_side_by_side(net)]
    if step is not None:
        room = style.beneath(blocks[0].width)
        worked = arithmetic(style, step.formula, room=room - 32, panel=False)
        blocks.append(panelled(style, column([_in_symbols(net, room - 32), worked], 4), room))
    facts = drawn_of(style, trace, part)
    return page(style, trace, appearance, step, blocks, title=title(trace), facts=facts)


def title(trace: Trace) -> Words:
    """What is drawn as neurons."""
    return Words("{title} as a network", title=trace.title)


def _input_places(part: Part[AnyAxis]) -> dict[Index, int | None]:
    sizes = part.plan.sizes
    found: dict[Index, int | None] = {unravel(i, sizes): i for i in range(part.x[0].size)}
    for out in product(*map(range, part.y.shape)):
        for tap in part.plan.taps(out):
            found[tap.cell] = None if tap.source is None else ravel(tap.source, sizes)
    return dict(sorted(found.items()))


def _side_by_side(net: _Net) -> Block:
    """Side by side with the legend between, else the legend below, else one below the other."""
    room = net.style.room
    legend = []
    for i, value in enumerate(_weight_values(net)):
        said = [*symbol("w", i), Piece(f" = {net.style.show(value)}")]
        stroke, line, dash = _line_of(net.style, i)
        legend.append(line_entry(net.style, said, stroke, dash, line))
    legend += [*_bias_entry(net), *activation_entry(net.style, net.part)]
    beside = column(legend, 0)
    beside = replace(beside, axis=beside.height / 2)
    for reach in REACHES:
        shared = _edges_shared(net, reach)
        level = replace(shared, axis=max(shared.axis, up4(beside.axis)))
        whole = row([level, beside, _edges_apart(net, reach)], 20)
        if whole.width <= room:
            return whole
    below = flow(legend, room, 20, lead=0)
    for reach in REACHES:
        pair = row([_edges_shared(net, reach), _edges_apart(net, reach)], 32)
        if pair.width <= room:
            return column([pair, below], 12)
    return column([_edges_shared(net, REACHES[-1]), below, _edges_apart(net, REACHES[-1])], 24)


def _weight_values(net: _Net) -> list[float]:
    return [value.item() for value in net.part.w[0].reshape(-1)]


# --- the two networks --------------------------------------------------------------


def _edges_shared(net: _Net, reach: float) -> Block:
    """The convolution: every edge in its weight's colour and dash."""
    style, part = net.style, net.part
    values = [cell.text for line in cells(part.x[0], style.precision) for cell in line]
    read = {tap.cell for tap in part.taps()}
    neurons = []
    for place, i in net.places.items():
        real = i is not None and place == unravel(i, part.plan.sizes)
        label = [Piece("0")] if i is None else symbol("x", i)
        value = values[i] if real and i is not None else ""
        neurons.append(Neuron(label, value, place in read, padding=not real))
    first = Layer(neurons, "input", style.say(input_name(part)), part.shape(part.x[0]))
    second = Layer(
        _made_neurons(net, values=True),
        "output",
        style.say(output_name(part)),
        part.shape(part.y),
    )
    index = {place: i for i, place in enumerate(net.places)}
    faint = style.theme.rule, 1, ()
    edges = [
        Edge(index[tap.cell], end, *(_line_of(style, weight) if net.at in (None, end) else faint))
        for end, out in enumerate(net.outputs)
        for weight, tap in enumerate(part.plan.taps(out))
    ]
    block = network(style, first, second, _active_last(net, edges), reach)
    size = part.shape(part.w[0])
    said = style.say(_shared_counts(net))
    return _headed(style, block, style.say(Words("convolution, kernel {size}", size=size)), said)


def _shared_counts(net: _Net) -> Words:
    n, style = len(_weight_values(net)), net.style
    weights = counted(style, n, "weights")
    if net.part.b is None:
        return Words("{weights}, shared", weights=weights)
    return Words(
        "{weights} and {biases}, shared", weights=weights, biases=counted(style, 1, "biases")
    )


def _edges_apart(net: _Net, reach: float) -> Block:
    """The dense layer over the same cells: every edge a weight of its own."""
    style, part = net.style, net.part
    theme = style.theme
    count, made, at = part.x[0].size, part.y.size, net.at
    neurons = [Neuron(symbol("x", i), "", at is not None) for i in range(count)]
    first = Layer(neurons, "input", style.say(Words("input")), str(count))
    second = Layer(
        _made_neurons(net, values=False), "output", style.say(Words("output")), str(made)
    )
    edges = []
    for end in range(made):
        stroke, line = (theme.muted, 0.75) if at is None else (theme.rule, 1.0)
        if at == end:
            stroke, line = theme.ink, 1.5
        edges += [Edge(start, end, stroke, line) for start in range(count)]
    block = network(style, first, second, _active_last(net, edges), reach, len(net.places))
    said = dense_counts(style, count, made, biased=part.b is not None)
    return _headed(style, block, style.say(Words("dense layer")), style.say(said))


def _made_neurons(net: _Net, *, values: bool) -> list[Neuron]:
    at = net.at
    found = []
    for i, value in enumerate(net.part.y.reshape(-1)):
        known = values and (at is None or i <= at)
        found.append(Neuron(symbol("y", i), net.style.show(value) if known else "", i == at))
    return found


def _headed(style: Style, block: Block, name: str, said: str) -> Block:
    """A network with its name and its count of weights above."""
    head = [
        lines(style, name, BODY, room=block.width, bold=True),
        remark(style, said, SMALL, room=block.width),
    ]
    made = column([column(head, 0, "middle"), block], 16, "middle")
    return replace(made, axis=made.height - block.height + block.axis)


def _active_last(net: _Net, edges: list[Edge]) -> list[Edge]:
    """The edges of the step above the others."""
    return sorted(edges, key=lambda edge: edge.end == net.at)


def _line_of(style: Style, weight: int) -> tuple[str, float, tuple[float, ...]]:
    """A weight's colour, width and dash: no two alike, in greys too."""
    theme = style.theme
    line = 2.5 if weight < len(theme.dashes) else 1.25
    return theme.scale[weight % len(theme.scale)], line, theme.dashes[weight % len(theme.dashes)]


# --- legend and formula ----------------------------------------------------------------


def _bias_entry(net: _Net) -> list[Block]:
    """The bias, which every output adds."""
    if net.part.b is None:
        return []
    style = net.style
    fill = style.theme.tone("bias").line
    said = style.say(Words("bias"))
    value = style.show(net.part.b[0])
    text = style.text(0, middle(12, BODY), f"+ {said} {value}", BODY, fill=fill)
    return [Block(up4(text.width), 24, (text,), 12)]


def _in_symbols(net: _Net, room: float) -> Block:
    """y₀ = w₀·x₀ + w₁·x₁ + …, as the edges have it."""
    terms: list[Expr] = []
    for weight, tap in enumerate(net.part.taps()):
        i = net.places[tap.cell]
        x: Expr = Num(0, "input") if i is None else Name("x", str(i), "input")
        terms.append(Product((Name("w", str(weight), "weight"), x), dot=True))
    if net.part.b is not None:
        terms.append(Name("b", "", "bias"))
    total: Expr = Sum(tuple(terms))
    if net.part.act is not None:
        total = Call(net.part.act, (total,))
    equation = Equation((Name("y", str(net.at), "output"), total))
    pieces = [net.style.piece(t) for t in tokens(equation, net.style.show)]
    return lines(net.style, pieces, room=room)
