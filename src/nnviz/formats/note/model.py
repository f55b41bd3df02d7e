"""What a note is made of, and what it is written with."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, TypeAlias

from nnviz.elision import shortened
from nnviz.formats._columns import Column, Entry
from nnviz.lang import say
from nnviz.latex import Latex
from nnviz.numerals import rounded
from nnviz.records import NamedTuple, dataclass
from nnviz.request import Appearance, Embed
from nnviz.trace import Equation
from nnviz.words import Words, safe

MATRIX = re.compile(r"\\begin\{bmatrix\}(.*?)\\end\{bmatrix\}")


class Heading(NamedTuple):
    """A heading; `level` 1 is the note's own."""

    said: str
    level: int


class Paragraph(NamedTuple):
    """Text without signs of any language of markup."""

    said: str
    strong: bool = False


class Display(NamedTuple):
    r"""Lines of LaTeX, one under another; a `&` in each says where they are aligned."""

    rows: tuple[str, ...]

    @property
    def aligned(self) -> bool:
        """Whether there are rows of more than one column, beside those of their matrices."""
        return len(self.rows) > 1 and any("&" in MATRIX.sub("", row) for row in self.rows)

    @property
    def lines(self) -> tuple[str, ...]:
        """The rows; one alone is aligned with nothing."""
        first, *others = self.rows
        alone = not others and "&" in MATRIX.sub("", first)
        return (first.replace("&", "", 1),) if alone else self.rows


class Table(NamedTuple):
    """A table; `total` sets the last row apart."""

    columns: tuple[Column, ...]
    total: bool = False


class Picture(NamedTuple):
    """The figure that stands in a file beside the note."""

    file: str
    alt: str
    embed: Embed


Said: TypeAlias = Callable[[str], str]
"""Writes text in a language of markup."""
Written: TypeAlias = Callable[[Equation, bool], str]
"""Writes a formula in a cell, after a sign where it is `about` what it is worked out of."""
Block: TypeAlias = Heading | Paragraph | Display | Table | Picture


@dataclass(frozen=True)
class Desk:
    """Says words in the note's language and numbers in its precision."""

    appearance: Appearance

    def say(self, words: Words | str) -> str:
        """Words in the language of the note; a text is looked up as words without gaps."""
        words = words if isinstance(words, Words) else Words(words)
        return safe(say(words, self.appearance.lang))

    def show(self, value: Any) -> str:
        """A number of a formula."""
        return rounded(value, self.appearance.precision)

    def short(self, equation: Equation) -> Equation:
        """The equation with the middle of a long sum left out."""
        return shortened(equation, self.say)

    @property
    def latex(self) -> Latex:
        """How formulas are written."""
        return Latex(self.show)

    # --- what stands in tables ---------------------------------------------------------

    def heading(self, column: Column, said: Said, formula: Written) -> str:
        """The heading of a column; a symbol may be a word in the language of the note."""
        if not isinstance(column.heading, tuple):
            return said(self.say(column.heading))
        symbols = (s._replace(text=self.say(s.text)) for s in column.heading)
        return said(f" {self.say('or')} ").join(formula(Equation((s,)), False) for s in symbols)

    def rows(self, table: Table, said: Said, formula: Written) -> list[list[str]]:
        """The cells of a table, row by row, their words and their formulas written so."""

        def cell(entry: Entry) -> str:
            if entry.formula:
                return "; ".join(formula(self.short(e), entry.about) for e in entry.formula)
            return said(" ".join(" ".join(map(self._word, entry.said)).split()))

        columns = [map(cell, column.entries) for column in table.columns]
        return [list(row) for row in zip(*columns, strict=True)]

    def _word(self, said: Words | str) -> str:
        """Words in the language of the note, and a text as it is."""
        return self.say(said) if isinstance(said, Words) else safe(said)
