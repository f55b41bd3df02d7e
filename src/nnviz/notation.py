"""Formulas as text: the pieces of an equation with the roles that colour them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from nnviz.elision import lines
from nnviz.expressions import (
    Call,
    Equation,
    Expr,
    Formula,
    Name,
    Neg,
    Num,
    Power,
    Product,
    Quotient,
    Rest,
    Role,
    Show,
    Sum,
    equal_as_shown,
    shown_exactly,
)
from nnviz.numerals import lowered, raised

EQUAL, ABOUT = " = ", " ≈ "
"""What stands between the sides of an equation, as they are shown."""


class Token(NamedTuple):
    """A piece of a formula as text, with the role that colours it.

    `place` is "sub" or "sup" for what stands lower or higher; `line` begins a new line
    of a long sum.
    """

    text: str
    role: Role = "plain"
    place: Literal["", "sub", "sup"] = ""
    line: bool = False


def tokens(equation: Equation, show: Show) -> Iterator[Token]:
    """An equation as coloured text; `≈` stands where the numbers shown are not equal."""
    for i, side in enumerate(equation.sides):
        if i:
            yield Token(EQUAL if equal_as_shown(equation.sides[i - 1], side, show) else ABOUT)
        yield from _expr(side, show)


def text(formula: Formula, show: Show) -> str:
    """A formula as a person writes it, on one line.

    >>> text((Equation((Sum((Num(2), Num(-3))), Num(-1))),), str)
    '2 − 3 = −1'
    """
    lines = ("".join(flat(t) for t in tokens(equation, show)) for equation in formula)
    return "; ".join(lines)


def flat(token: Token) -> str:
    """A piece of a formula on one line: sub- and superscripts as signs, else after a `_`.

    Weights and biases are W_x, b_f: few letters are there as signs, and one style suits all.
    """
    if token.place == "sub":
        low = lowered(token.text)
        named = token.role in ("weight", "bias") and any(map(str.isalpha, token.text))
        return "_" + token.text if named or set(low) & set(token.text) else low
    if token.place == "sup":
        high = raised(token.text)
        written = f"({token.text.replace(' ', '')})" if " " in token.text else token.text
        return high if not set(high) & set(token.text) else "^" + written
    return token.text


_OPEN, _SHUT = Token("("), Token(")")
_BRACKETS = {"floor": ("⌊", "⌋"), "ceil": ("⌈", "⌉"), "abs": ("|", "|")}


_PLACES: tuple[Literal["", "sub", "sup"], ...] = ("", "sub", "sup")


def _symbol(texts: Sequence[str], role: Role) -> Iterator[Token]:
    """A name, and what stands lower and higher after it."""
    for text, place in zip(texts, _PLACES, strict=True):
        if text:
            yield Token(text, role, place)


def _expr(expr: Expr, show: Show) -> Iterator[Token]:
    match expr:
        case Num(value, role):
            yield Token(_signed(value, show), role)
        case Name(name, sub, role, sup):
            yield from _symbol((name, sub, sup), role)
        case Product():
            yield from _product(expr, show)
        case Sum():
            yield from _sum(expr, show)
        case Rest(said, value):
            yield from _rest(said, value, show)
        case Neg(term):
            yield Token("−")
            yield from _grouped(term, show)
        case Call(function, args):
            before, after = _BRACKETS.get(function, (function + "(", ")"))
            yield Token(before)
            yield from _joined(args, ", ", show)
            yield Token(after)
        case Quotient(over, under):
            yield from _grouped(over, show, opens=True)
            yield Token(" / ")
            yield from _grouped(under, show, apart=(Product,))
        case Power(base, exponent):
            yield from _grouped(base, show, apart=(Product, Power))
            role = exponent.role if isinstance(exponent, Num) else "plain"
            # There is no place lower in what is raised: xᵢ stands on a line of its own.
            yield Token("".join(flat(t) for t in _expr(exponent, show)), role, "sup")


def _product(product: Product, show: Show) -> Iterator[Token]:
    bare = product.dot or product.each
    each = (Product,) if product.each else ()
    if not bare:
        yield Token("(")
    for i, factor in enumerate(product.factors):
        if i:
            yield Token(" ⊙ " if product.each else "·" if product.dot else "×")
        yield from _grouped(factor, show, opens=i == 0, apart=each)
    if not bare:
        yield Token(")")


def _sum(total: Sum, show: Show) -> Iterator[Token]:
    each = [(term, i == 0) for line in lines(total) for i, term in enumerate(line)]
    for i, (term, begins) in enumerate(each):
        pieces = list((_grouped if isinstance(term, Sum) else _expr)(term, show))
        if i:
            minus = pieces[0].text.startswith("−")
            signed = minus and isinstance(term, Num | Neg)
            yield Token(" − " if signed else " + ", line=begins)
            if signed:
                pieces[0] = pieces[0]._replace(text=pieces[0].text[1:])
            elif minus:
                pieces = [_OPEN, *pieces, _SHUT]
        yield from (piece for piece in pieces if piece.text)


def _rest(said: str, value: Num | None, show: Show) -> Iterator[Token]:
    """(… 104 more terms … = 12)."""
    if value is None:
        yield Token(said)
        return
    yield Token(f"({said}{EQUAL if shown_exactly(value, show) else ABOUT}")
    yield Token(_signed(value.value, show), value.role)
    yield _SHUT


def _joined(parts: Sequence[Expr], between: str, show: Show) -> Iterator[Token]:
    for i, part in enumerate(parts):
        if i:
            yield Token(between)
        yield from _expr(part, show)


def _grouped(
    expr: Expr, show: Show, *, opens: bool = False, apart: tuple[type[Expr], ...] = ()
) -> Iterator[Token]:
    """An expression inside a product, quotient or power: a sum gets brackets.

    So does what begins with a minus sign, unless it `opens` the product: 3×(−1), −1×3; and
    what stands `apart` in it, with a number that is a product with a power of ten: (2×10⁻⁷)².
    """
    pieces = list(_expr(expr, show))
    match expr:
        case Product(_, dot, each):  # The others have brackets of their own.
            whole = each or (dot and Product in apart)
        case Num():
            whole = bool(apart) and "×" in pieces[0].text
        case _:
            whole = isinstance(expr, (Sum, Quotient, *apart))
    if whole or (pieces[0].text.startswith("−") and not opens):
        pieces = [_OPEN, *pieces, _SHUT]
    yield from pieces


def _signed(value: int | float, show: Show) -> str:
    return show(value).replace("-", "−")
