"""The sum of a step by its parts: a line a channel, or a plane, and what these come to."""

from __future__ import annotations

from collections.abc import Sequence

from nnviz.figure.formulas.arithmetic import Widest, panelled
from nnviz.figure.layout.blocks import Block, column, lines
from nnviz.figure.layout.style import BODY, SMALL, Piece, Style
from nnviz.trace import Equation, Expr, Name, Num, Step, Sum
from nnviz.words import Words


def sum_by_parts(
    style: Style,
    step: Step,
    values: Sequence[float],
    count: int,
    room: float,
    wide: Widest | None = None,
) -> Block:
    """What each of `count` parts of equal length comes to, a line each, and the sum of them.

    `values` are those of the parts that are drawn, the first; of more, what all come to is said.
    """
    total, parts = step.formula[0].sides[0], [Num(value, "intermediate") for value in values]
    assert isinstance(total, Sum)
    each = len(total.terms) // count  # a bias is one term more
    found = [
        Equation((Sum(total.terms[i * each : (i + 1) * each]), part))
        for i, part in enumerate(parts)
    ]
    last = []
    if len(parts) < count:
        last = [_sum_of_all(style, count, step)]
    else:
        terms: tuple[Expr, ...] = (*parts, *total.terms[count * each :])
        found.append(Equation((Sum(terms), *step.formula[0].sides[1:])))
    found += step.formula[1:]
    said = [style.pieces(equation) for equation in found]
    said[len(parts) : len(parts)] = last
    ample = [style.pieces(equation, wide or {}) for equation in found] + last
    size = BODY if max(style.width(p, BODY) for p in ample) <= room - 32 else SMALL
    return panelled(style, column([lines(style, p, size, room=room - 32) for p in said], 4), room)


def _sum_of_all(style: Style, count: int, step: Step) -> list[Piece]:
    """What all channels come to, where not all are written out."""
    words = Words("all {n} channels and the bias add up to", n=count)
    if "bias" not in step.cells:
        words = Words("all {n} channels add up to", n=count)
    value = style.pieces(Equation((Name(""), step.formula[0].sides[-1])))[-1]
    return [Piece(style.say(words) + " "), value]
