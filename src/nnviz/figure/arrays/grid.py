"""Arrays as cells with numbers in them, their names and shapes, and the signs between."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Literal

from nnviz.figure.layout.blocks import Block, Sign
from nnviz.figure.layout.lines import segments
from nnviz.figure.layout.style import SMALL, TITLE, Piece, Style, middle, middle4, up4
from nnviz.figure.scene import Anchor, Box, Group, Hatch, Mark, Rect, Text
from nnviz.libraries import np
from nnviz.numerals import is_blank, rounded, whole_part
from nnviz.records import dataclass, replace
from nnviz.shapes import times
from nnviz.trace import Role
from nnviz.words import Words

MOST = 24
"""Cells a side past which an array is drawn as a picture."""

State = Literal["plain", "active", "padding", "unused", "unreached", "gap", "quiet"]
"""Unused: of the array, and nothing reads it; unreached: of the padding, the same; a gap stands
for rows or columns that are left out; quiet: it counts for nothing."""
OUTSIDE: Collection[State] = ("padding", "unreached")
HATCHED: Collection[State] = ("unused", "unreached")
CORNERED = 28
"""The least height of a cell that has room for a figure in its corner."""
Labels = Literal["", "columns", "both"]


@dataclass(frozen=True)
class Cell:
    """One cell: its number and how it takes part."""

    text: str = ""
    state: State = "plain"
    corner: str = ""
    """A small figure in its lower right: a factor, ×2, or where a gradient is from."""
    fill: str | None = None
    """A fill of its own: a window's tint."""
    ring: bool = False
    bold: bool = False
    hidden: bool = False
    """Still to come: its number has its room, and is not painted."""


Table = list[list[Cell]]
Shown = Sequence[int | None]
"""The indices of the rows or columns that are drawn; None where some are left out."""


def dots(row: int | None, column: int | None) -> Cell:
    """What stands in a gap between rows, between columns, or both."""
    both = row is None and column is None
    return Cell("⋱" if both else "⋮" if row is None else "⋯", "gap")


@dataclass(frozen=True)
class CellSize:
    """A cell's width and height, and the size of the text in it."""

    width: int
    height: int
    text: int


def cells(array: np.ndarray, precision: int = 4) -> Table:
    """A matrix (a vector is one row) as cells."""
    matrix = array.reshape(-1, array.shape[-1]) if array.ndim else array.reshape(1, 1)
    return [
        [Cell("" if is_blank(value) else rounded(value, precision)) for value in line]
        for line in matrix.tolist()
    ]


def changed(table: Table, at: Iterable[tuple[int, int]], **changes: object) -> Table:
    """The table with `changes` to the cells at (row, column)."""
    copy = [list(line) for line in table]
    for r, c in at:
        copy[r][c] = replace(copy[r][c], **changes)  # type: ignore[arg-type]
    return copy


def of_step(table: Table, lit: Iterable[int], after: Iterable[int] = ()) -> Table:
    """A table of a step, whose cells are counted row by row: some active, some still to come."""
    columns = len(table[0])
    table = changed(table, (divmod(i, columns) for i in after), hidden=True)
    return changed(table, (divmod(i, columns) for i in lit), state="active")


def grid(
    style: Style,
    table: Table,
    role: Role,
    size: CellSize,
    *,
    origin: tuple[int, int] = (0, 0),
    shape: tuple[int, int] | None = None,
    labels: Labels = "",
    indices: tuple[Shown, Shown] = ((), ()),
    windows: Sequence[tuple[int, int, int, int]] = (),
    closed: tuple[bool, bool] = (True, True),
) -> Block:
    """A table as squares with hairlines between and a firm outline.

    `origin` and `shape` say where the array itself stands in the table (padding is around
    it, dashed). `labels` puts the indices left and below, or only below: from 0, or those of
    `indices` where some rows or columns are left out. Each number knows its own. `windows`
    are (row, column, rows, columns) of the table that get a firm outline. `closed` is
    whether the array ends at the left and the right, or goes on in another line.
    """
    rows, columns = shape or (len(table), len(table[0]))
    down, along = indices[0] or range(rows), indices[1] or range(columns)
    left = index_room(style, down) if labels == "both" else 0
    w, h = size.width, size.height
    inner = Box(left + origin[1] * w, origin[0] * h, columns * w, rows * h)
    marks = _fills(style, table, role, size, left, inner)
    marks.append(outline(style, role, inner, closed))
    marks += _rings(style, table, size, left)
    tone = style.theme.tone(role)
    for r, c, tall, wide in windows:
        box = Rect(left + c * w, r * h, wide * w, tall * h)
        marks.append(box._replace(stroke=tone.line, line=3, now=role))
    tracks = _track(len(table), origin[0], down), _track(len(table[0]), origin[1], along)
    marks += cell_numbers(style, table, size, left, tracks)
    if labels:
        ys = [(i, inner.y + (r + 0.5) * h) for r, i in enumerate(down if left else ())]
        xs = [(i, inner.x + (c + 0.5) * w) for c, i in enumerate(along)]
        marks += index_labels(style, ys, xs, left, len(table) * h)
    width, height = left + len(table[0]) * w, len(table) * h
    return Block(width, height + (20 if labels else 0), tuple(marks), middle4(height))


