"""Arrays as blocks of text: their numbers, a picture of them, or what is known of them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import TYPE_CHECKING

from nnviz.formats._term_paper import Paper
from nnviz.formats._term_picture import Picture, ramp
from nnviz.formats._term_text import (
    BOLD,
    MARKED,
    MUTED,
    Block,
    Line,
    beside,
    block_width,
    cell_len,
    hue,
    padded,
)
from nnviz.numerals import Numerals, numerals, rounded
from nnviz.shapes import times
from nnviz.trace import Index
from nnviz.words import Words

if TYPE_CHECKING:
    import numpy as np

PIPE_CELLS = 4096
"""Numbers of an array that are written where there is no screen."""
SIDE = 24
"""Rows or columns that are shown as numbers on a screen."""
BLOCKS = 16
"""Matrices of one array that are shown on a screen: channels, filters."""
_PICTURE_ROWS = 24


@dataclass(frozen=True)
class View:
    """An array to show: its name, its role, what its leading axes count."""

    name: str
    values: np.ndarray
    role: str = "plain"
    leading: tuple[str, ...] = ()
    """A word for each axis before the last two, the outermost first."""
    labels: tuple[str, ...] = ()
    """Names of the rows."""
    marked: Collection[Index] = field(default=())
    """Cells of the step that is shown."""
    image: bool = False

    @property
    def vector(self) -> bool:
        return self.values.ndim < 2

    @property
    def planes(self) -> tuple[int, ...]:
        """The shape of what leads the matrices."""
        return self.values.shape[:-2]

    @property
    def small(self) -> bool:
        """Whether a screen shows it as numbers."""
        if self.vector:
            return self.values.size <= SIDE * SIDE
        return all(n <= SIDE for n in self.values.shape[-2:])


def heading(paper: Paper, view: View, factor: str = "") -> Line:
    """`input 5×5`, in the role's colour."""
    shape = paper.text(f" {times(view.values.shape)}")
    line = [*paper.name(view.name, view.role), (shape, hue(view.role))]
    return [*line, (paper.text(f"  {factor}"), MUTED)] if factor else line


def parts(paper: Paper, view: View, room: int | None) -> list[Block]:
    """The view as blocks that stand one under another: a block a channel.

    `room` is how wide they may be; None writes all numbers, or what is known of them.
    """
    if room is None:
        if view.values.size > PIPE_CELLS:
            return [summary(paper, view)]
        return list(_matrices(paper, view, None))
    if view.small:
        return list(_matrices(paper, view, room))
    return list(_pictures(paper, view, room))


def summary(paper: Paper, view: View) -> Block:
    """What is known of an array whose numbers are not written."""
    low, high, mean = _range(view.values)
    words = Words(
        "{dtype}, min {low}, max {high}, mean {mean}; {n} numbers are not written here",
        dtype=view.values.dtype,
        low=paper.show(low),
        high=paper.show(high),
        mean=paper.show(mean),
        n=f"{view.values.size:,}",
    )
    return [[(paper.say(words), "")]]


def factor(paper: Paper, view: View, room: int | None) -> str:
    """The power of ten that all numbers of the view are written in, if any."""
    if view.values.size > PIPE_CELLS if room is None else not view.small:
        return ""
    return numerals(view.values, paper.precision).factor


# --- numbers ---------------------------------------------------------------------


def _matrices(paper: Paper, view: View, room: int | None) -> Iterator[Block]:
    write = numerals(view.values, paper.precision)
    for index, label in _shown_planes(paper, view, room):
        if index is None:
            yield [label]
            continue
        plane = view.values[index]
        if plane.ndim < 2:
            plane = plane.reshape(1, -1)
        marked = {i[len(index) :] for i in view.marked if i[: len(index)] == index}
        if view.vector:
            marked = {(0, *i) for i in marked}
        block = _matrix(paper, view, plane, write, marked, room)
        yield [label, *block] if label else block


def _shown_planes(
    paper: Paper, view: View, room: int | None
) -> Iterator[tuple[Index | None, Line]]:
    """The index of each matrix and its label; a line of text where there are too many."""
    indices = list(product(*map(range, view.planes)))
    most = len(indices) if room is None else BLOCKS
    for index in indices[:most]:
        named = zip(view.leading[-len(index) :] if index else (), index, strict=False)
        label = " · ".join(f"{paper.say(word)} {i}" for word, i in named)
        yield index, [(paper.text(label), MUTED)] if label else []
    if len(indices) > most:
        words = Words("… {n} more: -f csv or a pipe writes all", n=len(indices) - most)
        yield None, [(paper.say(words), MUTED)]


