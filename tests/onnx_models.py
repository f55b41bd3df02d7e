"""Small models of ONNX, written by hand, and what ONNX's reference makes of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator

RNG = np.random.default_rng(5)
Nodes = Sequence[Any]


def node(op: str, inputs: str, outputs: str, **options: Any) -> Any:
    return helper.make_node(
        op, [*inputs.replace("_", "").split(" ")], outputs.split(), name=f"the_{op}", **options
    )


def save(
    path: Path, nodes: Nodes, shape: Sequence[Any], arrays: dict[str, Any], opset: int = 21
) -> Path:
    """A model of float64 from x to y in a file."""
    numbers = {name: np.asarray(array) for name, array in arrays.items()}
    held = [numpy_helper.from_array(array, name) for name, array in numbers.items()]
    kind = TensorProto.INT64 if nodes[0].op_type == "Gather" else TensorProto.DOUBLE
    x = helper.make_tensor_value_info("x", kind, shape)
    y = helper.make_tensor_value_info("y", TensorProto.DOUBLE, None)
    graph = helper.make_graph(list(nodes), "g", [x], [y], held)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)])
    onnx.save(model, str(path))
    return path


def draw(*shape: int) -> np.ndarray:
    return RNG.normal(size=shape)


def reference(path: Path, x: np.ndarray) -> np.ndarray:
    made: Any = ReferenceEvaluator(str(path)).run(None, {"x": x})
    return np.asarray(made[0])


def gates(count: int, inputs: int, hidden: int, ways: int = 1) -> dict[str, np.ndarray]:
    return {
        "W": draw(ways, count * hidden, inputs),
        "R": draw(ways, count * hidden, hidden),
        "B": draw(ways, 2 * count * hidden),
    }


LENET: tuple[Any, ...] = (
    [
        node("Conv", "x w1 b1", "a", pads=[2, 2, 2, 2]),
        node("Tanh", "a", "b"),
        node("AveragePool", "b", "c", kernel_shape=[2, 2], strides=[2, 2]),
        node("Conv", "c w2", "d", strides=[1, 1]),
        node("Relu", "d", "e"),
        node("MaxPool", "e", "f", kernel_shape=[2, 2], strides=[2, 2], ceil_mode=1),
        node("Flatten", "f", "g"),
        node("Gemm", "g w3 b3", "h", transB=1, alpha=0.5, beta=2.0),
        node("Dropout", "h", "i"),
        node("MatMul", "i w4", "j"),
        node("Add", "j b4", "k"),
        node("Softmax", "k", "y"),
    ],
    ["N", 1, 12, 12],
    {
        "w1": draw(3, 1, 5, 5),
        "b1": draw(3),
        "w2": draw(4, 3, 3, 3),
        "w3": draw(6, 16),
        "b3": draw(6),
        "w4": draw(6, 5),
        "b4": draw(5),
    },
)
RESIDUAL: tuple[Any, ...] = (
    [
        node("Conv", "x w1", "a", pads=[1, 1, 1, 1], strides=[2, 2]),
        node("BatchNormalization", "a g b m v", "c", epsilon=1e-3),
        node("Relu", "c", "d"),
        node("Conv", "d w2", "e", auto_pad="SAME_UPPER"),
        node("Conv", "x w3", "s", strides=[2, 2]),
        node("Add", "e s", "f"),
        node("LeakyRelu", "f", "h"),
        node("Concat", "h d", "i", axis=1),
        node("GlobalAveragePool", "i", "j"),
        node("Reshape", "j to", "k"),
        node("Identity", "k", "y"),
    ],
    [1, 2, 8, 8],
    {
        "w1": draw(4, 2, 3, 3),
        "w2": draw(4, 4, 3, 3),
        "w3": draw(4, 2, 1, 1),
        **{name: abs(draw(4)) for name in "gbmv"},
        "to": np.array([0, -1]),
    },
)
LSTM: tuple[Any, ...] = (
    [
        node("Transpose", "x", "t", perm=[1, 0, 2]),
        node("LSTM", "t W R B", "a", hidden_size=4),
        node("Squeeze", "a one", "b"),
        node("Gather", "b last", "c", axis=0),
        node("Gemm", "c w b4", "d"),
        node("Softmax", "d", "y", axis=-1),
    ],
    ["N", 5, 3],
    {
        **gates(4, 3, 4),
        "one": np.array([1]),
        "last": np.array(-1),
        "w": draw(4, 2),
        "b4": draw(2),
    },
)
