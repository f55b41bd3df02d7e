"""Formulas as small expressions, and whether their sides are equal as they are shown."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from nnviz.numerals import is_blank, plain
from nnviz.records import NamedTuple

if TYPE_CHECKING:
    from fractions import Fraction

Role = Literal["input", "weight", "output", "hidden", "bias", "intermediate", "gradient", "plain"]
"""What a number or an array is; a figure gives each role one hue."""


class Num(NamedTuple):
    """A number with its role."""

    value: int | float
    role: Role = "plain"


class Name(NamedTuple):
    """A symbol, with a sub- and a superscript where it has them: h with sub "t−1", sup "(2)"."""

    text: str
    sub: str = ""
    role: Role = "plain"
    sup: str = ""


def indexed(letter: str, index: Sequence[int], role: Role = "plain") -> Name:
    """A symbol of one cell: x₁,₂."""
    return Name(letter, ",".join(map(str, index)), role)


class Product(NamedTuple):
    """Factors, shown in brackets with ×: (2×1); `dot` shows 2·1 without brackets.

    `each` is the product of vectors number by number: r ⊙ h.
    """

    factors: tuple[Expr, ...]
    dot: bool = False
    each: bool = False


class Sum(NamedTuple):
    """Terms; `per_line` says how many belong together (a kernel row), 0 if all."""

    terms: tuple[Expr, ...]
    per_line: int = 0


class Rest(NamedTuple):
    """Terms of a long sum or maximum that are left out: how many, in words, and what they come
    to, where that can be worked out.
    """

    said: str
    value: Num | None


class Neg(NamedTuple):
    """A term taken away: … − 1·(3 − 1)."""

    term: Expr


class Call(NamedTuple):
    """A function: tanh(…), max(…, …); floor and ceil are drawn as ⌊…⌋ and ⌈…⌉."""

    function: str
    args: tuple[Expr, ...]


class Quotient(NamedTuple):
    """`over` divided by `under`."""

    over: Expr
    under: Expr


class Power(NamedTuple):
    """`base` to the `exponent`."""

    base: Expr
    exponent: Expr


Expr: TypeAlias = Num | Name | Product | Sum | Rest | Neg | Call | Quotient | Power


class Equation(NamedTuple):
    """Sides that are equal, left to right: (2×1) + (3×0) = 2, or h = tanh(…) = 0.46."""

    sides: tuple[Expr, ...]


Formula: TypeAlias = Sequence[Equation]

Show: TypeAlias = Callable[[int | float], str]


def parts(expr: Expr) -> tuple[Expr, ...]:
    """What an expression is made of, left to right; nothing of a number or a name."""
    match expr:
        case Product(factors=inner) | Sum(terms=inner) | Call(args=inner):
            return inner
        case Neg(term) | Rest(value=Num() as term):
            return (term,)
        case Quotient(over=a, under=b) | Power(base=a, exponent=b):
            return a, b
    return ()


def with_parts(expr: Expr, change: Callable[[Expr], Expr]) -> Expr:
    """The same expression of changed parts; a number or a name as it is."""
    match expr:
        case Product(factors):
            return expr._replace(factors=tuple(map(change, factors)))
        case Sum(terms):
            return expr._replace(terms=tuple(map(change, terms)))
        case Call(_, args):
            return expr._replace(args=tuple(map(change, args)))
        case Neg(term):
            return Neg(change(term))
        case Quotient(a, b):
            return Quotient(change(a), change(b))
        case Power(a, b):
            return Power(change(a), change(b))
    return expr


def inside(expr: Expr) -> Iterator[Expr]:
    """An expression and everything that it is made of, left to right."""
    yield expr
    for part in parts(expr):
        yield from inside(part)


def leaves(expr: Expr) -> Iterator[Num | Name]:
    """Every number and name of an expression, left to right."""
    return (part for part in inside(expr) if isinstance(part, Num | Name))


def numbers(expr: Expr) -> Iterator[Num]:
    """Every number of an expression, left to right."""
    return (leaf for leaf in leaves(expr) if isinstance(leaf, Num))


def names(expr: Expr) -> Iterator[Name]:
    """Every name of an expression, left to right."""
    return (leaf for leaf in leaves(expr) if isinstance(leaf, Name))


# --- equal as shown ------------------------------------------------------------

_NOISE = 1e-15
"""A few units in the last place: how far 0.1 + 0.2 is from 0.3."""
_MOST = 64
"""The largest whole exponent that is worked out."""
_EXACT: dict[str, Callable[..., Any]] = {
    "abs": abs,
    "ceil": math.ceil,
    "floor": math.floor,
    "max": lambda *v: max(v),
    "mean": lambda *v: sum(v) / len(v),
    "min": lambda *v: min(v),
    "relu": lambda v: max(0, v),
}
"""Functions of which decimal numbers make decimal numbers."""


def equal_as_shown(left: Expr, right: Expr, show: Show) -> bool:
    """Whether a person who works out what is shown on both sides finds the same.

    In decimals where that can be done, so that 0.1 + 0.2 is 0.3. Where it cannot, as in
    tanh(0.5), the sides are equal if no number was rounded.
    """
    shown = [*numbers(left), *numbers(right)]
    if any(is_blank(number.value) for number in shown):
        return True  # for who fills it in
    left_is_finite = all(math.isfinite(_float(n.value)) for n in numbers(left))
    if isinstance(right, Num) and not (left_is_finite or math.isfinite(_float(right.value))):
        return True  # no rounding takes a NaN or an infinity away
    if not any(_off(n.value, show, 0) for n in shown):
        return True
    worked = _worked_out(left, show), _worked_out(right, show)
    if None not in worked:
        return worked[0] == worked[1]
    match left, right:
        case Call(f, a), Call(g, b) if f == g and len(a) == len(b):
            return all(equal_as_shown(x, y, show) for x, y in zip(a, b, strict=True))
    return not any(_off(n.value, show, _NOISE) for n in shown)


def shown_exactly(number: Num, show: Show) -> bool:
    """Whether nothing of a number is lost where it is shown."""
    return not _off(number.value, show, 0)


def _float(value: int | float) -> float:
    try:
        return float(value)
    except OverflowError:  # A whole number of hundreds of digits.
        return 0.0


def _off(value: int | float, show: Show, most: float) -> bool:
    """Whether the number shown is off by more than `most` of it; a blank is not."""
    if is_blank(value):
        return False
    try:
        return abs(float(plain(show(value))) - value) > most * abs(value)
    except OverflowError:  # A whole number of hundreds of digits is shown whole.
        return False


def _worked_out(expr: Expr, show: Show) -> Fraction | None:
    """What the numbers shown come to; None where that is not a fraction."""
    from fractions import Fraction

    try:
        return Fraction(_fraction(expr, show))
    except (ValueError, ZeroDivisionError):
        return None


def _fraction(expr: Expr, show: Show) -> Any:
    from fractions import Fraction

    match expr:
        case Num(value):
            return Fraction(plain(show(value)))
        case Rest(value=Num() as value):
            return _fraction(value, show)
        case Neg(term):
            return -_fraction(term, show)
        case Sum(terms):
            return sum(_fraction(term, show) for term in terms)
        case Product(factors):
            return math.prod(_fraction(factor, show) for factor in factors)
        case Quotient(over, under):
            return _fraction(over, show) / _fraction(under, show)
        case Power(base, Num(int() as exponent)) if abs(exponent) <= _MOST:
            return _fraction(base, show) ** exponent
        case Call(function, args) if function in _EXACT:
            return _EXACT[function](*(_fraction(arg, show) for arg in args))
    raise ValueError
