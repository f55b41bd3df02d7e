"""A chain of operations, run one after the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nnviz.ops._chain import EXAMPLE, Chain, net
from nnviz.options.operation import Operation, Option, Values
from nnviz.shapes import times
from nnviz.trace import Fact, Results, Trace
from nnviz.words import Words

if TYPE_CHECKING:
    import numpy as np


def run(x: np.ndarray, values: Values) -> Trace:
    """Run x through the layers of the chain."""
    chain: Chain = values["net"]
    has_batch = x.ndim == 4
    layers: list[Trace] = []
    at = x
    for link in chain.links:
        options = link.operation.batched(link.values) if has_batch else link.values
        with link.blamed():
            if has_batch and at.ndim == 2:  # rows of samples: not a matrix, not a sequence
                link.operation.layer(at.shape[1:], options)  # type: ignore[misc]
            layers.append(link.operation.run(at, options))
        at = layers[-1].output
    shapes = " → ".join(times(a.shape) for a in (x, *(layer.output for layer in layers)))
    return Trace(
        op="net",
        title=Words("Network"),
        arrays={"input": x},
        results=Results(output=at),
        options={"net": chain.text},
        roles={"input": "input", "output": "output"},
        equation=("input", "→", "output"),
        facts=(
            Fact(Words("layers: {chain}", chain=" | ".join(k.text for k in chain.links))),
            Fact(Words("shapes: {shapes}", shapes=shapes)),
        ),
        notes=tuple(
            Words("layer {n}: {note}", n=n, note=note)
            for n, layer in enumerate(layers, 1)
            for note in layer.notes
        ),
        layers=tuple(layers),
        labels={"layers": tuple(link.text for link in chain.links)},
    )


OPERATION = Operation(
    name="net",
    rank=9,
    help="A chain of the other commands, run as one network.",
    example=f'net "{EXAMPLE}" samples/digit.png',
    run=run,
    options=(Option("net", (), net(), "The chain, as text or a file."),),
)
