"""The gradient of a convolution: as the convolution that it is, and read forwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

from nnviz.figure.arrays.fit import Row, largest_fit
from nnviz.figure.arrays.grid import cells, changed, operator
from nnviz.figure.arrays.named import NamedCells
from nnviz.figure.formulas.wrapped import workings
from nnviz.figure.layout.blocks import Block, column, flow, more_channels, on_top, remark, row
from nnviz.figure.layout.page import page
from nnviz.figure.layout.style import MARGIN, SMALL, Style
from nnviz.figure.scene import Scene
from nnviz.figure.windows._channel_rows import added
from nnviz.figure.windows._cutout import cutout
from nnviz.figure.windows._named_arrays import input_cells, kernel_cells, output_cells
from nnviz.figure.windows._padded import padded
from nnviz.figure.windows._pictures import (
    input_picture,
    large,
    output_picture,
    picture_row,
    small_pictures,
)
from nnviz.figure.windows._read_forwards import read_forwards, through_activation
from nnviz.figure.windows._spread import SpreadCells, said_turned, spread_cells, turned_kernel
from nnviz.figure.windows._way_back import Reading, beside, forward_of, place_of, reading
from nnviz.request import Appearance
from nnviz.trace import Step, Trace
from nnviz.words import Words

RANK = 0
ABREAST = (2,)
SCREEN, LEAST = 640, 176
"""How high a step is on a screen, and the least that its arrays may be."""
SUMS, LOW = 104, 64
"""How high the sum of a step may be before it is shortened, and that of a panel."""
HEAD, BETWEEN, SIGN = 32, 20, 32
"""The height of a title, what stands between blocks, and the width of a sign."""


def fits(trace: Trace) -> Words | None:
    """Whether the window slides over one or two axes."""
    n = forward_of(trace)[1].dims
    return Words("the window slides over {n} axes", n=n) if n > 2 else None


def draw(trace: Trace, appearance: Appearance, step: Step | None) -> Scene:
    """Which arrays make the gradient; of a step the window, the sum, and the sum read forwards."""
    style = Style.of(appearance)
    blocks = _blocks(trace, style, step, appearance.drawn_sample)
    return page(style, trace, appearance, step, blocks)


def panel(trace: Trace, style: Style, step: Step) -> Block:
    """A step for a sheet: the first row, what it makes, and the arithmetic."""
    read = reading(style, trace, step)
    if large(read.style, read.part):
        block = small_pictures(read.style, read.part, 0)
    else:
        given = next(p for p in _row(trace, read, 0, step) if not isinstance(p, Block))
        parts: Row = [given, operator(style, "→", 36), _made(read)]
        block = largest_fit(style, parts, largest=32)
    return column([block, workings(style, step.formula, style.room, LOW)], 12)


def shared(trace: Trace, style: Style, steps: Sequence[Step]) -> list[Block]:
    """What slides over the panels of a sheet."""
    found = {}
    for step in steps:
        read = reading(style, trace, step)
        whole = read._replace(part=replace(read.part, at=None))
        if len(read.part.w) and not large(whole.style, whole.part):
            rows = range(len(read.which))
            found[*read.which, read.made] = [_row(trace, whole, c, None)[-1] for c in rows]
    return [largest_fit(style, kernels, largest=28, gap=40) for kernels in found.values()]


def _blocks(trace: Trace, style: Style, step: Step | None, sample: int) -> list[Block]:
    """What led to the gradient that arrives, the arrays, and beneath what is said of a step."""
    read = reading(style, trace, step, sample)
    at = _arriving(trace, read, step)
    before = through_activation(style, trace, step, at)
    if large(read.style, read.part):
        blocks = [*before, *_in_pictures(read)]
        if step is None:
            return blocks
        room = style.beneath(max(block.width for block in blocks), 600)
        return [*blocks, *_under_window(style, read, step, room)]
    if step is None:
        return [*before, *_in_cells(trace, read, step)]
    forwards = [read_forwards(style, trace, step)] if trace.options["of"] == "input" else []
    said = [remark(style, " · ".join(map(style.say, trace.said)))] if trace.said else []
    width: float = style.room
    for _ in range(2):  # the sum is as wide as the arrays, which are as high as it leaves room for
        sums = workings(style, step.formula, style.beneath(width), SUMS)
        rest = sum(block.height + BETWEEN for block in [*before, sums, *forwards, *said])
        tall = max(LEAST, SCREEN - 2 * MARGIN - HEAD - rest)
        low = read._replace(style=read.style.within(style.room, tall, cut=True))
        arrays = _in_cells(trace, low, step)
        width = max(block.width for block in [*before, *arrays, *forwards])
    return [*before, *arrays, sums, *forwards]


def _under_window(style: Style, read: Reading, step: Step, room: float) -> list[Block]:
    """What the window sees of a picture, and the sum beside it, or beneath."""
    seen = cutout(read.style, read.part, room)
    if seen is None:
        return [workings(style, step.formula, room, SUMS)]
    left = room - seen.width - BETWEEN
    if left < LEAST:
        return [seen, workings(style, step.formula, room, SUMS)]
    sums = workings(style, step.formula, left, max(SUMS, seen.height))
    return [row([on_top(seen), on_top(sums)], BETWEEN)]


def _arriving(trace: Trace, read: Reading, step: Step | None) -> tuple[int, int]:
    """The sample and the channel of the output whose gradient is drawn first."""
    if step is None or not step.cells["gradient"]:
        return read.part.sample, 0
    return place_of(forward_of(trace)[1], step.cells["gradient"][0])[:2]


def _in_cells(trace: Trace, read: Reading, step: Step | None) -> list[Block]:
    """The rows, added where there are several, and what they come to."""
    style, more = read.style, more_channels(read.style, read.hidden)
    rows = [_row(trace, read, c, step) for c in range(len(read.which))]
    made: Row = [operator(style, "=", SIGN), _made(read)]
    block = largest_fit(style, [*added(style, rows, more), *made])
    if block.width > style.room:  # narrower than two rows and a brace
        plus = [[operator(style, "+", SIGN), *row] for row in rows[1:]]
        block = column([*(largest_fit(style, row) for row in [rows[0], *plus, made]), *more])
    if not _folded(trace):
        return [block]
    said = Words("padding copies numbers of the input: what reads a copy is added to the number")
    return [column([block, remark(style, said, SMALL, room=style.beneath(block.width))], 8)]


def _folded(trace: Trace) -> bool:
    """Whether numbers of the input are read where padding has them again, too: then no one
    window of the output's gradient has all that comes back to them.
    """
    return trace.options["of"] == "input" and forward_of(trace)[1].mode != "zeros"


def _in_pictures(read: Reading) -> list[Block]:
    """Arrays too large for numbers: the first row."""
    style, part = read.style, read.part
    more = more_channels(style, len(read.which) - 1 + read.hidden)
    if len(part.w):
        return [picture_row(style, part, "∗", 0), *more]
    given, made = input_picture(style, part, 216, 0), output_picture(style, part, 216)
    return [
        flow([operator(style, "Σ"), given, operator(style, "=", SIGN), made], style.room),
        *more,
    ]


def _row(trace: Trace, read: Reading, c: int, step: Step | None) -> Row:
    """What slides over what."""
    style, part, (first, second) = read.style, read.part, read.which[c]
    if part.plan.transposed and not _folded(trace):
        spread, turned = spread_cells(style, part, c), turned_kernel(style, part, c)
        return [
            _called(spread, first),
            operator(style, "∗", SIGN),
            said_turned(_called(turned, second)),
        ]
    if part.plan.transposed:
        return _scattered(trace, read, c, step)
    given = _called(input_cells(style, padded(style, part, c), part, c), first)
    if not len(part.w):
        return [operator(style, "Σ"), given]
    kernel = _called(kernel_cells(style, part, c), second)
    return [given, operator(style, "∗", SIGN), kernel]


def _scattered(trace: Trace, read: Reading, c: int, step: Step | None) -> Row:
    """The output's gradient and the kernel as they are, what comes back to a step's cell marked."""
    style, part, plan = read.style, read.part, forward_of(trace)[1]
    pairs = [] if step is None else zip(step.cells["gradient"], step.cells["kernel"], strict=True)
    met = [(place_of(plan, g)[1:], (0, *w)[-2:]) for g, w in pairs]
    here = [(at, (w[0], w[1])) for (f, at), w in met if f == part.channels[c]]
    given, kernel = (
        changed(cells(array, style.precision), places, state="active")
        for array, places in (
            (part.x[c], [at for at, _ in here]),
            (part.w[c], [at for _, at in here]),
        )
    )
    shapes = part.shape(part.x[c]), part.shape(part.w[c])
    return [
        _called(NamedCells(style, given, "input", "", shapes[0]), read.which[c][0]),
        operator(style, "∗ᵀ"),
        _called(NamedCells(style, kernel, "weight", "", shapes[1]), read.which[c][1]),
    ]


Cells = TypeVar("Cells", NamedCells, SpreadCells)


def _called(part: Cells, which: str) -> Cells:
    """A part by its plain name, since those of gradients are long; which it is at its shape."""
    weights = isinstance(part, NamedCells) and part.role == "weight"
    name = Words("kernel") if weights else Words("input")
    return part._replace(name=name, shape=beside(which, part.shape))


def _made(read: Reading) -> NamedCells:
    made = output_cells(read.style, read.part)
    return made._replace(name=Words("output"), shape=beside(read.made, made.shape))
