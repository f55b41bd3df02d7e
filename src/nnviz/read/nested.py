"""JSON → an array, strictly: nested lists of numbers, or a document made by nnviz.

The standard library parses, and the lists are checked level by level, which is quick.
Only where something is wrong is the text walked again, to say what and where.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import chain
from typing import TYPE_CHECKING, Any, NoReturn

from nnviz.errors import NnvizError
from nnviz.read.numbers import array_of, is_number, number_at
from nnviz.read.text import MINUS, listed, place_at, printable, short

if TYPE_CHECKING:
    import numpy.typing as npt

DEEPEST = 5
"""Axes of the largest array there is a use for: the filters of a 3-D convolution."""

_TOKEN = re.compile(
    r"""\s*(?:(?P<open>\[)|(?P<close>\])|(?P<comma>,)"""
    r"""|(?P<string>"(?:[^"\\]|\\.)*")|(?P<word>[^\s\[\]{},"]+|["{}]))""",
    re.DOTALL,
)
_JSON_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?")
_SMALL_WHOLE = re.compile(r"-?(?:0|[1-9][0-9]{0,17})")
_SPACE = re.compile(r"[ \t\n]*")


def parse_json(text: str, name: str) -> npt.NDArray[Any]:
    """A nested list of numbers, or the `output` of a document of nnviz, as an array.

    `text` is what the user wrote, `name` where it came from. Raises NnvizError for
    whatever else JSON can hold, for ragged, empty or too deep lists, and for numbers
    that do not fit.

    >>> parse_json("[[1, 2], [3, 4.5]]", "INPUT").shape
    (2, 2)
    """
    value = _load(text, name)
    if not isinstance(value, dict):
        return _array(value, text, 0, name)
    if "nnviz" not in value or "output" not in value:
        raise NnvizError(
            "{name} is a JSON object with the keys {keys}, not a matrix",
            name=printable(name),
            keys=listed(value) or "{}",
            hint="give a nested list such as [[1, 2], [3, 4]], or a trace of nnviz",
        )
    return _array(value["output"], text, _offsets(text)["output"], name)


def parse_json_arrays(text: str, name: str) -> dict[str, npt.NDArray[Any]]:
    """A JSON object of nested lists as arrays by name.

    >>> sorted(parse_json_arrays('{"Wx": [[1]], "b": [0.5]}', "--weights"))
    ['Wx', 'b']
    """
    value = _load(text, name)
    if not isinstance(value, dict) or not value:
        raise NnvizError(
            "{name} has no arrays by name",
            name=printable(name),
            hint='weights are an object of arrays: {"Wx": [[…]], "Wh": [[…]], "b": […]}',
        )
    offsets = _offsets(text)
    return {key: _array(held, text, offsets[key], name) for key, held in value.items()}


def _load(text: str, name: str) -> object:
    # A minus sign as books print it; as long as the hyphen, so that places stay.
    plain = text.replace(MINUS, "-")
    try:
        return json.loads(plain, parse_constant=_refuse)
    except RecursionError:
        raise _too_deep(name) from None
    except ValueError as error:
        if plain.lstrip().startswith("["):
            _explain(text, 0, name, alone=True)
        _not_json(error, text, name)


def _refuse(word: str) -> NoReturn:
    raise ValueError(word)


def _not_json(error: ValueError, text: str, name: str) -> NoReturn:
    if isinstance(error, json.JSONDecodeError):
        raise NnvizError(
            "this is not JSON: {reason}",
            reason=error.msg,
            place=place_at(text, error.pos, name),
        ) from None
    word = str(error)
    if word in ("NaN", "Infinity", "-Infinity"):
        found = re.search(rf"{word}\b(?=\s*[,\]}}])", text)
        offset = found.start() if found else 0
        raise NnvizError(
            "'{word}' is not a number", word=word, place=place_at(text, offset, name, len(word))
        ) from None
    raise NnvizError("a number in {name} has too many digits", name=printable(name)) from None


def _too_deep(name: str) -> NnvizError:
    return NnvizError(
        "the lists in {name} nest more than {most} deep", name=printable(name), most=DEEPEST
    )


def _array(value: object, text: str, offset: int, name: str) -> npt.NDArray[Any]:
    levels = _levels(value)
    array = array_of(*levels) if levels is not None else None
    if array is None:
        _explain(text, offset, name)
        raise NnvizError("{name} is not a matrix of numbers", name=printable(name))
    return array


def _levels(value: object) -> tuple[list[int | float], tuple[int, ...]] | None:
    """Every number in order, and the shape; None where the lists make no array."""
    level: list[object] = [value]
    shape: list[int] = []
    while (kinds := set(map(type, level))) == {list}:
        lengths = set(map(len, level))  # type: ignore[arg-type]
        if len(lengths) != 1 or 0 in lengths or len(shape) == DEEPEST:
            return None
        shape += lengths
        level = list(chain.from_iterable(level))  # type: ignore[arg-type]
    if not kinds <= {int, float}:
        return None
    return level, tuple(shape)  # type: ignore[return-value]


