"""Bytes → text, the places in a text that an error points at, and what is said of broken files."""

from __future__ import annotations

import codecs
import re
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import NoReturn

from nnviz.errors import NnvizError, Place
from nnviz.records import NamedTuple

_BLANKS = re.compile(r"\s*")
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)

STANDARD_INPUT = "standard input"
"""What messages call it."""

MINUS = "\N{MINUS SIGN}"


class Written(NamedTuple):
    """What a user wrote, and the same as it is understood so far.

    Both are of one length and every number stands at the same place in them, so that an
    error found in the one points into the other.
    """

    same: str
    text: str
    name: str
    """Where it came from."""

    def place(self, offset: int, width: int = 1) -> Place:
        """Where the character at `offset` stands in the user's text."""
        return place_at(self.text, offset, self.name, width)

    def fail(
        self, template: str, at: int, width: int = 1, *, hint: str | None = None, **args: object
    ) -> NoReturn:
        """Raise the error that points at `width` characters of the user's text."""
        raise NnvizError(template, hint=hint, place=self.place(at, width), **args) from None

    def blanked(self, *spans: tuple[int, int]) -> Written:
        """The same with blanks for what stands between these offsets, in order."""
        return self._replace(same=blanked(self.same, *spans))


def blanked(text: str, *spans: tuple[int, int]) -> str:
    """The text with blanks for what stands between these offsets, in order.

    >>> blanked("[1 2]", (0, 1), (4, 5))
    ' 1 2 '
    """
    pieces, at = [], 0
    for start, end in spans:
        pieces += [text[at:start], " " * (end - start)]
        at = end
    return "".join([*pieces, text[at:]])


def has_utf16_mark(head: bytes) -> bool:
    """Whether bytes begin with the byte order mark of UTF-16."""
    return head.startswith(_UTF16)


def decode(data: bytes, name: str) -> str:
    r"""Text in UTF-8, with a byte order mark or not, or in UTF-16 with one.

    Every end of a line becomes `\n`.

    >>> decode(b"\xef\xbb\xbf1 2\r\n3 4", "INPUT")
    '1 2\n3 4'
    """
    encoding = "utf-16" if has_utf16_mark(data) else "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise NnvizError(
            "{name} is not text in UTF-8, nor a picture or an array: "
            "byte {byte} at offset {offset} cannot be read",
            name=name,
            byte=f"0x{data[error.start]:02x}",
            offset=error.start,
            hint="save it as UTF-8, or give a picture, JSON, CSV, .npy or .npz",
        ) from None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def place_at(text: str, offset: int, name: str, width: int = 1) -> Place:
    """Where the character at `offset` stands, with its line to show."""
    start = text.rfind("\n", 0, offset) + 1
    end = text.find("\n", offset)
    line = text[start : end if end >= 0 else len(text)]
    return Place(
        name,
        line=text.count("\n", 0, offset) + 1,
        column=offset - start + 1,
        text=line,
        width=max(1, min(width, start + len(line) - offset)),
    )


def short(word: str, room: int = 40) -> str:
    """A word as a message shows it: cut where it is very long."""
    return word if len(word) <= room else word[: room - 1] + "…"


def listed(names: Iterable[object], most: int = 8) -> str:
    """The first names of many, with commas between.

    >>> listed(["a", "b", "c"], most=2)
    'a, b, …'
    """
    shown = [short(str(name)) for name in names]
    return ", ".join(shown[:most] + ["…"] * (len(shown) > most))


def start_of(text: str, at: int = 0) -> int:
    """Where a text goes on after the blanks at an offset."""
    found = _BLANKS.match(text, at)
    return found.end() if found else at


# --- what libraries raise and warn of on broken files -------------------------------


@contextmanager
def faults(told: Callable[[Exception], NnvizError]) -> Iterator[None]:
    """Whatever a broken file makes a library warn of or raise, as the one error of `told`."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except (NnvizError, MemoryError):
        raise
    except Exception as error:  # they raise a dozen kinds, none documented
        raise told(error) from None


def reason(error: Exception) -> str:
    """The first line of what a library says, or the kind of its error."""
    return short(str(error) or type(error).__name__, 160).splitlines()[0]
