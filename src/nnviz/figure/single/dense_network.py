"""A fully connected layer as neurons: an edge a weight, the bias an edge from a neuron of 1."""

from __future__ import annotations

from collections.abc import Iterator

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
from nnviz.figure.formulas.parameter_counts import dense_counts
from nnviz.figure.formulas.wrapped import worked
from nnviz.figure.layout.blocks import Block, column, flow, remark
from nnviz.figure.layout.page import fact_lines, page
from nnviz.figure.layout.style import Piece, Style
from nnviz.figure.scene import Dash, Scene
from nnviz.libraries import np
from nnviz.request import Appearance
from nnviz.trace import Step, Trace
from nnviz.words import Words

RANK = 20
MOST = 16
"""Neurons a side past which nobody can follow an edge."""
REACHES = (400, 320, 240, 200, 168, 136, 104, 80, 64)
"""Distances of the layers that are tried."""
THIN, WIDE = 0.75, 3.0
"""The lines of the smallest and of the largest weight."""


def fits(trace: Trace) -> Words | None:
    """One vector, of few numbers, that becomes few."""
    outputs, inputs = trace.arrays["weight"].shape
    counts = ("inputs", inputs, MOST), ("outputs", outputs, MOST)
    if (why := too_many(counts)) is not None:
        return why
    rows = trace.output.size // outputs
    return Words("there are {n} rows; the view equation shows them", n=rows) if rows > 1 else None


def draw(trace: Trace, appearance: Appearance, step: Step | None) -> Scene:
    """Both layers and every edge; of a step its edges, and the sum that they make."""
    style = Style.of(appearance)
    entries = list(_legend(style, trace))
    both = [_layers(trace, style, step), flow(entries, style.room, 20, lead=0)]
    outputs, inputs = trace.arrays["weight"].shape
    said = dense_counts(style, inputs, outputs, biased="bias" in trace.arrays)
    facts = [*fact_lines(style, trace, colored=True), remark(style, said)]
    blocks = worked(style, [column(both, 12)], step)
    return page(style, trace, appearance, step, blocks, title=title(trace), facts=facts)


def title(trace: Trace) -> Words:
    """What is drawn as neurons."""
    return Words("{title} as a network", title=trace.title)


def _layers(trace: Trace, style: Style, step: Step | None) -> Block:
    """The layers as far apart as the page has room for."""
    at = None if step is None else step.index[-1]
    given, made = (
        [cell.text for cell in cells(array.reshape(1, -1), style.precision)[0]]
        for array in (trace.arrays["input"], trace.output)
    )
    first = [Neuron(symbol("x", i), text, at is not None) for i, text in enumerate(given)]
    if "bias" in trace.arrays:
        first.append(Neuron([Piece("1")], padding=True))
    second = [
        Neuron(symbol("y", i), text if at is None or i <= at else "", i == at)
        for i, text in enumerate(made)
    ]
    left = Layer(first, "input", style.say(trace.called("input")), str(len(given)))
    right = Layer(second, "output", style.say(trace.called("output")), str(len(made)))
    edges = list(_edges(trace, style, at))
    drawn = [network(style, left, right, edges, reach) for reach in REACHES]
    return next((block for block in drawn if block.width <= style.room), drawn[-1])


def _edges(trace: Trace, style: Style, at: int | None) -> Iterator[Edge]:
    """An edge a weight, those of the step above the others."""
    w = _with_bias(trace)
    most = float(abs(w).max()) or 1.0
    biased = "bias" in trace.arrays
    for end in sorted(range(len(w)), key=lambda end: end == at):
        for start, value in enumerate(w[end].tolist()):
            if at not in (None, end):
                yield Edge(start, end, style.theme.rule, THIN)
                continue
            stroke, dash = _look(style, value, bias=biased and start == w.shape[1] - 1)
            yield Edge(start, end, stroke, THIN + (WIDE - THIN) * abs(value) / most, dash)


def _with_bias(trace: Trace) -> np.ndarray:
    """The weights, out×in, and the biases as those of one more input."""
    w, b = trace.arrays["weight"].astype(float), trace.arrays.get("bias")
    if b is None:
        return w
    return np.concatenate([w, np.broadcast_to(b.reshape(-1), len(w))[:, None]], axis=1)


def _look(style: Style, value: float, *, bias: bool) -> tuple[str, Dash]:
    """The colour and dash of a weight by its sign, of a bias by its role: no sign looks like the
    other in greys."""
    theme = style.theme
    if value == 0:
        return theme.muted, theme.dashes[2]
    color = theme.tone("bias").line if bias else theme.scale[value < 0]
    return color, theme.dashes[value < 0]


# --- the legend --------------------------------------------------------------------


def _legend(style: Style, trace: Trace) -> Iterator[Block]:
    """What the lines are: those of weights of each sign that there is, and of biases."""
    w = trace.arrays["weight"]
    for said, value, there in (
        (Words("positive weight"), 1.0, (w > 0).any()),
        (Words("negative weight"), -1.0, (w < 0).any()),
        (Words("weight 0"), 0.0, (w == 0).any()),
    ):
        if there:
            yield line_entry(style, style.say(said), *_look(style, value, bias=False))
    if "bias" in trace.arrays:
        yield line_entry(style, style.say(Words("bias")), *_look(style, 1.0, bias=True))
