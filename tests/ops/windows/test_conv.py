"""conv: refusals, the note's example, and that every step says what was computed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import assert_equation_holds, assert_steps_hold, fails, run
from nnviz import api, ops
from nnviz.errors import UsageError
from nnviz.numerals import exact
from nnviz.ops.windows import conv
from nnviz.options.option import Context
from nnviz.read import Stdin
from nnviz.shapes import PAD_MODES
from nnviz.trace import text

NOTE = [[1, 2, 3, 4, 5], [2, 1, 0, 1, 2], [3, 0, 1, 1, 0], [1, 4, 1, 1, 2], [2, 1, 1, 0, 0]]
KERNEL = [[1, 0, 1], [1, 0, 1], [0, 1, 0]]
RGB = np.arange(3 * 4 * 4).reshape(3, 4, 4)

BARE = [
    ("a matrix", [[1, 2]], {}, [[3, 6]]),
    ("channels", [[[1, 2]], [[3, 4]]], {}, [[[12, 18]]]),
    ("a batch", [[[[1, 2]]], [[[3, 4]]]], {}, [[[[3, 6]]], [[[9, 12]]]]),
    ("a vector", [1, 2], {"dims": 1}, [3, 6]),
]


@pytest.mark.parametrize(("x", "options", "out"), [b[1:] for b in BARE], ids=[b[0] for b in BARE])
def test_one_bare_number_is_a_kernel_of_one_cell(
    x: Any, options: dict[str, Any], out: list[Any]
) -> None:
    made = api.conv(x, 3, **options).trace
    assert made.output.tolist() == out
    dims = options.get("dims", 2)
    assert made.arrays["kernel"].shape == (1,) * dims
    assert set(made.steps[0].cells["kernel"]) == {(0,) * dims}


REFUSALS: list[tuple[str, Any, dict[str, Any], str]] = [
    ("larger than input", NOTE, {"kernel": np.ones((6, 6), int)}, "6×6 is larger .* 5×5"),
    ("dilated past input", NOTE, {"kernel": KERNEL, "dilation": 3}, "7×7 is larger .* 5×5"),
    ("vector input", [1, 2, 3], {"kernel": KERNEL}, "3 has 1 axis"),
    ("kernel of five axes", NOTE, {"kernel": np.ones((1, 1, 1, 2, 2)), "dims": 2}, "5 axes"),
    ("wrong channels", RGB, {"kernel": np.ones((2, 2, 2), int)}, "2 channels, .* input has 3"),
    ("groups that do not divide", RGB, {"filters": 2, "groups": 2}, "3 input channels .* 2 groups"),
    ("filters per group", RGB, {"filters": 4, "groups": 3}, "4 filters .* 3 groups"),
    ("kernel per group", RGB, {"kernel": np.ones((3, 2, 2, 2)), "groups": 3}, "each of 3 groups"),
    ("bias of other length", NOTE, {"filters": 3, "bias": [1, 2]}, "--bias has 2 .* 3 filters"),
    (
        "kernel and filters",
        NOTE,
        {"kernel": KERNEL, "filters": 2},
        "--kernel and --filters contradict",
    ),
    ("kernel and size", NOTE, {"kernel": KERNEL, "size": 2}, "--kernel and --size contradict"),
    ("bias and no bias", NOTE, {"filters": 1, "bias": 1, "no_bias": True}, "contradict"),
    ("stride zero", NOTE, {"stride": 0}, "0 is not a number from 1"),
    ("strides for three axes", NOTE, {"stride": (1, 2, 3)}, "3 values, .* 2 axes"),
    ("pads for three axes", NOTE, {"padding": (1, 2, 3)}, "3 axes, .* has 2"),
    ("padding by no name", NOTE, {"padding": "some"}, "some is not a padding"),
    ("negative padding", NOTE, {"padding": -1}, "-1 is not a number from 0"),
    ("reflect as wide as input", NOTE, {"padding": 5, "padding_mode": "reflect"}, "5 .* at most 4"),
    ("circular wider", NOTE, {"padding": 6, "padding_mode": "circular"}, "6 .* at most 5"),
    ("unknown activation", NOTE, {"act": "rely"}, "rely is none of"),
    ("unknown option", NOTE, {"strides": 2}, "no option strides"),
    ("four dims", NOTE, {"dims": 4}, "4 is not a number from 1 to 3"),
]


@pytest.mark.parametrize(
    ("x", "options", "message"), [r[1:] for r in REFUSALS], ids=[r[0] for r in REFUSALS]
)
def test_refuses(x: Any, options: dict[str, Any], message: str) -> None:
    assert fails("conv", x, **options).args
    with pytest.raises(ValueError, match=message):
        run("conv", x, **options)


def test_note_example_has_nine_steps_and_the_sums_of_the_textbook() -> None:
    trace = run("conv", NOTE, kernel=KERNEL)
    assert trace.output.tolist() == [[6, 9, 11], [10, 4, 4], [7, 7, 4]]
    steps = assert_steps_hold(trace)
    assert len(steps) == 9
    first = "(1×1) + (2×0) + (3×1) + (2×1) + (1×0) + (0×1) + (3×0) + (0×1) + (1×0) = 6"
    assert text(steps[0].formula, exact) == first
    shown = [text((fact.equation,), exact) for fact in trace.facts if fact.equation]
    assert shown == ["⌊(5 + 2·0 − 1·(3 − 1) − 1) / 1⌋ + 1 = 3"]


def test_stride_two_keeps_every_other_cell() -> None:
    trace = run("conv", NOTE, kernel=KERNEL, stride=2)
    assert trace.output.tolist() == [[6, 11], [7, 4]]


SIZES = st.integers(1, 6)


@st.composite
def cases(draw: st.DrawFn) -> tuple[np.ndarray, dict[str, Any]]:
    """An input and options that fit it."""
    dims = draw(st.integers(1, 3))
    groups = draw(st.integers(1, 2))
    channels = groups * draw(st.integers(1, 2))
    kernel = tuple(draw(st.integers(1, 3)) for _ in range(dims))
    dilation = tuple(draw(st.integers(1, 2)) for _ in range(dims))
    spatial = tuple(
        (k - 1) * d + draw(st.integers(1, 3)) for k, d in zip(kernel, dilation, strict=True)
    )
    mode = draw(st.sampled_from(PAD_MODES))
    most = [n - 1 if mode == "reflect" else min(n, 2) for n in spatial]
    pads = [(draw(st.integers(0, m)), draw(st.integers(0, m))) for m in most]
    filters = groups * draw(st.integers(1, 2))
    rng = np.random.default_rng(draw(st.integers(0, 99)))
    whole = draw(st.booleans())
    x = rng.integers(-5, 6, (draw(st.integers(1, 2)), channels, *spatial))
    w = rng.integers(-3, 4, (filters, channels // groups, *kernel))
    options = {
        "kernel": w if whole else w / 4,
        "stride": tuple(draw(st.integers(1, 3)) for _ in range(dims)),
        "dilation": dilation,
        "padding": pads,
        "padding_mode": mode,
        "groups": groups,
        "dims": dims,
        "bias": draw(st.sampled_from([None, 2, rng.integers(-3, 4, filters)])),
        "act": draw(st.sampled_from([None, "relu", "sigmoid"])),
    }
    return x, options


@settings(deadline=None, max_examples=60)
@given(cases())
def test_terms_add_up_and_stand_where_they_say(case: tuple[np.ndarray, dict[str, Any]]) -> None:
    x, options = case
    trace = run("conv", x, **options)
    for step in assert_steps_hold(trace):
        detail = step.detail
        total = sum(value * weight for _, value, weight in detail["terms"]) + detail["bias"]
        assert total == pytest.approx(detail.get("pre", step.value))
        n = step.index[0]
        for (channel, value, _), origin in zip(detail["terms"], detail["from"], strict=True):
            assert value == (0 if origin is None else x[(n, *origin)])
            assert origin is None or origin[0] == channel
        assert len(step.cells["input"]) == len(detail["terms"])
        for cell, weight in zip(step.cells["kernel"], detail["terms"], strict=True):
            assert options["kernel"][cell] == weight[2]
    for fact in trace.facts:
        assert fact.equation is not None
        assert_equation_holds(fact.equation)


@settings(deadline=None, max_examples=25)
@given(cases())
def test_partial_maps_and_bias_add_up_to_the_map(case: tuple[np.ndarray, dict[str, Any]]) -> None:
    x, options = case
    trace = run("conv", x, **{**options, "act": None, "bias": None})
    for n, f in np.ndindex(*trace.output.shape[:2]):
        maps = trace.results["partials"][n, f]
        np.testing.assert_allclose(maps.sum(0), trace.output[n, f], atol=1e-12)


SHAPES: list[tuple[str, tuple[int, ...], tuple[int, ...], dict[str, Any], tuple[int, ...]]] = [
    ("plain on plain", (5, 5), (3, 3), {}, (3, 3)),
    ("plain on channels", (3, 5, 5), (3, 3), {}, (1, 3, 3)),
    ("one filter over channels", (3, 5, 5), (3, 3, 3), {}, (1, 3, 3)),
    ("filters on plain", (5, 5), (2, 1, 3, 3), {}, (2, 3, 3)),
    ("one filter of four axes on plain", (5, 5), (1, 1, 3, 3), {}, (3, 3)),
    ("filters on a batch", (2, 3, 5, 5), (4, 3, 3, 3), {}, (2, 4, 3, 3)),
    ("depthwise plain kernel", (3, 5, 5), (3, 3), {"depthwise": True}, (3, 3, 3)),
    ("depthwise kernel a channel", (3, 5, 5), (3, 2, 2), {"depthwise": True}, (3, 4, 4)),
    ("one-dimensional", (7,), (3,), {}, (5,)),
    ("one-dimensional channels", (2, 7), (2, 3), {"dims": 1}, (1, 5)),
    ("three-dimensional", (1, 4, 4, 4), (2, 1, 2, 2, 2), {}, (2, 3, 3, 3)),
    ("same", (5, 5), (2, 2), {"padding": "same"}, (5, 5)),
    ("same with stride", (5, 5), (3, 3), {"padding": "same", "stride": 2}, (3, 3)),
    ("full", (5, 5), (3, 3), {"padding": "full"}, (7, 7)),
    ("rectangular stride", (6, 7), (2, 3), {"stride": (2, 1)}, (3, 5)),
]


@pytest.mark.parametrize(
    ("x", "w", "options", "out"), [s[1:] for s in SHAPES], ids=[s[0] for s in SHAPES]
)
def test_output_has_as_many_axes_as_the_input(
    x: tuple[int, ...], w: tuple[int, ...], options: dict[str, Any], out: tuple[int, ...]
) -> None:
    trace = run("conv", np.ones(x, int), kernel=np.ones(w, int), **options)
    assert trace.output.shape == out
    assert trace.output.dtype == np.int64


def test_same_puts_the_odd_cell_after_and_same_lower_before() -> None:
    for name, pads in (("same", [[0, 1], [0, 1]]), ("same-lower", [[1, 0], [1, 0]])):
        trace = run("conv", NOTE, kernel=[[1, 1], [1, 1]], padding=name)
        assert trace.options["padding"] == pads


def test_notes_say_default_shared_kernel_and_unused_cells() -> None:
    trace = run("conv", np.ones((3, 6, 6), int), stride=2)
    assert [str(note) for note in trace.notes] == [
        "the kernel is the default, edge",
        "one kernel is used for each of 3 channels and the results are added",
        "row 5 is not used: (6 − 3) mod 2 = 1",
        "column 5 is not used: (6 − 3) mod 2 = 1",
    ]
    smoothed = run("conv", np.ones((3, 6, 6), int), kernel="gaussian")
    assert "--depthwise keeps the channels apart" in [str(note) for note in smoothed.notes]
    bare = run("conv", NOTE, kernel=np.array(3))
    assert "for a size use --size" in str(bare.notes[0])
    assert not run("conv", NOTE, kernel=np.array(1 / 255)).notes  # a fraction is no size
    assert bare.output.tolist() == (3 * np.array(NOTE)).tolist()


def test_random_filters_are_whole_small_repeatable_and_have_a_bias() -> None:
    first, again = (run("conv", NOTE, filters=4, size=2, seed=7) for _ in range(2))
    kernel = first.arrays["kernel"]
    assert kernel.shape == (4, 1, 2, 2)
    assert set(np.unique(kernel)) <= {-2, -1, 0, 1, 2}
    np.testing.assert_array_equal(kernel, again.arrays["kernel"])
    assert first.arrays["bias"].shape == (4,)
    assert "bias" not in run("conv", NOTE, filters=4, no_bias=True).arrays


@pytest.mark.parametrize(
    ("dtype", "out"),
    [("uint8", "float32"), ("uint16", "float32"), ("float32", "float32"), ("int64", "float64")],
)
def test_pictures_with_float_weights_are_computed_in_float32(dtype: str, out: str) -> None:
    trace = run("conv", np.ones((4, 4), dtype), kernel="box")
    assert trace.output.dtype == out


def test_presets_are_the_published_numbers_and_sobel_y_is_the_transpose() -> None:
    listed = ops.load("conv").announcement({"list_kernels": True})
    assert listed is not None
    for name in ("identity", "edge", "sobel-x", "emboss"):
        assert name in listed
    across, down = (run("conv", NOTE, kernel=f"sobel-{a}").arrays["kernel"] for a in "xy")
    np.testing.assert_array_equal(across.T, down)
    assert run("conv", NOTE, kernel="gaussian").arrays["kernel"].sum() == 1


TEXTS: list[tuple[str, str, Any]] = [
    ("stride", "2x1", (2, 1)),
    ("padding", "1", (1,)),
    ("padding", "1x2", (1, 2)),
    ("padding", "1,1,2,2", ((1, 1), (2, 2))),
    ("padding", "same-lower", "same-lower"),
    ("kernel", "edge", "edge"),
    ("bias", "3", 3),
]


@pytest.mark.parametrize(("name", "written", "value"), TEXTS)
def test_options_are_read_from_text(name: str, written: str, value: Any) -> None:
    values = ops.load("conv").parse({name: written}, Context(Stdin(None)))
    assert getattr(values, name) == value


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("stride", "two"),
        ("stride", "1.5"),
        ("padding", "1,2,3"),
        ("padding", "1,x"),
        ("padding", "sane"),
        ("groups", "99999999999"),
        ("padding_mode", "mirror"),
    ],
)
def test_options_that_cannot_be_are_usage_errors(name: str, written: str) -> None:
    with pytest.raises(UsageError, match="|".join((written, "2147483647"))):
        ops.load("conv").parse({name: written}, Context(Stdin(None)))


LAYERS: list[tuple[str, dict[str, Any], tuple[int, ...], tuple[int, ...], int, int, int]] = [
    ("one plain kernel", {"kernel": np.ones((2, 2), int)}, (3, 3), (2, 2), 4, 0, 16),
    ("lenet", {"filters": 6, "size": 5, "padding": 2}, (1, 28, 28), (6, 28, 28), 150, 6, 117600),
    ("vgg", {"filters": 64, "padding": 1}, (3, 224, 224), (64, 224, 224), 1728, 64, 86704128),
    ("no bias", {"filters": 2, "no_bias": True}, (3, 5, 5), (2, 3, 3), 54, 0, 486),
    ("depthwise", {"filters": 4, "depthwise": True}, (4, 5, 5), (4, 3, 3), 36, 4, 324),
]


@pytest.mark.parametrize(
    ("options", "shape", "out", "weights", "biases", "macs"),
    [row[1:] for row in LAYERS],
    ids=[row[0] for row in LAYERS],
)
def test_layer_counts(
    options: dict[str, Any],
    shape: tuple[int, ...],
    out: tuple[int, ...],
    weights: int,
    biases: int,
    macs: int,
) -> None:
    counted = conv.layer(shape, ops.load("conv").accept(options))
    assert (counted.output, counted.weights, counted.biases, counted.macs) == (
        out,
        weights,
        biases,
        macs,
    )
    trace = (
        run("conv", np.ones(shape, int), **options) if len(shape) < 4 and shape[-1] < 30 else None
    )
    if trace is not None:
        assert trace.output.shape == counted.output


def test_a_late_step_of_a_large_map_is_made_alone() -> None:
    trace = run("conv", np.ones((1200, 1000), np.uint8), kernel="edge", padding=1)
    assert len(trace.steps) == 1_200_000
    assert trace.steps[1_199_999].index == (1199, 999)
