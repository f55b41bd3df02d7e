"""The equations of the cells: worked out, they give what the core computes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import run, stacked_weights
from nnviz.expressions import names
from nnviz.formats import load
from nnviz.request import Request
from nnviz.trace import Name, Step, Trace

GATES = {"rnn": 1, "lstm": 4, "gru": 3}


def net(cell: str, biases: int, layers: int, directions: int, seed: int, **more: Any) -> Trace:
    """A net of random weights with no bias, the textbook's one, or PyTorch's two."""
    rng = np.random.default_rng(seed)
    rows, weights = GATES[cell] * 3, {}
    for layer in range(layers):
        for end in ("", "_reverse")[:directions]:
            name = f"l{layer}{end}"
            width = 3 * directions if layer else 2
            weights[f"weight_ih_{name}"] = rng.uniform(-1, 1, (rows, width))
            weights[f"weight_hh_{name}"] = rng.uniform(-1, 1, (rows, 3))
            for bias in ("bias_ih_", "bias_hh_")[:biases]:
                weights[bias + name] = rng.uniform(-1, 1, rows)
    weights["Wy"] = rng.uniform(-1, 1, (2, 3 * directions))
    if biases:
        weights["by"] = rng.uniform(-1, 1, 2)
    return run("rnn", rng.uniform(-1, 1, (4, 2)), cell=cell, weights=weights, **more)


def assert_worked_out(trace: Trace) -> None:
    """Every right side of every step comes to what the core made of it."""
    for step in trace.steps:
        assert step.equations
        for equation in step.equations:
            found = equation.at.value(equation.right)
            np.testing.assert_allclose(found, equation.made, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("cell", GATES)
@settings(deadline=None, max_examples=25)
@given(
    biases=st.integers(0, 2),
    layers=st.integers(1, 2),
    directions=st.integers(1, 2),
    after=st.booleans(),
    activation=st.sampled_from(["none", "sigmoid", "softmax"]),
    mode=st.sampled_from(["many-to-many", "many-to-one", "one-to-many"]),
    seed=st.integers(0, 99),
)
def test_the_equations_worked_out_are_what_the_core_computes(
    cell: str,
    biases: int,
    layers: int,
    directions: int,
    after: bool,
    activation: str,
    mode: str,
    seed: int,
) -> None:
    options: dict[str, Any] = {"output_activation": activation, "mode": mode}
    if cell == "gru":
        options["linear_before_reset"] = after
    trace = net(cell, biases, layers, directions, seed, **options)
    assert_worked_out(trace)
    outputs = [s for s in trace.steps if s.equations[-1].left.text == "y"]
    assert len(outputs) == (1 if mode == "many-to-one" else 4)
    made = [step.equations[-1].made for step in outputs]
    np.testing.assert_array_equal(made, trace.results["y"])


@pytest.mark.parametrize("cell", GATES)
def test_sums_are_what_the_activations_of_the_core_were_applied_to(cell: str) -> None:
    """A gate that is wrong in the core and in the figure alike would pass the test above."""
    trace = net(cell, 2, 1, 1, seed=3)
    for step in trace.steps:
        gates = [e for e in step.equations if e.left.text in "ifgorzn"]
        assert len(gates) == (GATES[cell] if cell != "rnn" else 0)
        made = np.concatenate([e.made for e in gates] or [step.equations[0].made])
        pre = np.asarray(step.detail["pre"])
        tanh = np.repeat([e.left.text in "gn" for e in gates] or [True], 3)
        expected = np.where(tanh, np.tanh(pre), 1 / (1 + np.exp(-pre)))
        np.testing.assert_allclose(made, expected, rtol=1e-12)


def test_the_header_the_figure_and_the_formulas_have_the_same_equations() -> None:
    trace = net("lstm", 1, 1, 1, seed=1)
    facts = [(f.label, f.equation) for f in trace.facts]
    assert facts == [(e.label, e.equation) for e in trace.steps[1].equations]
    lines = trace.steps[1].formula
    assert len(lines) == 3 * 6 + 2
    names = ["i", "f", "g", "o", "c", "h"] * 3 + ["y", "y"]
    assert [line.sides[0].text for line in lines] == names  # type: ignore[union-attr]


def test_layers_and_directions_read_each_other() -> None:
    trace = net("gru", 1, 2, 2, seed=1)
    below, above = trace.steps[4], trace.steps[7]
    assert {"x_t", "h_t(1)→", "h_t−1(1)→"} <= symbols(below)
    assert {"h_t(1)", "h_t(2)←", "h_t+1(2)←"} <= symbols(above)
    assert above.equations[0].at.subs["t+1"] == "3"


def test_the_arithmetic_and_the_table_name_layers_and_directions() -> None:
    trace = net("rnn", 1, 2, 2, seed=1)
    step = trace.steps[3]  # time 1, layer 2, backward: it makes y too
    first, last = step.formula[0].sides[0], step.formula[-1].sides[0]
    assert first == Name("h", "1,0", "hidden", "(2)←")
    assert last == Name("y", "1,1", "output")
    table = [(q.key, f"{q.symbol.text}_{q.symbol.sub}{q.symbol.sup}") for q in step.quantities]
    assert table == [
        ("x", "h_t(1)"),
        ("h_prev", "h_t+1(2)←"),
        ("pre", "before_"),
        ("h", "h_t(2)←"),
        ("y", "y_t"),
    ]


def test_the_terminal_tells_layers_and_directions_apart() -> None:
    trace = net("rnn", 1, 2, 2, seed=1)
    request = Request(steps="3-4")
    said = load("table").write(trace, request).content.decode()
    head = next(line for line in said.split("\n") if line.startswith("step"))
    assert head.split("  ")[:4] == ["step", "t", "layer", "direction"]
    assert "hₜ₋₁ or hₜ₊₁" in head
    assert "step 4  time 1, layer 2, backward\n  h₁,₀^(2)← ≈ tanh(" in said
    (third,) = (line.split()[:4] for line in said.split("\n") if line.split()[:1] == ["3"])
    assert third == ["3", "1", "2", "→"]


def symbols(step: Step) -> set[str]:
    """The symbols of a step's equations."""
    found = (n for e in step.equations for side in e.equation.sides for n in names(side))
    return {f"{name.text}_{name.sub}{name.sup}" for name in found}


def test_a_time_without_an_input_has_no_term_of_it() -> None:
    trace = net("rnn", 1, 1, 1, seed=1, mode="one-to-many")
    first, second = (step.equations[0] for step in trace.steps[:2])
    assert len(first.right.args[0].terms) == 3  # type: ignore[union-attr]
    assert len(second.right.args[0].terms) == 2  # type: ignore[union-attr]


@pytest.mark.parametrize(("layers", "both"), [(1, False), (2, False), (1, True), (3, True)])
def test_the_header_says_what_other_layers_and_directions_read(layers: int, both: bool) -> None:
    trace = run("rnn", [[1, 0], [0, 1]], weights=stacked_weights("rnn", layers, both))
    said = [str(fact.label) for fact in trace.facts]
    assert ("from layer 2 on, the input is the layer below" in said) == (layers > 1)
    assert ("backward, in the place of the state before" in said) == both
