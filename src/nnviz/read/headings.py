"""What a table has around its numbers: headings, names of rows, comments, empty last cells.

All that is clear is taken away, with a note on what it was; blanks take its place, so that
every number stays where it stands. Anything doubtful stays, for an error that points at it.
"""

from __future__ import annotations

import math
import re
from itertools import islice
from typing import Any

from nnviz.libraries import npt
from nnviz.read.cells import Cell, Line, cells_of, filled_lines, lines_of, separator_of
from nnviz.read.numbers import check_commas, is_number
from nnviz.read.text import STANDARD_INPUT, Written, listed
from nnviz.records import NamedTuple
from nnviz.shapes import times
from nnviz.words import Words

_SHAPE = re.compile(r"#\s*shape:?\s+(\d{1,9}(?:[x×]\d{1,9}){0,4})\s*")
_QUOTED = re.compile(r'"([^"\n]*)"')
_DATE = re.compile(r"\d{4}-\d\d(?:-\d\d(?:[T ][\d:.]+)?)?")
_NO_NAMES = frozenset(
    ("nan", "na", "n/a", "inf", "infinity", "null", "none", "nil", "true", "false", "missing")
)


class Shape(NamedTuple):
    """A comment that says a shape: nnviz writes it where rows alone would lose it."""

    shape: tuple[int, ...]
    offset: int
    width: int

    def applied(self, array: npt.NDArray[Any], written: Written) -> npt.NDArray[Any]:
        """The array in this shape."""
        if math.prod(self.shape) != array.size:
            written.fail(
                "a shape of {shape} is written here, and {n} numbers follow",
                self.offset,
                self.width,
                shape=times(self.shape),
                n=array.size,
            )
        return array.reshape(self.shape)


def without_comments(written: Written, told: list[Words]) -> tuple[Written, Shape | None]:
    """The text without the lines that begin with `#`, and the shape that one of them says."""
    if "#" not in written.same:
        return written, None
    shape = None
    spans = []
    for line in lines_of(written.same):
        content = line.text.strip()
        if not content.startswith("#"):
            continue
        # With the end of the line: an empty one would begin the next channel.
        spans.append((line.offset, min(line.offset + len(line.text) + 1, len(written.same))))
        said = _SHAPE.fullmatch(content) if shape is None else None
        if said is not None:
            at = line.offset + line.text.index("#")
            shape = Shape(tuple(map(int, re.split("[x×]", said[1]))), at, len(content))
    left_out = len(spans) - (shape is not None)
    if left_out:
        template = "the line of {name} that begins with # is left out"
        if left_out > 1:
            template = "{n} lines of {name} that begin with # are left out"
        told.append(Words(template, n=left_out, name=_called(written)))
    return written.blanked(*spans), shape


def without_quotes(written: Written) -> Written:
    """The text without quotes around numbers; words keep them."""
    if '"' not in written.same:
        return written
    spans = []
    for quoted in _QUOTED.finditer(written.same):
        inner = quoted[1].strip()
        if is_number(inner.replace(",", "")):
            check_commas(written, *quoted.span())
        if not inner or is_number(inner):
            start, end = quoted.span()
            spans += [(start, start + 1), (end - 1, end)]
    return written.blanked(*spans)


def without_last_cells(written: Written, told: list[Words]) -> Written:
    """The text without the empty cells that every line ends with."""
    separator = separator_of(written.same)
    if separator == " ":
        return written
    ends = []
    for line in filled_lines(written.same):
        kept = len(line.text.rstrip(" \t" + separator))
        n = line.text.count(separator, kept)
        if not n or not kept:
            return written
        ends.append((line, n))
    fewest = min((n for _, n in ends), default=0)
    if fewest:
        template = "the empty cell at the end of every line of {name} is left out"
        told.append(Words(template, name=_called(written)))
    return written.blanked(*(_last(line, separator, fewest) for line, _ in ends))


def _last(line: Line, separator: str, n: int) -> tuple[int, int]:
    """Where the last n separators of a line stand."""
    start = len(line.text)
    for _ in range(n):
        start = line.text.rindex(separator, 0, start)
    return line.offset + start, line.offset + len(line.text)


# --- headings ------------------------------------------------------------------------


class _Table(NamedTuple):
    """The first two lines of a table, as far as they decide what it has."""

    head: list[Cell]
    row: list[Cell]
    has_corner: bool
    """Whether the first line begins with an empty cell."""
    separator: str

    @property
    def names(self) -> list[Cell]:
        """The headings, without the empty one."""
        return [cell for cell in self.head if cell.word]

    @property
    def is_labelled(self) -> bool:
        """Whether the second line begins with a name."""
        return self.separator != " " and len(self.row) > 1 and _is_name(self.row[0])

    @property
    def is_even(self) -> bool:
        """Whether there are as many headings as numbers, or names, under them."""
        numbers = self.row[1:] if self.has_corner or self.is_labelled else self.row
        return (
            len(self.names) + self.has_corner == len(self.row)
            and bool(numbers)
            and all(is_number(cell.word) for cell in numbers)
        )


