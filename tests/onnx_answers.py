"""What ONNX's reference evaluator answers to one operator."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from onnx import TensorProto, helper
from onnx.reference import ReferenceEvaluator


def onnx(
    operator: str, arrays: Sequence[np.ndarray], outputs: int = 1, **options: Any
) -> list[Any]:
    """The operator as the reference computes it, in float64 where it can."""
    names = [f"x{i}" for i in range(len(arrays))]
    made = [f"y{i}" for i in range(outputs)]
    node = helper.make_node(operator, names, made, **options)
    ends = [helper.make_tensor_value_info(n, TensorProto.FLOAT, None) for n in names + made]
    graph = helper.make_graph([node], "g", ends[: len(names)], ends[len(names) :])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 22)])
    return list(ReferenceEvaluator(model).run(None, dict(zip(names, arrays, strict=True))))
