"""A graph of ONNX → a network of our layers, each with the arrays of the model.

A value there has an axis of samples, and axes of one cell that ours have not; what only moves
such axes (Squeeze, Transpose, many a Reshape) is no layer, but another view of the same value.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from nnviz.errors import NnvizError, Place
from nnviz.ops._layer import Layer
from nnviz.ops._network import Network, Node, Shape
from nnviz.ops._onnx_layers import LAYERS
from nnviz.ops._onnx_values import SAMPLES, Asked, Made, Value, unlike
from nnviz.options.operation import Operation
from nnviz.read.onnx import Dims, Graph, GraphNode, read_onnx
from nnviz.read.text import listed
from nnviz.trace import Trace
from nnviz.words import Words

_RECURRENT = ("RNN", "LSTM", "GRU")
_FIRST_ALONE = ("Reshape", "Resize", "Upsample", "Squeeze", "Unsqueeze", "Dropout", *_RECURRENT)
"""Operators whose further inputs are sizes or states, which are read as constants."""


def onnx_network(path: str, *, arrays: bool) -> Network:
    """The network in a file of ONNX; its numbers are read where `arrays` are wanted."""
    return _Reading(read_onnx(path, arrays=arrays), path).network()


@dataclass
class _Reading:
    """What has been read of a graph: its values by name, the layers that make them."""

    graph: Graph
    path: str
    values: dict[str, Value] = field(default_factory=dict)
    nodes: list[Node] = field(default_factory=list)
    slides: list[bool] = field(default_factory=lambda: [False])
    uses: Counter[str] = field(default_factory=Counter)
    fused: dict[str, str] = field(default_factory=dict)
    """Values that are made by the layer before, and what they then are: a bias that is added."""

    def network(self) -> Network:
        needed = self._needed()
        self.uses = Counter(name for node in needed for name in node.inputs)
        self.uses.update(self.graph.outputs[:1])
        name, dims = self._input(needed)
        self.values[name], shape = _sample(dims, _samples_axis(name, needed))
        for node in needed:
            self._add(node)
        if not self.nodes:
            raise NnvizError("{name} is an ONNX model without layers", name=self.path)
        return Network(self.path, tuple(self.nodes), shape, fits=True)

    def _needed(self) -> list[GraphNode]:
        """The nodes that the first output is made of, in their order."""
        wanted, found = set(self.graph.outputs[:1]), []
        for node in reversed(self.graph.nodes):
            if wanted.intersection(node.outputs):
                found.append(node)
                wanted.update(node.inputs[:1] if node.op in _FIRST_ALONE else node.inputs)
        return found[::-1]

    def _input(self, needed: list[GraphNode]) -> tuple[str, Dims]:
        read = {name for node in needed for name in node.inputs}
        inputs = [(name, dims) for name, dims in self.graph.inputs.items() if name in read]
        if len(inputs) != 1:
            raise NnvizError(
                "{name} has inputs {names}, and a network here has one",
                name=self.path,
                names=listed([name for name, _ in inputs]) or "—",
            )
        return inputs[0]

    def _add(self, node: GraphNode) -> None:
        """Another layer; or another view of a value, where it computes nothing."""
        if (made_before := self.fused.get(node.outputs[0])) is not None:
            self.values[node.outputs[0]] = self.values[made_before]
            return
        given = [self.values[name] for name in node.inputs if name in self.values]
        asked = Asked(
            node,
            self.graph,
            given,
            any(self.slides[v.layer] for v in given),
            self._follows(node),
            self._made_by(given[0].layer) if given else None,
            tuple(self.uses[name] > 0 for name in node.outputs),
        )
        made = LAYERS[node.op](asked) if node.op in LAYERS and given else None
        if made is None:
            made = self._strange(node, asked)
        number = made.same
        if made.operation is not None:
            number = len(self.nodes) + 1
            sources = tuple(v.layer for v in given[: made.takes]) or (0,)
            text = f"{node.op} {node.name}".strip()
            self.nodes.append(
                Node(number, text, Place(self.path), made.operation, made.options, sources)
            )
            self.slides.append(asked.slides or made.operation.slides)
        for name in node.outputs:
            self.values[name] = Value(number, made.axes)
        if made.fuses is not None:
            self.fused[made.fuses] = node.outputs[0]
        if made.last is not None:
            self.nodes[-1] = self.nodes[-1]._replace(options=made.last)

    def _follows(self, node: GraphNode) -> GraphNode | None:
        """The only node that takes what this one makes."""
        name = node.outputs[0]
        takers = (other for other in self.graph.nodes if name in other.inputs)
        return next(takers, None) if self.uses[name] == 1 else None

    def _made_by(self, layer: int) -> Node | None:
        """A layer whose value, however it is seen, is taken once; the last there is."""
        seen = [name for name, value in self.values.items() if value.layer == layer]
        once = all(self.uses[name] == 1 for name in seen if self.uses[name])
        return self.nodes[-1] if once and 0 < layer == len(self.nodes) else None

    def _strange(self, node: GraphNode, asked: Asked) -> Made:
        """A layer that is not among ours: named, its shape where the model says it."""
        dims = self.graph.shapes.get(node.outputs[0], ())
        first = asked.given[0].axes if asked.given else ()
        batch = first.index(SAMPLES) if SAMPLES in first else None
        if batch is not None and batch < len(dims):
            dims = (*dims[:batch], *dims[batch + 1 :])
        known = bool(dims) and None not in dims
        axes = [*range(len(dims))]
        placed = (*axes[:batch], SAMPLES, *axes[batch:]) if batch is not None else (*axes,)
        operation = _unknown(node.op, dims if known else None, joins=len(asked.given) > 1)
        return Made(operation, None, placed, takes=len(asked.given))


def _samples_axis(name: str, needed: list[GraphNode]) -> int:
    """Where the samples stand in the input: first, but for a recurrent layer second."""
    late = (
        node.op in _RECURRENT and node.inputs[0] == name and not node.attributes.get("layout")
        for node in needed
    )
    return int(any(late))


def _sample(dims: Dims, batch: int) -> tuple[Value, Shape | None]:
    """The input as one sample has it, and its shape where all of it is known."""
    if len(dims) < 2:
        return Value(0, (*range(len(dims)),)), _known(dims)
    inside = [*range(len(dims) - 1)]
    axes = (*inside[:batch], SAMPLES, *inside[batch:])
    return Value(0, axes), _known((*dims[:batch], *dims[batch + 1 :]))


def _known(dims: Dims) -> Shape | None:
    return tuple(d for d in dims if d is not None) if dims and None not in dims else None


def _unknown(op: str, output: Any, *, joins: bool) -> Operation[Any]:
    """An operation that is not here: its output's shape is all that there is to count."""

    def run(*_: Any) -> Trace:
        raise unlike(op)

    def layer(*_: Any) -> Layer:
        if output is None:
            raise unlike(op)
        note = Words("{op} is not among the layers here, and not counted", op=op)
        return Layer(output, "", None, None, None, everywhere=None, notes=(note,), name=op)

    return Operation(op, "", "", type(None), run, layer=layer, joins=joins)
