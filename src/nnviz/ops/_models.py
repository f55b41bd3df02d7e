"""Files of models: what there is to read in them, by their content, and why others are not read."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

from nnviz.errors import NnvizError
from nnviz.libraries import zipfile
from nnviz.numerals import size
from nnviz.ops._network import Network
from nnviz.ops._onnx import onnx_network
from nnviz.read import foreign
from nnviz.read.arrays import ZIP_MAGICS
from nnviz.read.safetensors import Tensor, looks_like_safetensors, safetensors_list
from nnviz.read.text import has_utf16_mark
from nnviz.trace import Listing, Results, Trace
from nnviz.words import Words

_HEADINGS = (
    Words("array"),
    Words("shape"),
    Words("type"),
    Words("numbers"),
    Words("bytes"),
)
_EXPORTS = {
    foreign.HDF5: "keras.models.load_model('FILE').export('model.onnx', format='onnx')",
    foreign.KERAS: "keras.models.load_model('FILE').export('model.onnx', format='onnx')",
    foreign.MODEL: "tf2onnx.convert.from_tflite('FILE', output_path='model.onnx')",
}
"""How a model that is not read becomes one that is."""


def model_of(path: str, *, arrays: bool) -> Network | None:
    """The network in a file, by its first bytes; None where it is a text."""
    with Path(path).open("rb") as stream:
        head = stream.read(foreign.HEAD)
        stream.seek(0)
        if looks_like_safetensors(head):
            return Network(path, (), tensors=tuple(safetensors_list(stream, path)))
        if has_utf16_mark(head):
            return None
        other = _archived(stream) if head.startswith(ZIP_MAGICS) else foreign.foreign_file(head)
    if other is foreign.ONNX or (path.endswith(".onnx") and other is None):
        return onnx_network(path, arrays=arrays)
    if other is not None:
        raise foreign.not_read(other._replace(how=_EXPORTS.get(other, other.how)), path)
    return None


def _archived(stream: BinaryIO) -> foreign.Foreign:
    """What a ZIP archive is, as a model."""
    try:
        with zipfile.ZipFile(stream) as archive:
            return foreign.foreign_archive(archive.namelist()) or foreign.ARRAYS
    except zipfile.BadZipFile:
        return foreign.PACKED


def only_weights(net: Network) -> NnvizError:
    """Why a file of weights cannot be run."""
    return NnvizError(
        "{name} holds weights, but not the layers that they are of",
        name=net.text,
        hint="give the chain of its layers, and the file with --weights",
    )


def tensors_trace(net: Network, tensors: tuple[Tensor, ...]) -> Trace:
    """The arrays of a file, as its header has them, with their sums."""
    rows = [tensor._asdict() | {"shape": list(tensor.shape)} for tensor in tensors]
    total = {key: sum(row[key] for row in rows) for key in ("numbers", "bytes")}
    last = (Words("total"), "", "", *total.values())
    count = Words("{n} arrays, {size}", n=len(rows), size=size(total["bytes"]))
    return Trace(
        op="params",
        title=Words("Weights"),
        arrays={},
        results=Results(rows=rows, total=total),
        options={"net": net.text},
        listings=(Listing(count, _HEADINGS, (*tensors, last), total=True),),
    )
