"""LSTM, GRU, layers and directions: against onnx.reference, each other, and their steps."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import TensorProto, helper
from onnx.reference import ReferenceEvaluator

from helpers import assert_formula_holds, assert_steps_hold, run
from nnviz import ops
from nnviz.ops.recurrent import rnn
from nnviz.trace import Trace

GATES = {"rnn": 1, "lstm": 4, "gru": 3}
ONNX_ORDER = {"rnn": [0], "lstm": [0, 3, 1, 2], "gru": [1, 0, 2]}
"""Our gates (i f g o, r z n) in the order of ONNX (i o f c, z r h)."""

Weights = dict[str, np.ndarray]


def draw_weights(
    cell: str, inputs: int, hidden: int, layers: int, directions: int, seed: int
) -> Weights:
    """PyTorch's names, every number in ±1."""
    rng = np.random.default_rng(seed)
    rows = GATES[cell] * hidden
    made: Weights = {}
    for layer in range(layers):
        for end in ("", "_reverse")[:directions]:
            width = inputs if layer == 0 else hidden * directions
            made[f"weight_ih_l{layer}{end}"] = rng.uniform(-1, 1, (rows, width))
            made[f"weight_hh_l{layer}{end}"] = rng.uniform(-1, 1, (rows, hidden))
            made[f"bias_ih_l{layer}{end}"] = rng.uniform(-1, 1, rows)
            made[f"bias_hh_l{layer}{end}"] = rng.uniform(-1, 1, rows)
    return made


def onnx_layer(
    cell: str, x: np.ndarray, w: Weights, h0: np.ndarray, c0: np.ndarray, after: int
) -> tuple[np.ndarray, ...]:
    """One layer in one direction by onnx.reference: all h, the last h, and the last c."""
    hidden = h0.size
    order = ONNX_ORDER[cell]

    def rows(name: str) -> np.ndarray:
        return np.concatenate([w[name].reshape(GATES[cell], hidden, -1)[g] for g in order])

    bias = np.concatenate([rows("bias_ih_l0"), rows("bias_hh_l0")]).reshape(1, -1)
    feeds = {
        "X": x[:, None],
        "W": rows("weight_ih_l0")[None],
        "R": rows("weight_hh_l0")[None],
        "B": bias,
        "h0": h0.reshape(1, 1, -1),
    }
    inputs, outputs = ["X", "W", "R", "B", "", "h0"], ["Y", "Y_h"]
    attributes: dict[str, Any] = {"hidden_size": hidden}
    if cell == "lstm":
        inputs, outputs, feeds["c0"] = [*inputs, "c0"], [*outputs, "Y_c"], c0.reshape(1, 1, -1)
    if cell == "gru":
        attributes["linear_before_reset"] = after
    node = helper.make_node(cell.upper(), inputs, outputs, **attributes)
    graph = helper.make_graph(
        [node],
        cell,
        [helper.make_tensor_value_info(n, TensorProto.DOUBLE, v.shape) for n, v in feeds.items()],
        [helper.make_tensor_value_info(n, TensorProto.DOUBLE, None) for n in outputs],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 22)])
    made: list[Any] = list(ReferenceEvaluator(model).run(None, feeds))
    y, *last = made
    return (y[:, 0, 0], *(state[0] for state in last))


