from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from loops import loop_conv_transpose, row
from nnviz.core.conv import conv
from nnviz.core.exact import working_dtype
from nnviz.core.tiles import SMALL
from nnviz.core.transpose import conv_transpose, phases
from nnviz.errors import NnvizError
from nnviz.padding import PadName, transposed_axes
from nnviz.shapes import Axis, TransposedAxis
from onnx_answers import onnx

Array = np.ndarray[Any, Any]


# --- whole numbers ---------------------------------------------------------------

PAST = [
    ("2^62 twice over", row(2**62), row(2), None, 2**63),
    ("one below the lowest", row(-(2**63)), row(1), [-1], -(2**63) - 1),
    ("the lowest, negated", row(-(2**63)), row(-1), None, 2**63),
    ("unsigned", row(2**64 - 1, dtype=np.uint64), row(1), None, 2**64 - 1),
    ("by the bias alone", row(0), row(2**63 - 1), [2**63], 2**63),
    ("where two cells meet", row(2**62, 2**62), row(1, 1), None, 2**63),
]


@pytest.mark.parametrize(("x", "w", "b", "result"), [c[1:] for c in PAST], ids=[c[0] for c in PAST])
def test_a_result_past_64_bits_is_refused_with_the_number(
    x: Array, w: Array, b: list[int] | None, result: int
) -> None:
    bias = None if b is None else np.array(b)
    with pytest.raises(NnvizError, match=str(result)):
        conv_transpose(x, w, bias, [TransposedAxis(x.shape[2], w.shape[2])])


def test_a_bias_past_64_bits_is_refused_where_nothing_else_reaches() -> None:
    with pytest.raises(NnvizError, match=str(2**63)):
        conv_transpose(row(-1, -1), row(1), np.array([2**63]), [TransposedAxis(2, 1, 2)])


EDGES = [
    *(
        (f"just {side} 2^{bits}", row(2**bits - 3, 1), row(1, 1), [add])
        for bits in (24, 53)
        for side, add in (("below", 1), ("at", 2), ("above", 3))
    ),
    ("odd sums past 2^24", row(2**24 + 1, 2), row(1, 1), None),
    ("odd sums past 2^53", row(2**53 + 1, 2), row(1, 1), None),
    ("parts wrap, the sum does not", row(2**62, 2**62, -(2**62)), row(1, 1, 1), [-(2**62)]),
    ("the largest", row(2**63 - 2), row(1), [1]),
    ("the lowest", row(-(2**63)), row(1), None),
    ("unsigned, taken back", row(2**64 - 1, 2**64 - 1, dtype=np.uint64), row(0), [5]),
    ("zeros times large weights", row(0, 0), row(2**62, 2**62), [7]),
    ("booleans", row(True, False, True), row(True, True), [True]),
    ("bytes", row(255, 255, dtype=np.uint8), row(127, -128, dtype=np.int8), None),
]


@pytest.mark.parametrize(("x", "w", "b"), [c[1:] for c in EDGES], ids=[c[0] for c in EDGES])
@pytest.mark.parametrize("stride", [1, 2])
def test_whole_numbers_are_exact_on_both_sides_of_every_bound(
    x: Array, w: Array, b: list[int] | None, stride: int
) -> None:
    axes = [TransposedAxis(x.shape[2], w.shape[2], stride)]
    bias = None if b is None else np.array(b)
    made = conv_transpose(x, w, bias, axes)
    assert made.dtype == np.int64
    assert made.tolist() == loop_conv_transpose(x, w, bias, axes).tolist()


@pytest.mark.parametrize(("largest", "name"), [(2**10, "float32"), (2**40, "float64")])
def test_large_whole_numbers_are_exact_by_matrix_products(largest: int, name: str) -> None:
    rng = np.random.default_rng(0)
    x, w = rng.integers(-largest, largest, (1, 8, 60, 60)), rng.integers(-20, 20, (8, 8, 3, 3))
    axes = [TransposedAxis(60, 3, 2, 1, 1, 1, 1)] * 2
    assert working_dtype(x, w, None) == name
    made = conv_transpose(x, w, None, axes)
    some = (slice(None), slice(None), slice(40), slice(40))
    corner = [TransposedAxis(20, 3, 2, 1, 1, 1, 1)] * 2
    expected = conv_transpose(x[..., :20, :20].astype(object).astype("i8"), w, None, corner)
    assert made[some][..., :39, :39].tolist() == expected[..., :39, :39].tolist()
    at = sum(
        int(x[0, c, cell, 7]) * int(w[c, 3, tap, 1])
        for c in range(8)
        for tap, cell in axes[0].taps(21)
    )
    assert axes[1].taps(14) == [(1, 7)]
    assert made[0, 3, 21, 14] == at


