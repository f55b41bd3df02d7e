"""Mistakes in a network: those of one of its layers, the others as they are; a layer left out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial

import numpy as np

from nnviz.checking import mistakes
from nnviz.checking.case import Case, Mistake, Turned
from nnviz.ops import load
from nnviz.trace import Trace
from nnviz.words import Words


def _layers(case: Case) -> list[Case]:
    """Each layer as a case of its own, its weights those of the right network."""
    made = []
    for link, trace in zip(case.options.net.links, case.trace.layers, strict=True):
        options = link.operation.batched(link.options) if case.x.ndim == 4 else link.options
        settled = mistakes.load(link.operation.name).settled(trace, options)
        made.append(Case(link.operation, trace.arrays["input"], settled, trace, options))
    return made


def _through(layers: Sequence[Case], x: np.ndarray, runs: Sequence[Trace]) -> Sequence[Trace]:
    """The run of the last of some layers, where x reaches the first; `runs` if there is none."""
    for layer in layers:
        runs = [layer.run(x)]
        x = runs[0].output
    return runs


def _in_layers(rank: int) -> Callable[[Case], Iterator[Turned]]:
    """The mistakes of a rank, in one layer after the other."""

    def turn(case: Case) -> Iterator[Turned]:
        layers = _layers(case)
        for n, layer in enumerate(layers, 1):
            for mistake in mistakes.load(layer.operation.name).mistakes:
                for turned in mistake.turn(layer) if mistake.rank == rank else ():
                    said = Words("layer {n}: {mistake}", n=n, mistake=turned.said)
                    made = turned._replace(said=said, name=mistake.name)
                    if n < len(layers):
                        runs, within = partial(_after, turned, layers[n:]), (turned, layer.trace)
                        made = Turned(said, runs, name=mistake.name, within=within)
                    yield made

    return turn


def _after(turned: Turned, layers: Sequence[Case]) -> Sequence[Trace]:
    runs = turned.runs()
    return _through(layers, turned.join([run.output for run in runs]), runs)


def _left_out(case: Case) -> Iterator[Turned]:
    show, layers = load("show"), _layers(case)  # show hands every number on
    for n, layer in enumerate(layers, 1):
        shown = [show.run(layer.x, show.record())]
        yield Turned(
            Words("layer {n} left out", n=n), partial(_through, layers[n:], layer.x, shown)
        )


MISTAKES = (
    Mistake("layer-left-out", 1, _left_out),
    *(Mistake("layer", rank, _in_layers(rank)) for rank in range(1, 6)),
)
