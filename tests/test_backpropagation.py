"""The way back through networks: published examples, and what moving each number does."""

from __future__ import annotations

import json
import math
import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import nnviz
from nnviz.backpropagation import backward, descended, with_loss
from nnviz.errors import NnvizError, UsageError
from nnviz.losses import loss_of
from nnviz.notation import text
from nnviz.trace import Trace


def matrix(values: Any) -> str:
    return f"'{json.dumps(values)}'"


# --- published -----------------------------------------------------------------

W1, W2 = [[0.15, 0.20], [0.25, 0.30]], [[0.40, 0.45], [0.50, 0.55]]
MAZUR = (
    f"hidden: dense --weight {matrix(W1)} --bias '[0.35, 0.35]' | sigmoid | "
    f"out: dense --weight {matrix(W2)} --bias '[0.6, 0.6]' | sigmoid"
)
"""Matt Mazur, A Step by Step Backpropagation Example (2015), https://mattmazur.com/2015/03/17/."""


def test_mazur() -> None:
    r = nnviz.net(MAZUR, [0.05, 0.10])
    np.testing.assert_allclose(r.output, [0.75136507, 0.772928465], rtol=1e-8)
    assert loss_of(r.output, np.array([0.01, 0.99]), "mse").value == pytest.approx(0.298371109)
    g = r.backward(target=[0.01, 0.99], loss="mse")
    assert g["grad_out.weight"][0, 0] == pytest.approx(0.082167041, rel=1e-7)
    assert g["grad_hidden.weight"][0, 0] == pytest.approx(0.000438568, abs=5e-10)
    new = np.array(W2) - 0.5 * g["grad_out.weight"]
    published = [[0.35891648, 0.408666186], [0.511301270, 0.561370121]]
    np.testing.assert_allclose(new, published, rtol=1e-7)


# --- refused -------------------------------------------------------------------

REFUSED: list[tuple[Any, Any, str, type[Exception]]] = [
    ("cross-entropy", 3, "^target 3 is no class of the output, which has 3", NnvizError),
    ("cross-entropy", -1, "^target -1 is no class", NnvizError),
    ("cross-entropy", 0.5, "^target 0.5 is no class", NnvizError),
    ("cross-entropy", [0, 1], "^target has 2 numbers, but the output has 1 row", NnvizError),
    ("mse", [1, 2], "^target is 2, but the output is 3", NnvizError),
    ("mse", [[1, 2], [3, 4]], "^target is 2×2, but the output is 3", NnvizError),
    ("mse", 1, "^target is 1, but the output is 3", NnvizError),
    ("mae", [1, 2, 3], "a loss takes target and loss", UsageError),
    (None, [1, 2, 3], "a loss takes target and loss", UsageError),
]


@pytest.mark.parametrize(("loss", "target", "message", "kind"), REFUSED)
def test_refusals(loss: Any, target: Any, message: str, kind: type[Exception]) -> None:
    r = nnviz.net("dense --units 3", [1, 2])
    with pytest.raises(kind, match=message):
        r.backward(target=target, loss=loss)


def test_the_cross_entropy_of_maps_is_refused() -> None:
    with pytest.raises(NnvizError, match="but the output is 1×2×2"):
        loss_of(np.zeros((1, 2, 2)), 0, "cross-entropy")


@pytest.mark.parametrize("target", [6, [6], [[6]]])
def test_axes_of_one_cell_do_not_matter(target: Any) -> None:
    """y = 3·1 + 1·2 − 1 = 4, two away from 6: the loss falls by 4 for each 1 that y grows."""
    r = nnviz.net("dense --weight '3 1' --bias -1", [1, 2])
    g = r.backward(target=target, loss="mse")
    assert g["grad_input"].tolist() == [-12, -4]
    assert g["grad_1.weight"].tolist() == [[-4, -8]]
    assert r.backward([[-4]])["grad_input"].tolist() == [-12, -4]


FED = "rnn --hidden 2 --outputs 2 --mode one-to-many --feedback"


def one_way(net: Trace) -> Trace:
    """A network whose second layer has no way back."""
    first, second, *more = net.layers
    return replace(net, layers=(first, replace(second, backward=None), *more))


def test_a_layer_without_gradients_is_named() -> None:
    r = nnviz.net(f"relu | {FED} | relu", [[1, 2]])
    with pytest.raises(UsageError, match=r"layer 2 \(.*\) has no gradients"):
        backward(one_way(r.trace))


def test_a_name_that_is_none_says_which_there_are() -> None:
    with pytest.raises(UsageError, match=r"it has: input, 1\.weight, 1\.bias"):
        nnviz.net("dense --units 3", [1, 2]).backward(of="1.kernel")


# --- what moving each number does -----------------------------------------------


def near(net: str, x: np.ndarray, g: np.ndarray) -> np.ndarray:
    found, by = np.zeros(x.shape), 1e-5
    for at in np.ndindex(*x.shape):
        ends = []
        for way in (by, -by):
            now = x.copy()
            now[at] += way
            ends.append(float((g * nnviz.net(net, now).output).sum()))
        found[at] = (ends[0] - ends[1]) / (2 * by)
    return found


