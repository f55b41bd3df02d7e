"""Figures of several steps as one: what they share once, and the rest with when it is seen."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher

OPEN, CLOSE = '<g role="group"', "</g>"
"""How the lines of a named group begin and end."""
_ONE = re.compile(r"<text(?= )|<\w+(?= [^<]*$)")
"""The tag of a line that is one element."""


@dataclass(slots=True)
class Part:
    """A line of SVG, or the first line of a group, and the frames that have it."""

    line: str
    frames: list[int]
    inner: list[Part] = field(default_factory=list)


def merged(frames: Sequence[Sequence[str]]) -> list[str]:
    """The lines of all frames, those of each in their order.

    What not every frame has says which have it: `data-at="0-2 5"`, with `data-on` if the first.
    """
    parts: list[Part] = []
    for i, lines in enumerate(frames):
        parts = _with(parts, _tree(iter(lines), i), i)
    return list(_written(parts, range(len(frames))))


def _tree(lines: Iterator[str], frame: int) -> list[Part]:
    """The lines up to the end of their group."""
    found = []
    for line in lines:
        if line == CLOSE:
            break
        inner = _tree(lines, frame) if line.startswith(OPEN) else []
        found.append(Part(line, [frame], inner))
    return found


def _with(parts: list[Part], more: list[Part], frame: int) -> list[Part]:
    """Parts and those of one more frame, each in its order."""
    old, new = [part.line for part in parts], [part.line for part in more]
    found = []
    for tag, i0, i1, j0, j1 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        found += parts[i0:i1]
        if tag == "equal":
            for part, same in zip(parts[i0:i1], more[j0:j1], strict=True):
                part.frames.append(frame)
                part.inner = _with(part.inner, same.inner, frame)
        else:
            found += more[j0:j1]
    return found


def _written(parts: Sequence[Part], every: Iterable[int]) -> Iterator[str]:
    """Parts as lines, neighbours that are seen in the same frames together."""
    whole = list(every)
    start = 0
    while start < len(parts):
        frames, end = parts[start].frames, start
        while end < len(parts) and parts[end].frames == frames:
            end += 1
        inside = [line for part in parts[start:end] for line in _whole(part)]
        start = end
        if frames == whole:
            yield from inside
            continue
        at = (' data-on=""' if 0 in frames else "") + f' data-at="{ranges(frames)}"'
        if len(inside) == 1 and (one := _ONE.match(inside[0])):
            yield one[0] + at + inside[0][one.end() :]
        else:
            yield from (f"<g{at}>", *inside, CLOSE)


def _whole(part: Part) -> Iterator[str]:
    yield part.line
    if part.line.startswith(OPEN):
        yield from _written(part.inner, part.frames)
        yield CLOSE


def ranges(numbers: Sequence[int]) -> str:
    """Ascending numbers, those that follow each other as one range.

    >>> ranges([0, 1, 2, 5])
    '0-2 5'
    """
    found: list[list[int]] = []
    for n in numbers:
        if found and n == found[-1][-1] + 1:
            found[-1] = [found[-1][0], n]
        else:
            found.append([n])
    return " ".join("-".join(map(str, ends)) for ends in found)
