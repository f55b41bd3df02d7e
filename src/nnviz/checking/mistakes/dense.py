"""Mistakes in a fully connected layer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from nnviz.checking.case import Case, Mistake, Turned
from nnviz.checking.mistakes import _any
from nnviz.trace import Trace
from nnviz.words import Words


def settled(trace: Trace, options: Any) -> Any:
    """The weights as a matrix, however they were given or drawn."""
    w = np.atleast_2d(trace.arrays["weight"])
    return replace(options, weight=w, bias=trace.arrays.get("bias"), units=None, no_bias=False)


def _biases(case: Case) -> Iterator[Turned]:
    b = case.options.bias
    if b is not None:
        yield case.turned(Words("the bias left out"), bias=None)
        yield case.turned(Words("the bias taken away"), bias=-b)
        yield case.turned(Words("the bias added to every product"), bias=b * case.x.shape[-1])
        yield case.turned(Words("the bias added twice"), bias=2 * b)
        yield case.turned(Words("the biases in reversed order"), bias=b[..., ::-1])


def _weights(case: Case) -> Iterator[Turned]:
    w = case.options.weight
    if w.shape[0] == w.shape[1]:
        yield case.turned(Words("the weights transposed: rows for columns"), weight=w.T)
    else:
        turned = w.reshape(w.shape[::-1]).T
        yield case.turned(Words("the weights read by columns"), weight=turned)


def _orders(case: Case) -> Iterator[Turned]:
    w = case.options.weight
    yield case.turned(Words("the inputs in reversed order"), weight=w[:, ::-1])
    yield case.turned(Words("the rows of the weights in reversed order"), weight=w[::-1])
    yield case.turned(Words("the minus signs of the weights left out"), weight=np.abs(w))


MISTAKES = (
    Mistake("bias", 1, _biases),
    Mistake("weights-transposed", 1, _weights),
    Mistake("weights-order", 4, _orders),
    *_any.MISTAKES,
)
