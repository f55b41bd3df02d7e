"""Lines: broken as a formula breaks, which Rich does not; set in rows; never cut."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import TypeAlias

from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from rich.text import Text

Lines: TypeAlias = list[list[Segment]]
"""What Rich has rendered."""
_GLUE = "\ufdd0"
"""A space at which no line is broken; no text holds this sign, which is no character."""
# A sign that leads a term stays with it: a line of a long sum begins with its +.
_SIGN = re.compile(r"(?<!\S)([-+*−=≈~∗·⊙⊗⋆→]|∗ᵀ|->) (?=\S)")
# A shape stays with its name: kernel 3×3, bias (2).
_SHAPE = re.compile(r" (?=(\(\d+\)|\d+([×x]\d+)+)( |$))")


def hanging(console: Console, text: Text, width: int, indent: int = 0) -> Text:
    """The text on lines of at most `width` columns, those after the first set in."""
    if text.cell_len <= width:
        return _unglued(text)
    indent = indent if width >= 2 * indent + 2 else 0
    text = text.copy()
    text.plain = glued(text.plain)
    first = text.wrap(console, width, overflow="fold")[0]
    rest = unspaced(text[len(first) :]).wrap(console, width - indent, overflow="fold")
    return _unglued(Text("\n" + " " * indent).join([first, *rest]))


def glued(text: str) -> str:
    """A text with other blanks where a line of it is not broken."""
    return _SHAPE.sub(_GLUE, _SIGN.sub(rf"\1{_GLUE}", text))


def kept(text: Text, room: int) -> Text:
    """A name that no line is broken in where there is room for it."""
    if text.cell_len <= room:
        text.plain = text.plain.replace(" ", _GLUE)
    return text


def _unglued(text: Text) -> Text:
    if _GLUE in text.plain:
        text = text.copy()
        text.plain = text.plain.replace(_GLUE, " ")
    return text


def unspaced(text: Text) -> Text:
    """The text without the spaces that it begins with."""
    return text[len(text.plain) - len(text.plain.lstrip(" ")) :]


def finished(console: Console, line: list[Segment], width: int) -> Iterator[list[Segment]]:
    """A line as it is sent: on several where it is too wide, without spaces that nobody sees."""
    if sum(segment.cell_length for segment in line) <= width:
        yield _stripped(line)
        return
    text = Text.assemble(*((segment.text, segment.style or "") for segment in line))
    for part in hanging(console, text, width).split():
        yield _stripped(list(part.render(console)))


def _stripped(line: list[Segment]) -> list[Segment]:
    line = list(Segment.simplify(line))
    while line:
        text, style, _ = line.pop()
        kept = text if style and (style.bgcolor or style.reverse) else text.rstrip(" ")
        if kept:
            return [*line, Segment(kept, style)]
    return line


# --- blocks of lines -------------------------------------------------------------------


def width_of(lines: Lines) -> int:
    """Columns of the widest line."""
    return max(map(Segment.get_line_length, lines), default=0)


def rows(
    groups: Sequence[Sequence[Lines]], gap: int, room: int, *, middle: bool = False
) -> list[Lines]:
    """Blocks from left to right on as many rows as they need; those of a group stay together."""
    made: list[list[Lines]] = []
    for group in groups:
        row = [*made[-1], *group] if made else group
        if not made or sum(map(width_of, row)) + gap * (len(row) - 1) > room:
            made.append([])
        made[-1] += group
    return [_beside(row, gap, middle) for row in made]


def _beside(row: Sequence[Lines], gap: int, middle: bool) -> Lines:
    """Blocks as one, each a rectangle."""
    height = max(map(len, row))
    align = Segment.align_middle if middle else Segment.align_top
    shaped = []
    for i, lines in enumerate(row, 1):
        width = width_of(lines) + (gap if i < len(row) else 0)
        shaped.append(Segment.set_shape(align(lines, width, height, Style.null()), width))
    return [list(chain.from_iterable(line)) for line in zip(*shaped, strict=True)]
