"""Arrays in a note: matrices side by side with the signs of an equation; pictures in words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice
from math import prod

from nnviz.formats._view import View, shape_text, summary
from nnviz.formats.note.equations import WIDE, letters
from nnviz.formats.note.model import Block, Desk, Display, Paragraph
from nnviz.latex import MOST_COLUMNS, matrix, symbol, text
from nnviz.numerals import thousands
from nnviz.trace import Trace
from nnviz.words import Words

_SYMBOL = re.compile("([A-Za-z])([a-z0-9])?(_.+)?")
"""Names of arrays that are symbols: Wx, b, h0, Wh_l0_reverse."""
PLANES = 6
"""Matrices of one array that are all written."""


def in_a_row(desk: Desk, trace: Trace, names: Sequence[str]) -> Iterator[Block]:
    """Arrays with the signs between them; of several matrices, and pictures, each by itself."""
    views = {n: View(trace, n) for n in names if n in trace.arrays or n in trace.results}
    if any(not written(view) or view.values.ndim > 2 for view in views.values()):
        for view in views.values():
            yield from array(desk, view)
        return
    items, sign = [], ""
    for name in names:
        if name not in views:
            sign = f"{symbol(name)} "
            continue
        plane = _plane(desk, views[name], (), _label(desk, views[name]))
        items.append(sign + plane)
        sign = ""
    if len(views) == len(names):
        yield from _rows(items)
        return
    rows = _flow(items)
    yield Display(tuple("&" * (len(rows) > 1) + " ".join(row) for row in rows))


def written(view: View) -> bool:
    """Whether the numbers of an array are written."""
    return not view.image and view.numbered(whole=True)


def array(desk: Desk, view: View) -> Iterator[Block]:
    """An array by itself: its name and shape, and a matrix for each channel."""
    name, shape = desk.say(view.trace.called(view.name)), shape_text(view.values.shape)
    if not written(view):
        known, rest = summary(view, desk.show)
        yield Paragraph(f"{name} {shape}: {desk.say(known)}; {desk.say(rest)}")
        return
    if view.values.ndim < 3:
        yield Display((_plane(desk, view, (), _label(desk, view)),))
        return
    yield Paragraph(f"{name} {shape}")
    planes = list(islice(view.matrices(view.asked(desk.appearance)), PLANES + 1))
    count = prod(view.planes[len(view.asked(desk.appearance)) :])
    kept = planes if count <= PLANES else planes[: PLANES // 2]
    labels = (", ".join(f"{desk.say(word)} {i}" for word, i in named) for _, named in kept)
    made = zip(kept, labels, strict=True)
    yield from _rows([_plane(desk, view, at, text(label)) for (at, _), label in made])
    if count > len(kept):
        how, more = f"-f csv --get {view.name}", thousands(count - len(kept))
        yield Paragraph(desk.say(Words("… {n} more: {how} writes all", n=more, how=how)))


def _label(desk: Desk, view: View) -> str:
    r"""The name and the shape of an array, above it: \text{input }3\times3."""
    name, shape = desk.say(view.trace.called(view.name)), shape_text(view.values.shape)
    label = text(f"{name} ") + symbol(shape) if shape else text(name)
    if short := _SYMBOL.fullmatch(name):
        letter, sub, rest = short.groups("")
        label = letter + f"_{{{sub}}}" * bool(sub) + text(f"{rest} ") * bool(rest + shape)
        label += symbol(shape)
    if known := view.trace.symbols.get(view.name):
        return rf"{desk.latex.line(desk.latex.name(known))} \quad {label}"
    return label


def _plane(desk: Desk, view: View, index: tuple[int, ...], label: str) -> str:
    plane = view.values[index]
    if plane.ndim < 2:
        plane = plane.reshape((-1, 1) if view.upright else (1, -1))
    for most in range(MOST_COLUMNS, 5, -1):
        made = rf"\overset{{{label}}}{{{matrix(desk.latex, plane, most)}}}"
        if letters(made) <= WIDE:
            break
    return made


def _flow(items: Sequence[str]) -> list[list[str]]:
    """Matrices on rows that are not too wide."""
    rows: list[list[str]] = []
    room = 0
    for item in items:
        if letters(item) > room:
            rows.append([])
            room = WIDE
        rows[-1].append(item)
        room -= letters(item)
    return rows


def _rows(items: Sequence[str]) -> Iterator[Display]:
    """Matrices that no sign joins: a page may end between their rows."""
    return (Display((r" \quad ".join(row),)) for row in _flow(items))
