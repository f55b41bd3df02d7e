"""Arrays too large for numbers: pictures of them, the kernel between them in cells."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from nnviz.figure.arrays.grid import (
    MOST,
    CellSize,
    Table,
    cell_sizes,
    cells,
    fitting,
    grid,
    in_a_row,
    named,
    operator,
    roomy,
)
from nnviz.figure.arrays.picture import margin, picture
from nnviz.figure.layout.page import ROOM, Block, Style, column, flow, near4, row
from nnviz.figure.windows._named_arrays import (
    SUM,
    bias_tables,
    equation_blocks,
    input_name,
    kernel_block,
    kernel_name,
    output_block,
    output_name,
    shape_of,
    through,
)
from nnviz.figure.windows._padded import padded, result
from nnviz.figure.windows._part import Part
from nnviz.shades import color_levels, levels, levels_after
from nnviz.shapes import AnyAxis, times
from nnviz.words import Words

LEAST = 0.6
"""The least side of the output, as part of the input's: smaller ones cannot be read."""
KERNELS = 280
"""The room of a kernel in cells between two pictures."""
SIDES = (236, 216, 180, 144)
"""The sides of the pictures that are tried, so that all stands in one row."""


def large(style: Style, part: Part[AnyAxis], room: float = ROOM) -> bool:
    """Whether an array has too many cells a side for numbers, or numbers too wide for cells."""
    if max(part.x.shape[1:] + part.y.shape) > MOST:
        return True
    tables = [result(style, made, part.at) for made in part.maps]
    tables += [cells(w, style.precision) for w in part.w]
    tables += [padded(style, part, c).table for c in range(len(part.x))]
    return not roomy(style, tables, room)


def picture_row(
    style: Style, part: Part[Any], sign: str, c: int | None = None, *, below: int = 36
) -> Block:
    """Input ∗ kernel + bias = output, as large as fit a row: of channel `c`, or of all.

    In two rows where no side fits, the pictures then large and the cells at most `below`.
    """
    shown = range(len(part.x)) if c is None else (c,)

    def build(side: int, size: CellSize) -> list[Block]:
        kernels = kernels_block(style, part, shown, size)
        left = [input_picture(style, part, side, c), operator(style, sign, 40), kernels]
        made = activated_picture(style, part, side, output_picture(style, part, side))
        return equation_blocks(style, part, size, left, made, sign=40)

    tables = [*written_kernels(style, part, shown), *bias_tables(style, part)]
    return among_pictures(style, tables, build, below=below)


def among_pictures(
    style: Style,
    tables: Sequence[Table],
    build: Callable[[int, CellSize], Sequence[Block]],
    *,
    below: int,
) -> Block:
    """The blocks of `build`, of pictures with a side and of cells of a size, in a row."""
    for side in SIDES:
        block = in_a_row(style, tables, partial(build, side), largest=36)
        if block is not None:
            return block
    return flow(build(SIDES[1], cell_sizes(style, tables, largest=below)[0]))


def small_pictures(style: Style, part: Part[Any], c: int | None = None) -> Block:
    """Input → output, for a sheet."""
    given, made = input_picture(style, part, 132, c), output_picture(style, part, 132)
    return row([given, operator(style, "→", 36), made])


def input_picture(style: Style, part: Part[Any], side: int, c: int | None = None) -> Block:
    """The input, its window outlined: channel `c`, or all three in colour."""
    color = c is None and len(part.x) == 3
    array = part.x if color else part.x[c or 0]
    # One scale for all channels.
    shades = color_levels(array) if color else levels(part.x, image=part.image)
    block = picture(style, array, "input", side=side, window=part.seen(), shades=shades)
    name = Words("input") if color else input_name(part, c or 0)
    return named(style, block, "input", name, times(array.shape), left=margin(style, array))


def output_picture(style: Style, part: Part[Any], side: int) -> Block:
    """The output map, as a picture as large against the input's as it is in cells."""
    if max(part.y.shape) <= MOST:
        table = result(style, part.y, part.at)
        if roomy(style, [table], side + 80):
            return fitting(
                style,
                [table],
                lambda size: [output_block(style, table, size, part)],
                rooms=(side + 80,),
            )
    window = part.cell[0] if part.cell else None
    longest = max(part.x.shape[1:])
    own = max(96, min(side, round(side * max(LEAST, max(part.y.shape) / longest))))
    # Pooling keeps the values, however few of the large ones are left.
    least = 0.5 if len(part.w) else 0
    shades = levels_after(part.x, part.y, image=part.image, least=least)
    block = picture(style, part.y, "output", side=own, window=window, shades=shades)
    left = margin(style, part.y)
    return named(style, block, "output", output_name(part), times(part.y.shape), left=left)


def activated_picture(style: Style, part: Part[Any], side: int, output: Block) -> list[Block]:
    """The sums as a picture, as large against the input's as they are in cells, the arrow
    through the activation and the output; the output alone where nothing activates it.
    """
    if part.pre is None:
        return [output]
    window = part.cell[0] if part.cell else None
    own = side * max(LEAST, max(part.pre.shape) / max(part.x.shape[1:]))
    block = picture(
        style, part.pre, "intermediate", side=max(96, min(side, near4(own))), window=window
    )
    left, shape = margin(style, part.pre), shape_of(style, part, part.pre)
    block = named(style, block, "intermediate", SUM, shape, left=left)
    return [block, *through(style, part), output]


def written_kernels(style: Style, part: Part[Any], shown: Sequence[int]) -> list[Table]:
    """The kernels of some channels in cells, where they have room between two pictures."""
    tables = [cells(part.w[c], style.precision) for c in shown]
    fits = max(part.w.shape[1:]) <= MOST and roomy(style, tables, KERNELS)
    return tables if fits else []


def kernels_block(style: Style, part: Part[Any], shown: Sequence[int], size: CellSize) -> Block:
    """The kernels of some channels, one below the other; pictures where cells do not fit."""
    tables = written_kernels(style, part, shown)
    if tables and (len(shown) == 1 or part.plan.shared):
        return kernel_block(style, tables[0], size, part, None)
    inner = [grid(style, table, "weight", size) for table in tables]
    inner = inner or [small_kernel(style, part, c) for c in shown]
    if len(inner) > 1:
        names = [Words("channel {c}", c=part.channels[c]) for c in shown]
        inner = [named(style, b, "weight", n, "") for b, n in zip(inner, names, strict=True)]
    shape = times(part.shape(part.w if len(inner) > 1 else part.w[shown[0]]))
    return named(style, column(inner, 12, "middle"), "weight", kernel_name(part), shape)


def small_kernel(style: Style, part: Part[Any], c: int) -> Block:
    """The kernel of a channel as a picture."""
    return picture(style, part.w[c], "weight", side=96, axes=False, bar=False)
