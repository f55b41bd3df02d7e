"""Arrays as blocks of text: their numbers, a picture of them, or what is known of them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from itertools import product
from math import prod
from typing import TYPE_CHECKING, Any

from nnviz.formats.terminal.paper import Paper
from nnviz.formats.terminal.picture import Picture, caption
from nnviz.formats.terminal.text import (
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
from nnviz.numerals import Numerals, numerals, thousands
from nnviz.shades import (
    Levels,
    color_levels,
    colored,
    ends,
    levels_after,
    levels_as_is,
    levels_drawn,
)
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
_PAGE = 80
_THUMBNAIL, _WIDE = 28, 64
"""Columns of a picture: one of several side by side, and at most."""


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
    column: bool = False
    """Whether a vector stands upright, as in W·x."""
    source: View | None = None
    """What it was made of, whose shades it has where the ranges are alike."""
    least: float = 0.5
    """The part of that range it has to reach for it."""
    inked: bool = False
    """Whether it is shown for itself: of zeros and ones the ones are then black."""
    spread: bool = False
    """Whether channels stand side by side: an array that is shown alone."""

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


def parts(paper: Paper, view: View, room: int | None) -> list[Block]:
    """The view as blocks that stand one under another: a block a channel.

    `room` is how wide they may be; None writes all numbers, or what is known of them.
    """
    if room is None:
        if view.values.size > PIPE_CELLS:
            return [summary(paper, view)]
        return _across(view, list(_matrices(paper, view, None)), _PAGE)
    if view.small:
        across = room if view.spread else min(room // 2, _PAGE)
        return _across(view, list(_matrices(paper, view, room)), across)
    if view.spread and len(view.planes) and not view.image:
        return _rows(list(_pictures(paper, view, min(room, _THUMBNAIL))), room)
    return list(_pictures(paper, view, min(room, _WIDE)))


def _across(view: View, blocks: list[Block], room: int) -> list[Block]:
    """Filters side by side and their channels one under another, where there is room."""
    if view.spread:
        return _rows(blocks, room)
    if len(view.planes) != 2 or view.role != "weight" or len(blocks) != prod(view.planes):
        return blocks
    filters, channels = view.planes
    rows = [beside([blocks[f * channels + c] for f in range(filters)]) for c in range(channels)]
    return rows if max(map(block_width, rows)) <= room else blocks


def _rows(blocks: list[Block], room: int) -> list[Block]:
    """As many blocks side by side as there is room for."""
    rows: list[list[Block]] = []
    for block in blocks:
        if not rows or block_width(beside([*rows[-1], block], 3)) > room:
            rows.append([])
        rows[-1].append(block)
    return [beside(row, 3) for row in rows]


def summary(paper: Paper, view: View) -> Block:
    """What is known of an array whose numbers are not written."""
    low, high, mean = _range(view.values)
    known = Words(
        "{dtype}, min {low}, max {high}, mean {mean}",
        dtype=view.values.dtype,
        low=paper.show(low),
        high=paper.show(high),
        mean=paper.show(mean),
    )
    rest = Words("{n} numbers, not written here", n=thousands(view.values.size))
    return [[(paper.say(known), "")], [(paper.say(rest), MUTED)]]


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
            plane = plane.reshape((-1, 1) if view.column else (1, -1))
        marked = {i[len(index) :] for i in view.marked if i[: len(index)] == index}
        if view.vector:
            marked = {(*i, 0) if view.column else (0, *i) for i in marked}
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
        words = Words("… {n} more: -f csv writes all", n=len(indices) - most)
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
    if view.leading[:1] == ("sample",) and len(values) > 1:
        sample = min(paper.sample, len(values) - 1)
        words = Words("sample {n} of {count}", n=sample, count=len(values))
        yield [[(paper.say(words), MUTED)]]
        view = replace(view, values=values[sample], leading=view.leading[1:])
        yield from _pictures(paper, view, room)
        return
    if _in_color(view, values):
        planes: list[tuple[Index | None, Line]] = [((), [])]
    else:
        planes = list(_shown_planes(paper, view, room))
    height, across = values.shape[-2:]
    drawn = {
        index: Picture(paper, values[index].reshape(-1, height, across), room, _PICTURE_ROWS)
        for index, _ in planes
        if index is not None
    }
    scale = _levels(view, values)
    for index, label in planes:
        if index is None:
            yield [label]
        else:
            made = [*drawn[index].draw(scale), caption(paper, scale)]
            yield [label, *made] if label else made


def _in_color(view: View, values: np.ndarray) -> bool:
    """Whether three channels are the colours of a picture, or of what was made of one."""
    if view.name == "input" or values.shape[:-2] != (3,):
        return colored(values)
    low, high = ends(values)
    return view.image and low >= 0 and 1 < high <= 255


def _levels(view: View, values: np.ndarray) -> Levels:
    """One scale for all channels that are shown: the one that a figure has."""
    if _in_color(view, values):
        return color_levels(values)
    maps = values.reshape(-1, *values.shape[-2:])[:BLOCKS]
    if view.inked and len(maps) == 1:
        return levels_as_is(maps[0], image=view.image)
    if view.source is None:
        return levels_drawn(maps, image=view.image)
    given = view.source.values.reshape(-1, *view.source.values.shape[-2:])
    scale = levels_drawn(given, image=view.source.image)
    return levels_after(given, scale, maps, least=view.least)


def _range(values: np.ndarray) -> tuple[Any, Any, float]:
    import numpy as np

    return values.min().item(), values.max().item(), float(values.mean(dtype=np.float64))
