"""What an argument turns out to be: a file, standard input, or the matrix itself as text."""

from __future__ import annotations

import errno
import io
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from nnviz.errors import NnvizError, UsageError
from nnviz.libraries import difflib
from nnviz.read.numbers import is_number
from nnviz.read.spellings import is_spelled, signs
from nnviz.read.text import STANDARD_INPUT, short
from nnviz.records import NamedTuple
from nnviz.words import Words

_LONGEST_PATH = 4096
_SUFFIX = re.compile(r"\.[A-Za-z][A-Za-z0-9]{1,11}(?::[\w.-]*)?$")
_BETWEEN = re.compile(r"[\s,]+")
_MOST_NEIGHBOURS = 5000


class Stdin:
    """Standard input, which can be read once: a second reader gets a UsageError."""

    def __init__(self, stream: BinaryIO | None, *, typed: bool = False) -> None:
        self._stream = stream
        self.typed = typed
        """Whether a person would have to type it, or nothing comes: it is read only where it is
        asked for by name."""
        self._taker: str | None = None
        self.is_read = False
        """Whether it was read, and has nothing more."""
        self.opened: list[str] = []
        """The files that were read beside it, in order: no output may replace them."""
        self.notes: list[Words] = []
        """What a user should be told of all that was read: what was left out of it."""

    def reserve(self, name: str) -> None:
        """Keep it for the argument called `name`, before anything is read or waited for."""
        if self._taker is not None:
            hint = Words("give one of them a file or the matrix itself")
            if name == self._taker:
                raise UsageError(
                    "standard input can be read once, and two of {name} ask for it",
                    name=name,
                    hint=hint,
                )
            raise UsageError(
                "standard input can be read once, and both {first} and {second} ask for it",
                first=self._taker,
                second=name,
                hint=hint,
            )
        self._taker = name

    def read(self, name: str) -> bytes:
        """All its bytes, for the argument called `name`."""
        if self._taker != name or self.is_read:
            self.reserve(name)
        self.is_read = True
        if self._stream is None:
            raise NnvizError("standard input is closed, and {name} reads it", name=name)
        return self._stream.read()

    def held(self) -> bytes | None:
        """What it has for whom it is kept; None where that is nobody, or has read it."""
        return None if self._taker is None or self.is_read else self.read(self._taker)


class Given(NamedTuple):
    """What an argument turned out to be: text, or a stream of bytes."""

    label: str
    """What messages call it."""
    name: str
    text: str = ""
    stream: BinaryIO | None = None
    member: str | None = None


@contextmanager
def opened(spec: str, stdin: Stdin, name: str, known: Sequence[str] = ()) -> Iterator[Given]:
    """What `spec` is, open while it is read; faults of the system become NnvizError."""
    label = spec
    try:
        if spec == "-":
            label = STANDARD_INPUT
            yield Given(label, label, stream=io.BytesIO(stdin.read(name)))
            return
        path, member = _file(spec)
        if path is None:
            if is_path(spec):
                raise no_such_file(spec, name, known)
            label = name
            yield Given(name, name, text=spec)
            return
        label = path
        stdin.opened.append(path)
        with Path(path).open("rb") as file:
            # A pipe given by name cannot be read from its start again.
            stream: BinaryIO = file if file.seekable() else io.BytesIO(file.read())
            yield Given(path, Path(spec).name, stream=stream, member=member)
    except OSError as error:
        raise NnvizError(
            "cannot read {name}: {reason}", name=label, reason=error.strerror or str(error)
        ) from None
    except MemoryError:
        raise NnvizError("{name} does not fit into memory", name=label) from None


def _file(spec: str) -> tuple[str | None, str | None]:
    """The file that `spec` names, and the array within it: `file.npz:name`."""
    if os.path.exists(spec):
        if not Path(spec).is_dir():
            return spec, None
        if is_written_out(spec):
            return None, None
        raise NnvizError(
            "{name} is a folder",
            name=spec,
            hint="give a file in it, or the matrix itself: '1 2; 3 4'",
        )
    _check_reachable(spec)
    colons = (at for at, sign in enumerate(spec[:_LONGEST_PATH]) if at and sign == ":")
    for at in colons:
        if os.path.isfile(spec[:at]):  # noqa: PTH113 - as above, texts may be long
            return spec[:at], spec[at + 1 :]
    return None, None


def _check_reachable(spec: str) -> None:
    """A file that is hidden from this user is no missing file, and no matrix."""
    with suppress(FileNotFoundError, NotADirectoryError, ValueError):
        try:
            os.stat(spec)  # noqa: PTH116 - as above, texts may be long
        except OSError as error:
            if error.errno == errno.EACCES:
                raise


# --- whether an argument that names no file was meant to ----------------------------


def is_written_out(text: str) -> bool:
    """Whether a text is a matrix, by its looks.

    >>> is_written_out("1 2; 3 4"), is_written_out("photo.png")
    (True, False)
    """
    if signs(text).lstrip()[:1] in ("[", "{") or is_spelled(text):
        return True
    words = _words(text)
    return bool(words) and all(map(is_number, words))


def is_path(text: str) -> bool:
    """Whether a text that names no file looks like a path all the same.

    >>> [is_path(text) for text in ("photo.png", "my cat 2.png", "a/b", "1/9", "1 2; x 4")]
    [True, True, True, False, False]
    """
    if not text.strip() or signs(text).lstrip()[0] in "[{" or "\n" in text or ";" in text:
        return False
    if is_spelled(text):
        return False
    words = _words(text)
    numbers = sum(map(is_number, words))
    if numbers > len(words) - numbers:
        return False
    others = [word for word in words if not is_number(word)]
    if len(words) == 1:
        return bool(others)
    return bool(_SUFFIX.search(text)) or any("/" in word or "\\" in word for word in others)


def no_such_file(path: str, name: str, known: Sequence[str] = ()) -> NnvizError:
    """The error for a path with nothing there, with the nearest name that is there.

    `known` are names that the argument takes beside those of files.
    """
    near = _nearest(path, known)
    if near is not None:
        hint = Words("did you mean {near}?", near=near)
    elif known:
        names = ", ".join(known)
        hint = Words("{name} is a path, a matrix, -, or one of: {names}", name=name, names=names)
    else:
        hint = Words("{name} is a path, - or the matrix itself: '1 2 3; 4 5 6'", name=name)
    return NnvizError("no such file: {path}", path=short(path, 200), hint=hint)


def _nearest(path: str, known: Sequence[str]) -> str | None:
    """The known name, or that in the same folder, that is spelled most like it."""
    for word in difflib.get_close_matches(path, known, n=1, cutoff=0.7):
        return word
    folder, base = os.path.split(path)
    try:
        with os.scandir(folder or ".") as entries:
            names = [entry.name for entry in islice(entries, _MOST_NEIGHBOURS) if entry.is_file()]
    except (OSError, ValueError):
        return None
    near = difflib.get_close_matches(base, names, n=1, cutoff=0.7)
    return os.path.join(folder, near[0]) if near else None  # noqa: PTH118 - as it was typed


def _words(text: str) -> list[str]:
    plain = signs(text).replace(";", " ")
    return [word for word in _BETWEEN.split(plain.strip()) if word]