@pytest.mark.parametrize("cell", GATES)
@settings(deadline=None, max_examples=15)
@given(
    st.integers(1, 4), st.integers(1, 3), st.integers(1, 3), st.integers(0, 1), st.integers(0, 99)
)
def test_agrees_with_onnx_at_every_step(
    cell: str, steps: int, inputs: int, hidden: int, after: int, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    w = draw_weights(cell, inputs, hidden, 1, 1, seed)
    x, h0, c0 = (rng.uniform(-1, 1, shape) for shape in ((steps, inputs), hidden, hidden))
    options: dict[str, Any] = {"cell": cell, "weights": w, "h0": h0}
    if cell == "lstm":
        options["c0"] = c0
    if cell == "gru":
        options["linear_before_reset"] = bool(after)
    trace = run("rnn", x, **options)
    expected = onnx_layer(cell, x, w, h0, c0, after)
    np.testing.assert_allclose(trace.output, expected[0], rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(trace.results["h_n"], expected[1], rtol=1e-9, atol=1e-12)
    if cell == "lstm":
        np.testing.assert_array_equal(trace.results["c"], [s.detail["c"] for s in trace.steps])
        np.testing.assert_allclose(trace.results["c_n"], expected[2], rtol=1e-9, atol=1e-12)
    assert_steps_hold(trace)


def one(w: Weights, layer: int, end: str) -> Weights:
    """The weights of one layer in one direction, as those of a net of its own."""
    tail = f"_l{layer}{end}"
    return {name[: -len(tail)] + "_l0": a for name, a in w.items() if name.endswith(tail)}


@pytest.mark.parametrize("cell", GATES)
@pytest.mark.parametrize("layers", [1, 2, 3])
def test_a_bidirectional_net_in_layers_is_nets_of_one_layer(cell: str, layers: int) -> None:
    rng = np.random.default_rng(layers)
    w = draw_weights(cell, 2, 3, layers, 2, seed=layers)
    x = rng.uniform(-1, 1, (4, 2))
    h0 = rng.uniform(-1, 1, (layers * 2, 3))
    trace = run("rnn", x, cell=cell, weights=w, h0=h0)
    below, last = x, []
    for layer in range(layers):
        both = []
        for direction, end in enumerate(("", "_reverse")):
            seen = below[::-1] if direction else below
            alone = run(
                "rnn", seen, cell=cell, weights=one(w, layer, end), h0=h0[2 * layer + direction]
            )
            last.append(alone.output[-1])
            both.append(alone.output[::-1] if direction else alone.output)
        below = np.concatenate(both, axis=1)
    np.testing.assert_allclose(trace.output, below, rtol=1e-12)
    np.testing.assert_allclose(trace.results["h_n"], last, rtol=1e-12)
    assert len(trace.steps) == 4 * layers * 2


def test_steps_name_layer_direction_gates_and_hold_in_every_layer() -> None:
    w = {**draw_weights("lstm", 2, 2, 2, 2, seed=1), "Wy": np.ones((1, 4))}
    trace = run("rnn", np.ones((3, 2)), cell="lstm", weights=w)
    places = [(s.index[0], s.detail["layer"], s.detail["direction"]) for s in trace.steps]
    assert places == [(t, k, d) for t in range(3) for k in range(2) for d in range(2)]
    for step in trace.steps:
        assert {"i", "f", "g", "o", "c", "c_prev", "h_prev", "pre"} <= set(step.detail)
        is_last = (step.detail["layer"], step.detail["direction"]) == (1, 1)
        assert ("y" in step.detail) is is_last
        assert_formula_holds(step.formula)
    assert trace.results["c_n"].shape == (4, 2)
    assert {"Wx_l1_reverse", "bh_l0"} <= set(trace.arrays)


@pytest.mark.parametrize("cell", GATES)
def test_the_states_of_every_layer_are_those_of_its_steps(cell: str) -> None:
    x = np.random.default_rng(0).normal(size=(3, 2))
    trace = run("rnn", x, cell=cell, weights=draw_weights(cell, 2, 2, 2, 2, seed=1))
    letters = "hc" if cell == "lstm" else "h"
    assert len(trace.states) == 4 * len(letters)
    for step in trace.steps:
        end = f"_l{step.detail['layer']}" + "_reverse" * step.detail["direction"]
        for letter in letters:
            found = trace.states[letter + end][step.index[0]]
            np.testing.assert_array_equal(found, step.detail[letter])


def test_textbook_names_take_one_bias_in_the_order_of_the_gates() -> None:
    torch = draw_weights("lstm", 2, 3, 1, 1, seed=4)
    note = {
        "Wx": torch["weight_ih_l0"],
        "Wh": torch["weight_hh_l0"],
        "b": torch["bias_ih_l0"] + torch["bias_hh_l0"],
    }
    x = np.ones((3, 2))
    both = [run("rnn", x, cell="lstm", weights=w) for w in (torch, note)]
    np.testing.assert_allclose(both[0].output, both[1].output)
    assert set(both[1].arrays) == {"input", "Wx", "Wh", "b", "h0", "c0"}


REFUSALS: list[tuple[str, dict[str, Any], str]] = [
    ("lstm weights for an rnn", {"cell": "rnn"}, "must be 12×12(.|\n)*--cell lstm"),
    ("lstm weights for a gru", {"cell": "gru"}, "must be 12×4(.|\n)*--cell lstm"),
    ("c0 of a gru", {"cell": "gru", "c0": [0]}, "--c0 belongs to --cell lstm"),
    ("relu of an lstm", {"cell": "lstm", "activation": "relu"}, "--act belongs to --cell rnn"),
    ("reset of an lstm", {"cell": "lstm", "linear_before_reset": False}, "belongs to --cell gru"),
    ("c0 of other length", {"cell": "lstm", "c0": [1, 2]}, "--c0 has 2 numbers, .* state has 3"),
]


@pytest.mark.parametrize(
    ("options", "message"), [r[1:] for r in REFUSALS], ids=[r[0] for r in REFUSALS]
)
def test_refuses(options: dict[str, Any], message: str) -> None:
    w = draw_weights("lstm", 2, 3, 1, 1, seed=0)
    with pytest.raises(ValueError, match=message):
        run("rnn", np.ones((2, 2)), weights=w, **options)


def test_refuses_a_missing_layer_and_feedback_in_two_directions() -> None:
    w = draw_weights("rnn", 2, 2, 2, 2, seed=0)
    x = np.ones((2, 2))
    partial = {name: a for name, a in w.items() if name != "weight_hh_l1"}
    with pytest.raises(ValueError, match="no Wh_l1"):
        run("rnn", x, weights=partial)
    with pytest.raises(ValueError, match="2 directions"):
        run("rnn", x, weights={**w, "Wy": np.ones((2, 4))}, mode="one-to-many", feedback=True)


@pytest.mark.parametrize("cell", GATES)
def test_feedback_runs_every_cell(cell: str) -> None:
    w = {**draw_weights(cell, 2, 3, 2, 1, seed=5), "Wy": np.full((2, 3), 0.5)}
    options: dict[str, Any] = {"cell": cell, "weights": w}
    trace: Trace = run(
        "rnn", np.ones((1, 2)), mode="one-to-many", length=4, feedback=True, **options
    )
    np.testing.assert_allclose(trace.arrays["input"][1:], trace.results["y"][:-1])
    np.testing.assert_allclose(run("rnn", trace.arrays["input"], **options).output, trace.output)


COUNTS = [
    ("rnn", 1, 1, 3 * 5 + 2 * 3),
    ("lstm", 1, 1, 4 * (3 * 5 + 2 * 3)),
    ("gru", 1, 1, 3 * (3 * 5 + 2 * 3)),
    ("lstm", 2, 2, 4 * 2 * (3 * 5 + 2 * 3) + 4 * 2 * (3 * 9 + 2 * 3)),
]


@pytest.mark.parametrize(("cell", "layers", "directions", "count"), COUNTS)
def test_counts_are_those_of_pytorch(cell: str, layers: int, directions: int, count: int) -> None:
    w = draw_weights(cell, 2, 3, layers, directions, seed=0)
    values = ops.load("rnn").accept({"cell": cell, "weights": w})
    counted = rnn.layer((4, 2), values)
    assert counted.params == count == sum(a.size for a in w.values())
    assert counted.output == (4, 3 * directions)


def test_weights_of_a_whole_model_are_found_by_their_one_prefix() -> None:
    w, x = draw_weights("lstm", 2, 3, 1, 1, seed=0), np.ones((4, 2))
    model = {"fc.weight": np.ones((1, 3)), **{f"module.lstm.{k}": v for k, v in w.items()}}
    found = run("rnn", x, cell="lstm", weights=model)
    np.testing.assert_array_equal(found.output, run("rnn", x, cell="lstm", weights=w).output)
    several = {**model, **{f"other.{k}": v for k, v in w.items()}}
    with pytest.raises(ValueError, match=r"module.lstm, other(.|\n)*FILE:module.lstm"):
        run("rnn", x, cell="lstm", weights=several)


def test_a_projection_is_named() -> None:
    w = {**draw_weights("lstm", 2, 3, 1, 1, seed=0), "weight_hr_l0": np.ones((2, 3))}
    with pytest.raises(ValueError, match=r"weight_hr_l0(.|\n)*projection"):
        run("rnn", np.ones((4, 2)), cell="lstm", weights=w)


@pytest.mark.parametrize(
    ("cell", "gates", "before", "merged"),
    [
        ("rnn", 1, True, True),
        ("lstm", 4, True, True),
        ("gru", 3, True, False),
        ("gru", 3, False, True),
    ],
)
def test_two_biases_are_said_to_be_one_where_they_can_be(
    cell: str, gates: int, before: bool, merged: bool
) -> None:
    """The one bias that the note speaks of makes the same states, and only where it says so."""
    rng = np.random.default_rng(3)
    wx, wh = rng.normal(size=(gates * 2, 1)), rng.normal(size=(gates * 2, 2))
    b, bh = rng.normal(size=(2, gates * 2))
    given = {"weight_ih_l0": wx, "weight_hh_l0": wh}
    both = {**given, "bias_ih_l0": b, "bias_hh_l0": bh}

    def made(weights: dict[str, Any]) -> Trace:
        return run("rnn", [[1.0], [2.0]], weights=weights, cell=cell, linear_before_reset=before)

    one, two = made({"Wx": wx, "Wh": wh, "b": b + bh}), made(both)
    (said,) = (note.template for note in two.notes)
    assert ("stays apart" in said) != merged
    assert np.allclose(one.output, two.output) == merged
    assert not one.notes
    assert not made({**given, "bias_ih_l0": b}).notes
