"""What a transposed convolution's trace shows: the input spread apart, and the output cut."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from nnviz.figure.arrays.grid import Cell, CellSize, Table, cells, changed
from nnviz.figure.layout.lines import segments
from nnviz.figure.layout.page import SMALL, Block, Style, middle, up4
from nnviz.figure.scene import Box, Mark, Rect
from nnviz.numerals import numerals
from nnviz.request import check_sample
from nnviz.shapes import TransposedAxis
from nnviz.shapes import cells as count_cells
from nnviz.trace import Step, Trace

if TYPE_CHECKING:
    import numpy as np

Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Part:
    """The part of a trace that one figure draws: one sample, one filter, its channels."""

    x: np.ndarray
    """(C, H, W): the channels that reach this output channel."""
    w: np.ndarray
    """(C, kH, kW)"""
    b: np.ndarray | None
    y: np.ndarray
    """(H', W')"""
    axes: tuple[TransposedAxis, TransposedAxis]
    sample: int
    samples: int
    filter: int
    filters: int
    first: int
    channels: int
    at: Place | None
    """The output cell of the step."""
    image: bool
    """Whether the input was read from a picture."""

    def reached(self, at: Place) -> list[tuple[Place, Place]]:
        """The input cells that reach an output cell, each with its kernel cell."""
        rows, columns = (axis.taps(o) for axis, o in zip(self.axes, at, strict=True))
        return [((r, c), (s, t)) for s, r in rows for t, c in columns]


def part_of(trace: Trace, step: Step | None, sample: int = 0) -> Part:
    """Cut from a trace what a figure of `step` draws; without one, filter 0 of `sample`."""
    dims = len(trace.options["stride"])
    x, out = trace.arrays["input"], trace.output
    full = x.reshape((1,) * (dims + 2 - x.ndim) + x.shape)
    made = out.reshape((len(full), -1, *out.shape[out.ndim - dims :]))
    filters, channels, groups = made.shape[1], full.shape[1], trace.options["groups"]
    n, f, at = sample, 0, None
    if step is not None:
        n, f = divmod((step.number - 1) // count_cells(made.shape[2:]), filters)
        at = step.index[out.ndim - dims :]
    else:
        check_sample(sample, len(full))
    each = channels // groups
    first = f // (filters // groups) * each
    w = _weights(trace.arrays["kernel"], dims, channels)[:, f % (filters // groups)]
    b = trace.arrays.get("bias")
    return Part(
        x=_flat(full[n, first : first + each], dims),
        w=_flat(w[first : first + each], dims),
        b=None if b is None else b.reshape(-1)[f if b.size > 1 else 0 :][:1],
        y=made[n, f].reshape(-1, made.shape[-1]),
        axes=_axes(trace, full.shape[2:], w.shape[1:]),
        sample=n,
        samples=len(full),
        filter=f,
        filters=filters,
        first=first,
        channels=channels,
        at=None if at is None else (at[0] if dims > 1 else 0, at[-1]),
        image=trace.image,
    )


def _weights(kernel: np.ndarray, dims: int, channels: int) -> np.ndarray:
    """(C, F/groups, *k): a kernel without them is that of every channel, of one filter."""
    import numpy as np

    size = kernel.shape[kernel.ndim - dims :]
    if kernel.ndim == dims:
        return np.broadcast_to(kernel, (channels, 1, *size))
    return kernel if kernel.ndim == dims + 2 else kernel[:, None]


def _flat(array: np.ndarray, dims: int) -> np.ndarray:
    return array[:, None, :] if dims == 1 else array


def _axes(
    trace: Trace, sizes: tuple[int, ...], kernel: tuple[int, ...]
) -> tuple[TransposedAxis, TransposedAxis]:
    options = trace.options
    found = [
        TransposedAxis(n, k, s, d, before, after, extra)
        for n, k, s, d, (before, after), extra in zip(
            sizes,
            kernel,
            options["stride"],
            options["dilation"],
            options["padding"],
            options["output_padding"],
            strict=True,
        )
    ]
    return found[0] if len(found) > 1 else TransposedAxis(1, 1), found[-1]


# --- the spread input --------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Spread:
    """An input channel with its cells a stride apart, and the zeros that a window reads."""

    table: Table
    at: tuple[list[int], list[int]]
    """The table's rows and columns where the input's stand."""
    window: tuple[int, int, int, int] | None
    """(row, column, rows, columns) of the step's window."""


def spans(part: Part) -> tuple[range, range]:
    """What is drawn of the spread input: its cells, and all that the windows read."""
    found = []
    for axis in part.axes:
        reach = axis.extent - 1
        last = max((axis.size - 1) * axis.stride, axis.out - 1 + axis.before)
        found.append(range(min(0, axis.before - reach), last + 1))
    return found[0], found[1]


