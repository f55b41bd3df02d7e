"""Stored cases: what PyTorch gave for some hundred small calls, every array compared whole."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nnviz

FILES = sorted(
    p for p in (Path(__file__).parent / "vectors").glob("*.json") if p.stem != "gradients"
)
CASES = [case for path in FILES for case in json.loads(path.read_text(encoding="utf-8"))["cases"]]
CALLS = {"conv", "conv_transpose", "pool", "rnn", "act", "dense", "flatten"}


def test_there_are_cases_of_every_call() -> None:
    assert {case["call"] for case in CASES} == CALLS
    assert len(CASES) >= 390
    assert sum(path.stat().st_size for path in FILES) < 600_000


NAMES = [f"{case['call']}: {case['id']}" for case in CASES]


@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_a_case_gives_what_pytorch_gave(case: dict[str, Any]) -> None:
    made = getattr(nnviz, case["call"])(*case["args"], **case["options"])
    assert_same(made, case["expected"], np.float64)


@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_a_case_in_float32_gives_nearly_the_same(case: dict[str, Any]) -> None:
    args = [in_float32(value) for value in case["args"]]
    options = {name: in_float32(value) for name, value in case["options"].items()}
    made = getattr(nnviz, case["call"])(*args, **options)
    assert_same(made, case["expected"], np.float32)


def in_float32(value: Any) -> Any:
    """Arrays of floats, and weights by name, in float32; anything else as it is."""
    if isinstance(value, dict):
        return {name: in_float32(array) for name, array in value.items()}
    if isinstance(value, list) and np.array(value).dtype == np.float64:
        return np.array(value, np.float32)
    return value


def assert_same(made: nnviz.Result, expected: dict[str, Any], dtype: Any) -> None:
    """Every array: shapes and whole numbers the same, floats to 9 digits, or 5 in float32."""
    assert "output" in expected
    for name, values in expected.items():
        ours = made.output if name == "output" else made[name]
        theirs = np.array(values)
        assert ours.shape == theirs.shape
        if theirs.dtype.kind == "i":
            assert ours.dtype == theirs.dtype
            np.testing.assert_array_equal(ours, theirs)
        else:
            assert ours.dtype == dtype
            rtol, atol = (1e-9, 1e-13) if dtype == np.float64 else (1e-5, 1e-6)
            np.testing.assert_allclose(ours, theirs, rtol=rtol, atol=atol)
