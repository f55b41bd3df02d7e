from __future__ import annotations

import tracemalloc
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loops import loop_indices, loop_pool, row
from nnviz.core import pool as pool_module
from nnviz.core import window_reduce as slide
from nnviz.core.pool import Kind, max_indices, pool
from nnviz.shapes import AdaptiveAxis, AnyAxis, Axis
from onnx_answers import onnx

Array = np.ndarray[Any, Any]
KINDS: tuple[Kind, ...] = ("max", "avg", "lp")


FAR = [
    ("an average", "avg", 2, [1e308, 1e308], 1e308),
    ("an average past and back", "avg", 2, [1.5e308, 1.5e308, -1.5e308], 0.5e308),
    ("a norm", "lp", 2, [3e200, 4e200], 5e200),
    ("the third norm", "lp", 3, [1e308, 0, 0], 1e308),
    ("one far below float64's square root", "lp", 2, [3e-200, 4e-200], 5e-200),
    ("a high power", "lp", 5000, [2.0, 0.5], 2.0),
    ("what is infinite", "avg", 2, [np.inf, 1e308], np.inf),
    ("a norm past float64 itself", "lp", 1, [1e308, 1e308], np.inf),
]


@pytest.mark.parametrize(("kind", "p", "x", "value"), [c[1:] for c in FAR], ids=[c[0] for c in FAR])
def test_no_overflow_inside_where_the_result_is_finite(
    kind: Kind, p: float, x: list[float], value: float
) -> None:
    for axis in (Axis(len(x), len(x)), AdaptiveAxis(len(x), 1)):
        assert pool(row(*x), [axis], kind=kind, p=p).item() == pytest.approx(value, rel=1e-15)


@given(
    st.lists(st.floats(-8, 8).filter(lambda v: v == 0 or abs(v) > 1e-6), min_size=5, max_size=5),
    st.sampled_from((-900, 900, 1019)),
    st.sampled_from(((1, 2, 2, True), (2, 1, 2, False), (0, 3, 3, False))),
)
def test_a_power_of_two_passes_through_averages_and_norms(
    x: list[float], power: int, case: tuple[int, int, float, bool]
) -> None:
    pad, stride, p, cut = case
    axis = [Axis(5, 3, stride, before=pad, after=pad, ceil=cut)]
    for kind in ("avg", "lp"):
        near = pool(row(*x), axis, kind=kind, p=p, scale_cut=cut)
        far = pool(np.ldexp(row(*x), power), axis, kind=kind, p=p, scale_cut=cut)
        with np.errstate(over="ignore"):
            np.testing.assert_allclose(far, np.ldexp(near, power), rtol=1e-14, atol=0)


WHOLE = [
    ("the lowest beside itself", row(-(2**63), -(2**63)), [-(2**63)], [0]),
    ("unsigned", row(2**64 - 1, 1, dtype=np.uint64), [2**64 - 1], [0]),
    ("equal values", row(3, 3), [3], [0]),
    ("booleans", row(False, True), [1], [1]),
]


@pytest.mark.parametrize(("x", "value", "index"), [c[1:] for c in WHOLE], ids=[c[0] for c in WHOLE])
def test_maxima_of_whole_numbers_are_exact(x: Array, value: list[int], index: list[int]) -> None:
    made = pool(x, [Axis(2, 2)], kind="max")
    assert made.dtype.kind in "iu"
    assert made.ravel().tolist() == value
    assert max_indices(x, [Axis(2, 2)]).ravel().tolist() == index


def test_averages_of_whole_numbers_do_not_wrap() -> None:
    made = pool(row(2**63 - 1, 2**63 - 1), [Axis(2, 2)], kind="avg")
    assert made.tolist() == [[[2.0**63]]]
    assert pool(row(255, 255, dtype=np.uint8), [Axis(2, 2)], kind="avg").tolist() == [[[255.0]]]


def test_the_norm_of_the_lowest_is_positive() -> None:
    assert pool(row(-(2**63), 0), [Axis(2, 2)], kind="lp", p=1).tolist() == [[[2.0**63]]]


@pytest.mark.parametrize(
    ("kind", "given_back"), [("max", "f4"), ("avg", "f4"), ("lp", "f4")], ids=KINDS
)
def test_float32_stays_float32(kind: Kind, given_back: str) -> None:
    assert pool(row(1, 2, dtype="f4"), [Axis(2, 2)], kind=kind).dtype == given_back


