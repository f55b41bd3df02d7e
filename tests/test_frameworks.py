"""The page of frameworks: its examples are run, its tests are there, and its "no" is true."""

from __future__ import annotations

import ast
import doctest
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import frameworks
import nnviz

TESTS = Path(__file__).parent
ROWS = [(name, row) for name, rows in frameworks.TABLES.items() for row in rows]


def test_the_page_is_current() -> None:
    assert frameworks.PAGE.read_text(encoding="utf-8") == frameworks.page(), (
        "run python tools/frameworks.py"
    )


def test_the_examples_of_the_page_are_right() -> None:
    prose = frameworks.PAGE.read_text(encoding="utf-8").split(frameworks.TITLE)[0]
    parsed = doctest.DocTestParser().get_doctest(prose, {}, "frameworks.md", None, 0)
    assert len(parsed.examples) >= 25
    failed, tried = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(parsed)
    assert (failed, tried) == (0, len(parsed.examples))


@cache
def functions(file: str) -> set[str]:
    tree = ast.parse((TESTS / file).read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize(("name", "row"), ROWS, ids=[f"{n}: {r.option}" for n, r in ROWS])
def test_every_row_names_tests_that_are_there(name: str, row: Any) -> None:
    assert row.tests
    for test in row.tests:
        file, function = test.split("::")
        assert function in functions(file), test
    if row.stored:
        assert frameworks._stored(row.stored), f"{name} {row.option} is in no stored case"


RNN = {"Wx": [[1]], "Wh": [[1]]}
LSTM = {"weight_ih_l0": [[1]] * 4, "weight_hh_l0": [[1]] * 4}
MAP = [[1, 2], [3, 4]]

NOT_SUPPORTED: list[tuple[str, Callable[..., Any], list[Any], dict[str, Any], str]] = [
    ("output_size", nnviz.conv_transpose, [MAP, MAP], {"output_size": 3}, "output_size"),
    ("norm of infinity", nnviz.pool, [MAP, 2], {"kind": "lp", "p": float("inf")}, "not a finite"),
    ("adaptive to None", nnviz.pool, [MAP], {"adaptive": [1, None]}, "None is not a whole"),
    (
        "proj_size",
        nnviz.rnn,
        [[[1]], {**LSTM, "weight_hr_l0": [[1]]}],
        {"cell": "lstm"},
        "not a weight",
    ),
    ("batches", nnviz.rnn, [[[[1]]], RNN], {}, "3 axes, but a sequence is T×d"),
    ("dropout", nnviz.rnn, [[[1]], RNN], {"dropout": 0.5}, "dropout"),
    (
        "reverse alone",
        nnviz.rnn,
        [[[1]], {"weight_ih_l0_reverse": [[1]], "weight_hh_l0_reverse": [[1]]}],
        {},
        "no Wx_l0",
    ),
    (
        "other activations",
        nnviz.rnn,
        [[[1]], RNN],
        {"activation": "sigmoid"},
        "none of: tanh, relu",
    ),
    (
        "peepholes",
        nnviz.rnn,
        [[[1]], {**LSTM, "P": [1, 1, 1]}],
        {"cell": "lstm"},
        "P is not a weight",
    ),
    ("clip", nnviz.rnn, [[[1]], RNN], {"clip": 1}, "clip"),
    ("input_forget", nnviz.rnn, [[[1]], LSTM], {"input_forget": 1}, "input_forget"),
    ("sequence_lens", nnviz.rnn, [[[1]], RNN], {"sequence_lens": [1]}, "sequence_lens"),
    ("layout", nnviz.rnn, [[[1]], RNN], {"layout": 1}, "layout"),
    ("Gemm's alpha", nnviz.dense, [[1, 2], MAP], {"alpha": 2}, "alpha"),
    ("Gemm's transA", nnviz.dense, [[1, 2], MAP], {"transA": 1}, "transA"),
    ("channels last", nnviz.pool, [MAP, 2], {"data_format": "NHWC"}, "data_format"),
    (
        "padding of a transposed convolution",
        nnviz.conv_transpose,
        [MAP, MAP],
        {"padding_mode": "reflect"},
        "padding_mode",
    ),
]


@pytest.mark.parametrize(
    ("call", "args", "options", "message"),
    [n[1:] for n in NOT_SUPPORTED],
    ids=[n[0] for n in NOT_SUPPORTED],
)
def test_what_is_not_supported_is_refused(
    call: Callable[..., Any], args: list[Any], options: dict[str, Any], message: str
) -> None:
    with pytest.raises((nnviz.NnvizError, TypeError), match=message):
        call(*args, **options)
