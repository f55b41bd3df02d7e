"""norm: refusals, by hand, ONNX's reference, steps, counts."""

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

MAPS = np.arange(8.0).reshape(2, 2, 2)
REFUSALS: list[tuple[str, Any, dict[str, Any], str]] = [
    ("no groups", MAPS, {"kind": "group"}, "needs --groups N"),
    ("uneven groups", MAPS, {"kind": "group", "groups": 3}, "2 channels do not make 3 groups"),
    ("groups of a batch norm", MAPS, {"kind": "batch", "groups": 2}, "belongs to"),
    ("axis past the last", MAPS, {"kind": "layer", "axis": 3}, "out of range for an input of 3"),
    ("negative eps", MAPS, {"kind": "layer", "eps": -1e-5}, "below 0"),
    ("negative variance", MAPS, {"kind": "batch", "var": [1, -1]}, "below 0"),
    ("other channels", MAPS, {"kind": "batch", "gamma": [1, 2, 3]}, "--gamma is 3, .* must be 2"),
    ("other row", MAPS, {"kind": "layer", "beta": [1, 2, 3]}, "--beta is 3, but must be 2"),
    ("one number", [1, 2], {"kind": "batch", "train": True}, "has one number here"),
    ("given and own", MAPS, {"kind": "batch", "train": True, "mean": [1, 2]}, "contradict"),
    ("too many axes", np.ones((1,) * 5), {"kind": "batch"}, "1×1×1×1"),
]


