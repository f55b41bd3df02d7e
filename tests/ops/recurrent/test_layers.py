"""Random weights of several layers and of both directions: shapes, counts, the run they make."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nnviz
from helpers import assert_formula_holds, run
from layer_cases import FEW

X = [[-0.2, 0.7], [0.9, -0.7], [-0.6, -0.8]]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"layers": 2}, "--layers belongs to --hidden"),
        ({"bidirectional": True}, "--bidirectional belongs to --hidden"),
        ({"hidden": 2, "layers": 0}, "0 is not a number from 1 to 1000"),
        ({"hidden": 2, "layers": 2, "b": [1, 2]}, "--b and --layers contradict"),
        ({"hidden": 2, "bidirectional": True, "b": [1, 2]}, "--b and --bidirectional contradict"),
        ({"hidden": 2, "layers": 2, "weights": {"Wx": [[1]]}}, "contradict"),
    ],
)
def test_refuses(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        run("rnn", X, **options)


SHAPES = st.tuples(
    st.sampled_from(["rnn", "lstm", "gru"]),
    st.integers(1, 3),
    st.booleans(),
    st.integers(1, 3),
    st.booleans(),
    st.integers(0, 9),
)


@given(SHAPES)
@FEW
def test_what_is_drawn_runs_as_the_same_weights_given(case: tuple[Any, ...]) -> None:
    cell, layers, both, hidden, plain, seed = case
    options = {"layers": layers, "bidirectional": both, "no_bias": plain, "seed": seed}
    trace = run("rnn", X, cell=cell, hidden=hidden, outputs=2, **options)
    for step in trace.steps:
        assert_formula_holds(step.formula)
    gates, ways = {"rnn": 1, "lstm": 4, "gru": 3}[cell], 1 + both
    weights = {n: a for n, a in trace.arrays.items() if n not in ("input", "h0", "c0")}
    assert len(weights) == layers * ways * (3 - plain) + 2 - plain
    for layer in range(layers):
        end = "" if layers == ways == 1 else f"_l{layer}"
        width = ways * hidden if layer else 2
        assert weights[f"Wx{end}"].shape == (gates * hidden, width)
        if both:
            assert (weights[f"Wh{end}"] != weights[f"Wh{end}_reverse"]).any()
    for array in weights.values():
        assert np.abs(array).max() <= hidden**-0.5 + 0.005
    again = nnviz.rnn(X, weights, cell=cell)
    np.testing.assert_array_equal(again.output, trace.output)
    np.testing.assert_array_equal(again["h_n"], trace.results["h_n"])
    assert trace.results["h_n"].shape == (layers * ways, hidden)


@given(SHAPES)
@FEW
def test_counts_are_pytorchs(case: tuple[Any, ...]) -> None:
    """g·Dh numbers in rows of d, of Dh and of two biases: those of torch.nn.LSTM and its kin."""
    cell, layers, both, hidden, plain, _ = case
    gates, ways = {"rnn": 1, "lstm": 4, "gru": 3}[cell], 1 + both
    text = f"rnn --cell {cell} --hidden {hidden} --layers {layers}"
    text += " --bidirectional" * both + " --no-bias" * plain
    row = nnviz.params(text, input=(5, 2), like="torch").rows[0]
    widths = [2, *[ways * hidden] * (layers - 1)]
    weights = sum(ways * gates * hidden * (width + hidden) for width in widths)
    assert row["weights"] == weights
    assert row["biases"] == (0 if plain else layers * ways * gates * hidden * 2)
    assert row["macs"] == 5 * weights
    assert row["output"] == [5, ways * hidden]


def test_lstm_of_two_layers_in_both_directions() -> None:
    # torch.nn.LSTM(10, 20, num_layers=2, bidirectional=True): 15,040 parameters.
    text = "lstm --hidden 20 --layers 2 --bidirectional"
    assert nnviz.params(text, input=(7, 10), like="torch").total["params"] == 15_040
    assert nnviz.net(text, np.ones((7, 10))).output.shape == (7, 40)


def test_one_layer_draws_what_it_always_drew() -> None:
    plain, said = (run("rnn", X, hidden=3, outputs=1, **more) for more in ({}, {"layers": 1}))
    for name, array in plain.arrays.items():
        np.testing.assert_array_equal(array, said.arrays[name])
    rng = np.random.default_rng(0)
    drawn = rng.uniform(-(3**-0.5), 3**-0.5, (3, 2)).round(2)
    np.testing.assert_array_equal(plain.arrays["Wx"], drawn)
