"""Equations between vectors: each with its label, in symbols, and in cells with their numbers.

Any list of them is drawn: what stands on the right side with the signs between, the sum, the
function it goes through, and what is made. What is worked out on the way (1 − z, tanh c) has its
numbers from the equation; nothing is computed here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import TypeAlias

from nnviz.expressions import (
    Call,
    Expr,
    Name,
    Neg,
    Num,
    Product,
    Quotient,
    Sum,
    leaves,
    parts,
)
from nnviz.figure.formulas.vectors import TermLayout, bracketed
from nnviz.figure.layout.blocks import LEAD, Block, column, flow, row
from nnviz.figure.layout.page import fact_line
from nnviz.figure.layout.style import BODY, SMALL, Piece, Style
from nnviz.libraries import np
from nnviz.records import NamedTuple, dataclass, replace
from nnviz.trace import Role, VectorEquation
from nnviz.words import Words

FEW = 3
"""Equations up to which text is large where more of a matrix could be drawn small."""
Sizes: TypeAlias = "Callable[[Expr, np.ndarray, Name], list[Piece]]"
"""What is said of the size of an expression, from its value and what its equation makes."""


def equation_rows(
    style: Style,
    equations: Sequence[VectorEquation],
    room: float,
    *,
    symbols: bool = True,
    one_hot: bool = False,
    sizes: Sizes | None = None,
) -> Block:
    """The equations one below the other, with the largest text and the most numbers that fit.

    Each has its label above it, and itself in `symbols` unless they stand elsewhere. `one_hot`:
    the input is a character, of which the 1 is never left out. `sizes` stand in place of the
    numbers.
    """
    tried = [[TermLayout(style)]] if sizes else _tried(style, equations)
    made = _best([[_Drawing(equations, t, room, one_hot, sizes) for t in group] for group in tried])
    rows = []
    for equation, block in zip(equations, made.blocks, strict=True):
        head = fact_line(style, equation.label, equation.equation if symbols else None, room)
        rows.append(replace(column([head, block], 8), axis=0))
    return flow(rows, min(style.room, room), 40, 16 if style.on_phone else 24)


def _tried(style: Style, equations: Sequence[VectorEquation]) -> list[list[TermLayout]]:
    """Layouts from the roomiest on, in groups of which the first that fits is as good."""
    few, brief = (6, 5, 4, 3), []
    terse = [style.terser, *(replace(style, precision=min(n, style.precision)) for n in (2, 1))]
    for s in terse:
        brief += [TermLayout(s, SMALL, n, tight=True, rows=3 + (not s.on_phone)) for n in few]
    large = [[TermLayout(style, text, n) for text in (BODY, SMALL)] for n in (8, *few)]
    if len(equations) <= FEW:
        return [*large, brief]
    tight = [TermLayout(s, SMALL, tight=True) for s in (style, style.terser)]
    part = [TermLayout(style, SMALL, n) for n in few]
    part += [TermLayout(s, SMALL, n, tight=True) for s in terse[:2] for n in few]
    return [[*large[0], *tight], part, brief]


def _best(groups: Sequence[Sequence[_Drawing]]) -> _Drawing:
    """Of each group the first with which every equation fits a row; else with which one goes
    on below; where no group has one, the lowest that fits the page at all.
    """
    for drawing, most in [(d, most) for group in groups for most in (0, 1) for d in group]:
        if drawing.broken <= most and drawing.fits:
            return drawing
    *_, last = drawings = [drawing for group in groups for drawing in group]
    return min((d for d in drawings if d.fits), key=lambda d: d.tall, default=last)


@dataclass(frozen=True)
class _Drawing:
    """Equations in one layout."""

    equations: Sequence[VectorEquation]
    layout: TermLayout
    room: float
    one_hot: bool
    sizes: Sizes | None

    @cached_property
    def terms(self) -> list[list[Block]]:
        sides = [_Sides(self.layout, e, self.one_hot, self.sizes) for e in self.equations]
        return [[*equation.blocks()] for equation in sides]

    @cached_property
    def blocks(self) -> list[Block]:
        return [
            flow(terms, self.room, lead=8 if self.layout.tight else LEAD) for terms in self.terms
        ]

    @property
    def broken(self) -> int:
        """How many of them go on below."""
        return sum(row(terms).width > self.room for terms in self.terms)

    @property
    def tall(self) -> float:
        return sum(block.height for block in self.blocks)

    @property
    def fits(self) -> bool:
        return all(block.width <= self.room for block in self.blocks)


# --- one equation ----------------------------------------------------------------------


class _Sides(NamedTuple):
    """An equation as blocks and the signs between them."""

    layout: TermLayout
    equation: VectorEquation
    one_hot: bool
    sizes: Sizes | None

    def blocks(self) -> Iterator[Block]:
        """The right side = what is made; a function between the sum and what it makes of it."""
        left, right = self.equation.left, self.equation.right
        made = self._titled(*self._title(left), left, active=left.role != "intermediate")
        match right:
            case Call(function, (inner,)):
                title, role = self._title(inner)
                if isinstance(inner, Sum) or _has_matrix(inner):
                    yield from self._terms(inner)
                    yield self.layout.sign("=")
                    title, role = Name(self.layout.style.say(Words("sum"))), "intermediate"
                before = self._titled(title, role, inner)
                yield row([before, self.layout.activation_arrow(function), made])
            case _:
                yield from self._terms(right)
                yield self.layout.sign("=")
                yield made

    def _terms(self, expr: Expr) -> Iterator[Block]:
        """What an expression is made of, with its signs."""
        match expr:
            case Sum(terms):
                for i, term in enumerate(terms):
                    minus = isinstance(term, Neg)
                    if i or minus:
                        yield self.layout.sign("−" if minus else "+")
                    yield from self._terms(term.term if isinstance(term, Neg) else term)
            case Product(factors, dot=True):
                yield row([*self._between(factors, "·")])
            case Product(factors, each=each):
                yield from self._between(factors, "⊙" if each else "×")
            case Quotient(over, under):
                yield from self._terms(over) if _is_dot(over) else [self._whole(over)]
                yield self.layout.sign("/")
                yield self._whole(under)
            case _:
                yield self._whole(expr)

    def _between(self, factors: Sequence[Expr], sign: str) -> Iterator[Block]:
        keep = next((k for k in map(self._one, factors) if k is not None), None)
        for i, factor in enumerate(factors):
            if i:
                yield self.layout.sign(sign)
            yield self._whole(factor, keep)

    def _whole(self, expr: Expr, keep: int | None = None) -> Block:
        """An expression as one block: in brackets where a product with a matrix is in it."""
        if _has_matrix(expr):
            return bracketed(self.layout.style, [*self._terms(expr)])
        return self._titled(*self._title(expr), expr, keep=keep)

    def _titled(
        self,
        title: Expr,
        role: Role,
        expr: Expr,
        *,
        active: bool = False,
        keep: int | None = None,
    ) -> Block:
        """The numbers of an expression under a title."""
        at = self.equation.at
        if self.sizes is not None:
            said = self.sizes(expr, at.value(expr), self.equation.left)
            return self.layout.box(title, role, said, active=active, matrix=at.value(expr).ndim > 1)
        like = at.alike.get(expr, at.alike.get(_last(expr)))
        return self.layout.term(title, role, at.value(expr), like=like, active=active, keep=keep)

    def _one(self, expr: Expr) -> int | None:
        """Where the 1 of a character stands."""
        if not self.one_hot or not isinstance(expr, Name) or expr.role != "input":
            return None
        return int(self.equation.at.value(expr).argmax())

    def _title(self, expr: Expr) -> tuple[Expr, Role]:
        """What stands above the numbers of an expression: x₁, 1 − z₁, tanh c₁; and its role."""
        at = self.equation.at
        match expr:
            case Name():
                return at.name(expr), expr.role
            case Call(function, (Name() as inner,)) if function.isalpha():
                return at.name(inner)._replace(text=f"{function} {inner.text}"), "intermediate"
        # A state that a gate scales stays a state.
        return at.here(expr), _last(expr).role if isinstance(expr, Product) else "intermediate"


def _last(expr: Expr) -> Num | Name:
    """The last number or name of an expression."""
    return [*leaves(expr)][-1]


def _has_matrix(expr: Expr) -> bool:
    """Whether a product with a matrix is in it."""
    return _is_dot(expr) or any(map(_has_matrix, parts(expr)))


def _is_dot(expr: Expr) -> bool:
    return isinstance(expr, Product) and expr.dot