def without_headings(written: Written, told: list[Words]) -> Written:
    """The text without a first line of headings and a first column of names or row numbers."""
    lines = list(islice(filled_lines(written.same), 2))
    if len(lines) < 2 or lines[0].text.lstrip(" ")[0] in "+-.0123456789":
        return written
    table = _table(lines, separator_of(written.same))
    if not table.is_even:
        return written
    has_head = all(map(_is_name, table.names))
    has_column = table.has_corner or table.is_labelled
    if table.has_corner and not has_head:
        _check_corner(table, written)
        has_head = True
    elif not has_head and not (has_column and _is_name(table.head[0])):
        return written
    names = _column(written, table, skip=has_head) if has_column else []
    if has_column and not names:
        return written
    return _taken_away(written, table, lines[0] if has_head else None, names, told)


def _table(lines: list[Line], separator: str) -> _Table:
    head, row = (_filled(cells_of(line, separator)) for line in lines)
    has_corner = bool(head) and not head[0].word
    if separator == "\t":  # which is a blank at the beginning of a line
        has_corner = lines[0].text.lstrip(" ").startswith("\t") and len(head) + 1 == len(row)
    return _Table(head, row, has_corner, separator)


def _filled(cells: list[Cell]) -> list[Cell]:
    """The cells without the empty ones at the end."""
    while cells and not cells[-1].word:
        cells.pop()
    return cells


def _check_corner(table: _Table, written: Written) -> None:
    """An empty cell before numbers: pandas writes it over names, or over 0, 1, 2, …"""
    counted = [cell.word for cell in table.names] == [str(i) for i in range(len(table.names))]
    if table.is_labelled or (counted and table.row[0].word == "0"):
        return
    written.fail(
        "the first cell is empty: is a number missing here, or is this a line of headings?",
        table.head[0].offset,
        hint="write the number, or delete the first line and the first column",
    )


def _column(written: Written, table: _Table, *, skip: bool) -> list[Cell]:
    """The first cell of every line; none where one is empty, or a number among names."""
    lines = islice(filled_lines(written.same), int(skip), None)
    cells = [cells_of(line, table.separator)[0] for line in lines]
    if table.has_corner:
        return cells if all(cell.word for cell in cells) else []
    return cells if all(map(_is_name, cells)) else []


def _taken_away(
    written: Written, table: _Table, head: Line | None, names: list[Cell], told: list[Words]
) -> Written:
    name = _called(written)
    spans = []
    if head is not None:
        words = listed(cell.word.strip('"') for cell in table.names)
        told.append(Words("the first line of {name} is left out: {words}", name=name, words=words))
        # With the end of the line: an empty one would begin the next channel.
        spans.append((head.offset, head.offset + len(head.text) + 1))
    if names:
        words = listed(cell.word.strip('"') for cell in names)
        told.append(
            Words("the first column of {name} is left out: {words}", name=name, words=words)
        )
        spans += [(cell.offset, cell.end + 1) for cell in names]
    return written.blanked(*spans)


def check_first_line(written: Written, separator: str) -> None:
    """Headings that do not fit what is under them, or that may be none."""
    rows = [cells_of(line, separator) for line in islice(filled_lines(written.same), 2)]
    if len(rows) < 2 or not all(map(_is_name, rows[0])):
        return
    first = rows[0]
    if all(is_number(cell.word) for cell in rows[1]):
        written.fail(
            "the first line has words, not numbers: {words}",
            first[0].offset,
            len(first[0].word),
            words=listed(cell.word.strip('"') for cell in first),
            hint="delete the line with the headings; only numbers are read",
        )


def hint(cell: Cell) -> Words | None:
    """What to do about a word among the numbers of a table."""
    if not _is_name(cell):
        return None
    return Words("names are left out where all of the first line or of the first column are names")


def _is_name(cell: Cell) -> bool:
    """Whether a cell is clearly a name, and no number that went wrong."""
    word = cell.word.strip('"').strip()
    begins = word[:1].isalpha() or word[:1] == "_" or _DATE.fullmatch(word) is not None
    return begins and word.casefold() not in _NO_NAMES and not is_number(word)


def _called(written: Written) -> str | Words:
    name = written.name
    return Words(STANDARD_INPUT) if name == STANDARD_INPUT else name
