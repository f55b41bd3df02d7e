"""Array files: refusals, what becomes of each dtype, archives with one array and more."""

from __future__ import annotations

import io
import pickle
import tracemalloc
import zipfile
from functools import partial
from typing import BinaryIO

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from nnviz.errors import NnvizError
from nnviz.read.arrays import (
    below,
    npy_bytes,
    npz_bytes,
    only,
    read_npy,
    read_npz,
)


def read_npz_one(stream: BinaryIO, name: str, wanted: str | None) -> np.ndarray:
    """The array asked for, or the only one there is."""
    (array,) = read_npz(stream, name, only(name, wanted)).values()
    return array


def npy(array: np.ndarray, *, pickled: bool = False) -> bytes:
    file = io.BytesIO()
    np.save(file, array, allow_pickle=pickled)
    return file.getvalue()


def header(text: str) -> bytes:
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text.encode("latin-1")


def archive(members: dict[str, bytes], *, packed: bool = False) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED) as z:
        for name, data in members.items():
            z.writestr(name, data)
    return file.getvalue()


class Bomb:
    """Says so if anybody ever unpickles it."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return pytest.fail, ("unpickled",)


REFUSED_NPY = {
    "pickled objects": (npy(np.array([Bomb()]), pickled=True), "nothing is ever unpickled"),
    "complex numbers": (npy(np.array([1j])), "holds complex128, not real numbers"),
    "text": (npy(np.array(["a"])), "holds <U1, not real numbers"),
    "dates": (npy(np.array(["2026-01-01"], "M8[D]")), "not real numbers"),
    "records": (npy(np.zeros(2, [("a", "i4")])), "not real numbers"),
    "no numbers": (npy(np.zeros((3, 0))), "is empty: its shape is 3×0"),
    "six axes": (npy(np.zeros((1,) * 6)), "has 6 axes; the most there is a use for is 5"),
    "2^63": (npy(np.array([1, 2**63], np.uint64)), "9223372036854775808 in a is too large"),
    "cut short": (npy(np.zeros((4, 4)))[:-1], "is cut short: an array of 4×4 takes 256 bytes"),
    "a header alone": (
        header("{'descr': '<f8', 'fortran_order': False, 'shape': (9999999999,)}\n"),
        "is cut short: an array of 9999999999 takes",
    ),
    "a broken header": (header("{'descr': '<f8'"), "is a broken array file"),
    "another version": (b"\x93NUMPY\x09\x00" + bytes(99), "is a broken array file"),
    "the magic alone": (b"\x93NUMPY", "is a broken array file"),
}


@pytest.mark.parametrize(("data", "message"), REFUSED_NPY.values(), ids=REFUSED_NPY.keys())
def test_refuses_npy(data: bytes, message: str) -> None:
    with pytest.raises(NnvizError) as caught:
        read_npy(io.BytesIO(data), "a")
    assert message in str(caught.value)


ONE = npy(np.arange(3))
PACKED = archive({"a.npy": npy(np.zeros(999))}, packed=True)
REFUSED_NPZ = {
    "several arrays": (archive({"x.npy": ONE, "y.npy": ONE}), None, "a holds 2 arrays: x, y"),
    "another name": (
        archive({"x.npy": ONE, "y.npy": ONE}),
        "z",
        "no array named 'z'; it has x, y",
    ),
    "no array": (archive({"a.txt": b"1 2"}), None, "is a ZIP archive with no array"),
    "nothing": (archive({}), None, "is a ZIP archive with no array"),
    "a file of PyTorch": (
        archive({"m/data.pkl": pickle.dumps(Bomb())}),
        None,
        "is a pickled file of Python or PyTorch, which is not read",
    ),
    "pickled objects": (
        archive({"x.npy": npy(np.array([Bomb()]), pickled=True)}),
        None,
        "a:x holds pickled Python objects",
    ),
    "half an archive": (archive({"x.npy": ONE})[:50], None, "is a broken array file"),
    "a damaged array": (
        archive({"x.npy": ONE}).replace(np.int64(2).tobytes(), np.int64(7).tobytes()),
        None,
        "is a broken array file: Bad CRC-32",
    ),
    "damaged packing": (PACKED[:50] + b"\xff" * 9 + PACKED[59:], None, "is a broken array file"),
}


@pytest.mark.parametrize(
    ("data", "wanted", "message"), REFUSED_NPZ.values(), ids=REFUSED_NPZ.keys()
)
def test_refuses_npz(data: bytes, wanted: str | None, message: str) -> None:
    with pytest.raises(NnvizError) as caught:
        read_npz_one(io.BytesIO(data), "a", wanted)
    assert message in str(caught.value)


def test_an_archive_that_says_it_unpacks_to_too_much_is_refused_unread() -> None:
    data = bytearray(archive({"x.npy": ONE}))
    at = data.index(b"PK\x01\x02")
    data[at + 24 : at + 28] = (3 << 30).to_bytes(4, "little")
    with pytest.raises(NnvizError, match="a unpacks to more than 2 GiB"):
        read_npz_one(io.BytesIO(bytes(data)), "a", None)
    with pytest.raises(NnvizError, match="a unpacks to more than 2 GiB"):
        read_npz(io.BytesIO(bytes(data)), "a")


BOMB = archive({"x.npy": npy(np.zeros((1000, 1000), np.int8))}, packed=True)


@pytest.mark.parametrize(
    ("kind", "needed"), [("i1", 9_000), ("f4", 12_000), ("<i8", 8_000), (">f8", 16_000)]
)
def test_the_memory_that_an_array_takes_is_known_before(kind: str, needed: int) -> None:
    data = npy(np.zeros((10, 100), kind))
    assert npy_bytes(io.BytesIO(data), "a") == needed
    packed = archive({"x.npy": data, "y.npy": data}, packed=True)
    assert npz_bytes(io.BytesIO(packed), "a", only("a", "x")) == needed
    assert npz_bytes(io.BytesIO(packed), "a", lambda keys: {k: k for k in keys}) == 2 * needed


def test_the_memory_of_a_bomb_is_known_without_unpacking_it() -> None:
    assert len(BOMB) < 2_000
    assert npz_bytes(io.BytesIO(BOMB), "a", only("a", None)) == 9_000_000
    tracemalloc.start()
    npz_bytes(io.BytesIO(BOMB), "a", only("a", None))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 500_000


def test_names_below_a_prefix() -> None:
    data = archive({"a.w.npy": ONE, "a.b.npy": ONE, "ab.w.npy": ONE, "c/w.npy": ONE})
    for prefix, expected in {"a": ["w", "b"], "a.": ["w", "b"], "ab": ["w"], "c": ["w"]}.items():
        held = read_npz(io.BytesIO(data), "f", partial(below, name="f", prefix=prefix))
        assert list(held) == expected
    for prefix in ("d", "a.w", "", "b"):
        with pytest.raises(NnvizError, match=f"f has no arrays whose names begin with '{prefix}.'"):
            below(["a.w", "a.b", "ab.w"], "f", prefix)


@pytest.mark.parametrize(
    ("kind", "becomes"),
    [(k, "int64") for k in ("?", "i1", "u1", "<i2", ">u2", "i4", "u4", "<i8", ">i8", "u8")]
    + [(k, "float64") for k in ("f2", "<f4", ">f4", "<f8", ">f8", "g")],
)
def test_whole_numbers_stay_whole(kind: str, becomes: str) -> None:
    array = np.array([[0, 1], [1, 0]]).astype(kind)
    read = read_npy(io.BytesIO(npy(array)), "a")
    np.testing.assert_array_equal(read, array.astype(becomes), strict=True)
    assert read.dtype.isnative


def test_what_a_float_can_be_is_read() -> None:
    array = np.array([np.nan, np.inf, -np.inf])
    np.testing.assert_array_equal(read_npy(io.BytesIO(npy(array)), "a"), array)


def test_an_array_by_columns_reads_as_it_was() -> None:
    array = np.asfortranarray(np.arange(6).reshape(2, 3))
    np.testing.assert_array_equal(read_npy(io.BytesIO(npy(array)), "a"), array)


@settings(deadline=None, max_examples=40)
@given(
    arrays.arrays(
        st.sampled_from([np.int64, np.float64]), arrays.array_shapes(min_dims=0, max_dims=5)
    )
)
def test_gives_back_what_was_saved(array: np.ndarray) -> None:
    np.testing.assert_array_equal(read_npy(io.BytesIO(npy(array)), "a"), array, strict=True)
    file = io.BytesIO()
    np.savez_compressed(file, one=array, two=array.reshape(-1))
    np.testing.assert_array_equal(read_npz_one(file, "a", "one"), array, strict=True)
    held = read_npz(file, "a")
    assert list(held) == ["one", "two"]
    np.testing.assert_array_equal(held["two"], array.reshape(-1), strict=True)


def test_the_only_array_needs_no_name() -> None:
    assert read_npz_one(io.BytesIO(archive({"x.npy": ONE})), "a", None).tolist() == [0, 1, 2]


@settings(deadline=None, max_examples=150)
@given(
    st.sampled_from([npy(np.zeros((2, 3))), archive({"x.npy": ONE}), PACKED]),
    st.integers(0, 2000),
    st.binary(min_size=1, max_size=4),
)
def test_reads_or_refuses_damaged_files(data: bytes, at: int, damage: bytes) -> None:
    at %= len(data)
    broken = io.BytesIO(data[:at] + damage + data[at + len(damage) :])
    try:
        packed = data.startswith(b"PK")
        array = read_npz_one(broken, "a", None) if packed else read_npy(broken, "a")
    except NnvizError:
        return
    assert array.dtype in (np.int64, np.float64)
