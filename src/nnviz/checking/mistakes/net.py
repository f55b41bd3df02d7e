"""Mistakes in a network: those of one of its layers, the others as they are; a layer left out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import numpy as np

from nnviz.checking import mistakes
from nnviz.checking.case import Case, Mistake, Turned
from nnviz.ops import load
from nnviz.options.operation import Operation
from nnviz.trace import Trace
from nnviz.words import Words


class _Layers:
    """The layers of the right network, each with a case of its own but where branches meet."""

    def __init__(self, case: Case) -> None:
        traces = case.trace.layers
        net = case.options.net
        self._net = net.of_samples() if case.x.ndim == 4 else net
        self._made = [case.x, *(trace.output for trace in traces)]
        self.count = len(traces)
        self.cases: dict[int, Case] = {}
        self.joins: dict[int, Case] = {}
        for node, trace in zip(self._net.nodes, traces, strict=True):
            if node.operation.joins:
                x = node.fed(self._made)
                self.joins[node.number] = Case(node.operation, x, node.options, trace)
            else:
                settled = mistakes.load(node.operation.name).settled(trace, node.options)
                x = trace.arrays["input"]
                self.cases[node.number] = Case(node.operation, x, settled, trace, node.options)

    def joined(self, number: int, branches: tuple[np.ndarray, ...]) -> Sequence[Trace]:
        """What comes of other branches where some meet; the last of the layers."""
        run = self.joins[number].run(branches)
        return [run] if number == self.count else self.after(number, run.output)

    def after(self, number: int, output: np.ndarray) -> Sequence[Trace]:
        """The layers that come after one, where that gives another output."""
        runs: Sequence[Trace] = self._net.rerun(self._made, number, output)
        return runs[-1:]


def _in_layers(rank: int) -> Callable[[Case], Iterator[Turned]]:
    """The mistakes of a rank, in one layer after the other."""

    def turn(case: Case) -> Iterator[Turned]:
        layers = _Layers(case)
        for n, layer in layers.cases.items():
            for mistake in mistakes.load(layer.operation.name).mistakes:
                for turned in mistake.turn(layer) if mistake.rank == rank else ():
                    said = Words("layer {n}: {mistake}", n=n, mistake=turned.said)
                    made = turned._replace(said=said, name=mistake.name)
                    if n < layers.count:
                        runs, within = partial(_after, turned, layers, n), (turned, layer.trace)
                        made = Turned(said, runs, name=mistake.name, within=within)
                    yield made

    return turn


def _after(turned: Turned, layers: _Layers, number: int) -> Sequence[Trace]:
    return layers.after(number, turned.join([run.output for run in turned.runs()]))


def _left_out(case: Case) -> Iterator[Turned]:
    show, layers = load("show"), _Layers(case)  # show hands every number on
    for n, layer in layers.cases.items():
        runs = partial(layers.after, n, layer.x)
        if n == layers.count:
            runs = partial(_shown, show, layer.x)
        yield Turned(Words("layer {n} left out", n=n), runs)


def _branches(case: Case) -> Iterator[Turned]:
    """What comes out where a branch is left out, or where they are joined in another order."""
    layers = _Layers(case)
    for n, join in layers.joins.items():
        for k in range(len(join.x)):
            said = Words("layer {n}: branch {k} left out", n=n, k=k + 1)
            kept = join.x[:k] + join.x[k + 1 :]
            yield Turned(said, partial(layers.joined, n, kept), name="branch-left-out")
        turned = tuple(reversed(join.x))
        said = Words("layer {n}: its branches in another order", n=n)
        yield Turned(said, partial(layers.joined, n, turned), name="branches-in-another-order")


def _shown(show: Operation[Any], x: np.ndarray) -> Sequence[Trace]:
    return [show.run(x, show.record())]


MISTAKES = (
    Mistake("layer-left-out", 1, _left_out),
    Mistake("branch-left-out", 1, _branches),
    *(Mistake("layer", rank, _in_layers(rank)) for rank in range(1, 6)),
)
