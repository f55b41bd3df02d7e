"""Long formulas: what is left out is counted, and what it comes to is said and is right."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drawing import drawn
from helpers import evaluate, run
from nnviz.elision import TERMS, lines, shortened
from nnviz.expressions import Call, Equation, Expr, Num, Product, Quotient, Rest, Sum
from nnviz.notation import text
from nnviz.request import Screen
from screens import lines_of


def short(expr: Expr) -> Expr:
    (side,) = shortened(Equation((expr,)), str).sides
    return side


ONES = tuple(Num(1) for _ in range(130))


@pytest.mark.parametrize(
    ("expr", "written"),
    [
        (Sum(ONES[:25]), " + ".join("1" * 25)),
        (Sum(ONES[:26]), " + ".join(["1"] * 16 + ["(… 4 more terms … = 4)"] + ["1"] * 6)),
        # No part of a mean comes to what the whole does.
        (
            Call("mean", ONES[:26]),
            f"mean({', '.join('1' * 16)}, … 4 more terms …, {', '.join('1' * 6)})",
        ),
        # 11×11: a line, 99 between, a line; the bias stays.
        (
            Sum((*ONES[:121], Num(7, "bias")), per_line=11),
            " + ".join(["1"] * 11 + ["(… 99 more terms … = 99)"] + ["1"] * 11 + ["7"]),
        ),
        (
            Quotient(Sum(ONES), Num(130)),
            f"({' + '.join(['1'] * 16 + ['(… 108 more terms … = 108)'] + ['1'] * 6)}) / 130",
        ),
        (
            Call("max", tuple(Num(n) for n in range(30))),
            "max(" + ", ".join([*map(str, range(16)), "(… 8 more terms … = 23)"])
            + ", 24, 25, 26, 27, 28, 29)",
        ),
    ],
    ids=["25 are all written", "26", "mean", "11×11 and a bias", "average", "maximum"],
)  # fmt: skip
def test_the_middle_is_left_out(expr: Expr, written: str) -> None:
    assert text((Equation((short(expr),)),), str) == written


def test_what_is_left_out_has_a_line_of_its_own() -> None:
    made = short(Sum(ONES[:49], per_line=7))
    assert isinstance(made, Sum)
    found = [["rest" if isinstance(term, Rest) else 1 for term in line] for line in lines(made)]
    assert found == [[1] * 7, [1] * 7, ["rest"], [1] * 7]


def test_a_rounded_rest_is_about() -> None:
    made = short(Sum(tuple(Num(0.1 + i / 1000) for i in range(40))))
    assert re.search(r"… 18 more terms … ≈ 2\.24", text((Equation((made,)),), lambda v: f"{v:.3g}"))


@given(
    factors=st.lists(st.tuples(st.integers(-9, 9), st.integers(-9, 9)), min_size=1, max_size=200),
    line=st.integers(0, 40),
    bias=st.none() | st.integers(-9, 9),
)
def test_what_is_written_adds_up(
    factors: list[tuple[int, int]], line: int, bias: int | None
) -> None:
    terms: list[Expr] = [Product((Num(a), Num(b))) for a, b in factors]
    if bias is not None:
        terms.append(Num(bias, "bias"))
    whole = Sum(tuple(terms), line)
    made = short(whole)
    assert isinstance(made, Sum)
    assert evaluate(made) == evaluate(whole)
    assert len(made.terms) <= TERMS + 1
    assert sum(lines(made), []) == list(made.terms)  # noqa: RUF017 - short lists
    if bias is not None:
        assert made.terms[-1] == Num(bias, "bias")


def test_every_view_of_a_large_step_is_short() -> None:
    x, kernel = np.ones((32, 32), int), np.ones((31, 31), int)
    trace = run("conv", x, kernel=kernel)
    table = "\n".join(lines_of(trace, steps="1")).split("products")[-1]
    scene = drawn(trace, 1)
    # 4 and 3 of 961 products are written: a line before, a line after.
    assert "… 954 more terms … = 954" in table
    assert table.count("×") == 7
    described = scene.desc
    assert "… 954 more terms … = 954" in described
    assert described.count("(1×1)") == 7
    assert text(trace.steps[0].formula, str).count("×") == 961


def test_a_thousand_steps_are_written() -> None:
    trace = run("conv", np.ones((50, 50), int), kernel=np.ones((1, 1), int))
    found = lines_of(trace, Screen(100), steps="all")
    said = "… and 1,500 more steps: --steps 1001-2000 shows some, --trace all up to 10,000"
    assert said in found
    assert not any("more steps" in line for line in lines_of(trace, steps="all"))  # a pipe
