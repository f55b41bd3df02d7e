"""A line of a table → its cells, each with its place; each text is walked over once."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nnviz.records import NamedTuple

_INNER_TAB = re.compile(r"\S *\t[ \t]*\S")
_WORD = re.compile(r"[^ \t]+")
_QUOTED = re.compile(r'"[^"]*"')


class Cell(NamedTuple):
    """What stands in a line between two separators, without the blanks beside it."""

    word: str
    offset: int
    """Where it stands in the text; where it should, if it is empty."""
    end: int
    """Where its separator stands, or the line ends."""


class Line(NamedTuple):
    """A line of a text."""

    text: str
    offset: int

    @property
    def is_empty(self) -> bool:
        """Whether it has nothing but blanks."""
        return not self.text or self.text.isspace()


def lines_of(same: str) -> Iterator[Line]:
    """Every line, in order."""
    start = 0
    for text in same.split("\n"):
        yield Line(text, start)
        start += len(text) + 1


def filled_lines(same: str) -> Iterator[Line]:
    """Every line that has something, in order."""
    return (line for line in lines_of(same) if not line.is_empty)


def separator_of(same: str) -> str:
    """What separates numbers in a text: a comma, a tab or, where it has neither, a space."""
    if "," in same:
        return ","
    return "\t" if "\t" in same and _INNER_TAB.search(same) else " "


def cells_of(line: Line, separator: str) -> list[Cell]:
    """The cells of a line that is not empty; blanks at its ends do not count."""
    inner = line.text.strip()
    at = line.offset + line.text.index(inner)
    if separator == " ":
        return [Cell(m[0], at + m.start(), at + m.end()) for m in _WORD.finditer(inner)]
    made = []
    for start, end in _pieces(inner, separator):
        word = inner[start:end].strip(" \t")
        lead = inner.index(word, start) if word else start
        made.append(Cell(word, at + lead, at + end))
    return made


def _pieces(inner: str, separator: str) -> Iterator[tuple[int, int]]:
    """Where each cell begins and ends; what is in quotes is in one cell."""
    covered = _QUOTED.sub(lambda q: "x" * len(q[0]), inner) if '"' in inner else inner
    start = 0
    for piece in covered.split(separator):
        yield start, start + len(piece)
        start += len(piece) + 1