def _offsets(text: str) -> dict[str, int]:
    """Where the value of each key of the outermost object begins."""
    decoder = json.JSONDecoder()
    plain = text.replace(MINUS, "-")
    offsets = {}
    at = _skip(plain, _skip(plain, 0) + 1)
    while plain[at] == '"':
        key, at = decoder.raw_decode(plain, at)
        at = _skip(plain, _skip(plain, at) + 1)
        offsets[key] = at
        _, at = decoder.raw_decode(plain, at)
        at = _skip(plain, _skip(plain, at) + 1)
        if at >= len(plain):
            break
    return offsets


def _skip(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


class _Open:
    """A list that is not closed yet, as `_explain` walks the text."""

    __slots__ = ("count", "holds", "offset")

    def __init__(self, offset: int) -> None:
        self.offset = offset
        self.count = 0
        self.holds: str | None = None


class _Walk:
    """The walk over a text that is known to be wrong, up to the first fault."""

    def __init__(self, text: str, name: str) -> None:
        self.text = text
        self.name = name
        self.open: list[_Open] = []
        self.lengths: dict[int, int] = {}
        self.wants_value = True
        self.done = False

    def fail(self, template: str, at: int, width: int = 1, **more: object) -> NoReturn:
        hint = more.pop("hint", None)
        assert hint is None or isinstance(hint, str)
        raise NnvizError(
            template, hint=hint, place=place_at(self.text, at, self.name, width), **more
        )

    def comma(self, at: int) -> None:
        if self.wants_value:
            self.fail("a number is missing before this comma", at)
        self.wants_value = True

    def value(self, at: int, word: str, holds: str) -> None:
        """A value begins: there must be room for it, and its neighbours be of its kind."""
        if not self.wants_value:
            hint = "rows need no brackets: '1 2; 3 4'; lists need commas: [[1, 2], [3, 4]]"
            self.fail("a comma is missing before this", at, len(word), hint=hint)
        if self.open:
            within = self.open[-1]
            within.count += 1
            within.holds = within.holds or holds
            if within.holds != holds:
                self.fail("numbers and lists are mixed here", at, len(word))
        self.wants_value = False

    def start(self, at: int) -> None:
        self.value(at, "[", "lists")
        if len(self.open) == DEEPEST:
            self.fail("the lists nest more than {most} deep", at, most=DEEPEST)
        self.open.append(_Open(at))
        self.wants_value = True

    def number(self, at: int, word: str) -> None:
        self.value(at, word, "numbers")
        plain = word.replace(MINUS, "-")
        if _SMALL_WHOLE.fullmatch(plain):
            return  # most are: the walk over a large text is then half as long
        if not _JSON_NUMBER.fullmatch(plain):
            self.fail(
                "'{word}' is not a number" if not is_number(plain) else "JSON has no '{word}'",
                at,
                len(word),
                word=short(word),
                hint="fractions, .5 and +1 are read in rows: '1/9 .5; +1 2'"
                if is_number(plain)
                else None,
            )
        number_at(plain, self.text, at, self.name)

    def end(self, at: int) -> None:
        closed = self.open.pop()
        if self.wants_value:
            self.fail("this list is empty" if not closed.count else "a number is missing here", at)
        depth = len(self.open)
        first = self.lengths.setdefault(depth, closed.count)
        if closed.count != first:
            self._ragged(closed, first, at)
        self.done = not self.open

    def _ragged(self, closed: _Open, first: int, end: int) -> NoReturn:
        row = self.open[-1].count
        n, width = closed.count, end + 1 - closed.offset
        hint = "every row needs as many numbers as the first"
        if closed.holds == "lists":
            template = "this list has a length of {n}, the first beside it of {first}"
            hint = "every list needs as many items as the first beside it"
        elif len(self.open) > 1:
            template = "this row has {n} numbers, the first has {first}"
        elif n > 1:
            template = "row {row} has {n} numbers, row 1 has {first}"
        else:
            template = "row {row} has {n} number, row 1 has {first}"
        self.fail(template, closed.offset, width, row=row, n=n, first=first, hint=hint)


def _explain(text: str, offset: int, name: str, *, alone: bool = False) -> None:
    """Raise the first fault of the value at `offset`; `alone`, nothing may follow it."""
    walk = _Walk(text, name)
    for kind, at, word in _tokens(text, offset):
        if walk.done:
            if alone:
                walk.fail(
                    "the matrix ends before this",
                    at,
                    len(word),
                    hint="several rows need brackets around them: [[1, 2], [3, 4]]",
                )
            return
        if kind == "comma":
            walk.comma(at)
        elif kind == "open":
            walk.start(at)
        elif kind == "close":
            walk.end(at)
        else:
            walk.number(at, word)
        walk.done = walk.done or not walk.open
    if walk.open:
        walk.fail("this bracket is not closed", walk.open[-1].offset)


def _tokens(text: str, offset: int) -> Iterator[tuple[str, int, str]]:
    for found in _TOKEN.finditer(text, offset):
        kind = found.lastgroup or ""
        yield kind, found.start(kind), found[kind]
