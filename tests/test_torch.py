"""PyTorch, asked for random calls where it is installed: every array compared whole."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import nnviz
from nnviz.errors import NnvizError

torch = pytest.importorskip("torch", reason="PyTorch is not installed")
torch_answers = pytest.importorskip("torch_answers")

pytestmark = pytest.mark.filterwarnings("ignore:Using padding=.same.:UserWarning")

SEED = st.integers(0, 999)
FEW = settings(deadline=None, max_examples=60)


def assert_agrees(call: str, args: list[Any], options: dict[str, Any]) -> None:
    """PyTorch refuses the call, or leaves nothing, and we refuse; or each array is the same."""
    ask = {k: v for k, v in options.items() if k != "like"}
    try:
        theirs = torch_answers.answer(call, args, ask)
    except (RuntimeError, ValueError):
        theirs = {}
    if not all(array.size for array in theirs.values()) or not theirs:
        with pytest.raises(NnvizError):
            getattr(nnviz, call)(*args, **options)
        return
    made = getattr(nnviz, call)(*args, **options)
    assert "output" in theirs
    for name, expected in theirs.items():
        ours = made.output if name == "output" else made[name]
        assert (ours.shape, ours.dtype) == (expected.shape, expected.dtype)
        if expected.dtype.kind == "i":
            np.testing.assert_array_equal(ours, expected)
        else:
            tolerance = 1e-9 if expected.dtype == np.float64 else 1e-5
            np.testing.assert_allclose(ours, expected, rtol=tolerance, atol=tolerance / 10)


def numbers(seed: int, dtype: str, *shape: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    drawn = rng.integers(-9, 10, shape) if dtype == "int64" else rng.standard_normal(shape)
    return drawn.astype(dtype)


DTYPES = st.sampled_from(["float64", "float32", "int64"])


def each(draw: st.DrawFn, dims: int, low: int, high: int) -> list[int]:
    return [draw(st.integers(low, high)) for _ in range(dims)]


@st.composite
def convs(draw: st.DrawFn) -> tuple[list[Any], dict[str, Any]]:
    dims, groups = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    channels, filters = groups * draw(st.integers(1, 2)), groups * draw(st.integers(1, 2))
    batch = draw(st.sampled_from([(), (1,), (3,)]))
    seed, dtype = draw(SEED), draw(DTYPES)
    mode = draw(st.sampled_from(["zeros", "reflect", "replicate", "circular"]))
    sizes, kernel = each(draw, dims, 1, 6), each(draw, dims, 1, 4)
    options: dict[str, Any] = {
        "stride": each(draw, dims, 1, 3),
        "dilation": each(draw, dims, 1, 3),
        "groups": groups,
        "dims": dims,
        "padding_mode": mode,
    }
    named = mode == "zeros" and draw(st.booleans())
    if named:
        options["padding"] = draw(st.sampled_from(["same", "valid"]))
        if options["padding"] == "same":
            options["stride"] = 1  # all that PyTorch takes
    else:
        options["padding"] = [tuple(each(draw, 2, 0, 4)) for _ in range(dims)]
    bias = numbers(seed + 2, dtype, filters) if draw(st.booleans()) else None
    # PyTorch pads no whole numbers by another rule than zeros in every rank.
    assume(dtype != "int64" or mode == "zeros")
    x = numbers(seed, dtype, *batch, channels, *sizes)
    return [x, numbers(seed + 1, dtype, filters, channels // groups, *kernel), bias], options


@FEW
@given(convs())
def test_conv(case: tuple[list[Any], dict[str, Any]]) -> None:
    assert_agrees("conv", *case)


@st.composite
def transposed(draw: st.DrawFn) -> tuple[list[Any], dict[str, Any]]:
    dims, groups = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    channels, filters = groups * draw(st.integers(1, 2)), draw(st.integers(1, 2))
    batch = draw(st.sampled_from([(), (1,), (3,)]))
    seed, dtype = draw(SEED), draw(DTYPES)
    options = {
        "stride": each(draw, dims, 1, 4),
        "dilation": each(draw, dims, 1, 3),
        "padding": each(draw, dims, 0, 3),
        "output_padding": each(draw, dims, 0, 3),
        "groups": groups,
        "dims": dims,
    }
    bias = numbers(seed + 2, dtype, filters * groups) if draw(st.booleans()) else None
    x = numbers(seed, dtype, *batch, channels, *each(draw, dims, 1, 4))
    w = numbers(seed + 1, dtype, channels, filters, *each(draw, dims, 1, 4))
    return [x, w, bias], options


@FEW
@given(transposed())
def test_conv_transpose(case: tuple[list[Any], dict[str, Any]]) -> None:
    assert_agrees("conv_transpose", *case)


@st.composite
def pools(draw: st.DrawFn, kind: str) -> tuple[list[Any], dict[str, Any]]:
    dims = draw(st.integers(1, 3))
    batch = draw(st.sampled_from([(), (1,), (2,)]))
    seed = draw(SEED)
    dtype = draw(st.sampled_from(["float64", "float32"]))
    options: dict[str, Any] = {
        "kind": kind,
        "stride": draw(st.one_of(st.none(), st.integers(1, 4))),
        "ceil_mode": draw(st.booleans()),
        "dims": dims,
        "like": "torch",
    }
    kernel = each(draw, dims, 1, 4)
    if kind != "lp":
        options["padding"] = each(draw, dims, 0, 2)
    if kind == "max":
        options["dilation"] = each(draw, dims, 1, 3)
        dtype = draw(DTYPES)
    if kind == "avg":
        options["count_include_pad"] = draw(st.booleans())
        if dims > 1:
            options["divisor_override"] = draw(st.sampled_from([None, 1, 5]))
    # The window fits: PyTorch's average in 3-D refuses one that hangs over, its others do not.
    sizes = [d * (k - 1) + 1 + draw(st.integers(0, 5)) for k, d in _window(kernel, options)]
    x = numbers(seed, dtype, *batch, draw(st.integers(1, 3)), *sizes)
    if kind == "lp":
        options["p"] = draw(st.sampled_from([1, 2, 3, 2.5]))
        # Of negatives PyTorch takes no absolute value: an odd norm is then not a number.
        x = np.abs(x)
    elif draw(st.booleans()):
        x = np.sign(x)  # many equal maxima
    return [x, kernel], options


def _window(kernel: list[int], options: dict[str, Any]) -> list[tuple[int, int]]:
    return list(zip(kernel, options.get("dilation", [1] * len(kernel)), strict=True))


@pytest.mark.parametrize("kind", ["max", "avg", "lp"])
@FEW
@given(st.data())
def test_pool(kind: str, data: st.DataObject) -> None:
    args, options = data.draw(pools(kind))
    if kind == "lp" and options["stride"] is None:
        options["stride"] = args[1] if options["dims"] > 1 else args[1][0]
    assert_agrees("pool", args, options)


@FEW
@given(st.data(), st.sampled_from(["max", "avg"]), st.integers(1, 3), SEED)
def test_adaptive_pool(data: st.DataObject, kind: str, dims: int, seed: int) -> None:
    sizes = [data.draw(st.integers(1, 9)) for _ in range(dims)]
    out = [data.draw(st.integers(1, 9)) for _ in range(dims)]
    x = numbers(seed, "float64", 2, *sizes)
    assert_agrees("pool", [x], {"kind": kind, "adaptive": out, "dims": dims})


@pytest.mark.parametrize("kind", ["max", "avg"])
def test_what_is_not_finite(kind: str) -> None:
    x = np.array([[1, np.nan, 3, 2, np.inf, -np.inf, -np.inf, -np.inf, 7, np.inf]])
    assert_agrees("pool", [x, [2]], {"kind": kind, "dims": 1})
    assert_agrees("pool", [x], {"kind": kind, "adaptive": [3], "dims": 1})


@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
@settings(deadline=None, max_examples=25)
@given(st.data())
def test_rnn(cell: str, data: st.DataObject) -> None:
    layers, directions, steps, inputs, hidden = (
        data.draw(st.integers(low, high)) for low, high in ((1, 3), (1, 2), (1, 5), (1, 3), (1, 4))
    )
    seed, bias = data.draw(SEED), data.draw(st.booleans())
    rows = {"rnn": 1, "lstm": 4, "gru": 3}[cell] * hidden
    rng = np.random.default_rng(seed)
    weights = {}
    for layer in range(layers):
        for end in ("", "_reverse")[:directions]:
            width = inputs if layer == 0 else hidden * directions
            weights[f"weight_ih_l{layer}{end}"] = rng.uniform(-1, 1, (rows, width))
            weights[f"weight_hh_l{layer}{end}"] = rng.uniform(-1, 1, (rows, hidden))
            if bias:
                weights[f"bias_ih_l{layer}{end}"] = rng.uniform(-1, 1, rows)
                weights[f"bias_hh_l{layer}{end}"] = rng.uniform(-1, 1, rows)
    options: dict[str, Any] = {"cell": cell}
    for name in ("h0", "c0") if cell == "lstm" else ("h0",):
        if data.draw(st.booleans()):
            options[name] = rng.uniform(-1, 1, (layers * directions, hidden))
    if cell == "rnn":
        options["activation"] = data.draw(st.sampled_from(["tanh", "relu"]))
    x = rng.uniform(-2, 2, (steps, inputs))
    assert_agrees("rnn", [x.astype(data.draw(st.sampled_from(["f8", "f4"]))), weights], options)


ACTIVATIONS: list[tuple[str, dict[str, Any]]] = [
    ("relu", {}),
    ("leaky-relu", {"alpha": 0.3}),
    ("elu", {"alpha": 1.7}),
    ("gelu", {}),
    ("gelu", {"approximate": "tanh"}),
    ("sigmoid", {}),
    ("hard-sigmoid", {"alpha": 1 / 6}),
    ("tanh", {}),
    ("softmax", {"axis": 0}),
    ("softmax", {"axis": -1}),
]


@pytest.mark.parametrize(("name", "options"), ACTIVATIONS)
@settings(deadline=None, max_examples=30)
@given(SEED, st.sampled_from(["float64", "float32"]), st.sampled_from([0.01, 1.0, 100.0]))
def test_act(name: str, options: dict[str, Any], seed: int, dtype: str, scale: float) -> None:
    x = (numbers(seed, dtype, 2, 5) * scale).astype(dtype)
    assert_agrees("act", [x, name], options)


@FEW
@given(SEED, DTYPES, st.sampled_from([(), (1,), (3,)]), st.booleans())
def test_dense(seed: int, dtype: str, batch: tuple[int, ...], bias: bool) -> None:
    x, w = numbers(seed, dtype, *batch, 4), numbers(seed + 1, dtype, 3, 4)
    assert_agrees("dense", [x, w, numbers(seed + 2, dtype, 3) if bias else None], {})
