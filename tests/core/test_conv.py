from __future__ import annotations

import tracemalloc
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import signal

from forced_ways import METHODS, force
from loops import loop_conv, row
from nnviz.core import tiles, ways
from nnviz.core.conv import conv
from nnviz.core.exact import working_dtype
from nnviz.core.tiles import Method
from nnviz.errors import NnvizError
from nnviz.padding import check_axes
from nnviz.shapes import PAD_MODES, Axis, PadMode
from onnx_answers import onnx

Array = np.ndarray[Any, Any]


def square(size: int, kernel: int, before: int, after: int) -> tuple[Axis, Axis]:
    axis = Axis(size, kernel, before=before, after=after)
    return axis, axis


# --- whole numbers ---------------------------------------------------------------

PAST = [
    ("2^62 twice over", row(2**62), row(2), None, 2**63),
    ("one below the lowest", row(-(2**63)), row(1), [-1], -(2**63) - 1),
    ("the lowest, negated", row(-(2**63)), row(-1), None, 2**63),
    ("unsigned", row(2**64 - 1, dtype=np.uint64), row(1), None, 2**64 - 1),
    ("by the bias alone", row(0), row(2**63 - 1), [2**63], 2**63),
]


@pytest.mark.parametrize(("x", "w", "b", "result"), [c[1:] for c in PAST], ids=[c[0] for c in PAST])
def test_a_result_past_64_bits_is_refused_with_the_number(
    x: Array, w: Array, b: list[int] | None, result: int
) -> None:
    bias = None if b is None else np.array(b)
    with pytest.raises(NnvizError, match=str(result)):
        conv(x, w, bias, [Axis(x.shape[2], w.shape[2])])


