"""Whether an argument that names no file was meant to: then the error is about files."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from itertools import islice

from nnviz.errors import NnvizError
from nnviz.read.numbers import is_number
from nnviz.read.spellings import is_spelled, signs
from nnviz.read.text import short
from nnviz.words import Words

_SUFFIX = re.compile(r"\.[A-Za-z][A-Za-z0-9]{1,11}(?::[\w.-]*)?$")
_BETWEEN = re.compile(r"[\s,]+")
_MOST_NEIGHBOURS = 5000


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
    import difflib

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
