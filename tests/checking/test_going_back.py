"""A learner's gradients: what goes wrong on the way back is named."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnviz import ops
from nnviz.checking.case import Back
from nnviz.checking.diagnosis import Finding, diagnose
from nnviz.notation import text
from nnviz.numerals import exact

X, W, G = [[5, 1, 0], [2, 4, 3], [0, 2, 4]], [[2, 1], [1, 1]], [[1, 0], [1, 2]]
POOLED = [[1, 3], [4, 2]]


def found(mine: Any, op: str, x: Any, g: Any, of: str, **options: Any) -> Finding:
    operation = ops.load(op)
    return diagnose(np.array(mine), operation, np.array(x), operation.accept(options), Back(g, of))


CONV = ("conv", X, np.array(G))
ACT = ("act", [[-1.0, 2.0]], np.array([[3.0, 4.0]]))
KERNEL: dict[str, Any] = {"kernel": np.array(W)}
MISTAKES = [
    # 1·1 and 0·1, 1·1, 1·2 …: each gradient times the kernel from its last cell to its first
    ([[1, 1, 0], [2, 5, 2], [1, 4, 4]], CONV, "input", KERNEL, "the kernel not turned by 180°"),
    ([[15 / 4, 11 / 4], [6 / 4, 14 / 4]], CONV, "kernel", KERNEL, "the mean of the places in the"),
    ([[12, 8], [8, 13]], CONV, "kernel", KERNEL, "1 for every gradient that arrives"),
    ([[-2, -1, 0], [-3, -6, -2], [-1, -3, -2]], CONV, "input", KERNEL, "the signs of the gradient"),
    ([[15, 11], [6, 14]], CONV, "input", KERNEL, "the gradient of another array, kernel"),
    ([[17, 9], [10, 17]], CONV, "kernel", KERNEL, "the output, and not a gradient"),
    ([[3, 4]], ACT, "input", {"name": "relu"}, "the gradient that arrives, handed on as it is"),
    ([[0.5, 0.5], [0.5, 0.5]], ("pool", POOLED, 2), "input", {"kernel": 2}, "average"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("mine", "asked", "of", "options", "said"), MISTAKES, ids=[row[-1] for row in MISTAKES]
)
def test_a_mistake_is_named(
    mine: Any, asked: tuple[str, Any, Any], of: str, options: dict[str, Any], said: str
) -> None:
    explanations = found(mine, *asked, of, **options).explanations
    assert said in str(explanations[0].said)


def test_the_sums_are_those_of_the_way_back() -> None:
    (first, *_) = found(MISTAKES[0][0], *CONV, "input", **KERNEL).explanations
    assert first.sums is not None
    at, yours, ours = first.sums
    assert (at, text((yours,), exact), text((ours,), exact)) == ((0, 0), "(1×1) = 1", "(1×2) = 2")


def test_one_slip_in_a_sum() -> None:
    (slip,) = found([[15, 11], [6, 13]], *CONV, "kernel", **KERNEL).explanations
    assert str(slip.said) == "(1×3) in the place of (1×4)"


RUNS: list[tuple[str, Any, str, dict[str, Any]]] = [
    *(("act", [-1.0, 2.0, 0.5], "input", {"name": name}) for name in ("gelu", "tanh", "softmax")),
    ("pool", X, "input", {"kernel": 2, "stride": 1}),
    ("dense", [1, 2], "weight", {"weight": np.array([[1, 2], [3, 4]])}),
    ("rnn", [[1.0], [2.0]], "Wh", {"hidden": 2}),
    ("flatten", X, "input", {}),
    ("net", X, "1.kernel", {"net": "conv --size 2 | relu | flatten | dense --units 2"}),
]


@given(st.sampled_from(RUNS), st.integers(0, 8))
def test_what_is_right_is_right_and_one_number_off_is_found(
    case: tuple[str, Any, str, dict[str, Any]], place: int
) -> None:
    op, x, of, options = case
    operation, back = ops.load(op), Back(None, of)
    right = back(operation.run(np.array(x), operation.accept(options))).output.astype(float)
    assert found(right, op, x, None, of, **options).right
    place %= right.size
    right.flat[place] += 1
    assert [
        int(np.ravel_multi_index(tuple(at), right.shape))
        for at in found(right, op, x, None, of, **options).differing
    ] == [place]
