"""Backpropagation through time against what moving each number does, and PyTorch's autograd."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import nnviz

GATES = {"rnn": 1, "lstm": 4, "gru": 3}
TORCH = {"Wx": "weight_ih", "Wh": "weight_hh", "b": "bias_ih", "bh": "bias_hh"}
X = np.array([[0.5, -1.0], [0.25, 0.75], [-0.5, 1.0], [1.0, 0.1]])


def weights_of(cell: str, layers: int = 1, directions: int = 1, outputs: int = 0) -> dict[str, Any]:
    """Weights by PyTorch's names, for inputs of two numbers and states of two."""
    rng, rows = np.random.default_rng(5), 2 * GATES[cell]
    found: dict[str, Any] = {}
    for layer in range(layers):
        for way in range(directions):
            end = f"_l{layer}" + "_reverse" * way
            shapes = {"Wx": (rows, 2 if layer == 0 else 2 * directions), "Wh": (rows, 2)}
            for name, torch in TORCH.items():
                found[torch + end] = rng.normal(size=shapes.get(name, (rows,)))
    if outputs:
        found |= {"Wy": rng.normal(size=(outputs, 2 * directions)), "by": rng.normal(size=outputs)}
    return found


CASES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    **{cell: (weights_of(cell), {"cell": cell}) for cell in GATES},
    "relu": (weights_of("rnn"), {"activation": "relu"}),
    "outputs": (weights_of("rnn", outputs=3), {}),
    "softmax": (weights_of("lstm", outputs=3), {"cell": "lstm", "output_activation": "softmax"}),
    "the last output": (weights_of("gru", outputs=2), {"cell": "gru", "mode": "many-to-one"}),
    "the last state": (weights_of("lstm"), {"cell": "lstm", "mode": "many-to-one"}),
    "two layers": (weights_of("lstm", 2), {"cell": "lstm"}),
    "both directions": (weights_of("gru", 1, 2), {"cell": "gru"}),
    "all": (weights_of("rnn", 2, 2, 2), {}),
    "reset before": (weights_of("gru"), {"cell": "gru", "linear_before_reset": False}),
    "states": (weights_of("lstm"), {"cell": "lstm", "h0": [0.5, -0.5], "c0": [0.25, 1.0]}),
    "states of layers": (weights_of("rnn", 2, 2), {"h0": np.arange(8).reshape(4, 2) / 8}),
}


def run(x: Any, weights: dict[str, Any], options: dict[str, Any]) -> nnviz.Result:
    return nnviz.rnn(x, weights, **options)


def given_name(name: str) -> str:
    """The name that an array has among the weights that were given."""
    head, _, end = name.partition("_")
    torch = TORCH.get(head, head)
    return f"{torch}_{end or 'l0'}" if head in TORCH else torch


def near(name: str, case: tuple[dict[str, Any], dict[str, Any]], g: np.ndarray) -> np.ndarray:
    weights, options = case
    own = given_name(name)
    arrays = {"input": X, **options, **weights}
    value, by = np.array(arrays[name if name in arrays else own], float), 1e-5
    found = np.zeros(value.shape)
    for at in np.ndindex(*value.shape):
        ends = []
        for way in (by, -by):
            now = value.copy()
            now[at] += way
            x = now if name == "input" else X
            more = {name: now} if name in ("h0", "c0") else {}
            changed = weights | ({own: now} if own in weights else {})
            ends.append(float((g * run(x, changed, options | more).output).sum()))
        found[at] = (ends[0] - ends[1]) / (2 * by)
    return found


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_moving_each_number_says_the_same(case: tuple[dict[str, Any], dict[str, Any]]) -> None:
    r = run(X, *case)
    g = np.cos(np.arange(r.output.size)).reshape(r.output.shape)
    made = r.backward(g)
    named = [name.removeprefix("grad_") for name in made if name.startswith("grad_")]
    names = [name for name in named if not name.startswith(("weight_", "bias_"))]
    assert len(names) >= len(case[0]) + 2
    for name in names:
        if name[0] in "hc" and name not in case[1]:
            continue  # those in between: test_states_backward
        got = made[f"grad_{name}"]
        assert got.shape == r[name].shape
        np.testing.assert_allclose(got, near(name, case, g), rtol=2e-6, atol=1e-8, err_msg=name)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_the_terms_of_every_step_add_up(case: tuple[dict[str, Any], dict[str, Any]]) -> None:
    r = run(X, *case)
    for name in (n.removeprefix("grad_") for n in r.backward() if n.startswith("grad_")):
        made = r.backward(of=name)
        arrived = made["gradient"]
        assert len(made.steps) == made.output.size
        for step in made.steps:
            terms = step.detail["terms"]
            assert all(arrived[tuple(at)] == g for at, g, _ in terms)
            total = math.fsum(g * factor for _, g, factor in terms)
            assert total == pytest.approx(step.value, rel=1e-9, abs=1e-12)


def test_a_weight_has_a_term_a_time() -> None:
    made = run(X, weights_of("rnn"), {}).backward(of="Wh")
    assert [at for at, _, _ in made.steps[1].detail["terms"]] == [[t, 0] for t in range(4)]


def test_a_gradient_that_only_the_last_output_sends_vanishes_on_its_way() -> None:
    weights = {"Wx": np.eye(2), "Wh": 0.1 * np.eye(2)}
    made = run(X, weights, {"mode": "many-to-one"}).backward()["grad_input"]
    sizes = np.abs(made).max(axis=1)
    assert (sizes[:-1] < 0.11 * sizes[1:]).all()


def test_a_network_goes_back_through_time() -> None:
    last = "rnn --cell gru --hidden 2 --mode many-to-one | dense --units 2"
    net = f"rnn --hidden 3 | act tanh | {last}"
    r = nnviz.net(net, X)
    made = r.backward(target=1, loss="cross-entropy")
    assert made["grad_1.Wx"].shape == (3, 2)
    assert made["grad_input"].shape == X.shape
