"""The plan says of every output cell what plain loops over the definition find."""

from __future__ import annotations

from collections import Counter
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import run
from loops import loop_conv, loop_conv_transpose, loop_indices
from nnviz.plans import Index, OutputCell, WindowAxis, WindowPlan
from nnviz.shapes import PAD_MODES, AdaptiveAxis, Axis, TransposedAxis

# --- which part of the batch ---------------------------------------------------

A, B = Axis(5, 3), Axis(4, 2)
T, U = TransposedAxis(3, 2, 2), TransposedAxis(2, 2)

PARTS: dict[str, tuple[WindowPlan[WindowAxis], int, OutputCell, Index]] = {
    "one map": (
        WindowPlan((A, B), 1, 1, given=(3, 2), rank=2),
        4,
        OutputCell(0, 0, range(1), (1, 1)),
        (3, 3),
    ),
    "a plain input, several filters": (
        WindowPlan((A, B), 1, 2, given=(2, 1, 3, 2), rank=2),
        13,
        OutputCell(0, 1, range(1), (1, 1)),
        (2, 3, 3),
    ),
    "groups": (
        WindowPlan((A, B), 6, 4, groups=2, given=(4, 3, 3, 2), rank=3),
        2 * 9 + 8,
        OutputCell(0, 2, range(3, 6), (2, 2)),
        (4, 3, 3),
    ),
    "a batch of depthwise vectors": (
        WindowPlan((A,), 2, 4, groups=2, samples=3, given=(4, 1, 3), rank=3),
        2 * 12 + 5,
        OutputCell(2, 1, range(1), (2,)),
        (3, 4, 3),
    ),
    "transposed": (
        WindowPlan((T, U), 4, 6, groups=2, given=(4, 3, 2, 2), rank=3),
        3 * 18,
        OutputCell(0, 3, range(2, 4), (0, 0)),
        (6, 6, 3),
    ),
    "pooling": (
        WindowPlan((AdaptiveAxis(5, 3), AdaptiveAxis(4, 1)), 2, 2, groups=2, samples=2, rank=4),
        3 + 2,
        OutputCell(0, 1, range(1, 2), (2, 0)),
        (2, 2, 3, 1),
    ),
}


@pytest.mark.parametrize("name", PARTS)
def test_a_cell_belongs_to_a_sample_a_filter_and_its_channels(name: str) -> None:
    plan, number, wanted, shown = PARTS[name]
    assert plan.output(number) == wanted
    assert plan.shown == shown


WEIGHTS: dict[str, tuple[WindowPlan[WindowAxis], Index, list[tuple[Index, Index, Index]]]] = {
    # (filter, channel), its kernel among the weights, and in the kernel as it was given
    "one for all channels": (
        WindowPlan((A, B), 3, 1, given=(3, 2)),
        (1, 3, 3, 2),
        [((0, 0), (0, 0), ()), ((0, 2), (0, 2), ())],
    ),
    "one for each channel": (
        WindowPlan((A, B), 3, 1, given=(3, 3, 2)),
        (1, 3, 3, 2),
        [((0, 0), (0, 0), (0,)), ((0, 2), (0, 2), (2,))],
    ),
    "depthwise, one for each filter": (
        WindowPlan((A, B), 3, 3, groups=3, given=(3, 3, 2)),
        (3, 1, 3, 2),
        [((0, 0), (0, 0), (0,)), ((2, 2), (2, 0), (2,))],
    ),
    "groups": (
        WindowPlan((A, B), 6, 4, groups=2, given=(4, 3, 3, 2)),
        (4, 3, 3, 2),
        [((1, 2), (1, 2), (1, 2)), ((2, 4), (2, 1), (2, 1))],
    ),
    "transposed, one for all": (
        WindowPlan((T, U), 2, 1, given=(2, 2)),
        (2, 1, 2, 2),
        [((0, 1), (1, 0), ())],
    ),
    "transposed, one for each channel": (
        WindowPlan((T, U), 2, 2, groups=2, given=(2, 2, 2)),
        (2, 1, 2, 2),
        [((0, 0), (0, 0), (0,)), ((1, 1), (1, 0), (1,))],
    ),
    "transposed groups": (
        WindowPlan((T, U), 4, 6, groups=2, given=(4, 3, 2, 2)),
        (4, 3, 2, 2),
        [((1, 1), (1, 1), (1, 1)), ((5, 2), (2, 2), (2, 2))],
    ),
}


