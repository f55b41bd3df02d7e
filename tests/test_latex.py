"""Formulas as LaTeX: as a person writes them, and as a reader of LaTeX works them out."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import latex_reader
from nnviz.elision import value_of
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
    Rest,
    Sum,
)
from nnviz.latex import BREAK, Latex, Substituted, latex, matrix, text
from nnviz.numerals import exact, rounded

W, X = Name("W", "xf", "weight"), Name("x", "t", "input")
TEXTS: list[tuple[str, Expr]] = [
    (r"(2 \times (-1))", Product((Num(2), Num(-1)))),
    (
        r"(1 \times (-2)) + (-1 \times 2) - 3",
        Sum((_p := Product((Num(1), Num(-2))), Product((Num(-1), Num(2))), Num(-3))),
    ),
    (r"2 \cdot (3 - 1)", Product((Num(2), Sum((Num(3), Num(-1)))), dot=True)),
    (
        r"\left\lfloor \frac{5 - 2}{2} \right\rfloor + 1",
        Sum((Call("floor", (Quotient(Sum((Num(5), Num(-2))), Num(2)),)), Num(1))),
    ),
    (r"\frac{1}{2} \cdot x", Product((Quotient(Num(1), Num(2)), Name("x")), dot=True)),
    (r"\left\lvert -3 \right\rvert^{2}", Power(Call("abs", (Num(-3),)), Num(2))),
    (r"\max(1, -2)", Call("max", (Num(1), Num(-2)))),
    (r"\tanh(W_{xf} \cdot x_{t})", Call("tanh", (Product((W, X), dot=True),))),
    (r"\sigma(x_{t})", Call("σ", (X,))),
    (r"\operatorname{softmax}_ {0}(1, 2)", Call("softmax[0]", (Num(1), Num(2)))),
    (r"\operatorname{leaky-relu}(-2)", Call("leaky-relu", (Num(-2),))),
    (r"\operatorname{softmax}(x)_ {i}", Name("softmax(x)", "i")),
    (
        r"\frac{e^{x_{i}}}{\sum_{j} e^{x_{j}}}",
        Quotient(Power(Name("e"), Name("x", "i")), Power(Name("Σⱼ e"), Name("x", "j"))),
    ),
    (r"\frac{x}{\sqrt{2}}", Quotient(Name("x"), Name("√2"))),
    (r"r \odot (1 - z)", Product((Name("r"), Sum((Num(1), Neg(Name("z"))))), each=True)),
    (r"h_{t-1}^{(2)\to}", Name("h", "t−1", "hidden", "(2)→")),
    (r"\left(\frac{1}{2}\right)^{2}", Power(Quotient(Num(1), Num(2)), Num(2))),
    (r"1 + (\text{... 8 more terms ...} = 12)", Sum((Num(1), Rest("… 8 more terms …", Num(12))))),
    (r"\text{출력}_ {0}", Name("출력", "0")),
    (r"1.5 \times 10^{-7}", Num(1.5e-7)),
    (r"-\infty", Num(-np.inf)),
]


@pytest.mark.parametrize(("written", "expr"), TEXTS, ids=[t[0] for t in TEXTS])
def test_expressions_as_a_paper_has_them(written: str, expr: Expr) -> None:
    assert latex(Equation((expr,)), rounded) == written


def test_what_was_rounded_is_said() -> None:
    third = Equation((Quotient(Num(1), Num(3)), Num(1 / 3)))
    assert latex(third, rounded) == r"\frac{1}{3} \approx 0.3333"


def test_a_large_matrix_has_its_ends() -> None:
    written = matrix(Latex(rounded), np.arange(400).reshape(20, 20), 5)
    rows = written.removeprefix(r"\begin{bmatrix} ").removesuffix(r" \end{bmatrix}").split(BREAK)
    assert rows[0].strip() == r"0 & 1 & 2 & \cdots & 19"
    assert rows[3].strip() == r"\vdots & \vdots & \vdots & \ddots & \vdots"
    assert rows[4].strip() == r"380 & 381 & 382 & \cdots & 399"


def test_symbols_are_what_they_stand_for() -> None:
    values = {W: np.array([[1.0, -2.0]]), X: np.array([3, 4])}
    put_in = Substituted(rounded, values.__getitem__, 6)
    written = put_in.line(put_in.expr(Call("tanh", (Product((W, X), dot=True),))))
    assert written == (
        r"\tanh\left(\begin{bmatrix} 1 & -2 \end{bmatrix} \cdot "
        rf"\begin{{bmatrix}} 3 {BREAK} 4 \end{{bmatrix}}\right)"
    )
    assert latex_reader.value(written) == pytest.approx(np.tanh([[-5.0]]))


NUMBERS = st.integers(-9, 9).map(Num)
EXPRESSIONS = st.recursive(
    NUMBERS,
    lambda inner: (
        st.lists(inner, min_size=1, max_size=3).map(lambda v: Sum(tuple(v), per_line=2))
        | st.builds(
            lambda v, dot: Product(tuple(v), dot),
            st.lists(inner, min_size=2, max_size=3),
            st.booleans(),
        )
        | inner.map(Neg)
        | st.builds(Quotient, inner, inner)
        | st.builds(Power, inner, st.integers(0, 3).map(Num))
        | inner.map(lambda e: Call("abs", (e,)))
    ),
    max_leaves=6,
)


@given(EXPRESSIONS)
def test_what_is_written_is_what_a_reader_works_out(expr: Expr) -> None:
    written = latex(Equation((expr,)), exact)
    latex_reader.checked(written)
    try:
        value = value_of(expr)
    except (ZeroDivisionError, OverflowError):
        return
    with np.errstate(all="ignore"):
        assert latex_reader.value(written) == pytest.approx(value)


_MARKS = re.compile(r"[*`<>|~]|\\[^A-Za-z\\]")
"""What Markdown could take for its own."""
_BEGINS_EMPHASIS = re.compile(r"(?<![A-Za-z0-9])_(?!\s)")
NAMES = st.builds(Name, st.text(max_size=8), st.text(max_size=3), sup=st.text(max_size=3))


@given(EXPRESSIONS | NAMES)
@example(Name("", sup="ᵢ"))
def test_nothing_is_a_mark_of_markdown(expr: Expr) -> None:
    written = latex(Equation((expr,)), rounded)
    assert not _MARKS.search(written)
    assert not _BEGINS_EMPHASIS.search(written)
    latex_reader.checked(written)


@given(st.text())
def test_words_are_only_words(words: str) -> None:
    assert not set(text(words).removeprefix(r"\text{").removesuffix("}")) & set("\\{}$&#%~^_`*|<>")
