"""Stored cases: what PyTorch's autograd gave for the calls of the other files, and for losses of
whole networks, every gradient compared whole.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nnviz
from test_vectors import CASES

PATH = Path(__file__).parent / "vectors" / "gradients.json"
STORED = json.loads(PATH.read_text(encoding="utf-8"))["cases"]
GIVEN = {(case["call"], case["id"]): case for case in CASES}
ARRAYS = [case for case in STORED if case["call"] != "net"]
NETS = [case for case in STORED if case["call"] == "net"]


def test_every_case_has_its_gradients() -> None:
    assert {(case["call"], case["id"]) for case in ARRAYS} == GIVEN.keys()
    assert len({case["id"].rpartition(",")[0] for case in NETS}) == 5


def assert_close(made: Any, expected: Any, rtol: float = 1e-9) -> None:
    theirs = np.array(expected)
    scale = max(1, abs(theirs).max(initial=0))
    np.testing.assert_allclose(made.reshape(theirs.shape), theirs, rtol=rtol, atol=4e-12 * scale)


@pytest.mark.parametrize("case", ARRAYS, ids=[f"{c['call']}: {c['id']}" for c in ARRAYS])
def test_gradients_are_those_of_autograd(case: dict[str, Any]) -> None:
    given = GIVEN[case["call"], case["id"]]
    made = getattr(nnviz, case["call"])(*given["args"], **given["options"]).backward(case["grad"])
    # PyTorch's hard-sigmoid takes 1/6 in float32 on its way back.
    rtol = 1e-7 if "hard-sigmoid" in case["id"] else 1e-9
    for name, expected in case["expected"].items():
        assert_close(made[f"grad_{name}"], expected, rtol)


@pytest.mark.parametrize("case", NETS, ids=[case["id"] for case in NETS])
def test_losses_of_networks_are_those_of_autograd(case: dict[str, Any]) -> None:
    asked = {"target": case["target"], "loss": case["loss"]}
    made = nnviz.net(*case["args"], **case["options"], **asked)
    expected = dict(case["expected"])
    assert made["loss"] == pytest.approx(expected.pop("loss"), rel=1e-10)
    for name, gradient in expected.items():
        assert_close(made[f"grad_{name}"], gradient)


TORCH: dict[str, Any] = {
    "weight_ih_l0": [[1.0], [0.5]],
    "weight_hh_l0": [[0.0, 1.0], [1.0, 0.0]],
    "bias_ih_l0": [0.0, 0.5],
    "bias_hh_l0": [0.25, 0.0],
}


def test_names_that_were_given_are_known_of_gradients() -> None:
    r = nnviz.rnn([[1.0], [2.0]], TORCH)
    g = r.backward(of="weight_hh_l0")
    for theirs, own in {"weight_ih_l0": "Wx", "weight_hh_l0": "Wh", "bias_hh_l0": "bh"}.items():
        np.testing.assert_array_equal(g[f"grad_{theirs}"], g[f"grad_{own}"])
    np.testing.assert_array_equal(g.output, g["grad_Wh"])
    ours = nnviz.rnn([[1.0]], {"Wx": [[1.0]], "Wh": [[1.0]]})
    with pytest.raises(nnviz.NnvizError, match="no gradient of weight_ih_l0"):
        ours.backward(of="weight_ih_l0")


def test_so_are_those_of_the_layers_of_a_network() -> None:
    weights = {f"r.{name}": value for name, value in TORCH.items()}
    weights |= {"c.weight": [[[[2.0]]]], "c.bias": [1.0]}
    chain = "c: conv --filters 1 --size 1 | r: rnn --hidden 2"
    g = nnviz.net(chain, [[1.0], [2.0]], weights=weights).backward(of="c.weight")
    np.testing.assert_array_equal(g.output, g["grad_c.kernel"])
    np.testing.assert_array_equal(g["grad_r.weight_ih_l0"], g["grad_r.Wx"])
    assert "grad_c.weight" not in nnviz.net(chain, [[1.0], [2.0]]).backward()
