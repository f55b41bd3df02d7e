"""Parameter counts of a chain, layer by layer, with their derivation."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from fractions import Fraction
from math import prod
from typing import Any, Literal

from nnviz.errors import NnvizError, UsageError
from nnviz.fields import Cells, Fields, count
from nnviz.numerals import AtLeast, added, size, thousands
from nnviz.ops._chain import NET, chain, known_nets
from nnviz.ops._field import Field
from nnviz.ops._layer import Layer
from nnviz.ops._models import tensors_trace
from nnviz.ops._network import Network, Node, Shape, stopped
from nnviz.options import kinds
from nnviz.options.operation import FEW_HAVE, Operation
from nnviz.options.option import argument, option
from nnviz.read.axes import doubts
from nnviz.records import dataclass, replace
from nnviz.request import EXERCISE, WALK
from nnviz.shapes import times
from nnviz.trace import Fact, Listing, Results, Trace
from nnviz.words import Words

_TOTALS = ("weights", "biases", "kept", "params", "macs", "flops", "memory")
_ITEM = 4
"""Bytes of a number in float32."""
_LIKE = {
    name: Words("counted as in {framework}", framework=framework)
    for name, framework in (("torch", "PyTorch"), ("tf", "Keras"))
}
_VERSUS = Words("the same maps by a multilayer perceptron, without biases")
_BESIDE = (
    Words("layer"),
    Words("weights, shared"),
    Words("as a dense layer"),
    Words("weights"),
)
_PICTURE = 8
"""Cells a side from which an input is taken for a picture."""


def _listed() -> str:
    """The known networks: name, parameters, input, and what the first line of the file says."""
    cells = []
    for name in known_nets():
        net = chain().accept(name, name)
        total = run(None, ParamsOptions(net=net)).results["total"]["params"]
        about = net.text.splitlines()[0].strip("# ")
        cells.append((name, thousands(total), times(net.input or ()), about))
    wide = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return "\n".join(
        f"{name:{wide[0]}}  {total:>{wide[1]}}  {shape:{wide[2]}}  {about}"
        for name, total, shape, about in cells
    )


@dataclass(frozen=True, kw_only=True)
class ParamsOptions:
    """Which network, and what goes into it."""

    net: Network = argument(kind=chain(), help=NET)
    input: tuple[int, ...] | None = option(
        "--input",
        kind=kinds.sizes(1),
        help="The input's shape: CxHxW, TxD or D (default: the network's own).",
    )
    list_nets: bool = option(
        "--list-nets",
        help="Print the known networks, with their parameters and inputs, and stop.",
        prints=_listed,
    )
    versus: Literal["mlp"] | None = option(
        "--versus",
        kind=kinds.choice("mlp"),
        help="Set each conv beside the dense layer that makes the same map.",
    )
    like: Literal["torch", "tf"] | None = option(
        "--like",
        kind=kinds.choice("torch", "tf", keras="tf"),
        help="Count as PyTorch or TensorFlow (Keras) does.",
    )
    field: tuple[int, ...] | None = option(
        "--field",
        kind=kinds.sizes(0),
        help="What the output cell R,C sees of the input, and what an input cell reaches.",
    )


def run(_: object, options: ParamsOptions) -> Trace:
    """Count the network over an input of the shape that --input gives."""
    if options.net.tensors:
        return tensors_trace(options.net, options.net.tensors)
    shape = options.input or options.net.input
    if shape is None:
        raise UsageError(
            "params needs --input: CxHxW, TxD or D", hint="for example --input 1x28x28"
        )
    shape = options.net.fitted(shape)
    counts = _Counts(options, shape, Field(shape), notes=_doubts(shape))
    try:
        options.net.through(shape, counts.count)
    except NnvizError as error:
        if counts.rows:
            said = (stopped(len(counts.rows)),)
            error.partial = replace(counts.trace(None), said=said)
        raise
    return counts.trace(options.field)


@dataclasses.dataclass
class _Counts:
    """The layers counted so far."""

    options: ParamsOptions
    shape: Shape
    field: Field
    notes: list[Words]
    rows: list[dict[str, Any]] = dataclasses.field(default_factory=list)
    versus: list[dict[str, Any]] = dataclasses.field(default_factory=list)
    names: list[Words | str] = dataclasses.field(default_factory=list)

    def count(self, node: Node, shape: Any) -> Shape:
        """Count a layer over an input of a shape; the shape of what it makes."""
        layer = node.counted(shape)
        self.names.append(node.titled(layer.name))
        self.field.pass_through(layer, node.sources)
        layer = layer.like.get(self.options.like or "", layer)
        self.rows.append(_row(node, shape, layer) | _seen(self.field))
        if layer.mlp is not None and self.options.versus == "mlp":
            self.versus.append(_versus(node.text, layer, layer.mlp))
        self.notes += [Words("layer {n}: {note}", n=node.number, note=n) for n in layer.notes]
        return layer.output

    def trace(self, asked: Shape | None) -> Trace:
        """The counts, and the fields of the output cell that is asked for."""
        rows, net, options = self.rows, self.options.net, self.options
        names = [name for name in _TOTALS if any(name in row for row in rows)]
        total: dict[str, Any] = {n: added(row.get(n, 0) for row in rows) for n in names}
        if partly := [name for name in names if isinstance(total[name], AtLeast)]:
            total["at_least"] = partly
        fields = None if asked is None else self.field.fields(asked)
        return Trace(
            op="params",
            title=Words("Parameters"),
            arrays={},
            results=Results(rows=rows, total=total, versus=self.versus, **_field(fields)),
            options={
                "net": net.text,
                "input": list(self.shape),
                "versus": options.versus,
                "like": options.like,
                "field": options.field and list(options.field),
            },
            facts=(
                Fact(Words("input {shape}", shape=times(self.shape))),
                Fact(
                    Words(
                        "{macs} multiply–accumulates (MACs) are {flops} FLOPs; biases in neither",
                        macs=thousands(total["macs"]),
                        flops=thousands(total["flops"]),
                    )
                ),
                Fact(
                    Words(
                        "memory: what the layers make, in float32, {size}",
                        size=size(total["memory"]),
                    )
                ),
                *([Fact(_LIKE[options.like])] if options.like else []),
                *([Fact(_kept(total["kept"]))] if total.get("kept") else []),
                *([Fact(Words("?: not known, and left out of totals with ≥"))] if partly else []),
                *(map(Fact, fields.told) if fields else ()),
            ),
            notes=tuple(self.notes),
            layer_names=tuple(self.names),
            listings=self._listings(),
            fields=fields,
            sources=tuple(node.sources for node in net.nodes[: len(rows)]),
        )

    def _listings(self) -> tuple[Listing, ...]:
        """Each convolution beside the dense layer that would make the same map."""
        texts = [row["layer"] for row in self.rows]
        rows = [
            (
                self.names[texts.index(row["layer"])],
                row["conv"]["weights"],
                row["dense"]["formula"],
                row["dense"]["weights"],
            )
            for row in self.versus
        ]
        return (Listing(_VERSUS, _BESIDE, rows),) if rows else ()


def _kept(n: int) -> Words:
    return Words("{n} of the parameters are means and variances, not learned", n=thousands(n))


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


def _row(node: Node, shape: Any, layer: Layer) -> dict[str, Any]:
    """What is known of a layer; of one where branches meet also which they are."""
    joins = node.operation.joins
    return {
        "layer": node.text,
        "input": [*map(list, shape)] if joins else list(shape),
        **({"from": list(node.sources)} if node.sources != (node.number - 1,) else {}),
        "output": list(layer.output),
        "formula": layer.formula,
        "weights": layer.weights,
        "biases": layer.biases,
        **({"kept": layer.kept} if layer.kept else {}),
        "params": layer.params,
        "macs": layer.macs,
        "flops": None if layer.macs is None else 2 * layer.macs,
        "memory": prod(layer.output) * _ITEM,
    }


def _seen(field: Field) -> dict[str, Any]:
    """The receptive field, how far it goes from cell to cell, and the middle of the first."""
    sizes, jump, centre = field.sizes, field.jump, field.centre
    return {
        "receptive_field": sizes,
        "jump": jump and sizes and [*map(_number, jump)],
        "centre": centre and [*map(_number, centre)],
    }


def _number(n: Fraction | float) -> int | float:
    return int(n) if n == int(n) else float(n)


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
        "params lenet5 --json",
    ),
    record=ParamsOptions,
    run=run,
    takes_input=False,
    lacks=FEW_HAVE | {*EXERCISE, *WALK, "steps", "explain", "map", "range", "sample", "fps"},
)
