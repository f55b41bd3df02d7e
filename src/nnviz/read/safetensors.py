"""Safetensors → arrays, read by hand: a length, a header in JSON, and the bytes.

Source: https://github.com/huggingface/safetensors#format
"""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any, BinaryIO

from nnviz.errors import NnvizError
from nnviz.read.arrays import plain
from nnviz.read.text import printable, short
from nnviz.words import Words

if TYPE_CHECKING:
    import numpy.typing as npt

LONGEST_HEADER = 100_000_000
"""Bytes, as the format itself has it."""

MOST_AXES = 32
"""NumPy's own limit was this for long; ours, which is said better, comes after it."""

_DTYPES = {
    "F64": "<f8", "F32": "<f4", "F16": "<f2", "BF16": "<u2", "BOOL": "|b1",
    "I64": "<i8", "I32": "<i4", "I16": "<i2", "I8": "|i1",
    "U64": "<u8", "U32": "<u4", "U16": "<u2", "U8": "|u1",
}  # fmt: skip


def looks_like_safetensors(head: bytes) -> bool:
    """Whether bytes begin with a header's length and the brace that opens it."""
    return head[8:9] == b"{" and 2 <= int.from_bytes(head[:8], "little") <= LONGEST_HEADER


def read_safetensors(stream: BinaryIO, name: str) -> dict[str, npt.NDArray[Any]]:
    """Every array of a `.safetensors` file, by name."""
    data = stream.read()
    end = 8 + int.from_bytes(data[:8], "little")
    try:
        header = json.loads(data[8:end].decode("utf-8"))
    except (ValueError, RecursionError):
        header = None
    if end > len(data) or not isinstance(header, dict):
        raise _broken(name, "its header")
    header.pop("__metadata__", None)
    if not header:
        raise NnvizError("{name} holds no arrays", name=printable(name))
    body = memoryview(data)[end:]
    return {key: _tensor(entry, body, f"{name}:{short(key)}") for key, entry in header.items()}


def _tensor(entry: object, body: memoryview, name: str) -> npt.NDArray[Any]:
    import numpy as np

    if not isinstance(entry, dict) or not {"dtype", "shape", "data_offsets"} <= entry.keys():
        raise _broken(name, "its header")
    code, shape, offsets = entry["dtype"], entry["shape"], entry["data_offsets"]
    if not _sizes(shape) or len(shape) > MOST_AXES or not _sizes(offsets) or len(offsets) != 2:
        raise _broken(name, "its shape or place")
    if not isinstance(code, str) or code not in _DTYPES:
        raise NnvizError(
            "{name} holds numbers of type {dtype}, which is not read",
            name=printable(name),
            dtype=short(str(code)),
            hint="float, bfloat16, whole numbers and booleans are read",
        )
    dtype = np.dtype(_DTYPES[code])
    begin, end = offsets
    if not begin <= end <= len(body) or end - begin != math.prod(shape) * dtype.itemsize:
        raise _broken(name, "its shape or place")
    array: npt.NDArray[Any] = np.frombuffer(body[begin:end], dtype=dtype)
    if code == "BF16":
        # A bfloat16 is the upper half of a float32.
        array = (array.astype(np.uint32) << np.uint32(16)).view(np.float32)
    return plain(array.reshape(shape), name)


def _sizes(value: object) -> bool:
    return isinstance(value, list) and all(type(n) is int and n >= 0 for n in value)


def _broken(name: str, what: str) -> NnvizError:
    return NnvizError(
        "{name} is a broken safetensors file: {what} cannot be read",
        name=printable(name),
        what=Words(what),
    )
