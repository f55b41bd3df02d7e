"""Safetensors → arrays, read by hand: a length, a header in JSON, and the bytes.

Source: https://github.com/huggingface/safetensors#format
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import Any, BinaryIO

from nnviz.errors import NnvizError
from nnviz.libraries import np, npt
from nnviz.read.arrays import Choose, bytes_of, plain
from nnviz.read.text import short
from nnviz.records import NamedTuple
from nnviz.words import Words

LONGEST_HEADER = 100_000_000
"""Bytes, as the format itself has it."""

MOST_AXES = 32
"""NumPy's own limit was this for long; ours, which is said better, comes after it."""

_METADATA = "__metadata__"
_DTYPES = {
    "F64": "<f8", "F32": "<f4", "F16": "<f2", "BF16": "<u2", "BOOL": "|b1",
    "I64": "<i8", "I32": "<i4", "I16": "<i2", "I8": "|i1",
    "U64": "<u8", "U32": "<u4", "U16": "<u2", "U8": "|u1",
}  # fmt: skip


def looks_like_safetensors(head: bytes) -> bool:
    """Whether bytes begin with a header's length and the brace that opens it."""
    return head[8:9] == b"{" and 2 <= int.from_bytes(head[:8], "little") <= LONGEST_HEADER


def read_safetensors(
    stream: BinaryIO, name: str, chosen: Choose | None = None
) -> dict[str, npt.NDArray[Any]]:
    """Arrays of the file by name: all, or those that are chosen from the names."""
    header = _header(stream, name)
    keys = {key: key for key in header} if chosen is None else chosen(list(header))
    start = stream.tell()
    size = stream.seek(0, 2) - start
    return {
        called: _tensor(header[key], stream, (start, size), f"{name}:{short(key)}")
        for called, key in keys.items()
    }


def safetensors_bytes(stream: BinaryIO, name: str, chosen: Choose) -> int:
    """The memory that `read_safetensors` will take, from the header alone."""
    header = _header(stream, name)
    entries = [header[key] for key in chosen(list(header)).values()]
    return sum(
        bytes_of(tuple(entry["shape"]), np.dtype(_DTYPES[entry["dtype"]]))
        for entry in entries  # what is broken takes nothing: reading it says what is wrong
        if isinstance(entry, dict) and _sizes(entry.get("shape")) and entry.get("dtype") in _DTYPES
    )


class Tensor(NamedTuple):
    """An array of the file, as its header has it."""

    name: str
    shape: tuple[int, ...]
    dtype: str
    numbers: int
    bytes: int


def safetensors_list(stream: BinaryIO, name: str) -> Iterator[Tensor]:
    """The arrays that the header names, of whatever type; nothing else of the file is read."""
    header = _header(stream, name)
    start = stream.tell()
    size = stream.seek(0, 2) - start
    for key, entry in header.items():
        code, shape, (begin, end) = _place(entry, size, f"{name}:{short(key)}")
        yield Tensor(key, shape, code, math.prod(shape), end - begin)


def alphabet_of(stream: BinaryIO, name: str) -> str:
    """The characters whose one-hot vectors a text is, where the file's metadata say them."""
    stream.seek(0)
    said = _all(stream, name).get(_METADATA)
    found = said.get("alphabet") if isinstance(said, dict) else None
    return found if isinstance(found, str) else ""


def _header(stream: BinaryIO, name: str) -> dict[str, Any]:
    """The arrays in the file, by name; the stream then stands where the bytes begin."""
    header = _all(stream, name)
    header.pop(_METADATA, None)
    if not header:
        raise NnvizError("{name} holds no arrays", name=name)
    return header


def _all(stream: BinaryIO, name: str) -> dict[str, Any]:
    """The header as it stands."""
    length = int.from_bytes(stream.read(8), "little")
    data = stream.read(length) if length <= LONGEST_HEADER else b""
    try:
        header = json.loads(data.decode("utf-8"))
    except (ValueError, RecursionError):
        header = None
    if len(data) < length or not isinstance(header, dict):
        raise _broken(name, "its header")
    return header


def _tensor(entry: object, stream: BinaryIO, body: tuple[int, int], name: str) -> npt.NDArray[Any]:
    """One array; `body` is where the bytes of all begin, and how many there are."""
    start, size = body
    code, shape, (begin, end) = _place(entry, size, name)
    if code not in _DTYPES:
        raise NnvizError(
            "{name} holds numbers of type {dtype}, which is not read",
            name=name,
            dtype=short(code),
            hint="float, bfloat16, whole numbers and booleans are read",
        )
    dtype = np.dtype(_DTYPES[code])
    stream.seek(start + begin)
    array: npt.NDArray[Any] = np.frombuffer(stream.read(end - begin), dtype=dtype)
    if code == "BF16":
        # A bfloat16 is the upper half of a float32.
        array = (array.astype(np.uint32) << np.uint32(16)).view(np.float32)
    return plain(array.reshape(shape), name)


def _place(entry: object, size: int, name: str) -> tuple[str, tuple[int, ...], tuple[int, int]]:
    """Type, shape, and where an array begins and ends in so many bytes; the type may be new."""
    if not isinstance(entry, dict) or not {"dtype", "shape", "data_offsets"} <= entry.keys():
        raise _broken(name, "its header")
    code, shape, offsets = str(entry["dtype"]), entry["shape"], entry["data_offsets"]
    if not _sizes(shape) or len(shape) > MOST_AXES or not _sizes(offsets) or len(offsets) != 2:
        raise _broken(name, "its shape or place")
    begin, end = offsets
    item = int(_DTYPES[code][2:]) if code in _DTYPES else None
    fits = item is None or end - begin == math.prod(shape) * item
    if not begin <= end <= size or not fits:
        raise _broken(name, "its shape or place")
    return code, tuple(shape), (begin, end)


def _sizes(value: object) -> bool:
    return isinstance(value, list) and all(type(n) is int and n >= 0 for n in value)


def _broken(name: str, what: str) -> NnvizError:
    return NnvizError(
        "{name} is a broken safetensors file: {what} cannot be read", name=name, what=Words(what)
    )
