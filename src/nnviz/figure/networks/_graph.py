"""A network number by number: what each layer makes, and the edges that lead there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product

from nnviz.figure.formulas.parameter_counts import layer_names
from nnviz.figure.layout.style import Style
from nnviz.libraries import np
from nnviz.records import NamedTuple
from nnviz.trace import Role, Trace
from nnviz.words import Words


class Edge(NamedTuple):
    """A line from neuron `start` of a column to neuron `end` of the next."""

    start: int
    end: int
    weight: float | None = None
    """None where the number goes on as it is."""
    slope: float | None = None
    bias: bool = False


class Column(NamedTuple):
    """What a layer makes, a neuron a number, and the edges that lead there."""

    name: str
    role: Role
    letter: str
    made: Sequence[float]
    slopes: Sequence[float]
    """The gradients of those; none where the network only ran."""
    edges: Sequence[Edge] = ()

    @property
    def biased(self) -> bool:
        return any(edge.bias for edge in self.edges)

    @property
    def weighed(self) -> bool:
        return any(edge.weight is not None for edge in self.edges)


def columns(style: Style, trace: Trace) -> Iterator[Column]:
    """The input, what each layer makes, and the loss where there is one."""
    net = trace.forward or trace
    count = len(net.layers)
    slopes = [
        trace.states[str(n)].ravel().tolist() if trace.states else () for n in range(count + 1)
    ]
    yield Column(
        style.say(Words("input")), "input", "x", net.arrays["input"].ravel().tolist(), slopes[0]
    )
    for n, (layer, name) in enumerate(zip(net.layers, layer_names(style, net), strict=True), 1):
        role: Role = "output" if n == count else "intermediate"
        letter = "y" if n == count else "h" if layer.op == "act" else "z"
        edges = tuple(_edges(trace, layer, net.layer_keys[n - 1]))
        yield Column(name, role, letter, layer.output.ravel().tolist(), slopes[n], edges)
    if "loss" in net.results:
        edges = tuple(Edge(start, 0) for start in range(net.output.size))
        made = [float(net.results["loss"])]
        yield Column(style.say(Words("loss")), "plain", "L", made, [1] * bool(trace.states), edges)


def _edges(trace: Trace, layer: Trace, key: str) -> Iterator[Edge]:
    """A weight an edge, biases as from a neuron of 1; an activation reads one number, softmax
    all of them.
    """
    count = layer.output.size
    if layer.op == "act":
        every = "softmax" in layer.options["name"]
        pairs = product(range(count), range(count)) if every else ((i, i) for i in range(count))
        yield from (Edge(start, end) for start, end in pairs)
        return
    for name in ("weight", "bias"):
        if name not in layer.arrays:
            continue
        bias = name == "bias"
        array = layer.arrays[name]
        given = trace.results[f"grad_{key}.{name}"] if trace.states else array
        if bias:  # a column more
            array, given = (np.broadcast_to(a.reshape(-1), count)[:, None] for a in (array, given))
        first = layer.arrays["weight"].shape[1] if bias else 0
        for end, start in np.ndindex(*array.shape):
            slope = float(given[end, start]) if trace.states else None
            yield Edge(first + start, end, float(array[end, start]), slope, bias)
