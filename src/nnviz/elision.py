"""Formulas too long to read: the middle of a sum is left out, and what it comes to is said.

Every view writes a step so; all of it is in the trace. So is the middle of a large array.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Sequence

from nnviz.expressions import (
    Call,
    Equation,
    Expr,
    Name,
    Neg,
    Num,
    Power,
    Product,
    Quotient,
    Rest,
    Sum,
    with_parts,
)
from nnviz.words import Words, safe

TERMS, LINES = 25, 12
"""Terms of a sum, and lines of them, that are all written."""

Say = Callable[[Words], str]


def shortened(equation: Equation, say: Say, most: int = TERMS) -> Equation:
    """The equation with the middle of long sums, and of functions of many, left out.

    >>> terms = tuple(Num(n) for n in range(100))
    >>> total = shortened(Equation((Sum(terms), Num(4950))), str).sides[0]
    >>> len(total.terms), total.terms[16].value
    (23, Num(value=4251, role='intermediate'))
    """
    return Equation(tuple(_shortened(side, say, most) for side in equation.sides))


def lines(total: Sum) -> list[list[Expr]]:
    """The terms of a sum line by line, `per_line` in each; what is left out has a line."""
    found: list[list[Expr]] = [[]]
    for term in total.terms:
        alone = total.per_line and isinstance(term, Rest)
        if found[-1] and (alone or len(found[-1]) == total.per_line):
            found.append([])
        found[-1].append(term)
        if alone:
            found.append([])
    return [line for line in found if line]


def value_of(expr: Expr) -> int | float:
    """What the numbers of an expression come to, whole numbers exactly.

    Raises ValueError where it holds a name or a function of which that is not known here.
    """
    match expr:
        case Num(value) | Rest(value=Num(value)):
            return value
        case Name("e", ""):
            return math.e
        case Neg(term):
            return -value_of(term)
        case Sum(terms):
            return _added([value_of(term) for term in terms])
        case Product(factors):
            return math.prod(value_of(factor) for factor in factors)
        case Quotient(over, under):
            return value_of(over) / value_of(under)
        case Power(base, exponent):
            return float(value_of(base) ** value_of(exponent))
        case Call("abs", (arg,)):
            return abs(value_of(arg))
    raise ValueError


def _added(values: Sequence[int | float]) -> int | float:
    try:
        return sum(values) if all(isinstance(v, int) for v in values) else math.fsum(values)
    except (ValueError, OverflowError):  # opposite infinities, or sums past the largest float
        return sum(map(float, values))


def _shortened(expr: Expr, say: Say, most: int) -> Expr:
    match expr:
        case Sum(terms, line):
            last = terms[-1] if terms else None
            count = len(terms) - (isinstance(last, Num) and last.role == "bias")
            if count > most or (line and count > line * LINES):
                return Sum(_without_middle(terms, count, line, most, say, _added), line)
        case Call(name, args) if len(args) > most:
            together = {"max": max, "min": min}.get(name, _unlike)
            return Call(name, _without_middle(args, len(args), 0, most, say, together))
    return with_parts(expr, lambda part: _shortened(part, say, most))


def _unlike(_: list[int | float]) -> float:
    """Of a mean no part comes to what the whole does."""
    raise ValueError


def _without_middle(
    terms: tuple[Expr, ...],
    count: int,
    line: int,
    most: int,
    say: Say,
    together: Callable[[list[int | float]], int | float],
) -> tuple[Expr, ...]:
    """The first and the last of `count` terms, and between them what the others come to."""
    first, last = 2 * most // 3, most // 4
    if 2 * line > most:  # kernel rows longer than a line of text: a line of terms before, and after
        first, last = most // 6, most // 8
    elif line:  # whole lines, and not too many
        first = line * min(max(1, first // line), LINES - 4)
        last = line * min(max(1, last // line), 3)
    middle = terms[first : count - last]
    try:
        value = Num(together([value_of(term) for term in middle]), "intermediate")
    except (ValueError, ArithmeticError):
        value = None
    rest = Rest(say(Words("… {n} more terms …", n=len(middle))), value)
    return (*terms[:first], rest, *terms[count - last :])


# --- arrays ----------------------------------------------------------------------------

MOST_CELLS = 8
"""Cells of a vector that are all drawn; of more, the first ones and the last."""


def shown(count: int, most: int = MOST_CELLS, keep: int | None = None) -> list[int | None]:
    """Which of `count` cells are drawn: all, or the first ones, `keep` and the last.

    >>> shown(3), shown(20, 6), shown(20, 6, keep=9)
    ([0, 1, 2], [0, 1, 2, 3, None, 19], [0, 1, None, 9, None, 19])
    """
    kept = () if keep is None else (keep,)
    return around(count, most, kept, ends=(1,))


def around(
    count: int, most: int, keep: Collection[int], ends: Sequence[int] = (2, 1)
) -> list[int | None]:
    """Which of `count` are drawn: `keep`, some at both ends, then more of the first.

    Always as many, gaps counted, wherever so many to `keep` stand: `most`, or what these,
    both ends and the gaps take.

    >>> around(24, 11, {10, 11, 12})
    [0, 1, 2, 3, None, 10, 11, 12, None, 22, 23]
    """
    most = max(most, len(keep) + (4 if keep else 3))
    if count <= most:
        return list(range(count))
    chosen: set[int] = set()
    for some in ends:
        chosen = {*keep, *range(some), *range(count - some, count)}
        if len(_with_gaps(chosen)) <= most:
            break
    for i in range(count):
        if len(_with_gaps(chosen | {i})) > most:
            break
        chosen.add(i)
    return _with_gaps(chosen)


def _with_gaps(chosen: Collection[int]) -> list[int | None]:
    """In order, None between those that are apart; one that is missing alone is taken."""
    found: list[int | None] = []
    last: int | None = None
    for i in sorted(chosen):
        if last is not None and i > last + 1:
            found.append(None if i > last + 2 else last + 1)
        found.append(i)
        last = i
    return found


# --- classes ---------------------------------------------------------------------------


LIKELIEST = 3
"""Of the classes, those that are written."""


def likeliest(values: Sequence[float], most: int = LIKELIEST) -> list[int]:
    """Where the largest values stand, the first of equal ones first; NaN and blanks last.

    >>> likeliest([0.1, 0.6, math.nan, 0.1, 0.2], most=4)
    [1, 4, 0, 3]
    """
    return sorted(range(len(values)), key=lambda i: (math.isnan(values[i]), -values[i]))[:most]


def named(name: str) -> str:
    """The name of a class on a line; of blanks in quotes.

    >>> named("e"), named(" ")
    ('e', '“ ”')
    """
    return safe(name) if name.strip() else f"“{safe(name)}”"