ODD = [
    ("NaN wins", [1, np.nan, 3], [np.nan, np.nan], [1, 1]),
    ("the first NaN is found", [np.nan, np.nan, 1], [np.nan, np.nan], [0, 1]),
    ("minus infinity alone", [-np.inf, -np.inf, 0], [-np.inf, 0], [0, 2]),
    ("the first of equal ones", [5, 5, 5], [5, 5], [0, 1]),
]


@pytest.mark.parametrize(("x", "values", "indices"), [c[1:] for c in ODD], ids=[c[0] for c in ODD])
def test_odd_values_have_a_place(x: list[float], values: list[float], indices: list[int]) -> None:
    axes = [Axis(3, 2)]
    np.testing.assert_array_equal(pool(row(*x), axes, kind="max").ravel(), values)
    assert max_indices(row(*x), axes).ravel().tolist() == indices
    # The same along a window longer than there are windows.
    tall = [Axis(1, 1), Axis(3, 3)]
    top = max_indices(np.array(x).reshape(1, 1, 1, 3), tall).ravel().tolist()
    assert top == [int(np.argmax(x))]


def test_a_window_of_padding_alone_has_a_result() -> None:
    axes = [Axis(1, 1, before=2)]
    assert pool(row(7.0), axes, kind="max").ravel().tolist() == [-np.inf, -np.inf, 7]
    assert pool(row(7), axes, kind="max").ravel().tolist() == [-(2**63), -(2**63), 7]
    assert pool(row(7.0), axes, kind="avg", include_pad=False).ravel().tolist() == [0, 0, 7]
    assert max_indices(row(7.0), axes).ravel().tolist() == [-1, -1, 0]


def test_long_windows_of_padding_alone_have_a_result() -> None:
    axes = [Axis(1, 3, 4, before=4, after=2)]
    assert pool(row(7.0), axes, kind="max").ravel().tolist() == [-np.inf, 7]
    assert pool(row(7.0), axes, kind="avg").ravel().tolist() == [0, 7 / 3]
    assert max_indices(row(7.0), axes).ravel().tolist() == [-1, 0]


DIVISORS = [
    ("padding counts", Axis(4, 3, 1, 1, 1, 1), True, [3, 3, 3, 3]),
    ("padding does not count", Axis(4, 3, 1, 1, 1, 1), False, [2, 3, 3, 2]),
    ("past the padding never counts", Axis(4, 3, 2, 1, 1, 0, ceil=True), True, [3, 3]),
    ("a window cut off by ceil", Axis(5, 2, 2, ceil=True), True, [2, 2, 1]),
    ("dilated", Axis(5, 2, 1, 3, 2, 2), False, [1, 1, 2, 2, 1, 1]),
]


@pytest.mark.parametrize(
    ("axis", "include", "divisors"), [c[1:] for c in DIVISORS], ids=[c[0] for c in DIVISORS]
)
def test_an_average_divides_by_what_is_counted(
    axis: Axis, include: bool, divisors: list[int]
) -> None:
    assert [axis.counted(o, include) for o in range(axis.out)] == divisors
    made = pool(np.ones((1, 1, axis.size)), [axis], kind="avg", include_pad=include)
    total = pool(np.ones((1, 1, axis.size)), [axis], kind="lp", p=1)
    assert made.ravel().tolist() == (total.ravel() / divisors).tolist()


@st.composite
def any_axis(draw: st.DrawFn) -> Axis:
    """An axis on which every window has a real cell."""
    kernel, stride, dilation = (draw(st.integers(1, 3)) for _ in range(3))
    size = draw(st.integers(dilation, 8))
    most = dilation * (kernel - 1)
    before, after = draw(st.integers(0, most)), draw(st.integers(0, most))
    kernel = min(kernel, (size + before + after - 1) // dilation + 1)
    return Axis(size, kernel, stride, dilation, before, after, draw(st.booleans()))


adaptive = st.builds(AdaptiveAxis, st.integers(1, 9), st.integers(1, 7))


@st.composite
def layers(draw: st.DrawFn) -> tuple[Array, list[AnyAxis]]:
    axes = draw(st.lists(st.one_of(any_axis(), adaptive), min_size=1, max_size=3))
    rng = np.random.default_rng(draw(st.integers(0, 99)))
    shape = (draw(st.integers(1, 2)), draw(st.integers(1, 2)), *(axis.size for axis in axes))
    x = rng.integers(-5, 6, shape)
    return (x if draw(st.booleans()) else x + rng.random(shape)), axes


@settings(deadline=None, max_examples=150)
@given(
    layer=layers(),
    kind=st.sampled_from(KINDS),
    p=st.sampled_from([1.0, 2.0, 3.0]),
    include=st.booleans(),
    tile=st.sampled_from([1, 9, 2**17]),
    few=st.sampled_from([0, 64]),
)
def test_any_layer_equals_a_plain_loop(
    layer: tuple[Array, list[AnyAxis]], kind: Kind, p: float, include: bool, tile: int, few: int
) -> None:
    x, axes = layer
    before = x.copy()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pool_module, "TILE", tile)
        patch.setattr(pool_module, "FEW_TAPS", few)
        patch.setattr(pool_module, "MANY", tile * 2)
        patch.setattr(slide, "PIECE", 2)
        made = pool(x, axes, kind=kind, p=p, include_pad=include)
        indices = max_indices(x, axes)
    expected = loop_pool(x, axes, kind, p, include)
    np.testing.assert_allclose(made, expected, rtol=1e-12, atol=1e-12)
    if few and kind == "avg" and all(isinstance(axis, Axis) for axis in axes):
        assert (made == expected).all()
    assert indices.tolist() == loop_indices(x, axes).tolist()
    assert np.array_equal(x, before)