@pytest.mark.parametrize("name", WEIGHTS)
def test_a_filter_reads_a_channel_by_one_kernel(name: str) -> None:
    plan, shape, places = WEIGHTS[name]
    assert plan.weight == shape
    for (f, c), weight, as_given in places:
        assert plan.weight_of(f, c) == weight
        assert plan.given_of(f, c) == as_given


def test_one_axis_is_drawn_as_a_row() -> None:
    for axis in (Axis(5, 3, 2), AdaptiveAxis(5, 2), TransposedAxis(3, 2, 2)):
        plan = WindowPlan((axis,), 1, 1)
        drawn = plan.on_two_axes()
        assert drawn.out == (1, axis.out)
        assert drawn.on_two_axes() is drawn
        for o in range(axis.out):
            taps = drawn.taps((0, o))
            assert [t.kernel[1:] + t.cell[1:] for t in taps] == [
                t.kernel + t.cell for t in plan.taps((o,))
            ]
            assert {t.kernel[0] + t.cell[0] for t in taps} <= {0}


def test_the_last_of_many_costs_what_the_first_costs() -> None:
    plan = WindowPlan((Axis(3000, 3), Axis(4000, 3)), 3, 8, samples=2, given=(8, 3, 3, 3))
    last = plan.output(2 * 8 * 2998 * 3998 - 1)
    assert last == OutputCell(1, 7, range(3), (2997, 3997))
    assert [tap.source for tap in plan.taps(last.cell)] == [
        (r, c) for r in range(2997, 3000) for c in range(3997, 4000)
    ]


# --- what it reads, against plain loops ----------------------------------------

axes = st.builds(
    Axis, st.integers(3, 6), st.integers(1, 3), st.integers(1, 3), st.integers(1, 2),
    st.integers(0, 2), st.integers(0, 2),
).filter(lambda axis: axis.out > 0)  # fmt: skip
spread = st.builds(
    TransposedAxis, st.integers(1, 4), st.integers(1, 3), st.integers(1, 3), st.integers(1, 2),
    st.integers(-1, 2), st.integers(-1, 2), st.integers(0, 1),
).filter(lambda axis: axis.out > 0)  # fmt: skip
shared = st.builds(AdaptiveAxis, st.integers(1, 6), st.integers(1, 7))
counts = st.integers(1, 2)


def planned(data: st.DataObject, each: st.SearchStrategy[Any], mode: str = "zeros") -> Any:
    """A plan of 1 to 3 axes, with groups, and all its weights given."""
    some = tuple(data.draw(st.lists(each, min_size=1, max_size=2)))
    samples, groups, channels, filters = (data.draw(counts) for _ in range(4))
    plan = WindowPlan(some, groups * channels, groups * filters, groups, samples, None, mode)  # type: ignore[arg-type]
    return WindowPlan(
        some, plan.channels, plan.filters, groups, samples, plan.weight, plan.mode, len(some) + 2
    )


def summed(plan: Any, x: np.ndarray, w: np.ndarray) -> np.ndarray:
    """The products that the plan says, added up for each number of an output cell."""
    out = np.zeros(plan.shown, int)
    for i in range(out.size):
        cell = plan.output(i)
        for read in plan.reads(cell):
            assert read.given == read.weight
            assert read.channel in cell.channels
            if read.tap.source is not None:
                out.flat[i] += x[(cell.sample, read.channel, *read.tap.source)] * w[read.weight]
    return out


def numbers(shape: Index) -> np.ndarray:
    """Numbers no sum of which is another one by chance."""
    return np.random.default_rng(len(shape)).integers(-(10**6), 10**6, shape)


@settings(deadline=None, max_examples=80)
@given(st.sampled_from(PAD_MODES), st.data())
def test_a_convolution_reads_what_the_loop_reads(mode: str, data: st.DataObject) -> None:
    plan = planned(data, axes, mode)
    x, w = numbers((plan.samples, plan.channels, *plan.sizes)), numbers(plan.weight)
    expected = loop_conv(x, w, None, plan.axes, plan.groups, plan.mode)
    assert summed(plan, x, w).tolist() == expected.tolist()


@settings(deadline=None, max_examples=80)
@given(st.data())
def test_a_transposed_one_reads_what_the_loop_spreads(data: st.DataObject) -> None:
    plan = planned(data, spread)
    x, w = numbers((plan.samples, plan.channels, *plan.sizes)), numbers(plan.weight)
    expected = loop_conv_transpose(x, w, None, plan.axes, plan.groups)
    assert summed(plan, x, w).tolist() == expected.tolist()


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_pooling_looks_at_one_channel(data: st.DataObject) -> None:
    some = tuple(data.draw(st.lists(shared, min_size=1, max_size=2)))
    samples, channels = data.draw(counts), data.draw(counts)
    plan = WindowPlan(some, channels, channels, channels, samples)
    x = numbers((samples, channels, *plan.sizes))
    best = loop_indices(x, some).reshape(-1)
    for i, index in enumerate(best):
        out = plan.output(i)
        assert out.channels == range(out.filter, out.filter + 1)
        taps = plan.taps(out.cell)
        assert all(tap.source == tap.cell for tap in taps)
        largest = max(taps, key=lambda tap: x[(out.sample, out.filter, *tap.cell)])
        assert np.ravel_multi_index(largest.cell, plan.sizes) == index


