"""Files of models: what is listed of weights, and why others are not read."""

from __future__ import annotations

import io
import json
import pickle
import tracemalloc
import zipfile
from pathlib import Path

import numpy as np
import pytest

import nnviz
from helpers import run
from nnviz.errors import NnvizError
from screens import lines_of


def archive(*names: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        for name in names:
            made.writestr(name, b"")
    return file.getvalue()


def safetensors(path: Path, shapes: dict[str, tuple[str, list[int], int]]) -> Path:
    """A sparse file of tensors by name: their types, shapes and bytes."""
    header, at = {}, 0
    for name, (dtype, shape, size) in shapes.items():
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [at, at + size]}
        at += size
    raw = json.dumps({"__metadata__": {"format": "pt"}, **header}).encode()
    with path.open("wb") as file:
        file.write(len(raw).to_bytes(8, "little") + raw)
        file.truncate(8 + len(raw) + at)
    return path


REFUSED = {
    "a pickle": (pickle.dumps({"w": [1]}), "a pickle runs code.*\n.*save_file\\(torch.load"),
    "PyTorch's": (archive("m/data.pkl", "m/data/0"), "is a pickled file.*\n.*weights_only=True"),
    "Keras'": (archive("config.json", "model.weights.h5"), "a Keras model.*\n.*format='onnx'"),
    "HDF5": (b"\x89HDF\r\n\x1a\n" + bytes(90), "an HDF5 file.*\n.*format='onnx'"),
    "TensorFlow Lite's": (b"\x1c\0\0\0TFL3" + bytes(9), "a model.*\n.*from_tflite"),
    "npz": (archive("w.npy"), "an archive of arrays.*\n.*--weights"),
    "half an archive": (archive("w.npy")[:40], "a packed file"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(40), "PNG|not text|UTF-8|decode"),
    "broken weights": (b"\x09" + bytes(7) + b'{"a": {}}', "a broken safetensors file"),
}


@pytest.mark.parametrize(("content", "message"), REFUSED.values(), ids=REFUSED)
@pytest.mark.parametrize("op", ["params", "net"])
def test_refuses(op: str, content: bytes, message: str, tmp_path: Path) -> None:
    file = tmp_path / "model.bin"
    file.write_bytes(content)
    x = None if op == "params" else np.ones((2, 2))
    with pytest.raises(NnvizError, match=f"(?s){message}"):
        run(op, x, net=str(file))


def test_weights_alone_are_not_run(tmp_path: Path) -> None:
    file = safetensors(tmp_path / "w.safetensors", {"a": ("F32", [2], 8)})
    with pytest.raises(NnvizError, match="holds weights, but not the layers"):
        run("net", np.ones(2), net=str(file))


def test_a_list_of_any_size_takes_no_memory(tmp_path: Path) -> None:
    """100 GB that no disk has to hold: only the header is read."""
    shapes = {
        "embed.weight": ("BF16", [500_000, 100_000], 100_000_000_000),
        "head.scale": ("F8_E4M3", [3, 5], 15),
        "step": ("I64", [], 8),
    }
    file = safetensors(tmp_path / "large.safetensors", shapes)
    tracemalloc.start()
    result = nnviz.params(str(file))
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 10_000_000
    assert result.total == {"numbers": 50_000_000_016, "bytes": 100_000_000_023}
    assert result.rows[1] == {
        "name": "head.scale",
        "shape": [3, 5],
        "dtype": "F8_E4M3",
        "numbers": 15,
        "bytes": 15,
    }


def test_the_view_lists_them(tmp_path: Path) -> None:
    shapes = {"c.kernel": ("F32", [6, 1, 5, 5], 600), "c.bias": ("F32", [6], 24)}
    trace = run("params", None, net=str(safetensors(tmp_path / "w.safetensors", shapes)))
    words = [" ".join(line.split()) for line in lines_of(trace)]
    assert "c.kernel 6×1×5×5 F32 150 600" in words
    assert "total 156 624" in words
    with pytest.raises(NnvizError, match="no figure of a list of arrays"):
        nnviz.params(str(tmp_path / "w.safetensors")).save(str(tmp_path / "x.svg"))
