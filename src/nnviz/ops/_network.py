"""A network: layers in an order in which each comes after those whose outputs it takes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import reduce
from types import MappingProxyType
from typing import Any, TypeVar

from nnviz.errors import NnvizError, Place
from nnviz.libraries import np
from nnviz.ops._layer import Layer
from nnviz.options.operation import Operation
from nnviz.read.safetensors import Tensor
from nnviz.records import NamedTuple, replace
from nnviz.shapes import times
from nnviz.trace import Trace
from nnviz.words import Words

T = TypeVar("T")
Shape = tuple[int, ...]


class Node(NamedTuple):
    """One layer: an operation with its options, where it was written, what it takes."""

    number: int
    """From 1, as the rows of `params`: repeats and branches one after the other."""
    text: str
    place: Place
    operation: Operation[Any]
    options: Any
    """The record that the operation declares."""
    sources: tuple[int, ...]
    """The numbers of the layers whose outputs it takes, 0 for the network's input; two and more
    where branches meet."""
    name: str = ""
    """As it was named; where it is repeated, with the number of the turn: c1.2."""
    aliases: Mapping[str, str] = MappingProxyType({})
    """Names that its arrays were given by, with their own."""

    @property
    def key(self) -> str:
        """What its weights are called by: its name, or its number."""
        return self.name or str(self.number)

    def titled(self, name: Words | str) -> Words | str:
        """What it is called as a layer, after its own name where it has one."""
        return Words("{name}: {layer}", name=self.name, layer=name) if self.name else name

    @property
    def said(self) -> Iterator[Words]:
        """Its own name, and which layers it takes where that is not the one before it alone."""
        if self.name:
            yield Words("called {name}", name=self.name)
        if self.sources != (self.number - 1,):
            each: list[Any] = [source or Words("input") for source in self.sources]
            joined = reduce(lambda name, more: Words("{name}, {more}", name=name, more=more), each)
            yield Words("takes {layers}", layers=joined)

    def fed(self, made: Sequence[T]) -> Any:
        """What goes into it, of what every layer so far made: one thing, or a tuple of several."""
        taken = tuple(made[source] for source in self.sources)
        return taken if self.operation.joins else taken[0]

    def counted(self, shape: Any) -> Layer:
        """Its shapes and counts over an input of this shape, or over those of its branches."""
        assert self.operation.layer is not None
        with self._blamed(shape if self.operation.joins else (shape,)):
            layer: Layer = self.operation.layer(shape, self.options)
        return layer if layer.name else layer._replace(name=self.operation.name)

    def filled(self, arrays: Mapping[str, Any]) -> Node:
        """The layer with other arrays."""
        own = {name: self.operation.own_name(name) for name in arrays}
        options = self.operation.filled(self.options, arrays)
        return self._replace(options=options, aliases={n: o for n, o in own.items() if n != o})

    def perform(self, x: Any, *, is_batch: bool = False) -> Trace:
        """It run on an array, or on those of its branches."""
        several = x if self.operation.joins else (x,)
        with self._blamed([each.shape for each in several]):
            if is_batch and several[0].ndim == 2:
                # Rows of samples: not a matrix, not a sequence.
                shapes = tuple(each.shape[1:] for each in several)
                shape: Any = shapes if self.operation.joins else shapes[0]
                self.operation.layer(shape, self.options)  # type: ignore[misc]
            made = self.operation.perform(x, self.options)
            return replace(made, aliases={**self.aliases, **made.aliases})

    @contextmanager
    def _blamed(self, shapes: Sequence[Shape]) -> Iterator[None]:
        """Errors inside say which layer they come from, and what it got from which."""
        try:
            with blamed(self.number, self.text, self.place):
                yield
        except NnvizError as error:
            for source, shape in zip(self.sources, shapes, strict=True):
                said = Words("layer {n} gives it {shape}", n=source, shape=times(shape))
                if not source:
                    said = Words("the input gives it {shape}", shape=times(shape))
                error.context.append(said)
            raise


class Network(NamedTuple):
    """The layers of a network, in order."""

    text: str
    nodes: tuple[Node, ...]
    input: Shape | None = None
    """The shape that it is made for, where its text says one."""
    tensors: tuple[Tensor, ...] = ()
    """What a file of weights holds, which has no layers."""
    fits: bool = False
    """Whether its input may come with axes of one cell more, or less: as a model's samples do."""
    beside: str = ""
    """The file of weights beside that of the chain, where there is one."""

    def through(self, first: T, make: Callable[[Node, Any], T]) -> list[T]:
        """What goes in, and what `make` gives for each layer and what goes into that."""
        made = [first]
        for node in self.nodes:
            made.append(make(node, node.fed(made)))
        return made

    def fitted(self, shape: Shape) -> Shape:
        """An input's shape as it is made for, where that has but axes of one cell more or less."""
        wanted = self.input or ()
        same = [n for n in wanted if n != 1] == [n for n in shape if n != 1]
        return wanted if self.fits and same else shape

    def takes_batch(self, rank: int) -> bool:
        """Whether an input of so many axes is a batch of samples."""
        return rank == 4 and len(self.input or ()) < 4

    def counted(self, shape: Shape) -> list[Layer]:
        """Its layers over an input of this shape, as far as they fit together."""
        layers: list[Layer] = []

        def count(node: Node, shape: Any) -> Any:
            layers.append(node.counted(shape))
            return layers[-1].output

        with suppress(NnvizError):
            self.through(shape, count)
        return layers

    def of_samples(self) -> Network:
        """The same for an input with a batch axis."""
        return self._replace(
            nodes=tuple(
                node._replace(options=node.operation.batched(node.options)) for node in self.nodes
            )
        )

    def rerun(self, made: Sequence[np.ndarray], changed: int, output: np.ndarray) -> list[Trace]:
        """The layers that a layer's output reaches, run again with another one in its place.

        `made` holds the input and the output of every layer; the last of the traces is that of
        the last layer, if it is reached.
        """
        now, runs, reached = list(made), [], {changed}
        now[changed] = output
        for node in self.nodes:
            if reached.isdisjoint(node.sources) or node.number in reached:
                continue
            runs.append(node.perform(node.fed(now)))
            now[node.number] = runs[-1].output
            reached.add(node.number)
        return runs


@contextmanager
def blamed(number: int, text: str, place: Place) -> Iterator[None]:
    """Errors inside name a layer and point at it."""
    try:
        yield
    except NnvizError as error:
        if error.place is None:
            error.place = place
        error.context.append(Words("in layer {n} of the chain: {text}", n=number, text=text))
        raise


def stopped(done: int) -> Words:
    """That a network is drawn as far as it goes."""
    return Words("stopped after layer {n}", n=done)
