"""Formulas as text, as a person writes them."""

from __future__ import annotations

import pytest

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
    Sum,
    numbers,
)
from nnviz.notation import text, tokens
from nnviz.numerals import exact, rounded


def _each(*names: str) -> Product:
    return Product(tuple(map(Name, names)), each=True)


TEXTS: list[tuple[str, Expr]] = [
    ("(2×−1)", Product((Num(2), Num(-1)))),
    (
        "r ⊙ h + 1 ⊙ (2 − r)",
        Sum((_each("r", "h"), Product((Num(1), Sum((Num(2), Neg(Name("r"))))), each=True))),
    ),
    ("W·(r ⊙ h)", Product((Name("W"), _each("r", "h")), dot=True)),
    ("r ⊙ (W·h)", Product((Name("r"), Product((Name("W"), Name("h")), dot=True)), each=True)),
    ("e^xᵢ", Power(Name("e"), Name("x", "i"))),
    ("2·(3 − 1)", Product((Num(2), Sum((Num(3), Num(-1)))), dot=True)),
    ("1 − 2·3", Sum((Num(1), Neg(Product((Num(2), Num(3)), dot=True))))),
    ("−x", Neg(Name("x"))),
    ("⌊(5 − 2) / 2⌋", Call("floor", (Quotient(Sum((Num(5), Num(-2))), Num(2)),))),
    ("max(1, −2)", Call("max", (Num(1), Num(-2)))),
    ("|−3|²", Power(Call("abs", (Num(-3),)), Num(2))),
    ("hₜ₋₁", Name("h", "t−1")),
    ("h_1,0", Name("h", "1,0")),
    ("1 − 2", Sum((Num(1), Num(-2)))),
    ("−1 + 2", Sum((Num(-1), Num(2)))),
]


@pytest.mark.parametrize(("written", "expr"), TEXTS, ids=[t[0] for t in TEXTS])
def test_expressions_as_a_person_writes_them(written: str, expr: Expr) -> None:
    assert text((Equation((expr,)),), exact) == written


def test_equations_are_joined_and_rounding_is_said() -> None:
    third = Equation((Quotient(Num(1), Num(3)), Num(1 / 3)))
    assert text((third,), rounded) == "1 / 3 ≈ 0.3333"
    assert text((third,), exact) == f"1 / 3 = {1 / 3!r}"
    assert text((Equation((Num(1), Num(1))),) * 2, exact) == "1 = 1; 1 = 1"


def test_lines_of_a_sum_begin_where_its_rows_do() -> None:
    total = Sum(tuple(Num(n) for n in range(1, 7)), per_line=3)
    lines = [t.text for t in tokens(Equation((total,)), exact) if t.line]
    assert lines == [" + "]
    assert [n.value for n in numbers(total)] == [1, 2, 3, 4, 5, 6]
