"""What must hold whatever the numbers are, and ONNX's operators by random options."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from onnx import TensorProto, helper
from onnx.reference import ReferenceEvaluator

import nnviz
from helpers import assert_formula_holds
from nnviz import Result

MODES = ["zeros", "reflect", "replicate", "circular"]
FEW = settings(deadline=None, max_examples=40)
Case = tuple[np.ndarray, np.ndarray, dict[str, Any]]


def each(draw: st.DrawFn, dims: int, low: int, high: int) -> list[int]:
    return [draw(st.integers(low, high)) for _ in range(dims)]


@st.composite
def layers(draw: st.DrawFn, modes: list[str] = MODES) -> Case:
    """A batch, filters and options that fit them; every number is whole."""
    dims, groups = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    kernel, dilation = each(draw, dims, 1, 3), each(draw, dims, 1, 2)
    sizes = [d * (k - 1) + draw(st.integers(1, 4)) for k, d in zip(kernel, dilation, strict=True)]
    mode = draw(st.sampled_from(modes))
    most = [{"reflect": n - 1, "circular": n}.get(mode, 3) for n in sizes]
    rng = np.random.default_rng(draw(st.integers(0, 999)))
    each_group = draw(st.integers(1, 2))
    x = rng.integers(-9, 10, (draw(st.integers(1, 2)), groups * each_group, *sizes))
    w = rng.integers(-9, 10, (groups * draw(st.integers(1, 2)), each_group, *kernel))
    return (
        x,
        w,
        {
            "stride": each(draw, dims, 1, 3),
            "dilation": dilation,
            "padding": [tuple(each(draw, 2, 0, min(m, 3))) for m in most],
            "padding_mode": mode,
            "groups": groups,
            "dims": dims,
        },
    )


# --- conv ------------------------------------------------------------------------


@FEW
@given(layers(), st.integers(-5, 5), st.integers(-5, 5), st.integers(0, 99))
def test_conv_is_linear_in_its_input_and_in_its_kernel(
    case: Case, one: int, other: int, seed: int
) -> None:
    x, w, options = case
    rng = np.random.default_rng(seed)
    y, v = rng.integers(-9, 10, x.shape), rng.integers(-9, 10, w.shape)
    both = nnviz.conv(one * x + other * y, w, **options).output
    apart = one * nnviz.conv(x, w, **options).output + other * nnviz.conv(y, w, **options).output
    np.testing.assert_array_equal(both, apart)
    both = nnviz.conv(x, one * w + other * v, **options).output
    apart = one * nnviz.conv(x, w, **options).output + other * nnviz.conv(x, v, **options).output
    np.testing.assert_array_equal(both, apart)


@FEW
@given(layers(["zeros"]), st.integers(1, 3), st.data())
def test_a_shift_of_the_input_shifts_the_map(case: Case, cells: int, data: st.DataObject) -> None:
    x, w, options = case
    options["padding"] = 0
    axis = data.draw(st.integers(0, options["dims"] - 1))
    # Shifted by whole strides, with new cells coming in before.
    shift = cells * options["stride"][axis]
    widths = [(0, 0)] * x.ndim
    widths[axis + 2] = (shift, 0)
    moved = nnviz.conv(np.pad(x, widths, constant_values=7), w, **options).output
    still = nnviz.conv(x, w, **options).output
    np.testing.assert_array_equal(
        np.moveaxis(moved, axis + 2, 0)[cells:], np.moveaxis(still, axis + 2, 0)
    )


@FEW
@given(layers(["circular"]), st.data())
def test_a_turn_of_the_input_turns_the_map_that_goes_round(case: Case, data: st.DataObject) -> None:
    x, w, options = case
    axes = zip(options["dilation"], w.shape[2:], strict=True)
    reach = [d * (k - 1) for d, k in axes]
    assume(all(r <= n for r, n in zip(reach, x.shape[2:], strict=True)))
    options |= {"stride": 1, "padding": [(0, r) for r in reach]}
    turn = tuple(data.draw(st.integers(0, n - 1)) for n in x.shape[2:])
    axis = tuple(range(2, x.ndim))
    made = nnviz.conv(np.roll(x, turn, axis), w, **options).output
    expected = np.roll(nnviz.conv(x, w, **options).output, turn, axis)
    np.testing.assert_array_equal(made, expected)


@FEW
@given(layers())
def test_a_grouped_conv_is_its_parts(case: Case) -> None:
    x, w, options = case
    groups = options.pop("groups")
    bias = np.arange(len(w)) - 2
    whole = nnviz.conv(x, w, bias, groups=groups, **options).output
    parts = [
        nnviz.conv(*some, **options).output
        for some in zip(
            np.split(x, groups, axis=1), np.split(w, groups), np.split(bias, groups), strict=True
        )
    ]
    np.testing.assert_array_equal(whole, np.concatenate(parts, axis=1))


@FEW
@given(layers())
def test_a_batch_is_its_samples(case: Case) -> None:
    x, w, options = case
    whole = nnviz.conv(x, w, **options).output
    np.testing.assert_array_equal(whole, np.stack([nnviz.conv(a, w, **options).output for a in x]))


@FEW
@given(layers(["zeros"]))
def test_a_grouped_transposed_conv_is_its_parts(case: Case) -> None:
    x, w, options = case
    del options["padding_mode"], options["padding"]
    groups = options.pop("groups")
    w = np.random.default_rng(w.size).integers(-9, 10, (x.shape[1], 2, *w.shape[2:]))
    whole = nnviz.conv_transpose(x, w, groups=groups, **options).output
    parts = [
        nnviz.conv_transpose(a, b, **options).output
        for a, b in zip(np.split(x, groups, axis=1), np.split(w, groups), strict=True)
    ]
    np.testing.assert_array_equal(whole, np.concatenate(parts, axis=1))


# --- pool ------------------------------------------------------------------------


@st.composite
def pools(draw: st.DrawFn) -> tuple[np.ndarray, dict[str, Any]]:
    dims = draw(st.integers(1, 3))
    rng = np.random.default_rng(draw(st.integers(0, 999)))
    if draw(st.booleans()):
        x = rng.integers(-9, 10, (2, 2, *each(draw, dims, 1, 7)))
        return x, {"adaptive": each(draw, dims, 1, 8), "dims": dims}
    kernel, dilation = each(draw, dims, 1, 3), each(draw, dims, 1, 2)
    sizes = [d * (k - 1) + draw(st.integers(1, 5)) for k, d in zip(kernel, dilation, strict=True)]
    return rng.integers(-9, 10, (2, 2, *sizes)), {
        "kernel": kernel,
        "stride": each(draw, dims, 1, 3),
        "dilation": dilation,
        "padding": [tuple(each(draw, 2, 0, k - 1)) for k in kernel],
        "ceil_mode": draw(st.booleans()),
        "dims": dims,
    }


def pool(x: np.ndarray, options: dict[str, Any], **more: Any) -> Result:
    options = {**options, **more}
    return nnviz.pool(x, options.pop("kernel", None), **options)


MONOTONE: dict[str, Callable[[Any], Any]] = {
    "twice and one": lambda v: 2 * v + 1,
    "cubed": lambda v: v**3,
    "halves rounded down": lambda v: v // 2,
    "tanh": lambda v: np.tanh(v / 9),
    "relu": lambda v: np.maximum(v, 0),
}


@pytest.mark.parametrize("name", MONOTONE)
@FEW
@given(pools())
def test_a_maximum_commutes_with_what_keeps_order(
    name: str, case: tuple[np.ndarray, dict[str, Any]]
) -> None:
    x, options = case
    keep = MONOTONE[name]
    np.testing.assert_array_equal(pool(keep(x), options).output, keep(pool(x, options).output))


@FEW
@given(pools())
def test_an_average_is_linear_and_lies_between_the_extremes(
    case: tuple[np.ndarray, dict[str, Any]],
) -> None:
    x, options = case
    include = {"count_include_pad": False} if "adaptive" not in options else {}
    made = pool(x, options, kind="avg", **include).output
    assert (made <= pool(x, options).output + 1e-12).all()
    assert (made >= -pool(-x, options).output - 1e-12).all()
    again = pool(3 * x - 2, options, kind="avg", **include).output
    np.testing.assert_allclose(again, 3 * made - 2, rtol=1e-12, atol=1e-12)


@FEW
@given(pools())
def test_indices_stand_where_the_maxima_are(case: tuple[np.ndarray, dict[str, Any]]) -> None:
    x, options = case
    made = pool(x, options)
    for n, c in np.ndindex(*x.shape[:2]):
        np.testing.assert_array_equal(x[n, c].ravel()[made["indices"][n, c]], made.output[n, c])


# --- steps of every type -------------------------------------------------------------


def assert_steps_add_up(made: Result, tolerance: float) -> None:
    """Every step has the output's value, and its terms, divisor or window make that value."""
    assert len(made.steps) == made.output.size > 0
    for step in made.steps:
        assert step.value == made.output[step.index]
        assert_formula_holds(step.formula, tolerance)
        said = step.detail
        if "terms" in said:
            total = sum(value * weight for _, value, weight in said["terms"]) + said["bias"]
        elif "divisor" in said:
            total = sum(said["window"]) / said["divisor"]
        elif "argmax" in said:
            total = max(said["window"])
        else:  # a norm, whose scale where its window is cut off stands in the formula alone
            total = step.value
            assert total**2 >= sum(v * v for v in said["window"]) * (1 - 1e-5)
        assert total == pytest.approx(step.value, rel=tolerance, abs=tolerance * 100)


