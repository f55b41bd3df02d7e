"""Convolution as an equation: input ∗ kernel + bias = output."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nnviz.figure.arithmetic import arithmetic
from nnviz.figure.grid import MOST, CellSize, Table, cells, fitting, grid, named, operator
from nnviz.figure.heat import Levels, colored, levels, picture
from nnviz.figure.kit import ROOM, SMALL, Block, Style, column, lines, page
from nnviz.figure.scene import Scene
from nnviz.figure.windows import Padded, Slices, flat_enough, group_channels, padded, result, slices
from nnviz.numerals import numerals
from nnviz.shapes import times
from nnviz.trace import Step, Trace
from nnviz.words import Words

if TYPE_CHECKING:
    import numpy as np

    from nnviz.figure.look import Look


def rank(trace: Trace) -> int:
    """First for one channel, and for colour pictures."""
    return 0 if group_channels(trace) == 1 or _is_color_picture(trace) else 20


def fits(trace: Trace) -> Words | None:
    """One channel a filter, or a colour picture, under a window of one or two axes."""
    reason = flat_enough(trace)
    if reason is None and group_channels(trace) > 1 and not _is_color_picture(trace):
        return Words(
            "a filter reads {n} channels; the view channels shows each", n=group_channels(trace)
        )
    return reason


def _is_color_picture(trace: Trace) -> bool:
    x = trace.arrays["input"]
    if trace.options.get("groups", 1) != 1 or len(trace.axes) != 2 or x.ndim < 3:
        return False
    return max(x.shape[-2:]) > MOST and colored(x.reshape(-1, *x.shape[-3:])[0])


def draw(trace: Trace, look: Look, step: Step | None) -> Scene:
    """Input, kernel, bias and output in a row; of a step, the window and its arithmetic."""
    style = Style.of(look)
    part = slices(trace, step, look.sample)
    if max(part.x.shape[1:] + part.y.shape) > MOST:
        return _pictures(trace, style, look, step, part)
    blocks = [equation(trace, style, part)]
    if step is not None:
        blocks.append(arithmetic(style, step.formula, room=min(ROOM, max(360, blocks[0].width))))
    return page(style, trace, look, step, blocks)


def equation(trace: Trace, style: Style, part: Slices, *, largest: int = 44) -> Block:
    """The row of arrays, with cells as large as fit."""
    assert part.w is not None
    channel = padded(trace, style, part.x[0], part.axes, part.at, part.w[0] if part.at else None)
    kernel = cells(part.w[0], style.precision)
    output = result(style, part.y, part.at)
    bias = None if part.b is None else cells(part.b, style.precision)
    tables = [t for t in (channel.table, kernel, output, bias) if t is not None]

    def build(size: CellSize) -> list[Block]:
        blocks = [
            input_block(style, channel, size, part),
            operator(style, "∗"),
            kernel_block(style, kernel, size, part),
        ]
        if bias is not None:
            blocks += [operator(style, "+"), bias_block(style, bias, size)]
        return [*blocks, operator(style, "="), output_block(style, output, size, part)]

    return fitting(style, tables, build, largest=largest)


def input_block(style: Style, channel: Padded, size: CellSize, part: Slices, c: int = 0) -> Block:
    """An input channel with its padding, indices and window."""
    table = grid(
        style,
        channel.table,
        "input",
        size,
        origin=channel.origin,
        shape=channel.shape,
        labels=True,
        windows=channel.windows,
    )
    left = table.width - len(channel.table[0]) * size.width
    form = numerals(part.x[c], style.precision)
    return named(
        style, table, "input", input_name(part, c), shape_of(part.x[c], form.factor), left=left
    )


def input_name(part: Slices, c: int = 0) -> Words:
    """The input, with the sample and channel where there are several."""
    if part.samples > 1 and part.channels > 1:
        return Words("input {n}, channel {c}", n=part.sample, c=part.first + c)
    if part.samples > 1:
        return Words("input {n}", n=part.sample)
    return Words("input, channel {c}", c=part.first + c) if part.channels > 1 else Words("input")


def kernel_block(style: Style, table: Table, size: CellSize, part: Slices, c: int = 0) -> Block:
    """The kernel, with the filter where there are several."""
    assert part.w is not None
    inner = grid(style, table, "weight", size)
    form = numerals(part.w[c], style.precision)
    name = Words("kernel")
    if part.filters > 1:
        name = Words("kernel, filter {f}", f=part.filter)
    return named(style, inner, "weight", name, shape_of(part.w[c], form.factor))


def bias_block(style: Style, table: Table, size: CellSize) -> Block:
    """The bias: one cell."""
    return named(style, grid(style, table, "bias", size), "bias", Words("bias"), "1")


def output_block(style: Style, table: Table, size: CellSize, part: Slices) -> Block:
    """The output map, its active cell outlined."""
    windows = () if part.at is None else ((*part.at, 1, 1),)
    inner = grid(style, table, "output", size, windows=windows)
    form = numerals(part.y, style.precision)
    return named(style, inner, "output", output_name(part), shape_of(part.y, form.factor))


def output_name(part: Slices) -> Words:
    """The output, with the channel where there are several."""
    if part.filters > 1:
        return Words("output, channel {c}", c=part.filter)
    return Words("output")


def shape_of(array: np.ndarray, factor: str = "") -> str:
    """A shape, with the power of ten that all its numbers are written in."""
    return times(array.shape) + (f", {factor}" if factor else "")


# --- pictures --------------------------------------------------------------------


def _pictures(trace: Trace, style: Style, look: Look, step: Step | None, part: Slices) -> Scene:
    """Arrays too large for numbers: pictures, the window outlined and cut out."""
    assert part.w is not None
    kernels = [cells(w, style.precision) for w in part.w]
    tables = list(kernels)
    bias = None if part.b is None else cells(part.b, style.precision)
    side = 224 if max(part.w.shape[1:]) <= 3 else 200

    def build(size: CellSize) -> list[Block]:
        blocks = [
            _input_picture(style, part, side),
            operator(style, "∗", 40),
            _kernels(style, kernels, size, part),
        ]
        if bias is not None:
            blocks += [operator(style, "+", 40), bias_block(style, bias, size)]
        return [*blocks, operator(style, "=", 40), _output_picture(style, part, side)]

    row = fitting(style, tables if bias is None else [*tables, bias], build, largest=36)
    blocks = [row]
    if step is not None:
        blocks += [_cutout(trace, style, part), arithmetic(style, step.formula, room=row.width)]
    return page(style, trace, look, step, blocks)


def _input_picture(style: Style, part: Slices, side: int) -> Block:
    color = len(part.x) == 3
    array = part.x if color else part.x[0]
    shades = Levels("rgb", 0, 255 if array.max() <= 255 else 65535) if color else levels(array)
    window = None
    if part.at is not None:
        (r, c), (rows, columns) = (
            tuple(axis.positions(o)[0] for axis, o in zip(part.axes, part.at, strict=True)),
            tuple(axis.extent for axis in part.axes),
        )
        window = (max(0, r), max(0, c), rows + min(0, r), columns + min(0, c))
    block = picture(style, array, "input", side=side, window=window, shades=shades)
    name = Words("input") if color else input_name(part)
    return named(style, block, "input", name, times(array.shape), left=_left(style, array))


def _left(style: Style, array: np.ndarray) -> int:
    from nnviz.figure.kit import up4

    return up4(style.width(str(array.shape[-2]), SMALL) + 8)


def _kernels(style: Style, kernels: list[Table], size: CellSize, part: Slices) -> Block:
    if len(kernels) == 1:
        return kernel_block(style, kernels[0], size, part)
    assert part.w is not None
    stack = column([grid(style, table, "weight", size) for table in kernels], 12, "middle")
    name = Words("kernel, filter {f}", f=part.filter) if part.filters > 1 else Words("kernel")
    return named(style, stack, "weight", name, times(part.w.shape))


def _output_picture(style: Style, part: Slices, side: int) -> Block:
    if max(part.y.shape) <= MOST:
        table = result(style, part.y, part.at)
        return fitting(
            style, [table], lambda size: [output_block(style, table, size, part)], room=side + 60
        )
    window = None if part.at is None else (*part.at, 1, 1)
    # As large against the input as it is in cells.
    longest = max(part.x.shape[1:])
    own = max(96, min(side, round(side * max(part.y.shape) / longest)))
    block = picture(style, part.y, "output", side=own, window=window)
    name = output_name(part)
    return named(style, block, "output", name, times(part.y.shape), left=_left(style, part.y))


def _cutout(trace: Trace, style: Style, part: Slices) -> Block:
    """The cells under the window, enlarged, with the kernel's values."""
    from nnviz.figure.grid import Cell

    assert part.at is not None
    assert part.w is not None
    rows, columns = (axis.positions(o) for axis, o in zip(part.axes, part.at, strict=True))
    tables = []
    for channel, w in zip(part.x, part.w, strict=True):
        form, weights = numerals(channel, style.precision), numerals(w, style.precision)
        table = [[_cut(trace, style, channel, form, part, (r, c)) for c in columns] for r in rows]
        tables.append(
            [
                [
                    Cell(t.text, t.state, "×" + weights(v), t.fill)
                    for t, v in zip(line, vs, strict=True)
                ]
                for line, vs in zip(table, w, strict=True)
            ]
        )

    def build(size: CellSize) -> list[Block]:
        return [
            named(
                style,
                grid(style, table, "input", size),
                "input",
                _cut_name(part, c),
                _where(rows, columns, style),
            )
            for c, table in enumerate(tables)
        ]

    return fitting(style, tables, build, gap=24)


