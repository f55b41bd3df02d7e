"""A chain of operations, run one after the other."""

from __future__ import annotations

from dataclasses import dataclass

from nnviz import memory
from nnviz.libraries import np
from nnviz.ops._chain import EXAMPLE, Chain, chain
from nnviz.options.operation import Needs, Operation
from nnviz.options.option import argument
from nnviz.shapes import times
from nnviz.trace import Fact, Results, Trace
from nnviz.words import Words


@dataclass(frozen=True, slots=True, kw_only=True)
class NetOptions:
    """Which network."""

    net: Chain = argument(kind=chain(), help="The chain, as text or a file.")


def run(x: np.ndarray, options: NetOptions) -> Trace:
    """Run x through the layers of the chain."""
    has_batch = x.ndim == 4
    _check_memory(x, options.net)
    layers: list[Trace] = []
    at = x
    for link in options.net.links:
        given = link.operation.batched(link.options) if has_batch else link.options
        with link.blamed():
            if has_batch and at.ndim == 2:  # rows of samples: not a matrix, not a sequence
                link.operation.layer(at.shape[1:], given)  # type: ignore[misc]
            layers.append(link.operation.perform(at, given))
        at = layers[-1].output
    shapes = " → ".join(times(a.shape) for a in (x, *(layer.output for layer in layers)))
    return Trace(
        op="net",
        title=Words("Network"),
        arrays={"input": x},
        results=Results(output=at),
        options={"net": options.net.text},
        roles={"input": "input", "output": "output"},
        equation=("input", "→", "output"),
        facts=(
            Fact(Words("layers: {chain}", chain=" | ".join(k.text for k in options.net.links))),
            Fact(Words("shapes: {shapes}", shapes=shapes)),
        ),
        notes=tuple(
            Words("layer {n}: {note}", n=n, note=note)
            for n, layer in enumerate(layers, 1)
            for note in layer.notes
        ),
        layers=tuple(layers),
        samples=len(x) if x.ndim == 4 else 1,
        layer_names=tuple(layer.short or layer.op.replace("_", " ") for layer in layers),
    )


def _check_memory(x: np.ndarray, net: Chain) -> None:
    """Raise NnvizError where all that the layers make, which is kept, does not fit."""
    shape, made = x.shape, [Needs(x.nbytes, x.size, x.shape)]
    for link in net.links:
        options = link.operation.batched(link.options) if x.ndim == 4 else link.options
        needs = link.operation.needs(shape, x.itemsize, options)
        if needs is None:
            return  # it is refused where it is run
        made.append(needs)
        shape = needs.output
    memory.check(sum(n.bytes for n in made), sum(n.cells for n in made), Words("the network"))


OPERATION = Operation(
    name="net",
    rank=9,
    help="A chain of the other commands, run as one network.",
    example=f'net "{EXAMPLE}" samples/digit.png',
    more=(
        'net "flatten | linear --units 2" "1 2; 3 4"',
        'net "conv --filters 2 | relu" "1 2 3; 4 5 6; 7 8 9" --json',
    ),
    record=NetOptions,
    run=run,
)
