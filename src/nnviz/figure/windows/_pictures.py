"""Arrays too large for numbers: pictures of them, the kernel between them in cells."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from nnviz.figure.arrays.fit import (
    Drawn,
    Row,
    RowPart,
    drawn_parts,
    fits_page,
    in_a_row,
    largest_fit,
    sizes_of,
)
from nnviz.figure.arrays.grid import MOST, CellSize, Table, cells, grid, named, operator
from nnviz.figure.arrays.named import named_picture
from nnviz.figure.arrays.picture import picture
from nnviz.figure.layout.blocks import USUAL, Block, column, flow, row, wrapped
from nnviz.figure.layout.style import Style
from nnviz.figure.windows._named_arrays import (
    SUM,
    activation_arrow,
    bias_cells,
    equation,
    input_name,
    kernel_cells,
    kernel_name,
    output_cells,
    output_name,
)
from nnviz.figure.windows._padded import Padded, padded, result, span
from nnviz.figure.windows._part import Part
from nnviz.figure.windows._spread import Spread, spans, spread
from nnviz.shades import color_levels, drawn_size, levels, levels_after
from nnviz.words import Words

KERNELS = 280
"""The room of a kernel in cells between two pictures."""
SMALL_SIDE = 132
SIDES = (236, 216, 180, 144)
"""The sides of the pictures that are tried, so that all stands in one row."""


def large(style: Style, part: Part[Any]) -> bool:
    """Whether an array has too many cells a side for numbers, or numbers too wide for cells."""
    if max(part.x.shape[1:] + part.y.shape) > MOST:
        return True
    drawn = spans(part) if part.plan.transposed else map(span, part.axes)
    if max(*map(len, drawn), *part.w.shape[1:]) > 2 * MOST:
        return True  # no page is as wide
    if part.at is not None:  # their middle is left out
        return False
    tables = [result(style, made, part.at) for made in part.maps]
    tables += [cells(w, style.precision) for w in part.w]
    given: Callable[..., Spread | Padded] = spread if part.plan.transposed else padded
    tables += [given(style, part, c).table for c in range(len(part.x))]
    return not all(fits_page(style, [table]) for table in tables)


def picture_row(
    style: Style, part: Part[Any], sign: str, c: int | None = None, *, below: int = 36
) -> Block:
    """Input ∗ kernel + bias = output, as large as fit a row: of channel `c`, or of all.

    In few rows where no side fits, the pictures then large and the cells at most `below`.
    """
    kernels = kernels_part(style, part, range(len(part.x)) if c is None else (c,))

    def parts(side: int) -> Row:
        left: Row = [input_picture(style, part, side, c), operator(style, sign, 40), kernels]
        made = activated_picture(style, part, side, output_picture(style, part, side))
        return equation(style, part, left, made, sign=40)

    cells_ = [kernels, *bias_cells(style, part)]
    for side in SIDES:
        block = in_a_row(parts(side), sizes_of(style, cells_, largest=36), room=style.room)
        if block is not None:
            return block
    sizes = sizes_of(style, cells_, largest=below)
    widest = next((size for size in sizes if kernels.width(size) <= style.room), sizes[-1])
    for sides in (SIDES[1:], (SMALL_SIDE, 96)):  # the second for a narrow page
        drawn = (drawn_parts(parts(side), widest) for side in sides)
        blocks = min(drawn, key=lambda blocks: _taken(style, blocks))
        if not _taken(style, blocks)[0]:
            break
    return flow(blocks, style.room)


def _taken(style: Style, blocks: Sequence[Block]) -> tuple[bool, int]:
    """Whether they are too wide, and how many rows they take."""
    lines = wrapped(blocks, [block.width for block in blocks], 0, style.room)
    return max(row(blocks[line]).width for line in lines) > style.room, len(lines)


def small_pictures(style: Style, part: Part[Any], c: int | None = None) -> Block:
    """Input → output, for a sheet."""
    given = input_picture(style, part, SMALL_SIDE, c)
    made = output_picture(style, part, SMALL_SIDE)
    return flow([given, operator(style, "→", 36), made], style.room)


def input_picture(
    style: Style,
    part: Part[Any],
    side: int,
    c: int | None = None,
    name: Words | str | None = None,
    shape: str = "",
) -> Block:
    """The input, its window outlined: channel `c`, or all three in colour; no larger than the
    picture of its output.
    """
    color = c is None and len(part.x) == 3
    if max(part.y.shape) > MOST:
        side = min(side, max(drawn_size(part.y.shape, side)))
    array = part.x if color else part.x[c or 0]
    # One scale for all channels.
    shades = color_levels(array) if color else levels(part.x, image=part.image)
    name = name or (Words("input") if color else input_name(part, c or 0))
    return named_picture(
        style,
        array,
        "input",
        name,
        shape,
        side=side,
        window=part.seen(),
        shades=shades,
        unread=part.unread,
    )


def output_picture(style: Style, part: Part[Any], side: int) -> Block:
    """The output map, as a picture no smaller than the input's."""
    if max(part.y.shape) <= MOST:
        table = result(style, part.y, part.at)
        room = min(side + 80, style.room - USUAL)
        if fits_page(style, [table], room):
            made = output_cells(style, part, table)
            return largest_fit(style, [made], rooms=(room,))
    # Pooling keeps the values, however few of the large ones are left.
    least = 0.5 if len(part.w) else 0
    shades = levels_after(part.x, part.y, image=part.image, least=least)
    name = output_name(part)
    return named_picture(style, part.y, "output", name, side=side, at=part.at, shades=shades)


def activated_picture(style: Style, part: Part[Any], side: int, output: Block) -> list[Block]:
    """The sums as a picture, the arrow through the activation and the output; the output alone
    where nothing activates it.
    """
    if part.pre is None:
        return [output]
    shape = part.shape(part.pre)
    read, at = part.summed[0] if part.summed else None, part.at
    if read is not None:  # what the activation reads is known
        at = read[0], read[1] + read[3] - 1
    before = named_picture(
        style, part.pre, "intermediate", SUM, shape, side=side, at=at, window=read
    )
    return [before, *activation_arrow(style, part), output]


def written_kernels(style: Style, part: Part[Any], shown: Sequence[int]) -> list[Table]:
    """The kernels of some channels in cells, where they have room between two pictures."""
    tables = [cells(part.w[c], style.precision) for c in shown]
    fits = max(part.w.shape[1:]) <= MOST and fits_page(style, tables, min(KERNELS, style.room))
    return tables if fits else []


def kernels_part(style: Style, part: Part[Any], shown: Sequence[int]) -> RowPart:
    """The kernels of some channels, one below the other; pictures where cells do not fit."""
    tables = written_kernels(style, part, shown)
    if tables and (len(shown) == 1 or part.plan.shared):
        return kernel_cells(style, part)
    names = [Words("channel {c}", c=part.channels[c]) for c in shown]
    shape = part.shape(part.w if len(shown) > 1 else part.w[shown[0]])

    def build(size: CellSize) -> Block:
        inner = [grid(style, table, "weight", size) for table in tables]
        inner = inner or [small_kernel(style, part, c) for c in shown]
        if len(inner) > 1:
            inner = [named(style, b, "weight", n, "") for b, n in zip(inner, names, strict=True)]
        return named(style, column(inner, 12, "middle"), "weight", kernel_name(part), shape)

    return Drawn(build, tables)


def small_kernel(style: Style, part: Part[Any], c: int) -> Block:
    """The kernel of a channel as a picture."""
    return picture(style, part.w[c], "weight", side=96, axes=False, bar=False)
