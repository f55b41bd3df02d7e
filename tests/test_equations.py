"""Equations between vectors: worked out, written number by number, and made when asked for."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drawing import generators
from helpers import assert_formula_holds
from nnviz.equations import Fact, Substitution, VectorEquation, lists, number_by_number
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
)
from nnviz.notation import text
from nnviz.numerals import exact
from nnviz.words import Words

W, H, R, B = Name("W", role="weight"), Name("h", "t−1", "hidden"), Name("r"), Name("b")
Y, M = Name("y", "t", "output"), Name("m")
VALUES: dict[Expr, Any] = {
    W: [[2, 3], [5, 7]],
    H: [1, -1],
    R: [0.5, 0.25],
    B: [10, 20],
    M: 4,
}
WH = Product((W, H), dot=True)


def at(**more: Any) -> Substitution:
    values = {name: np.asarray(value) for name, value in VALUES.items()}
    return Substitution(values, {"t": "2", "t−1": "1"}, **more)


def made(right: Expr, value: Any, **more: Any) -> VectorEquation:
    """y = right, with the value of y."""
    found = at(**more)
    put_in = Substitution({**found.values, Y: np.asarray(value)}, found.subs, **more)
    return put_in.equations([Fact(Words("output"), Equation((Y, right)))])[0]


WORKED: list[tuple[str, Expr, Any]] = [
    ("a product with a matrix", WH, [-1, -2]),
    ("a sum", Sum((WH, B)), [9, 18]),
    ("numbers by numbers", Product((R, H), each=True), [0.5, -0.25]),
    ("what is left of one", Sum((Num(1), Neg(R))), [0.5, 0.75]),
    ("a vector by a number", Quotient(B, M), [2.5, 5]),
    ("a square", Power(B, Num(2)), [100, 400]),
    ("the mean", Call("mean", (B,)), 15),
    ("a root", Call("√", (M,)), 2),
    ("a matrix by a matrix", Product((W, W), dot=True), [[19, 27], [45, 64]]),
    ("shares", Call("softmax", (Name("none"),)), [0.5, 0.5]),
]


@pytest.mark.parametrize(("expr", "value"), [w[1:] for w in WORKED], ids=[w[0] for w in WORKED])
def test_an_expression_is_worked_out(expr: Expr, value: Any) -> None:
    found = Substitution({**at().values, Name("none"): np.zeros(2)})
    np.testing.assert_allclose(found.value(expr), value, rtol=1e-15)


def test_a_sum_that_the_operation_knows_is_not_worked_out_again() -> None:
    known = Substitution({Sum((WH, B)): np.array([1.0, 2.0])})
    assert known.value(Sum((WH, B))).tolist() == [1, 2]
    with pytest.raises(LookupError, match=r"no value was put in for .*'b'"):
        known.value(Sum((B, WH)))


def test_a_quotient_and_a_power_of_the_same_parts_are_two_things() -> None:
    found = at()
    assert [float(found.value(f(M, Num(2)))) for f in (Quotient, Power)] == [2, 16]


WRITTEN: list[tuple[str, Expr, Any, str]] = [
    (
        "a matrix is a product a column",
        Sum((WH, B)),
        [9, 18],
        "y₂,₀ = (1×2) + (−1×3) + 10 = 9; y₂,₁ = (1×5) + (−1×7) + 20 = 18",
    ),
    (
        "a function of each number",
        Call("relu", (WH,)),
        [0, 0],
        "y₂,₀ = relu((1×2) + (−1×3)) = relu(−1) = 0; y₂,₁ = relu((1×5) + (−1×7)) = relu(−2) = 0",
    ),
    (
        "numbers by numbers, and by a sum",
        Product((R, Sum((WH, B))), each=True),
        [4.5, 4.5],
        "y₂,₀ = (0.5×((1×2) + (−1×3) + 10)) = 4.5; y₂,₁ = (0.25×((1×5) + (−1×7) + 20)) = 4.5",
    ),
    (
        "a matrix and a vector times a vector",
        Product((W, Product((R, H), each=True)), dot=True),
        [0.25, 0.75],
        "y₂,₀ = (0.5×1×2) + (0.25×(−1)×3) = 0.25; y₂,₁ = (0.5×1×5) + (0.25×(−1)×7) = 0.75",
    ),
    (
        "what is left of one",
        Sum((Num(1), Neg(R))),
        [0.5, 0.75],
        "y₂,₀ = 1 − 0.5 = 0.5; y₂,₁ = 1 − 0.25 = 0.75",
    ),
    ("one number of all", Call("mean", (B,)), 15, "y₂ = mean(10, 20) = 15"),
    (
        "a number to each",
        Quotient(Sum((B, Neg(M))), Call("√", (M,))),
        [3, 8],
        "y₂,₀ = (10 − 4) / √(4) = 3; y₂,₁ = (20 − 4) / √(4) = 8",
    ),
    (
        "a matrix of numbers",
        Product((W, W), dot=True),
        [[19, 27], [45, 64]],
        "y₂,₀,₀ = (2×2) + (5×3) = 19; y₂,₀,₁ = (3×2) + (7×3) = 27; "
        "y₂,₁,₀ = (2×5) + (5×7) = 45; y₂,₁,₁ = (3×5) + (7×7) = 64",
    ),
]


@pytest.mark.parametrize(
    ("right", "value", "said"), [w[1:] for w in WRITTEN], ids=[w[0] for w in WRITTEN]
)
def test_an_equation_is_written_number_by_number(right: Expr, value: Any, said: str) -> None:
    assert text(number_by_number([made(right, value)]), exact) == said


@pytest.mark.parametrize(
    ("function", "value", "said"),
    [
        ("sigmoid", [0.25, 0.75], ["sigmoid(z₂,₀)", "sigmoid(z₂,₁)"]),
        ("softmax", [0.25, 0.75], ["e⁻¹ / (e⁻¹ + e⁻²)", "e⁻² / (e⁻¹ + e⁻²)"]),
    ],
)
def test_a_sum_with_a_name_is_an_equation_of_its_own(
    function: str, value: list[float], said: list[str]
) -> None:
    equation = made(Call(function, (WH,)), value, called={WH: Name("z", "t")})
    lines = number_by_number([equation])
    assert [text([line], exact) for line in lines[::2]] == [
        "z₂,₀ = (1×2) + (−1×3) = −1",
        "z₂,₁ = (1×5) + (−1×7) = −2",
    ]
    assert [text([line], exact) for line in lines[1::2]] == [
        f"y₂,{'₀₁'[u]} = {of} = {value[u]}" for u, of in enumerate(said)
    ]


def test_equations_of_a_group_go_unit_by_unit_and_groups_one_after_the_other() -> None:
    first, second = made(B, [10, 20]), made(R, [0.5, 0.25])
    together = [line.sides[-1] for line in number_by_number([first, second])]
    apart = [line.sides[-1] for line in number_by_number([first], [], [second])]
    assert [n.value for n in together if isinstance(n, Num)] == [10, 0.5, 20, 0.25]
    assert [n.value for n in apart if isinstance(n, Num)] == [10, 20, 0.5, 0.25]


def test_the_numbers_of_a_long_equation_are_made_when_asked_for() -> None:
    rows = 10**9
    wide = Substitution({Y: np.broadcast_to(1.0, rows), B: np.broadcast_to(1.0, rows)})
    lines = number_by_number(wide.equations([Fact(Words("output"), Equation((Y, B)))]))
    assert len(lines) == rows
    assert text([lines[-1]], exact) == "yₜ,₉₉₉₉₉₉₉₉₉ = 1.0 = 1.0"


def test_symbols_take_the_time_of_the_step() -> None:
    assert at().here(Sum((Neg(H), Product((W, Y))))) == Sum(
        (Neg(H._replace(sub="1")), Product((W, Y._replace(sub="2"))))
    )


def test_quantities_are_the_document() -> None:
    assert lists(at().quantities(b=B, size=M)) == {"b": [10, 20], "size": 4}


@settings(deadline=None)
@given(generators, st.integers(1, 4), st.integers(1, 4), st.sampled_from(["tanh", "σ", "relu"]))
def test_what_is_written_is_what_is_worked_out(
    rng: np.random.Generator, rows: int, columns: int, function: str
) -> None:
    values: dict[Expr, np.ndarray] = {
        W: rng.normal(size=(rows, columns)),
        H: rng.normal(size=columns),
        R: rng.normal(size=rows),
        B: rng.normal(size=rows),
    }
    scaled = Product((R, Sum((WH, Neg(B)))), each=True)
    right = Call(function, (Sum((scaled, Quotient(B, Num(2)))),))
    known = Substitution({**values, Y: Substitution(values).value(right)})
    lines = number_by_number(known.equations([Fact(Words("output"), Equation((Y, right)))]))
    assert len(lines) == rows
    assert_formula_holds(lines)
