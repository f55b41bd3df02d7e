"""The waist: steps that are made when asked for, results by name."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from nnviz.equations import Fact, Substitution
from nnviz.errors import NnvizError
from nnviz.expressions import Call, Equation, Name, Quotient
from nnviz.notation import text
from nnviz.numerals import exact
from nnviz.trace import Results, Step, Steps, Trace
from nnviz.words import Words


def test_steps_are_made_when_asked_for_and_only_then() -> None:
    made: list[int] = []

    def make(i: int) -> Step:
        made.append(i)
        return Step(i + 1, (i,), (), i)

    steps = Steps(10**9, make)
    assert len(steps) == 10**9
    assert steps[-1].number == 10**9
    assert [s.number for s in steps[5:7]] == [6, 7]
    assert made == [10**9 - 1, 5, 6]
    with pytest.raises(IndexError):
        steps[10**9]


def test_a_step_of_vectors_is_what_its_equations_make() -> None:
    x, total, y = Name("x", "i", "input"), Name("s", "i"), Name("y", "i", "output")
    facts = [
        Fact(Words("sum"), Equation((total, Call("sum", (x,))))),
        Fact(Words("shares"), Equation((y, Quotient(x, total)))),
    ]
    values = {x: np.array([1, 3]), total: np.array(4), y: np.array([0.25, 0.75])}
    at = Substitution(values, {"i": "2"})
    vectors = at.quantities(x=x, y=y)
    step = Step.of_vectors(3, (2,), at.equations(facts), vectors, {"input": ((2,),)})
    assert text(step.formula, exact) == (
        "s₂ = sum(1, 3) = 4; y₂,₀ = 1 / 4 = 0.25; y₂,₁ = 3 / 4 = 0.75"
    )
    assert step.value == [0.25, 0.75]
    assert step.detail == {"x": [1, 3], "y": [0.25, 0.75]}
    assert step.cells == {"input": ((2,),), "output": ((2,),)}
    assert step.quantities is vectors


def test_results_are_computed_once_when_asked_for() -> None:
    calls: list[int] = []

    def late() -> str:
        calls.append(1)
        return "made"

    results = Results(output=1, late=late)
    assert len(results) == 2
    assert calls == []
    assert [results["late"], results["late"]] == ["made", "made"]
    assert calls == [1]


def test_arrays_are_found_by_name_and_others_refused() -> None:
    x: Any = np.ones(2)
    trace = Trace("conv", Words("Convolution"), {"input": x}, Results(output=x + 1))
    assert trace.array("input") is x
    assert trace.array("output").tolist() == [2, 2]
    with pytest.raises(NnvizError, match=r"no h_n in a result of conv(.|\n)*output, input"):
        trace.array("h_n")
