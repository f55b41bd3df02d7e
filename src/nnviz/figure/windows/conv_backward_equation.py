"""The gradient of a convolution: as the convolution that it is, and read forwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar

from nnviz.figure.arrays.fit import Row, largest_fit, sizes_of, smallest_cells
from nnviz.figure.arrays.grid import CORNERED, CellSize, cells, changed, operator
from nnviz.figure.arrays.named import NamedCells
from nnviz.figure.formulas.wrapped import workings
from nnviz.figure.layout.blocks import (
    Block,
    column,
    flow,
    lines,
    more_channels,
    on_top,
    remark,
    row,
)
from nnviz.figure.layout.page import page
from nnviz.figure.layout.style import MARGIN, SMALL, Piece, Style
from nnviz.figure.scene import Scene
from nnviz.figure.windows._channel_rows import added, braced
from nnviz.figure.windows._cutout import cutout
from nnviz.figure.windows._named_arrays import input_cells, kernel_cells, output_cells
from nnviz.figure.windows._padded import padded
from nnviz.figure.windows._part import Part
from nnviz.figure.windows._pictures import (
    SMALL_SIDE,
    input_picture,
    kernels_part,
    large,
    output_picture,
    picture_row,
    small_pictures,
)
from nnviz.figure.windows._read_forwards import read_forwards, symbol, through_activation
from nnviz.figure.windows._spread import SpreadCells, said_turned, spread_cells, turned_kernel
from nnviz.figure.windows._way_back import Reading, beside, forward_of, place_of, reading
from nnviz.request import Appearance
from nnviz.trace import Step, Trace
from nnviz.words import Words

RANK = 0
ABREAST = (2,)
SCREEN, LEAST = 632, 176
"""How high a step is, but for rounding, and the least that its arrays may be."""
COPIED = Words("padding copies numbers of the input: what reads a copy is added to the number")
WEIGHTS = 9
"""Weights of a kernel that have a panel each."""
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
    read, block = reading(style, trace, step), None
    if not large(read.style, read.part):
        given = next(p for p in _row(trace, read, 0, step) if not isinstance(p, Block))
        parts: Row = [given, operator(style, "→", 36), _made(read)]
        block = largest_fit(style, parts, largest=32)
    if block is None or block.width > style.room:
        block = small_pictures(read.style, read.first, 0)
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
    if not large(read.style, read.part):
        above = sum(block.height + BETWEEN for block in before)
        told = _told(trace, style, read, step, above)
        if max(block.width for block in told) <= style.room:
            return [*before, *told]
    blocks = [*before, *_in_pictures(trace, read)]
    if step is None:
        return blocks
    room = style.beneath(max(block.width for block in blocks), 600)
    return [*blocks, *_under_window(style, read, step, room), *_forwards(style, trace, step)]


def _forwards(style: Style, trace: Trace, step: Step) -> list[Block]:
    return [read_forwards(style, trace, step)] if trace.options["of"] == "input" else []


def _told(
    trace: Trace, style: Style, read: Reading, step: Step | None, before: float
) -> list[Block]:
    """Arrays in cells, beneath something so high; of a step its sum, and what used the number."""
    if step is None:
        return [*_in_cells(trace, read, step), *_each_weight(trace, read)]
    forwards = _forwards(style, trace, step)
    said = [remark(style, " · ".join(map(style.say, trace.said)))] if trace.said else []
    said += [remark(style, COPIED, SMALL)] if _folded(trace) else []
    width: float = style.room
    for _ in range(2):  # the sum is as wide as the arrays, which are as high as it leaves room for
        sums = workings(style, step.formula, style.beneath(width, 560), SUMS)
        rest = before + sum(block.height + BETWEEN for block in [sums, *forwards, *said])
        tall = max(LEAST, SCREEN - 2 * MARGIN - HEAD - rest)
        low = read._replace(style=read.style.within(style.room, tall, cut=True))
        arrays = _in_cells(trace, low, step)
        width = max(block.width for block in [*arrays, *forwards])
    return [*arrays, sums, *forwards]


def _under_window(style: Style, read: Reading, step: Step, room: float) -> list[Block]:
    """What the window sees of a picture, and the sum beside it, or beneath."""
    seen = cutout(read.style, read.first, room)
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
    style, more = read.style, _more(trace, read, read.hidden)
    rows = [_row(trace, read, c, step) for c in range(len(read.which))]
    made: Row = [operator(style, "=", SIGN), _made(read)]
    block = largest_fit(style, [*added(style, rows, more), *made])
    if block.width > style.room:  # narrower than two rows and a brace
        plus = [[operator(style, "+", SIGN), *row] for row in rows[1:]]
        block = column([*(largest_fit(style, row) for row in [rows[0], *plus, made]), *more])
    if _folded(trace):
        said = remark(style, COPIED, SMALL, room=style.beneath(block.width))
        block = column([block, said], 8)
    return [block]


def _each_weight(trace: Trace, read: Reading) -> list[Block]:
    """Of a small kernel a panel a weight: the window of all that it met."""
    style, part = read.style, read.part
    if trace.options["of"] != "kernel" or len(read.which) + read.hidden > 1:
        return []
    if not 1 < part.y.size <= WEIGHTS:
        return []
    lead = (0,) * (trace.output.ndim - part.dims)
    places = [(r, c) for r in range(part.y.shape[0]) for c in range(part.y.shape[1])]
    cells = [
        input_cells(style, padded(style, part, at=at, corners=False), part, labels=False)
        for at in places
    ]
    sizes = sizes_of(style, cells, largest=28)
    wide = (style.room - 2 * 24) / 3
    size = next((s for s in sizes if s.width * len(cells[0].table[0]) <= wide), sizes[-1])
    red = style.theme.tone("output").line
    panels = [
        column(
            [
                lines(
                    style,
                    [
                        *symbol("∂L/∂w", (*lead, *at[2 - part.dims :]), red),
                        Piece(" = "),
                        Piece(style.show(part.y[at].item()), red, bold=True),
                    ],
                ),
                each.grid(size),
            ],
            4,
        )
        for at, each in zip(places, cells, strict=True)
    ]
    head = remark(style, Words("what each weight met, in all places"))
    return [column([head, flow(panels, style.room, 24)], 8)]


def _folded(trace: Trace) -> bool:
    """Whether numbers of the input are read where padding has them again, too: then no one
    window of the output's gradient has all that comes back to them.
    """
    return trace.options["of"] == "input" and forward_of(trace)[1].mode != "zeros"


def _more(trace: Trace, read: Reading, hidden: int) -> list[Block]:
    """What is said of the rows that are not drawn."""
    if trace.options["of"] == "input" or forward_of(trace)[1].samples == 1 or not hidden:
        return more_channels(read.style, hidden)
    return [remark(read.style, Words("… and {n} more samples", n=hidden))]


def _in_pictures(trace: Trace, read: Reading) -> list[Block]:
    """Arrays too large for numbers: the one row, or small ones that are added."""
    style, part, count = read.style, read.first, len(read.which)
    said = [remark(style, read.made)] if read.made else []
    if count + read.hidden == 1 and len(part.w):
        return [picture_row(style, part, _sign(part), 0), *said]
    side = 216 if count + read.hidden == 1 else SMALL_SIDE
    rows = [_small_row(read, c, side) for c in range(count)]
    more = _more(trace, read, read.hidden)
    block = braced(style, rows, more) if count > 1 else column([row(rows[0]), *more])
    if block.width > style.room:
        plus = [[operator(style, "+", SIGN), *each] for each in rows[1:]]
        block = column([*(flow(each, style.room) for each in [rows[0], *plus]), *more])
    made = [operator(style, "=", SIGN), output_picture(style, part, side)]
    return [flow([block, *made], style.room), *said]


def _small_row(read: Reading, c: int, side: int) -> list[Block]:
    """What slides over what, in pictures."""
    style, part = read.style, read.one(c)
    which, shape = read.which[c][0], part.shape(part.x[0])
    called = (which, shape) if c and which else (Words("input"), beside(which, shape))
    given = input_picture(style, part, side, 0, *called)
    if not len(part.w):
        return [operator(style, "Σ"), given]
    kernel = kernels_part(style, part, (0,))
    size = smallest_cells(style, kernel.tables)
    return [given, operator(style, _sign(part), 40), kernel.block(size)]


def _sign(part: Part[Any]) -> str:
    return "∗ᵀ" if part.plan.transposed else "∗"


def _row(trace: Trace, read: Reading, c: int, step: Step | None) -> Row:
    """What slides over what."""
    style, part, (first, second) = read.style, read.part, read.which[c]
    called = partial(_called, below=c > 0 and step is not None)
    if part.plan.transposed and not _folded(trace):
        spread, turned = spread_cells(style, part, c), turned_kernel(style, part, c)
        if style.tall < len(read.which) * spread.height(CellSize(0, CORNERED, SMALL)):
            spread = spread.uncornered()
        return [
            called(spread, first),
            operator(style, "∗", SIGN),
            said_turned(called(turned, second)),
        ]
    if part.plan.transposed:
        return _scattered(trace, read, c, step)
    given = input_cells(style, padded(style, part, c), part, c)
    if style.tall < len(read.which) * given.height(CellSize(0, CORNERED, SMALL)):
        given = input_cells(style, padded(style, part, c, corners=False), part, c)
    given = called(given, first)
    if not len(part.w):
        return [operator(style, "Σ"), given]
    kernel = called(kernel_cells(style, part, c), second)
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


def _called(part: Cells, which: str, *, below: bool = False) -> Cells:
    """A part by its plain name, since those of gradients are long; which it is at its shape, or
    alone `below` one of the same name.
    """
    if below and which:
        return part._replace(name=which, shape="")
    weights = isinstance(part, NamedCells) and part.role == "weight"
    name = Words("kernel") if weights else Words("input")
    return part._replace(name=name, shape=beside(which, part.shape))


def _made(read: Reading) -> NamedCells:
    made = output_cells(read.style, read.part)
    return made._replace(name=Words("output"), shape=beside(read.made, made.shape))
