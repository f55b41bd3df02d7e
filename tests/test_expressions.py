"""Formulas as expressions: `≈` stands where working out what is shown gives something else."""

from __future__ import annotations

import math
from decimal import Decimal

import pytest
from hypothesis import given, settings
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
    equal_as_shown,
    numbers,
)
from nnviz.numerals import exact, plain, rounded
from nnviz.trace import text

SUM = Sum((Num(0.1), Num(0.2)))
SIDES: list[tuple[str, Expr, Expr, bool]] = [
    ("a sum that floats miss", SUM, Num(0.1 + 0.2), True),
    ("a product that floats miss", Product((Num(0.1), Num(0.2))), Num(0.1 * 0.2), True),
    ("tiny numbers", Sum((Num(2.5e-5), Num(-1.2e-4))), Num(2.5e-5 - 1.2e-4), True),
    ("a term that was rounded", Sum((Num(0.123456), Num(1))), Num(1.123456), False),
    ("a result that was rounded", Product((Num(1.23), Num(4.56))), Num(1.23 * 4.56), False),
    ("a third", Quotient(Num(1), Num(3)), Num(1 / 3), False),
    ("a mean", Quotient(Sum((Num(1.1), Num(2.2))), Num(2)), Num((1.1 + 2.2) / 2), True),
    ("a difference", Sum((Num(0.3), Neg(Num(0.1)))), Num(0.3 - 0.1), True),
    ("a square", Power(Num(0.1), Num(2)), Num(0.1**2), True),
    ("a maximum", Call("max", (Num(0), Num(-0.1))), Num(0), True),
    ("a maximum of one", Call("max", (Num(0.30000000000000004),)), Num(0.3), True),
    ("roundings that cancel", Sum((Num(0.12345), Num(-0.12345))), Num(0.0), True),
    ("a root that is whole", Power(Sum((Num(9), Num(16))), Quotient(Num(1), Num(2))), Num(5), True),
    ("a root that is not", Power(Num(2), Quotient(Num(1), Num(2))), Num(math.sqrt(2)), False),
    ("tanh of a sum", Call("tanh", (SUM,)), Call("tanh", (Num(0.1 + 0.2),)), True),
    ("tanh of another", Call("tanh", (SUM,)), Call("tanh", (Num(0.31234),)), False),
    ("tanh worked out", Call("tanh", (Num(0.5),)), Num(math.tanh(0.5)), False),
    ("tanh of zero", Call("tanh", (Num(0),)), Num(0.0), True),
    ("a name of noise", Name("y"), Num(0.1 + 0.2), True),
    ("a name of what was rounded", Name("y"), Num(0.123456), False),
    ("infinity", Sum((Num(math.inf), Num(0.123456))), Num(math.inf), True),
    ("very large whole numbers", Sum((Num(10**400), Num(1))), Num(10**400 + 1), True),
]


@pytest.mark.parametrize(
    ("left", "right", "equal"), [c[1:] for c in SIDES], ids=[c[0] for c in SIDES]
)
def test_equal_as_shown(left: Expr, right: Expr, equal: bool) -> None:
    assert equal_as_shown(left, right, rounded) is equal


@pytest.mark.parametrize(
    ("left", "right"), [c[1:3] for c in SIDES[:3]], ids=[c[0] for c in SIDES[:3]]
)
def test_what_is_written_exactly_is_never_approximate(left: Expr, right: Expr) -> None:
    assert equal_as_shown(left, right, exact)


def test_each_sign_is_about_its_own_two_sides() -> None:
    chain = Equation((SUM, Num(0.1 + 0.2), Num(0.123456), Num(0.123456)))
    assert text((chain,), rounded) == "0.1 + 0.2 = 0.3 ≈ 0.1235 = 0.1235"


DECIMALS = st.decimals(-999, 999, places=2, allow_nan=False).map(float) | st.decimals(
    -1, 1, places=6, allow_nan=False
).map(float)


@settings(deadline=None)
@given(
    st.lists(st.tuples(DECIMALS, DECIMALS), min_size=1, max_size=5),
    DECIMALS,
    st.integers(1, 8),
)
def test_approximate_if_and_only_if_the_decimals_shown_do_not_add_up(
    pairs: list[tuple[float, float]], bias: float, precision: int
) -> None:
    def show(value: float) -> str:
        return rounded(value, precision)

    terms: list[Expr] = [Product((Num(a), Num(b))) for a, b in pairs]
    total = sum(a * b for a, b in pairs) + bias
    equation = Equation((Sum((*terms, Num(bias))), Num(total)))
    read = [Decimal(plain(show(n.value))) for n in numbers(equation.sides[0])]
    products = [a * b for a, b in zip(read[:-1:2], read[1:-1:2], strict=True)]
    adds_up = sum(products) + read[-1] == Decimal(plain(show(total)))
    assert (" ≈ " in text((equation,), show)) is not adds_up


def test_what_is_nan_or_infinite_is_equal() -> None:
    third = Product((Num(1 / 3), Num(2.0)))
    for value in (float("nan"), float("inf"), -float("inf")):
        assert equal_as_shown(Sum((third, Num(value))), Num(value), lambda v: f"{v:.3g}")
    assert not equal_as_shown(third, Num(2 / 3), lambda v: f"{v:.3g}")
    assert not equal_as_shown(Product((Num(1.23456e300), Num(1e9))), Num(math.inf), rounded)
