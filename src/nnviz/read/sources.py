"""The entry: a path, `-` or the matrix itself → arrays, read by what the content is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Literal

from nnviz import memory
from nnviz.errors import NnvizError, UsageError
from nnviz.libraries import npt
from nnviz.read import arrays, axes, foreign, nested, rows, safetensors, spellings
from nnviz.read.given import Given, Stdin, opened
from nnviz.read.images import ImageOptions, read_image
from nnviz.read.numbers import text_bytes
from nnviz.read.text import decode, has_utf16_mark
from nnviz.records import NamedTuple
from nnviz.words import Words

Kind = Literal["npy", "zip", "safetensors", "image", "text"]

_NO_OPTIONS = ImageOptions()
_BY_NAME = {
    "zip": (arrays.npz_bytes, arrays.read_npz),
    "safetensors": (safetensors.safetensors_bytes, safetensors.read_safetensors),
}
"""What holds arrays by name: the memory they need, and how they are read."""
_HEAD = foreign.HEAD
_SAMPLE = 2**16
_LONGEST_TEXT = 2**30

_WORDED_PICTURE = re.compile(rb"/\* XPM \*/|#define |%!PS|GIF8|P[Ff1-7y]\s")
"""Pictures whose first bytes are letters; all others begin with bytes that no text has."""


class Source(NamedTuple):
    """What was read, and what to call it."""

    array: npt.NDArray[Any]
    name: str
    """A file's name, `standard input`, or the argument's name for text given."""
    image: bool = False
    """Whether it came from a picture."""


def read_input(
    spec: str,
    *,
    stdin: Stdin,
    image: ImageOptions = _NO_OPTIONS,
    name: str = "INPUT",
    channels_last: bool | None = None,
) -> Source:
    """The array that `spec` gives: a path, `-`, or the matrix itself as text.

    Whole numbers come as int64 and all others as float64; a picture as uint8 or uint16,
    H×W where it is grey and C×H×W in colour. A single number is a vector of one. Arrays are
    C×H×W as they stand, with `channels_last` H×W×C; None, where a user cannot say which,
    does without the note on what looks like the other. What was left out of a table is
    told to `stdin.notes`. Raises NnvizError for what cannot be read, UsageError for options
    of pictures without one.

    >>> read_input("1 2 3; 4 5 6", stdin=Stdin(None)).array.shape
    (2, 3)
    """
    with opened(spec, stdin, name) as given:
        array, is_image = _read(given, image, stdin.notes)
    if not is_image and image._replace(dtype=None) != _NO_OPTIONS:
        raise UsageError(
            "{name} is not a picture: --gray, --resize, --unit and --frame are for pictures",
            name=given.label,
        )
    if channels_last:
        array = axes.channels_first(array, given.label, image=is_image)
    elif channels_last is not None and not is_image:
        stdin.notes += axes.doubts(array.shape, given.label)
    return Source(array.reshape(1) if array.ndim == 0 else array, given.name, is_image)


def read_array(
    spec: str, *, stdin: Stdin, name: str, known: Sequence[str] = ()
) -> npt.NDArray[Any]:
    """The int64 or float64 array of an option such as `--kernel`; a single number has no axes.

    `known` are the words that the option takes beside it, for the error that names none.

    >>> read_array("1/4", stdin=Stdin(None), name="--bias")
    array(0.25)
    """
    with opened(spec, stdin, name, known) as given:
        array, is_image = _read(given, _NO_OPTIONS, stdin.notes)
    return arrays.plain(array, given.label) if is_image else array


class Named(dict[str, "npt.NDArray[Any]"]):
    """Arrays by name, and the characters whose one-hot vectors a text is, where they are said."""

    alphabet: str = ""


def read_weights(spec: str, *, stdin: Stdin, name: str) -> Named:
    """Arrays by name: a JSON object of nested lists, an `.npz`, or a `.safetensors` file.

    Of `FILE:PREFIX` those whose names begin with `PREFIX.`, which is taken off them.

    >>> list(read_weights('{"Wx": [[1, 2]]}', stdin=Stdin(None), name="--weights"))
    ['Wx']
    """
    with opened(spec, stdin, name) as given:
        kind = _kind(given)

        def chosen(keys: list[str]) -> dict[str, str]:
            return arrays.below(keys, given.label, given.member)

        if given.stream is not None and kind in _BY_NAME:
            _check_memory(given, kind, chosen)
            made = Named(_BY_NAME[kind][1](given.stream, given.label, chosen))
            if kind == "safetensors":
                made.alphabet = safetensors.alphabet_of(given.stream, given.label)
            return made
        if kind == "text":
            text = _text(given)
            if text.lstrip()[:1] in ("{", "["):
                held = nested.parse_json_arrays(text, given.label)
                return Named({name: held[key] for name, key in chosen(list(held)).items()})
        raise NnvizError(
            "{name} has no arrays by name",
            name=given.label,
            hint="weights are a JSON object of arrays, an .npz or a .safetensors file",
        )


def _read(given: Given, image: ImageOptions, notes: list[Words]) -> tuple[npt.NDArray[Any], bool]:
    stream, chosen = given.stream, arrays.only(given.label, given.member)
    kind = _kind(given)
    _check_memory(given, kind, chosen)
    if given.member is not None and kind not in _BY_NAME:
        raise NnvizError(
            "{name} holds no arrays by name, so nothing can follow a colon", name=given.label
        )
    if stream is None or kind == "text":
        return _parse(_text(given), given.label, notes), False
    if kind == "image":
        return read_image(stream, given.label, image), True
    if kind == "npy":
        return arrays.read_npy(stream, given.label), False
    (array,) = _BY_NAME[kind][1](stream, given.label, chosen).values()
    return array, False


def _check_memory(given: Given, kind: Kind, chosen: arrays.Choose) -> None:
    """Raise NnvizError where what is read would need more memory than there is; a picture says
    so itself.
    """
    needed = 0
    with suppress(NnvizError):  # what cannot be read is named by who reads it
        needed = _needed(given, kind, chosen)
    if given.stream is not None:
        given.stream.seek(0)
    memory.check(needed, needed // 8, given.label)


def _needed(given: Given, kind: Kind, chosen: arrays.Choose) -> int:
    stream = given.stream
    if stream is None:
        return text_bytes(len(given.text), given.text[:_SAMPLE])
    if kind == "npy":
        return arrays.npy_bytes(stream, given.label)
    if kind in _BY_NAME:
        return _BY_NAME[kind][0](stream, given.label, chosen)
    if kind == "image":
        return 0
    sample = stream.read(_SAMPLE).decode("utf-8", "replace")
    return text_bytes(stream.seek(0, 2), sample)


def _parse(text: str, label: str, notes: list[Words]) -> npt.NDArray[Any]:
    if (array := nested.plain_json(text)) is not None:
        return array
    plain, spelled, floats = spellings.plain(text, label)
    begins = plain.lstrip()[:1]
    if not begins:
        raise NnvizError("{name} is empty", name=label)
    if begins in ("[", "{"):
        array = nested.parse_json(text, label, plain=plain, spelled=spelled)
    else:
        array = rows.parse_rows(text, label, plain=plain, notes=notes)
    return array.astype(float) if floats else array


def _text(given: Given) -> str:
    if given.stream is None:
        return given.text
    size = given.stream.seek(0, 2)
    given.stream.seek(0)
    if size > _LONGEST_TEXT:
        raise NnvizError(
            "{name} is longer than 1 GiB of text",
            name=given.label,
            hint="arrays this large are read from .npy",
        )
    return decode(given.stream.read(), given.label)


def _kind(given: Given) -> Kind:
    """What is given, from its first bytes; an error if it is nothing that is read."""
    if given.stream is None:
        return "text"
    head = given.stream.read(_HEAD)
    given.stream.seek(0)
    if head.startswith(arrays.NPY_MAGIC):
        return "npy"
    if head.startswith(arrays.ZIP_MAGICS):
        return "zip"
    if safetensors.looks_like_safetensors(head):
        return "safetensors"
    if (other := foreign.foreign_file(head)) is not None:
        raise foreign.not_read(other, given.label)
    return "text" if _is_text(head) and not _WORDED_PICTURE.match(head) else "image"


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
