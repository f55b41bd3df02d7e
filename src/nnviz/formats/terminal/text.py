"""Styled text in lines and blocks of lines, measured in the columns of a terminal."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal, TypeAlias

Span: TypeAlias = tuple[str, str]
"""Text, and the ANSI codes that colour it (`""` for none)."""
Line: TypeAlias = list[Span]
Block: TypeAlias = list[Line]

Align = Literal["left", "right", "center"]

BOLD, MUTED, MARKED = "1", "2", "7"
# Middle tones of the 256-colour palette: at least 3.9 : 1 on black and on white.
HUES = {
    "input": "38;5;32",
    "weight": "38;5;166",
    "output": "38;5;29",
    "hidden": "38;5;98",
    "bias": "38;5;162",
    "intermediate": "2",
}

# A sign that leads a term stays with it: a line of a long sum begins with its +.
_LEADING = {"+", "−", "-", "=", "≈", "~", "∗", "·", "⊙", "→"}


def hue(role: str, *more: str) -> str:
    """The codes of a role's colour, with others before it."""
    return ";".join(code for code in (*more, HUES.get(role, "")) if code)


def cell_len(text: str) -> int:
    """Columns that a text takes: Hangul two a letter."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len as measure

    return measure(text)


def line_width(line: Line) -> int:
    """Columns that a line takes."""
    return sum(cell_len(text) for text, _ in line)


def block_width(block: Block) -> int:
    """Columns of the widest line."""
    return max(map(line_width, block), default=0)


def padded(line: Line, width: int, align: Align = "left") -> Line:
    """The line with spaces up to `width` columns."""
    room = max(0, width - line_width(line))
    before = {"left": 0, "right": room, "center": room // 2}[align]
    return [*_spaces(before), *line, *_spaces(room - before)]


def _spaces(count: int) -> Line:
    return [(" " * count, "")] if count else []


def beside(blocks: Sequence[Block], gap: int = 2, align: Literal["top", "middle"] = "top") -> Block:
    """Blocks side by side, each a rectangle."""
    height = max(map(len, blocks), default=0)
    made: Block = [[] for _ in range(height)]
    for i, block in enumerate(blocks):
        width = block_width(block)
        above = (height - len(block)) // 2 if align == "middle" else 0
        rows: Block = [*([] for _ in range(above)), *block]
        rows += [[] for _ in range(height - len(rows))]
        for line, row in zip(made, rows, strict=True):
            line.extend([*_spaces(gap if i else 0), *padded(row, width)])
    return made


def wrapped(line: Line, width: int | None, indent: int = 0) -> Block:
    """The line broken at spaces into lines of at most `width`; a long word is broken too.

    Lines after the first are indented. Nothing is left out.
    """
    if width is None or line_width(line) <= width:
        return [line]
    indent = indent if width >= 2 * indent + 2 else 0
    text = "".join(text for text, _ in line)
    lead = min(len(text) - len(text.lstrip(" ")), width // 4)
    made: Block = [_spaces(lead)]
    for word in _words(line):
        used = line_width(made[-1])
        gap = int(used > (indent if len(made) > 1 else lead))
        if gap and used + gap + line_width(word) > width:
            made.append(_spaces(indent))
            gap, used = 0, indent
        for piece in _chopped(word, gap, width - used, width - indent):
            if piece is None:
                made.append(_spaces(indent))
            else:
                made[-1].append(piece)
    return made


def _words(line: Line) -> Iterator[Line]:
    """Runs without spaces; a sign that leads a term keeps its term."""
    words: list[Line] = [[]]
    for text, style in line:
        for piece in re.split("( +)", text):
            if piece.isspace():
                if words[-1]:
                    words.append([])
            elif piece:
                words[-1].append((piece, style))
    lead: Line = []
    for word in words:
        if not lead and "".join(text for text, _ in word) in _LEADING:
            lead = [*word, (" ", "")]
        elif word:
            yield lead + word
            lead = []
    if lead:
        yield lead[:-1]


def _chopped(word: Line, gap: int, first: int, rest: int) -> Iterator[Span | None]:
    """A word's spans; None where a new line must begin because it is too long for one."""
    word = [*_spaces(gap), *word]
    if line_width(word) <= first:
        yield from word
        return
    room, empty = first, True
    for text, style in word:
        piece = ""
        for character in text:
            wide = cell_len(character)
            if wide > room and not empty:
                yield (piece, style)
                yield None
                piece, room = "", rest
            piece += character
            room, empty = room - wide, False
        yield (piece, style)


def fitted(lines: Iterable[Line], width: int | None) -> Iterator[Line]:
    """The lines, with any that is wider than the screen broken: never cut."""
    for line in lines:
        yield from wrapped(line, width)


def spoken(line: Line, *, color: bool) -> str:
    """The line as the characters to send, without spaces at its end."""
    if not color:
        return "".join(text for text, _ in line).rstrip()
    spans: list[Span] = []
    for text, style in line:
        if spans and spans[-1][1] == style:
            spans[-1] = (spans[-1][0] + text, style)
        else:
            spans.append((text, style))
    while spans and _invisible(*spans[-1]):
        spans.pop()
    if spans and not _painted(spans[-1][1]):
        spans[-1] = (spans[-1][0].rstrip(), spans[-1][1])
    return "".join(f"\x1b[{style}m{text}\x1b[0m" if style else text for text, style in spans)


def _invisible(text: str, style: str) -> bool:
    return not text.strip() and not _painted(style)


def _painted(style: str) -> bool:
    """Whether a space shows in this style: it has a ground of its own."""
    return "48;" in style or MARKED in style.split(";")
