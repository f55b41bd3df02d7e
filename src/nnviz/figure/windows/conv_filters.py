"""Convolution with several filters: a row a filter, its kernel, its bias and the map it makes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from nnviz.figure.arrays.fit import cell_sizes, smallest_cells
from nnviz.figure.arrays.grid import (
    MOST,
    Cell,
    CellSize,
    Table,
    called,
    cells,
    changed,
    grid,
    heading,
    heading_room,
    named,
    operator,
    outline,
)
from nnviz.figure.arrays.picture import picture
from nnviz.figure.formulas.arithmetic import arithmetic
from nnviz.figure.layout.blocks import Block, column, flow, lines, more_channels, remark, row
from nnviz.figure.layout.page import fact_lines, page
from nnviz.figure.layout.style import BODY, SMALL, Style, near4, up4
from nnviz.figure.scene import Box, Mark, Scene
from nnviz.figure.windows._cutout import explained
from nnviz.figure.windows._named_arrays import SUM, activation_arrow, drawn_of, input_cells
from nnviz.figure.windows._padded import padded, result, sums
from nnviz.figure.windows._part import (
    Part,
    channels_read,
    flat_enough,
    part_shown,
    parts_drawn,
    plan_of,
    rows_of,
)
from nnviz.figure.windows._pictures import input_picture, large, small_kernel
from nnviz.records import NamedTuple, dataclass, field
from nnviz.request import Appearance
from nnviz.shades import Levels, colored, drawn_size, levels
from nnviz.shapes import AnyAxis, times
from nnviz.trace import Role, Step, Trace
from nnviz.words import Words

WHOLE = True
"""Of a step the views of one filter show more."""
FEW = 4
"""Channels of a filter up to which this view is the first."""
SHOWN = 16
"""Filters, and channels of the input, that are drawn; of more, the first ones."""
LARGEST = {1: 40, 2: 36, 4: 32, SHOWN: 28}
"""The largest side of a cell, by how many filters there are at most."""
TALL = 1100
"""How high the rows may be before their maps are pictures."""
SIDES, KERNEL, APART, SIGN = (200, 144, 96, 80), 160, 12, 24
"""The sides of those pictures, how wide a kernel is in cells, the gap of rows, and a sign."""


def rank(trace: Trace) -> int:
    """First of several filters that read few channels."""
    return -10 if plan_of(trace).group_channels <= FEW else 30


def fits(trace: Trace) -> Words | None:
    """From two filters on, under a window of one or two axes."""
    several = plan_of(trace).filters > 1
    return flat_enough(trace) or (None if several else Words("there is one filter"))


def draw(trace: Trace, appearance: Appearance, step: Step | None) -> Scene:
    """The input, and a row a filter; of a step the window, its own map so far, and its sum."""
    style = Style.of(appearance)
    own: Part[AnyAxis] = part_shown(trace, step, appearance)
    alone = step is None and appearance.filter is not None
    parts = [own] if alone else parts_drawn(trace, own, SHOWN)
    hidden = 0 if len(parts) == 1 else own.plan.filters - len(parts)
    more = [remark(style, Words("… and {n} more filters", n=hidden))] if hidden else []
    rows, numbers = _fitting(trace, style, own, parts)
    blocks = [rows, *more]
    if step is not None:
        room = min(style.room, max(400, blocks[0].width))
        if numbers:
            blocks.append(arithmetic(style, step.formula, room=room))
        else:
            blocks.append(explained(style, own, step, room))
    facts = fact_lines(style, trace) if step is None else drawn_of(style, trace, own)
    return page(style, trace, appearance, step, blocks, facts=facts)


# --- how they are laid out ---------------------------------------------------------------


@dataclass(frozen=True)
class _Look:
    """How the rows are drawn: with cells of a size, and their maps in them or as pictures."""

    style: Style
    size: CellSize
    step: int | None
    """The filter of the step: the maps of later ones are still empty."""
    last: int
    """The filter of the last row: the bar of its map is that of all."""
    side: int = 0
    """Of a map as a picture; 0 where it is in cells."""
    shades: Levels | None = None
    own: Mapping[Role, CellSize] = field(default_factory=dict)
    """The cells of an array that has others: as narrow as its numbers."""

    def cell(self, role: Role) -> CellSize:
        return self.own.get(role, self.size)


def _fitting(
    trace: Trace, style: Style, own: Part[AnyAxis], parts: Sequence[Part[AnyAxis]]
) -> tuple[Block, bool]:
    """The largest cells with which all fits the page; where that is too high, pictures.

    And whether all is in cells.
    """
    step, last = None if own.at is None else own.filter, parts[-1].filter
    given = [] if own.plan.separate else channels_read(trace, own, SHOWN)
    most = next(side for count, side in LARGEST.items() if len(parts) <= count)
    kernels = [cells(w, style.precision) for part in parts for w in part.w]
    if own.at is not None:  # every step has the same cells, whatever its filter's weights
        kernels += [[[Cell(corner=f"×{c.text}") for c in line] for line in t] for t in kernels]
    looks: list[_Look] = []
    if not large(style, own):
        maps = [_table(style, part, role) for part in parts for role in _roles(part)]
        inputs = [padded(style, part, c).table for part, c in given or [(own, 0)]]
        bias = [cells(part.b, style.precision) for part in parts if part.b is not None]
        every: dict[Role, list[Table]]
        every = {"input": inputs, "weight": kernels, "bias": bias, "output": maps}
        tables = [table for some in every.values() for table in some]
        smallest = smallest_cells(style, tables)
        every["intermediate"] = maps
        narrow = {role: smallest_cells(style, some) for role, some in every.items() if some}
        sizes = [*cell_sizes(style, tables, largest=most), smallest]
        looks = [_Look(style, size, step, last) for size in sizes]
        looks.append(_Look(style, smallest, step, last, own=narrow))
    shades = levels(trace.output.reshape(own.plan.samples, -1, *own.y.shape)[own.sample])
    smallest = smallest_cells(style, kernels)
    looks += [_Look(style, smallest, step, last, side, shades) for side in SIDES]
    found: list[tuple[Block, bool]] = []
    for look in looks:
        for block in _arrangements(look, given, parts):
            found.append((block, not look.side))
            if block.width <= style.room and block.height <= TALL:
                return found[-1]
    return min(found, key=lambda made: (made[0].width > style.room, made[0].height))


def _arrangements(
    look: _Look, given: list[tuple[Part[AnyAxis], int]], parts: Sequence[Part[AnyAxis]]
) -> Iterator[Block]:
    """The input at the left of the rows, or above them; the rows in as many columns as may be,
    at last each row going on below.
    """
    style, most = look.style, max(1, len(parts) // 4)
    for beside in (True, False) if given else (False,):
        block = _input(look, given, beside=beside) if given else None
        for count in range(most, 0, -1):
            tall = -(-len(parts) // count)
            for above in (False, True):
                some = (parts[i : i + tall] for i in range(0, len(parts), tall))
                tables = [_rows(look, each, above=above) for each in some]
                yield _put(style, block, row(tables, 16), beside=beside)
    rows = [_row_below(look, part) for part in parts]
    yield _put(style, block, column(rows, APART), beside=False)


def _put(style: Style, given: Block | None, rows: Block, *, beside: bool) -> Block:
    if given is None:
        return rows
    sign = operator(style, "∗", 40 if beside else SIGN)
    return row([given, sign, rows]) if beside else column([given, row([sign, rows])], APART)


def _input(look: _Look, given: list[tuple[Part[AnyAxis], int]], *, beside: bool) -> Block:
    """The input, its channels as small multiples."""
    style, (part, _) = look.style, given[0]
    plan, gap = part.plan, 8 if beside else APART
    if look.side and plan.channels <= FEW:
        color = len(part.x) == 3 == plan.channels and colored(part.x)
        side = min(look.side if color or len(given) == 1 else 120, style.room - 120)
        each = [input_picture(style, p, side, None if color else c) for p, c in given]
        each = each[:1] if color else each
        return column(each, 12) if beside else flow(each, style.room, APART)
    if plan.channels == 1:
        return input_cells(style, padded(style, part), part).block(look.cell("input"))
    names = [Words("channel {c}", c=p.channels[c]) for p, c in given]
    shown = [_channel(look, p, c) for p, c in given]
    channels = [named(style, b, "input", n, "") for b, n in zip(shown, names, strict=True)]
    block = column(channels, gap) if beside else flow(channels, style.room, gap, 8)
    more = more_channels(style, plan.channels - len(given))
    shape = times((plan.channels, *(part.x.shape[1:] if part.dims > 1 else part.x.shape[2:])))
    return named(style, column([block, *more], 8), "input", Words("input"), shape)


def _channel(look: _Look, part: Part[AnyAxis], c: int = 0) -> Block:
    """A channel of the input without its name."""
    style, x = look.style, part.x[c]
    if not look.side:
        given = input_cells(style, padded(style, part, c), part, c, labels=False)
        return given.grid(look.cell("input"))
    shades, window = levels(part.x, image=part.image), part.seen()
    side = look.side
    return picture(
        style, x, "input", side=side, axes=False, bar=False, window=window, shades=shades
    )


# --- a row -------------------------------------------------------------------------


class _Entry(NamedTuple):
    """An array of a row, whose name stands once above its column; or a sign without one."""

    block: Block
    role: Role = "plain"
    name: Words | str = ""
    shape: str = ""

    def width(self, style: Style) -> float:
        return heading_room(style, style.say(self.name), self.shape, self.block.width)[-1]


def _rows(look: _Look, parts: Sequence[Part[AnyAxis]], *, above: bool) -> Block:
    """The rows in columns with headings, each with its filter at its side or above it."""
    style = look.style
    labels = [_label(style, part, above=above) for part in parts]
    rows = [_entries(look, part) for part in parts]
    left = 0 if above else up4(max(label.width for label in labels) + 12)
    widths = [max(entry.width(style) for entry in each) for each in zip(*rows, strict=True)]
    marks: list[Mark] = []
    x: float = left
    for entry, width in zip(rows[0], widths, strict=True):
        if entry.name:
            said = style.say(entry.name)
            marks += heading(style, entry.role, said, entry.shape, x + width / 2)
        x += width
    y, apart = 48.0, 4 if look.own else APART
    for part, label, entries in zip(parts, labels, rows, strict=True):
        blocks = [_called(style, part, entry) if entry.name else entry.block for entry in entries]
        axis = max(block.axis for block in blocks)
        kernel = next(i for i, entry in enumerate(entries) if entry.role == "weight")
        place = blocks[kernel].axis + label.height if above else label.axis
        axis = max(axis, place)
        marks.append(label.at(sum(widths[:kernel]) if above else 0, y + axis - place))
        x = left
        for block, width in zip(blocks, widths, strict=True):
            left_over = 0 if look.side else near4((width - block.width) / 2)
            marks.append(block.at(x + left_over, y + axis - block.axis))
            x += width
        y += max(axis - block.axis + block.height for block in blocks) + apart
    return Block(x, y - apart, tuple(marks), near4(y / 2))


def _called(style: Style, part: Part[AnyAxis], entry: _Entry) -> Block:
    said = f"{style.say(Words('filter {f}', f=part.filter))}, {style.say(entry.name)}"
    return entry.block.labelled(called(style, said, entry.shape))


def _row_below(look: _Look, part: Part[AnyAxis]) -> Block:
    """A row that goes on below, its filter and the names above."""
    blocks = [
        named(look.style, e.block, e.role, e.name, e.shape) if e.name else e.block
        for e in _entries(look, part)
    ]
    return column([_label(look.style, part, above=True), flow(blocks, look.style.room - SIGN)], 4)


def _label(style: Style, part: Part[AnyAxis], *, above: bool) -> Block:
    said, fill = Words("filter {f}", f=part.filter), style.theme.tone("weight").line
    label, plan = lines(style, style.say(said), BODY, fill=fill, bold=True), part.plan
    if plan.groups == 1 or plan.separate:
        return label
    read = Words("channels {first} to {last}", first=part.channels[0], last=part.channels[-1])
    both = [label, remark(style, read, SMALL)]
    return row(both, 8) if above else column(both, 0)


def _entries(look: _Look, part: Part[AnyAxis]) -> list[_Entry]:
    """Kernel + bias = map, after the input's channel where a filter has one of its own."""
    style, found = look.style, list[_Entry]()
    if part.plan.separate:
        block, shape = _channel(look, part), part.shape(part.x[0])
        found += [_Entry(block, "input", Words("input"), shape), _Entry(operator(style, "∗", SIGN))]
    kernels = [_kernel(look, part, c) for c in range(rows_of(len(part.w)))]
    more = more_channels(style, len(part.w) - len(kernels))
    shape = part.shape(part.w if len(kernels) > 1 else part.w[0])
    found.append(
        _Entry(flow([*kernels, *more], style.room - SIGN, 8), "weight", Words("kernel"), shape)
    )
    if part.b is not None:
        bias = grid(style, cells(part.b, style.precision), "bias", look.cell("bias"))
        found += [_Entry(operator(style, "+", SIGN)), _Entry(bias, "bias", Words("bias"), "1")]
    found.append(_Entry(operator(style, "=", SIGN)))
    for role in _roles(part):
        name = SUM if role == "intermediate" else Words("feature map")
        found.append(_Entry(_map(look, part, role), role, name, part.shape(part.y)))
        if role == "intermediate":
            found += map(_Entry, activation_arrow(style, part))
    return found