EDGES = [
    *(
        (f"just {side} 2^{bits}", row(2**bits - 3, 1), row(1, 1), [add])
        for bits in (24, 53)
        for side, add in (("below", 1), ("at", 2), ("above", 3))
    ),
    ("odd sums past 2^24", row(2**24 + 1, 2), row(1, 1), None),
    ("odd sums past 2^53", row(2**53 + 1, 2), row(1, 1), None),
    ("parts wrap, the sum does not", row(2**62, 2**62, 2**62), row(1, 1, -1), [0]),
    ("the largest", row(2**63 - 2), row(1), [1]),
    ("the lowest", row(-(2**63)), row(1), None),
    ("the lowest, taken back", row(-(2**63), -(2**63)), row(-1, 1), None),
    ("unsigned, taken back", row(2**64 - 1, 2**64 - 1, dtype=np.uint64), row(1, -1), [5]),
    ("unsigned weights", row(3), row(2**63 - 1, dtype=np.uint64) // np.uint64(3), None),
    ("unseen large numbers", row(2**64 - 1, dtype=np.uint64), row(0), [2**60 + 1]),
    ("zeros times large weights", row(0, 0), row(2**62, 2**62), [7]),
    ("booleans", row(True, False, True), row(True, True), [True]),
    ("bytes", row(255, 255, dtype=np.uint8), row(127, -128, dtype=np.int8), None),
]


@pytest.mark.parametrize(("x", "w", "b"), [c[1:] for c in EDGES], ids=[c[0] for c in EDGES])
def test_whole_numbers_are_exact_on_both_sides_of_every_bound(
    x: Array, w: Array, b: list[int] | None
) -> None:
    axes = [Axis(x.shape[2], w.shape[2])]
    bias = None if b is None else np.array(b)
    made = conv(x, w, bias, axes)
    assert made.dtype == np.int64
    assert made.tolist() == loop_conv(x, w, bias, axes).tolist()


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(("largest", "name"), [(2**10, "float32"), (2**40, "float64")])
def test_large_whole_numbers_are_exact_by_matrix_products(
    monkeypatch: pytest.MonkeyPatch, method: Method, largest: int, name: str
) -> None:
    force(monkeypatch, method, 3, 7)
    rng = np.random.default_rng(0)
    x, w = rng.integers(-largest, largest, (2, 2, 9, 20)), rng.integers(-20, 20, (3, 2, 3, 3))
    axes = [Axis(9, 3, 1, 1, 1, 2), Axis(20, 3, 2, 1, 2, 1)]
    assert working_dtype(x, w, None) == name
    assert conv(x, w, None, axes).tolist() == loop_conv(x, w, None, axes).tolist()


def test_whole_numbers_stay_whole_whatever_dtype_is_asked_for() -> None:
    assert conv(row(1), row(2), None, [Axis(1, 1)], dtype="float32").dtype == np.int64


# --- floats ----------------------------------------------------------------------

DTYPES = [
    ("f4 × f4", "f4", "f4", None, None, "f4"),
    ("f4 × f8", "f4", "f8", None, None, "f8"),
    ("a wide bias", "f4", "f4", "f8", None, "f8"),
    ("half precision is too little", "f2", "f2", None, None, "f4"),
    ("bytes × f4", "u1", "f4", None, None, "f4"),
    ("large integers × f4", "i8", "f4", None, None, "f4"),
    ("a whole bias", "f4", "f4", "i8", None, "f4"),
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
    made = conv(row(1, 2, dtype=x), row(3, dtype=w), bias, [Axis(2, 1)], dtype=asked)
    assert made.dtype == given_back
    assert made.ravel().tolist() == ([3, 6] if b is None else [4, 7])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_small_sums_equal_a_plain_loop_bit_for_bit(dtype: Any) -> None:
    rng = np.random.default_rng(1)
    x, w = rng.standard_normal((1, 3, 9, 9)).astype(dtype), rng.standard_normal((2, 3, 3, 3))
    w, b = w.astype(dtype), rng.standard_normal(2).astype(dtype)
    made = conv(x, w, b, square(9, 3, 1, 1))
    assert (made == loop_conv(x, w, b, square(9, 3, 1, 1))).all()


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("value", [np.inf, -np.inf, np.nan])
def test_what_is_not_finite_stays_in_its_own_windows(
    monkeypatch: pytest.MonkeyPatch, method: Method, value: float
) -> None:
    force(monkeypatch, method, 4, 8)
    x = np.ones((1, 1, 12, 16), np.float32)
    x[0, 0, 5, 6] = value
    w = np.array([[0, 1, 0], [1, 2, 1], [0, 1, 0]], np.float32).reshape(1, 1, 3, 3)
    axes = [Axis(12, 3, 1, 1, 1, 1), Axis(16, 3, 1, 1, 1, 1)]
    with np.errstate(invalid="ignore"):
        expected = loop_conv(x, w, None, axes)
    np.testing.assert_array_equal(conv(x, w, None, axes), expected)


@pytest.mark.parametrize("method", METHODS)
def test_an_infinite_weight_is_as_in_a_loop(
    monkeypatch: pytest.MonkeyPatch, method: Method
) -> None:
    force(monkeypatch, method, 2, 3)
    x = np.arange(30, dtype=float).reshape(1, 1, 5, 6)
    w = np.array([[1, np.inf], [2, 3]]).reshape(1, 1, 2, 2)
    axes = [Axis(5, 2, before=1), Axis(6, 2, after=1)]
    with np.errstate(invalid="ignore"):
        expected = loop_conv(x, w, None, axes)
    np.testing.assert_array_equal(conv(x, w, None, axes), expected)


def test_overflow_gives_infinity_without_a_warning() -> None:
    made = conv(row(1e38, 1e38, dtype="f4"), row(9, 9, dtype="f4"), None, [Axis(2, 2)])
    assert made.tolist() == [[[np.inf]]]


# --- any shape, any option ---------------------------------------------------------


@st.composite
def fitting_axes(draw: st.DrawFn, mode: PadMode) -> Axis:
    """An axis that its window and its padding fit."""
    kernel, stride, dilation = (draw(st.integers(1, 3)) for _ in range(3))
    size = draw(st.integers(1, 7))
    most = {"reflect": size - 1, "circular": size}.get(mode, 3)
    before = draw(st.integers(0, min(most, 3)))
    after = draw(st.integers(0, min(most, 3)))
    room = size + before + after
    dilation = min(dilation, max(1, (room - 1) // max(1, kernel - 1)))
    return Axis(size, min(kernel, room), stride, dilation, before, after)


@st.composite
def layers(
    draw: st.DrawFn, modes: tuple[PadMode, ...] = PAD_MODES, batch: int = 0
) -> dict[str, Any]:
    mode = draw(st.sampled_from(modes))
    axes = [draw(fitting_axes(mode)) for _ in range(draw(st.integers(1, 3)))]
    check_axes(axes, mode)
    groups, channels, filters = (draw(st.integers(1, 2)) for _ in range(3))
    rng = np.random.default_rng(draw(st.integers(0, 99)))
    kinds = draw(st.sampled_from(["i8", "u1", "f8", "f4"]))

    def numbers(*shape: int) -> Array:
        drawn = rng.integers(0 if kinds == "u1" else -9, 10, shape)
        return (drawn if kinds in ("i8", "u1") else drawn + rng.random(shape)).astype(kinds)

    sizes = [axis.size for axis in axes]
    return {
        "x": numbers(draw(st.integers(batch, 2)), groups * channels, *sizes),
        "w": numbers(groups * filters, channels, *(axis.kernel for axis in axes)),
        "b": numbers(groups * filters) if draw(st.booleans()) else None,
        "axes": axes,
        "groups": groups,
        "mode": mode,
    }


@settings(deadline=None, max_examples=150)
@given(layer=layers(), method=st.sampled_from((None, *METHODS)), tile=st.integers(1, 4))
def test_any_layer_equals_a_plain_loop(
    layer: dict[str, Any], method: Method | None, tile: int
) -> None:
    expected = loop_conv(**layer)
    x_before = layer["x"].copy()
    with pytest.MonkeyPatch.context() as patch:
        if method is not None:
            force(patch, method, tile, tile + 1)
        made = conv(**layer)
    tolerance = 1e-5 if layer["x"].dtype == np.float32 else 1e-12
    np.testing.assert_allclose(
        made, expected.astype(made.dtype), rtol=tolerance, atol=tolerance * 100
    )
    assert np.array_equal(layer["x"], x_before)


@settings(deadline=None, max_examples=30)
@given(layer=layers(modes=("zeros",), batch=1))
def test_any_zero_padded_layer_equals_onnx(layer: dict[str, Any]) -> None:
    x, w, axes = layer["x"].astype("f4"), layer["w"].astype("f4"), layer["axes"]
    (expected,) = onnx(
        "Conv",
        [x, w],
        strides=[a.stride for a in axes],
        dilations=[a.dilation for a in axes],
        pads=[a.before for a in axes] + [a.after for a in axes],
        group=layer["groups"],
    )
    made = conv(x, w, None, axes, groups=layer["groups"])
    np.testing.assert_allclose(made, expected, rtol=1e-4, atol=1e-3)


SIGNAL = [
    ("valid", "zeros", 0, {"mode": "valid"}),
    ("full", "zeros", 4, {"mode": "full"}),
    ("reflect", "circular", 2, {"mode": "same", "boundary": "wrap"}),
]


@pytest.mark.parametrize(
    ("mode", "pad", "options"), [c[1:] for c in SIGNAL], ids=[c[0] for c in SIGNAL]
)
def test_a_large_map_equals_scipy(mode: PadMode, pad: int, options: dict[str, str]) -> None:
    rng = np.random.default_rng(2)
    x, w = rng.random((170, 230)), rng.random((5, 5))
    axes = [Axis(n, 5, before=pad, after=pad) for n in x.shape]
    made = conv(x[None, None], w[None, None], None, axes, mode=mode)
    np.testing.assert_allclose(
        made[0, 0], np.asarray(signal.correlate2d(x, w, **options)), rtol=1e-12
    )


def test_columns_that_do_not_fit_are_added_up_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    force(monkeypatch, "columns", 2, 3)
    monkeypatch.setattr(ways, "ROOM", 40)
    rng = np.random.default_rng(7)
    x, w = rng.random((1, 2, 9, 9)), rng.random((3, 2, 4, 4))
    axes = [Axis(9, 4), Axis(9, 4, 2)]
    np.testing.assert_allclose(conv(x, w, None, axes), loop_conv(x, w, None, axes), rtol=1e-13)


# --- what is given -----------------------------------------------------------------


@pytest.mark.parametrize("method", METHODS)
def test_views_and_read_only_arrays_are_taken_as_they_are(
    monkeypatch: pytest.MonkeyPatch, method: Method
) -> None:
    force(monkeypatch, method, 3, 5)
    photo = np.random.default_rng(4).integers(0, 255, (20, 24, 3)).astype(np.uint8)
    photo.flags.writeable = False
    x = photo.transpose(2, 0, 1)[None, :, ::-1, ::2]
    w = np.arange(18).reshape(2, 3, 3, 1).transpose(0, 1, 3, 2)
    axes = [Axis(20, 1), Axis(12, 3)]
    made = conv(x, w, None, axes)
    assert made.tolist() == conv(x.copy(), w.copy(), None, axes).tolist()
    assert made.tolist() == loop_conv(x, w, None, axes).tolist()


@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
@pytest.mark.parametrize("padding", [0, 1])
def test_what_lies_between_windows_far_apart_is_not_held(dtype: Any, padding: int) -> None:
    x, w = np.ones((1, 1, 4096, 4096), dtype), np.ones((1, 1, 3, 3), np.float32)
    tracemalloc.start()
    made = conv(x, w, None, [Axis(4096, 3, 32, 1, padding, padding)] * 2)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (made[0, 0, 0, 0], made[0, 0, 1, 1]) == (4 if padding else 9, 9)
    assert peak - made.nbytes < 2**23


def test_memory_beyond_input_and_output_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    x = np.zeros((1, 1, 20, 200_000), np.uint8)
    w = np.ones((1, 1, 11, 11), np.int64)
    monkeypatch.setattr(tiles, "available", lambda: 4)
    tracemalloc.start()
    try:
        made = conv(x, w, None, [Axis(20, 11, before=5, after=5), Axis(200_000, 11)])
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak - made.nbytes < 64 * 2**20
