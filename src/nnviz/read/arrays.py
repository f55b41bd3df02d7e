"""Array files → arrays: `.npy` and `.npz`. Nothing is ever unpickled."""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import IO, Any, BinaryIO

from nnviz.errors import NnvizError
from nnviz.libraries import np, npt, zipfile
from nnviz.read.foreign import foreign_archive, not_read
from nnviz.read.nested import DEEPEST
from nnviz.read.numbers import MOST, past_int64
from nnviz.read.text import faults, listed, reason, short
from nnviz.shapes import times
from nnviz.words import Words

Choose = Callable[[list[str]], dict[str, str]]
"""From the names in a file to those that are read, by what they are then called."""

NPY_MAGIC = b"\x93NUMPY"
ZIP_MAGICS = (b"PK\x03\x04", b"PK\x05\x06")

LARGEST = 2**31
"""Bytes that an archive may unpack to: enough for 178 megapixels of float64."""


def read_npy(stream: BinaryIO, name: str) -> npt.NDArray[Any]:
    """The array of an `.npy` file."""
    with _faults(name):
        return plain(_npy(stream, name, _left(stream)), name)


def read_npz(
    stream: BinaryIO, name: str, chosen: Choose | None = None
) -> dict[str, npt.NDArray[Any]]:
    """Arrays of an `.npz` archive by name: all, or those that are chosen from the names."""
    with _faults(name), zipfile.ZipFile(stream) as archive:
        members = _members(archive, name)
        keys = {key: key for key in members} if chosen is None else chosen(list(members))
        if sum(members[key].file_size for key in keys.values()) > LARGEST:
            raise NnvizError(
                "{name} unpacks to more than {most} GiB", name=name, most=LARGEST >> 30
            )
        return {
            called: _member(archive, members[key], f"{name}:{key}") for called, key in keys.items()
        }


def npy_bytes(stream: BinaryIO, name: str) -> int:
    """The memory that `read_npy` will take, from the header alone."""
    with _faults(name):
        return bytes_of(*_header(stream, name))


def npz_bytes(stream: BinaryIO, name: str, chosen: Choose) -> int:
    """The memory that `read_npz` will take, from the headers of its arrays alone."""
    needed = 0
    with _faults(name), zipfile.ZipFile(stream) as archive:
        members = _members(archive, name)
        for key in chosen(list(members)).values():
            with archive.open(members[key]) as member:
                needed += bytes_of(*_header(member, f"{name}:{key}"))
    return needed


def bytes_of(shape: tuple[int, ...], dtype: np.dtype[Any]) -> int:
    """The memory of an array as it is read and, of another type, as it then is computed with.

    >>> import numpy as np
    >>> bytes_of((1000,), np.dtype("i1")), bytes_of((1000,), np.dtype("f8"))
    (9000, 8000)
    """
    cells = math.prod(shape)
    kept = dtype.isnative and dtype.kind in "if" and dtype.itemsize == 8
    return cells * dtype.itemsize + (0 if kept else 8 * cells)


def only(name: str, wanted: str | None) -> Choose:
    """The choice of one name: the one asked for, or the only one there is."""

    def chosen(keys: list[str]) -> dict[str, str]:
        found = [key for key in keys if wanted in (None, key)]
        if len(found) == 1:
            return {key: key for key in found}
        raise NnvizError(
            "{name} holds {n} arrays: {keys}"
            if wanted is None
            else "{name} has no array named '{wanted}'; it has {keys}",
            name=name,
            n=len(keys),
            wanted=short(wanted or ""),
            keys=listed(keys, most=20),
            hint="say which with a colon and its name, as in file.npz:name"
            if wanted is None
            else None,
        )

    return chosen


