"""act: refusals, each function against the math library, options, steps."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from helpers import assert_steps_hold, evaluate, has_value, run
from nnviz.numerals import rounded
from nnviz.trace import (
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
    text,
)

X = [-30.5, -2, -0.25, 0, 1, 3, 40.5]

REFUSALS: list[tuple[str, dict[str, Any], str]] = [
    ("unknown", {"name": "rely"}, "rely is none of"),
    (
        "alpha of relu",
        {"name": "relu", "alpha": 1},
        "--alpha belongs to leaky-relu / elu / hard-sigmoid",
    ),
    ("axis of tanh", {"name": "tanh", "axis": 0}, "--axis belongs to softmax"),
    ("axis out of range", {"name": "softmax", "axis": 1}, "axis 1 is out of range .* 1 axis"),
    ("approximate of elu", {"name": "elu", "approximate": "tanh"}, "--approximate belongs to gelu"),
]


@pytest.mark.parametrize(
    ("options", "message"), [r[1:] for r in REFUSALS], ids=[r[0] for r in REFUSALS]
)
def test_refuses(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        run("act", X, **options)


def gelu_tanh(v: float) -> float:
    return v / 2 * (1 + math.tanh(math.sqrt(2 / math.pi) * (v + 0.044715 * v**3)))


FUNCTIONS: list[tuple[dict[str, Any], Callable[[float], float]]] = [
    ({"name": "relu"}, lambda v: max(v, 0.0)),
    ({"name": "leaky-relu"}, lambda v: v if v > 0 else 0.01 * v),
    ({"name": "leaky-relu", "alpha": 0.5}, lambda v: v if v > 0 else 0.5 * v),
    ({"name": "elu"}, lambda v: v if v > 0 else math.expm1(v)),
    ({"name": "elu", "alpha": 2}, lambda v: v if v > 0 else 2 * math.expm1(v)),
    ({"name": "gelu"}, lambda v: v / 2 * (1 + math.erf(v / math.sqrt(2)))),
    ({"name": "gelu", "approximate": "tanh"}, gelu_tanh),
    ({"name": "sigmoid"}, lambda v: 1 / (1 + math.exp(-v))),
    ({"name": "hard-sigmoid"}, lambda v: max(0.0, min(1.0, 0.2 * v + 0.5))),
    ({"name": "tanh"}, math.tanh),
]


@pytest.mark.parametrize(
    ("options", "function"), FUNCTIONS, ids=[" ".join(map(str, o.values())) for o, _ in FUNCTIONS]
)
def test_each_function(options: dict[str, Any], function: Callable[[float], float]) -> None:
    trace = run("act", X, **options)
    np.testing.assert_allclose(trace.output, [function(v) for v in X], rtol=1e-12, atol=1e-300)
    curve = trace.results["curve"]
    np.testing.assert_allclose(curve[:, 1], [function(v) for v in curve[:, 0]], atol=1e-12)
    definition = trace.facts[0].equation
    assert definition is not None
    for v in (-1.5, 0.75):
        assert evaluate(put(definition.sides[1], v)) == pytest.approx(function(v))


CONSTANTS = {"e": math.e, "√2": math.sqrt(2), "√(2/π)": math.sqrt(2 / math.pi)}


def put(expr: Expr, x: float) -> Expr:
    """A definition with a number for x, so that it can be evaluated."""
    match expr:
        case Name("x"):
            return Num(x)
        case Name(text):
            return Num(CONSTANTS[text])
        case Call("erf", (argument,)):
            return Num(math.erf(evaluate(put(argument, x))))
        case Sum(parts):
            return Sum(tuple(put(p, x) for p in parts))
        case Product(parts):
            return Product(tuple(put(p, x) for p in parts))
        case Call(name, parts):
            return Call(name, tuple(put(p, x) for p in parts))
        case Quotient(a, b):
            return Quotient(put(a, x), put(b, x))
        case Power(a, b):
            return Power(put(a, x), put(b, x))
        case Neg(a):
            return Neg(put(a, x))
    return expr


def test_relu_keeps_whole_numbers_and_steps_hold() -> None:
    trace = run("act", [[-1, 2], [3, -4]], name="relu")
    assert trace.output.tolist() == [[0, 2], [3, 0]]
    assert trace.output.dtype == np.int64
    assert_steps_hold(trace)


@pytest.mark.parametrize("name", ["leaky-relu", "elu", "gelu", "sigmoid", "hard-sigmoid", "tanh"])
def test_steps_of_each_function_hold(name: str) -> None:
    assert_steps_hold(run("act", [[-1.5, 0.0], [2.0, 0.25]], name=name))


@pytest.mark.parametrize("axis", [0, 1, -1])
def test_softmax_adds_up_to_one_and_does_not_overflow(axis: int) -> None:
    trace = run("act", [[1000, 1001], [-5, 3]], name="softmax", axis=axis)
    np.testing.assert_allclose(trace.output.sum(axis), 1)
    assert "curve" not in trace.results
    assert trace.steps[3].value == trace.output[1, 1]


SOFTMAX: list[tuple[str, Any, int, int, str]] = [
    ("a row", [[1, 2, 3], [0, 0, 5]], -1, 1, "e² / (e¹ + e² + e³) ≈ 0.2447"),
    ("a column", [[1, 2.5], [0, 0]], 0, 1, "e^2.5 / (e^2.5 + e⁰) ≈ 0.9241"),
    ("a column below", [[1, 2], [0, 4]], 0, 3, "e⁴ / (e² + e⁴) ≈ 0.8808"),
    ("what is exact", [0, 0], 0, 1, "e⁰ / (e⁰ + e⁰) = 0.5"),
    ("a long row", [1, 2, 3, 4, 5, 6, 7], -1, 1, "e² / 1733 ≈ 0.004263"),
    ("large", [900, 899], 0, 0, "e^(900−900) / (e^(900−900) + e^(899−900)) ≈ 0.7311"),
    ("far below", [-1.5, -9000], 0, 0, "e^−1.5 / (e^−1.5 + e⁻⁹⁰⁰⁰) = 1"),
]


@pytest.mark.parametrize(
    ("x", "axis", "i", "written"), [c[1:] for c in SOFTMAX], ids=[c[0] for c in SOFTMAX]
)
def test_softmax_shows_its_working(x: Any, axis: int, i: int, written: str) -> None:
    trace = run("act", x, name="softmax", axis=axis)
    steps = assert_steps_hold(trace)
    assert text(steps[i].formula, rounded) == written
    assert all(map(has_value, steps[i].formula[0].sides))


def test_softmax_of_what_is_not_finite_says_its_value() -> None:
    steps = assert_steps_hold(run("act", [-np.inf, 0.0], name="softmax"))
    assert text(steps[1].formula, rounded) == "softmax(x)₁ = 1"


@pytest.mark.parametrize(
    ("shape", "axis", "said"),
    [
        ((3,), 0, "all outputs add up to 1"),
        ((2, 3), -1, "along each row: its outputs add up to 1"),
        ((2, 3), 0, "along each column: its outputs add up to 1"),
        ((2, 3, 4), 0, "along axis 0: the outputs on it add up to 1"),
    ],
)
def test_softmax_says_what_it_is_and_along_which_axis(
    shape: tuple[int, ...], axis: int, said: str
) -> None:
    definition, along = run("act", np.zeros(shape), name="softmax", axis=axis).facts
    assert definition.equation is not None
    assert text((definition.equation,), rounded) == "softmax(x)ᵢ = e^xᵢ / Σⱼ e^xⱼ"
    assert str(along.label) == said


def test_an_equation_is_never_lost() -> None:
    for name in ("relu", "softmax"):
        assert isinstance(run("act", X, name=name).steps[0].formula[0], Equation)
