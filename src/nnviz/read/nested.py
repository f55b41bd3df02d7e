"""JSON → an array, strictly: nested lists of numbers, or a document made by nnviz.

The standard library parses, and the lists are checked level by level, which is quick.
Only where something is wrong is the text walked again, to say what and where. Lists that
came from another spelling, with numbers that JSON does not know, are read by that walk.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from itertools import chain
from typing import Any, NoReturn

from nnviz.errors import NnvizError
from nnviz.libraries import npt
from nnviz.read.numbers import LEFT_OUT, array_of, check_commas, is_number, number_at, quick
from nnviz.read.text import MINUS, Written, listed, short, start_of

DEEPEST = 5
"""Axes of the largest array there is a use for: the filters of a 3-D convolution."""

_TOKEN = re.compile(
    r"""(?:(?P<open>\[)|(?P<close>\])|(?P<comma>,)"""
    r"""|(?P<string>"(?:[^"\\]|\\.)*")|(?P<word>[^\s\[\]{},"]+|["{}]))""",
    re.DOTALL,
)
_JSON_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?")
_SMALL_WHOLE = re.compile(r"-?(?:0|[1-9][0-9]{0,17})")


def parse_json(
    text: str, name: str, *, plain: str | None = None, spelled: bool = False
) -> npt.NDArray[Any]:
    """A nested list of numbers, or the `output` of a document of nnviz, as an array.

    `text` is what the user wrote, `name` where it came from, `plain` the text in its plain
    form; `spelled` lists have numbers as rows have them (`1.`, `+1`, `1/9`). Raises NnvizError
    for whatever else JSON can hold, for ragged, empty or too deep lists, and for numbers
    that do not fit.

    >>> parse_json("[[1, 2], [3, 4.5]]", "INPUT").shape
    (2, 2)
    """
    written = _written(text, name, plain)
    value = _load(written)
    if value is None:
        return _walked(written, 0, alone=True, spelled=spelled)
    if not isinstance(value, dict):
        return _array(value, written, 0)
    if "nnviz" not in value or "output" not in value:
        raise NnvizError(
            "{name} is a JSON object with the keys {keys}, not a matrix",
            name=name,
            keys=listed(value) or "{}",
            hint="give a nested list such as [[1, 2], [3, 4]], or a trace of nnviz",
        )
    return _array(value["output"], written, _offsets(written.same)["output"])


def plain_json(text: str) -> npt.NDArray[Any] | None:
    """The array of a text that is nested lists of JSON and nothing else, at once.

    >>> plain_json("[[1, 2], [3, 4]]").shape, plain_json("[1 2; 3 4]")
    ((2, 2), None)
    """
    return quick(text, _levels) if text.lstrip().startswith("[") else None


def parse_json_arrays(text: str, name: str) -> dict[str, npt.NDArray[Any]]:
    """A JSON object of nested lists as arrays by name.

    >>> sorted(parse_json_arrays('{"Wx": [[1]], "b": [0.5]}', "--weights"))
    ['Wx', 'b']
    """
    written = _written(text, name, None)
    value = _load(written)
    if not isinstance(value, dict) or not value:
        raise NnvizError(
            "{name} has no arrays by name",
            name=name,
            hint='weights are an object of arrays: {"Wx": [[…]], "Wh": [[…]], "b": […]}',
        )
    offsets = _offsets(written.same)
    return {key: _array(held, written, offsets[key]) for key, held in value.items()}


def _written(text: str, name: str, plain: str | None) -> Written:
    # A minus sign as books print it; as long as the hyphen, so that places stay.
    return Written(text.replace(MINUS, "-") if plain is None else plain, text, name)


def _load(written: Written) -> object:
    """What the text holds; None where it is a list, and not one of JSON."""
    try:
        return json.loads(written.same, parse_constant=_refuse)
    except RecursionError:
        raise NnvizError(
            "the lists in {name} nest more than {most} deep", name=written.name, most=DEEPEST
        ) from None
    except ValueError as error:
        if written.same.startswith("[", start_of(written.same)):
            return None
        _not_json(error, written)


def _refuse(word: str) -> NoReturn:
    raise ValueError(word)


def _not_json(error: ValueError, written: Written) -> NoReturn:
    if isinstance(error, json.JSONDecodeError):
        written.fail("this is not JSON: {reason}", error.pos, reason=error.msg)
    word = str(error)
    if word in ("NaN", "Infinity", "-Infinity"):
        found = re.search(rf"{word}\b(?=\s*[,\]}}])", written.same)
        offset = found.start() if found else 0
        written.fail("'{word}' is not a number", offset, len(word), word=word)
    raise NnvizError("a number in {name} has too many digits", name=written.name) from None


