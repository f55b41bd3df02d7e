"""Nothing is ignored: beside any other option, each one changes some result or is refused.

Every option of every operation is given in every company: a base that runs, and each value of
each other option. Of the inputs and values at hand one has to make a difference, beside the
options that the trace repeats; or the company is refused as usage (exit code 2).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pytest

from nnviz import ops
from nnviz.errors import NnvizError, UsageError
from nnviz.numerals import exact
from nnviz.options.option import Context
from nnviz.read import Stdin
from nnviz.trace import text

CONTEXT = Context(Stdin(None))
Texts = Mapping[str, Any]
_RNG = np.random.default_rng(7)
_PLANE, _MAPS = _RNG.integers(-9, 10, (7, 8)), _RNG.integers(-9, 10, (2, 5, 7))
_BATCH = _RNG.integers(-9, 10, (2, 2, 4, 5))
_FLOATS = _RNG.normal(size=(4, 3)) * 3
_W = {"Wx": [[1, 0, 1], [0, 1, 1]], "Wh": [[1, 0], [0, -1]], "Wy": [[1, 2], [0, 1], [1, 1]]}

VALUES: Mapping[str, Mapping[str, list[Any]]] = {
    "conv": {
        "kernel": ["box", "1 2; 3 4", "[[[1,2],[3,4]],[[0,1],[1,0]]]"],
        "filters": ["2", "4"],
        "size": ["2", "1x2"],
        "seed": ["1"],
        "stride": ["2", "1x2"],
        "padding": ["1", "2", "same", "valid"],
        "padding_mode": ["reflect", "circular"],
        "dilation": ["2"],
        "groups": ["2"],
        "depthwise": [True],
        "bias": ["3", "1 2"],
        "no_bias": [True],
        "flip": [True],
        "act": ["relu", "sigmoid"],
        "transpose": [True],
        "output_padding": ["1"],
        "output_shape": ["9x9", "12x13"],
        "dims": ["1", "3"],
        "list_kernels": [True],
    },
    "pool": {
        "kind": ["avg", "lp"],
        "kernel": ["2", "3"],
        "stride": ["2", "4"],
        "padding": ["1", "same", "valid"],
        "dilation": ["2"],
        "ceil_mode": [True],
        "count_include_pad": [False, True],
        "p": ["3"],
        "global_map": [True],
        "adaptive": ["2", "3"],
        "divisor_override": ["7"],
        "like": ["onnx", "tf"],
        "dims": ["1", "3"],
    },
    "rnn": {
        "cell": ["lstm", "gru"],
        "weights": [json.dumps(_W)],
        "wx": ["1 2 3; 0 1 1"],
        "wh": ["1 0; 1 1"],
        "b": ["1 -1", "1 2 3 -1 -2 -3 1 2", "1 2 3 -1 -2 -3"],
        "wy": ["1 2; 3 4; 1 0"],
        "by": ["1", "1 2 3"],
        "hidden": ["2"],
        "layers": ["2"],
        "bidirectional": [True],
        "outputs": ["3"],
        "seed": ["1"],
        "no_bias": [True],
        "h0": ["1 -1"],
        "c0": ["1 -1"],
        "activation": ["relu"],
        "output_activation": ["sigmoid"],
        "mode": ["many-to-one", "one-to-many"],
        "length": ["2", "5"],
        "feedback": [True],
        "linear_before_reset": [False],
        "text": ["abca"],
    },
    "act": {
        "name": ["elu", "softmax", "gelu", "hard-sigmoid"],
        "alpha": ["0.5"],
        "beta": ["0.25"],
        "axis": ["0"],
        "approximate": ["tanh"],
    },
    "dense": {
        "weight": ["1 2 3; 4 5 6"],
        "units": ["2"],
        "seed": ["1"],
        "bias": ["1", "1 2"],
        "no_bias": [True],
    },
    "upsample": {"mode": ["bilinear"], "by": ["3"]},
    "dropout": {"p": ["0.25"], "train": [True], "seed": ["1"], "by_channel": [True]},
    "embed": {
        "weight": ["1 2; 3 4; 5 6; 7 8; 9 0"],
        "count": ["20"],
        "units": ["3"],
        "seed": ["1"],
    },
    "norm": {
        "kind": ["layer", "group"],
        "gamma": ["2"],
        "beta": ["1"],
        "mean": ["1"],
        "var": ["4"],
        "train": [True],
        "groups": ["1"],
        "axis": ["0"],
        "eps": ["1"],
        "dims": ["1", "0"],
    },
    "flatten": {"axis": ["1", "-1"]},
    "show": {},
    "net": {
        "net": ["act relu"],
        "weights": ['{"1.kernel": [[1]]}'],
        "layer": ["1"],
        "classes": ["a,b"],
        "target": ["1"],
        "loss": ["mse", "cross-entropy"],
        "update": [True],
        "lr": ["0.5"],
        "save_weights": ["w.safetensors"],
    },
    "params": {
        "net": ["conv | act relu"],
        "input": ["3x9x9"],
        "versus": ["mlp"],
        "field": ["1,2"],
        "list_nets": [True],
        "like": ["torch", "keras"],
    },
}
"""What each option may say beside its default; several where one may fit no input."""
BASES: Mapping[str, list[Texts]] = {
    "conv": [{}, {"filters": "2"}, {"filters": "2", "transpose": True, "stride": "2"}],
    "pool": [{}, {"kernel": "3", "stride": "2"}, {"kernel": "3", "stride": "2", "kind": "avg"}],
    "rnn": [{"hidden": "2"}, {"hidden": "2", "outputs": "3"}, {"weights": json.dumps(_W)}],
    "act": [{"name": "relu"}],
    "upsample": [{"mode": "nearest"}],
    "dropout": [{"p": "0.5"}],
    "embed": [{"weight": "1 2; 3 4; 5 6"}, {"count": "9", "units": "2"}],
    "norm": [{"kind": "batch"}, {"kind": "layer"}, {"kind": "group", "groups": "1"}],
    "dense": [{"units": "2"}, {"weight": "1 2 3; 4 5 6"}],
    "net": [{"net": "pool -k 2"}],
    "params": [{"net": "conv | flatten", "input": "1x7x7"}],
}
INPUTS: Mapping[str, list[Any]] = {
    "conv": [_PLANE, _MAPS, _BATCH],
    "pool": [_PLANE, _MAPS, _BATCH],
    "params": [None],
    "embed": [np.array([0, 2, 1])],
}
ANYWAY = {("dropout", "by_channel"), ("pool", "like"), ("params", "like"), ("pool", "global_map")}
"""Whose rules hold may be said where all agree, that no kernel is a window of everything, and
which dropout it is that does nothing."""


def _companies(op: str) -> Iterator[Texts]:
    for base in BASES.get(op, [{}]):
        yield base
        for name, values in VALUES[op].items():
            if ops.load(op).option(name).prints is None:  # it stops, as --help does
                yield from ({**base, name: value} for value in values)


def _made(op: str, x: Any, texts: Texts) -> Any:
    """What a run makes, all but the options; the error of one that does not."""
    operation = ops.load(op)
    try:
        record = operation.parse(texts, CONTEXT)
        if (announced := operation.announcement(texts)) is not None:
            return announced
        trace = operation.run(x if operation.reads_input(texts) else None, record)
    except NnvizError as error:
        return error
    arrays = {name: repr(trace.array(name)) for name in trace.results}
    first = text(trace.steps[0].formula, exact) if len(trace.steps) else ""
    return arrays, first, [str(note) for note in trace.notes]


def _is_ignored(op: str, name: str, company: Texts) -> bool:
    """Whether no value changes anything for any input, and none is refused."""
    runs = False
    for x in INPUTS.get(op, [_FLOATS]):
        before = _made(op, x, company)
        runs |= not isinstance(before, NnvizError)
        for value in () if isinstance(before, NnvizError) else VALUES[op][name]:
            after = _made(op, x, {**company, name: value})
            if isinstance(after, UsageError) or after != before:
                return False
    return runs


OPTIONS = [(op, o.name) for op in ops.names() for o in ops.load(op).options]


def test_every_option_is_tried() -> None:
    assert {(op, name) for op, values in VALUES.items() for name in values} == set(OPTIONS)


@pytest.mark.parametrize(("op", "name"), OPTIONS, ids=[" ".join(pair) for pair in OPTIONS])
def test_an_option_is_used_or_refused(op: str, name: str) -> None:
    ignored = [
        company
        for company in _companies(op)
        if name not in company and _is_ignored(op, name, company)
    ]
    assert (op, name) in ANYWAY or ignored == []