def _matrix(
    paper: Paper,
    view: View,
    plane: np.ndarray,
    write: Numerals,
    marked: Collection[Index],
    room: int | None,
) -> Block:
    """A matrix between brackets, in blocks of columns where it is too wide."""
    texts = [[paper.text(write(value)) for value in row] for row in plane.tolist()]
    width = max((cell_len(text) for row in texts for text in row), default=0)
    names = [paper.text(name) for name in view.labels]
    side = max(map(cell_len, names), default=0)
    across = plane.shape[1]
    fitting = across
    if room is not None:
        fitting = max(1, (room - 3 - (side + 1 if names else 0)) // (width + 1))
    made: Block = []
    for start in range(0, across, fitting):
        stop = min(start + fitting, across)
        if fitting < across:
            made.append([(_columns(paper, start, stop - 1, view.vector), MUTED)])
        for r, row in enumerate(texts):
            line: Line = []
            if names:
                name = names[r] if r < len(names) else ""
                line = [*padded([(name, MUTED)], side), (" ", "")]
            before, after = _brackets(paper, r, len(texts))
            line.append((before + " ", hue(view.role)))
            for c in range(start, stop):
                style = hue(view.role, BOLD, MARKED) if (r, c) in marked else hue(view.role)
                line += [*padded([(row[c], style)], width, "right"), (" ", "")]
            made.append([*line, (after, hue(view.role))])
    return made


def _columns(paper: Paper, first: int, last: int, vector: bool) -> str:
    which = f"{first}–{last}" if last > first else f"{first}"
    if vector:
        return paper.say(Words("cells {which}", which=which))
    return paper.say(Words("columns {which}", which=which))


def _brackets(paper: Paper, row: int, rows: int) -> tuple[str, str]:
    if rows == 1:
        return "[", "]"
    pairs = ("⎡", "⎤") if row == 0 else ("⎣", "⎦") if row == rows - 1 else ("⎢", "⎥")
    return paper.text(pairs[0]), paper.text(pairs[1])


# --- pictures --------------------------------------------------------------------


def _pictures(paper: Paper, view: View, room: int) -> Iterator[Block]:
    values = view.values.reshape(1, -1) if view.vector else view.values
    low, high, _ = _range(values, mean=False)
    if view.image and values.dtype.kind == "u":
        low, high = 0.0, float(255 if values.dtype.itemsize == 1 else 65535)
    if view.image and values.shape[:-2] == (3,) and low >= 0 and high <= 65535:
        yield _pictured(paper, Picture(values, low, high), room, [])
        return
    for index, label in _shown_planes(paper, view, room):
        if index is None:
            yield [label]
        else:
            yield _pictured(paper, Picture(values[index], low, high), room, label)


def _pictured(paper: Paper, picture: Picture, room: int, label: Line) -> Block:
    body = picture.draw(paper, room, _PICTURE_ROWS)
    low, high = (paper.text(rounded(v, paper.precision)) for v in (picture.low, picture.high))
    if paper.screen.color:
        words = Words("black {low}, white {high}", low=low, high=high)
    else:
        shades = ramp(paper)
        words = Words("blank {low}, {full} {high}", low=low, full=shades[-1], high=high)
    made = [*body, [(paper.say(words), MUTED)]]
    return [label, *made] if label else made


def _range(values: np.ndarray, *, mean: bool = True) -> tuple[float, float, float]:
    import numpy as np

    if not values.size:
        return 0.0, 0.0, 0.0
    average = float(values.mean(dtype=np.float64)) if mean else 0.0
    return values.min().item(), values.max().item(), average


# --- arrays in a row -------------------------------------------------------------


def in_a_row(paper: Paper, items: Sequence[View | str]) -> Block:
    """Arrays with the signs between them, on as many lines as they need."""
    views = [item for item in items if isinstance(item, View)]
    rooms = _rooms(paper, views)
    stacks = {i: parts(paper, view, room) for i, (view, room) in enumerate(rooms)}
    _level(list(stacks.values()))
    blocks: list[Block] = []
    sign: Block = []
    at = 0
    for item in items:
        if not isinstance(item, View):
            sign = [[(paper.text(f" {item} "), BOLD)]]
            continue
        room = rooms[at][1]
        head = heading(paper, item, factor(paper, item, room))
        block = [head, *(line for part in stacks[at] for line in part)]
        # The sign stands at the middle of the numbers, not of the numbers and their name.
        blocks.append(beside([[[], *sign], block], 1, "middle") if sign else block)
        sign, at = [], at + 1
    return _flow(blocks, paper.width)


def _rooms(paper: Paper, views: Sequence[View]) -> list[tuple[View, int | None]]:
    """How wide each view may be: pictures share what the numbers leave, or stand alone."""
    if paper.width is None:
        return [(view, None) for view in views]
    pictures = [view for view in views if not view.small]
    if not pictures:
        return [(view, paper.width - 5) for view in views]
    numbers = [parts(paper, view, paper.width - 5) for view in views if view.small]
    taken = sum(max(map(block_width, stack), default=0) + 5 for stack in numbers)
    share = (paper.width - taken - 5 * len(pictures)) // len(pictures)
    share = min(share, 64) if share >= 36 else min(paper.width - 5, 64)
    return [(view, paper.width - 5 if view.small else share) for view in views]


def _level(stacks: Sequence[list[Block]]) -> None:
    """Give channels the same height in every array that has as many of them."""
    for count in {len(stack) for stack in stacks if len(stack) > 1}:
        same = [stack for stack in stacks if len(stack) == count]
        for i in range(count):
            height = max(len(stack[i]) for stack in same)
            for stack in same:
                stack[i] = stack[i] + [[] for _ in range(height - len(stack[i]))]


def _flow(blocks: Sequence[Block], width: int | None) -> Block:
    """Blocks from left to right, on a new row where one does not fit."""
    rows: list[list[Block]] = []
    used = 0
    for block in blocks:
        needed = block_width(block) + 1
        if not rows or (width is not None and used + needed > width + 1):
            rows.append([])
            used = 0
        rows[-1].append(block)
        used += needed
    made: Block = []
    for row in rows:
        made += ([[]] if made else []) + beside(row, 1, "middle")
    return made
