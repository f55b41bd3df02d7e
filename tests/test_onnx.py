"""ONNX's operators, by random options, as its reference evaluator computes them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import nnviz
from layer_cases import FEW, Case, layers, pool, pools
from onnx_answers import onnx


def ends_apart(padding: list[tuple[int, int]]) -> list[int]:
    """ONNX's order: all that comes before, then all that comes after."""
    return [before for before, _ in padding] + [after for _, after in padding]


AUTO = {"same": "SAME_UPPER", "same-lower": "SAME_LOWER", "valid": "VALID"}


@settings(deadline=None, max_examples=60)
@given(layers(["zeros"]), st.sampled_from([None, *AUTO]), st.booleans())
def test_conv_is_onnx_conv(case: Case, name: str | None, biased: bool) -> None:
    x, w, options = case
    x, w = x / 8, w / 8
    bias = np.arange(len(w)) / 4 if biased else None
    where: dict[str, Any] = {"pads": ends_apart(options["padding"])}
    if name is not None:
        # The reference pads as if there were no dilation.
        options["dilation"] = [1] * options["dims"]
        where, options["padding"] = {"auto_pad": AUTO[name]}, name
    (expected,) = onnx(
        "Conv",
        [x, w] if bias is None else [x, w, bias],
        strides=options["stride"],
        dilations=options["dilation"],
        group=options["groups"],
        **where,
    )
    made = nnviz.conv(x, w, bias, **options).output
    assert made.shape == expected.shape
    np.testing.assert_allclose(made, expected, rtol=1e-9, atol=1e-12)


@settings(deadline=None, max_examples=60)
@given(pools(), st.sampled_from(["max", "avg", "lp"]), st.booleans())
def test_pool_is_onnx_pool(
    case: tuple[np.ndarray, dict[str, Any]], kind: str, include: bool
) -> None:
    x, options = case
    assume("adaptive" not in options)
    # The reference shifts windows that ceil cuts off, and for plain windows of a maximum it
    # reads the padding as top, bottom, left, right.
    options["ceil_mode"] = False
    if kind == "max" and {*options["stride"], *options["dilation"]} == {1}:
        options["padding"] = [(0, 0)] * options["dims"]
    theirs: dict[str, dict[str, Any]] = {"avg": {"count_include_pad": int(include)}, "lp": {"p": 3}}
    ours: dict[str, dict[str, Any]] = {"avg": {"count_include_pad": include}, "lp": {"p": 3}}
    operator = {"max": "MaxPool", "avg": "AveragePool", "lp": "LpPool"}[kind]
    (expected,) = onnx(
        operator,
        [x / 8],
        kernel_shape=options["kernel"],
        strides=options["stride"],
        dilations=options["dilation"],
        pads=ends_apart(options["padding"]),
        **theirs.get(kind, {}),
    )
    made = pool(x / 8, options, kind=kind, like="onnx", **ours.get(kind, {})).output
    assert made.shape == expected.shape
    np.testing.assert_allclose(made, expected, rtol=1e-9, atol=1e-12)


@settings(deadline=None, max_examples=60)
@given(layers(["zeros"]), st.data())
def test_conv_transpose_is_onnx_conv_transpose(case: Case, data: st.DataObject) -> None:
    x, w, options = case
    del options["padding_mode"], options["padding"]
    options["groups"] = 1  # the reference's groups hold one channel each
    x, w = x / 8, np.repeat(w[:1, :1], x.shape[1], axis=0) / 8
    plain = nnviz.conv_transpose(x, w, **options).output.shape[2:]
    if data.draw(st.booleans()):
        # Larger than the kernel makes it, too: the padding is then negative.
        shape = [data.draw(st.integers(max(1, n - 3), n + 3)) for n in plain]
        options["output_shape"] = shape
        # The reference looks at an output_shape only where it pads by name.
        name = data.draw(st.sampled_from(["same", "same-lower"]))
        options["padding"] = name
        where: dict[str, Any] = {"output_shape": shape, "auto_pad": AUTO[name]}
    else:
        padding = [(data.draw(st.integers(0, (n - 1) // 2)),) * 2 for n in plain]
        more = [data.draw(st.integers(0, s - 1)) for s in options["stride"]]
        options |= {"padding": padding, "output_padding": more}
        where = {"pads": ends_apart(padding), "output_padding": more}
    (expected,) = onnx(
        "ConvTranspose", [x, w], strides=options["stride"], dilations=options["dilation"], **where
    )
    made = nnviz.conv_transpose(x, w, **options).output
    assert made.shape == expected.shape
    np.testing.assert_allclose(made, expected, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("axis", [0, 1, 2, 3])
def test_flatten_is_onnx_flatten(axis: int) -> None:
    x = np.arange(24).reshape(2, 3, 4).astype(float)
    (expected,) = onnx("Flatten", [x], axis=axis)
    made = nnviz.flatten(x, axis=axis).output
    np.testing.assert_array_equal(made, expected[0] if axis == 0 else expected)


@FEW
@given(st.integers(1, 3), st.integers(1, 4), st.integers(1, 4), st.sampled_from([None, 1, "units"]))
def test_dense_is_onnx_gemm(rows: int, inputs: int, units: int, bias: Any) -> None:
    rng = np.random.default_rng(rows * 100 + inputs * 10 + units)
    x, w = rng.standard_normal((rows, inputs)), rng.standard_normal((units, inputs))
    b = None if bias is None else rng.standard_normal(1 if bias == 1 else units)
    (expected,) = onnx("Gemm", [x, w] if b is None else [x, w, b], transB=1)
    np.testing.assert_allclose(nnviz.dense(x, w, b).output, expected, rtol=1e-9, atol=1e-12)


ACTIVATIONS: list[tuple[str, str, dict[str, Any]]] = [
    ("relu", "Relu", {}),
    ("leaky-relu", "LeakyRelu", {}),
    ("leaky-relu", "LeakyRelu", {"alpha": 0.3}),
    ("elu", "Elu", {}),
    ("elu", "Elu", {"alpha": 1.5}),
    ("gelu", "Gelu", {}),
    ("gelu", "Gelu", {"approximate": "tanh"}),
    ("sigmoid", "Sigmoid", {}),
    ("hard-sigmoid", "HardSigmoid", {}),
    ("hard-sigmoid", "HardSigmoid", {"alpha": 0.5, "beta": 0.25}),
    ("tanh", "Tanh", {}),
    ("softmax", "Softmax", {}),
    ("softmax", "Softmax", {"axis": 0}),
]


@pytest.mark.parametrize(
    ("name", "operator", "options"),
    ACTIVATIONS,
    ids=[" ".join([n, *(f"{k} {v}" for k, v in o.items())]) for n, _, o in ACTIVATIONS],
)
def test_act_is_onnx_activation(name: Any, operator: str, options: dict[str, Any]) -> None:
    x = np.random.default_rng(3).standard_normal((3, 4, 5)) * 4
    (expected,) = onnx(operator, [x], **options)
    # The reference holds attributes in float32, and its error function to seven digits.
    made = nnviz.act(x, name, **options).output
    rounded = name in ("leaky-relu", "elu", "hard-sigmoid", "gelu")
    rtol, atol = (1e-6, 1e-7) if rounded else (1e-9, 1e-12)
    np.testing.assert_allclose(made, expected, rtol=rtol, atol=atol)
