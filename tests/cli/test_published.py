"""Examples of backpropagation that others published, to their digits, as a student types them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cli.conftest import Nnviz

SAMPLES = Path(__file__).parents[2] / "samples"

# Matt Mazur, A Step by Step Backpropagation Example (2015),
# https://mattmazur.com/2015/03/17/a-step-by-step-backpropagation-example/
HIDDEN, OUT = "0.15 0.20; 0.25 0.30", "0.40 0.45; 0.50 0.55"
NET = (
    f"hidden: dense --weight '{HIDDEN}' --bias '0.35 0.35' | sigmoid"
    f" | out: dense --weight '{OUT}' --bias '0.60 0.60' | sigmoid"
)
MAZUR = ("net", NET, "0.05 0.10", "--target", "0.01 0.99", "--loss", "mse")
STEP = ["--update", "--lr", "0.5"]
NEW_OUT = [[0.35891648, 0.408666186], [0.51130127, 0.561370121]]
NEW_HIDDEN = [[0.149780716, 0.19956143], [0.24975114, 0.29950229]]
MAZURS: list[tuple[list[str], str, Any]] = [
    ([], "output", [0.75136507, 0.772928465]),
    ([], "loss", 0.298371109),
    (STEP, "new_out.weight", NEW_OUT),
    (STEP, "new_hidden.weight", NEW_HIDDEN),
]

# Aidan Gomez, Backpropogating an LSTM: A Numerical Example (2016),
# https://blog.aidangomez.ca/2016/04/17/Backpropogating-an-LSTM-A-Numerical-Example/
# His loss, half of the square at each of two times, is the mean of the squares. His gates stand
# in the order a i f o, ours in PyTorch's i f g o: a is g.
LSTM = ("rnn", "1 2; 0.5 3", "--cell", "lstm", "--weights", str(SAMPLES / "lstm-weights.json"))
LOSS = ("--target", "0.5; 1.25", "--loss", "mse")
STEPS = {
    "i": [0.96083, 0.98118],
    "f": [0.85195, 0.87030],
    "g": [0.81775, 0.84980],
    "o": [0.81757, 0.84993],
    "c": [0.78572, 1.5176],
    "h": [0.53631, 0.77198],
}
SUMS = [[-0.00165, 0, -0.01703, 0.00176], [-0.00112, -0.00631, -0.01938, -0.05538]]
INPUTS = [[-0.00817, -0.00487], [-0.04743, -0.03073]]
BACK = {"c": [[-0.05349], [-0.07111]], "h": [[0.01803], [-0.47803]]}
STEPPED: dict[str, Any] = {
    "Wx": [[0.95022, 0.80066], [0.70031, 0.45189], [0.45267, 0.25922], [0.60259, 0.41626]],
    "Wh": [[0.80006], [0.10034], [0.15104], [0.25297]],
    "b": [0.65028, 0.15063, 0.20364, 0.10536],
}


def value(done: Any) -> Any:
    assert done.code == 0, done.err
    return json.loads(done.out)


@pytest.mark.parametrize(("more", "name", "published"), MAZURS, ids=[row[1] for row in MAZURS])
def test_mazur(nnviz: Nnviz, more: list[str], name: str, published: Any) -> None:
    made = value(nnviz(*MAZUR, *more, "--get", name, "--json"))
    np.testing.assert_allclose(made, published, rtol=2e-8)


def test_gomez_forward(nnviz: Nnviz) -> None:
    steps = value(nnviz(*LSTM, "--trace"))["steps"]
    made = {name: [step[name][0] for step in steps] for name in STEPS}
    for name, published in STEPS.items():
        np.testing.assert_allclose(made[name], published, rtol=2.5e-5, err_msg=name)


def test_gomez_back_through_time(nnviz: Nnviz) -> None:
    """The gradients of the outputs are h − label, which he writes out first."""
    trace = value(nnviz(*LSTM, "--backward", "--grad", "0.03631; -0.47803", "--trace"))
    np.testing.assert_allclose(trace["arrays"]["gradient"], SUMS, atol=1.1e-5)
    np.testing.assert_allclose(trace["output"], INPUTS, atol=1.1e-5)


@pytest.mark.parametrize(("of", "published"), BACK.items())
def test_gomez_states_back_through_time(nnviz: Nnviz, of: str, published: Any) -> None:
    made = value(nnviz(*LSTM, "--backward", "--grad", "0.03631; -0.47803", "--of", of, "--json"))
    np.testing.assert_allclose(made, published, atol=1.1e-5)


@pytest.mark.parametrize("name", STEPPED)
def test_gomez_steps(nnviz: Nnviz, name: str) -> None:
    """From the loss, so that nothing is worked out by hand."""
    chain = f"rnn --cell lstm --weights {SAMPLES / 'lstm-weights.json'}"
    words = ("net", chain, LSTM[1], *LOSS, "--update", "--lr", "0.1", "--get", f"new_1.{name}")
    np.testing.assert_allclose(value(nnviz(*words, "--json")), STEPPED[name], atol=1e-5)
