"""A table of styled cells that fits its screen, or lists its rows where it cannot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from nnviz.formats.terminal.paper import Paper
from nnviz.formats.terminal.text import (
    BOLD,
    MUTED,
    Block,
    Line,
    block_width,
    cell_len,
    line_width,
    padded,
    wrapped,
)

Align: TypeAlias = Literal["left", "right", "point"]

_GAP = 2
_WORD = 24
"""A column of text is never made narrower than its longest word, up to this width."""


@dataclass(frozen=True)
class Column:
    """A heading, and a cell for every row; a cell's lines are joined where they fit."""

    heading: str
    cells: Sequence[Block] = field(default_factory=list)
    align: Align = "left"
    whole: bool = False
    """Its cells are not broken."""


def table(paper: Paper, columns: Sequence[Column], *, total: bool = False) -> Block:
    """The rows under their headings; `total` sets a rule before the last row."""
    columns = [_pointed(c) if c.align == "point" else c for c in columns]
    widths = _widths(columns, paper.width)
    if widths is None:
        return _in_blocks(paper, columns, total=total)
    heads = [wrapped([(c.heading, BOLD)], w) for c, w in zip(columns, widths, strict=True)]
    rule: Line = [(paper.text("─") * (sum(widths) + _GAP * (len(widths) - 1)), MUTED)]
    made = [*_row(heads, columns, widths, bottom=True), rule]
    rows = max((len(c.cells) for c in columns), default=0)
    for i in range(rows):
        if total and i == rows - 1:
            made.append(rule)
        cells = [_cell(c.cells[i], w) for c, w in zip(columns, widths, strict=True)]
        made += _row(cells, columns, widths)
    return made


def joined(cell: Block) -> Line:
    """A cell on one line."""
    return [span for line in cell for span in line]


def _pointed(column: Column) -> Column:
    """The column with spaces after its numbers, so that their points stand in a line."""
    texts = ["".join(text for text, _ in joined(cell)) for cell in column.cells]
    tails = [len(t) - t.index(".") if "." in t else 0 for t in texts]
    most = max(tails, default=0)
    cells = [
        [[*joined(cell), (" " * (most - tail), "")]]
        for cell, tail in zip(column.cells, tails, strict=True)
    ]
    return Column(column.heading, cells, "right")


def _cell(cell: Block, width: int) -> Block:
    whole = joined(cell)
    if line_width(whole) <= width:
        return [whole]
    if len(cell) == 1:
        return wrapped(whole, width, indent=2)
    # One line a kernel row: the first is set in, so that terms stand under terms.
    lines = [[("  ", ""), *cell[0]], *(_unspaced(line) for line in cell[1:])]
    return [part for line in lines for part in wrapped(line, width, indent=4)]


def _unspaced(line: Line) -> Line:
    return [(line[0][0].lstrip(), line[0][1]), *line[1:]] if line else line


def _row(
    cells: Sequence[Block],
    columns: Sequence[Column],
    widths: Sequence[int],
    *,
    bottom: bool = False,
) -> Block:
    height = max(map(len, cells), default=0)
    made: Block = []
    for i in range(height):
        line: Line = []
        for cell, column, width in zip(cells, columns, widths, strict=True):
            align: Literal["left", "right"] = "left" if column.align == "left" else "right"
            at = i - (height - len(cell)) if bottom else i
            line += [(" " * _GAP, "")] if line else []
            line += padded(cell[at] if 0 <= at < len(cell) else [], width, align)
        made.append(line)
    return made


def _widths(columns: Sequence[Column], room: int | None) -> list[int] | None:
    """Widths that fit: the widest columns give way first; None where words would break."""
    inner = [max((line_width(joined(cell)) for cell in c.cells), default=0) for c in columns]
    natural = [max(n, cell_len(c.heading)) for c, n in zip(columns, inner, strict=True)]
    if room is None:
        return natural
    room -= _GAP * (len(columns) - 1)
    if sum(natural) <= room:
        return natural
    # Too wide: headings wrap at spaces, long sums at their lines.
    inner = [max(map(_broken, c.cells), default=0) for c in columns]
    natural = [max(n, _longest(c.heading)) for c, n in zip(columns, inner, strict=True)]
    least = [min(n, _least(c)) for c, n in zip(columns, natural, strict=True)]
    if sum(least) > room:
        return None
    cap = max(natural, default=0)
    while sum(_capped(natural, least, cap)) > room:
        cap -= 1
    widths = _capped(natural, least, cap)
    for i, width in enumerate(widths):  # columns left over by the cap go to those that wrap
        wanted = max(natural[i], cell_len(columns[i].heading))
        widths[i] += max(0, min(wanted - width, room - sum(widths)))
    return widths


def _broken(cell: Block) -> int:
    """The width of a cell that has a line for each of its parts."""
    return line_width(joined(cell)) if len(cell) == 1 else block_width(cell) + 2


def _capped(natural: Sequence[int], least: Sequence[int], cap: int) -> list[int]:
    return [max(low, min(n, cap)) for n, low in zip(natural, least, strict=True)]


def _least(column: Column) -> int:
    """The width of a column's longest word, with the indent of what wraps."""
    least = _longest(column.heading)
    for cell in column.cells:
        text = "".join(text for text, _ in joined(cell))
        if column.whole or column.align != "left":
            least = max(least, cell_len(text))
        elif " " in text:
            least = max(least, min(_WORD, _longest(text)) + 2)
        else:
            least = max(least, min(_WORD, cell_len(text)))
    return least


def _in_blocks(paper: Paper, columns: Sequence[Column], *, total: bool) -> Block:
    """The columns in several tables, each with the first column; lists if they are too wide."""
    first, *rest = columns
    groups: list[list[Column]] = []
    for column in rest:
        if groups and _widths([first, *groups[-1], column], paper.width) is not None:
            groups[-1].append(column)
        elif _widths([first, column], paper.width) is not None:
            groups.append([column])
        else:
            return _listed(paper, columns)
    if len(groups) < 2:
        return _listed(paper, columns)
    tables = (table(paper, [first, *group], total=total) for group in groups)
    return [line for made in tables for line in [[], *made]][1:]


def _longest(text: str) -> int:
    return max(map(cell_len, text.split()), default=0)


def _listed(paper: Paper, columns: Sequence[Column]) -> Block:
    """Row after row, its cells one under another with their headings."""
    made: Block = []
    for cells in zip(*(c.cells for c in columns), strict=True):
        for i, (column, cell) in enumerate(zip(columns, cells, strict=True)):
            if not any(text.strip() for text, _ in joined(cell)):
                continue
            head: Line = [(f"{'  ' if i else ''}{column.heading}  ", BOLD if not i else MUTED)]
            made += wrapped([*head, *_trimmed(joined(cell))], paper.width, indent=4)
    return made


def _trimmed(line: Line) -> Line:
    """Without the spaces that align a column."""
    kept = [span for span in line if span[0]]
    while kept and not kept[-1][0].strip():
        kept.pop()
    return kept
