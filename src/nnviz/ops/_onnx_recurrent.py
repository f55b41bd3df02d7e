"""The recurrent operators of ONNX as `rnn` here: its gates in our order, by PyTorch's names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from nnviz.libraries import np
from nnviz.ops._onnx_values import SAMPLES, UNIT, WAYS, Asked, Made

_GATES = {"RNN": [0], "LSTM": [0, 2, 3, 1], "GRU": [1, 0, 2]}
"""Where ours stand among ONNX's: of i o f c those of i f g o, of z r h those of r z n."""
_USUAL = {"RNN": ["Tanh"], "LSTM": ["Sigmoid", "Tanh", "Tanh"], "GRU": ["Sigmoid", "Tanh"]}


def recurrent(asked: Asked) -> Made | None:
    op, x = asked.node.op, asked.x
    arrays = [asked.array(at) for at in (1, 2, 3)]
    ways = 2 if asked.get("direction") == "bidirectional" else 1
    named = [name.capitalize() for name in asked.get("activations") or _USUAL[op] * ways]
    relu = named == ["Relu"] * ways and op == "RNN"
    states = {name: asked.array(at) for name, at in (("h0", 5), ("c0", 6)) if not asked.zero(at)}
    first = bool(asked.get("layout"))
    inside = tuple(axis for axis in x.axes if axis not in (SAMPLES, UNIT))
    if arrays[0] is None or arrays[1] is None or any(map(asked.varies, (3, 4, 7))):
        return None
    if any(state is None or state.shape[1] != 1 for state in states.values()):
        return None
    if asked.get("direction") == "reverse" or asked.array(4) is not None or asked.get("clip"):
        return None
    if inside != (0, 1) or len(x.axes) != 3 or isinstance(x.axes[1 - first], int):
        return None
    if not (relu or named == _USUAL[op] * ways) or asked.get("input_forget"):
        return None
    y, *ends = asked.used
    if asked.used[2:] == (True,) or (ends[:1] == [True] and (y or ways == 2)):
        return None  # the last cell state, or both all states and the last
    options: dict[str, Any] = {
        "cell": op.lower(),
        "weights": dict(_weights(op, arrays)),
        "activation": "relu" if relu else "tanh",
        "mode": "many-to-many" if y else "many-to-one",
    }
    options |= {name: state[:, 0] for name, state in states.items() if state is not None}
    if op == "GRU":
        options["linear_before_reset"] = bool(asked.get("linear_before_reset", 0))
    batch, way = x.axes[1 - first], WAYS if ways == 2 else UNIT
    if y:
        return asked.layer("rnn", (batch, 0, way, 1) if first else (0, way, batch, 1), **options)
    return asked.layer("rnn", (batch, way, 0) if first else (way, batch, 0), **options)


def _weights(op: str, arrays: list[Any]) -> Iterator[tuple[str, np.ndarray]]:
    """By PyTorch's names, the gates in our order."""
    kernel, recurrent, bias = arrays
    for way in range(len(kernel)):
        end = "_l0" + "_reverse" * way
        yield "weight_ih" + end, _ordered(kernel[way], op)
        yield "weight_hh" + end, _ordered(recurrent[way], op)
        if bias is not None:
            both = np.split(bias[way], 2)
            yield "bias_ih" + end, _ordered(both[0], op)
            yield "bias_hh" + end, _ordered(both[1], op)


def _ordered(rows: np.ndarray, op: str) -> np.ndarray:
    gates = rows.reshape(len(_GATES[op]), -1, *rows.shape[1:])
    return gates[_GATES[op]].reshape(rows.shape)


def last_time(asked: Asked) -> Made | None:
    """Of all that a recurrent layer makes, the last: what it makes many-to-one."""
    at, axes, made_by = asked.array(1), asked.x.axes, asked.made_by
    axis = asked.get("axis", 0) % len(axes)
    if at is not None and not at.ndim and axes[axis] == UNIT and at.item() in (0, -1):
        return asked.view((*axes[:axis], *axes[axis + 1 :]))
    if made_by is None or made_by.operation.name != "rnn" or at is None or at.ndim:
        return None
    if axes[axis] != 0 or at.item() not in (-1, (asked.sizes(asked.node.inputs[0])[axis] or 0) - 1):
        return None
    left = tuple(a - 1 if isinstance(a, int) else a for a in (*axes[:axis], *axes[axis + 1 :]))
    options = replace(made_by.options, mode="many-to-one")
    return Made(None, None, left, same=asked.x.layer, last=options)
