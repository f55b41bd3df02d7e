"""Models of ONNX: counted, run, and compared with ONNX's own reference evaluator."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import helper

import nnviz
from nnviz.errors import NnvizError
from nnviz.read import Stdin, read_weights
from onnx_models import (
    LENET,
    LSTM,
    RESIDUAL,
    RNG,
    Nodes,
    draw,
    gates,
    node,
    reference,
    save,
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


ZEROS = [
    node("Shape", "x", "size"),
    node("Gather", "size at", "n"),
    node("Concat", "one n four", "all", axis=0),
    node("ConstantOfShape", "all", "h"),
    node("LSTM", "t W R B _ h h", "a z", hidden_size=4),
]


def lstm_with(*states: Any, last: str = "a") -> list[Any]:
    """The classifier with states before the first step, its last hidden state read from `last`."""
    transposed, _, squeezed, *rest = LSTM[0]
    if last == "z":
        squeezed, rest = node("Gather", "z last", "c", axis=0), rest[1:]
    return [transposed, *states, squeezed, *rest]


STATES = {
    "zeros of any size": lstm_with(*ZEROS),
    "the last state itself": lstm_with(node("LSTM", "t W R B", "_ z", hidden_size=4), last="z"),
    "states of the model": lstm_with(node("LSTM", "t W R B _ h0 c0", "a", hidden_size=4)),
}
HELD = {"at": [0], "one": [1], "four": [4]}


@pytest.mark.parametrize("nodes", STATES.values(), ids=STATES)
def test_states_before_the_first_step(nodes: Nodes, tmp_path: Path) -> None:
    arrays = LSTM[2] | {"h0": draw(1, 1, 4), "c0": draw(1, 1, 4)} | HELD
    path, x = save(tmp_path / "m.onnx", nodes, ["N", 5, 3], arrays), draw(1, 5, 3)
    made = nnviz.net(str(path), x[0])
    assert len(made.layers) == 3
    np.testing.assert_allclose(made.output, reference(path, x)[0], rtol=1e-6)


def test_states_that_are_made_are_not_left_out(tmp_path: Path) -> None:
    made = [node("Relu", "h0", "h"), node("LSTM", "t W R B _ h", "a", hidden_size=4)]
    path = save(tmp_path / "m.onnx", lstm_with(*made), ["N", 5, 3], LSTM[2] | {"h0": draw(1, 1, 4)})
    with pytest.raises(NnvizError, match="LSTM is not among the layers here"):
        nnviz.net(str(path), draw(5, 3))


def test_the_digits_as_a_model_of_onnx(tmp_path: Path) -> None:
    """The sample that has learned, written as ONNX by hand: the same probabilities."""
    samples = Path(__file__).parents[2] / "samples"
    held = read_weights(str(samples / "digits.safetensors"), stdin=Stdin(None), name="w")
    nodes = [
        node("Conv", "x c1.kernel c1.bias", "a", pads=[2, 2, 2, 2]),
        node("Relu", "a", "b"),
        node("AveragePool", "b", "c", kernel_shape=[2, 2], strides=[2, 2]),
        node("Conv", "c c3.kernel c3.bias", "d", pads=[1, 1, 1, 1]),
        node("Relu", "d", "e"),
        node("Flatten", "e", "f"),
        *(part for n, i, o in (("f5", "f", "g"), ("f6", "gr", "h"), ("f7", "hr", "k"))
          for part in (node("Gemm", f"{i} {n}.weight {n}.bias", o, transB=1),
                       node("Relu", o, o + "r"))),
        node("Softmax", "k", "y"),
    ]  # fmt: skip
    path = save(tmp_path / "digits.onnx", nodes, ["N", 1, 8, 8], held)
    x = RNG.integers(0, 256, (8, 8))
    made = nnviz.net(str(path), x / 255).output
    np.testing.assert_allclose(made, reference(path, x[None, None] / 255)[0], rtol=1e-6)
    np.testing.assert_allclose(made, nnviz.net(str(samples / "digits.net"), x).output, rtol=1e-6)


@pytest.mark.parametrize("model", [*WHOLE.values(), *SINGLE.values()], ids=[*WHOLE, *SINGLE])
def test_gives_what_the_reference_gives(model: tuple[Any, ...], tmp_path: Path) -> None:
    path = save(tmp_path / "m.onnx", *model)
    x = draw(*(n if isinstance(n, int) else 1 for n in model[1]))
    wanted = reference(path, x)
    for each in (x, np.squeeze(x)):
        made = nnviz.net(str(path), each)
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


KINDS = ("conv", "norm", "act", "pool", "add", "concat", "drop")


@st.composite
def chains(draw_from: st.DrawFn) -> tuple[list[Any], dict[str, np.ndarray]]:
    """Layers over maps that keep their size, with branches, down to a vector."""
    nodes: list[Any] = []
    arrays: dict[str, np.ndarray] = {"to": np.array([0, -1])}
    last, channels, made = "x", 2, {"x": 2}
    for i in range(draw_from(st.integers(1, 6))):
        kind = draw_from(st.sampled_from(KINDS))
        name, weights = f"v{i}", f"w{i}"
        match kind:
            case "conv":
                groups = draw_from(st.sampled_from([1, channels]))
                filters = groups * draw_from(st.integers(1, 2))
                size = draw_from(st.sampled_from([1, 3]))
                arrays[weights] = draw(filters, channels // groups, size, size)
                nodes.append(
                    node("Conv", f"{last} {weights}", name, auto_pad="SAME_UPPER", group=groups)
                )
                channels = filters
            case "norm":
                arrays |= {f"{n}{i}": abs(draw(channels)) for n in "gbmv"}
                names = " ".join(f"{n}{i}" for n in "gbmv")
                nodes.append(node("BatchNormalization", f"{last} {names}", name))
            case "act":
                op = draw_from(st.sampled_from(["Relu", "Tanh", "Elu", "Sigmoid"]))
                nodes.append(node(op, last, name))
            case "pool":
                op = draw_from(st.sampled_from(["MaxPool", "AveragePool"]))
                options = {"kernel_shape": [3, 3], "pads": [1, 1, 1, 1]}
                nodes.append(node(op, last, name, **options))
            case "drop":
                nodes.append(node("Dropout", last, name))
            case "add" | "concat" as op:
                fits = [n for n, count in made.items() if op == "concat" or count == channels]
                other = draw_from(st.sampled_from(fits))
                more = {"axis": 1} if op == "concat" else {}
                nodes.append(node(op.capitalize(), f"{last} {other}", name, **more))
                channels += made[other] if op == "concat" else 0
        last = name
        made[name] = channels
    nodes.append(node("Reshape", f"{last} to", "y"))
    return nodes, arrays


@settings(max_examples=40, deadline=None)
@given(chains())
def test_any_chain_gives_what_the_reference_gives(model: tuple[list[Any], dict[str, Any]]) -> None:
    with TemporaryDirectory() as folder:
        path = save(Path(folder) / "m.onnx", model[0], ["N", 2, 5, 4], model[1])
        x = draw(2, 2, 5, 4)
        made = nnviz.net(str(path), x).output
        wanted = [reference(path, one[None])[0] for one in x]
        np.testing.assert_allclose(made, wanted, rtol=1e-6, atol=1e-9)
        counted = nnviz.params(str(path))
        assert counted.rows[-1]["output"] == list(made.shape[1:])
        assert counted.total["params"] == sum(
            a.size for name, a in model[1].items() if name[0] in "wgb"
        )
