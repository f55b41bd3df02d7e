"""A step of a window in a panel of a sheet: input, output and the sum, as the room allows."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from nnviz.figure.arrays.fit import Row, largest_fit, smallest_cells, whole_row
from nnviz.figure.arrays.grid import operator
from nnviz.figure.arrays.named import NamedCells
from nnviz.figure.layout.blocks import Block, column, on_top, row
from nnviz.figure.layout.style import Style

_GAP, _NEAR, _LARGEST = 8, 4, 32
Sums: TypeAlias = Callable[..., Block]
"""What draws the sum: for a `room`, on a `panel` or not."""


def step_panel(style: Style, given: NamedCells, made: NamedCells, sums: Sums) -> Block | None:
    """Input → output and the sum beneath; where the panel is too low for that, the sum and the
    output right of the input, or all three one below the other. None where nothing of this fits,
    unless the style lets the middle of the arrays be left out.
    """
    # The shapes stand in the sheet's facts.
    given, made = given._replace(shape=""), made._replace(shape="")
    arrays: Row = [given, operator(style, "→", 28), made]
    beneath = sums(room=style.room, panel=True)
    lower = style.within(style.room, style.tall - beneath.height - _GAP, cut=style.cut)
    maps = whole_row(lower, arrays, largest=_LARGEST)
    if maps is None and style.cut:
        maps = largest_fit(lower, arrays, largest=_LARGEST)
    if maps is None:
        return _beside(style, given, made, sums) or _stacked(style, given, made, sums)
    block = column([maps, beneath], _GAP)
    return block if block.width <= style.room else None


def _beside(style: Style, given: NamedCells, made: NamedCells, sums: Sums) -> Block | None:
    left = whole_row(style.within(0.6 * style.room, style.tall), [given], largest=_LARGEST)
    if left is None:
        return None
    room = style.room - left.width - 2 * _GAP
    right = _sum_and_output(style.within(room, style.tall), made, sums(room=room, panel=False))
    return None if right is None else row([on_top(left), on_top(right)], 2 * _GAP)


def _stacked(style: Style, given: NamedCells, made: NamedCells, sums: Sums) -> Block | None:
    above = given._replace(labels="").block(smallest_cells(style, given.tables))
    rest = style.within(style.room, style.tall - above.height - _NEAR)
    beneath = _sum_and_output(rest, made, sums(room=style.room, panel=False))
    if beneath is None or above.width > style.room:
        return None
    return column([above, beneath], _NEAR)


def _sum_and_output(style: Style, made: NamedCells, sums: Block) -> Block | None:
    """The sum, and beneath it the output, its middle left out where it is large."""
    rest = style.within(style.room, style.tall - sums.height - _NEAR, cut=True)
    block = column([sums, largest_fit(rest, [made], largest=28)], _NEAR)
    return block if block.width <= style.room and block.height <= style.tall else None
