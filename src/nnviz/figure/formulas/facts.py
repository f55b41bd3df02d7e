"""What the signs of a trace's facts mean."""

from __future__ import annotations

from collections.abc import Iterator

from nnviz.expressions import Expr, Product, parts
from nnviz.figure.layout.blocks import Block, remark
from nnviz.figure.layout.style import SMALL, Style
from nnviz.trace import Trace
from nnviz.words import Words


def product_note(trace: Trace, style: Style) -> list[Block]:
    """What the sign between two vectors means, where there is one."""
    sides = (side for fact in trace.facts if fact.equation for side in fact.equation.sides)
    if not any(part.each for side in sides for part in _products(side)):
        return []
    return [remark(style, Words("⊙ multiplies two vectors number by number"), SMALL)]


def _products(expr: Expr) -> Iterator[Product]:
    if isinstance(expr, Product):
        yield expr
    for part in parts(expr):
        yield from _products(part)
