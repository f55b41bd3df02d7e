"""A note in Markdown: its blocks of commands, and what stands beneath each."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import takewhile

from markdown_it import MarkdownIt

from nnviz.errors import NnvizError
from nnviz.records import NamedTuple

LANGUAGE = "nnviz"
"""What the info string of a block begins with."""
_BEGIN = "<!-- nnviz: from the block above -->"
_END = "<!-- /nnviz -->"
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z")
_SPOKEN = re.compile(r"lang:\s*[\"']?([A-Za-z]+)")
_BEGINS, _ENDS = re.compile(r"<!-- nnviz\b.*-->"), re.compile(r"<!-- /nnviz\b.*-->")


class Block(NamedTuple):
    """A fenced block that is run."""

    line: int
    """Of its fence, from 1."""
    kind: str
    """What its info string says after `nnviz`."""
    text: str
    prefix: str
    """What stands before the lines beneath it: it may be in a list, or quoted."""
    beneath: range
    """The lines of what it made before, from 0, with the comments around; empty where none are."""
    made: str
    """What stands between those comments."""


class Note(NamedTuple):
    """A note, read."""

    lines: tuple[str, ...]
    """With their ends."""
    blocks: tuple[Block, ...]

    @property
    def lang(self) -> str:
        """The language that its front matter names, `lang: ko`; empty where it names none."""
        if not self.lines or self.lines[0].rstrip() != "---":
            return ""
        front = takewhile(lambda line: line.rstrip() != "---", self.lines[1:])
        return next((said[1].lower() for said in map(_SPOKEN.match, front) if said), "")

    def replaced(self, made: Sequence[str | None]) -> str:
        """Its text with what each block has made beneath it; None leaves what is there."""
        lines, end = list(self.lines), self._end()
        for block, text in reversed(list(zip(self.blocks, made, strict=True))):
            if text is None:
                continue
            before = lines[block.beneath.start - 1]
            if not before.endswith(("\r", "\n")):  # the last line of the note
                lines[block.beneath.start - 1] = before + end
            written = ["", _BEGIN, "", *text.strip("\n").split("\n"), "", _END]
            new = [f"{block.prefix}{line}".rstrip(" ") + end for line in written]
            if not block.beneath and self._goes_on(block.beneath.start):
                new.append(block.prefix.rstrip(" ") + end)
            lines[block.beneath.start : block.beneath.stop] = new
        return "".join(lines)

    def _end(self) -> str:
        """How its lines end."""
        first = self.lines[0] if self.lines else ""
        return next((end for end in ("\r\n", "\n", "\r") if first.endswith(end)), "\n")

    def _goes_on(self, line: int) -> bool:
        return line < len(self.lines) and bool(_bare(self.lines[line]))


def read(text: str) -> Note:
    """The note that a text is; NnvizError with its line where a block cannot be run."""
    lines = tuple(_LINE.findall(text))
    return Note(lines, tuple(_blocks(text, lines)))


def _blocks(text: str, lines: Sequence[str]) -> Iterator[Block]:
    for token in MarkdownIt("commonmark").parse(text):
        language, *kind = token.info.split() if token.type == "fence" else [""]
        if language != LANGUAGE or token.map is None:
            continue
        first, past = token.map
        prefix, _, _ = lines[first].partition(token.markup)
        prefix = re.sub(r"[^>\s]", " ", prefix)
        if past - first < 2 or not _bare(lines[past - 1]).startswith(token.markup):
            raise NnvizError("line {line}: the block has no end", line=first + 1)
        beneath = _beneath(lines, past, first)
        made = "".join(line.removeprefix(prefix) for line in lines[beneath.start : beneath.stop])
        yield Block(first + 1, " ".join(kind), token.content, prefix, beneath, made)


def _beneath(lines: Sequence[str], past: int, first: int) -> range:
    """Where what a block has made stands: after nothing but empty lines."""
    bare = list(map(_bare, lines[past:]))
    start = next((i for i, line in enumerate(bare) if line), None)
    if start is None or not _BEGINS.fullmatch(bare[start]):
        return range(past, past)
    for i, line in enumerate(bare[start + 1 :], start + 1):
        if _ENDS.fullmatch(line):
            return range(past, past + i + 1)
        if _BEGINS.fullmatch(line):
            break
    raise NnvizError(
        "line {line}: what this block has made has no end",
        line=first + 1,
        hint="write <!-- /nnviz --> where your own text goes on",
    )


def _bare(line: str) -> str:
    """A line without what quotes or indents it."""
    return line.lstrip("> \t").rstrip()
