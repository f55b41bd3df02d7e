"""Rows of channels, one below the other, that are added up: a plus between each two, a brace."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from nnviz.figure.arrays.fit import Drawn, Row, drawn_parts, shortened_row, widths_of
from nnviz.figure.arrays.grid import CellSize, operator
from nnviz.figure.layout.blocks import Block, row
from nnviz.figure.layout.lines import brace
from nnviz.figure.layout.style import Style, near4
from nnviz.figure.scene import Group, Mark

HEAD = 44
"""What a name and a shape take above an array."""

BRACE = 28
"""What a brace takes beside it."""


def stacked(
    style: Style, lines: Sequence[Sequence[Block]], more: Sequence[Block] = ()
) -> tuple[Block, float]:
    """The lines in columns, a plus below each last block but the lowest; and where that ends.

    `more` says beneath them what is left out.
    """
    count = len(lines[0])
    widths = [max(line[i].width for line in lines) for i in range(count)]
    marks: list[Mark] = []
    y = end = 0.0
    for n, line in enumerate(lines):
        axis = max(b.axis for b in line)
        x = left = 0.0
        for block, width in zip(line, widths, strict=True):
            left = x + near4((width - block.width) / 2)
            marks.append(block.at(left, y + axis - block.axis))
            x += width
        last = line[-1]
        bottom = y + max(axis - b.axis + b.height for b in line)
        end = y + axis - last.axis + last.height
        y = bottom + 8
        if n + 1 < len(lines):
            # The next last block's name stands this far below the next line's top.
            below = max(b.axis for b in lines[n + 1]) - lines[n + 1][-1].axis
            y = max(y, end + 32 - below)
            sign = operator(style, "+", 32)
            # Over the array's middle, which need not be the column's.
            center = left + last.width / 2 - sign.width / 2
            marks.append(Group(sign.marks, center, near4((end + y + below) / 2 - 16)))
    for block in more:
        marks.append(block.at(0, y))
        y += block.height
    return Block(sum(widths), y, tuple(marks), near4(y / 2)), end


def braced(style: Style, lines: Sequence[Sequence[Block]], more: Sequence[Block] = ()) -> Block:
    """The lines with a brace beside them, level with its tip."""
    table, end = stacked(style, lines, more)
    top, bottom = float(HEAD), max(end, table.height - 20)
    axis = near4((top + bottom) / 2)
    curve = brace(8, top, bottom, style.theme.muted)
    return row([replace(table, axis=axis), Block(BRACE, table.height, (curve,), axis)])


def _braced_width(rows: Sequence[Row], size: CellSize) -> float:
    """How wide that is with such cells, known before it is drawn."""
    each = [widths_of(row, [size] * len(row)) for row in rows]
    columns: list[tuple[float, ...]] = [*zip(*each, strict=True)]
    return BRACE + sum(map(max, columns))


def added(style: Style, rows: Sequence[Row], more: Sequence[Block] = ()) -> Row:
    """Rows that are added, as a part of one: as they are where there is only one."""
    if len(rows) == 1:
        return rows[0]
    tables = [t for row in rows for part in row if not isinstance(part, Block) for t in part.tables]

    def build(rows: Sequence[Row]) -> Drawn:
        return Drawn(
            lambda size: braced(style, [drawn_parts(row, size) for row in rows], more),
            tables,
            lambda most: build([shortened_row(row, most) for row in rows]),
            lambda size: _braced_width(rows, size),
        )

    return [build(rows)]
