"""Any list of equations between vectors as a figure."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drawing import generators
from nnviz.equations import Fact, Substitution, VectorEquation
from nnviz.expressions import Call, Equation, Expr, Name, Neg, Num, Power, Product, Quotient, Sum
from nnviz.figure.formulas.equations import equation_rows
from nnviz.figure.layout.blocks import Block
from nnviz.figure.layout.page import framed
from nnviz.figure.layout.style import Style
from nnviz.figure.scene import Rect, Scene
from nnviz.request import Appearance
from nnviz.words import Words
from view_checks import assert_tidy, words

W, B, M = Name("W", role="weight"), Name("b", role="bias"), Name("μ", "i", "intermediate")
X, Y = Name("x", "i", "input"), Name("y", "i", "output")
WX = Product((W, X), dot=True)
CENTRED = Sum((X, Neg(M)))
STYLE = Style.of(Appearance())


def equations(*rights: Expr, size: int = 3, seed: int = 0) -> tuple[VectorEquation, ...]:
    """y = each of `rights`, of vectors of `size` numbers at i = 2."""
    rng = np.random.default_rng(seed)
    values: dict[Expr, np.ndarray] = {
        W: rng.normal(size=(size, size)),
        X: rng.normal(size=size),
        B: rng.normal(size=size),
        M: np.asarray(rng.normal()),
    }
    found: list[VectorEquation] = []
    for right in rights:
        made = Substitution({**values, Y: Substitution(values).value(right)}, {"i": "2"})
        found += made.equations([Fact(Words("output"), Equation((Y, right)))])
    return tuple(found)


def scene(block: Block) -> Scene:
    """The block on a page that keeps to the rules."""
    made = framed(STYLE, block, "title", "said")
    assert_tidy(made)
    return made


def drawn(*rights: Expr) -> list[str]:
    """What is written beside the numbers: the label with the equation, the names, the signs."""
    said = words(scene(equation_rows(STYLE, equations(*rights), STYLE.room)))
    return [s for s in said if not s.strip("−").replace(".", "").isdigit()]


DRAWN: list[tuple[str, Expr, list[str]]] = [
    ("a sum", Sum((WX, B)), ["W", "3×3", "·", "x2", "+", "b", "=", "y2"]),
    ("a difference", CENTRED, ["x2", "−", "μ2", "=", "y2"]),
    (
        "a function of a sum",
        Call("tanh", (Sum((WX, B)),)),
        ["W", "3×3", "·", "x2", "+", "b", "=", "sum", "tanh", "y2"],
    ),
    ("a function of a vector", Call("softmax", (X,)), ["x2", "softmax", "y2"]),
    (
        "a quotient of what is worked out",
        Quotient(CENTRED, Call("√", (Sum((Power(M, Num(2)), Num(1))),))),
        ["x2 − μ2", "/", "√(μ22 + 1)", "=", "y2"],
    ),
    (
        "numbers by numbers, and by a product with a matrix in brackets",
        Product((X, Sum((WX, B))), each=True),
        ["x2", "⊙", "W", "3×3", "·", "x2", "+", "b", "=", "y2"],
    ),
    (
        "a function inside",
        Product((B, Call("tanh", (X,))), each=True),
        ["b", "⊙", "tanh x2", "=", "y2"],
    ),
]


@pytest.mark.parametrize(("right", "said"), [d[1:] for d in DRAWN], ids=[d[0] for d in DRAWN])
def test_an_equation_is_its_terms_and_the_signs_between(right: Expr, said: list[str]) -> None:
    assert drawn(right)[1:] == said


def test_the_first_line_is_the_label_and_the_equation() -> None:
    assert drawn(Sum((WX, B)))[0] == "output  yi = W·xi + b"


def test_symbols_may_stand_elsewhere() -> None:
    block = equation_rows(STYLE, equations(CENTRED), STYLE.room, symbols=False)
    assert "output" in words(scene(block))[0]
    assert "xi" not in words(scene(block))[0]


def test_what_is_worked_out_stands_in_its_cells() -> None:
    (equation,) = equations(Quotient(CENTRED, M))
    values = equation.at.value(CENTRED)
    said = words(scene(equation_rows(STYLE, (equation,), STYLE.room)))
    assert all(any(s.startswith(STYLE.show(v)[:4]) for s in said) for v in values)


def test_what_is_made_is_lit_unless_it_is_in_between() -> None:
    tone = STYLE.theme.tone("output").active

    def lit(block: Block) -> int:
        return sum(isinstance(m, Rect) and m.fill == tone for m in scene(block).flat())

    (equation,) = equations(CENTRED)
    assert lit(equation_rows(STYLE, (equation,), STYLE.room)) == 3
    between = Y._replace(role="intermediate")
    values = {**equation.at.values, between: equation.made}
    (same,) = Substitution(values).equations(
        [Fact(equation.label, Equation((between, equation.right)))]
    )
    assert lit(equation_rows(STYLE, (same,), STYLE.room)) == 0


def test_matrices_too_wide_keep_numbers_at_both_ends_however_many_there_are() -> None:
    few = equations(WX, size=12)
    assert "⋯" in words(scene(equation_rows(STYLE, few, STYLE.room)))
    many = equations(*[Sum((WX, B))] * 4, size=12)
    said = words(scene(equation_rows(STYLE, many, STYLE.room)))
    assert "⋯" in said
    assert said.count("12×12") == 4
    weights = many[0].at.value(WX.factors[0])
    there = [float(t.replace("−", "-")) for t in said if re.fullmatch(r"−?[\d.]+", t)]
    for value in weights[:6, [0, -1]].ravel():
        assert any(number == pytest.approx(value, rel=0.05) for number in there)


@settings(deadline=None, max_examples=30)
@given(generators, st.integers(1, 30), st.integers(1, 5), st.sampled_from([300, STYLE.room]))
def test_every_size_keeps_the_layout(
    rng: np.random.Generator, size: int, count: int, room: float
) -> None:
    terms: list[Expr] = [WX, Product((X, B), each=True), Quotient(CENTRED, M), Neg(B)]
    rights = []
    for _ in range(count):
        chosen = Sum(tuple(terms[i] for i in rng.permutation(4)[: rng.integers(1, 5)]))
        rights.append(Call("relu", (chosen,)))
    scene(equation_rows(STYLE, equations(*rights, size=size, seed=size), room))
