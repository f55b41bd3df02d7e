"""What is asked of an operator of ONNX, and what it is here: values, and their axes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from nnviz import ops
from nnviz.errors import NnvizError
from nnviz.libraries import np
from nnviz.ops._network import Node
from nnviz.options.operation import Operation
from nnviz.read.onnx import Dims, Graph, GraphNode
from nnviz.records import NamedTuple

SAMPLES, UNIT, WAYS = "samples", "one", "ways"
"""Axes that a value here has not: of samples, of one cell, of the directions of a recurrent net
(which stand one after the other in the axis of its units)."""
Axes = tuple[int | str, ...]
"""Of each axis in the model: which it is of ours, or why it is none."""


class Value(NamedTuple):
    """A value of the graph: the layer that makes it, and its axes."""

    layer: int
    axes: Axes

    @property
    def rank(self) -> int:
        """How many axes it has here."""
        return sum(isinstance(axis, int) for axis in self.axes)


class Made(NamedTuple):
    """What an operator is: a layer with its options, or none, and the axes of its value."""

    operation: Operation[Any] | None
    options: Any
    axes: Axes
    takes: int = 1
    """How many of the values it is given it takes."""
    same: int = 0
    """The layer whose value it shows, where it is none itself."""
    fuses: str | None = None
    """The value of the next operator, which it makes too."""
    last: Any = None
    """Other options for the layer before."""


@dataclass
class Asked:
    """An operator with what goes into it."""

    node: GraphNode
    graph: Graph
    given: list[Value]
    slides: bool
    follows: GraphNode | None
    """The only operator that takes what it makes."""
    made_by: Node | None
    """The layer that its value is of, where nothing else takes that."""
    used: tuple[bool, ...]
    """Which of its outputs are taken."""

    @property
    def x(self) -> Value:
        return self.given[0]

    @property
    def dims(self) -> int:
        """Axes of space, where channels stand first."""
        return len(self.x.axes) - 2

    @property
    def is_map(self) -> bool:
        """Whether it goes over samples, channels, and axes of space."""
        axes = self.x.axes
        channel = axes[1:2] == (UNIT,)
        inside = [*axes[1 + channel :]]
        return 1 <= self.dims <= 3 and axes[0] == SAMPLES and inside == [*range(len(inside))]

    def get(self, name: str, default: Any = None) -> Any:
        return self.node.attributes.get(name, default)

    def array(self, at: int) -> np.ndarray | None:
        """A further input that is constant."""
        name = self.node.inputs[at] if at < len(self.node.inputs) else ""
        return self.graph.arrays.get(name)

    def varies(self, at: int) -> bool:
        """Whether there is an input that is none."""
        there = at < len(self.node.inputs) and bool(self.node.inputs[at])
        return there and self.array(at) is None

    def zero(self, at: int) -> bool:
        """Whether an input is left out, or all zeros, of whatever size they may be."""
        name = self.node.inputs[at] if at < len(self.node.inputs) else ""
        return not name or _zero(self.graph, name)

    def sizes(self, name: str) -> Dims:
        return self.graph.shapes.get(name, ())

    def layer(self, op: str, axes: Axes | None = None, **options: Any) -> Made:
        operation = ops.load(op)
        return Made(operation, operation.record(**options), self.x.axes if axes is None else axes)

    def view(self, axes: Axes) -> Made | None:
        """The same value with its axes elsewhere; None where ours would have to move."""
        inside = [axis for axis in axes if isinstance(axis, int)]
        if inside != [*range(len(inside))]:
            return None
        return Made(None, None, axes, same=self.x.layer)


_MOVES = ("Expand", "Slice", "Unsqueeze", "Squeeze", "Reshape", "Identity", "Transpose", "Tile")
"""Operators that make no other numbers than those of their first input."""


def _zero(graph: Graph, name: str) -> bool:
    """Whether a value is zeros, as the states are that a framework writes into its models."""
    if (array := graph.arrays.get(name)) is not None:
        return not array.any()
    node = next((node for node in graph.nodes if name in node.outputs), None)
    if node is not None and node.op == "ConstantOfShape":
        return not any(node.attributes.get("value", ()))
    return node is not None and node.op in _MOVES and _zero(graph, node.inputs[0])


def unlike(op: str) -> NnvizError:
    """That a network cannot be followed past an operator."""
    return NnvizError("{op} is not among the layers here", op=op)