def _array(value: object, written: Written, offset: int) -> npt.NDArray[Any]:
    levels = _levels(value)
    array = array_of(*levels) if levels is not None else None
    return _walked(written, offset) if array is None else array


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


def _offsets(plain: str) -> dict[str, int]:
    """Where the value of each key of the outermost object begins."""
    decoder = json.JSONDecoder()
    offsets = {}
    at = start_of(plain, start_of(plain, 0) + 1)
    while plain[at] == '"':
        key, at = decoder.raw_decode(plain, at)
        at = start_of(plain, start_of(plain, at) + 1)
        offsets[key] = at
        _, at = decoder.raw_decode(plain, at)
        at = start_of(plain, start_of(plain, at) + 1)
        if at >= len(plain):
            break
    return offsets


@dataclass(slots=True)
class _Open:
    """A list that is not closed yet, as the text is walked."""

    offset: int
    count: int = 0
    holds: str | None = None


class _Walk:
    """The walk over a text up to its first fault, or to the end of the value."""

    def __init__(self, written: Written, *, spelled: bool) -> None:
        self.written = written
        self.spelled = spelled
        self.open: list[_Open] = []
        self.lengths: dict[int, int] = {}
        self.depth: int | None = None
        """Of the first number: all others stand as deep."""
        self.numbers: list[int | float] = []
        self.wants_value = True
        self.done = False

    def comma(self, at: int) -> None:
        if self.wants_value:
            self.written.fail("a number is missing before this comma", at)
        self.wants_value = True

    def value(self, at: int, word: str, holds: str) -> None:
        """A value begins: there must be room for it, and its neighbours be of its kind."""
        if not self.wants_value:
            check_commas(self.written)  # where blanks separate numbers
            hint = "rows need no brackets: '1 2; 3 4'; lists need commas: [[1, 2], [3, 4]]"
            self.written.fail("a comma is missing before this", at, len(word), hint=hint)
        if self.open:
            within = self.open[-1]
            within.count += 1
            within.holds = within.holds or holds
            if within.holds != holds:
                self.written.fail("numbers and lists are mixed here", at, len(word))
        self.wants_value = False

    def start(self, at: int) -> None:
        self.value(at, "[", "lists")
        if len(self.open) == DEEPEST:
            self.written.fail("the lists nest more than {most} deep", at, most=DEEPEST)
        self.open.append(_Open(at))
        self.wants_value = True

    def number(self, at: int, word: str) -> None:
        if word in LEFT_OUT:
            number_at(word, self.written, at)
        self.value(at, word, "numbers")
        self.depth = len(self.open) if self.depth is None else self.depth
        if self.depth != len(self.open):
            self.written.fail("numbers and lists are mixed here", at, len(word))
        if _SMALL_WHOLE.fullmatch(word):
            self.numbers.append(int(word))  # most are: a large text then takes half as long
            return
        if not self.spelled and not _JSON_NUMBER.fullmatch(word):
            self._not_of_json(at, word)
        self.numbers.append(number_at(word, self.written, at))

    def _not_of_json(self, at: int, word: str) -> NoReturn:
        if not is_number(word):
            number_at(word, self.written, at)
        self.written.fail(
            "JSON has no '{word}'",
            at,
            len(word),
            word=short(word),
            hint="fractions, .5 and +1 are read in rows: '1/9 .5; +1 2'",
        )

    def end(self, at: int) -> None:
        closed = self.open.pop()
        if self.wants_value:
            self.written.fail(
                "this list is empty" if not closed.count else "a number is missing here", at
            )
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
        else:
            template = "row {row} has {n} numbers, row 1 has {first}"
        self.written.fail(template, closed.offset, width, row=row, n=n, first=first, hint=hint)

    def array(self) -> npt.NDArray[Any]:
        """What was walked over."""
        shape = tuple(self.lengths[depth] for depth in range(self.depth or 0))
        array = array_of(self.numbers, shape)
        assert array is not None, "every number was checked when it was read"
        return array


def _walked(
    written: Written, offset: int, *, alone: bool = False, spelled: bool = False
) -> npt.NDArray[Any]:
    """The value at `offset`, or its first fault; `alone`, nothing may follow it."""
    walk = _Walk(written, spelled=spelled)
    for found in _TOKEN.finditer(written.same, offset):
        kind = found.lastgroup or ""
        at, word = found.start(kind), found[kind]
        if walk.done:
            if not alone:
                break
            written.fail(
                "the matrix ends before this",
                at,
                len(word),
                hint="several rows need brackets around them: [[1, 2], [3, 4]]",
            )
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
        written.fail("this bracket is not closed", walk.open[-1].offset)
    return walk.array()
