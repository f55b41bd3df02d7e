"""Mistakes in a convolution, transposed or not: its kernel, channels, bias and activation."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from math import prod
from typing import Any

import numpy as np

from nnviz.checking.case import Case, Mistake, Turned, instead
from nnviz.checking.mistakes._windows import SLIDING, slid
from nnviz.checking.mistakes.act import softmax_elsewhere
from nnviz.shapes import PAD_MODES
from nnviz.trace import Trace
from nnviz.words import Words


def settled(trace: Trace, options: Any) -> Any:
    """Every number given, every axis with its own, the kernel of the plan's shape."""
    plan, kernel = trace.plan, trace.arrays["kernel"]
    assert plan is not None
    spread = np.broadcast_to(kernel, plan.weight) if plan.shared else kernel.reshape(plan.weight)
    return replace(
        options,
        **slid(trace),
        kernel=spread,
        flip=False,  # it is turned already
        bias=trace.arrays.get("bias"),
        filters=None,
        size=None,
        no_bias=False,
        groups=plan.groups,
        depthwise=False,
        output_padding=tuple(getattr(axis, "output_padding", 0) for axis in plan.axes),
        output_shape=None,
    )


# --- the kernel --------------------------------------------------------------------

Turn = Callable[[np.ndarray], np.ndarray]


def _flipped(case: Case) -> Iterator[Turned]:
    w, dims = case.options.kernel, case.options.dims
    said = Words("the kernel turned by 180°, as a mathematician's convolution has it")
    if case.trace.options.get("flip") or (case.back and case.back.of == "input"):
        said = Words("the kernel not turned by 180°")
    yield case.turned(said, kernel=np.flip(w, tuple(range(-dims, 0))))


def _signs(case: Case) -> Iterator[Turned]:
    w = case.options.kernel
    yield case.turned(Words("the minus signs of the kernel left out"), kernel=np.abs(w))
    yield case.turned(Words("the signs of the kernel swapped"), kernel=-w)


def _kernels(name: str, rank: int, *turns: tuple[Words, Turn]) -> Mistake:
    """What is said, and the numbers of a kernel of two axes or more then."""

    def turn(case: Case) -> Iterator[Turned]:
        for said, turned in turns if case.options.dims > 1 else ():
            yield case.turned(said, kernel=turned(case.options.kernel))

    return Mistake(name, rank, turn)


# --- bias and channels --------------------------------------------------------------


def _biases(name: str, rank: int, *turns: tuple[Words, Callable[[Case], Any]]) -> Mistake:
    """What is said, and the bias then."""

    def turn(case: Case) -> Iterator[Turned]:
        for said, made in turns if case.options.bias is not None else ():
            yield case.turned(said, bias=made(case))

    return Mistake(name, rank, turn)


def _products(case: Case) -> int:
    return prod(case.trace.plan.weight[1:]) if case.trace.plan else 1


def _channel_axis(case: Case) -> int:
    return 0 if case.options.transpose else 1


def _apart(case: Case) -> Iterator[Turned]:
    """The map of each channel, or their sum where they belong apart."""
    plan, w, b = case.trace.plan, case.options.kernel, case.options.bias
    assert plan is not None
    if plan.groups == 1 < plan.channels and plan.rank == plan.dims + 1:
        many, filters = plan.channels, plan.filters
        if not case.options.transpose:
            w = w.swapaxes(0, 1).reshape(many * filters, 1, *plan.kernel)

        def by_filter(output: np.ndarray) -> np.ndarray:
            maps = output.reshape(many, filters, *output.shape[1:])
            return maps[:, 0] if filters == 1 else maps.swapaxes(0, 1)

        for bias in [None] if b is None else [np.tile(b, many), None]:
            said = Words("the channels not added")
            yield case.turned(said, moved=by_filter, kernel=w, groups=many, bias=bias)
            yield case.turned(said, kernel=w, groups=many, bias=bias)
    if plan.separate and not case.options.transpose:
        for bias in [None] if b is None else [b[:1], b.sum(keepdims=True), None]:
            said = Words("the channels added, which belong apart")
            yield case.turned(said, kernel=w.swapaxes(0, 1), groups=1, bias=bias)


def _some(case: Case) -> Iterator[Turned]:
    """A channel that was not read, or the only one that was."""
    axis, w = _channel_axis(case), case.options.kernel
    channels = w.shape[axis]
    if channels == 1:
        return
    for c in range(channels):
        only = np.zeros_like(w)
        place = (slice(None),) * axis + (c,)
        only[place] = w[place]
        yield case.turned(Words("channel {n} alone read", n=c), kernel=only)
        if channels > 2:
            yield case.turned(Words("channel {n} left out", n=c), kernel=w - only)


def _mixed(case: Case) -> Iterator[Turned]:
    """The kernels of channels or of filters at the wrong ones."""
    axis, w = _channel_axis(case), case.options.kernel
    channels, filters = w.shape[axis], w.shape[1 - axis]
    first = np.broadcast_to(w.take([0], axis), w.shape)
    if channels > 1:
        yield case.turned(Words("the kernel of the first channel for all"), kernel=first)
        said = Words("the kernels of the channels in reversed order")
        yield case.turned(said, kernel=np.flip(w, axis))
        said = Words("the mean of the channels in the place of their sum")
        yield case.turned(said, kernel=w / channels)
    if filters > 1:
        said = Words("the filters in reversed order")
        yield case.turned(said, kernel=np.flip(w, 1 - axis))
        if case.options.groups == 1:
            b = case.options.bias
            both = case.turned(
                said, kernel=np.flip(w, 1 - axis), bias=None if b is None else b[::-1]
            )
            yield both
    if channels == filters > 1:
        said = Words("the kernel's axes of filters and channels swapped")
        yield case.turned(said, kernel=w.swapaxes(0, 1))


