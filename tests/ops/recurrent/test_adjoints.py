"""What comes back inside a cell: the equations gone back through, against the core's numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from helpers import run
from nnviz.backpropagation import backward
from nnviz.equations import Substitution, VectorEquation
from nnviz.expressions import Call, Equation, Name, Neg, Num, Product, Sum
from nnviz.ops.recurrent._adjoints import adjoints
from nnviz.words import Words

X = np.array([[0.5, -1.0], [0.25, 0.75], [-0.5, 1.0]])


@pytest.mark.parametrize(
    "options",
    [
        {"cell": "rnn"},
        {"cell": "rnn", "activation": "relu"},
        {"cell": "lstm"},
        {"cell": "gru"},
        {"cell": "gru", "linear_before_reset": False},
        {"cell": "lstm", "layers": 2, "bidirectional": True, "outputs": 2},
        {"cell": "lstm", "mode": "many-to-one"},
    ],
    ids=lambda options: " ".join(map(str, options.values())),
)
def test_the_equations_hand_back_what_the_core_does(options: dict[str, Any]) -> None:
    trace = run("rnn", X, hidden=3, **options)
    g = np.cos(np.arange(trace.output.size)).reshape(trace.output.shape)
    made, plan = backward(trace, g), trace.recurrence
    assert plan is not None
    for step, found in zip(trace.steps, made.adjoints, strict=True):
        cell, states = plan.at(step.number), made.states
        end, sup = plan.end(cell.chain), plan.raised(cell.chain)
        after = "t+1" if cell.chain.backward else "t−1"
        for letter, straight in {"h": "after", "c": "road"}.items():
            if letter + end in states:
                now, before = (Name(letter, t, "hidden", sup) for t in ("t", after))
                there = states[letter + end][cell.time - 1]
                np.testing.assert_allclose(found[now], there, rtol=1e-9)
                inside = 1 <= cell.before <= plan.length
                back = states[straight + end][cell.before - 1] if inside else None
                expected = states[f"{letter}0{end}"] if back is None else back
                np.testing.assert_allclose(found[before], expected, rtol=1e-9, atol=1e-12)
        if cell.chain.layer == 0 and plan.directions == 1:
            x = Name("x", "t", "input")
            np.testing.assert_allclose(found[x], states["input"][cell.time - 1], rtol=1e-9)


def test_an_expression_hands_to_its_parts_what_each_is_times() -> None:
    """By hand: y = a ⊙ b + (1 − a) with a = 2, b = 5 and ∂y = 3: ∂a = 15 − 3, ∂b = 6."""
    a, b, y = Name("a"), Name("b"), Name("y")
    rest = Sum((Num(1), Neg(a)))
    equation = Equation((y, Sum((Product((a, b), each=True), rest))))
    values = {a: np.array([2.0]), b: np.array([5.0]), y: np.array([9.0])}
    found = adjoints(
        [VectorEquation(Words("y"), equation, Substitution(values))], {y: np.array([3.0])}
    )
    assert found[a].tolist() == [12.0]
    assert found[b].tolist() == [6.0]
    assert found[rest].tolist() == [3.0]


def test_a_function_inside_has_its_own_slope() -> None:
    """σ has 1/4 at 0; a matrix hands back its rows."""
    a, y, w = Name("a"), Name("y"), Name("W")
    equation = Equation((y, Call("σ", (Product((w, a), dot=True),))))
    values = {a: np.zeros(2), w: np.array([[4.0, 8.0]]), y: np.array([0.5])}
    made = VectorEquation(Words("y"), equation, Substitution(values))
    assert adjoints([made], {y: np.array([2.0])})[a].tolist() == [2.0, 4.0]
