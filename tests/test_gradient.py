"""Gradients of every operation: their terms add up, and moving each number says the same."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from helpers import run
from nnviz.backpropagation import backward
from nnviz.elision import shortened
from nnviz.errors import NnvizError, UsageError
from nnviz.latex import latex
from nnviz.numerals import exact
from nnviz.trace import Expr, Name, Num, Product, Sum, Trace, text

X = np.array([[5, 1, 0], [2, 4, 3], [0, 2, 4]])
RNG = np.random.default_rng(7)
CUBE = RNG.permutation(4 * 5 * 6).reshape(4, 5, 6)


def whole(*shape: int) -> np.ndarray:
    return RNG.integers(-5, 6, shape)


REFUSED = [
    ("no gradients", "show", X, {}, 1, "input", UsageError, "show has no gradients"),
    ("of a row's number", "embed", [0], {"weight": X}, 1, "input", UsageError, "cannot be moved a"),
    ("what there is", "embed", [0], {"weight": X}, 1, "input", UsageError, "it has: weight"),
    ("no such", "flatten", X, {}, 1, "kernel", UsageError, "no gradient of kernel"),
    ("no bias", "conv", X, {"kernel": X}, 1, "bias", UsageError, "it has: input, kernel"),
    ("another shape", "flatten", X, {}, X, "input", NnvizError, "is 3×3, but the output is 9"),
]


@pytest.mark.parametrize(
    ("op", "x", "options", "g", "of", "kind", "why"),
    [r[1:] for r in REFUSED],
    ids=[r[0] for r in REFUSED],
)
def test_refusals(
    op: str, x: Any, options: dict[str, Any], g: Any, of: str, kind: type[Exception], why: str
) -> None:
    with pytest.raises(kind, match=why):
        backward(run(op, x, **options), g, of)


REFLECTED = {"kernel": whole(2, 4, 3, 3), "padding": 1, "padding_mode": "reflect"}
OVERLAPPING = {"kernel": 3, "stride": 2, "padding": 1, "ceil_mode": True}
REAL = {"kernel": 2, "padding": 1, "kind": "avg", "count_include_pad": False}
ACTS = ("relu", "leaky-relu", "elu", "gelu", "sigmoid", "hard-sigmoid", "tanh", "softmax")
CASES: dict[str, tuple[str, np.ndarray, dict[str, Any]]] = {
    "a matrix": ("conv", X, {"kernel": np.array([[2, 1], [1, 1]]), "bias": np.array(3)}),
    "a batch in groups": (
        "conv",
        whole(2, 4, 5, 6),
        {"kernel": whole(6, 2, 3, 2), "groups": 2, "padding": 1, "stride": 2, "bias": whole(6)},
    ),
    "a kernel of every channel": ("conv", CUBE, {"kernel": whole(3, 2), "dilation": 2}),
    "a kernel a channel": ("conv", CUBE, {"kernel": whole(4, 2, 2)}),
    "mirrored": (
        "conv",
        CUBE,
        {"kernel": whole(2, 4, 3, 3), "padding": 1, "padding_mode": "reflect"},
    ),
    "around": ("conv", CUBE, {"kernel": whole(4, 3, 2), "padding": 2, "padding_mode": "circular"}),
    "replicated": ("conv", X, {"kernel": whole(2, 2), "padding": 3, "padding_mode": "replicate"}),
    "depthwise": (
        "conv",
        CUBE,
        {"kernel": whole(8, 1, 2, 2), "depthwise": True, "padding": "same"},
    ),
    "a vector": ("conv", whole(7), {"kernel": whole(3), "stride": 3}),
    "a volume": ("conv", whole(2, 3, 4, 3), {"kernel": whole(1, 2, 2, 2, 2)}),
    "drawn": ("conv", CUBE, {"filters": 3}),
    "sigmoid": ("conv", X, {"kernel": X / 9, "act": "sigmoid"}),
    "softmax": ("conv", X / 4, {"kernel": np.array([[2, 1], [1, 1]]), "act": "softmax"}),
    "spread": (
        "conv",
        whole(2, 4, 3, 3),
        {"kernel": whole(4, 3, 3, 2), "groups": 2, "padding": 1, "stride": 2, "transpose": True},
    ),
    "spread with a bias": (
        "conv",
        X,
        {
            "kernel": whole(2, 2),
            "stride": 2,
            "transpose": True,
            "bias": np.array(1),
            "output_padding": 1,
        },
    ),
    "maxima": ("pool", CUBE, {"kernel": 2}),
    "overlapping maxima": ("pool", CUBE, {"kernel": 3, "stride": 1, "padding": 1}),
    "averages": (
        "pool",
        CUBE,
        OVERLAPPING | {"kind": "avg"},
    ),
    "real cells": (
        "pool",
        X,
        {"kernel": 2, "padding": 1, "kind": "avg", "count_include_pad": False},
    ),
    "a divisor": ("pool", X, {"kernel": 2, "kind": "avg", "divisor_override": 3}),
    "a norm": (
        "pool",
        CUBE + 1,
        OVERLAPPING | {"kind": "lp", "p": 3},
    ),
    "global": ("pool", CUBE, {"kind": "avg"}),
    "adaptive": ("pool", CUBE, {"adaptive": (3, 4), "kind": "avg"}),
    "adaptive maxima": ("pool", CUBE, {"adaptive": (3, 4)}),
    **{
        name: ("act", np.array([[-3.1, -0.4, 0.3], [1.2, 0.9, 2.8]]), {"name": name})
        for name in (
            "relu",
            "leaky-relu",
            "elu",
            "gelu",
            "sigmoid",
            "hard-sigmoid",
            "tanh",
            "softmax",
        )
    },
    "softmax of columns": ("act", X / 2, {"name": "softmax", "axis": 0}),
    "dense": ("dense", whole(4), {"weight": whole(3, 4), "bias": whole(3)}),
    "dense rows": ("dense", whole(2, 4), {"weight": whole(3, 4), "bias": whole(3)}),
    "a broadcast bias": ("dense", whole(2, 4), {"weight": whole(3, 4), "bias": whole(2, 1)}),
    "one bias": ("dense", whole(4), {"weight": whole(3, 4), "bias": np.array(2)}),
    "batch norm": ("norm", CUBE, {"kind": "batch", "train": True, "gamma": whole(4) + 0.5}),
    "its running moments": (
        "norm",
        CUBE,
        {"kind": "batch", "mean": whole(4), "var": whole(4) ** 2 + 1, "gamma": whole(4)},
    ),
    "layer norm": ("norm", X / 2, {"kind": "layer", "gamma": whole(3), "beta": whole(3)}),
    "layer norm of all": ("norm", X, {"kind": "layer", "axis": 0, "gamma": whole(3, 3)}),
    "group norm": ("norm", CUBE, {"kind": "group", "groups": 2, "beta": whole(4)}),
    "a batch in groups of channels": (
        "norm",
        whole(2, 4, 2, 3) / 2,
        {"kind": "group", "groups": 2, "gamma": whole(4)},
    ),
    "repeated": ("upsample", CUBE, {"mode": "nearest", "by": (2, 3)}),
    "lines between": ("upsample", CUBE[0] / 3, {"mode": "bilinear", "by": (3, 2)}),
    "lines between of a batch": ("upsample", whole(2, 3, 2, 1), {"mode": "bilinear"}),
    "dropout": ("dropout", X, {"p": 0.5}),
    "dropout in training": ("dropout", X, {"p": 0.25, "train": True, "seed": 3}),
    "whole channels left out": (
        "dropout",
        CUBE,
        {"p": 0.5, "train": True, "by_channel": True, "seed": 1},
    ),
    "all left out": ("dropout", X, {"p": 1.0, "train": True}),
    "rows of a table": ("embed", np.array([[2, 0], [2, 2]]), {"weight": whole(4, 3)}),
    "flatten": ("flatten", CUBE, {}),
    "flatten in two": ("flatten", CUBE, {"axis": 1}),
}


def loss(op: str, x: np.ndarray, options: dict[str, Any], g: np.ndarray) -> float:
    return math.fsum((g * run(op, x, **options).output).ravel().tolist())


def moved(op: str, x: np.ndarray, options: dict[str, Any], g: np.ndarray, of: str) -> np.ndarray:
    """What moving each number of an array does to Σ g·y, by a little each way."""
    given = np.asarray(x if of == "input" else options[of], float)
    found, by = np.zeros(given.shape), 1e-5
    for at in np.ndindex(*given.shape):
        ups = []
        for way in (by, -by):
            now = given.copy()
            now[at] += way
            changed = (now, options) if of == "input" else (x, options | {of: now})
            ups.append(loss(op, changed[0], changed[1], g))
        found[at] = (ups[0] - ups[1]) / (2 * by)
    return found


@pytest.mark.parametrize(("op", "x", "options"), CASES.values(), ids=CASES)
def test_moving_each_number_says_the_same(op: str, x: np.ndarray, options: dict[str, Any]) -> None:
    forward = run(op, x, **options)
    g = np.random.default_rng(1).integers(-4, 5, forward.output.shape)
    assert forward.backward is not None
    for of in forward.backward(g).parts:
        if of in ("input", *options):
            made, near = backward(forward, g, of).output, moved(op, x, options, g, of)
            if made.size > near.size:  # one number for all
                made = made.sum()
            np.testing.assert_allclose(made.reshape(near.shape), near, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize(("op", "x", "options"), CASES.values(), ids=CASES)
def test_the_terms_of_every_step_add_up(op: str, x: np.ndarray, options: dict[str, Any]) -> None:
    forward = run(op, x, **options)
    g = np.random.default_rng(2).integers(-4, 5, forward.output.shape)
    assert forward.backward is not None
    for of in forward.backward(g).parts:
        made = backward(forward, g, of)
        assert made.output.shape == forward.array(of).shape
        assert len(made.steps) == made.output.size
        for step in made.steps:
            _adds_up(made, step)


def _adds_up(made: Trace, step: Any) -> None:
    terms = step.detail["terms"]
    arrived = made.arrays["gradient"]
    assert all(arrived[tuple(at)] == g for at, g, _ in terms)
    assert [at for at, _, _ in terms] == sorted(at for at, _, _ in terms)
    total = math.fsum(g * factor for _, g, factor in terms)
    assert total == pytest.approx(step.value, rel=1e-9, abs=1e-9)
    assert made.output[step.index] == step.value


NAMED = {"x": ("input",), "w": ("kernel", "weight"), "∂y": ("gradient",), "∂z": ("gradient",)}


def put_in(made: Trace, symbol: Expr) -> float:
    """The number of an array that a symbol names by its indices."""
    assert isinstance(symbol, Name)
    if symbol.text.startswith("1/"):
        return 1 / float(symbol.text[2:])
    array = next(made.arrays[name] for name in NAMED[symbol.text] if name in made.arrays)
    return float(array[tuple(map(int, symbol.sub.split(",")))])


@pytest.mark.parametrize(("op", "x", "options"), CASES.values(), ids=CASES)
def test_symbols_name_the_numbers_beside_them(
    op: str, x: np.ndarray, options: dict[str, Any]
) -> None:
    forward = run(op, x, **options)
    g = np.random.default_rng(3).integers(-4, 5, forward.output.shape)
    assert forward.backward is not None
    for of in forward.backward(g).parts:
        made = backward(forward, g, of)
        for step in made.steps:
            (equation,) = step.formula
            left, *sides, value = equation.sides
            assert isinstance(left, Name)
            assert left.text.startswith("∂L/∂")
            assert left.sub == ",".join(map(str, step.index))
            assert value == Num(step.value, "gradient")
            if not step.detail["terms"]:
                assert (sides, step.value) == ([], 0)
                continue
            assert isinstance(sides[0], Sum)
            for term, (_, g_at, factor) in zip(sides[0].terms, step.detail["terms"], strict=True):
                given, *by = term.factors if isinstance(term, Product) else (term,)
                assert put_in(made, given) == g_at
                if by and isinstance(by[0], Name) and by[0].text == "J":
                    axis = options.get("axis", -1) % len(step.index)
                    others: Any = (..., *step.index[:axis], *step.index[axis + 1 :])
                    line = np.moveaxis(forward.output, axis, 0)[others]
                    i, j = map(int, by[0].sub.split(","))
                    assert factor == pytest.approx(line[j] * ((i == j) - line[i]))
                elif by and isinstance(by[0], Name) and by[0].text != "y′":
                    assert put_in(made, by[0]) == factor
                assert by or factor == 1


def test_a_step_in_symbols_and_in_numbers() -> None:
    made = backward(run("conv", X, kernel=np.array([[2, 1], [1, 1]])), np.array([[1, 0], [1, 2]]))
    assert text(made.steps[5].formula, str) == (
        "∂L/∂x₁,₂ = (∂y₀,₁×w₁,₁) + (∂y₁,₁×w₀,₁) = (0×1) + (2×1) = 2"
    )
    assert latex(made.steps[2].formula[0], str) == (
        r"\frac{\partial L}{\partial x_{0,2}}"
        r" = (\partial y_{0,1} \times w_{0,1}) = (0 \times 1) = 0"
    )
    share = backward(run("pool", X, kernel=3, kind="avg"), 18).steps[0]
    assert text(share.formula, exact) == "∂L/∂x₀,₀ = (∂y₀,₀×1/9) = (18×0.1111111111111111) = 2.0"
    slope = backward(run("conv", X, kernel=X, act="tanh"), 1)
    assert "∂z₀,₀" in text(slope.steps[0].formula, exact)
    tanh = backward(run("act", [0.0, 1.0], name="tanh"), 3).steps[0]
    assert text(tanh.formula, exact) == "∂L/∂x₀ = (∂y₀×f′(x₀)) = (3×(1 − 0.0²)) = 3.0"
    routed = backward(run("pool", X, kernel=2, stride=1), 3)
    assert [text(routed.steps[i].formula, exact) for i in (1, 4)] == [
        "∂L/∂x₀,₁ = 0",
        "∂L/∂x₁,₁ = ∂y₀,₁ + ∂y₁,₀ + ∂y₁,₁ = 3 + 3 + 3 = 9",
    ]


def test_a_long_sum_is_elided_in_symbols_too() -> None:
    made = backward(run("conv", np.ones((9, 9), int), kernel=np.ones((2, 2), int)), 1, "kernel")
    written = text([shortened(made.steps[0].formula[0], str)], exact)
    assert written.count("more terms …") == 2
    assert "(∂y₀,₀×x₀,₀) + " in written
    assert written.endswith("(1×1) = 64")


def test_whole_numbers_stay_whole_and_exact() -> None:
    forward = run("conv", X, kernel=np.array([[2, 1], [1, 1]]))
    g = np.array([[1, 0], [1, 2]])
    assert backward(forward, g).output.tolist() == [[2, 1, 0], [3, 6, 2], [1, 3, 2]]
    assert backward(forward, g, "kernel").output.tolist() == [[15, 11], [6, 14]]
    big = 2**61
    made = backward(run("flatten", X), big)
    assert made.output.tolist() == np.full((3, 3), big).tolist()
    with pytest.raises(NnvizError, match="outside the whole numbers"):
        backward(forward, 2**62)


def test_a_row_that_is_taken_twice_has_both_gradients() -> None:
    g = np.array([[1, 2, 3], [4, 5, 6], [7, 8, 9]])
    made = backward(run("embed", [2, 0, 2], weight=X), g, "weight")
    assert made.output.tolist() == [[4, 5, 6], [0, 0, 0], [8, 10, 12]]
    assert text(made.steps[6].formula, str) == "∂L/∂w₂,₀ = ∂y₀,₀ + ∂y₂,₀ = 1 + 7 = 8"


def test_one_number_stands_for_every_cell() -> None:
    made = backward(run("pool", X, kernel=2, stride=1), 3)  # the last window has two 4s
    assert made.output.tolist() == [[3, 0, 0], [0, 9, 0], [0, 0, 0]]
    assert made.results["grad_input"] is made.output
