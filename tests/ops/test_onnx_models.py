"""Models of ONNX: counted, run, and compared with ONNX's own reference evaluator."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator

import nnviz
from helpers import run
from nnviz.errors import NnvizError

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


def alone(op: str, shape: Sequence[Any], inputs: str = "", **more: Any) -> tuple[Any, ...]:
    """A model of one operator, with the arrays of its other inputs."""
    arrays = {name: more.pop(name) for name in inputs.split()}
    return [node(op, f"x {inputs}".strip(), "y", **more)], shape, arrays


MAP = [1, 4, 6, 6]
SINGLE = {
    "a transposed convolution": alone(
        "ConvTranspose", MAP, "w", w=draw(4, 2, 3, 3), strides=[2, 2], pads=[1, 1, 1, 1],
        output_padding=[1, 1],
    ),
    "groups": alone("Conv", MAP, "w", w=draw(4, 2, 3, 3), group=2, dilations=[2, 2]),
    "uneven padding": alone("Conv", MAP, "w", w=draw(2, 4, 3, 3), pads=[0, 1, 2, 0]),
    "over a line": alone("Conv", ["N", 2, 9], "w b", w=draw(3, 2, 3), b=draw(3)),
    "over a volume": alone("Conv", [1, 1, 4, 4, 4], "w", w=draw(1, 1, 2, 2, 2)),
    "an average at the edge": alone("AveragePool", MAP, kernel_shape=[3, 3], pads=[1, 1, 1, 1]),
    "an average of one kind": alone(
        "AveragePool", MAP, kernel_shape=[3, 3], pads=[1, 1, 1, 1], count_include_pad=1
    ),
    "Lp": alone("LpPool", MAP, kernel_shape=[2, 2], p=3),
    "all of a map": alone("GlobalMaxPool", MAP),
    "elu": alone("Elu", MAP, alpha=0.5),
    "gelu": alone("Gelu", MAP, approximate="tanh"),
    "sigmoid": alone("Sigmoid", MAP),
    "hard sigmoid": alone("HardSigmoid", MAP, alpha=0.3),
    "softmax of channels": alone("Softmax", MAP, axis=1),
    "layer norm": alone("LayerNormalization", ["N", 3, 4], "g b", g=draw(4), b=draw(4)),
    "layer norm of more": alone(
        "LayerNormalization", ["N", 3, 4], "g b", g=draw(3, 4), b=draw(3, 4), axis=1
    ),
    "group norm": alone(
        "GroupNormalization", MAP, "g b", g=draw(4), b=draw(4), num_groups=2, stash_type=11
    ),
    "instance norm": alone("InstanceNormalization", MAP, "g b", g=draw(4), b=draw(4)),
    "batch norm of numbers": alone(
        "BatchNormalization", ["N", 4], "g b m v", **{n: abs(draw(4)) for n in "gbmv"}
    ),
    "larger": ([node("Resize", "x _ s", "y", mode="nearest", nearest_mode="floor",
                     coordinate_transformation_mode="asymmetric")], MAP,
               {"s": np.array([1, 1, 2, 3], np.float32)}),
    "larger between": ([node("Resize", "x _ s", "y", mode="linear")], MAP,
                       {"s": np.array([1, 1, 2, 2], np.float32)}),
    "a vector": alone("Reshape", MAP, "to", to=np.array([-1, 144])),
    "a vector of one sample": alone("Reshape", MAP, "to", to=np.array([-1])),
    "a GRU": (
        [node("GRU", "x W R B", "_ y", hidden_size=3)], [5, 1, 2], gates(3, 2, 3),
    ),
    "a GRU after the product": (
        [node("GRU", "x W R B", "a", hidden_size=3, linear_before_reset=1),
         node("Squeeze", "a one", "y")],
        [5, 1, 2], gates(3, 2, 3) | {"one": np.array([1])},
    ),
    "an RNN both ways": (
        [node("RNN", "x W R B", "a", hidden_size=3, direction="bidirectional",
              activations=["Tanh", "Tanh"]),
         node("Transpose", "a", "b", perm=[0, 2, 1, 3]), node("Reshape", "b to", "y")],
        [5, 1, 2], gates(1, 2, 3, 2) | {"to": np.array([0, 0, -1])},
    ),
}  # fmt: skip
WHOLE: dict[str, tuple[Any, ...]] = {
    "LeNet": LENET,
    "a residual block": RESIDUAL,
    "an LSTM classifier": LSTM,
}


@pytest.mark.parametrize("model", [*WHOLE.values(), *SINGLE.values()], ids=[*WHOLE, *SINGLE])
def test_gives_what_the_reference_gives(model: tuple[Any, ...], tmp_path: Path) -> None:
    path = save(tmp_path / "m.onnx", *model)
    x = draw(*(n if isinstance(n, int) else 1 for n in model[1]))
    wanted = reference(path, x)
    for given in (x, np.squeeze(x)):
        made = nnviz.net(str(path), given)
        shape = [n for n in wanted.shape if n != 1]
        assert [n for n in made.output.shape if n != 1] == shape
        np.testing.assert_allclose(np.squeeze(made.output), np.squeeze(wanted), rtol=1e-6)
    counted = nnviz.params(str(path))
    learned = {k: a for k, a in model[2].items() if a.dtype.kind == "f" and k not in "smv"}
    assert counted.total["params"] == sum(a.size for a in learned.values())
    assert counted.rows[-1]["output"] == list(made.output.shape)


def test_samples_of_a_batch_are_each_as_alone(tmp_path: Path) -> None:
    for name in ("LeNet", "a residual block"):
        path = save(tmp_path / "m.onnx", *WHOLE[name])
        x = draw(3, *WHOLE[name][1][1:])
        wanted = [reference(path, one[None]) for one in x]
        np.testing.assert_allclose(
            nnviz.net(str(path), x).output, np.concatenate(wanted), rtol=1e-6
        )


def test_a_model_of_no_fixed_size_wants_it(tmp_path: Path) -> None:
    nodes, _, arrays = RESIDUAL
    path = str(save(tmp_path / "m.onnx", nodes, ["N", 2, "H", "W"], arrays))
    with pytest.raises(NnvizError, match=r"needs (--)?input"):
        nnviz.params(path)
    rows = nnviz.params(path, input=(2, 8, 8)).rows
    assert [row["output"] for row in rows][:2] == [[4, 4, 4]] * 2
    assert rows[5]["from"] == [4, 5]


def test_numbers_that_are_looked_up(tmp_path: Path) -> None:
    table = draw(7, 4)
    nodes = [
        helper.make_node("Gather", ["E", "x"], ["a"]),
        node("Transpose", "a", "t", perm=[1, 0, 2]),
        node("LSTM", "t W R B", "_ y", hidden_size=2),
    ]
    path = save(tmp_path / "m.onnx", nodes, ["N", 5], {"E": table, **gates(4, 4, 2)})
    x = np.array([[3, 0, 6, 6, 1]])
    wanted = reference(path, x)
    np.testing.assert_allclose(nnviz.net(str(path), x[0]).output, wanted[0, 0], rtol=1e-6)


UNKNOWN = [
    node("Conv", "x w1", "a"),
    node("Mish", "a", "b"),
    node("Conv", "b w2", "y"),
]


def test_an_operator_that_is_not_here_is_named_and_not_counted(tmp_path: Path) -> None:
    arrays = {"w1": draw(2, 1, 3, 3), "w2": draw(1, 2, 2, 2)}
    path = str(save(tmp_path / "m.onnx", UNKNOWN, ["N", 1, 6, 6], arrays, 22))
    counted = nnviz.params(path)
    strange = counted.rows[1]
    assert (strange["layer"], strange["output"]) == ("Mish the_Mish", [2, 4, 4])
    assert [strange[key] for key in ("weights", "params", "macs")] == [None] * 3
    assert counted.total["params"] == 26
    assert "layer 2: Mish is not among the layers here" in str(counted)
    assert "\u2265" in str(counted)
    with pytest.raises(NnvizError, match=r"(?s)Mish is not among.*in layer 2.*the_Mish") as caught:
        nnviz.net(path, draw(6, 6))
    assert len(caught.value.partial.layers) == 1
    assert str(caught.value.partial.said[0]) == "stopped after layer 1"


STRANGE = {
    "a weight that is made": [node("Relu", "x", "w"), node("Conv", "x w", "y")],
    "an axis of samples": [node("Softmax", "x", "y", axis=0)],
    "a sum with a constant": [node("Add", "x c", "y")],
    "a reshape that mixes": [node("Reshape", "x to", "y")],
    "a transposition that moves": [node("Transpose", "x", "y", perm=[0, 1, 3, 2])],
    "places of maxima": [node("MaxPool", "x", "z y", kernel_shape=[2, 2])],
    "another domain": [helper.make_node("Conv", ["x", "c"], ["y"], domain="com.acme")],
}


@pytest.mark.parametrize("nodes", STRANGE.values(), ids=STRANGE)
def test_is_not_guessed(nodes: Nodes, tmp_path: Path) -> None:
    arrays = {"c": draw(1, 3, 1, 1), "to": np.array([3, 1, 4, 4])}
    path = save(tmp_path / "m.onnx", nodes, [1, 3, 4, 4], arrays)
    with pytest.raises(NnvizError, match="is not among the layers here"):
        nnviz.net(str(path), draw(3, 4, 4))


def test_a_broken_model_is_said(tmp_path: Path) -> None:
    path = save(tmp_path / "m.onnx", *LENET)
    whole = path.read_bytes()
    for content in (whole[:200], whole[:60], b"", b"\x08\x07\x12" + bytes(99), b"no model"):
        path.write_bytes(content)
        with pytest.raises(NnvizError):
            nnviz.params(str(path))


def outside(path: Path, location: str) -> Path:
    """The model with its first array in another file."""
    model = onnx.load(str(path))
    tensor = model.graph.initializer[0]
    (path.parent / "w.bin").write_bytes(b"head" + tensor.raw_data)
    places = {"location": location, "offset": "4", "length": str(len(tensor.raw_data))}
    for key, value in places.items():
        tensor.external_data.add(key=key, value=value)
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    path.write_bytes(model.SerializeToString())
    return path


def test_arrays_beside_the_model_are_read_where_they_are_wanted(tmp_path: Path) -> None:
    path = save(tmp_path / "m.onnx", *LENET)
    x = draw(12, 12)
    wanted = nnviz.net(str(path), x).output
    outside(path, "w.bin")
    np.testing.assert_array_equal(nnviz.net(str(path), x).output, wanted)
    (tmp_path / "w.bin").write_bytes(b"short")
    assert nnviz.params(str(path)).rows[0]["weights"] == 75
    with pytest.raises(NnvizError, match="w1 cannot be read: it is cut short"):
        nnviz.net(str(path), x)


@pytest.mark.parametrize("location", ["../secret.bin", "{}/secret.bin", "link/secret.bin"])
def test_nothing_outside_the_folder_is_read(location: str, tmp_path: Path) -> None:
    (tmp_path / "secret.bin").write_bytes(bytes(9999))
    (tmp_path / "m").mkdir()
    (tmp_path / "m" / "link").symlink_to(tmp_path)
    path = outside(save(tmp_path / "m" / "m.onnx", *LENET), location.format(tmp_path))
    for op, x in (("params", None), ("net", draw(12, 12))):
        with pytest.raises(NnvizError, match="outside its own folder: it is not read"):
            run(op, x, net=str(path))


def test_without_the_package_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = save(tmp_path / "m.onnx", *LENET)
    monkeypatch.setitem(__import__("sys").modules, "onnx", None)
    with pytest.raises(NnvizError, match=r"(?s)is not installed.*pip install onnx"):
        nnviz.params(str(path))
