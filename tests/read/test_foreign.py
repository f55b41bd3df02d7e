"""Files that are not read: each is called by its name, whatever its suffix."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import pickle
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from nnviz.errors import NnvizError
from nnviz.read import Stdin, read_array, read_input, read_weights


def archive(*names: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        for name in names:
            made.writestr(name, "<xml/>")
    return file.getvalue()


def tar() -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as made:
        made.addfile(tarfile.TarInfo("a.csv"))
    return file.getvalue()


FILES = {
    "HDF5": (b"\x89HDF\r\n\x1a\n" + bytes(90), "an HDF5 file", "h5py.File('x')['NAME'][()]"),
    "MATLAB's": (b"MATLAB 5.0 MAT-file, PCWIN64".ljust(124) + b"\0\1IM", "a MAT file", "loadmat"),
    "Excel's": (archive("[Content_Types].xml", "xl/workbook.xml"), "an Excel workbook", "as CSV"),
    "Excel's of old": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(90), "an Excel workbook", "CSV"),
    "Word's": (archive("[Content_Types].xml", "word/document.xml"), "an office document", "CSV"),
    "OpenDocument": (archive("mimetype", "content.xml"), "an office document", "CSV"),
    "Keras'": (archive("config.json", "model.weights.h5"), "a Keras model", "get_weights()"),
    "pickled": (pickle.dumps([1, 2]), "a pickled file", "a pickle runs code"),
    "PDF": (b"%PDF-1.7\n1 0 obj\n", "a PDF document", "PNG"),
    "HTML": (b"<!DOCTYPE html>\n<html><body>1 2</body></html>", "an HTML page", "download the raw"),
    "HTML after a mark": (b"\xef\xbb\xbf\n<html>", "an HTML page", "download the raw file"),
    "SVG": (b'<?xml version="1.0"?>\n<!-- a --><svg>', "an SVG drawing", "PNG"),
    "XML": (b'<?xml version="1.0"?>\n<a/>', "an XML document", "as CSV or JSON"),
    "LaTeX": (b"% a\n\\documentclass{article}", "a LaTeX document", r"from \begin to \end"),
    "Parquet": (b"PAR1\x15\x04\x15", "a Parquet file", "read_parquet('x').to_csv"),
    "Arrow": (b"ARROW1\0\0", "an Arrow file", "read_feather('x').to_csv"),
    "MNIST's": (b"\0\0\x08\3" + bytes(90), "an IDX file", "np.fromfile('x', 'u1', offset=16)"),
    "AVI": (b"RIFF\x24\0\0\0AVI LIST", "a film", "ffmpeg"),
    "a film": (b"\0\0\0\x20ftypisom" + bytes(90), "a film", "ffmpeg"),
    "HEIC": (b"\0\0\0\x20ftypheic" + bytes(90), "a HEIC photo", "PNG or JPEG"),
    "a sound": (b"RIFF\x24\0\0\0WAVEfmt ", "a sound file", "wavfile.read('x')"),
    "DICOM": (bytes(128) + b"DICM" + bytes(9), "a DICOM file", "pixel_array"),
    "TensorFlow Lite's": (b"\x1c\0\0\0TFL3" + bytes(9), "a model", "as .npy"),
    "SQLite's": (b"SQLite format 3\0", "an SQLite database", "CSV"),
    "gzip": (gzip.compress(b"1 2"), "a packed file", "unpack it"),
    "bzip2": (bz2.compress(b"1 2"), "a packed file", "unpack it"),
    "xz": (lzma.compress(b"1 2"), "a packed file", "unpack it"),
    "tar": (tar(), "a packed file", "unpack it"),
}  # fmt: skip
READERS: dict[str, Callable[[str], object]] = {
    "INPUT": lambda spec: read_input(spec, stdin=Stdin(None)),
    "--kernel": lambda spec: read_array(spec, stdin=Stdin(None), name="--kernel"),
    "--weights": lambda spec: read_weights(spec, stdin=Stdin(None), name="--weights"),
}


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize(("data", "what", "how"), FILES.values(), ids=FILES.keys())
def test_is_called_by_its_name(
    data: bytes, what: str, how: str, reader: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("x").write_bytes(data)
    with pytest.raises(NnvizError) as caught:
        READERS[reader]("x")
    assert str(caught.value.message).startswith(f"x is {what}")
    assert str(caught.value.message).endswith(", which is not read")
    assert how in str(caught.value.hint)


def test_a_model_of_onnx(tmp_path: Path) -> None:
    onnx = pytest.importorskip("onnx")
    weight = onnx.numpy_helper.from_array(np.ones((2, 2), np.float32), "w")
    ends = [onnx.helper.make_tensor_value_info(name, 1, [2, 2]) for name in "xy"]
    node = onnx.helper.make_node("Add", ["x", "w"], ["y"])
    graph = onnx.helper.make_graph([node], "g", ends[:1], ends[1:], [weight])
    for producer in ("", "pytorch"):
        path = tmp_path / f"{producer}.onnx"
        onnx.save(onnx.helper.make_model(graph, producer_name=producer), str(path))
        with pytest.raises(NnvizError, match="an ONNX model") as caught:
            read_input(str(path), stdin=Stdin(None))
        assert f"onnx.load('{path}')" in str(caught.value.hint)


def test_a_file_of_matlab(tmp_path: Path) -> None:
    scipy = pytest.importorskip("scipy.io")
    scipy.savemat(tmp_path / "a.mat", {"A": np.eye(2)})
    with pytest.raises(NnvizError, match="a MAT file of MATLAB"):
        read_input(str(tmp_path / "a.mat"), stdin=Stdin(None))


@pytest.mark.parametrize("name", ["a'b.h5", "a\\b.h5"])
def test_a_name_that_python_would_misread_is_not_put_in(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(b"\x89HDF\r\n\x1a\n\0")
    with pytest.raises(NnvizError, match=r"h5py\.File\('FILE'\)"):
        read_input(str(tmp_path / name), stdin=Stdin(None))


def test_standard_input_has_no_name_to_put_in() -> None:
    with pytest.raises(NnvizError, match=r"standard input is an HDF5 file(.|\n)*'FILE'"):
        read_input("-", stdin=Stdin(io.BytesIO(b"\x89HDF\r\n\x1a\n\0")))


@pytest.mark.parametrize(
    "text",
    ["PAR1,PAR2\n1,2\n", "ID3\n5\n", "GGUF,b\n1,2\n", "<tf.Tensor: shape=(1,), numpy=array([1])>"],
)
def test_text_that_begins_alike_is_text(text: str) -> None:
    assert read_input("-", stdin=Stdin(io.BytesIO(text.encode()))).array.size
