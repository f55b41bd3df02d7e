"""ONNX models → plain records: nodes with their attributes, arrays, and shapes where known.

The package onnx reads the file. Arrays that lie in other files are read from the model's own
folder alone. Source: https://onnx.ai/onnx/repo-docs/IR.html
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from nnviz import memory
from nnviz.errors import NnvizError
from nnviz.libraries import np, npt
from nnviz.read.objects import numbers_of
from nnviz.read.text import reason, short
from nnviz.records import NamedTuple

_FEW = 64
"""Numbers of an array that is read in any case: axes, sizes."""
Dims = tuple[int | None, ...]


class GraphNode(NamedTuple):
    """An operator of ONNX, applied."""

    op: str
    name: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    attributes: Mapping[str, Any]


class Graph(NamedTuple):
    """A model, as far as it is one graph."""

    inputs: Mapping[str, Dims]
    outputs: tuple[str, ...]
    nodes: tuple[GraphNode, ...]
    arrays: Mapping[str, npt.NDArray[Any]]
    """The constants; of large ones that are not wanted zeros that take no memory."""
    shapes: Mapping[str, Dims]
    """What is known of the others, None where a size may vary."""
    opset: int


def read_onnx(path: str, *, arrays: bool) -> Graph:
    """The graph of a model's file, with the numbers of its `arrays` or their shapes alone."""
    try:
        import onnx
    except ModuleNotFoundError:
        raise NnvizError(
            "{name} is an ONNX model, which is read with the package onnx; it is not installed",
            name=path,
            hint="python -m pip install onnx",
        ) from None
    size = Path(path).stat().st_size
    memory.check(3 * size, size // 4, path)  # the bytes, what they are parsed to, the arrays
    try:
        model = onnx.load(path, load_external_data=False)
        opset = max(o.version for o in model.opset_import if o.domain in ("", "ai.onnx"))
    except Exception as error:  # a damaged file makes protobuf raise what it likes
        raise NnvizError(
            "{name} is a broken ONNX model: {reason}", name=path, reason=reason(error)
        ) from None
    graph = model.graph
    if not graph.node:
        raise NnvizError("{name} is an ONNX model without layers", name=path)
    nodes = tuple(map(_node, graph.node))
    tensors = {tensor.name: tensor for tensor in graph.initializer}
    constant = [node for node in nodes if node.op == "Constant"]
    tensors |= {n.outputs[0]: t for n in constant if (t := n.attributes.get("value"))}
    held = _Held(path, arrays)
    constants = {name: held.array(tensor) for name, tensor in tensors.items()}
    return Graph(
        {i.name: _dims(i) for i in graph.input if i.name not in tensors},
        tuple(output.name for output in graph.output),
        tuple(node for node in nodes if node.op != "Constant"),
        constants | dict(_plain_constants(constant)),
        _shapes(model),
        opset,
    )


def _node(node: Any) -> GraphNode:
    from onnx import helper, numpy_helper

    plain = {a.name: _plain(helper.get_attribute_value(a)) for a in node.attribute}
    if node.op_type == "ConstantOfShape" and "value" in plain:
        plain["value"] = numpy_helper.to_array(plain["value"])
    op = f"{node.domain}.{node.op_type}" if node.domain not in ("", "ai.onnx") else node.op_type
    return GraphNode(op, node.name, tuple(node.input), tuple(node.output), plain)


def _plain(value: Any) -> Any:
    """An attribute, with texts for bytes."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return [*map(_plain, value)] if isinstance(value, list) else value


def _plain_constants(nodes: Iterable[GraphNode]) -> Iterator[tuple[str, npt.NDArray[Any]]]:
    """Constants that are written as numbers, not as an array."""
    for node in nodes:
        for key, value in node.attributes.items():
            if key in ("value_int", "value_ints", "value_float", "value_floats"):
                yield node.outputs[0], np.asarray(value)


def _dims(value: Any) -> Dims:
    tensor = value.type.tensor_type
    return tuple(d.dim_value if d.HasField("dim_value") else None for d in tensor.shape.dim)


def _shapes(model: Any) -> dict[str, Dims]:
    """What is said of shapes, and what follows from it by ONNX's own rules."""
    import onnx

    with suppress(Exception):  # a model that does not fit together is told by its layers
        model = onnx.shape_inference.infer_shapes(model, data_prop=True)
    graph = model.graph
    known = (v for v in (*graph.input, *graph.value_info, *graph.output))
    return {v.name: _dims(v) for v in known if v.type.tensor_type.HasField("shape")}


class _Held:
    """The arrays of a model, in its file or beside it."""

    def __init__(self, path: str, wanted: bool) -> None:
        self._path, self._wanted = path, wanted
        self._folder = Path(path).resolve().parent

    def array(self, tensor: Any) -> npt.NDArray[Any]:
        """An array of the model; where numbers are not wanted, of a large one the shape."""
        from onnx import numpy_helper

        shape, outside = tuple(tensor.dims), bool(tensor.external_data)
        file = self._file(tensor) if outside else None
        if not self._wanted and (outside or math.prod(shape) > _FEW):
            return np.broadcast_to(np.float32(0), shape)
        if file is not None:
            tensor = self._with_bytes(tensor, file)
        try:
            array = numpy_helper.to_array(tensor)
        except Exception as error:
            raise self._broken(tensor, reason(error)) from None
        return array if array.dtype.kind in "SUO" else numbers_of(array, tensor.name)

    def _file(self, tensor: Any) -> Path:
        """The file of an array: in the folder of the model, nowhere else."""
        location = {e.key: e.value for e in tensor.external_data}.get("location", "")
        file: Path = (self._folder / location.replace("\0", "")).resolve()
        if not location or not file.is_relative_to(self._folder):
            raise NnvizError(
                "{name} has its array {array} in {path}, outside its own folder: it is not read",
                name=self._path,
                array=short(tensor.name),
                path=short(location),
            )
        return file

    def _with_bytes(self, tensor: Any, file: Path) -> Any:
        from onnx import TensorProto, helper

        places = {e.key: e.value for e in tensor.external_data}
        item = np.dtype(helper.tensor_dtype_to_np_dtype(tensor.data_type)).itemsize
        size = item * math.prod(tensor.dims)
        memory.check(size * 3, size // item, self._path)
        try:
            with file.open("rb") as stream:
                stream.seek(int(places.get("offset", 0)))
                content = stream.read(size)
        except (OSError, ValueError) as error:
            raise self._broken(tensor, reason(error)) from None
        if len(content) < size or int(places.get("length", size)) != size:
            raise self._broken(tensor, "it is cut short")
        made = TensorProto(name=tensor.name, data_type=tensor.data_type, dims=tensor.dims)
        made.raw_data = content
        return made

    def _broken(self, tensor: Any, why: str) -> NnvizError:
        return NnvizError(
            "{name}: its array {array} cannot be read: {reason}",
            name=self._path,
            array=short(tensor.name),
            reason=why,
        )