def test_whole_numbers_stay_whole_whatever_dtype_is_asked_for() -> None:
    made = conv_transpose(row(1), row(2), None, [TransposedAxis(1, 1)], dtype="float32")
    assert made.dtype == np.int64


# --- floats ----------------------------------------------------------------------

DTYPES = [
    ("f4 × f4", "f4", "f4", None, None, "f4"),
    ("f4 × f8", "f4", "f8", None, None, "f8"),
    ("a wide bias", "f4", "f4", "f8", None, "f8"),
    ("bytes × f4", "u1", "f4", None, None, "f4"),
    ("asked for f4", "u1", "f8", None, "float32", "f4"),
    ("asked for f8", "f4", "f4", None, "float64", "f8"),
]


@pytest.mark.parametrize(
    ("x", "w", "b", "asked", "given_back"), [c[1:] for c in DTYPES], ids=[c[0] for c in DTYPES]
)
def test_floats_are_computed_in_the_widest_given_or_the_one_asked_for(
    x: str, w: str, b: str | None, asked: Any, given_back: str
) -> None:
    bias = None if b is None else np.ones(1, b)
    axes = [TransposedAxis(2, 1)]
    made = conv_transpose(row(1, 2, dtype=x), row(3, dtype=w), bias, axes, dtype=asked)
    assert made.dtype == given_back
    assert made.ravel().tolist() == ([3, 6] if b is None else [4, 7])


@pytest.mark.parametrize("where", ["x", "w"])
@pytest.mark.parametrize("value", [np.inf, -np.inf, np.nan])
def test_what_is_not_finite_stays_where_it_reaches(where: str, value: float) -> None:
    x, w = np.ones((1, 2, 6, 6)), np.array([[0, 1, 0], [1, 2, 1], [0, 1, 0.0]])
    w = np.tile(w, (2, 1, 1, 1))
    (x if where == "x" else w)[0, 0, 1, 2] = value
    axes = [TransposedAxis(6, 3, 2, 1, 1, 1, 1), TransposedAxis(6, 3, 3, 2, 0, 2)]
    with np.errstate(invalid="ignore"):
        expected = loop_conv_transpose(x, w, np.ones(1), axes)
    assert np.isfinite(expected).any()
    np.testing.assert_array_equal(conv_transpose(x, w, np.ones(1), axes), expected)


def test_overflow_gives_infinity_without_a_warning() -> None:
    x, w = row(1e38, 1e38, dtype="f4"), row(9, 9)
    axes = [TransposedAxis(2, 2)]
    assert conv_transpose(x, w.astype("f4"), None, axes).tolist() == [[[np.inf] * 3]]
    assert conv_transpose(x, w * 1e300, None, axes, dtype="float32").tolist() == [[[np.inf] * 3]]


# --- any shape, any option ---------------------------------------------------------


@st.composite
def any_axis(draw: st.DrawFn, least: int = -2) -> TransposedAxis:
    size, kernel, stride, dilation = (draw(st.integers(1, 4)) for _ in range(4))
    more = draw(st.integers(0, max(stride, dilation) - 1))
    axis = TransposedAxis(size, kernel, stride, dilation, output_padding=more)
    before = draw(st.integers(least, min(3, axis.out - 1)))
    after = draw(st.integers(least, min(3, axis.out - 1 - before)))
    return axis._replace(before=before, after=after)


@st.composite
def layers(draw: st.DrawFn, least: int = -2, batch: int = 0) -> dict[str, Any]:
    axes = [draw(any_axis(least)) for _ in range(draw(st.integers(1, 3)))]
    groups, channels, filters = (draw(st.integers(1, 2)) for _ in range(3))
    rng = np.random.default_rng(draw(st.integers(0, 99)))
    kind = draw(st.sampled_from(["i8", "u1", "f8", "f4"]))

    def numbers(*shape: int) -> Array:
        drawn = rng.integers(0 if kind == "u1" else -9, 10, shape)
        return (drawn if kind in ("i8", "u1") else drawn + rng.random(shape)).astype(kind)

    sizes = [axis.size for axis in axes]
    return {
        "x": numbers(draw(st.integers(batch, 2)), groups * channels, *sizes),
        "w": numbers(groups * channels, filters, *(axis.kernel for axis in axes)),
        "b": numbers(groups * filters) if draw(st.booleans()) else None,
        "axes": axes,
        "groups": groups,
    }