def spread(style: Style, part: Part, c: int) -> Spread:
    """Channel `c`, spread; of a step the cells that reach its output, with their weights."""
    rows, columns = spans(part)
    form = numerals(part.x[c], style.precision)
    strides = [axis.stride for axis in part.axes]
    table: Table = [[Cell("0", "padding") for _ in columns] for _ in rows]
    at = (
        [i * strides[0] - rows.start for i in range(part.axes[0].size)],
        [i * strides[1] - columns.start for i in range(part.axes[1].size)],
    )
    for i, r in enumerate(at[0]):
        for k, q in enumerate(at[1]):
            table[r][q] = Cell(form(part.x[c, i, k]))
    if part.at is None:
        return Spread(table, at, None)
    weights = numerals(part.w[c], style.precision)
    for (i, k), tap in part.reached(part.at):
        place = (at[0][i], at[1][k])
        corner = "×" + weights(part.w[c][tap])
        table = changed(table, [place], state="active", corner=corner)
    window = []
    for axis, o, span in zip(part.axes, part.at, (rows, columns), strict=True):
        window.append(o + axis.before - axis.extent + 1 - span.start)
    sizes = [axis.extent for axis in part.axes]
    return Spread(table, at, (window[0], window[1], sizes[0], sizes[1]))


def ever(style: Style, part: Part, c: int) -> list[Table]:
    """What cells of channel `c` must have room for in any step: its numbers, every weight."""
    found = [spread(style, part, c).table]
    if part.at is not None:
        weights = cells(part.w[c], style.precision)
        found.append([[Cell(corner="×" + cell.text) for cell in line] for line in weights])
    return found


def spread_grid(style: Style, channel: Spread, size: CellSize) -> Block:
    """The input's cells framed one by one, dashed cells of zeros between and around them."""
    theme, tone = style.theme, style.theme.tone("input")
    table, (w, h) = channel.table, (size.width, size.height)
    left = up4(style.width(str(len(channel.at[0]) - 1), SMALL) + 8)
    wide, tall = len(table[0]) * w, len(table) * h
    marks: list[Mark] = []
    if channel.window is not None:
        r, c, rows, columns = channel.window
        marks.append(Rect(left + c * w, r * h, columns * w, rows * h, tone.pale))
    lines = [((left + i * w, 0.0), (left + i * w, tall)) for i in range(len(table[0]) + 1)]
    lines += [((left, i * h), (left + wide, i * h)) for i in range(len(table) + 1)]
    marks.append(
        segments(
            [((a, float(b)), (c, float(d))) for (a, b), (c, d) in lines], theme.muted, 1, (3, 3)
        )
    )
    for r in channel.at[0]:
        for c in channel.at[1]:
            fill = tone.active if table[r][c].state == "active" else tone.pale
            marks.append(Rect(left + c * w, r * h, w, h, fill, tone.line, 2, tone.dash))
    if channel.window is not None:
        r, c, rows, columns = channel.window
        marks.append(Rect(left + c * w, r * h, columns * w, rows * h, None, tone.line, 3))
    marks += _numbers(style, table, size, left)
    marks += _labels(style, channel, size, left, tall)
    return Block(left + wide, tall + 20, tuple(marks), tall / 2)


def _numbers(style: Style, table: Table, size: CellSize, left: float) -> list[Mark]:
    """Numbers that end alike, so that their points align."""
    widest = max(style.width(cell.text, size.text) for line in table for cell in line)
    fill = style.theme.tone("weight").deep
    marks: list[Mark] = []
    for r, line in enumerate(table):
        for c, cell in enumerate(line):
            box = Box(left + c * size.width, r * size.height, size.width, size.height)
            padding = cell.state == "padding"
            x = box.x + box.width / 2
            y = middle(box.y + box.height / 2, size.text)
            if cell.corner:
                y = min(y - 2, box.bottom - SMALL - 2 - 0.24 * size.text)
                corner = style.text(
                    box.right - 3,
                    box.bottom - 3,
                    cell.corner,
                    SMALL,
                    fill=fill,
                    anchor="end",
                    cell=box,
                )
                marks.append(corner)
            x += 0 if padding or "." not in cell.text else widest / 2
            marks.append(
                style.text(
                    x,
                    y,
                    cell.text,
                    size.text,
                    fill=style.theme.muted if padding else None,
                    anchor="end" if not padding and "." in cell.text else "middle",
                    cell=box,
                )
            )
    return marks


def _labels(style: Style, channel: Spread, size: CellSize, left: float, tall: float) -> list[Mark]:
    """The input's own indices, at its rows and columns."""
    muted = style.theme.muted
    marks: list[Mark] = []
    for i, r in enumerate(channel.at[0]):
        y = middle((r + 0.5) * size.height, SMALL)
        marks.append(style.text(left - 8, y, str(i), SMALL, fill=muted, anchor="end"))
    for i, c in enumerate(channel.at[1]):
        x = left + (c + 0.5) * size.width
        marks.append(style.text(x, tall + 16, str(i), SMALL, fill=muted, anchor="middle"))
    return marks


# --- the output ----------------------------------------------------------------------


def cut(style: Style, part: Part) -> tuple[Table, Place]:
    """The output with the cells that padding cuts away, and where it begins among them."""
    inner = cells(part.y, style.precision)
    if part.at is not None:
        at = part.at
        after = [(r, c) for r, line in enumerate(inner) for c in range(len(line)) if (r, c) > at]
        inner = changed(changed(inner, after, hidden=True), [at], state="active", bold=True)
    before = [max(0, axis.before) for axis in part.axes]
    behind = [max(0, axis.reached - axis.before - axis.out) for axis in part.axes]
    gone = Cell("", "unused")
    wide = before[1] + part.y.shape[1] + behind[1]
    table = [[gone] * before[1] + line + [gone] * behind[1] for line in inner]
    table = [[gone] * wide] * before[0] + table + [[gone] * wide] * behind[0]
    return [[replace(cell) for cell in line] for line in table], (before[0], before[1])
