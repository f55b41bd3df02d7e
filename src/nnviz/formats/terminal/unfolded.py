"""A formula as it comes to be: a sum term by term, then what it comes to."""

from __future__ import annotations

from collections.abc import Iterator

from nnviz.elision import Say, shortened, value_of
from nnviz.expressions import Call, Equation, Expr, Name, Power, Quotient, Rest, Sum
from nnviz.records import NamedTuple
from nnviz.trace import Formula

_MORE = Name("…")
"""Stands for the terms that are still to come."""


class Beat(NamedTuple):
    """A formula as far as it is written."""

    number: int
    """Which equation of it is being written, from 0; those before it are whole."""
    equation: Equation
    ends: bool
    """Whether its last side is there: what it comes to."""
    term: int | None = None
    """Which term of the sum was written last, from 0; none where there is no sum."""
    total: int | float | None = None
    """What the terms that are there come to, while there are more."""


def beats(formula: Formula, say: Say) -> Iterator[Beat]:
    """Every state of a formula, each with one thing more than the one before.

    >>> from nnviz.expressions import Num
    >>> terms = Num(2), Num(3)
    >>> found = list(beats([Equation((Sum(terms), Num(5)))], str))
    >>> [(beat.term, beat.total, beat.ends) for beat in found]
    [(0, 2, False), (1, None, False), (None, None, True)]
    """
    for number, whole in enumerate(formula):
        sides = shortened(whole, say).sides
        for i, side in enumerate(sides):
            last = i == len(sides) - 1
            if isinstance(side, Name) and i == 0 and not last:
                continue  # A name is written with what it is.
            count = len(_terms(whole.sides[i]))
            for part, term, total in _grown(side):
                at = None if term is None else _in_whole(_terms(side), term, count)
                yield Beat(number, Equation((*sides[:i], part)), last, at, total)


def _terms(expr: Expr) -> tuple[Expr, ...]:
    """The terms of the sum, or the arguments of the function, that an expression is about."""
    match expr:
        case Sum(terms=several) | Call(args=several) if len(several) > 1:
            return several
        case Call(args=(inner,)) | Quotient(over=inner) | Power(base=inner):
            return _terms(inner)
    return ()


def _grown(expr: Expr) -> Iterator[tuple[Expr, int | None, int | float | None]]:
    """The expression with its first term, with two …; which one is new; what they come to."""
    match expr:
        case Sum(terms=several) | Call(args=several) if len(several) > 1:
            for n in range(1, len(several) + 1):
                some = several[:n]
                made = some if n == len(several) else (*some, _MORE)
                total = _total(expr, some) if n < len(several) else None
                grown = Sum(made, expr.per_line) if isinstance(expr, Sum) else Call(expr[0], made)
                yield grown, n - 1, total
        case Call(args=(inner,)) | Quotient(over=inner) | Power(base=inner):
            for part, term, total in _grown(inner):
                yield _around(expr, part), term, total
        case _:
            yield expr, None, None


def _around(expr: Call | Quotient | Power, inner: Expr) -> Expr:
    """The same of another sum."""
    if isinstance(expr, Call):
        return Call(expr.function, (inner,))
    return expr._replace(over=inner) if isinstance(expr, Quotient) else Power(inner, expr.exponent)


def _total(expr: Sum | Call, terms: tuple[Expr, ...]) -> int | float | None:
    try:
        if isinstance(expr, Sum):
            return value_of(Sum(terms))
        return max(map(value_of, terms)) if expr.function == "max" else None
    except (ValueError, ZeroDivisionError):
        return None


def _in_whole(terms: tuple[Expr, ...], i: int, count: int) -> int | None:
    """Where a term of a sum without its middle stands in all of it; none of the middle itself."""
    rest = next((j for j, term in enumerate(terms) if isinstance(term, Rest)), len(terms))
    return None if i == rest else i if i < rest else i + count - len(terms)
