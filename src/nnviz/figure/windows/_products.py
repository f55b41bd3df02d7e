"""The sum of a step, and its products as a block of cells beside it: a row a line of the sum."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from nnviz import elision
from nnviz.figure.arrays.fit import smallest_cells
from nnviz.figure.arrays.grid import called, cells, grid
from nnviz.figure.formulas.arithmetic import Widest, arithmetic, panelled
from nnviz.figure.layout.blocks import Block, column, lines, on_top, row
from nnviz.figure.layout.style import BODY, SMALL, Style, up4
from nnviz.figure.scene import Text, flatten
from nnviz.figure.windows._part import Part
from nnviz.libraries import distinct, np
from nnviz.numerals import is_blank
from nnviz.shapes import AnyAxis, times
from nnviz.trace import Step, Sum, numbers
from nnviz.words import Words

HEAD, GAP, LEAST, AROUND = 16, 32, 208, 32
"""The room of the name, what stands between, the least room of a sum, and the panel's edges."""
SIDE, LONGER = 12, 260
"""The most cells a side, and how much higher the panel of a sum left out in part may be."""
TRIED = 24
"""Values of the input, and of the kernel, whose products say how wide a cell is."""


def with_products(
    style: Style, part: Part[AnyAxis], step: Step, room: float, tall: float, wide: Widest
) -> Block:
    """The arithmetic of a step; of one channel's kernel of several rows with its products, where
    the panel is then at most `tall`.

    Beside a sum that is written whole they stand level with its lines. Of one whose middle is
    left out they are what a reader checks it with, be it in small letters or below.
    """
    sums = partial(arithmetic, style, step.formula, wide=wide)
    alone, kernel = sums(room=room), part.w.shape
    if kernel[0] != 1 or min(kernel[1:]) < 2 or max(kernel) > SIDE or _asked(step):
        return alone
    long, size = part.w.size > elision.TERMS, _text_size(alone)
    block = _products(style, part, step, 16 if long or size < BODY else 24)
    inner = style.room - AROUND
    left = inner - GAP - block.width

    def beside(least: float) -> list[Block]:
        made = sums(room=max(left, LEAST), size=int(least), panel=False)
        side = row([replace(made, width=up4(made.width), axis=-HEAD), block], GAP)
        return [side] if made.width <= left and _text_size(made) == least else []

    found = [(made, tall) for made in beside(size)]
    if long and block.width <= inner:
        below = column([sums(room=room - AROUND, panel=False), block], 12)
        found += [(below, tall), *((made, tall + LONGER) for made in [*beside(SMALL), below])]
    each = (made for made, most in found if made.height + 24 <= most)
    return next((panelled(style, made, max(room, made.width + AROUND)) for made in each), alone)


def _asked(step: Step) -> bool:
    """Whether a step is an exercise: its products are for who works it out."""
    found = (number for side in step.formula[0].sides for number in numbers(side))
    return any(is_blank(number.value) for number in found)


def _text_size(block: Block) -> float:
    return min(mark.size for mark in flatten(block.marks) if isinstance(mark, Text))


def _products(style: Style, part: Part[AnyAxis], step: Step, line: int) -> Block:
    """The products in the order of the kernel, in rows as high as the lines of the sum."""
    total, w = step.formula[0].sides[0], part.w[0]
    assert isinstance(total, Sum)
    found = [elision.value_of(term) for term in total.terms[: w.size]]
    table = cells(np.array(found, object).reshape(w.shape), style.precision)
    # As wide in every step.
    with np.errstate(all="ignore"):  # past any float they are infinite, as in the sum
        tried = np.outer(_some(part.x[0]), _some(w))
    size = smallest_cells(style, [table, cells(tried, style.precision)])
    size = replace(size, width=max(size.width, line), height=line)
    fill, name = style.theme.tone("intermediate").line, style.say(Words("products"))
    head = lines(style, name, SMALL, fill=fill, bold=True)
    block = grid(style, table, "intermediate", size).labelled(called(style, name, times(w.shape)))
    return on_top(column([head, block], 0, "middle"))


def _some(values: np.ndarray) -> np.ndarray:
    """Some of the values, from the least to the greatest."""
    every = distinct(values)
    found: np.ndarray = every[np.linspace(0, len(every) - 1, min(len(every), TRIED)).astype(int)]
    return found