OPERATORS = {"max": "MaxPool", "avg": "AveragePool", "lp": "LpPool"}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("include", [True, False], ids=["counted", "not counted"])
def test_a_padded_layer_equals_onnx(kind: Kind, include: bool) -> None:
    x = np.random.default_rng(5).standard_normal((2, 3, 11, 9)).astype("f4")
    options: dict[str, Any] = {"kernel_shape": [3, 2], "strides": [2, 1], "pads": [1, 0, 1, 1]}
    if kind == "avg":
        options["count_include_pad"] = int(include)
    (expected,) = onnx(OPERATORS[kind], [x], **options)
    axes = [Axis(11, 3, 2, 1, 1, 1), Axis(9, 2, 1, 1, 0, 1)]
    made = pool(x, axes, kind=kind, include_pad=include)
    np.testing.assert_allclose(made, expected, rtol=1e-5, atol=1e-6)


CUT: list[tuple[str, list[AnyAxis], list[float]]] = [
    ("one cell of two", [Axis(5, 2, 2, ceil=True)], [3, 7, 10]),
    ("two of three, padding counted", [Axis(4, 3, 2, 1, 1, 0, ceil=True)], [3, 9]),
    ("one cell of three", [Axis(4, 3, 3, ceil=True)], [6, 12]),
    ("nothing cut", [Axis(4, 3, 1, 1, 1, 1)], [3, 6, 9, 7]),
    ("adaptive windows are never cut", [AdaptiveAxis(5, 3)], [3, 9, 9]),
]


@pytest.mark.parametrize(("axes", "norms"), [c[1:] for c in CUT], ids=[c[0] for c in CUT])
def test_a_norm_may_grow_where_its_window_is_cut_off(
    axes: list[AnyAxis], norms: list[float]
) -> None:
    x = np.arange(1.0, axes[0].size + 1).reshape(1, 1, -1)
    assert pool(x, axes, kind="lp", p=1, scale_cut=True).ravel().tolist() == norms


@pytest.mark.parametrize("p", [1.0, 2.0, 3.0])
def test_a_norm_cut_off_equals_pytorch(p: float) -> None:
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    x = np.random.default_rng(11).random((1, 2, 8, 11))
    axes = [Axis(8, 3, 2, ceil=True), Axis(11, 3, 3, ceil=True)]
    expected = torch.nn.functional.lp_pool2d(torch.from_numpy(x), p, 3, (2, 3), ceil_mode=True)
    made = pool(x, axes, kind="lp", p=p, scale_cut=True)
    np.testing.assert_allclose(made, expected.numpy(), rtol=1e-12)
    plain = pool(x, axes, kind="lp", p=p)
    assert (made >= plain).all()
    assert (made > plain).any()


@pytest.mark.parametrize("kind", KINDS)
def test_the_whole_of_a_large_input_is_one_window(kind: Kind) -> None:
    x = np.random.default_rng(6).random((1, 2, 300, 500)).astype("f4")
    made = pool(x, [Axis(300, 300), Axis(500, 500)], kind=kind)[0, :, 0, 0]
    exact = x.astype("f8").reshape(2, -1)
    expected = {
        "max": exact.max(1),
        "avg": exact.mean(1),
        "lp": np.sqrt((exact**2).sum(1)),
    }[kind]
    np.testing.assert_allclose(made, expected, rtol=1e-6)
    found = max_indices(x, [Axis(300, 300), Axis(500, 500)]).ravel()
    assert found.tolist() == exact.argmax(1).tolist()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "axis", [Axis(6_000_000, 2, 2), Axis(6_000_000, 6_000_000)], ids=["pairs", "all"]
)
def test_memory_beyond_input_and_output_is_bounded(kind: Kind, axis: Axis) -> None:
    x = np.ones((1, 1, 6_000_000), np.uint8)
    tracemalloc.start()
    try:
        made = pool(x, [axis], kind=kind)
        found = max_indices(x, [axis])
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak - made.nbytes - found.nbytes < 32 * 2**20


