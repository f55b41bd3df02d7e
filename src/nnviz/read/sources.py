"""The entry: a path, `-` or the matrix itself → arrays, read by what the content is."""

from __future__ import annotations

import errno
import io
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Literal, NamedTuple

from nnviz.errors import NnvizError, UsageError
from nnviz.read import arrays, nested, rows, safetensors
from nnviz.read.images import ImageOptions, read_image
from nnviz.read.paths import is_path, is_written_out, no_such_file
from nnviz.read.text import decode, has_utf16_mark, printable

if TYPE_CHECKING:
    import numpy.typing as npt

Kind = Literal["npy", "zip", "safetensors", "image", "text"]

STANDARD_INPUT = "standard input"
"""What messages call it."""
_NO_OPTIONS = ImageOptions()
_HEAD = 4096
_LONGEST_TEXT = 2**30

# Pictures whose first bytes are letters; all others begin with bytes that no text has.
_WORDED_PICTURES = (b"/* XPM */", b"#define ", b"%!PS", b"GIF8")
_NETPBM = b"PFPfP1P2P3P4P5P6P7PyP"


class Source(NamedTuple):
    """What was read, and what to call it."""

    array: npt.NDArray[Any]
    name: str
    """A file's name, `standard input`, or the argument's name for text given."""
    image: bool = False
    """Whether it came from a picture."""


class Stdin:
    """Standard input, which can be read once: a second reader gets a UsageError."""

    def __init__(self, stream: BinaryIO | None) -> None:
        self._stream = stream
        self._taker: str | None = None
        self._is_read = False
        self.opened: list[str] = []
        """The files that were read beside it, in order: no output may replace them."""

    def reserve(self, name: str) -> None:
        """Keep it for the argument called `name`, before anything is read or waited for."""
        if self._taker is not None:
            raise UsageError(
                "standard input can be read once, and both {first} and {second} ask for it",
                first=self._taker,
                second=name,
                hint="give one of them a file or the matrix itself",
            )
        self._taker = name

    def read(self, name: str) -> bytes:
        """All its bytes, for the argument called `name`."""
        if self._taker != name or self._is_read:
            self.reserve(name)
        self._is_read = True
        if self._stream is None:
            raise NnvizError("standard input is closed, and {name} reads it", name=name)
        return self._stream.read()


class _Given(NamedTuple):
    """What an argument turned out to be: text, or a stream of bytes."""

    label: str
    """What messages call it."""
    name: str
    text: str = ""
    stream: BinaryIO | None = None
    member: str | None = None


def read_input(
    spec: str, *, stdin: Stdin, image: ImageOptions = _NO_OPTIONS, name: str = "INPUT"
) -> Source:
    """The array that `spec` gives: a path, `-`, or the matrix itself as text.

    Whole numbers come as int64 and all others as float64; a picture as uint8 or uint16,
    H×W where it is grey and C×H×W in colour. A single number is a vector of one. Raises
    NnvizError for what cannot be read, UsageError for options of pictures without one.

    >>> read_input("1 2 3; 4 5 6", stdin=Stdin(None)).array.shape
    (2, 3)
    """
    with _given(spec, stdin, name) as given:
        array, is_image = _read(given, image)
    if not is_image and image != _NO_OPTIONS:
        raise UsageError(
            "{name} is not a picture: --gray, --resize, --unit and --frame are for pictures",
            name=printable(given.label),
        )
    return Source(array.reshape(1) if array.ndim == 0 else array, given.name, is_image)


def read_array(
    spec: str, *, stdin: Stdin, name: str, known: Sequence[str] = ()
) -> npt.NDArray[Any]:
    """The int64 or float64 array of an option such as `--kernel`; a single number has no axes.

    `known` are the words that the option takes beside it, for the error that names none.

    >>> read_array("1/4", stdin=Stdin(None), name="--bias")
    array(0.25)
    """
    with _given(spec, stdin, name, known) as given:
        array, is_image = _read(given, _NO_OPTIONS)
    return arrays.plain(array, given.label) if is_image else array


def read_weights(spec: str, *, stdin: Stdin, name: str) -> dict[str, npt.NDArray[Any]]:
    """Arrays by name: a JSON object of nested lists, an `.npz`, or a `.safetensors` file.

    >>> list(read_weights('{"Wx": [[1, 2]]}', stdin=Stdin(None), name="--weights"))
    ['Wx']
    """
    with _given(spec, stdin, name) as given:
        stream = given.stream
        kind: Kind = _kind(stream) if stream is not None else "text"
        if stream is not None and kind == "zip":
            return arrays.read_npz(stream, given.label)
        if stream is not None and kind == "safetensors":
            return safetensors.read_safetensors(stream, given.label)
        if kind == "text":
            text = _text(given)
            if text.lstrip()[:1] in ("{", "["):
                return nested.parse_json_arrays(text, given.label)
        raise NnvizError(
            "{name} has no arrays by name",
            name=printable(given.label),
            hint="weights are a JSON object of arrays, an .npz or a .safetensors file",
        )


