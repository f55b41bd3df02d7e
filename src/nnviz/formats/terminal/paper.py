"""What a view is written on: a screen's width, colours and signs, a language, a precision."""

from __future__ import annotations

import codecs
import unicodedata
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from math import prod
from typing import Any

from nnviz.formats.terminal.ascii import ascii_form
from nnviz.formats.terminal.text import BOLD, Line, hue
from nnviz.numerals import rounded
from nnviz.request import Request, Screen
from nnviz.shades import Poles
from nnviz.shapes import times
from nnviz.trace import Token, flat
from nnviz.words import Words

# Their older terminals draw × → ─ two columns wide, newer ones one: only ASCII is sure.
_EAST_ASIAN = {"cp949", "euc_kr", "johab", "cp932", "shift_jis", "euc_jp", "gbk", "gb2312", "big5"}


@dataclass(frozen=True)
class Paper:
    """Turns words, names and formulas into spans that the stream can carry."""

    screen: Screen
    lang: str
    precision: int
    sample: int = 0
    theme: str = "light"

    @classmethod
    def of(cls, request: Request) -> Paper:
        """The paper that a request asks for."""
        look = request.appearance
        return cls(request.screen, look.lang, look.precision, look.sample, look.theme)

    @property
    def width(self) -> int | None:
        return self.screen.width

    @cached_property
    def unicode(self) -> bool:
        """Whether the stream carries every sign."""
        return codecs.lookup(self.screen.encoding).name.startswith("utf")

    @cached_property
    def _east_asian(self) -> bool:
        return codecs.lookup(self.screen.encoding).name in _EAST_ASIAN

    @cached_property
    def poles(self) -> Poles:
        """The colours of signed values, as in a figure of this theme."""
        from nnviz.figure.theme import theme  # only pictures of signed values need it

        return theme(self.theme).poles

    def text(self, text: str) -> str:
        """The text with signs that the stream carries; control characters are spelled out."""
        if not text.isprintable():
            text = "".join(c if c.isprintable() else _spelled(c) for c in text)
        if self.unicode or text.isascii():
            return text
        if self._east_asian or ascii_form("·", self.screen.encoding) != "·":
            text = text.replace(" · ", ", ").replace("·", "*")
        if not self._east_asian:
            return ascii_form(text, self.screen.encoding)
        runs = groupby(text, lambda c: unicodedata.east_asian_width(c) in "WF")
        return "".join(
            ascii_form("".join(run), self.screen.encoding if wide else "ascii")
            for wide, run in runs
        )

    def say(self, words: Words | str) -> str:
        """Words in the language of the view; a text is looked up as words without gaps."""
        from nnviz.lang import say

        return self.text(say(words if isinstance(words, Words) else Words(words), self.lang))

    def show(self, value: Any) -> str:
        """A number of a formula."""
        return rounded(value, self.precision)

    def name(self, name: str, role: str, shape: tuple[int, ...]) -> Line:
        """An array's name and shape in the colour of its role; a number alone has no shape."""
        line = [(self.say(name), hue(role, BOLD))]
        if prod(shape) == 1 and len(shape) < 2:
            return line
        written = f"({shape[0]})" if len(shape) == 1 else self.text(times(shape))
        return [*line, (f" {written}", hue(role))]

    def token(self, token: Token) -> tuple[str, str]:
        """A piece of a formula, in the colour of its role."""
        return self.text(flat(token)), hue(token.role)


def _spelled(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")
