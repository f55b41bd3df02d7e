"""Blocks: marks in their own coordinates, put into rows, columns and paragraphs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from nnviz.figure.layout.style import BODY, SMALL, TITLE, Piece, Style, near4, up4
from nnviz.figure.scene import Anchor, Group, Mark
from nnviz.records import dataclass, replace
from nnviz.words import Words

USUAL, NARROW = 48, 28
"""The room of a sign, and where there is little; wider ones say something."""
LEAD = 16
"""Between two lines of a row that goes on below."""


@dataclass(frozen=True)
class Block:
    """Marks in their own coordinates, (0, 0) to (width, height)."""

    width: float
    height: float
    marks: tuple[Mark, ...]
    axis: float = 0
    """The y that stands level with its neighbours' in a row."""

    def at(self, x: float, y: float) -> Group:
        return Group(self.marks, x, y)

    def labelled(self, label: str) -> Block:
        """The same with a name to be read out."""
        return replace(self, marks=(Group(self.marks, label=label),))


def row(blocks: Sequence[Block], gap: float = 0) -> Block:
    """Blocks side by side, level with each other on their axes."""
    axis = max((b.axis for b in blocks), default=0)
    x = 0.0
    groups = []
    for block in blocks:
        groups.append(block.at(x, axis - block.axis))
        x += block.width + gap
    height = max((axis - b.axis + b.height for b in blocks), default=0)
    return Block(max(0, x - gap), height, tuple(groups), axis)


def column(blocks: Sequence[Block], gap: float = 16, align: Anchor = "start") -> Block:
    """Blocks one below the other; the axis is the middle."""
    width = max((b.width for b in blocks), default=0)
    part = {"start": 0.0, "middle": 0.5, "end": 1.0}[align]
    y = 0.0
    groups = []
    for block in blocks:
        groups.append(block.at(near4(part * (width - block.width)), y))
        y += block.height + gap
    height = max(0, y - gap)
    return Block(width, height, tuple(groups), near4(height / 2))


def flow(blocks: Sequence[Block], room: float, gap: float = 0, lead: float = LEAD) -> Block:
    """A row that goes on below where it would be wider than `room`."""
    places = wrapped(blocks, [b.width for b in blocks], gap, room)
    return column([row(blocks[line], gap) for line in places], lead)


def wrapped(
    parts: Sequence[object], widths: Sequence[float], gap: float, room: float
) -> list[slice]:
    """The lines of a row of so wide parts that goes on below where it would be wider than `room`.

    Where a sign stands before the part that does not fit, it goes down with it if both fit there.
    """
    lines: list[slice] = []
    start = end = 0
    used = wide = 0.0
    for i, part in enumerate(parts):
        wide += widths[i] + gap
        if isinstance(part, Sign) and sum(widths[i : i + 2]) + gap <= room and i + 1 < len(parts):
            continue
        if end > start and used + wide - gap > room:
            lines.append(slice(start, end))
            start, used = end, 0.0
        end, used, wide = i + 1, used + wide, 0.0
    return [*lines, slice(start, end)] if parts else []


@dataclass(frozen=True)
class Sign(Block):
    """An operator between two blocks."""

    def narrowed(self) -> Sign:
        """It, with the least room around it."""
        over = max(0, near4((self.width - NARROW) / 2))
        return replace(self, width=self.width - 2 * over, marks=(self.at(-over, 0),))


def inset(block: Block, left: float = 0, top: float = 0, right: float = 0) -> Block:
    """A block with room around it."""
    width, height = block.width + left + right, block.height + top
    return Block(width, height, (block.at(left, top),), block.axis + top)


def lines(
    style: Style,
    content: str | Sequence[Piece],
    size: float = BODY,
    *,
    room: float | None = None,
    fill: str | None = None,
    bold: bool = False,
) -> Block:
    """A paragraph: text that goes on below at spaces, or in a word too long between its signs."""
    room = room or style.room
    lead = {TITLE: 28, BODY: 24, SMALL: 16}.get(int(size), up4(1.5 * size))
    pieces = [Piece(content)] if isinstance(content, str) else content
    wrapped = _wrap(style, pieces, size, room, bold)
    marks = [
        style.text(0, lead * i + lead - up4(0.35 * size), line, size, fill=fill, bold=bold)
        for i, line in enumerate(wrapped)
    ]
    width = max((m.width for m in marks), default=0)
    return Block(up4(width), lead * len(wrapped), tuple(marks), lead * len(wrapped) / 2)


def remark(
    style: Style, said: Words | str, size: float = BODY, *, room: float | None = None
) -> Block:
    """A muted line of plain words."""
    return lines(style, style.say(said), size, room=room, fill=style.theme.muted)


def more_channels(style: Style, hidden: int) -> list[Block]:
    """What is said of the channels that are not drawn."""
    return [remark(style, Words("… and {n} more channels", n=hidden))] if hidden > 0 else []


def on_top(block: Block) -> Block:
    """A block that its neighbours in a row line up with at the top."""
    return replace(block, axis=0)


def _wrap(
    style: Style, pieces: Sequence[Piece], size: float, room: float, bold: bool
) -> list[list[Piece]]:
    wrapped: list[list[Piece]] = [[]]
    used = 0.0
    for word in _words(style, pieces, size, room, bold):
        wide = style.width(word, size, bold)
        if wrapped[-1] and used + style.width(_trimmed(word), size, bold) > room:
            wrapped.append([])
            used = 0
        wrapped[-1] += word
        used += wide
    return [_merged(line) for line in wrapped]


def _merged(line: Sequence[Piece]) -> list[Piece]:
    """Neighbours that look alike as one piece; no space at the end."""
    merged = [
        Piece("".join(p.text for p in group), *appearance)
        for appearance, group in groupby(line, lambda p: p[1:])
    ]
    return _trimmed(merged)


def _trimmed(word: Sequence[Piece]) -> list[Piece]:
    return [*word[:-1], word[-1]._replace(text=word[-1].text.rstrip())]


def _words(
    style: Style, pieces: Sequence[Piece], size: float, room: float, bold: bool
) -> list[list[Piece]]:
    """What is not broken: up to and with a space, over pieces; of a word too wide its parts."""
    words: list[list[Piece]] = [[]]
    for piece in pieces:
        for part in piece.text.replace(" ", " \0").split("\0"):
            if part and style.width(part, size, bold) > room:
                words += [[piece._replace(text=t)] for t in _parts(style, part, size, room, bold)]
            elif part:
                words[-1].append(piece._replace(text=part))
            if part.endswith(" "):
                words.append([])
    return [word for word in words if word]


def _parts(style: Style, word: str, size: float, room: float, bold: bool) -> Iterator[str]:
    """The parts of a word too long: a number with the × after it stays whole where it can."""
    for part in re.findall(r"\d+(?:[.,]\d+)*×?|.", word):
        yield from [part] if style.width(part, size, bold) <= room else part