# --- what is done besides ---------------------------------------------------------------


def _no_activation(case: Case) -> Iterator[Turned]:
    if case.options.act is not None:
        yield case.turned(Words("the activation left out"), act=None)


def _other_activation(case: Case) -> Iterator[Turned]:
    ours = case.options.act
    if ours == "softmax":
        yield from softmax_elsewhere(case, -1, lambda: case.run(act=None).output)
    for yours in case.operation.option("act").kind.choices:
        if ours is None and yours == "relu":
            yield case.turned(
                Words("an activation, {name}, that was not asked for", name=yours), act=yours
            )
        elif ours not in (None, yours):
            yield case.turned(instead(Words("activation"), yours, ours), act=yours)


def _other_way(case: Case) -> Iterator[Turned]:
    w, transpose = case.options.kernel.swapaxes(0, 1), not case.options.transpose
    said = (
        Words("a transposed convolution in the place of a convolution")
        if transpose
        else Words("a convolution in the place of a transposed one")
    )
    yield case.turned(said, kernel=w, transpose=transpose, padding_mode="zeros")


def _bias_after(case: Case) -> Iterator[Turned]:
    """The activation of the sums, and then a convolution that adds the bias and no more."""
    b = case.options.bias
    if b is None or case.options.act is None:
        return

    def runs() -> list[Trace]:
        filters, ones = len(b), (1,) * case.options.dims
        alone = {"stride": ones, "dilation": ones, "padding": (0,), "act": None, "groups": filters}
        kernel = np.ones((filters, 1, *ones), case.x.dtype)
        made = case.run(bias=None).output
        return [case.run(made, kernel=kernel, bias=b, transpose=False, **alone)]

    yield Turned(Words("the bias added after the activation"), runs)


def _rounded_up(case: Case) -> Iterator[Turned]:
    """A last window that hangs over the padded input's end."""
    if case.options.transpose:
        return
    axes = case.trace.plan.axes if case.trace.plan else ()
    over = [(axis.extent - axis.padded) % axis.stride for axis in axes]
    padding = tuple((a.before, a.after + more) for a, more in zip(axes, over, strict=True))
    if any(over):
        yield case.turned(Words("the output's size rounded up, not down"), padding=padding)


def _output_padding(case: Case) -> Iterator[Turned]:
    ours = case.options.output_padding
    for yours in range(3) if case.options.transpose else ():
        if (yours,) * len(ours) != ours:
            said = instead(Words("output padding"), yours, ours[0])
            yield case.turned(said, output_padding=(yours,))


def _mode(case: Case) -> Iterator[Turned]:
    ours = case.options.padding_mode
    is_padded = any(map(any, case.options.padding)) and not case.options.transpose
    for yours in PAD_MODES if is_padded else ():
        if yours != ours:
            said = instead(Words("padding"), Words(yours), Words(ours))
            yield case.turned(said, padding_mode=yours)


MISTAKES = (
    Mistake("kernel-flipped", 1, _flipped),
    _biases("bias-forgotten", 1, (Words("the bias left out"), lambda _: None)),
    Mistake("activation-left-out", 1, _no_activation),
    Mistake("channels-not-added", 1, _apart),
    _kernels(
        "kernel-transposed", 2, (Words("the kernel transposed"), lambda w: w.swapaxes(-1, -2))
    ),
    _biases(
        "bias-per-channel",
        2,
        (
            Words("the bias added once a channel"),
            lambda case: case.options.bias * case.options.kernel.shape[_channel_axis(case)],
        ),
        (
            Words("the bias added to every product"),
            lambda case: case.options.bias * _products(case),
        ),
    ),
    Mistake("channels-left-out", 3, _some),
    _kernels(
        "kernel-mirrored",
        3,
        (Words("the kernel mirrored, left for right"), lambda w: w[..., ::-1]),
        (Words("the kernel mirrored, top for bottom"), lambda w: w[..., ::-1, :]),
    ),
    _kernels(
        "kernel-turned",
        4,
        (Words("the kernel turned by 90° to the left"), partial(np.rot90, axes=(-2, -1))),
        (Words("the kernel turned by 90° to the right"), partial(np.rot90, axes=(-1, -2))),
    ),
    Mistake("kernel-signs", 5, _signs),
    Mistake("rounding", 2, _rounded_up),
    Mistake("bias-after-activation", 2, _bias_after),
    Mistake("output-padding", 2, _output_padding),
    Mistake("transposed", 3, _other_way),
    Mistake("channels-mixed", 4, _mixed),
    _biases(
        "bias-wrong",
        4,
        (Words("the bias taken away"), lambda case: -case.options.bias),
        (Words("the bias added twice"), lambda case: 2 * case.options.bias),
        (Words("the bias of the first filter for all"), lambda case: case.options.bias[:1]),
        (Words("the biases in reversed order"), lambda case: case.options.bias[::-1]),
    ),
    Mistake("other-activation", 4, _other_activation),
    Mistake("padding-mode", 3, _mode),
    *SLIDING,
)
