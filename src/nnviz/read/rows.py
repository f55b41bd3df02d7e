"""Rows of numbers → an array: `1 2 3; 4 5 6`, CSV, TSV, columns of white space.

A new line ends a row, and so does `;` (but where a text of several lines has one
number between any two, as some CSV has, it ends a cell). A comma, a tab or spaces
end a cell. An empty line begins the next channel, where each has several rows; between
single rows it does not count.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple

from nnviz.errors import NnvizError
from nnviz.read.numbers import array_of, is_number, number_at
from nnviz.read.text import MINUS, listed, place_at, printable

if TYPE_CHECKING:
    import numpy.typing as npt

_BLANK = re.compile(r"[^\S\n\t ]")
_ASCII_BLANKS = "\v\f\x1c\x1d\x1e\x1f"
_BETWEEN = re.compile(r"[ \t]*,[ \t]*| *\t *| +")
_LAST = re.compile(r";(?=[ \t]*(?:\n|$))")
_PLAIN = re.compile(r"[-0-9.eE+, \t\n]*")


class _Cell(NamedTuple):
    word: str
    offset: int


def parse_rows(text: str, name: str) -> npt.NDArray[Any]:
    """Rows of numbers as an array: one row is a vector, one number has no axes.

    `text` is what the user wrote, `name` where it came from. Raises NnvizError where
    a word is no number, a number is missing, or rows differ in length.

    >>> parse_rows("1 2 3; 4 5 6", "INPUT").shape
    (2, 3)
    """
    same = _canonical(text, name)
    array = _quick(same)
    return array if array is not None else _careful(text, same, name)


def _canonical(text: str, name: str) -> str:
    """The text with one sign for each meaning, every character where it was."""
    same = text.replace(MINUS, "-")
    if not same.isascii() or any(blank in same for blank in _ASCII_BLANKS):
        same = _BLANK.sub(" ", same)
    if ";" not in same:
        return same
    if _semicolons_end_cells(same, name):
        return same.replace(";", ",")
    empty = re.search(r"(?:^|;)\s*;", same)
    if empty:
        raise NnvizError(
            "there are no numbers before this ';'",
            place=place_at(text, empty.end() - 1, name),
            hint="a ';' ends a row: '1 2; 3 4'",
        )
    return _LAST.sub(" ", same).replace(";", "\n")


def _semicolons_end_cells(same: str, name: str) -> bool:
    lines = same.strip().split("\n")
    inside = [line for line in lines if ";" in line.strip().rstrip(";")]
    if len(lines) == 1 or not inside:
        return False
    pieces = [piece.strip() for line in inside for piece in line.split(";")]
    if not any(_BETWEEN.search(piece) for piece in pieces):
        return True
    if any("," in piece for piece in pieces):
        raise NnvizError(
            "{name} has new lines, ';' and ',': is it the ';' that ends a row, or the line?",
            name=printable(name),
            hint="use ',' between numbers (a point for decimals) and a new line for each row",
        )
    return False


def _quick(same: str) -> npt.NDArray[Any] | None:
    """The array, if every number is spelled as in JSON and nothing is wrong."""
    if not _PLAIN.fullmatch(same):
        return None
    lines = [line.strip() for line in same.split("\n")]
    heights = _heights(lines)
    lines = [line for line in lines if line]
    try:
        rows = json.loads("[[" + _with_commas(lines).replace("\n", "],[") + "]]")
    except ValueError:
        return None
    if len(set(map(len, rows))) != 1 or len(set(heights)) != 1:
        return None
    return array_of([value for row in rows for value in row], _shape(heights, len(rows[0])))


def _with_commas(lines: list[str]) -> str:
    """The lines with a comma between any two numbers: what `_BETWEEN` does, but quicker."""
    body = "\n".join(lines)
    if "\t" not in body and "," not in body:
        return "\n".join([",".join(line.split()) for line in lines])
    body = body.replace(", ", ",")
    return _BETWEEN.sub(",", body) if " " in body or "\t" in body else body


def _heights(lines: Iterable[object]) -> list[int]:
    """How many rows each channel has; single rows apart are the rows of one."""
    runs = [len(list(run)) for filled, run in groupby(lines, key=bool) if filled]
    return [len(runs)] if max(runs, default=0) == 1 else runs


def _shape(heights: list[int], columns: int) -> tuple[int, ...]:
    """The last axes of (channels, rows, columns), from the first of them there is."""
    shape = len(heights), heights[0], columns
    first = next((i for i, n in enumerate(shape) if n > 1), 3)
    return shape[first:]


def _careful(text: str, same: str, name: str) -> npt.NDArray[Any]:
    """The array again, slowly: every spelling, and every error with its place."""
    lines = _rows(same)
    heights, rows = _heights(lines), [cells for cells in lines if cells]
    if not rows:
        raise NnvizError("{name} is empty", name=printable(name))
    _check_header(rows, text, name)
    values: list[int | float] = []
    for i, row in enumerate(rows, start=1):
        values += [_value(cell, text, name) for cell in row]
        if len(row) != len(rows[0]):
            end = row[-1].offset + len(row[-1].word)
            raise NnvizError(
                "row {row} has {n} numbers, row 1 has {first}"
                if len(row) > 1
                else "row {row} has {n} number, row 1 has {first}",
                row=i,
                n=len(row),
                first=len(rows[0]),
                place=place_at(text, row[0].offset, name, end - row[0].offset),
                hint="every row needs as many numbers as the first",
            )
    _check_heights(heights, rows, text, name)
    array = array_of(values, _shape(heights, len(rows[0])))
    assert array is not None, "every number was checked when it was read"
    return array


def _check_heights(heights: list[int], rows: list[list[_Cell]], text: str, name: str) -> None:
    before = 0
    for channel, height in enumerate(heights):
        if height != heights[0]:
            raise NnvizError(
                "channel {channel} has {n} rows, channel 0 has {first}"
                if height > 1
                else "channel {channel} has {n} row, channel 0 has {first}",
                channel=channel,
                n=height,
                first=heights[0],
                place=place_at(text, rows[before][0].offset, name),
                hint="an empty line begins the next channel; all need as many rows",
            )
        before += height


def _rows(same: str) -> list[list[_Cell]]:
    rows, start = [], 0
    for line in same.split("\n"):
        rows.append(_cells(line, start))
        start += len(line) + 1
    return rows


def _cells(line: str, start: int) -> list[_Cell]:
    inner = line.strip()
    if not inner:
        return []
    at = start + line.index(inner)
    cells, begin = [], 0
    for gap in _BETWEEN.finditer(inner):
        cells.append(_Cell(inner[begin : gap.start()], at + begin))
        begin = gap.end()
    return [*cells, _Cell(inner[begin:], at + begin)]


def _value(cell: _Cell, text: str, name: str) -> int | float:
    if not cell.word:
        place = place_at(text, max(cell.offset - 1, 0), name)
        raise NnvizError("a number is missing here", place=place)
    return number_at(cell.word, text, cell.offset, name)


def _check_header(rows: list[list[_Cell]], text: str, name: str) -> None:
    first = rows[0]
    if len(rows) < 2 or any(not c.word or is_number(c.word) for c in first):
        return
    if len(rows[1]) == len(first) and all(is_number(c.word) for c in rows[1]):
        raise NnvizError(
            "the first line has words, not numbers: {words}",
            words=listed(cell.word.strip('"') for cell in first),
            place=place_at(text, first[0].offset, name, len(first[0].word)),
            hint="delete the line with the headings; only numbers are read",
        )