@settings(deadline=None, max_examples=60)
@given(axes, st.sampled_from(PAD_MODES))
def test_taps_come_in_the_kernels_order_and_say_where_padding_is(axis: Axis, mode: str) -> None:
    plan = WindowPlan((axis, Axis(2, 2)), 1, 1, mode=mode)  # type: ignore[arg-type]
    for o in range(axis.out):
        taps = plan.taps((o, 0))
        assert [tap.kernel for tap in taps] == list(product(range(axis.kernel), range(2)))
        for tap in taps:
            assert tap.cell[0] == o * axis.stride - axis.before + tap.kernel[0] * axis.dilation
            inside = 0 <= tap.cell[0] < axis.size
            assert not inside or tap.source == tap.cell
            assert inside or (tap.source is None) == (mode == "zeros")


# --- what operations put into a trace ------------------------------------------

TRACES: dict[str, tuple[str, Index, dict[str, Any]]] = {
    "conv": ("conv", (5, 5), {"kernel": (2, 2)}),
    "one kernel for all channels": ("conv", (3, 5, 5), {"kernel": (2, 2), "padding": 1}),
    "a kernel for each channel": ("conv", (3, 5, 5), {"kernel": (3, 2, 2)}),
    "groups of a batch": ("conv", (2, 4, 5, 5), {"kernel": (4, 2, 2, 2), "groups": 2}),
    "depthwise": ("conv", (3, 5, 5), {"kernel": (3, 2, 2), "depthwise": True}),
    "depthwise, one for all": ("conv", (3, 5, 5), {"kernel": (2, 2), "depthwise": True}),
    "a vector": ("conv", (7,), {"kernel": (3,), "padding": 2, "padding_mode": "reflect"}),
    "a volume": ("conv", (3, 3, 3), {"kernel": (1, 2, 2, 2), "dims": 3}),
    "drawn at random": ("conv", (4, 4), {"filters": 2, "size": 2}),
    "transposed": ("conv", (3, 3), {"kernel": (2, 2), "transpose": True, "stride": 2}),
    "transposed channels": ("conv", (2, 3, 3), {"kernel": (2, 2, 2), "transpose": True}),
    "transposed groups": (
        "conv", (2, 4, 3, 3), {"kernel": (4, 2, 2, 2), "transpose": True, "groups": 2},
    ),
    "a transposed vector": ("conv", (2, 3), {"kernel": (2, 2), "transpose": True, "dims": 1}),
    "pool": ("pool", (2, 5, 5), {"kernel": 2, "padding": 1}),
    "adaptive": ("pool", (1, 2, 5, 5), {"adaptive": (2, 3)}),
}  # fmt: skip


@pytest.mark.parametrize("name", TRACES)
def test_a_step_reads_the_cells_that_the_plan_names(name: str) -> None:
    op, shape, options = TRACES[name]
    if isinstance(options.get("kernel"), tuple):
        options = {**options, "kernel": numbers(options["kernel"])}
    trace = run(op, numbers(shape), **options)
    plan = trace.plan
    assert plan is not None
    assert plan.shown == trace.output.shape
    assert plan.rank == len(shape)
    x, kernel = trace.arrays["input"], trace.arrays.get("kernel")
    assert plan.given == (None if kernel is None else kernel.shape)
    for i, step in enumerate(trace.steps):
        assert np.ravel_multi_index(step.index, trace.output.shape) == i
        inside = [
            c
            for c in step.cells["input"]
            if all(0 <= a < n for a, n in zip(c, x.shape, strict=True))
        ]
        if kernel is None:
            assert Counter(step.detail["window"]) == Counter(x[c].item() for c in inside)
            continue
        terms = step.detail["terms"]
        assert [weight for _, _, weight in terms] == [kernel[c] for c in step.cells["kernel"]]
        if plan.mode == "zeros":
            read = [
                value for (_, value, _), at in zip(terms, step.detail["from"], strict=True) if at
            ]
            assert read == [x[c] for c in inside]
