"""What a view is written on: a console and its room, styles, a language, a precision."""

from __future__ import annotations

import codecs
import unicodedata
from collections.abc import Iterable
from functools import cache, cached_property
from itertools import groupby
from typing import Any

from rich.console import Console, ConsoleOptions, Group, RenderableType
from rich.text import Text
from rich.theme import Theme

from nnviz.elision import shortened
from nnviz.formats._view import shape_text
from nnviz.formats.terminal.ascii import ascii_form
from nnviz.formats.terminal.lines import Lines, hanging
from nnviz.numerals import rounded
from nnviz.records import dataclass, replace
from nnviz.request import Appearance
from nnviz.shades import Poles
from nnviz.trace import Equation, Step, Trace, flat, tokens
from nnviz.words import Words, safe

# Middle tones of the 256-colour palette: at least 3.9 : 1 on black and on white.
_HUES = {"input": 32, "weight": 166, "output": 29, "hidden": 98, "bias": 162, "gradient": 160}
# The nearest of sixteen would give input and output one colour.
_SIXTEEN = {"input": 4, "weight": 3, "output": 2, "hidden": 5, "bias": 1, "gradient": 9}


@cache
def styles(color_system: str | None) -> Theme:
    """The styles by name, for a console's colours: `input`, `input.name`, `input.marked` …"""
    hues = _SIXTEEN if color_system in ("standard", "windows") else _HUES
    roles = {"plain": "", "intermediate": "dim"}
    roles |= {role: f"color({number})" for role, number in hues.items()}
    return Theme(
        {"heading": "bold", "muted": "dim", "active": "bold reverse underline default"}
        | roles
        | {f"{role}.name": f"bold {hue}" for role, hue in roles.items()}
        | {f"{role}.marked": f"bold reverse {hue}" for role, hue in roles.items()}
    )


# Their older terminals draw × → ─ two columns wide, newer ones one: only ASCII is sure.
_EAST_ASIAN = {"cp949", "euc_kr", "johab", "cp932", "shift_jis", "euc_jp", "gbk", "gb2312", "big5"}


@dataclass(frozen=True)
class Paper:
    """Turns words, names and formulas into text that the console can carry, and measures it."""

    console: Console
    options: ConsoleOptions
    appearance: Appearance
    whole: bool = False
    """Whether there is no screen: every number is written, and nothing is drawn."""
    height: int | None = None
    """Lines of the screen, where they are known."""

    @property
    def width(self) -> int:
        """Columns there are."""
        return self.options.max_width

    def within(self, width: int) -> Paper:
        """A part of the paper."""
        return replace(self, options=self.options.update_width(min(width, self.width)))

    @property
    def shaded(self) -> bool:
        """Whether the console has the colours of a picture: sixteen are too few."""
        return self.console.color_system in ("256", "truecolor") and not self.console.no_color

    @cached_property
    def poles(self) -> Poles:
        """The colours of signed values, as in a figure of this theme."""
        from nnviz.figure.theme import theme  # only pictures of signed values need it

        return theme(self.appearance.theme).poles

    @cached_property
    def _encoding(self) -> str:
        return codecs.lookup(self.options.encoding).name

    def text(self, text: str) -> str:
        """The text with signs that the stream carries and that do not steer it."""
        text = safe(text)
        if self._encoding.startswith("utf") or text.isascii():
            return text
        east_asian = self._encoding in _EAST_ASIAN
        if east_asian or ascii_form("·", self._encoding) != "·":
            text = text.replace(" · ", ", ").replace("·", "*")
        if not east_asian:
            return ascii_form(text, self._encoding)
        runs = groupby(text, lambda c: unicodedata.east_asian_width(c) in "WF")
        return "".join(
            ascii_form("".join(run), self._encoding if wide else "ascii") for wide, run in runs
        )

    def say(self, words: Words | str) -> str:
        """Words in the language of the view; a text is looked up as words without gaps."""
        from nnviz.lang import say

        words = words if isinstance(words, Words) else Words(words)
        return self.text(say(words, self.appearance.lang))

    def muted(self, words: Words) -> Text:
        """A remark."""
        return Text(self.say(words), "muted")

    def show(self, value: Any) -> str:
        """A number of a formula."""
        return rounded(value, self.appearance.precision)

    def explained(self, trace: Trace, step: Step) -> list[Text]:
        """The sentences of a step, one after another, where they are asked for."""
        if not self.appearance.explain:
            return []
        return [Text(" ".join(map(self.say, trace.explained(step, self.show))))]

    def name(self, name: Words, role: str, shape: tuple[int, ...]) -> Text:
        """An array's name and shape in the colour of its role; a number alone has no shape."""
        text = Text.assemble((self.say(name), f"{role}.name"))
        written = self.text(shape_text(shape))
        return text.append(f" {written}", role) if written else text

    def formula(self, equation: Equation) -> list[Text]:
        """An equation in the colours of its roles, on as many lines as its long sum has."""
        lines = [Text()]
        plain = self.console.color_system is None  # A long table of plain text is made faster.
        for token in tokens(shortened(equation, self.say), self.show):
            if token.line:
                lines.append(Text())
            lines[-1].append(self.text(flat(token)), "" if plain else token.role)
        return lines

    def hanging(self, text: Text, indent: int = 2) -> Text:
        """The text on as many lines as it needs, those after the first set in."""
        return hanging(self.console, text, self.width, indent)

    def lines(self, renderable: RenderableType) -> Lines:
        """What something is on paper, line by line."""
        return self.console.render_lines(renderable, self.options, pad=False)


def spaced(blocks: Iterable[RenderableType]) -> Group:
    """Blocks with an empty line between them."""
    return Group(*[part for block in blocks for part in (Text(), block)][1:])