def _cut_name(part: Slices, c: int) -> Words:
    if len(part.x) > 1:
        return Words("window, channel {c}", c=part.first + c)
    return Words("window")


def _where(rows: range, columns: range, style: Style) -> str:
    return style.say(
        Words(
            "rows {top}…{bottom}, columns {left}…{right}",
            top=_signed(rows[0]),
            bottom=_signed(rows[-1]),
            left=_signed(columns[0]),
            right=_signed(columns[-1]),
        )
    )


def _signed(n: int) -> str:
    return str(n).replace("-", "−")


def _cut(
    trace: Trace,
    style: Style,
    channel: np.ndarray,
    form: object,
    part: Slices,
    place: tuple[int, int],
) -> object:
    from nnviz.figure.grid import Cell

    source = [a.source(p, trace.pad_mode) for a, p in zip(part.axes, place, strict=True)]
    inside = all(0 <= p < a.size for a, p in zip(part.axes, place, strict=True))
    if None in source:
        text = "0"
    else:
        text = form(channel[tuple(source)])  # type: ignore[operator,arg-type]
    if inside:
        return Cell(text, "active")
    return Cell(text, "padding", fill=style.theme.page or "#ffffff")


def panel(trace: Trace, style: Style, step: Step) -> Block:
    """A step for a sheet: the equation in small cells, and its arithmetic."""
    part = slices(trace, step)
    assert part.w is not None
    channel = padded(trace, style, part.x[0], part.axes, part.at, part.w[0])
    output = result(style, part.y, part.at)
    tables = [channel.table, output]

    def build(size: CellSize) -> list[Block]:
        return [
            input_block(style, channel, size, part),
            operator(style, "→", 40),
            output_block(style, output, size, part),
        ]

    row = fitting(style, tables, build, largest=32)
    return column([row, arithmetic(style, step.formula, room=row.width, size=SMALL)], 12)


def note(style: Style, text: Words) -> Block:
    """A small remark."""
    return lines(style, style.say(text), SMALL, fill=style.theme.muted)