# --- adaptive --------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_a_large_adaptive_layer_equals_its_windows(kind: Kind) -> None:
    x = np.random.default_rng(9).standard_normal((1, 1, 301, 402))
    axes = [AdaptiveAxis(301, 151), AdaptiveAxis(402, 7)]
    made, found = pool(x, axes, kind=kind), max_indices(x, axes)
    assert made.shape == found.shape == (1, 1, 151, 7)
    for i, j in [(0, 0), (75, 3), (150, 6), (1, 5)]:
        rows, cols = axes[0].positions(i), axes[1].positions(j)
        seen = x[0, 0, rows.start : rows.stop, cols.start : cols.stop]
        expected = {"max": seen.max(), "avg": seen.mean(), "lp": np.linalg.norm(seen)}[kind]
        assert made[0, 0, i, j] == pytest.approx(expected, rel=1e-13)
        assert x.ravel()[found[0, 0, i, j]] == seen.max()


def test_odd_values_have_a_place_in_uneven_windows() -> None:
    x = row(1, np.nan, -np.inf, np.nan, np.inf, np.inf, -np.inf)
    axes = [AdaptiveAxis(7, 4)]  # cells 0-1, 1-3, 3-5, 5-6
    expected = [np.nan, np.nan, np.nan, np.inf]
    np.testing.assert_array_equal(pool(x, axes, kind="max").ravel(), expected)
    assert max_indices(x, axes).ravel().tolist() == [1, 1, 3, 5]


@pytest.mark.parametrize("out", [(1, 1), (3, 4), (7, 9), (11, 13)])
def test_an_adaptive_layer_equals_pytorch(out: tuple[int, int]) -> None:
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    x = np.random.default_rng(10).standard_normal((2, 3, 7, 9))
    axes = [AdaptiveAxis(7, out[0]), AdaptiveAxis(9, out[1])]
    function = torch.nn.functional
    values, indices = function.adaptive_max_pool2d(torch.from_numpy(x), out, return_indices=True)
    assert (pool(x, axes, kind="max") == values.numpy()).all()
    assert (max_indices(x, axes) == indices.numpy()).all()
    average = function.adaptive_avg_pool2d(torch.from_numpy(x), out).numpy()
    np.testing.assert_allclose(pool(x, axes, kind="avg"), average, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize(("kernel", "stride", "pad"), [(2, 2, 0), (3, 2, 1), (3, 1, 1), (40, 1, 0)])
def test_many_averages_of_32_bits_are_within_the_bound(kernel: int, stride: int, pad: int) -> None:
    x = np.random.default_rng(0).standard_normal((1, 2, 200, 210)).astype(np.float32)
    axes = [Axis(n, kernel, stride, before=pad, after=pad) for n in x.shape[2:]]
    made = pool(x, axes, kind="avg")
    assert made.dtype == np.float32
    exact, sizes = (pool(a.astype(np.float64), axes, kind="avg") for a in (x, np.abs(x)))
    assert (np.abs(made - exact) <= (kernel**2 + 1) * 2.0**-24 * sizes).all()


def test_many_averages_of_the_largest_numbers_of_32_bits_are_finite() -> None:
    x = np.full((1, 1, 200, 200), 3e38, np.float32)
    made = pool(x, [Axis(200, 2, 2)] * 2, kind="avg")
    assert (made == np.float32(3e38)).all()


@pytest.mark.parametrize("kind", ["max", "avg", "lp"])
@pytest.mark.parametrize("dtype", ["f4", "f8", "i2"])
def test_channels_taken_together_are_as_each_alone(kind: Kind, dtype: str) -> None:
    x = np.random.default_rng(0).integers(-9, 9, (2, 70, 64, 80)).astype(dtype)
    axes = [Axis(64, 3, 2, 1, 1, 1), Axis(80, 2, 2)]
    made = pool(x, axes, kind=kind)
    where = max_indices(x, axes)
    for n, c in ((0, 0), (1, 50), (1, 69)):
        one = x[n : n + 1, c : c + 1]
        assert (made[n, c] == pool(one, axes, kind=kind)[0, 0]).all()
        assert (where[n, c] == max_indices(one, axes)[0, 0]).all()
