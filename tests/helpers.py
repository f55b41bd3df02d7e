"""What many tests share: running an operation, and evaluating what a formula says."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from nnviz import ops
from nnviz.errors import NnvizError
from nnviz.expressions import Rest
from nnviz.trace import (
    Call,
    Equation,
    Expr,
    Formula,
    Name,
    Neg,
    Num,
    Power,
    Product,
    Quotient,
    Step,
    Sum,
    Trace,
)

FUNCTIONS: dict[str, Callable[..., float]] = {
    "max": lambda *v: v[0] if len(v) == 1 else max(v),
    "min": lambda *v: min(v),
    "abs": abs,
    "floor": math.floor,
    "ceil": math.ceil,
    "tanh": math.tanh,
    "relu": lambda v: max(0, v),
    "leaky-relu": lambda v: v if v > 0 else 0.01 * v,
    "elu": lambda v: v if v > 0 else math.expm1(v),
    "σ": lambda v: 1 / (1 + math.exp(-v)),
    "sigmoid": lambda v: 1 / (1 + math.exp(-v)),
    "gelu": lambda v: v / 2 * (1 + math.erf(v / math.sqrt(2))),
    "hard-sigmoid": lambda v: max(0, min(1, 0.2 * v + 0.5)),
}


def run(op: str, x: Any, **options: Any) -> Trace:
    """Run an operation as the Python call does."""
    operation = ops.load(op)
    array = None if x is None else np.asarray(x)
    return operation.perform(array, operation.accept(options))


def evaluate(expr: Expr) -> float:
    """The number that an expression stands for, whole numbers staying whole."""
    match expr:
        case Num(value):
            return value
        case Name("e", ""):
            return math.e
        case Neg(term):
            return -evaluate(term)
        case Rest(value=Num(value)):
            return value
        case Sum(terms):
            return sum(evaluate(term) for term in terms)
        case Product(factors):
            return math.prod(evaluate(factor) for factor in factors)
        case Quotient(over, under):
            return evaluate(over) / evaluate(under)
        case Power(base, exponent):
            return float(evaluate(base) ** evaluate(exponent))
        case Call(function, args):
            return float(FUNCTIONS[function](*(evaluate(arg) for arg in args)))
        case _:
            raise AssertionError(f"{expr} is not a number")


def has_value(expr: Expr) -> bool:
    """Whether an expression is made of numbers alone."""
    match expr:
        case Num() | Name():
            return isinstance(expr, Num) or expr == Name("e")
        case Rest(value=value):
            return value is not None
        case Neg(part):
            return has_value(part)
        case Sum(parts) | Product(parts):
            return all(map(has_value, parts))
        case Quotient(a, b) | Power(a, b):
            return has_value(a) and has_value(b)
        case Call(function, parts):
            return function in FUNCTIONS and all(map(has_value, parts))


def assert_equation_holds(equation: Equation, rel: float = 1e-9) -> None:
    """All sides made of numbers are the same number; at least one is there."""
    values = [evaluate(side) for side in equation.sides if has_value(side)]
    assert values, equation
    for value in values[1:]:
        assert value == pytest.approx(values[0], rel=rel, abs=1e-9)


def assert_formula_holds(formula: Formula, rel: float = 1e-9) -> None:
    """Every equation of a formula holds."""
    assert formula
    for equation in formula:
        assert_equation_holds(equation, rel)


def _held(trace: Trace, step: Step) -> Any:
    """What the output holds at a step; of a recurrent net h where the step makes no y."""
    if trace.recurrence is None:
        return trace.output[step.index]
    (t,) = step.index
    if "y" in step.detail:
        return trace.results["y"][t - trace.recurrence.length]
    return trace.results["h"][t]


def assert_steps_hold(trace: Trace) -> list[Step]:
    """Every step counts on, says what the output holds, and its formula holds."""
    steps = list(trace.steps)
    assert len(steps) == len(trace.steps) > 0
    for number, step in enumerate(steps, 1):
        assert step.number == number
        np.testing.assert_array_equal(np.asarray(step.value), _held(trace, step))
        assert_formula_holds(step.formula)
    assert {step.index for step in steps} <= set(np.ndindex(trace.output.shape)) | {
        (t,) for t in range(trace.recurrence.length if trace.recurrence else len(trace.output))
    }
    return steps


def fails(op: str, x: Any, **options: Any) -> NnvizError:
    """The error that an operation must raise."""
    with pytest.raises(NnvizError) as caught:
        run(op, x, **options)
    return caught.value


def stacked_weights(
    cell: str, layers: int, both: bool, *, hidden: int = 2, inputs: int = 2, outputs: int = 0
) -> dict[str, Any]:
    """Weights named as PyTorch names them, with both biases."""
    rng = np.random.default_rng(1)
    rows = {"rnn": 1, "lstm": 4, "gru": 3}[cell] * hidden
    made: dict[str, Any] = {}
    for layer in range(layers):
        for end in ("", "_reverse") if both else ("",):
            wide = hidden * (1 + both) if layer else inputs
            made[f"weight_ih_l{layer}{end}"] = rng.normal(size=(rows, wide)).round(2)
            made[f"weight_hh_l{layer}{end}"] = rng.normal(size=(rows, hidden)).round(2)
            made[f"bias_ih_l{layer}{end}"] = rng.normal(size=rows).round(2)
            made[f"bias_hh_l{layer}{end}"] = rng.normal(size=rows).round(2)
    if outputs:
        made["Wy"] = rng.normal(size=(outputs, hidden * (1 + both))).round(2)
    return made