def _kernel(look: _Look, part: Part[AnyAxis], c: int) -> Block:
    table = cells(part.w[c], look.style.precision)
    size = look.cell("weight")
    if len(table[0]) * size.width > KERNEL or len(table) > MOST:
        return small_kernel(look.style, part, c)
    return grid(look.style, table, "weight", size)


def _roles(part: Part[AnyAxis]) -> tuple[Role, ...]:
    """Of the maps of a row: the sums first where an activation changes them."""
    return ("output",) if part.pre is None else ("intermediate", "output")


def _table(style: Style, part: Part[AnyAxis], role: Role) -> Table:
    return result(style, part.y, part.at) if role == "output" else sums(style, part)


def _map(look: _Look, part: Part[AnyAxis], role: Role) -> Block:
    """A map of a filter; of a later one than the step's it is still empty."""
    style, later = look.style, look.step is not None and part.filter > look.step
    if not look.side:
        table, windows = _table(style, part, role), part.cell if role == "output" else part.summed
        places = ((r, c) for r in range(len(table)) for c in range(len(table[0])))
        table = changed(table, places, hidden=True) if later else table
        return grid(style, table, role, look.cell(role), windows=windows)
    array = part.y if part.pre is None or role == "output" else part.pre
    if later:
        width, height = map(near4, drawn_size(array.shape, look.side))
        mark = outline(style, role, Box(0, 0, width, height))
        return Block(width, height, (mark,), near4(height / 2))
    shades = look.shades if role == "output" else levels(array)
    bar = look.step is None and part.filter == look.last
    side, at = look.side, part.at
    return picture(style, array, role, side=side, at=at, shades=shades, axes=False, bar=bar)