DTYPES = [("float32", 1e-5), ("float64", 1e-9), ("int64", 0), ("uint8", 0)]


def as_type(x: np.ndarray, dtype: str) -> np.ndarray:
    return (
        np.abs(x).astype(dtype)
        if dtype == "uint8"
        else (x / 8 if dtype[0] == "f" else x).astype(dtype)
    )


@pytest.mark.parametrize(("dtype", "tolerance"), DTYPES, ids=[d for d, _ in DTYPES])
@settings(deadline=None, max_examples=12)
@given(layers())
def test_steps_of_a_conv_add_up(dtype: str, tolerance: float, case: Case) -> None:
    x, w, options = case
    x, w = as_type(x, dtype), as_type(w, dtype)
    made = nnviz.conv(x, w, as_type(np.arange(len(w)), dtype), **options)
    assert made.output.dtype == ("int64" if dtype == "uint8" else dtype)
    assert_steps_add_up(made, tolerance)


@pytest.mark.parametrize(("dtype", "tolerance"), DTYPES, ids=[d for d, _ in DTYPES])
@settings(deadline=None, max_examples=12)
@given(layers(["zeros"]), st.booleans())
def test_steps_of_a_transposed_conv_add_up(
    dtype: str, tolerance: float, case: Case, more: bool
) -> None:
    x, w, options = case
    del options["padding_mode"], options["padding"], options["groups"]
    x, w = as_type(x[:, :1], dtype), as_type(w[:1], dtype)
    options["output_padding"] = [
        max(s, d) - 1 if more else 0
        for s, d in zip(options["stride"], options["dilation"], strict=True)
    ]
    assert_steps_add_up(nnviz.conv_transpose(x, w, None, **options), tolerance)