LAYERS = (
    "tanh",
    "sigmoid",
    "conv -k '0.5 -1; 0.25 2' --pad same",
    "pool -k 2 --kind avg --stride 1 --pad 0,1,0,1",
    "residual { tanh }",
    "residual { sigmoid } { conv -k '0.5' }",
    "a: sigmoid | tanh | add a input",
)
ENDS = (
    "flatten | dense --units 2",
    "concat { tanh } { }",
    "flatten | concat { } { tanh } | softmax",
)


@settings(max_examples=25)
@given(
    st.lists(st.sampled_from(LAYERS), min_size=1, max_size=3, unique=True), st.sampled_from(ENDS)
)
def test_moving_the_input_says_the_same(layers: list[str], end: str) -> None:
    net = " | ".join([*layers, end])
    x = np.array([[0.3, -1.2, 0.8], [1.5, 0.1, -0.6]])
    r = nnviz.net(net, x)
    g = np.cos(np.arange(r.output.size)).reshape(r.output.shape)
    made = r.backward(g)
    np.testing.assert_allclose(made["grad_input"], near(net, x, g), rtol=1e-6, atol=1e-8)
    for step in made.steps:
        total = math.fsum(arrived * factor for _, arrived, factor in step.detail["terms"])
        assert total == pytest.approx(step.value, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("loss", ["mse", "cross-entropy"])
def test_a_loss_sends_back_its_slope(loss: Any) -> None:
    rng = np.random.default_rng(3)
    y = rng.normal(size=(3, 4))
    target = rng.normal(size=(3, 4)) if loss == "mse" else np.array([1, 0, 3])
    made, by = loss_of(y, target, loss), 1e-6
    for at in np.ndindex(*y.shape):
        up, down = y.copy(), y.copy()
        up[at] += by
        down[at] -= by
        slope = (loss_of(up, target, loss).value - loss_of(down, target, loss).value) / (2 * by)
        assert made.gradient[at] == pytest.approx(slope, abs=1e-8)


def test_the_cross_entropy_of_large_numbers_is_finite() -> None:
    made = loss_of(np.array([1e4, -1e4]), np.array(1), "cross-entropy")
    assert made.value == 2e4
    assert made.gradient.tolist() == [1.0, -1.0]


@pytest.mark.parametrize(
    ("output", "written"),
    [([1e3, 0], "−ln(e⁻¹⁰⁰⁰) = 1000"), ([1e3, 1e3, 0], "−ln(e⁻¹⁰⁰⁰ / 2) ≈ 1001")],
)
def test_a_share_too_small_for_a_number_is_written_as_what_it_is(
    output: list[float], written: str
) -> None:
    made = loss_of(np.array(output), len(output) - 1, "cross-entropy")
    assert made.fact.equation is not None
    assert text((made.fact.equation,), "{:.4g}".format) == written


def test_a_network_of_an_embedding_has_all_gradients_but_that_of_its_input() -> None:
    net = nnviz.net("embed --count 3 --units 2 | flatten | dense --weight '1 2 3 4'", [2, 2])
    g = net.backward(of="1.weight")
    assert g.output.tolist() == [[0, 0], [0, 0], [4, 6]]
    assert "grad_input" not in g
    with pytest.raises(nnviz.NnvizError, match=r"cannot be moved.*; it has: 1.weight, 3.w"):
        net.backward()


def test_a_step_of_a_kernel_is_that_of_its_layer() -> None:
    g = nnviz.net("c: conv -k '1 0; 2 -1' | flatten", [[1, 2], [3, 4]]).backward(of="c.kernel")
    assert g.output.tolist() == [[1, 2], [3, 4]]
    assert [step.formula for step in g.steps][:2] == [
        "∂L/∂w₀,₀ = (∂y₀,₀×x₀,₀) = (1×1) = 1",
        "∂L/∂w₀,₁ = (∂y₀,₀×x₀,₁) = (1×2) = 2",
    ]
    assert "layer 1 of 2" in str(g)


def test_a_network_with_a_loss_has_every_gradient_as_a_result() -> None:
    r = nnviz.net("flatten | dense --units 3", [[1, 2], [3, 4]], target=2, loss="cross-entropy")
    assert r["loss"] == pytest.approx(3.059e-7, rel=1e-3)
    assert r["grad_2.weight"].shape == (3, 4)
    np.testing.assert_allclose(r["grad_2.bias"], r["grad_output"])
    np.testing.assert_array_equal(r.backward(of="2.weight").output, r["grad_2.weight"])


def test_a_step_of_training_is_less_its_gradient() -> None:
    asked: dict[str, Any] = {"target": [0.01, 0.99], "loss": "mse", "update": True, "lr": 0.5}
    r = nnviz.net(MAZUR, [0.05, 0.10], **asked)
    # Mazur's after one step; his biases stay as they are, ours learn too.
    np.testing.assert_allclose(r["new_hidden.weight"][0], [0.149780716, 0.19956143], rtol=1e-7)
    np.testing.assert_allclose(r["new_out.weight"][0], [0.35891648, 0.408666186], rtol=1e-7)
    g = r["grad_out.bias"]
    np.testing.assert_allclose(r["new_out.bias"], 0.6 - 0.5 * g)
    bare = re.sub(r"--weight '.*?' --bias '.*?'", "--units 2", MAZUR)
    learned = {name[4:]: r[name] for name in r if name.startswith("new_") and "." in name}
    again = nnviz.net(bare, [0.05, 0.10], weights=learned)
    assert loss_of(again.output, [0.01, 0.99], "mse").value == r["new_loss"]
    assert r["new_loss"] < r["loss"]


def test_a_step_of_training_is_a_run_an_array() -> None:
    asked: dict[str, Any] = {"target": [0.01, 0.99], "loss": "mse", "update": True, "lr": 0.5}
    trace = nnviz.net(MAZUR, [0.05, 0.10], **asked).trace
    made = {str(update.title): update for update in trace.updates}
    assert len(made) == 4
    published = [[0.35891648, 0.408666186], [0.511301270, 0.561370121]]
    np.testing.assert_allclose(trace.updates[2].output, published, rtol=1e-7)
    for update in trace.updates:
        before, gradient = update.arrays["before"], update.arrays["gradient"]
        np.testing.assert_allclose(update.output, before - 0.5 * gradient, rtol=1e-12)
        assert update.equation[1] == "− 0.5 ×"
    np.testing.assert_array_equal(trace.states["4"], trace.results["grad_output"])
    np.testing.assert_array_equal(trace.states["0"], trace.results["grad_input"])
    assert backward(trace).updates == trace.updates


def test_what_is_not_learned_by_gradients_stays() -> None:
    asked: dict[str, Any] = {"target": 0, "loss": "cross-entropy", "update": True}
    r = nnviz.net("norm batch | flatten | dense --units 2", np.ones((1, 2, 2)), **asked)
    kept = [name for name in r if name.startswith("new_1.")]
    assert {"new_1.mean", "new_1.var"} <= {*kept}
    assert len(r.trace.updates) == len(kept)  # γ, β, and those of the dense layer


def test_steps_lead_down() -> None:
    net, x = "conv --filters 2 --size 2 | norm batch | relu | flatten | dense --units 3", np.eye(3)
    weights: dict[str, Any] | None = None
    losses = []
    for _ in range(20):
        asked: dict[str, Any] = {"target": 1, "loss": "cross-entropy", "update": True, "lr": 0.05}
        r = nnviz.net(net, x, weights=weights, **asked)
        losses.append(float(r["loss"]))
        weights = {name[4:]: r[name] for name in r if name.startswith("new_") and "." in name}
    assert losses[-1] < 0.2 * losses[0]


# --- once, and when it is asked for -----------------------------------------------


def test_a_loss_is_there_where_a_layer_has_no_way_back() -> None:
    net = one_way(nnviz.net(f"relu | {FED}", [[1, 2]]).trace)
    found = with_loss(net, np.array([[1, 2]]), "mse").results
    assert found["loss"] == pytest.approx(float(((net.output - [[1, 2]]) ** 2).mean()))
    assert "grad_input" in found
    with pytest.raises(UsageError, match=r"layer 2 \(.*\) has no gradients"):
        found["grad_input"]


@pytest.mark.parametrize("of", ["input", "2.weight"])
def test_the_way_back_is_gone_once(of: str) -> None:
    gone: list[int] = []
    trace = nnviz.net("tanh | dense --units 2 | sigmoid", [1, -1]).trace

    def counted(n: int, layer: Trace) -> Trace:
        def back(g: np.ndarray) -> Any:
            gone.append(n)
            assert layer.backward is not None
            return layer.backward(g)

        return replace(layer, backward=back)

    layers = tuple(counted(n, layer) for n, layer in enumerate(trace.layers, 1))
    lost = with_loss(replace(trace, layers=layers), np.array([0, 1]), "mse")
    assert lost.results["loss"] > 0
    assert {"grad_2.bias", "grad_input"} <= {*lost.results}
    assert gone == []
    made = backward(lost, None, of)
    np.testing.assert_array_equal(made.output, lost.results[f"grad_{of}"])
    descended(lost, 0.1)
    assert gone == [3, 2, 1]


def test_each_layer_is_a_run_from_the_last() -> None:
    trace = backward(nnviz.net("residual { tanh } | dense --units 2", [0.5, -1]).trace)
    assert [(n, run.op) for n, run in trace.numbered] == [
        (3, "dense_backward"),
        (2, "add_backward"),
        (1, "act_backward"),
        (0, "net_backward"),
    ]
    np.testing.assert_array_equal(trace.layers[-1].output, trace.output)
    assert [*trace.layers[0].learned] == ["grad_weight", "grad_bias"]
