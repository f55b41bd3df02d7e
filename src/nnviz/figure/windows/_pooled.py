"""The windows of pooling as they are told apart: by tints, outlines, and rings at their maxima."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import product

from nnviz.figure.arrays.grid import Table, changed
from nnviz.figure.layout.style import Style
from nnviz.figure.windows._padded import Padded
from nnviz.figure.windows._part import Area, Part, Place
from nnviz.shapes import AnyAxis, unravel
from nnviz.trace import Trace


def windows_apart(part: Part[AnyAxis]) -> bool:
    """Whether no cell is in two windows."""
    return all(
        axis.dilation == 1
        and all(axis.positions(o)[-1] < axis.positions(o + 1)[0] for o in range(axis.out - 1))
        for axis in part.axes
    )


def tint(style: Style, out: Place) -> str:
    """That of a window: two in turn, as on a checkerboard."""
    return style.theme.tints[sum(out) % 2]


def tinted_windows(
    style: Style, part: Part[AnyAxis], channel: Padded, output: Table
) -> tuple[Padded, Table]:
    """Windows in their tints, outlined; each output cell in its window's."""
    table, windows = channel.table, []
    for out in every_window(part):
        places, area = window_of(part, out, channel.origin)
        table = changed(table, places, fill=tint(style, out))
        output = changed(output, [out], fill=tint(style, out), bold=True)
        windows.append(area)
    return replace(channel, table=table, windows=tuple(windows)), output


def every_window(part: Part[AnyAxis]) -> Iterator[Place]:
    """The place of each window's output."""
    rows, columns = part.y.shape
    return product(range(rows), range(columns))


def window_of(part: Part[AnyAxis], out: Place, origin: Place) -> tuple[list[Place], Area]:
    """The cells of a window in a table that begins there, and what is around them."""
    top, left = origin
    places = [(tap.cell[0] + top, tap.cell[1] + left) for tap in part.plan.taps(out)]
    (first, start), (last, end) = places[0], places[-1]
    return places, (first, start, last - first + 1, end - start + 1)


def maxima(trace: Trace, part: Part[AnyAxis], outs: Iterable[Place] = ()) -> list[Place]:
    """Where the largest cell of each window is, or of some; nothing where none are looked for."""
    if "indices" not in trace.results:
        return []
    plan = part.plan
    flat = trace.results["indices"].reshape(plan.samples, plan.filters, *plan.out)
    flat = flat[part.sample, part.filter]
    found = (unravel(int(flat[out]), plan.sizes) for out in outs or every_window(part))
    return [(r, c) for r, c in found]


def ringed_maxima(
    trace: Trace, part: Part[AnyAxis], channel: Padded, outs: Iterable[Place] = ()
) -> Padded:
    """The largest cell of each window that is drawn, ringed."""
    top, left = channel.origin
    outs = outs or ([part.at] if part.at is not None else ())
    places = [(r + top, c + left) for r, c in maxima(trace, part, outs)]
    return replace(channel, table=changed(channel.table, places, ring=True, bold=True))