@pytest.mark.parametrize(("dtype", "tolerance"), DTYPES, ids=[d for d, _ in DTYPES])
@pytest.mark.parametrize("kind", ["max", "avg", "lp"])
@settings(deadline=None, max_examples=12)
@given(case=pools())
def test_steps_of_a_pool_add_up(
    dtype: str, tolerance: float, kind: str, case: tuple[np.ndarray, dict[str, Any]]
) -> None:
    x, options = case
    assert_steps_add_up(pool(as_type(x, dtype), options, kind=kind), max(tolerance, 1e-12))


# --- ONNX's operators ----------------------------------------------------------------


def onnx(operator: str, arrays: list[np.ndarray], outputs: int = 1, **options: Any) -> list[Any]:
    """The operator as the reference computes it, in float64 where it can."""
    names = [f"x{i}" for i in range(len(arrays))]
    made = [f"y{i}" for i in range(outputs)]
    node = helper.make_node(operator, names, made, **options)
    ends = [helper.make_tensor_value_info(n, TensorProto.FLOAT, None) for n in names + made]
    graph = helper.make_graph([node], "g", ends[: len(names)], ends[len(names) :])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 22)])
    return list(ReferenceEvaluator(model).run(None, dict(zip(names, arrays, strict=True))))


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
def test_act_is_onnx_activation(name: str, operator: str, options: dict[str, Any]) -> None:
    x = np.random.default_rng(3).standard_normal((3, 4, 5)) * 4
    (expected,) = onnx(operator, [x], **options)
    # The reference holds attributes in float32, and its error function to seven digits.
    made = nnviz.act(x, name, **options).output
    rounded = name in ("leaky-relu", "elu", "hard-sigmoid", "gelu")
    rtol, atol = (1e-6, 1e-7) if rounded else (1e-9, 1e-12)
    np.testing.assert_allclose(made, expected, rtol=rtol, atol=atol)
