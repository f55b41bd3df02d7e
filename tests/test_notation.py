"""Formulas as text, as a person writes them."""

from __future__ import annotations

import re
from fractions import Fraction
from math import prod

import pytest
from hypothesis import given
from hypothesis import strategies as st

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


def _times(*values: int) -> Product:
    return Product(tuple(map(Num, values)))


def _dot(*values: int) -> Product:
    return Product(tuple(map(Num, values)), dot=True)


TEXTS: list[tuple[str, Expr]] = [
    ("(2×(−1))", Product((Num(2), Num(-1)))),
    ("(−2×(−1)×3)", Product((Num(-2), Num(-1), Num(3)))),
    ("(1×(−2)) + (−1×2) − 3", Sum((_times(1, -2), _times(-1, 2), Num(-3)))),
    ("−2·(−3) + (−2·3)", Sum((_dot(-2, -3), _dot(-2, 3)))),
    ("2 − (−3) − (−2·3)", Sum((Num(2), Neg(Num(-3)), Neg(_dot(-2, 3))))),
    ("−6 / (−2)", Quotient(Num(-6), Num(-2))),
    ("1 + (−6 / 2)", Sum((Num(1), Quotient(Num(-6), Num(2))))),
    ("6 / (2·3)", Quotient(Num(6), _dot(2, 3))),
    ("(−2)^x", Power(Num(-2), Name("x"))),
    ("((1×2) + 3)²", Power(Sum((_times(1, 2), Num(3))), Num(2))),
    ("(1×2)²", Power(_times(1, 2), Num(2))),
    ("6 / 2²", Quotient(Num(6), Power(Num(2), Num(2)))),
    ("(2²)³", Power(Power(Num(2), Num(2)), Num(3))),
    ("e⁻²", Power(Name("e"), Num(-2))),
    ("h ⊙ (−1)", Product((Name("h"), Num(-1)), each=True)),
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
    ("h₁,₀", Name("h", "1,0")),
    ("h_f,0", Name("h", "f,0")),
    ("1 − 2", Sum((Num(1), Num(-2)))),
    ("−1 + 2", Sum((Num(-1), Num(2)))),
]


def test_a_power_of_ten_is_bracketed_where_it_would_be_read_as_another() -> None:
    tiny = Num(2e-7)
    written = Sum((Product((Num(3), tiny)), Quotient(Num(1), tiny), Power(tiny, Num(2))))
    assert text((Equation((written,)),), rounded) == "(3×2×10⁻⁷) + 1 / (2×10⁻⁷) + (2×10⁻⁷)²"


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


BOOLS = st.booleans()
NUMBERS = st.integers(-9, 9).map(Num)
EXPRESSIONS = st.recursive(
    NUMBERS,
    lambda inner: (
        st.lists(inner, min_size=1, max_size=3).map(lambda v: Sum(tuple(v)))
        | st.builds(
            lambda v, dot: Product(tuple(v), dot), st.lists(inner, min_size=2, max_size=3), BOOLS
        )
        | inner.map(Neg)
        | st.builds(Quotient, inner, inner)
        | st.builds(Power, inner, st.integers(0, 3).map(Num))
    ),
    max_leaves=6,
)


@given(EXPRESSIONS)
def test_what_is_written_is_what_python_reads(expr: Expr) -> None:
    """No two signs meet, and the brackets say what belongs together."""
    written = text((Equation((expr,)),), exact)
    assert not re.search("[−+×·/] ?−", written)
    python = written.translate(str.maketrans("−×·", "-**"))
    python = re.sub("[⁰¹²³]", lambda m: f"**{'⁰¹²³'.index(m[0])}", python)
    python = re.sub(r"(?<!\*)\b(\d)\b", r"F(\1)", python)
    try:
        value = _value(expr)
    except ZeroDivisionError:
        return
    assert eval(python, {"F": Fraction}) == value


def _value(expr: Expr) -> Fraction:
    match expr:
        case Num(value):
            return Fraction(value)
        case Sum(terms):
            return sum(map(_value, terms), Fraction())
        case Product(factors):
            return prod(map(_value, factors), start=Fraction(1))
        case Neg(term):
            return -_value(term)
        case Quotient(a, b):
            return _value(a) / _value(b)
        case Power(base, Num(exponent)):
            return Fraction(_value(base) ** exponent)
    raise AssertionError(expr)
