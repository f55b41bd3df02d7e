"""Arrays as renderables: their numbers, a picture of them, or what is known of them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from math import prod
from typing import TYPE_CHECKING, Any

from rich.console import Group, RenderableType
from rich.text import Text

from nnviz.formats.terminal.matrix import Matrix
from nnviz.formats.terminal.paper import Paper
from nnviz.formats.terminal.picture import Picture, caption
from nnviz.formats.terminal.row import beside
from nnviz.numerals import numerals, thousands
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

if TYPE_CHECKING:
    import numpy as np

PIPE_CELLS = 4096
"""Numbers of an array that are written where there is no screen."""
SIDE = 24
"""Rows or columns that are shown as numbers on a screen."""
BLOCKS = 16
"""Matrices of one array that are shown on a screen: channels, filters."""
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

    def numbered(self, paper: Paper) -> bool:
        """Whether its numbers are written."""
        return self.values.size <= PIPE_CELLS if paper.whole else self.small


def parts(paper: Paper, view: View) -> list[RenderableType]:
    """The view as renderables that stand one under another: one a channel."""
    if view.numbered(paper):
        return _across(paper, view, list(_matrices(paper, view)))
    if paper.whole:
        return [summary(paper, view)]
    if view.spread and len(view.planes) and not view.image:
        pictures = _pictures(paper.within(min(paper.width, _THUMBNAIL)), view)
        return _rows(paper, list(pictures), paper.width)
    return list(_pictures(paper.within(min(paper.width, _WIDE)), view))


def _across(paper: Paper, view: View, blocks: list[RenderableType]) -> list[RenderableType]:
    """Filters side by side and their channels one under another, where there is room."""
    if view.spread:
        return _rows(paper, blocks, _PAGE if paper.whole else paper.width)
    if len(view.planes) != 2 or view.role != "weight" or len(blocks) != prod(view.planes):
        return blocks
    filters, channels = view.planes
    rows = [[blocks[f * channels + c] for f in range(filters)] for c in range(channels)]
    width = max(_width(paper, row, 2) for row in rows)
    if width > (_PAGE if paper.whole else min(paper.width // 2, _PAGE)):
        return blocks
    return [beside(paper, row, 2) for row in rows]


def _rows(paper: Paper, blocks: list[RenderableType], room: int) -> list[RenderableType]:
    """As many blocks side by side as there is room for."""
    rows: list[list[RenderableType]] = []
    for block in blocks:
        if not rows or _width(paper, [*rows[-1], block], 3) > room:
            rows.append([])
        rows[-1].append(block)
    return [beside(paper, row, 3) for row in rows]


def _width(paper: Paper, blocks: Sequence[RenderableType], gap: int) -> int:
    return sum(map(paper.measure, blocks)) + gap * (len(blocks) - 1)


def summary(paper: Paper, view: View) -> RenderableType:
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
    return Group(Text(paper.say(known)), paper.muted(rest))


def factor(paper: Paper, view: View) -> str:
    """The power of ten that all numbers of the view are written in, if any."""
    if not view.numbered(paper):
        return ""
    return numerals(view.values, paper.appearance.precision).factor


# --- numbers ---------------------------------------------------------------------


def _matrices(paper: Paper, view: View) -> Iterator[RenderableType]:
    write = numerals(view.values, paper.appearance.precision)
    labels = [paper.text(name) for name in view.labels]
    for index, label in _shown_planes(paper, view):
        if index is None:
            yield label
            continue
        plane = view.values[index]
        if plane.ndim < 2:
            plane = plane.reshape((-1, 1) if view.column else (1, -1))
        marked = {i[len(index) :] for i in view.marked if i[: len(index)] == index}
        if view.vector:
            marked = {(*i, 0) if view.column else (0, *i) for i in marked}
        texts = [[paper.text(write(value)) for value in row] for row in plane.tolist()]
        matrix = Matrix(paper, texts, view.role, labels, marked, view.vector)
        yield Group(label, matrix) if label else matrix


def _shown_planes(paper: Paper, view: View) -> Iterator[tuple[Index | None, Text]]:
    """The index of each matrix and its label; a remark alone where there are too many."""
    indices = list(product(*map(range, view.planes)))
    most = len(indices) if paper.whole else BLOCKS
    for index in indices[:most]:
        named = zip(view.leading[-len(index) :] if index else (), index, strict=False)
        label = " · ".join(f"{paper.say(word)} {i}" for word, i in named)
        yield index, Text(paper.text(label), "muted")
    if len(indices) > most:
        words = Words("… {n} more: -f csv writes all", n=len(indices) - most)
        yield None, paper.muted(words)


# --- pictures --------------------------------------------------------------------


def _pictures(paper: Paper, view: View) -> Iterator[RenderableType]:
    values = view.values.reshape(1, -1) if view.vector else view.values
    if view.leading[:1] == ("sample",) and len(values) > 1:
        sample = min(paper.appearance.sample, len(values) - 1)
        yield paper.muted(Words("sample {n} of {count}", n=sample, count=len(values)))
        view = replace(view, values=values[sample], leading=view.leading[1:])
        yield from _pictures(paper, view)
        return
    if _in_color(view, values):
        planes: list[tuple[Index | None, Text]] = [((), Text())]
    else:
        planes = list(_shown_planes(paper, view))
    scale = _levels(view, values)
    for index, label in planes:
        if index is None:
            yield label
        else:
            plane = values[index].reshape(-1, *values.shape[-2:])
            made = Picture(paper, plane, scale), caption(paper, scale)
            yield Group(label, *made) if label else Group(*made)


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
    if view.source is not None:
        source = view.source
        return levels_after(source.values, values, image=source.image, least=view.least)
    return (levels_as_is if view.inked else levels)(values, image=view.image)


def _range(values: np.ndarray) -> tuple[Any, Any, float]:
    import numpy as np

    return values.min().item(), values.max().item(), float(values.mean(dtype=np.float64))