def _read(given: _Given, image: ImageOptions) -> tuple[npt.NDArray[Any], bool]:
    stream = given.stream
    kind: Kind = _kind(stream) if stream is not None else "text"
    if given.member is not None and kind not in ("zip", "safetensors"):
        raise NnvizError(
            "{name} holds no arrays by name, so nothing can follow a colon",
            name=printable(given.label),
        )
    if stream is None or kind == "text":
        return _parse(_text(given), given.label), False
    if kind == "image":
        return read_image(stream, given.label, image), True
    if kind == "npy":
        return arrays.read_npy(stream, given.label), False
    if kind == "zip":
        return arrays.read_npz_one(stream, given.label, given.member), False
    held = safetensors.read_safetensors(stream, given.label)
    return held[arrays.pick(list(held), given.label, given.member)], False


def _parse(text: str, label: str) -> npt.NDArray[Any]:
    begins = text.lstrip()[:1]
    if not begins:
        raise NnvizError("{name} is empty", name=printable(label))
    if begins in ("[", "{"):
        return nested.parse_json(text, label)
    return rows.parse_rows(text, label)


def _text(given: _Given) -> str:
    if given.stream is None:
        return given.text
    data = given.stream.read(_LONGEST_TEXT + 1)
    if len(data) > _LONGEST_TEXT:
        raise NnvizError(
            "{name} is longer than 1 GiB of text",
            name=printable(given.label),
            hint="arrays this large are read from .npy",
        )
    return decode(data, given.label)


def _kind(stream: BinaryIO) -> Kind:
    """What a stream holds, from its first bytes."""
    head = stream.read(_HEAD)
    stream.seek(0)
    if head.startswith(arrays.NPY_MAGIC):
        return "npy"
    if head.startswith(arrays.ZIP_MAGICS):
        return "zip"
    if safetensors.looks_like_safetensors(head):
        return "safetensors"
    if head.startswith(_WORDED_PICTURES) or _is_netpbm(head):
        return "image"
    return "text" if _is_text(head) else "image"


def _is_netpbm(head: bytes) -> bool:
    return head[:1] == b"P" and head[:2] in _NETPBM and head[2:3].isspace()


def _is_text(head: bytes) -> bool:
    if has_utf16_mark(head):
        return True
    if b"\0" in head:
        return False
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        # A letter may be cut where the head ends.
        return len(head) == _HEAD and error.start > _HEAD - 4
    return True


@contextmanager
def _given(spec: str, stdin: Stdin, name: str, known: Sequence[str] = ()) -> Iterator[_Given]:
    """What `spec` is, open while it is read; faults of the system become NnvizError."""
    label = spec
    try:
        if spec == "-":
            label = STANDARD_INPUT
            yield _Given(label, label, stream=io.BytesIO(stdin.read(name)))
            return
        path, member = _file(spec)
        if path is None:
            label = name
            yield _Given(name, name, text=_written_out(spec, name, known))
            return
        label = path
        stdin.opened.append(path)
        with Path(path).open("rb") as file:
            # A pipe given by name cannot be read from its start again.
            stream: BinaryIO = file if file.seekable() else io.BytesIO(file.read())
            yield _Given(path, Path(spec).name, stream=stream, member=member)
    except OSError as error:
        raise NnvizError(
            "cannot read {name}: {reason}",
            name=printable(label),
            reason=error.strerror or str(error),
        ) from None
    except MemoryError:
        raise NnvizError("{name} does not fit into memory", name=printable(label)) from None


def _file(spec: str) -> tuple[str | None, str | None]:
    """The file that `spec` names, and the array within it: `file.npz:name`."""
    if os.path.exists(spec):
        if not Path(spec).is_dir():
            return spec, None
        if is_written_out(spec):
            return None, None
        raise NnvizError(
            "{name} is a folder",
            name=printable(spec),
            hint="give a file in it, or the matrix itself: '1 2; 3 4'",
        )
    _check_reachable(spec)
    at = spec.find(":", 1)
    while at > 0:
        if os.path.isfile(spec[:at]):  # noqa: PTH113 - as above, texts may be long
            return spec[:at], spec[at + 1 :]
        at = spec.find(":", at + 1)
    return None, None


def _check_reachable(spec: str) -> None:
    """A file that is hidden from this user is no missing file, and no matrix."""
    with suppress(FileNotFoundError, NotADirectoryError, ValueError):
        try:
            os.stat(spec)  # noqa: PTH116 - as above, texts may be long
        except OSError as error:
            if error.errno == errno.EACCES:
                raise


def _written_out(spec: str, name: str, known: Sequence[str]) -> str:
    if is_path(spec):
        raise no_such_file(spec, name, known)
    return spec
