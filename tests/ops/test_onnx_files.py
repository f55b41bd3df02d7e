"""Models of ONNX that are broken, strange, or lie in several files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

import nnviz
from helpers import run
from nnviz.errors import NnvizError
from onnx_models import (
    LENET,
    Nodes,
    draw,
    node,
    save,
)

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


def test_a_file_that_does_not_fit_is_not_read(tmp_path: Path) -> None:
    path = save(tmp_path / "m.onnx", *LENET)
    with path.open("r+b") as file:
        file.truncate(10**13)
    with pytest.raises(NnvizError, match="GB of memory, and there are"):
        nnviz.params(str(path))