@pytest.mark.parametrize(
    ("x", "options", "message"), [r[1:] for r in REFUSALS], ids=[r[0] for r in REFUSALS]
)
def test_refuses(x: Any, options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        run("norm", x, **options)


def test_by_hand() -> None:
    rows = run(
        "norm", [[1, 3, 5, 7], [2, 2, 2, 2]], kind="layer", eps=4, gamma=[1, 1, 2, 3], beta=1
    )
    # μ = 4, σ² = (9 + 1 + 1 + 9) / 4 = 5, √(5 + 4) = 3
    np.testing.assert_allclose(rows.output, np.array([[0, 2, 5, 12], [3, 3, 3, 3]]) / 3)
    new = run("norm", [[6, 8]], kind="batch", mean=2, var=12, eps=4, gamma=2, beta=-1)
    assert new.output.tolist() == [[1, 2]]
    groups = run("norm", [1, 3, 10, 30], kind="group", groups=2, eps=0)
    assert groups.output.tolist() == [-1, 1, -1, 1]
    assert groups.results["mean"].tolist() == [2, 20]
    assert run("norm", [7, 9], kind="batch", eps=0).output.tolist() == [7, 9]


def test_what_training_takes_is_of_the_whole_batch() -> None:
    x = [[[[1, 3]]], [[[5, 7]]]]  # one channel of two samples
    trace = run("norm", x, kind="batch", train=True, eps=0)
    assert trace.results["mean"].tolist() == [4]
    assert trace.results["var"].tolist() == [5]
    np.testing.assert_allclose(trace.output.ravel(), np.array([-3, -1, 1, 3]) / 5**0.5)
    assert trace.steps[1].cells["input"] == ((1, 0), (0, 0))  # its own first


@st.composite
def cases(draw: st.DrawFn) -> tuple[np.ndarray, dict[str, Any], np.ndarray]:
    """An input, options, and what ONNX makes of it."""
    rng = np.random.default_rng(draw(st.integers(0, 999)))
    kind = draw(st.sampled_from(["batch", "layer", "group"]))
    dims, groups = draw(st.integers(0, 3)), draw(st.integers(1, 2))
    channels = groups * draw(st.integers(1, 2))
    space = [draw(st.integers(1, 3)) for _ in range(dims)]
    x = rng.normal(1, 3, (draw(st.integers(1, 3)), channels, *space))
    eps = draw(st.sampled_from([1e-5, 0.5]))
    if kind == "layer":
        axis = draw(st.integers(-x.ndim, x.ndim - 1))
        scale, shift = rng.normal(size=(2, *x.shape[axis % x.ndim :]))
        want = onnx("LayerNormalization", [x, scale, shift], axis=axis, epsilon=eps)[0]
        return x, {"kind": kind, "axis": axis, "eps": eps, "gamma": scale, "beta": shift}, want
    scale, shift, mean, var = rng.normal(size=(4, channels))
    options = {"kind": kind, "dims": dims, "eps": eps, "gamma": scale, "beta": shift}
    if kind == "group":
        whole = x[..., None] if dims == 0 else x
        want = onnx("GroupNormalization", [whole, scale, shift], num_groups=groups, epsilon=eps)[0]
        return x, {**options, "groups": groups}, want.reshape(x.shape)
    given = [x, scale, shift, mean, np.abs(var)]
    if draw(st.booleans()) and x.size > channels:
        made = onnx("BatchNormalization", given, 3, epsilon=eps, training_mode=1)
        return x, {**options, "train": True}, made[0]
    want = onnx("BatchNormalization", given, epsilon=eps)[0]
    return x, {**options, "mean": mean, "var": np.abs(var)}, want


@given(cases())
@FEW
def test_onnx(case: tuple[np.ndarray, dict[str, Any], np.ndarray]) -> None:
    x, options, want = case
    trace = run("norm", x, **options)
    np.testing.assert_allclose(trace.output, want, rtol=1e-5, atol=1e-5)
    shape = trace.steps[0].index
    assert len(trace.steps) == np.prod(x.shape[: len(shape)])
    for step in trace.steps:
        np.testing.assert_array_equal(step.value, trace.output[step.index])
        assert_formula_holds(step.formula)


@given(cases())
@FEW
def test_a_sample_is_normalized_as_alone(case: tuple[np.ndarray, dict[str, Any], Any]) -> None:
    x, options, _ = case
    if not options.get("train") and options.get("axis", -1) % x.ndim > 0:
        options = {**options, **({"axis": -1} if "axis" in options else {})}
        if "axis" in options:
            options = {name: v for name, v in options.items() if name not in ("gamma", "beta")}
        alone = run("norm", x[-1], **options).output
        np.testing.assert_array_equal(run("norm", x, **options).output[-1], alone)


def test_types() -> None:
    pixels = np.arange(6, dtype=np.uint8).reshape(2, 3)
    assert run("norm", pixels, kind="layer").output.dtype == np.float32
    assert run("norm", pixels.astype(int), kind="batch").output.dtype == np.float64
    assert run("norm", pixels.astype(np.float32), kind="batch").output.dtype == np.float32


COUNTS = [
    ("norm batch", (64, 8, 8), 64, [1, 1]),
    ("batchnorm2d", (64, 8, 8), 64, [1, 1]),
    ("norm batch --train", (3, 8, 8), 3, None),
    ("norm group --groups 2", (6, 4, 4), 6, None),
    ("norm layer", (10, 16), 16, None),
    ("norm layer --axis 0", (3, 4, 4), 48, None),
    ("norm batch", (5,), 5, None),
]


@pytest.mark.parametrize(("text", "shape", "each", "field"), COUNTS)
def test_counts(text: str, shape: tuple[int, ...], each: int, field: list[int] | None) -> None:
    # torch.nn.BatchNorm2d(64) has 64 weights and 64 biases; LayerNorm (3, 4, 4) twice 48.
    row = run("params", None, net=text, input=shape).results["rows"][0]
    assert (row["weights"], row["biases"], row["macs"]) == (each, each, 0)
    assert row["output"] == list(shape)
    assert row["formula"] == f"{each} + {each}"
    if len(shape) == 3:
        assert row["receptive_field"] == field


@pytest.mark.parametrize("text", ["norm batch", "norm layer --axis 0", "norm group --groups 2"])
def test_in_a_chain_the_samples_of_a_batch_stay_apart(text: str) -> None:
    x = np.random.default_rng(1).normal(size=(3, 1, 2, 2))
    text = f"flatten | {text}"
    whole = nnviz.net(text, x).output
    for sample, made in zip(x, whole, strict=True):
        np.testing.assert_allclose(made, nnviz.net(text, sample).output)