def _track(count: int, before: int, shown: Shown) -> Shown:
    """The index of each of so many rows or columns; padding has none."""
    return [*[None] * before, *shown, *[None] * (count - before - len(shown))]


def _fills(
    style: Style, table: Table, role: Role, size: CellSize, left: float, inner: Box
) -> list[Mark]:
    theme, tone = style.theme, style.theme.tone(role)
    w, h = size.width, size.height
    whole = Box(left, 0, len(table[0]) * w, len(table) * h)
    boxes = [
        (cell, Rect(left + c * w, r * h, w, h))
        for r, line in enumerate(table)
        for c, cell in enumerate(line)
    ]
    padding = [b._replace(fill=c.fill) for c, b in boxes if c.state == "padding" and c.fill]
    marks: list[Mark] = [*padding]
    if whole != inner:
        marks.append(_hairlines(whole, size, theme.muted, (3, 3), edge=True))
    marks.append(Rect(inner.x, inner.y, inner.width, inner.height, tone.pale))
    hatch = Hatch(theme.rule, 8)
    marks += [box._replace(hatch=hatch) for cell, box in boxes if cell.state in HATCHED]
    marks += [b._replace(fill=c.fill) for c, b in boxes if c.fill and c.state != "padding"]
    active = [b for c, b in boxes if c.state == "active" and not c.fill]
    marks += [box._replace(fill=tone.active, now=role) for box in active]
    marks.append(_hairlines(inner, size, theme.rule))
    return marks


def outline(style: Style, role: Role, box: Box, closed: tuple[bool, bool] = (True, True)) -> Mark:
    """The firm outline of an array, open at the side where it goes on."""
    tone = style.theme.tone(role)
    if all(closed):
        return Rect(box.x, box.y, box.width, box.height, None, tone.line, 2, tone.dash)
    corners = (box.x, box.y), (box.right, box.y), (box.right, box.bottom), (box.x, box.bottom)
    sides = zip(
        corners, (*corners[1:], corners[0]), (True, closed[1], True, closed[0]), strict=True
    )
    return segments([(a, b) for a, b, drawn in sides if drawn], tone.line, 2, tone.dash)


def _hairlines(
    box: Box, size: CellSize, stroke: str, dash: tuple[float, ...] = (), *, edge: bool = False
) -> Mark:
    skip = 0 if edge else 1
    columns, rows = round(box.width / size.width), round(box.height / size.height)
    xs = [box.x + i * size.width for i in range(skip, columns + 1 - skip)]
    ys = [box.y + i * size.height for i in range(skip, rows + 1 - skip)]
    pairs = [((x, box.y), (x, box.bottom)) for x in xs]
    return segments(pairs + [((box.x, y), (box.right, y)) for y in ys], stroke, 1, dash)


def _rings(style: Style, table: Table, size: CellSize, left: float) -> list[Mark]:
    gap, ink = 4, style.theme.number
    wide, high = size.width - 2 * gap, size.height - 2 * gap
    return [
        Rect(left + c * size.width + gap, r * size.height + gap, wide, high, None, ink, 2, (), 6)
        for r, line in enumerate(table)
        for c, cell in enumerate(line)
        if cell.ring
    ]


def table_width(style: Style, table: Table, size: float) -> float:
    """What the numbers of its widest column take, all bold where one is."""
    bold = any(cell.bold for line in table for cell in line)
    columns = ({cell.text for cell in column} for column in zip(*table, strict=True))
    return max((column_width(style, column, size, bold) for column in columns), default=0)


def column_width(style: Style, texts: Collection[str], size: float, bold: bool = False) -> float:
    """The room of a column: points align in it where that takes at most two digits more."""
    widest = max((style.width(text, size, bold) for text in texts), default=0)
    aligned = sum(_around_points(style, texts, size, bold))
    return max(widest, aligned if aligned <= widest + style.width("00", size, bold) else 0)


def point_ends(
    style: Style, texts: Sequence[str], size: float, room: float, bold: bool = False
) -> list[float | None]:
    """How far to the right of the middle each number of a column ends so that their points align.

    None is in the middle: whole numbers alone, powers of ten, and all where there is no room.
    """
    before, after = _around_points(style, texts, size, bold)
    if not after or before + after > room:
        return [None for _ in texts]
    end = (before - after) / 2
    wholes = map(whole_part, texts)
    return [
        end + style.width(text[len(whole) :], size, bold) if whole else None
        for text, whole in zip(texts, wholes, strict=True)
    ]


