"""Arrays as renderables: their numbers, a picture of them, or what is known of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from math import prod

import numpy as np
from rich.console import Group, RenderableType
from rich.segment import Segment
from rich.text import Text

from nnviz.formats._view import View, summary
from nnviz.formats.terminal.lines import Lines, rows, width_of
from nnviz.formats.terminal.matrix import Matrix
from nnviz.formats.terminal.paper import Paper
from nnviz.formats.terminal.picture import Picture, caption
from nnviz.numerals import aligned
from nnviz.shades import (
    Levels,
    color_levels,
    colored,
    ends,
    levels,
    levels_after,
    levels_as_is,
)
from nnviz.trace import Index
from nnviz.words import Words

STACKED = 6
"""Matrices of one array that stand one under another on a screen: channels, filters. More stand
side by side, as many as fill it."""
_FEW = 16
"""Matrices of weights that may stand by filters and channels."""
_HEIGHT = 40
"""Lines of a screen that does not say how many it has."""
_PAGE = 80
_THUMBNAIL, _WIDE = 28, 64
"""Columns of a picture: one of several side by side, and at most."""


_SHOWN = ("numbers", "picture", "both")
"""The views of `show`, which say what is shown however large it is."""


def parts(paper: Paper, view: View) -> list[Lines]:
    """The view in parts that stand one under another: one a channel."""
    asked = paper.appearance.view
    if asked in _SHOWN:
        numbers = _numbers(paper, view) if asked != "picture" else []
        return numbers + (_drawn(paper, view, _WIDE) if asked != "numbers" else [])
    if view.numbered(paper.whole):
        return _numbers(paper, view)
    if paper.whole:
        known, rest = summary(view, paper.show)
        return [paper.lines(Group(Text(paper.say(known)), paper.muted(rest)))]
    return _drawn(paper, view, _WIDE)


def _drawn(paper: Paper, view: View, width: int) -> list[Lines]:
    if (view.spread or _many(paper, view)) and view.planes and not view.image:
        return _tiled(paper, view, _pictures(paper, view, _THUMBNAIL))
    return [paper.lines(picture) for picture in _pictures(paper, view, width)]


def _many(paper: Paper, view: View) -> bool:
    """Whether there are too many matrices to stand one under another on a screen."""
    return not paper.whole and prod(view.planes) > STACKED


def _tiled(paper: Paper, view: View, made: Iterable[RenderableType]) -> list[Lines]:
    """Matrices side by side; on a screen as many as fill it, and how many more there are."""
    if paper.whole:
        return rows([[paper.lines(each)] for each in made], 3, min(paper.width, _PAGE))
    shown: list[Lines] = []
    many, wide, tall = _many(paper, view), 0, 0
    for block in map(paper.lines, made):
        wide, tall = max(wide, width_of(block)), max(tall, len(block))
        across = max(1, (paper.width + 3) // (wide + 3))
        room = (paper.height or _HEIGHT) - 4  # under their name and above what is typed next
        if many and len(shown) >= across and (len(shown) // across + 1) * tall > room:
            break
        shown.append(block)
    for block in shown:  # of one width, so that they stand in columns
        block[0].append(Segment(" " * (wide - Segment.get_line_length(block[0]))))
    tiles = rows([[block] for block in shown], 3, paper.width)
    left = prod(view.planes[len(view.asked(paper.appearance)) :]) - len(shown)
    if left > 0:
        how = "--trace" if view.spread else f"-f csv --get {view.name}"
        words = Words("… {n} more: {how} writes all", n=left, how=how)
        tiles.append(paper.lines(paper.muted(words)))
    return tiles


def _numbers(paper: Paper, view: View) -> list[Lines]:
    """Filters side by side and their channels one under another, where there is room."""
    weighs = len(view.planes) == 2 and view.role == "weight"
    if view.spread or (_many(paper, view) and not (weighs and prod(view.planes) <= _FEW)):
        return _tiled(paper, view, _matrices(paper, view))
    blocks = [paper.lines(matrix) for matrix in _matrices(paper, view)]
    if not weighs:
        return blocks
    filters, channels = view.planes
    room = min(paper.width if paper.whole else paper.width // 2, _PAGE)
    lines = [[[blocks[f * channels + c]] for f in range(filters)] for c in range(channels)]
    made = [rows(line, 2, room) for line in lines]
    return blocks if any(len(row) > 1 for row in made) else [row for (row,) in made]


# --- numbers ---------------------------------------------------------------------


def _matrices(paper: Paper, view: View) -> Iterator[RenderableType]:
    labels = [paper.text(name) for name in view.trace.labels.get(view.name, ())]
    cells = view.step.cells.get(view.name, ()) if view.step else ()
    vector = view.values.ndim < 2
    for index, label in _planes(paper, view, view.asked(paper.appearance)):
        plane = view.values[index]
        marked = {i[len(index) :] for i in cells if i[: len(index)] == index}
        if vector:
            plane = plane.reshape((-1, 1) if view.upright else (1, -1))
            marked = {(*i, 0) if view.upright else (0, *i) for i in marked}
        columns = [aligned([paper.show(value) for value in column]) for column in plane.T.tolist()]
        texts = [[paper.text(text) for text in row] for row in zip(*columns, strict=True)]
        matrix = Matrix(paper, texts, view.role, labels, marked, vector)
        yield Group(label, matrix) if label else matrix


def _planes(paper: Paper, view: View, within: Index = ()) -> Iterator[tuple[Index, Text]]:
    """The index of each matrix and its label."""
    for index, named in view.matrices(within):
        label = " · ".join(f"{paper.say(word)} {i}" for word, i in named)
        yield index, Text(paper.text(label), "muted")


# --- pictures --------------------------------------------------------------------


def _pictures(paper: Paper, view: View, width: int) -> Iterator[RenderableType]:
    values = view.values.reshape(1, -1) if view.values.ndim < 2 else view.values
    within = view.sample(paper.appearance)
    drawn = values[within]
    scale = _levels(view, drawn)
    whole: list[tuple[Index, Text]] = [(within, Text())]
    planes = whole if scale.shades == "rgb" else _planes(paper, view, within)
    for index, label in planes:
        plane = values[index].reshape(-1, *values.shape[-2:])
        picture = Picture(paper, plane, scale, width), caption(paper, scale, plane)
        yield Group(label, *picture) if label else Group(*picture)


def _levels(view: View, values: np.ndarray) -> Levels:
    """One scale for all channels that are shown: the one that a figure has."""
    if _in_color(view, values):
        return color_levels(values)
    if view.made and view.values.ndim > 1:
        source = View(view.trace, "input")
        # Pooling keeps the values, however few of the large ones are left.
        least = 0 if view.trace.plan and "kernel" not in view.trace.arrays else 0.5
        return levels_after(source.values, values, image=source.image, least=least)
    return (levels if view.trace.steps else levels_as_is)(values, image=view.image)


def _in_color(view: View, values: np.ndarray) -> bool:
    """Whether three channels are the colours of a picture, or of what was made of one."""
    if view.name == "input" or values.shape[:-2] != (3,):
        return colored(values)
    low, high = ends(values)
    return view.image and low >= 0 and 1 < high <= 255
