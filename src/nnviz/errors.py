"""What is wrong, where, and what to do: the one kind of error a user sees."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from nnviz.records import NamedTuple
from nnviz.words import Words, safe

FLAG = r"--[a-z](?:[a-z0-9-]*[a-z0-9])?"


class Place(NamedTuple):
    """Where in a user's text something is wrong; lines and columns count from 1."""

    name: str
    """A file's name, or the argument the text was given to (`INPUT`, `--kernel`)."""
    line: int | None = None
    column: int | None = None
    text: str | None = None
    """The user's own line, for the caret to point into."""
    width: int = 1
    """How many characters the caret underlines."""


class NnvizError(ValueError):
    """Bad data, or a file that cannot be read or written (exit code 1).

    `template` and `args` make the message; `hint` says what to do; `place` says
    where. Outer code may add `context` (which command, which layer).
    """

    exit_code = 1

    def __init__(
        self,
        template: str,
        /,
        *,
        hint: str | Words | None = None,
        place: Place | None = None,
        **args: object,
    ) -> None:
        self.message = Words(template, **args)
        self.hint = Words(hint) if isinstance(hint, str) else hint
        self.place = place
        self.context: list[Words] = []
        self.partial: Any = None
        """The Trace of what was done before, where a reader should see it."""
        super().__init__(str(self.message))

    def __str__(self) -> str:
        return describe(self)

    def rename(self, name: Callable[[str], str]) -> None:
        """Call options as another caller does: `name` gives what a flag, or a name, is there."""
        self.message = _renamed(self.message, name)
        self.hint = None if self.hint is None else _renamed(self.hint, name)


@contextmanager
def called(name: Callable[[str], str]) -> Iterator[None]:
    """Errors in here call options as `name` gives them."""
    try:
        yield
    except NnvizError as error:
        error.rename(name)
        raise


class UsageError(NnvizError):
    """An option or argument that cannot be (exit code 2)."""

    exit_code = 2


def _renamed(words: Words, name: Callable[[str], str]) -> Words:
    def in_text(text: str) -> str:
        return re.sub(FLAG, lambda flag: name(flag[0]), text)

    args = {k: in_text(name(v)) if isinstance(v, str) else v for k, v in words.args.items()}
    return type(words)(in_text(words.template), **args)


def describe(error: NnvizError, say: Callable[[Words], str] = str) -> str:
    """The whole message, in the language that `say` speaks: what, where, what to do."""
    lines = [say(error.message)]
    if error.place is not None:
        lines += _point(error.place, say)
    lines += [f"  {say(words)}" for words in error.context]
    if error.hint is not None:
        lines.append(f"  {say(error.hint)}")
    return "\n".join(lines)


def _point(place: Place, say: Callable[[Words], str]) -> list[str]:
    if place.line is None or place.column is None:
        return [f"  {safe(place.name)}"]
    where = Words("line {line}, column {column}", line=place.line, column=place.column)
    lines = [f"  {safe(place.name)}, {say(where)}"]
    if place.text is not None:
        text, caret = _excerpt(place.text, place.column - 1, place.width)
        lines += [f"    {text}", f"    {caret}"]
    return lines


def _excerpt(text: str, start: int, width: int, room: int = 70) -> tuple[str, str]:
    """A line of at most `room` characters around the fault, and the caret under it."""
    first = max(0, start - room // 2) if len(text) > room else 0
    shown = text[first : first + room].replace("\t", " ")
    if first:
        shown = "…" + shown[1:]
    if first + room < len(text):
        shown = shown[:-1] + "…"
    at = start - first
    before, marked = safe(shown[:at]), safe(shown[at:][:width])
    return safe(shown), " " * _columns(before) + "^" * max(1, _columns(marked))


def _columns(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
