"""Lines that Rich does not break as a formula breaks: with an indent, before a term's sign."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.measure import Measurement
from rich.segment import Segment
from rich.text import Text

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions

_GLUE = "\ue000"
"""A space at which no line is broken; no text holds this sign, which is not printable."""
# A sign that leads a term stays with it: a line of a long sum begins with its +.
_SIGN = re.compile(r"(?<!\S)([-+*−=≈~∗·⊙→]|->) (?=\S)")
# A shape stays with its name: kernel 3×3, bias (2).
_SHAPE = re.compile(r" (?=(\(\d+\)|\d+([×x]\d+)+)( |$))")


@dataclass(frozen=True)
class Hanging:
    """Text whose lines after the first are set in where it has to be broken."""

    text: Text
    indent: int = 2

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Text]:
        yield from hanging(console, self.text, options.max_width, self.indent)

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        return Measurement.get(console, options, self.text)


def hanging(console: Console, text: Text, width: int, indent: int = 0) -> list[Text]:
    """The text on lines of at most `width` columns; a long word is broken too, nothing is cut."""
    if text.cell_len <= width:
        return [text]
    indent = indent if width >= 2 * indent + 2 else 0
    text = text.copy()
    text.plain = _SHAPE.sub(_GLUE, _SIGN.sub(rf"\1{_GLUE}", text.plain))
    first = text.wrap(console, width, overflow="fold")[0]
    rest = unspaced(text[len(first) :]).wrap(console, width - indent, overflow="fold")
    lines = [first, *(Text(" " * indent) + line for line in rest)]
    for line in lines:
        line.plain = line.plain.replace(_GLUE, " ")
        line.rstrip()
    return lines


def unspaced(text: Text) -> Text:
    """The text without the spaces that it begins with."""
    return text[len(text.plain) - len(text.plain.lstrip(" ")) :]


def fitting(console: Console, line: list[Segment], width: int) -> Iterator[list[Segment]]:
    """A line, on several where it is wider than the screen: never cut."""
    if sum(segment.cell_length for segment in line) <= width:
        yield line
        return
    text = Text.assemble(*((segment.text, segment.style or "") for segment in line))
    for part in hanging(console, text, width):
        yield list(part.render(console))


def stripped(line: list[Segment]) -> list[Segment]:
    """A line without the spaces at its end that no ground makes visible."""
    line = list(Segment.simplify(line))
    while line:
        text, style, _ = line[-1]
        if style and (style.bgcolor or style.reverse):
            break
        line.pop()
        if text.rstrip(" "):
            line.append(Segment(text.rstrip(" "), style))
            break
    return line
