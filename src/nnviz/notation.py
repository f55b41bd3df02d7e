"""Formulas as text: the pieces of an equation with the roles that colour them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

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
from nnviz.records import NamedTuple

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
    return Notation(show).equation(equation)


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
        return "_" + token.text if named or set(low) & set(token.text) - {","} else low
    if token.place == "sup":
        high = raised(token.text)
        written = f"({token.text.replace(' ', '')})" if " " in token.text else token.text
        return high if not set(high) & set(token.text) - {"↑"} else "^" + written
    return token.text


_BRACKETS = {"floor": ("⌊", "⌋"), "ceil": ("⌈", "⌉"), "abs": ("|", "|")}


class Notation:
    """How formulas are written: on a line, with brackets where the order of work needs them.

    Another notation has other signs, and its own ways to write what is more than a sign.
    """

    minus, times, dot, each = "−", "×", "·", " ⊙ "
    equal, about = EQUAL, ABOUT
    loose: tuple[type[Expr], ...] = (Sum, Quotient)
    """What falls apart in a product."""

    def __init__(self, show: Show) -> None:
        self.show = show

    def equation(self, equation: Equation) -> Iterator[Token]:
        """The sides, and what stands between them."""
        sides = equation.sides
        for i, side in enumerate(sides):
            if i:
                same = equal_as_shown(sides[i - 1], side, self.show)
                yield Token(self.equal if same else self.about)
            yield from self.expr(side)

    def expr(self, expr: Expr) -> Iterator[Token]:
        """The pieces of an expression."""
        match expr:
            case Num(value, role):
                yield Token(self.number(value), role)
            case Name():
                yield from self.name(expr)
            case Product():
                yield from self._product(expr)
            case Sum():
                yield from self._sum(expr)
            case Rest():
                yield from self._rest(expr)
            case Neg(term):
                yield Token(self.minus)
                yield from self._grouped(term)
            case Call():
                yield from self.call(expr)
            case Quotient():
                yield from self.quotient(expr)
            case Power(base, exponent):
                yield from self._grouped(base, apart=(Product, Quotient, Power))
                role = exponent.role if isinstance(exponent, Num) else "plain"
                # There is no place lower in what is raised: xᵢ stands on a line of its own.
                yield Token(self.line(self.expr(exponent)), role, "sup")

    # --- what is written otherwise elsewhere -----------------------------------------

    def number(self, value: int | float) -> str:
        """A number as it is shown."""
        return self.show(value).replace("-", self.minus)

    def name(self, name: Name) -> Iterator[Token]:
        """A symbol, and what stands lower and higher after it."""
        for text, place in zip((name.text, name.sub, name.sup), _PLACES, strict=True):
            if text:
                yield Token(text, name.role, place)

    def call(self, call: Call) -> Iterator[Token]:
        """A function of its arguments."""
        before, after = _BRACKETS.get(call.function, (call.function + "(", ")"))
        yield Token(before)
        yield from self.joined(call.args)
        yield Token(after)

    def quotient(self, quotient: Quotient) -> Iterator[Token]:
        """A division."""
        yield from self._grouped(quotient.over, opens=True)
        yield Token(" / ")
        yield from self._grouped(quotient.under, apart=(Product,))

    def line(self, pieces: Iterable[Token]) -> str:
        """Pieces on one line."""
        return "".join(map(flat, pieces))

    def said(self, said: str) -> str:
        """Words in a formula."""
        return said

    def brackets(self, pieces: Sequence[Token]) -> list[Token]:
        """Pieces between round brackets."""
        return [Token("("), *pieces, Token(")")]

    # --- sums and products -----------------------------------------------------------

    def joined(self, parts: Sequence[Expr]) -> Iterator[Token]:
        """Expressions with commas between them."""
        for i, part in enumerate(parts):
            if i:
                yield Token(", ")
            yield from self.expr(part)

    def _product(self, product: Product) -> Iterator[Token]:
        sign = self.each if product.each else self.dot if product.dot else self.times
        pieces: list[Token] = []
        for i, factor in enumerate(product.factors):
            pieces += [Token(sign)] if i else []
            each = (Product,) if product.each else ()
            pieces += self._grouped(factor, opens=i == 0, apart=each)
        yield from pieces if product.dot or product.each else self.brackets(pieces)

    def _sum(self, total: Sum) -> Iterator[Token]:
        each = [(term, i == 0) for line in lines(total) for i, term in enumerate(line)]
        for i, (term, begins) in enumerate(each):
            pieces = list((self._grouped if isinstance(term, Sum) else self.expr)(term))
            if i:
                minus = pieces[0].text.startswith(self.minus)
                signed = minus and isinstance(term, Num | Neg)
                yield Token(f" {self.minus} " if signed else " + ", line=begins)
                if signed:
                    pieces[0] = pieces[0]._replace(text=pieces[0].text[1:])
                elif minus:
                    pieces = self.brackets(pieces)
            yield from (piece for piece in pieces if piece.text)

    def _rest(self, rest: Rest) -> Iterator[Token]:
        """(… 104 more terms … = 12)."""
        said, value = self.said(rest.said), rest.value
        if value is None:
            yield Token(said)
            return
        sign = self.equal if shown_exactly(value, self.show) else self.about
        yield Token(f"({said}{sign}")
        yield Token(self.number(value.value), value.role)
        yield Token(")")

    def _grouped(
        self, expr: Expr, *, opens: bool = False, apart: tuple[type[Expr], ...] = ()
    ) -> Iterator[Token]:
        """An expression inside a product, quotient or power: a sum gets brackets.

        So does what begins with a minus sign, unless it `opens` the product: 3×(−1), −1×3; and
        what stands `apart` in it, with a number that is a product with a power of ten: (2×10⁻⁷)².
        """
        pieces = list(self.expr(expr))
        match expr:
            case Product(_, dot, each):  # The others have brackets of their own.
                whole = each or (dot and Product in apart)
            case Num():
                whole = bool(apart) and self.times in pieces[0].text
            case _:
                whole = isinstance(expr, (*self.loose, *apart))
        minus = pieces[0].text.startswith(self.minus)
        yield from self.brackets(pieces) if whole or (minus and not opens) else pieces


_PLACES: tuple[Literal["", "sub", "sup"], ...] = ("", "sub", "sup")
