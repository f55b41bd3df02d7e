"""Mistakes in pooling: what is kept of a window, what is counted, how windows slide."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from math import prod
from typing import Any

import numpy as np

from nnviz.checking.case import Case, Mistake, Turned, instead
from nnviz.checking.mistakes._windows import SLIDING, size_mistake, slid
from nnviz.trace import Trace
from nnviz.words import Words

_KINDS = {"max": Words("maximum"), "avg": Words("average"), "lp": Words("Lp norm")}


def settled(trace: Trace, options: Any) -> Any:
    """Every axis with its own window; what a framework would do said outright."""
    plan = trace.plan
    assert plan is not None
    counted = trace.options.get("count_include_pad")
    if options.adaptive is not None:
        return replace(options, dims=plan.dims, padding=((0, 0),) * plan.dims)
    return replace(
        options,
        **slid(trace),
        kernel=plan.kernel,
        global_map=False,
        count_include_pad=counted,
        like=None,
    )


def _other_kind(case: Case) -> Iterator[Turned]:
    ours = case.options.kind
    for yours, said in _KINDS.items():
        if yours != ours:
            yield case.turned(
                Words("the {yours} in the place of the {ours}", yours=said, ours=_KINDS[ours]),
                kind=yours,
            )


def _divisor(case: Case) -> Iterator[Turned]:
    if case.options.kind == "avg":
        yield case.turned(Words("the sum in the place of the average"), divisor_override=1)
        plan, ours = case.trace.plan, case.options.divisor_override
        for n in sorted({*plan.kernel, prod(plan.kernel)} - {1, ours}) if plan else ():
            yield case.turned(Words("the sum divided by {n}", n=n), divisor_override=n)


def _counted(case: Case) -> Iterator[Turned]:
    if case.options.kind == "avg" and case.options.count_include_pad is not None:
        counted = not case.options.count_include_pad
        said = (
            Words("the padding counted in the average")
            if counted
            else Words("the padding not counted in the average")
        )
        yield case.turned(said, count_include_pad=counted)


def _zeros_kept(case: Case) -> Iterator[Turned]:
    pairs = case.options.padding
    if case.options.kind == "max" and any(map(any, pairs)):
        around = [(0, 0)] * (case.x.ndim - len(pairs)) + list(pairs)
        said = Words("the zeros of the padding taken for numbers of the input")
        yield case.turned(said, np.pad(case.x, around), padding=(0,))


def _rounding(case: Case) -> Iterator[Turned]:
    if case.options.adaptive is None:
        ceil = not case.options.ceil_mode
        said = (
            Words("the output's size rounded up, not down")
            if ceil
            else Words("the output's size rounded down, not up")
        )
        yield case.turned(said, ceil_mode=ceil)


def _stride(case: Case) -> Iterator[Turned]:
    """The usual one, which is the window's width, where another was asked for."""
    ours, yours = case.options.stride, case.options.kernel
    if case.options.adaptive is None and ours != yours:
        yield case.turned(Words("the window's width as the stride"), stride=yours)


def _even(case: Case) -> Iterator[Turned]:
    """Windows of one size where adaptive ones are not."""
    plan = case.trace.plan
    if case.options.adaptive is None or plan is None:
        return
    strides = tuple(axis.size // axis.out for axis in plan.axes)
    last = tuple(a.size - (a.out - 1) * s for a, s in zip(plan.axes, strides, strict=True))
    for kernel in (strides, last):
        said = Words("windows of one size in the place of adaptive ones")
        yield case.turned(said, adaptive=None, kernel=kernel, stride=strides)


def _power(case: Case) -> Iterator[Turned]:
    for p in (1, 2, 3) if case.options.kind == "lp" else ():
        if p != case.options.p:
            yield case.turned(instead(Words("p"), p, f"{case.options.p:g}"), p=p)


_WINDOW = size_mistake("window", 4, Words("window"), "kernel", None)
MISTAKES = (
    Mistake("kind", 1, _other_kind),
    Mistake("padding-counted", 1, _counted),
    Mistake("rounding", 1, _rounding),
    Mistake("stride-of-window", 1, _stride),
    Mistake("padding-kept", 2, _zeros_kept),
    Mistake("divisor", 2, _divisor),
    Mistake("power", 3, _power),
    Mistake("windows-even", 3, _even),
    _WINDOW,
    *SLIDING,
)