@settings(deadline=None, max_examples=120)
@given(layer=layers())
def test_any_layer_equals_a_plain_loop_bit_for_bit(layer: dict[str, Any]) -> None:
    before = layer["x"].copy()
    made = conv_transpose(**layer)
    assume(made[:1, :1].size * layer["w"].size <= SMALL)  # beyond, sums run in another order
    expected = loop_conv_transpose(**layer)
    assert made.shape == expected.shape
    assert made.tolist() == expected.tolist()
    assert np.array_equal(layer["x"], before)


@settings(deadline=None, max_examples=60)
@given(layer=layers())
def test_what_reaches_a_cell_is_what_it_is_made_of(layer: dict[str, Any]) -> None:
    x, w, axes = (layer[name] for name in ("x", "w", "axes"))
    made = conv_transpose(x, w, None, axes, groups=layer["groups"])
    o = tuple(axis.out // 2 for axis in axes)
    reached = [axis.taps(at) for axis, at in zip(axes, o, strict=True)]
    per = len(w) // layer["groups"]
    for n, f in np.ndindex(*made.shape[:2]):
        first = f // w.shape[1] * per
        total = 0.0
        for c in range(per):
            for at in np.ndindex(*(len(pairs) for pairs in reached)):
                pairs = [pairs[k] for pairs, k in zip(reached, at, strict=True)]
                tap, cell = zip(*pairs, strict=True)
                total += float(x[(n, first + c, *cell)]) * float(
                    w[(first + c, f % w.shape[1], *tap)]
                )
        assert made[(n, f, *o)] == pytest.approx(total, rel=1e-4, abs=1e-4)


@st.composite
def windows(draw: st.DrawFn) -> Axis:
    kernel, stride, dilation = (draw(st.integers(1, 3)) for _ in range(3))
    before, after = draw(st.integers(0, 3)), draw(st.integers(0, 3))
    least = max(1, dilation * (kernel - 1) + 1 - before - after)
    return Axis(draw(st.integers(least, least + 5)), kernel, stride, dilation, before, after)


@settings(deadline=None, max_examples=100)
@given(
    axes=st.lists(windows(), min_size=1, max_size=3),
    groups=st.integers(1, 2),
    seed=st.integers(0, 99),
)
def test_it_is_the_adjoint_of_conv(axes: list[Axis], groups: int, seed: int) -> None:
    back = []
    for a in axes:
        unused = (a.padded - a.extent) % a.stride
        back.append(
            TransposedAxis(a.out, a.kernel, a.stride, a.dilation, a.before, a.after, unused)
        )
    assert [b.out for b in back] == [a.size for a in axes]
    rng = np.random.default_rng(seed)
    x = rng.integers(-9, 10, (2, 2 * groups, *(a.size for a in axes)))
    y = rng.integers(-9, 10, (2, 3 * groups, *(a.out for a in axes)))
    w = rng.integers(-9, 10, (3 * groups, 2, *(a.kernel for a in axes)))
    there = (conv(x, w, None, axes, groups=groups) * y).sum()
    assert there == (x * conv_transpose(y, w, None, back, groups=groups)).sum()


@settings(deadline=None, max_examples=40)
@given(layer=layers(least=0, batch=1))
def test_any_layer_equals_onnx(layer: dict[str, Any]) -> None:
    axes = [  # the reference evaluator wants an output that the kernel could have made
        axis._replace(output_padding=min(axis.output_padding, axis.stride - 1))
        for axis in layer["axes"]
    ]
    axes = [a if a.out > 0 else a._replace(before=0, after=0) for a in axes]
    x, w = layer["x"].astype("f4"), layer["w"].astype("f4")
    if layer["groups"] > 1:  # its groups hold one channel each
        x, w = x[:, :2], w[:2, :1]
    (expected,) = onnx(
        "ConvTranspose",
        [x, w],
        strides=[a.stride for a in axes],
        dilations=[a.dilation for a in axes],
        pads=[a.before for a in axes] + [a.after for a in axes],
        output_padding=[a.output_padding for a in axes],
        group=layer["groups"],
    )
    made = conv_transpose(x, w, None, axes, groups=layer["groups"])
    np.testing.assert_allclose(made, expected, rtol=1e-4, atol=1e-3)


@pytest.mark.parametrize("stride", [1, 2, 3, 5])
@pytest.mark.parametrize("wanted", [None, 4, 5, 8, 9, 10, 13, 20])
@pytest.mark.parametrize(("name", "auto"), [("same", "SAME_UPPER"), ("same-lower", "SAME_LOWER")])
def test_padding_by_name_equals_onnx(
    name: PadName, auto: str, wanted: int | None, stride: int
) -> None:
    x, w = row(1, 10, 100, 1000, dtype="f4"), row(1, 2, 3, dtype="f4")
    shape = None if wanted is None else [wanted]
    options: dict[str, Any] = {} if wanted is None else {"output_shape": shape}
    (expected,) = onnx("ConvTranspose", [x, w], strides=[stride], auto_pad=auto, **options)
    axes = transposed_axes(
        [4], [3], stride=[stride], dilation=[1], padding=name, output_padding=[0],
        output_shape=shape,
    )  # fmt: skip
    assert conv_transpose(x, w, None, axes).tolist() == expected.tolist()


CASES = [
    ("1-D", 1, 1, {"stride": 2, "output_padding": 1}),
    ("2-D, groups", 2, 2, {"stride": 3, "padding": 1, "dilation": 2}),
    ("2-D, output padding below the dilation", 2, 1, {"dilation": 3, "output_padding": 2}),
    ("3-D", 3, 2, {"stride": 2, "padding": 2, "output_padding": 1}),
]


@pytest.mark.parametrize(
    ("dims", "groups", "options"), [c[1:] for c in CASES], ids=[c[0] for c in CASES]
)
def test_a_layer_equals_pytorch(dims: int, groups: int, options: dict[str, int]) -> None:
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    rng = np.random.default_rng(8)
    x, b = rng.standard_normal((2, 2 * groups, *(5, 4, 6)[:dims])), rng.standard_normal(3 * groups)
    w = rng.standard_normal((2 * groups, 3, *(3, 4, 2)[:dims]))
    function = getattr(torch.nn.functional, f"conv_transpose{dims}d")
    expected = function(*map(torch.from_numpy, (x, w, b)), groups=groups, **options).numpy()
    pad = (options.get("padding", 0),) * 2
    axes = transposed_axes(
        x.shape[2:],
        w.shape[2:],
        stride=[options.get("stride", 1)] * dims,
        dilation=[options.get("dilation", 1)] * dims,
        padding=(pad,) * dims,
        output_padding=[options.get("output_padding", 0)] * dims,
    )
    made = conv_transpose(x, w, b, axes, groups=groups)
    np.testing.assert_allclose(made, expected, rtol=1e-12, atol=1e-12)


# --- the plan --------------------------------------------------------------------


@given(axis=any_axis())
def test_phases_hold_each_output_cell_once_and_all_that_reaches_it(axis: TransposedAxis) -> None:
    seen: list[int] = []
    for phase in phases(axis):
        outs = range(axis.out)[phase.outs]
        taps = range(axis.kernel)[phase.taps]
        seen += outs
        for at, o in enumerate(outs):
            assert phase.window.out == len(outs)
            positions = [axis.size - 1 - p for p in phase.window.positions(at)]
            pairs = [(t, p) for t, p in zip(taps, positions, strict=True) if 0 <= p < axis.size]
            assert axis.taps(o) == pairs
    assert len(set(seen)) == len(seen)
    assert all(axis.taps(o) == [] for o in {*range(axis.out)} - {*seen})


def test_views_and_read_only_arrays_are_taken_as_they_are() -> None:
    photo = np.random.default_rng(4).integers(0, 255, (9, 12, 3)).astype(np.uint8)
    photo.flags.writeable = False
    x = photo.transpose(2, 0, 1)[None, :, ::-1, ::2]
    w = np.arange(18).reshape(2, 3, 3, 1).transpose(1, 0, 3, 2)
    axes = [TransposedAxis(9, 1, 2), TransposedAxis(6, 3, 2)]
    made = conv_transpose(x, w, None, axes)
    assert made.tolist() == loop_conv_transpose(x, w, None, axes).tolist()
