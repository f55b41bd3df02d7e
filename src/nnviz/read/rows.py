"""Rows of numbers → an array: `1 2 3; 4 5 6`, CSV, TSV, columns of white space.

A new line ends a row, and so does `;` (but where a text of several lines has one
number between any two, as some CSV has, it ends a cell). Numbers are separated in one way
throughout: by commas, with blanks beside them or none, by tabs, or by spaces. An empty line
begins the next channel, where each has several rows; between single rows it does not count.
What a table has around its numbers, headings and the like, `headings` takes away before.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import chain, groupby
from typing import Any

from nnviz.errors import NnvizError
from nnviz.libraries import npt
from nnviz.read import headings
from nnviz.read.cells import Cell, cells_of, lines_of, separator_of
from nnviz.read.numbers import TIGHT_COMMA, array_of, check_commas, is_number, number_at, quick
from nnviz.read.text import MINUS, Written
from nnviz.words import Words

_BLANK = re.compile(r"[^\S\n\t ]")
_ASCII_BLANKS = "\v\f\x1c\x1d\x1e\x1f"
_LAST = re.compile(r";(?=[ \t]*(?:\n|$))")
_PLAIN = re.compile(r"[-0-9.eE+, \t\n]*")
_NO_COMMA = re.compile(r"[^,\s][ \t]+[^,\s]")
_NO_TAB = re.compile(r"[^\s] +[^\s]")
_LETTER = re.compile(r"[^\W\d_eE]")


def parse_rows(
    text: str, name: str, *, plain: str | None = None, notes: list[Words] | None = None
) -> npt.NDArray[Any]:
    """Rows of numbers as an array: one row is a vector, one number has no axes.

    `text` is what the user wrote, `name` where it came from, `plain` the text in its plain
    form; what was left out of it is told to `notes`. Raises NnvizError where a word is no
    number, a number is missing, rows differ in length, or are separated in several ways.

    >>> parse_rows("1 2 3; 4 5 6", "INPUT").shape
    (2, 3)
    """
    told: list[Words] = [] if notes is None else notes
    same = text.replace(MINUS, "-") if plain is None else plain
    if not same.isascii() or any(blank in same for blank in _ASCII_BLANKS):
        same = _BLANK.sub(" ", same)
    written, shape = headings.without_comments(Written(same, text, name), told)
    written = _rows_by_lines(headings.without_quotes(written))
    if "\n" in same.strip():
        written = headings.without_headings(written, told)
    written = headings.without_last_cells(written, told)
    array = _quick(written.same)
    array = _careful(written) if array is None else array
    return array if shape is None else shape.applied(array, written)


def _rows_by_lines(written: Written) -> Written:
    """The text with a new line for each `;` that ends a row, a comma for one that does not."""
    same = written.same
    if ";" not in same:
        return written
    if _semicolons_end_cells(written):
        return written._replace(same=same.replace(";", ","))
    empty = re.search(r"(?:^|;)\s*;", same)
    if empty:
        hint = "a ';' ends a row: '1 2; 3 4'"
        written.fail("there are no numbers before this ';'", empty.end() - 1, hint=hint)
    return written._replace(same=_LAST.sub(" ", same).replace(";", "\n"))


def _semicolons_end_cells(written: Written) -> bool:
    lines = written.same.strip().split("\n")
    inside = [line for line in lines if ";" in line.strip().rstrip(";")]
    if len(lines) == 1 or not inside:
        return False
    pieces = [piece.strip() for line in inside for piece in line.split(";")]
    pieces = [piece for piece in pieces if not _LETTER.search(piece)]
    if any("," in piece for piece in pieces):
        written.fail(
            "{name} has new lines, ';' and ',': is it the ';' that ends a row, or the line?",
            written.same.index(";"),
            name=written.name,
            hint="use ',' between numbers (a point for decimals) and a new line for each row",
        )
    return not any(" " in piece or "\t" in piece for piece in pieces)


# --- the quick way ---------------------------------------------------------------


def _quick(same: str) -> npt.NDArray[Any] | None:
    """The array, if every number is spelled as in JSON and nothing is wrong."""
    if not _PLAIN.fullmatch(same):
        return None
    lines = [line.strip() for line in same.split("\n")]
    heights = _heights(lines)
    body = _with_commas([line for line in lines if line])
    if body is None:
        return None

    def numbers(rows: list[list[int | float]]) -> tuple[list[int | float], tuple[int, ...]] | None:
        if len(set(map(len, rows))) != 1 or len(set(heights)) != 1:
            return None
        return list(chain.from_iterable(rows)), _shape(heights, len(rows[0]))

    return quick("[[" + body.replace("\n", "],[") + "]]", numbers)


def _with_commas(lines: list[str]) -> str | None:
    """The lines with a comma between any two numbers; None where several signs separate."""
    body = "\n".join(lines)
    tabs = "\t" in body
    if "," in body:
        if tabs or " " in body:
            if _NO_COMMA.search(body) or TIGHT_COMMA.search(body):
                return None
            body = body.replace(" ", "").replace("\t", "")
        return body
    if not tabs:
        return "\n".join([",".join(line.split()) for line in lines])
    return None if _NO_TAB.search(body) else body.replace(" ", "").replace("\t", ",")


def _heights(lines: Iterable[object]) -> list[int]:
    """How many rows each channel has; single rows apart are the rows of one."""
    runs = [sum(1 for _ in run) for filled, run in groupby(lines, key=bool) if filled]
    return [len(runs)] if max(runs, default=0) == 1 else runs


def _shape(heights: list[int], columns: int) -> tuple[int, ...]:
    """The last axes of (channels, rows, columns), from the first of them there is."""
    shape = len(heights), heights[0], columns
    first = next((i for i, n in enumerate(shape) if n > 1), 3)
    return shape[first:]


# --- the careful way -------------------------------------------------------------

_SEPARATORS = {",": Words("commas"), "\t": Words("tabs"), " ": Words("spaces")}


def _careful(written: Written) -> npt.NDArray[Any]:
    """The array again, slowly: every spelling, and every error with its place."""
    separator = separator_of(written.same)
    headings.check_first_line(written, separator)
    values: list[int | float] = []
    filled: list[bool] = []
    starts: list[int] = []
    first = 0
    for line in lines_of(written.same):
        filled.append(not line.is_empty)
        if line.is_empty:
            continue
        row = cells_of(line, separator)
        starts.append(row[0].offset)
        if separator == ",":
            start, end = row[0].offset, row[-1].end
            inner = written.same[start:end].rstrip()
            if " " in inner or "\t" in inner:  # blanks separate here too
                check_commas(written, start, end)
        values += [_value(cell, separator, written) for cell in row]
        first = first or len(row)
        if len(row) != first:
            written.fail(
                "row {row} has {n} numbers, row 1 has {first}",
                row[0].offset,
                row[-1].offset + len(row[-1].word) - row[0].offset,
                row=len(starts),
                n=len(row),
                first=first,
                hint="every row needs as many numbers as the first",
            )
    if not starts:
        raise NnvizError("{name} is empty", name=written.name)
    heights = _heights(filled)
    _check_heights(heights, starts, written)
    array = array_of(values, _shape(heights, first))
    assert array is not None, "every number was checked when it was read"
    return array


def _value(cell: Cell, separator: str, written: Written) -> int | float:
    word, offset = cell.word, cell.offset
    if not word:
        line = written.same.rfind("\n", 0, offset) + 1
        written.fail("a number is missing here", max(offset - 1, line))
    if " " in word or "\t" in word:
        for piece in word.split():
            if not is_number(piece):
                return number_at(piece, written, written.same.index(piece, offset))
        check_commas(written)
        written.fail(
            "numbers are separated by {here} here and by {there} elsewhere",
            offset,
            len(word),
            here=_SEPARATORS["\t" if "\t" in word else " "],
            there=_SEPARATORS[separator],
            hint="one way throughout: '1 2; 3 4' or '1, 2; 3, 4'; a decimal has a point, 0.5",
        )
    try:
        return number_at(word, written, offset)
    except NnvizError as error:
        if error.hint is None and "\n" in written.text.strip():
            error.hint = headings.hint(cell)
        raise


def _check_heights(heights: list[int], starts: list[int], written: Written) -> None:
    before = 0
    for channel, height in enumerate(heights):
        if height != heights[0]:
            written.fail(
                "channel {channel} has {n} rows, channel 0 has {first}",
                starts[before],
                channel=channel,
                n=height,
                first=heights[0],
                hint="an empty line begins the next channel; all need as many rows",
            )
        before += height