def _around_points(
    style: Style, texts: Collection[str], size: float, bold: bool
) -> tuple[float, float]:
    """What the numbers of a column take before their points, and from there on."""
    split = [(whole, text[len(whole) :]) for text in texts if (whole := whole_part(text))]
    before, after = (
        max((style.width(side, size, bold) for side in sides), default=0)
        for sides in (zip(*split, strict=True) if split else ((), ()))
    )
    return before, after


def cell_numbers(
    style: Style, table: Table, size: CellSize, left: float, tracks: tuple[Shown, Shown]
) -> list[Mark]:
    """The numbers: whole ones centred, those with a point set so that the points align."""
    bold = any(cell.bold for line in table for cell in line)
    columns = ([cell.text for cell in column] for column in zip(*table, strict=True))
    places = [point_ends(style, column, size.text, size.width, bold) for column in columns]
    marks: list[Mark] = []
    for r, line in enumerate(table):
        for c, cell in enumerate(line):
            box = Box(left + c * size.width, r * size.height, size.width, size.height)
            if cell.text and not cell.hidden:
                row, column = tracks[0][r], tracks[1][c]
                at = None if row is None or column is None else (row, column)
                marks.append(_number(style, cell, size, box, places[c][r])._replace(at=at))
            if cell.corner and size.height >= CORNERED:
                marks.append(_corner(style, cell.corner, box))
    return marks


def _number(style: Style, cell: Cell, size: CellSize, box: Box, end: float | None) -> Text:
    """A number in the middle of its cell, or ending `end` to the right of it."""
    x = box.x + box.width / 2 + (end or 0)
    y = middle(box.y + box.height / 2, size.text)
    if cell.corner and size.height >= CORNERED:
        x -= 3 if size.height < 36 else 0
        y = min(y - 2, box.bottom - SMALL - 2 - 0.24 * size.text)
    fill = style.theme.muted if cell.state in (*OUTSIDE, "gap", "quiet") else None
    anchor: Anchor = "middle" if end is None else "end"
    return style.text(
        x, y, cell.text, size.text, fill=fill, bold=cell.bold, anchor=anchor, cell=box
    )


def _corner(style: Style, text: str, box: Box) -> Mark:
    fill = style.theme.tone("weight" if text.startswith("×") else "gradient").deep
    return style.text(box.right - 3, box.bottom - 3, text, SMALL, fill=fill, anchor="end", cell=box)


def index_labels(
    style: Style,
    ys: Iterable[tuple[int | None, float]],
    xs: Iterable[tuple[int | None, float]],
    left: float,
    bottom: float,
) -> Iterator[Mark]:
    """The indices of rows at these heights, left of an array, and of columns below it."""
    for r, y in ys:
        if r is not None:
            yield style.note(left - 8, middle(y, SMALL), str(r), "end")
    for c, x in xs:
        if c is not None:
            yield style.note(x, bottom + 16, str(c), "middle")


def index_room(style: Style, rows: Shown) -> int:
    """What the indices of these rows take at their left; there may be none, of padding alone."""
    return up4(style.width(str(rows[-1]), SMALL) + 8) if rows else 0


def named(
    style: Style,
    block: Block,
    role: Role,
    name: Words | str,
    shape: Sequence[int] | str,
    *,
    left: float = 0,
) -> Block:
    """A block with its name above it and its shape under the name.

    `left` is what the block has on its left (indices) that the name is not centred over.
    """
    text, below = style.say(name), shape if isinstance(shape, str) else times(shape)
    push, center, width = heading_room(style, text, below, block.width, left)
    marks, head = heading(style, role, text, below, center), 44 if below else 28
    group = Group((*marks, block.at(push, head)), label=called(style, text, below))
    return Block(width, block.height + head, (group,), block.axis + head)


def called(style: Style, name: str, shape: str) -> str:
    """An array as it is read out: `input, 5 by 5`."""
    spoken = shape.replace("×", style.say(Words(" by "))) if shape[:1].isdigit() else shape
    return f"{name}, {spoken}" if shape else name


def heading(style: Style, role: Role, name: str, below: str, x: float, y: float = 0) -> list[Text]:
    """A name in the colour of a role, and under it a shape."""
    fill = style.theme.tone(role).line
    text = style.text(x, y + 16, name, style.heading(name), fill=fill, bold=True, anchor="middle")
    return [text, style.note(x, y + 34, below, "middle")] if below else [text]


def heading_room(
    style: Style, name: str | Sequence[Piece], below: str, width: float, left: float = 0
) -> tuple[float, float, float]:
    """Where a block so wide stands under its name, the middle of both, and what they take."""
    half = max(style.width(name, style.heading(name), True), style.width(below, SMALL)) / 2
    push = max(0, up4(half - left - (width - left) / 2))
    center = push + left + (width - left) / 2
    return push, center, max(push + width, up4(center + half))


def operator(style: Style, sign: str, width: float = 48) -> Sign:
    """A sign between two arrays."""
    wide = max(width, up4(style.width(sign, TITLE) + 4))
    mark = style.text(wide / 2, middle(16, TITLE), sign, TITLE, anchor="middle")
    return Sign(wide, 32, (mark,), 16)
