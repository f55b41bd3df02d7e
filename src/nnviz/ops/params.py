"""Parameter counts of a chain, layer by layer, with their derivation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from nnviz.errors import UsageError
from nnviz.fields import Cells, Fields, count
from nnviz.ops._chain import Chain, chain
from nnviz.ops._field import Field
from nnviz.ops._layer import Layer
from nnviz.options import kinds
from nnviz.options.operation import FEW_HAVE, Operation
from nnviz.options.option import argument, option
from nnviz.read.axes import doubts
from nnviz.request import EXERCISE, WALK
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
    field: tuple[int, ...] | None = option(
        "--field",
        kind=kinds.sizes(0),
        help="What the output cell R,C sees of the input, and what an input cell reaches.",
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
    field = Field(shape)
    for link in options.net.links:
        assert link.operation.layer is not None
        with link.blamed():
            layer: Layer = link.operation.layer(shape, link.options)
        layer = layer._replace(name=layer.name or link.operation.name)
        names.append(layer.name)
        field.pass_through(layer)
        rows.append(_row(link.text, shape, layer, field.sizes))
        if layer.mlp is not None and options.versus == "mlp":
            versus.append(_versus(link.text, layer, layer.mlp))
        notes += [Words("layer {n}: {note}", n=len(rows), note=note) for note in layer.notes]
        shape = layer.output
    total = {name: sum(row[name] for row in rows) for name in _TOTALS}
    fields = None if options.field is None else field.fields(options.field)
    return Trace(
        op="params",
        title=Words("Parameters"),
        arrays={},
        results=Results(rows=rows, total=total, versus=versus, **_field(fields)),
        options={
            "net": options.net.text,
            "input": list(options.input),
            "versus": options.versus,
            "field": options.field and list(options.field),
        },
        facts=(
            Fact(Words("input {shape}", shape=times(options.input))),
            Fact(Words("MACs are multiply–accumulates; biases are not counted in them")),
            *(map(Fact, fields.told) if fields else ()),
        ),
        notes=tuple(notes),
        layer_names=tuple(names),
        fields=fields,
    )


def _field(fields: Fields | None) -> dict[str, Any]:
    """The input cells that the output cell sees, the outputs that one of them reaches."""
    if fields is None:
        return {}
    sees, source = {"output": list(fields.asked), **_told(fields.sees[0])}, fields.source
    reached = source and {"input": list(source), **_told(fields.around(0, source)[-1])}
    return {"field": {"sees": sees, "reaches": reached}}


def _told(cells: Cells) -> dict[str, Any]:
    named = zip(("rows", "columns")[-len(cells) :], map(list, cells), strict=True)
    return {**dict(named), "cells": count(cells)}


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
    lacks=FEW_HAVE | {*EXERCISE, *WALK, "steps", "map", "range", "sample", "fps"},
)
