"""ONNX's own test cases of convolution and pooling: every one is run, or its reason stands here."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest
from onnx import helper
from onnx.backend.test.case.node import collect_testcases

from nnviz.core.conv import conv
from nnviz.core.pool import Kind, max_indices, pool
from nnviz.core.transpose import conv_transpose
from nnviz.padding import PadName, Pairs, check_axes, transposed_axes, window_axes

Array = np.ndarray[Any, Any]
KINDS: dict[str, Kind] = {
    "MaxPool": "max",
    "AveragePool": "avg",
    "LpPool": "lp",
    "GlobalMaxPool": "max",
    "GlobalAveragePool": "avg",
}
OPERATORS = {"Conv", "ConvTranspose", *KINDS}
NAMES: dict[str, PadName] = {"SAME_UPPER": "same", "SAME_LOWER": "same-lower", "VALID": "valid"}

NOT_SUPPORTED = {
    "test_maxpool_with_argmax_2d_precomputed_strides": "indices counted column by column "
    "(storage_order = 1): ours count row by row; the maxima are compared",
}

WRITTEN_SHORT = {"test_averagepool_2d_ceil_last_window_starts_on_pad"}
"""Results that ONNX holds to four digits only."""


def cases() -> dict[str, Any]:
    """The cases of one operator each, by name."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # other operators' cases divide by zero on purpose
        found = collect_testcases()
    nodes = {case.name: (case, case.model.graph.node) for case in found if case.model is not None}
    return {
        name: case
        for name, (case, node) in nodes.items()
        if len(node) == 1 and node[0].op_type in OPERATORS
    }


CASES = cases()


def test_there_are_cases_of_every_operator() -> None:
    assert {case.model.graph.node[0].op_type for case in CASES.values()} == OPERATORS
    assert len(CASES) >= 68
    assert NOT_SUPPORTED.keys() | WRITTEN_SHORT <= CASES.keys()


@pytest.mark.parametrize("name", CASES)
def test_a_case_gives_what_onnx_expects(name: str) -> None:
    case = CASES[name]
    node = case.model.graph.node[0]
    options = {a.name: helper.get_attribute_value(a) for a in node.attribute}
    rtol = 1e-3 if name in WRITTEN_SHORT else 1e-5
    for given, expected in case.data_sets:
        made = run(node.op_type, given, options)
        if name in NOT_SUPPORTED:
            made = made[:1]
        else:
            assert len(made) >= len(expected)
        for ours, theirs in zip(made, expected, strict=False):
            assert ours.shape == theirs.shape
            np.testing.assert_allclose(ours, theirs, rtol=rtol, atol=1e-6)


def run(operator: str, given: list[Array], options: dict[str, Any]) -> list[Array]:
    """The operator by our core, from ONNX's attributes."""
    x, sizes = given[0], given[0].shape[2:]
    ones = [1] * len(sizes)
    padding: Pairs | PadName = tuple(
        zip(*np.reshape(options.get("pads", [0] * 2 * len(sizes)), (2, -1)).tolist(), strict=True)
    )
    padding = NAMES.get(options.get("auto_pad", b"").decode(), padding)
    stride, dilation = options.get("strides", ones), options.get("dilations", ones)
    if operator == "ConvTranspose":
        spread = transposed_axes(
            sizes,
            given[1].shape[2:],
            stride=stride,
            dilation=dilation,
            padding=padding,
            output_padding=options.get("output_padding", [0] * len(sizes)),
            output_shape=options.get("output_shape"),
        )
        w, b = given[1], given[2] if len(given) > 2 else None
        return [conv_transpose(x, w, b, spread, groups=options.get("group", 1))]
    kernel = given[1].shape[2:] if operator == "Conv" else options.get("kernel_shape", sizes)
    ceil = bool(options.get("ceil_mode", 0))
    axes = window_axes(sizes, kernel, stride=stride, dilation=dilation, padding=padding, ceil=ceil)
    check_axes(axes)
    if operator == "Conv":
        b = given[2] if len(given) > 2 else None
        return [conv(x, given[1], b, axes, groups=options.get("group", 1))]
    kind, include = KINDS[operator], bool(options.get("count_include_pad", 0))
    made = [pool(x, axes, kind=kind, p=options.get("p", 2), include_pad=include)]
    if kind == "max":
        # ONNX counts through the whole array, and its cases have one channel.
        assert x.shape[:2] == (1, 1) or "storage_order" not in options
        made.append(max_indices(x, axes))
    return made
