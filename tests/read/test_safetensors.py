"""Safetensors: refusals, and every type of number."""

from __future__ import annotations

import io
import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nnviz.errors import NnvizError
from nnviz.read.arrays import below, only
from nnviz.read.safetensors import (
    alphabet_of,
    looks_like_safetensors,
    read_safetensors,
    safetensors_bytes,
)


def written(header: object, body: bytes = b"") -> bytes:
    text = json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + body


def tensor(
    dtype: object = "F64", shape: object = (1,), offsets: object = (0, 8)
) -> dict[str, object]:
    return {"dtype": dtype, "shape": shape, "data_offsets": offsets}


def read(data: bytes) -> dict[str, np.ndarray]:
    return read_safetensors(io.BytesIO(data), "w")


EIGHT = bytes(8)
REFUSED = {
    "no arrays": (written({"__metadata__": {"a": "b"}}), "w holds no arrays"),
    "a header that is a list": (written([1]), "its header cannot be read"),
    "a header cut short": (written({"a": tensor()})[:20], "its header cannot be read"),
    "a header past the end": (
        (10**7).to_bytes(8, "little") + b"{}",
        "its header cannot be read",
    ),
    "nested lists": (
        (10**5).to_bytes(8, "little") + b"[" * 10**5,
        "its header cannot be read",
    ),
    "half an entry": (written({"a": {"dtype": "F64"}}, EIGHT), "its header cannot be read"),
    "an entry that is none": (written({"a": 1}, EIGHT), "its header cannot be read"),
    "an unknown type": (written({"a": tensor("F8_E4M3")}, EIGHT), "numbers of type F8_E4M3"),
    "a type that is none": (written({"a": tensor(8)}, EIGHT), "numbers of type 8"),
    "past the end": (written({"a": tensor(shape=[2], offsets=[0, 16])}, EIGHT), "shape or place"),
    "end before begin": (written({"a": tensor(offsets=[8, 0])}, EIGHT), "shape or place"),
    "another size": (written({"a": tensor(shape=[2])}, EIGHT), "shape or place"),
    "a negative size": (written({"a": tensor(shape=[-1])}, EIGHT), "shape or place"),
    "a size that is no number": (written({"a": tensor(shape=["1"])}, EIGHT), "shape or place"),
    "a shape that is none": (written({"a": tensor(shape=1)}, EIGHT), "shape or place"),
    "one offset": (written({"a": tensor(offsets=[0])}, EIGHT), "shape or place"),
    "100 axes": (written({"a": tensor(shape=[1] * 100)}, EIGHT), "shape or place"),
    "6 axes": (written({"a": tensor(shape=[1] * 6)}, EIGHT), "w:a has 6 axes"),
    "an empty array": (written({"a": tensor(shape=[0], offsets=[0, 0])}, EIGHT), "is empty"),
    "2^63": (
        written({"a": tensor("U64")}, (2**63).to_bytes(8, "little")),
        "9223372036854775808 in w:a is too large",
    ),
}


@pytest.mark.parametrize(("data", "message"), REFUSED.values(), ids=REFUSED.keys())
def test_refuses(data: bytes, message: str) -> None:
    with pytest.raises(NnvizError) as caught:
        read(data)
    assert message in str(caught.value)


TYPES = {
    "F64": "<f8", "F32": "<f4", "F16": "<f2", "BOOL": "?", "I64": "<i8", "I32": "<i4",
    "I16": "<i2", "I8": "i1", "U64": "<u8", "U32": "<u4", "U16": "<u2", "U8": "u1",
}  # fmt: skip


@pytest.mark.parametrize("code", TYPES)
def test_reads_every_type(code: str) -> None:
    array = np.array([[0, 1, 1], [1, 0, 0]]).astype(TYPES[code])
    body = array.tobytes()
    header = {"__metadata__": {"format": "pt"}, "a": tensor(code, [2, 3], [0, len(body)])}
    expected = array.astype(np.float64 if code.startswith("F") else np.int64)
    np.testing.assert_array_equal(read(written(header, body))["a"], expected, strict=True)


def test_reads_bfloat16() -> None:
    # The upper halves of the float32s 1, −2 and 0.15625.
    body = b"\x80\x3f\x00\xc0\x20\x3e"
    array = read(written({"a": tensor("BF16", [3], [0, 6])}, body))["a"]
    np.testing.assert_array_equal(array, np.array([1.0, -2.0, 0.15625]), strict=True)


def test_an_array_without_axes_and_several_arrays() -> None:
    body = np.array([1.5, 2.5, 3.5]).tobytes()
    header = {"s": tensor(shape=[], offsets=[0, 8]), "v": tensor(shape=[2], offsets=[8, 24])}
    held = read(written(header, body))
    assert {name: array.tolist() for name, array in held.items()} == {"s": 1.5, "v": [2.5, 3.5]}


def test_only_what_is_chosen_is_read() -> None:
    body = np.array([1.5, 2.5]).tobytes()
    header = {"a.w": tensor(), "b.w": tensor("F8_E4M3"), "a.b": tensor(offsets=[8, 16])}
    data = written(header, body)
    held = read_safetensors(io.BytesIO(data), "w", lambda keys: below(keys, "w", "a"))
    assert {name: array.tolist() for name, array in held.items()} == {"w": [1.5], "b": [2.5]}


def test_the_memory_that_arrays_take_is_known_before() -> None:
    header = {"a": tensor("F32", [1000], [0, 4000]), "b": tensor("F64", [5], [4000, 4040])}
    data = io.BytesIO(written(header, bytes(4040)))
    assert safetensors_bytes(data, "w", only("w", "a")) == 12_000
    data.seek(0)
    assert safetensors_bytes(data, "w", lambda keys: {k: k for k in keys}) == 12_040
    broken = io.BytesIO(written({"a": 1, "b": {}, "c": tensor("F9")}, EIGHT))
    assert safetensors_bytes(broken, "w", lambda keys: {k: k for k in keys}) == 0


def test_is_known_by_its_first_bytes() -> None:
    assert looks_like_safetensors(written({"a": tensor()}, EIGHT))
    assert not looks_like_safetensors(b'{"a": 1}{')
    assert not looks_like_safetensors(b"")


@settings(deadline=None, max_examples=100)
@given(st.integers(0, 100), st.binary(min_size=1, max_size=4))
def test_reads_or_refuses_damaged_files(at: int, damage: bytes) -> None:
    data = written({"a": tensor("F32", [2, 1], [0, 8])}, EIGHT)
    try:
        held = read(data[:at] + damage + data[at + len(damage) :])
    except NnvizError:
        return
    assert all(array.dtype in (np.int64, np.float64) for array in held.values())


METADATA = {
    "an alphabet": ({"alphabet": " ab"}, " ab"),
    "none": ({"format": "pt"}, ""),
    "one that is no text": ({"alphabet": 3}, ""),
    "metadata that is no object": ([1], ""),
}


@pytest.mark.parametrize(("metadata", "expected"), METADATA.values(), ids=METADATA)
def test_an_alphabet_stands_in_the_metadata(metadata: object, expected: str) -> None:
    stream = io.BytesIO(written({"__metadata__": metadata, "a": tensor()}, EIGHT))
    assert list(read_safetensors(stream, "w")) == ["a"]
    assert alphabet_of(stream, "w") == expected
