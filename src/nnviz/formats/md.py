"""Markdown: a note as GitHub, Obsidian and Jekyll take it, its equations between `$$`.

They read mathematics by different rules. What all of them take: `$$` on lines of their own, and
between them nothing that Markdown could take for its own (see `nnviz.latex`): lines end in
`\\cr`, which is not eaten as `\\\\` is. In tables formulas are plain text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import quote

from nnviz.formats import Format, Made, svg
from nnviz.formats.note.figure import USES, Figure
from nnviz.formats.note.model import Block, Desk, Display, Heading, Paragraph, Picture, Table
from nnviz.formats.note.walk import note
from nnviz.latex import BREAK
from nnviz.notation import ABOUT, flat, tokens
from nnviz.request import Embed, Request
from nnviz.trace import Equation, Trace

_MARKS = re.compile(
    r"[\\`*_{}\[\]#|$!]|(?<==)=|(?<=%)%|-(?=-)|(?<=-)-|^(?:[+:-]|\d+(?=[.)]))(?=[.)]? )"
)
_AWAY = re.compile(r"[\x00-\x20()<>%#?\"\\]")
"""What cannot stand in a link as it is."""
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "~": "&#126;"}


def write(trace: Trace, request: Request) -> Made:
    """The note of a trace."""
    desk, figure = Desk(request.appearance), Figure.beside(trace, request, svg.write, ".svg")
    blocks = (block for part in note(trace, request, figure) for block in _written(desk, part))
    text = "\n\n".join(blocks) + "\n"
    return figure.with_note(text.encode(request.screen.encoding, "xmlcharrefreplace"))


def _written(desk: Desk, block: Block) -> Iterator[str]:
    match block:
        case Heading(said, level):
            yield f"{'#' * (level + 1)} {escaped(said)}"
        case Paragraph(said, strong):
            yield f"**{escaped(said)}**" if strong else escaped(said)
        case Display():
            yield _display(block)
        case Table():
            yield "\n".join(_table(desk, block))
        case Picture(file, alt, embed):
            yield embedded(file, alt, embed)


def _display(block: Display) -> str:
    body = f" {BREAK}\n".join(block.lines).replace(BREAK, r"\cr")
    if block.aligned:
        body = f"\\begin{{aligned}}\n{body}\n\\end{{aligned}}"
    return f"$$\n{body}\n$$"


def _table(desk: Desk, table: Table) -> Iterator[str]:
    def formula(equation: Equation, about: bool) -> str:
        written = "".join(map(flat, tokens(equation, desk.show)))
        return escaped(ABOUT.lstrip() * about + written)

    rows = desk.rows(table, escaped, formula)
    if table.total:
        rows[-1] = [f"**{cell}**" if cell else "" for cell in rows[-1]]
    yield _line([desk.heading(column, escaped, formula) for column in table.columns])
    yield _line(["---" if column.align == "left" else "---:" for column in table.columns])
    yield from map(_line, rows)


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def embedded(link: str, alt: str, embed: Embed) -> str:
    """What shows a picture: `![alt](file)`, or Obsidian's `![[file]]`."""
    if embed == "obsidian":
        return f"![[{link}]]"
    return f"![{escaped(alt)}]({_AWAY.sub(lambda sign: quote(sign[0]), link)})"


def escaped(said: str) -> str:
    r"""Text of which nothing is a mark of Markdown.

    >>> escaped("a | b_c < 2"), escaped("1. --size")
    ('a \\| b\\_c &lt; 2', '1\\. \\-\\-size')
    """
    text = re.sub("[&<>~]", lambda m: _ENTITIES[m[0]], said)
    return _MARKS.sub(lambda m: m[0] + "\\" if m[0].isdecimal() else "\\" + m[0], text)


FORMAT = Format(
    "text", (".md",), write, uses=USES, in_file=("embed", *svg.FORMAT.uses), heading="# `{name}`"
)
