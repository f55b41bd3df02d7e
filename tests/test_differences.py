"""--check-grad: right gradients agree with finite differences, wrong ones and kinks are told."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nnviz as library
from helpers import run
from layer_cases import FEW
from nnviz.backpropagation import with_loss
from nnviz.core import gradients
from nnviz.differences import gone_back
from nnviz.ops.recurrent import _returned as recurrent
from nnviz.trace import Trace
from test_gradient import CASES

RNNS: dict[str, tuple[str, np.ndarray, dict[str, Any]]] = {
    f"{cell}{' both ways' if both else ''}": (
        "rnn",
        np.array([[1.0, -0.5], [0.25, 2.0], [0.0, 1.0]]),
        {"cell": cell, "hidden": 2, "layers": 1 + both, "bidirectional": both, "outputs": 3},
    )
    for cell in ("rnn", "lstm", "gru")
    for both in (False, True)
} | {
    "the last alone": (
        "rnn",
        np.array([[1.0], [2.0]]),
        {"hidden": 2, "mode": "many-to-one", "activation": "relu", "h0": np.array([0.5, -1])},
    ),
    **{
        f"outputs fed back, {cell}": (
            "rnn",
            np.array([[1.0, -0.5]]),
            {
                "cell": cell,
                "hidden": 3,
                "outputs": 2,
                "layers": 2,
                "mode": "one-to-many",
                "length": 4,
                "feedback": True,
                "output_activation": "softmax",
            },
        )
        for cell in ("rnn", "lstm", "gru")
    },
    "one to many": (
        "rnn",
        np.array([[1.0, -0.5], [3, 4]]),
        {"hidden": 3, "mode": "one-to-many", "length": 4},
    ),
    "a flipped kernel": ("conv", np.eye(4), {"kernel": np.arange(4).reshape(2, 2), "flip": True}),
    "drawn units": ("dense", np.array([1.0, 2.0]), {"units": 3, "seed": 2}),
    "a drawn table": ("embed", np.array([0, 2, 2]), {"count": 4, "units": 2}),
}
NETS = {
    "a classifier": "conv --filters 2 --size 2 | tanh | flatten | dense --units 3",
    "branches": "concat { conv -k '1 2; 3 1' } { conv -k '0 1; 1 1' | sigmoid } | norm batch "
    "--train | flatten | dense --units 3",
    "a residual": "residual { conv --filters 1 --size 3 --pad 1 | gelu } | flatten | "
    "dense --units 3",
    "a recurrent layer": "rnn --hidden 4 --cell gru | dropout 0.5 | flatten | dense --units 3",
}
PATCH = np.array([[5.0, 1, 0], [2, 4, 3], [0, 2, 4]])


def tried(made: Trace) -> dict[str, tuple[int, int]]:
    """Of each array how many numbers were tried and how many differ."""
    (summary,) = (
        each for each in made.listings if each.title.template.startswith("gradients beside")
    )
    return {name: (int(said.args["n"]), differ) for name, said, _, _, differ in summary.rows}


@pytest.mark.parametrize(
    ("op", "x", "options"), [*CASES.values(), *RNNS.values()], ids=[*CASES, *RNNS]
)
def test_right_gradients_agree(op: str, x: np.ndarray, options: dict[str, Any]) -> None:
    forward = run(op, x, **options)
    g = np.random.default_rng(4).integers(-4, 5, forward.output.shape)
    assert forward.backward is not None
    names = forward.backward(g).parts.keys() & forward.arrays.keys()
    made = gone_back(forward, g, "weight" if op == "embed" else "input", check=True)
    found = tried(made)
    assert found.keys() == names
    for name, (count, differ) in found.items():
        assert (count, differ) == (min(64, forward.array(name).size), 0)
        table = made.results[f"check_{name}"]
        grad = made.results[f"grad_{name}"]
        for *at, gradient, difference, error in table.tolist():
            assert gradient == grad[tuple(map(int, at))]
            assert difference == pytest.approx(gradient, rel=1e-4, abs=1e-6)
            assert error < 1e-5


@pytest.mark.parametrize("loss", ["mse", "cross-entropy"])
@pytest.mark.parametrize("chain", NETS.values(), ids=NETS)
def test_those_of_networks_and_losses_agree(chain: str, loss: Any) -> None:
    target = np.array(1) if loss == "cross-entropy" else np.array([1, 0, 2])
    whole = with_loss(library.net(chain, PATCH).trace, target, loss)
    for made in (
        gone_back(whole, None, "", back=False, check=True),
        gone_back(whole, None, "input", check=True),
    ):
        found = tried(made)
        assert {"input", *(n.removeprefix("grad_") for n in made.results if "." in n)} >= {*found}
        assert all(differ == 0 for _, differ in found.values())
        assert not [note for note in made.notes if "differ" in note.template]


def scaled(by: float, real: Any) -> Any:
    return lambda *args, **options: real(*args, **options) * by


WRONG: dict[str, tuple[Any, str, str, tuple[str, Any, dict[str, Any]]]] = {
    "conv": (gradients, "conv_input", "input", ("conv", PATCH, {"kernel": np.eye(2)})),
    "its kernel": (gradients, "conv_weight", "kernel", ("conv", PATCH, {"kernel": np.eye(2)})),
    "its bias": (
        gradients,
        "summed_to",
        "bias",
        ("conv", PATCH, {"kernel": np.eye(2)[None, None], "bias": np.array(1)}),
    ),
    "pool": (gradients, "pool_max", "input", ("pool", PATCH, {"kernel": 2})),
    "act": (gradients, "act_input", "input", ("act", PATCH + 1, {"name": "elu"})),
    "rnn": (recurrent.Back, "input", "input", RNNS["lstm"]),
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_a_wrong_gradient_is_told_with_its_error(
    monkeypatch: pytest.MonkeyPatch, wrong: tuple[Any, str, str, tuple[str, Any, dict[str, Any]]]
) -> None:
    place, name, of, (op, x, options) = wrong
    monkeypatch.setattr(place, name, scaled(1.25, getattr(place, name)))
    made = gone_back(run(op, x, **options), 1, "input", check=True)
    assert {name for name, (_, differ) in tried(made).items() if differ} == {of}
    errors = made.results[f"check_{of}"][:, -1]
    assert errors.max() == pytest.approx(0.2, rel=1e-6)  # (1.25 − 1) / 1.25
    (note,) = (str(note) for note in made.notes if "differ" in note.template)
    assert f"of {of} differ" in note
    assert "relative error of 0.2" in note


def test_the_loss_itself_is_differentiated() -> None:
    whole = library.net("dense --weight '1 2; 3 4'", [1.0, 2.0]).trace
    lost = with_loss(whole, np.array([1.0, 0.0]), "mse")
    wrong = dict(lost.results.given) | {"grad_1.weight": lost.results["grad_1.weight"] + 1}
    made = gone_back(
        Trace(**{**vars(lost), "results": type(lost.results)(**wrong)}),
        None,
        "",
        back=False,
        check=True,
    )
    assert tried(made)["1.weight"] == (4, 4)
    assert tried(made)["input"] == (2, 0)


def kinks(made: Trace) -> list[str]:
    return [str(note) for note in made.notes if "no derivative" in note.template]


def test_a_kink_or_a_tie_has_no_derivative(monkeypatch: pytest.MonkeyPatch) -> None:
    relu = run("act", [-1.0, 0.0, 2.0], name="relu")
    made = gone_back(relu, 3, "input", check=True)
    assert kinks(made) == [
        "input at 1: no derivative, a kink or a tie: the slope is 0 before it and 3 after"
    ]
    assert made.results["check_input"].tolist() == [[0, 0, 0, 0], [2, 3, 3, 0]]
    tie = gone_back(run("pool", [[1, 7], [7, 0]], kernel=2), 5, "input", check=True)
    assert "input at 0, 1: no derivative" in kinks(tie)[0]
    assert "slope is 0 before it and 5 after" in kinks(tie)[0]
    assert tried(tie) == {"input": (4, 0)}
    near = run("act", [1e-9], name="relu")  # a step reaches past it: one that is less far does not
    assert not kinks(gone_back(run("act", [1e-6], name="relu"), 1, "input", check=True))
    assert kinks(gone_back(near, 1, "input", check=True))
    monkeypatch.setattr(gradients, "act_input", scaled(2, lambda g, *_, **__: g))
    assert tried(gone_back(relu, 3, "input", check=True)) == {"input": (3, 3)}


def test_of_large_arrays_some_numbers_are_tried() -> None:
    made = gone_back(run("flatten", np.arange(400).reshape(20, 20)), 1, "input", check=True)
    assert tried(made) == {"input": (64, 0)}
    assert made.results["check_input"][:, :2].tolist()[-1] == [19, 19]
    steps = [made.steps[i].detail for i in (0, 1, 399)]
    assert [step.get("error") for step in steps] == [0, None, 0]


def test_gradients_in_float32_are_as_close_as_they_can_be() -> None:
    x = np.random.default_rng(0).normal(size=(3, 9, 9)).astype(np.float32)
    made = library.conv(x, np.random.default_rng(1).normal(size=(4, 3, 3, 3)).astype(np.float32))
    g = made.backward(check=True)
    assert g["grad_input"].dtype == np.float32
    assert all(differ == 0 for _, differ in tried(g.trace).values())


@given(
    st.lists(
        st.sampled_from(
            [
                "tanh",
                "relu",
                "dense --units 3",
                "norm layer",
                "dense --units 2 | softmax",
                "sigmoid",
            ]
        ),
        min_size=1,
        max_size=5,
    ),
    st.integers(0, 99),
)
@FEW
def test_any_network_agrees(layers: list[str], seed: int) -> None:
    x = np.random.default_rng(seed).normal(size=4)
    g = library.net(" | ".join(layers), x).backward(check=True)
    assert all(differ == 0 for _, differ in tried(g.trace).values())


def test_in_python() -> None:
    r = library.dense([1.0, 2.0], [[3.0, 4.0]], [1.0])
    g = r.backward([2.0], of="weight", check=True)
    assert g["check_weight"].tolist() == [[0, 0, 2, 2, 0], [0, 1, 4, 4, 0]]
    assert pickle.loads(pickle.dumps(g))["check_bias"].tolist() == [[0, 2, 2, 0]]
    assert "check_weight" not in r.backward(of="weight")


def test_arrays_given_by_other_names_are_tried_by_those() -> None:
    weights = {"weight_ih_l0": [[1, 0]], "weight_hh_l0": [[0.5]]}
    forward = run("rnn", [[1, 2], [0, 1]], weights=weights)
    made = gone_back(forward, None, "weight_ih_l0", check=True)
    assert "finite differences" in [str(listing.title.template) for listing in made.listings]