def below(keys: list[str], name: str, prefix: str | None) -> dict[str, str]:
    """The names that begin with a prefix and a point, by what is left of them without it.

    >>> below(["a.w", "a.b", "c.w"], "x.npz", "a")
    {'w': 'a.w', 'b': 'a.b'}
    """
    if prefix is None:
        return {key: key for key in keys}
    begins = prefix.rstrip("./")
    found = {
        key[len(begins) + 1 :]: key
        for key in keys
        if key.startswith(begins) and key[len(begins) : len(begins) + 1] in (".", "/")
    }
    if begins and found:
        return found
    prefixes = sorted({key.rpartition(".")[0] for key in keys if "." in key})
    raise NnvizError(
        "{name} has no arrays whose names begin with '{prefix}.'",
        name=name,
        prefix=short(begins),
        hint=Words("there is: {names}", names=listed(prefixes or keys, most=20)),
    )


def plain(array: npt.NDArray[Any], name: str) -> npt.NDArray[Any]:
    """An array as the rest of the program knows them: int64 or float64, not empty.

    Whole numbers and booleans become int64, floats float64, without a copy where they are that.
    """
    kind = array.dtype.kind
    if kind not in "biuf":
        raise NnvizError(
            "{name} holds {dtype}, not real numbers", name=name, dtype=short(str(array.dtype))
        )
    if array.size == 0:
        raise NnvizError(
            "{name} is empty: its shape is {shape}", name=name, shape=times(array.shape)
        )
    if array.ndim > DEEPEST:
        raise NnvizError(
            "{name} has {n} axes; the most there is a use for is {most}",
            name=name,
            n=array.ndim,
            most=DEEPEST,
        )
    if kind == "u" and array.dtype.itemsize == 8 and (top := int(array.max())) > MOST:
        raise past_int64(top, name)
    with np.errstate(all="ignore"):
        return array.astype(np.float64 if kind == "f" else np.int64, copy=False)


def _npy(stream: IO[bytes], name: str, size: int | None) -> npt.NDArray[Any]:
    """The array that follows, after its header was found to fit the bytes there are."""
    start = stream.tell()
    shape, dtype = _header(stream, name)
    needed = math.prod(shape) * dtype.itemsize + stream.tell() - start
    if size is not None and needed > size:
        raise NnvizError(
            "{name} is cut short: an array of {shape} takes {needed} bytes and it has {size}",
            name=name,
            shape=times(shape),
            needed=needed,
            size=size,
        )
    stream.seek(start)
    array: npt.NDArray[Any] = np.lib.format.read_array(stream, allow_pickle=False)
    return array


def _header(stream: IO[bytes], name: str) -> tuple[tuple[int, ...], np.dtype[Any]]:
    """The shape and type of the array that follows."""
    from numpy.lib import format as npy

    version = npy.read_magic(stream)
    header = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
    shape, _, dtype = header(stream)
    if dtype.hasobject:
        raise NnvizError(
            "{name} holds pickled Python objects, and nothing is ever unpickled",
            name=name,
            hint="save an array of numbers: np.save(file, x.astype(float))",
        )
    return shape, dtype


def _members(archive: zipfile.ZipFile, name: str) -> dict[str, zipfile.ZipInfo]:
    infos = archive.infolist()
    members = {i.filename.removesuffix(".npy"): i for i in infos if i.filename.endswith(".npy")}
    if members:
        return members
    other = foreign_archive(info.filename for info in infos)
    if other is not None:
        raise not_read(other, name)
    raise NnvizError(
        "{name} is a ZIP archive with no array (.npy) in it",
        name=name,
        hint="an archive of arrays is made by numpy.savez",
    )


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str) -> npt.NDArray[Any]:
    with archive.open(info) as stream:
        array = _npy(stream, name, info.file_size)
        stream.read(1)  # to the end, where the checksum is compared
    return plain(array, name)


def _left(stream: BinaryIO) -> int:
    start = stream.tell()
    end = stream.seek(0, 2)
    stream.seek(start)
    return end - start


def _faults(name: str) -> AbstractContextManager[None]:
    """Whatever a broken file makes NumPy or zipfile raise, as one clear error."""
    template = "{name} is a broken array file: {reason}"
    return faults(lambda error: NnvizError(template, name=name, reason=reason(error)))
