"""embed: refusals, rows of the table, steps, counts, before a recurrent layer."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nnviz
from helpers import assert_formula_holds, run
from layer_cases import FEW
from onnx_answers import onnx

TABLE = [[1, 2], [3, 4], [5, 6]]
REFUSALS: list[tuple[str, Any, dict[str, Any], str]] = [
    ("no table", [1], {}, "needs --weight W"),
    ("only rows", [1], {"count": 3}, "--count belongs to --units"),
    ("both", [1], {"weight": TABLE, "count": 3, "units": 2}, "contradict"),
    ("a vector", [1], {"weight": [1, 2]}, "not a table"),
    ("a fraction", [0.0, 1.0], {"weight": TABLE}, "whole numbers"),
    ("past the last row", [0, 3], {"weight": TABLE}, "3 at 1, but the table has the rows 0 to 2"),
    ("from the end", [[0, -1]], {"weight": TABLE}, "-1 at 0, 1, but"),
]


@pytest.mark.parametrize(
    ("x", "options", "message"), [r[1:] for r in REFUSALS], ids=[r[0] for r in REFUSALS]
)
def test_refuses(x: Any, options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        run("embed", x, **options)


@given(st.integers(0, 99), st.sampled_from([(4,), (1,), (2, 3), (2, 1, 2)]))
@FEW
def test_rows(seed: int, shape: tuple[int, ...]) -> None:
    rng = np.random.default_rng(seed)
    x, table = rng.integers(0, 5, shape), rng.normal(size=(5, 3))
    trace = run("embed", x, weight=table)
    np.testing.assert_array_equal(trace.output, onnx("Gather", [table, x])[0])
    assert len(trace.steps) == x.size
    for step in trace.steps:
        assert_formula_holds(step.formula)
        assert step.value == trace.output[step.index].tolist()
        assert step.cells["weight"] == ((x[step.index],),)


def test_whole_tables_stay_whole_and_random_ones_are_repeatable() -> None:
    assert run("embed", [2, 0], weight=TABLE).output.tolist() == [[5, 6], [1, 2]]
    assert run("embed", np.array([2, 0], np.uint8), weight=TABLE).output.dtype.kind == "i"
    one, other = (run("embed", [0, 1], count=9, units=4, seed=seed) for seed in (1, 2))
    assert one.output.shape == (2, 4)
    np.testing.assert_array_equal(one.output, run("embed", [0, 1], count=9, units=4, seed=1).output)
    assert (one.arrays["weight"] != other.arrays["weight"]).any()


def test_counts_are_those_of_the_table() -> None:
    # torch.nn.Embedding(100, 16) has 1,600 parameters; nothing is multiplied.
    text = "embedding --count 100 --units 16 | rnn --hidden 4"
    row, after = nnviz.params(text, input=(7,)).rows
    assert (row["output"], row["weights"], row["biases"], row["macs"]) == ([7, 16], 1600, 0, 0)
    assert row["formula"] == "100 × 16"
    assert row["receptive_field"] is None
    assert after["output"] == [7, 4]
    assert nnviz.net(text, [3, 1, 4]).output.shape == (3, 4)
