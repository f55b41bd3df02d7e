"""Mistakes in an activation: another function, another axis, a sign."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from nnviz.checking.case import Case, Mistake, Turned, instead
from nnviz.checking.mistakes import _any
from nnviz.ops import load
from nnviz.options.operation import Operation
from nnviz.trace import Trace
from nnviz.words import Words

_SQUASHING = ("sigmoid", "tanh", "softmax", "hard-sigmoid")


def settled(trace: Trace, options: Any) -> Any:
    """Its defaults written out."""
    return replace(options, **{name: v for name, v in trace.options.items() if name != "name"})


def _left_out(case: Case) -> Iterator[Turned]:
    shown = load("show")  # which hands every number on
    yield Turned(Words("the activation left out"), lambda: [shown.run(case.x, shown.record())])


def _other(case: Case, said: Words, name: str, **options: Any) -> Turned:
    blank = dict.fromkeys(("alpha", "beta", "axis", "approximate"))
    return case.turned(said, **{**blank, "name": name, **options})


def softmax_elsewhere(case: Case, ours: int, before: Callable[[], np.ndarray]) -> Iterator[Turned]:
    """The softmax over other axes of what comes before it."""
    act, rank = load("act"), case.trace.output.ndim
    for axis in range(rank):
        if axis != ours % rank:
            options = act.accept({"name": "softmax", "axis": axis})
            said = instead(Words("softmax over axis"), axis, ours % rank)
            yield Turned(said, partial(_applied, act, before, options))


def _applied(act: Operation[Any], before: Callable[[], np.ndarray], options: Any) -> list[Trace]:
    return [act.run(before(), options)]


def _axes(case: Case) -> Iterator[Turned]:
    ours, shape = case.options.axis, case.x.shape
    if case.options.name != "softmax":
        return
    yield from softmax_elsewhere(case, ours, lambda: case.x)
    if len(shape) > 1:
        said = Words("softmax over all numbers at once")
        flat = case.x.reshape(-1)
        yield case.turned(said, flat, moved=lambda output: output.reshape(shape), axis=0)


def _names(case: Case) -> Iterator[Turned]:
    ours = case.options.name
    for yours in case.operation.option("name").kind.choices:
        if yours != ours:
            yield _other(case, instead(Words("activation"), yours, ours), yours)


def _values(case: Case) -> Iterator[Turned]:
    ours = case.options
    if ours.name in ("leaky-relu", "elu", "hard-sigmoid"):
        for alpha in (-ours.alpha, 0.01, 0.1, 0.2, 0.3, 1 / 6, 1.0):
            if alpha != ours.alpha:
                yield case.turned(
                    instead(Words("alpha"), f"{alpha:g}", f"{ours.alpha:g}"), alpha=alpha
                )
    if ours.name == "leaky-relu":
        yield _other(case, instead(Words("activation"), "relu", ours.name), "relu")
    if ours.name == "gelu":
        yours = "tanh" if ours.approximate == "none" else "none"
        yield case.turned(Words("the other form of GELU"), approximate=yours)


def _signs(case: Case) -> Iterator[Turned]:
    if case.options.name in _SQUASHING:
        yield case.turned(Words("the sign in the exponent the wrong way round"), -case.x)
    elif case.options.name == "relu":
        yield _other(case, Words("the minus signs left out"), "leaky-relu", alpha=-1.0)


MISTAKES = (
    Mistake("axis", 1, _axes),
    Mistake("activation-left-out", 1, _left_out),
    Mistake("other-activation", 2, _names),
    Mistake("signs", 3, _signs),
    Mistake("values", 3, _values),
    *_any.MISTAKES,
)
