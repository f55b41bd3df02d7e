"""The tables of a sliding window: an input channel with its padding, an output map."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from nnviz.figure.arrays.grid import Cell, State, Table, cells, changed, of_step
from nnviz.figure.layout.style import Style
from nnviz.figure.windows._part import Area, Part, Place
from nnviz.libraries import np
from nnviz.records import dataclass, replace
from nnviz.shapes import AnyAxis


@dataclass(frozen=True)
class Padded:
    """An input channel as a table with its padding around it."""

    table: Table
    origin: Place
    """Where the input itself begins in the table."""
    shape: Place
    windows: tuple[Area, ...] = ()
    """What gets a firm outline, in the table."""


def padded(
    style: Style,
    part: Part[AnyAxis],
    c: int = 0,
    *,
    at: Place | None = None,
    corners: bool = True,
) -> Padded:
    """Channel `c` with the padding that its windows read, and the window of output cell `at`
    (of the step, if there is one) active, the weights small in its lower right `corners`.
    """
    axes, at = part.axes, at or part.at
    spans = [span(axis) for axis in axes]
    inner = cells(part.x[c], style.precision)
    table = [[_cell_at(part, inner, (r, k)) for k in spans[1]] for r in spans[0]]
    table = _hatched(part, table, spans)
    whole = Padded(table, (-spans[0].start, -spans[1].start), (axes[0].size, axes[1].size))
    if at is None:
        return whole
    return _activated(style, part, whole, at, part.w[c] if corners and len(part.w) else None)


def span(axis: AnyAxis) -> range:
    """From the first to the last coordinate that is drawn: the input, and what windows read."""
    last = axis.positions(axis.out - 1)
    end = max(axis.size, axis.size + axis.after, last[-1] + 1 if axis.out else 0)
    return range(min(0, -axis.before), end)  # padding that cuts away leaves the cells to be seen


def _hatched(part: Part[AnyAxis], table: Table, spans: list[range]) -> Table:
    """The table with the cells that no window reads hatched, those of the padding too."""
    own, looked_at = (
        [
            set(axis.unread(span.start, span.stop, mode))
            for axis, span in zip(part.axes, spans, strict=True)
        ]
        for mode in (part.plan.mode, "zeros")
    )

    def state(cell: Cell, r: int, c: int) -> State:
        if cell.state == "plain":  # read where it stands, or where padding mirrors it
            return "unused" if r in own[0] or c in own[1] else "plain"
        return "unreached" if r in looked_at[0] or c in looked_at[1] else cell.state

    return [
        [replace(cell, state=state(cell, r, c)) for c, cell in zip(spans[1], line, strict=True)]
        for r, line in zip(spans[0], table, strict=True)
    ]


def _cell_at(part: Part[AnyAxis], inner: Table, place: Place) -> Cell:
    """A number of the input, or what stands for it in the padding."""
    both = list(zip(part.axes, place, strict=True))
    if all(0 <= p < axis.size for axis, p in both):
        return Cell(inner[place[0]][place[1]].text)
    if any(p >= axis.size + axis.after for axis, p in both):
        # Past the padding a window is cut off: nothing there counts.
        return Cell("", "padding")
    row, column = (axis.source(p, part.plan.mode) for axis, p in both)
    if row is None or column is None:
        return Cell("0" if part.zeros else "", "padding")
    return Cell(inner[row][column].text, "padding")


def _activated(
    style: Style, part: Part[AnyAxis], whole: Padded, at: Place, weights: np.ndarray | None
) -> Padded:
    table, (top, left) = whole.table, whole.origin
    taps = part.plan.taps(at)
    places = [(tap.cell[0] + top, tap.cell[1] + left) for tap in taps]
    for (r, c), tap in zip(places, taps, strict=True):
        padding = table[r][c].state == "padding"
        fill = style.theme.tone("input").pale if padding else None
        table = changed(table, [(r, c)], state="padding" if padding else "active", fill=fill)
        if weights is not None:
            table = changed(table, [(r, c)], corner="×" + style.show(weights[tap.kernel]))
    windows = tuple((r, c, 1, 1) for r, c in places)
    if all(axis.dilation == 1 or axis.kernel == 1 for axis in part.axes):
        (r, c), (bottom, right) = places[0], places[-1]
        windows = ((r, c, bottom - r + 1, right - c + 1),)
    return Padded(table, whole.origin, whole.shape, windows)


def result(style: Style, y: np.ndarray, at: Place | None, areas: Sequence[Area] = ()) -> Table:
    """An output map; of a step, its cell (and what is in `areas`) active, those to come empty."""
    table = cells(y, style.precision)
    if at is None:
        return table
    columns = y.shape[1]
    lit = [
        i * columns + k
        for r, c, tall, wide in ((*at, 1, 1), *areas)
        for i in range(r, r + tall)
        for k in range(c, c + wide)
    ]
    later = range(min(lit)) if style.back else range(max(lit) + 1, y.size)
    return changed(of_step(table, lit, later), [at], bold=True)


def sums(style: Style, part: Part[Any]) -> Table:
    """The sums before an activation; of a step, those that it makes the cell of active."""
    assert part.pre is not None
    return result(style, part.pre, part.at, part.summed)
