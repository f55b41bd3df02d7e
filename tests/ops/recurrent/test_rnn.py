"""rnn: refusals, the cell against a plain loop, the modes, and the steps."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import assert_steps_hold, run, stacked_weights
from nnviz import ops
from nnviz.formats import load
from nnviz.numerals import exact
from nnviz.ops.recurrent import rnn
from nnviz.options.option import Context
from nnviz.read import Stdin
from nnviz.request import Request
from nnviz.trace import text

X = [[-0.2, 0.7], [0.9, -0.7], [-0.6, -0.8]]
W = {"Wx": np.ones((3, 2)), "Wh": np.ones((3, 3)), "b": np.zeros(3), "Wy": np.ones((1, 3))}

REFUSALS: list[tuple[str, Any, dict[str, Any], str]] = [
    ("no weights", X, {}, "no weights"),
    ("Wx alone", X, {"wx": np.ones((3, 2))}, "no Wh"),
    ("Wh not square", X, {"wx": np.ones((3, 2)), "wh": np.ones((3, 2))}, "Wh is 3×2, .* 3×3"),
    ("Wx of other inputs", X, {"wx": np.ones((3, 4)), "wh": np.ones((3, 3))}, "3×4, .* 3×2"),
    ("b of other length", X, {"weights": {**W, "b": np.ones(2)}}, "b is 2, .* 3"),
    ("Wy of other length", X, {"weights": {**W, "Wy": np.ones((1, 2))}}, "Wy is 1×2, .* 1×3"),
    ("by of other length", X, {"weights": {**W, "by": np.ones(2)}}, "by is 2, .* 1"),
    ("by without Wy", X, {"hidden": 2, "by": 1}, "no Wy"),
    (
        "a function of outputs that are not there",
        X,
        {
            "weights": {name: W[name] for name in ("Wx", "Wh", "b")},
            "output_activation": "softmax",
        },
        "--out-act makes y, and the weights have no Wy",
    ),
    ("unknown weight", X, {"weights": {**W, "Wz": 1}}, "Wz is not a weight"),
    ("hidden and weights", X, {"weights": W, "hidden": 2}, "--weights and --hidden contradict"),
    ("outputs without hidden", X, {"weights": W, "outputs": 2}, "belongs to --hidden"),
    ("h0 of other length", X, {"weights": W, "h0": [1, 2]}, "--h0 has 2 .* state has 3"),
    ("three axes", np.ones((2, 2, 2)), {"weights": W}, "2×2×2 has 3 axes"),
    ("empty text", None, {"text": "", "hidden": 2}, "--text is empty"),
    ("length of another mode", X, {"weights": W, "length": 3}, "--length belongs"),
    ("feedback of another mode", X, {"weights": W, "feedback": True}, "--feedback belongs"),
    (
        "feedback of other length",
        X,
        {"weights": W, "mode": "one-to-many", "feedback": True},
        "y has 1 number and x has 2",
    ),
    ("unknown mode", X, {"weights": W, "mode": "many"}, "many is none of"),
]


@pytest.mark.parametrize(
    ("x", "options", "message"), [r[1:] for r in REFUSALS], ids=[r[0] for r in REFUSALS]
)
def test_refuses(x: Any, options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        run("rnn", x, **options)


def loop(x: Any, w: dict[str, Any], h: list[float], relu: bool) -> list[list[float]]:
    """h_t = act(Wx x_t + Wh h_(t-1) + b), number by number."""
    states = []
    for row in x:
        pre = [
            sum(a * b for a, b in zip(w["Wx"][u], row, strict=True))
            + sum(a * b for a, b in zip(w["Wh"][u], h, strict=True))
            + w["b"][u]
            for u in range(len(h))
        ]
        h = [max(p, 0.0) if relu else math.tanh(p) for p in pre]
        states.append(h)
    return states


@settings(deadline=None, max_examples=40)
@given(st.integers(1, 5), st.integers(1, 4), st.integers(1, 4), st.booleans(), st.integers(0, 99))
def test_every_state_is_that_of_a_plain_loop(
    steps: int, inputs: int, hidden: int, relu: bool, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    x, h0 = rng.uniform(-1, 1, (steps, inputs)), rng.uniform(-1, 1, hidden)
    w = {
        "Wx": rng.uniform(-1, 1, (hidden, inputs)),
        "Wh": rng.uniform(-1, 1, (hidden, hidden)),
        "b": rng.uniform(-1, 1, hidden),
        "Wy": rng.uniform(-1, 1, (2, hidden)),
        "by": rng.uniform(-1, 1, 2),
    }
    trace = run("rnn", x, weights=w, h0=h0, activation="relu" if relu else "tanh")
    expected = loop(x.tolist(), {k: v.tolist() for k, v in w.items()}, h0.tolist(), relu)
    np.testing.assert_allclose(trace.results["h"], expected, rtol=1e-12)
    np.testing.assert_allclose(trace.results["h_n"], expected[-1:], rtol=1e-12)
    np.testing.assert_allclose(trace.output, np.array(expected) @ w["Wy"].T + w["by"])
    before = h0.tolist()
    for step in assert_steps_hold(trace):
        assert step.detail["h_prev"] == before
        assert len(step.formula) == hidden + 2
        before = step.detail["h"]


@pytest.mark.parametrize("name", ["none", "sigmoid", "softmax"])
def test_outputs_go_through_their_activation(name: str) -> None:
    w = {**W, "Wy": np.arange(6.0).reshape(2, 3) / 4}
    y = run("rnn", X, weights=w, output_activation=name).results["y"]
    z = run("rnn", X, weights=w).results["h"] @ w["Wy"].T
    expected = {
        "none": z,
        "sigmoid": 1 / (1 + np.exp(-z)),
        "softmax": np.exp(z) / np.exp(z).sum(1, keepdims=True),
    }
    np.testing.assert_allclose(y, expected[name])


def test_modes_leave_out_what_is_not_there() -> None:
    whole = run("rnn", X, weights=W)
    last = run("rnn", X, weights=W, mode="many-to-one")
    np.testing.assert_array_equal(last.results["y"], whole.results["y"][-1:])
    np.testing.assert_array_equal(last.results["h"], whole.results["h"])
    assert ["y" in step.detail for step in last.steps] == [False, False, True]
    grown = run("rnn", X, weights=W, mode="one-to-many", length=4)
    assert grown.arrays["input"].tolist() == [X[0], [0, 0], [0, 0], [0, 0]]
    assert "first of 3 rows" in str(grown.notes[0])
    assert len(run("rnn", X, weights=W, mode="one-to-many").steps) == len(X)


def test_bare_numbers_are_matrices_of_one_cell() -> None:
    trace = run("rnn", [[1], [2]], wx=0.5, wh=1, wy=2)
    assert trace.output[0, 0] == 2 * math.tanh(0.5)
    assert trace.results["y"].shape == (2, 1)


def test_feedback_puts_each_output_in_the_place_of_the_next_input() -> None:
    w = {**W, "Wy": np.arange(6.0).reshape(2, 3) / 4}
    trace = run("rnn", X[:1], weights=w, mode="one-to-many", length=3, feedback=True)
    np.testing.assert_allclose(trace.arrays["input"][1:], trace.results["y"][:-1])
    again = run("rnn", trace.arrays["input"], weights=w)
    np.testing.assert_allclose(again.output, trace.output)


def test_random_weights_are_repeatable_in_range_and_have_two_decimals() -> None:
    first, again = (run("rnn", X, hidden=4, outputs=2, seed=3) for _ in range(2))
    for name, shape in {"Wx": (4, 2), "Wh": (4, 4), "b": (4,), "Wy": (2, 4), "by": (2,)}.items():
        array = first.arrays[name]
        assert array.shape == shape
        assert np.abs(array).max() <= 0.5
        np.testing.assert_array_equal(array, array.round(2))
        np.testing.assert_array_equal(array, again.arrays[name])
    assert set(run("rnn", X, hidden=4, no_bias=True).arrays) == {"input", "Wx", "Wh", "h0"}


def test_pytorch_names_are_known_and_its_two_biases_add_up() -> None:
    torch = {
        "weight_ih_l0": W["Wx"],
        "weight_hh_l0": W["Wh"],
        "bias_ih_l0": np.full(3, 0.25),
        "bias_hh_l0": np.full(3, 0.5),
    }
    note = {"Wx": W["Wx"], "Wh": W["Wh"], "b": np.full(3, 0.75)}
    np.testing.assert_array_equal(
        run("rnn", X, weights=torch).output, run("rnn", X, weights=note).output
    )


def test_weights_are_read_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "w.json"
    path.write_text(json.dumps({name: array.tolist() for name, array in W.items()}))
    values = ops.load("rnn").parse({"weights": str(path)}, Context(Stdin(None)))
    made = ops.load("rnn").run(np.asarray(X), values)
    np.testing.assert_array_equal(made.output, run("rnn", X, weights=W).output)


def test_a_sequence_of_float32_is_computed_in_float32() -> None:
    made = run("rnn", np.asarray(X, "float32"), weights=W)
    assert made.output.dtype == made.results["y"].dtype == np.float32
    np.testing.assert_allclose(made.output, run("rnn", X, weights=W).output, rtol=1e-5)


def test_layer_counts_every_weight() -> None:
    values = ops.load("rnn").accept({"hidden": 3, "outputs": 1})
    counted = rnn.layer((3, 2), values)
    assert (counted.weights, counted.biases) == (3 * 2 + 3 * 3 + 3, 3 + 1)
    assert counted.formula == "3 × (2 + 3) + 3 + 1 × 3 + 1"
    assert counted.macs == 3 * (6 + 9) + 3 * 3
    assert counted.output == (3, 1)
    with pytest.raises(ValueError, match="T×d"):
        rnn.layer((3,), values)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"mode": "one-to-many"}, True),
        ({"mode": "one-to-many", "length": 1}, False),
        ({"mode": "many-to-one"}, False),
    ],
)
def test_inputs_that_are_not_there_are_said(options: dict[str, Any], said: bool) -> None:
    facts = [str(fact.label) for fact in run("rnn", X, weights=W, **options).facts]
    assert ("after the first time there is no input: x is 0" in facts) is said


FACTS: list[tuple[str, dict[str, Any], list[str]]] = [
    ("plain", {"hidden": 2}, ["hₜ = tanh(W_x·xₜ + W_h·hₜ₋₁ + b)"]),
    (
        "lstm",
        {"hidden": 2, "cell": "lstm"},
        [
            "iₜ = σ(W_xi·xₜ + W_hi·hₜ₋₁ + b_i)",
            "fₜ = σ(W_xf·xₜ + W_hf·hₜ₋₁ + b_f)",
            "gₜ = tanh(W_xg·xₜ + W_hg·hₜ₋₁ + b_g)",
            "oₜ = σ(W_xo·xₜ + W_ho·hₜ₋₁ + b_o)",
            "cₜ = fₜ ⊙ cₜ₋₁ + iₜ ⊙ gₜ",
            "hₜ = oₜ ⊙ tanh(cₜ)",
        ],
    ),
    (
        "gru, the reset after",
        {"hidden": 2, "cell": "gru"},
        [
            "rₜ = σ(W_xr·xₜ + W_hr·hₜ₋₁ + b_r)",
            "zₜ = σ(W_xz·xₜ + W_hz·hₜ₋₁ + b_z)",
            "nₜ = tanh(W_xn·xₜ + b_n + rₜ ⊙ (W_hn·hₜ₋₁))",
            "hₜ = (1 − zₜ) ⊙ nₜ + zₜ ⊙ hₜ₋₁",
        ],
    ),
    (
        "gru, the reset before",
        {"hidden": 2, "cell": "gru", "linear_before_reset": False},
        [
            "rₜ = σ(W_xr·xₜ + W_hr·hₜ₋₁ + b_r)",
            "zₜ = σ(W_xz·xₜ + W_hz·hₜ₋₁ + b_z)",
            "nₜ = tanh(W_xn·xₜ + W_hn·(rₜ ⊙ hₜ₋₁) + b_n)",
            "hₜ = (1 − zₜ) ⊙ nₜ + zₜ ⊙ hₜ₋₁",
        ],
    ),
]


@pytest.mark.parametrize(("options", "said"), [f[1:] for f in FACTS], ids=[f[0] for f in FACTS])
def test_every_gate_has_its_own_weights(options: dict[str, Any], said: list[str]) -> None:
    facts = run("rnn", X, **options).facts
    assert [text((f.equation,), exact) for f in facts if f.equation] == said


@pytest.mark.parametrize("weights", [W, {k: v for k, v in W.items() if k != "Wy"}])
@pytest.mark.parametrize("mode", ["many-to-many", "many-to-one", "one-to-many"])
def test_the_output_is_what_the_layer_hands_on(weights: Any, mode: Any) -> None:
    trace = run("rnn", X, weights=weights, mode=mode)
    seen = X if mode != "one-to-many" else [X[0], [0, 0], [0, 0]]
    h = np.array(loop(seen, W, [0, 0, 0], relu=False))
    expected = h @ W["Wy"].T if "Wy" in weights else h
    expected = expected[-1] if mode == "many-to-one" else expected
    np.testing.assert_allclose(trace.output, expected, rtol=1e-12)
    np.testing.assert_allclose(trace.results["h"], h, rtol=1e-12)
    np.testing.assert_allclose(trace.steps[-1].value, np.atleast_2d(expected)[-1], rtol=1e-12)
    counted = rnn.layer((3, 2), ops.load("rnn").accept({"weights": weights, "mode": mode}))
    assert counted.output == expected.shape


@pytest.mark.parametrize(("outputs", "marked"), [(1, "y₂  output"), (None, "h₂  output (2)")])
def test_the_terminal_marks_the_output_of_many_to_one(outputs: int | None, marked: str) -> None:
    trace = run("rnn", [[1, 0], [0, 1]], hidden=2, outputs=outputs, mode="many-to-one")
    heading, numbers = load("table").write(trace, Request()).content.decode().split("\n")[-3:-1]
    assert heading == marked
    assert len(numbers.strip("[ ]").split()) == (outputs or 2)


def test_the_terminal_writes_the_first_equations_of_a_large_step() -> None:
    trace = run("rnn", [[1, 0], [0, 1]], hidden=80, outputs=2)
    said = load("table").write(trace, Request(steps="2")).content.decode().split("\n")
    assert [line.split()[0] for line in said if line.startswith("  h₂,")][-1] == "h₂,₆₃"
    assert said[-2] == "  … and 18 more equations"
    assert len(trace.steps[1].formula) == 82


def test_both_directions_hand_on_the_last_row_of_every_state() -> None:
    w = stacked_weights("rnn", 1, True, hidden=3)
    last = run("rnn", X, weights=w, mode="many-to-one")
    assert last.output.shape == (6,)
    np.testing.assert_array_equal(last.output, run("rnn", X, weights=w).output[-1])
