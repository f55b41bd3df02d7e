"""Parameter counts of a chain, layer by layer, with their derivation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from nnviz.errors import UsageError
from nnviz.ops._chain import Chain, chain
from nnviz.ops._field import Field
from nnviz.ops._layer import Layer
from nnviz.options import kinds
from nnviz.options.operation import FEW_HAVE, Operation
from nnviz.options.option import argument, option
from nnviz.read.axes import doubts
from nnviz.shapes import times
from nnviz.trace import Fact, Results, Trace
from nnviz.words import Words

_TOTALS = ("weights", "biases", "params", "macs")
_PICTURE = 8
"""Cells a side from which an input is taken for a picture."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ParamsOptions:
    """Which network, and what goes into it."""

    net: Chain = argument(kind=chain(), help="The chain, as text or a file.")
    input: tuple[int, ...] | None = option(
        "--input", kind=kinds.sizes(1), help="The input's shape: CxHxW, TxD or D."
    )
    versus: Literal["mlp"] | None = option(
        "--versus",
        kind=kinds.choice("mlp"),
        help="Set each conv beside the dense layer that makes the same map.",
    )


def run(_: object, options: ParamsOptions) -> Trace:
    """Count the chain over an input of the shape that --input gives."""
    if options.input is None:
        raise UsageError(
            "params needs --input: CxHxW, TxD or D", hint="for example --input 1x28x28"
        )
    shape = options.input
    rows: list[dict[str, Any]] = []
    versus: list[dict[str, Any]] = []
    notes = _doubts(shape)
    names: list[Words | str] = []
    field = Field(len(shape))
    for link in options.net.links:
        assert link.operation.layer is not None
        with link.blamed():
            layer: Layer = link.operation.layer(shape, link.options)
        field.pass_through(layer)
        names.append(layer.name or link.operation.name)
        rows.append(_row(link.text, shape, layer, field.sizes))
        if layer.mlp is not None and options.versus == "mlp":
            versus.append(_versus(link.text, layer, layer.mlp))
        notes += [Words("layer {n}: {note}", n=len(rows), note=note) for note in layer.notes]
        shape = layer.output
    total = {name: sum(row[name] for row in rows) for name in _TOTALS}
    return Trace(
        op="params",
        title=Words("Parameters"),
        arrays={},
        results=Results(rows=rows, total=total, versus=versus),
        options={"net": options.net.text, "input": list(options.input), "versus": options.versus},
        facts=(
            Fact(Words("input {shape}", shape=times(options.input))),
            Fact(Words("MACs are multiply–accumulates; biases are not counted in them")),
        ),
        notes=tuple(notes),
        layer_names=tuple(names),
    )


def _doubts(shape: tuple[int, ...]) -> list[Words]:
    """A note where the input is as large as a picture, and looks as if its channels came last."""
    if min(shape[:2]) < _PICTURE:
        return []
    return doubts(shape, "--input", f"--input {'x'.join(map(str, shape[2:] + shape[:2]))}")


def _row(
    text: str, shape: tuple[int, ...], layer: Layer, field: list[int] | None
) -> dict[str, Any]:
    return {
        "layer": text,
        "input": list(shape),
        "output": list(layer.output),
        "formula": layer.formula,
        "weights": layer.weights,
        "biases": layer.biases,
        "params": layer.weights + layer.biases,
        "macs": layer.macs,
        "receptive_field": field,
    }


def _versus(text: str, layer: Layer, mlp: Sequence[int]) -> dict[str, Any]:
    """A convolution's weights beside those of the dense layer that makes the same map."""
    inputs, outputs = mlp
    return {
        "layer": text,
        "conv": {"weights": layer.weights},
        "dense": {"weights": inputs * outputs, "formula": f"{inputs} × {outputs}"},
    }


OPERATION = Operation(
    name="params",
    rank=4,
    help="Parameter counts of a network with their derivation, layer by layer.",
    example='params "conv --filters 6 --size 5 --pad 2 | act relu | pool -k 2" --input 1x28x28',
    more=(
        'params "conv --filters 8 --size 3" --input 3x32x32 --versus mlp',
        'params "rnn --hidden 16" --input 10x8 --json',
    ),
    record=ParamsOptions,
    run=run,
    takes_input=False,
    lacks=FEW_HAVE | {"steps", "map", "range", "sample", "fps"},
)
