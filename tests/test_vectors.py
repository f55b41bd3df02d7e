"""Stored cases: what PyTorch gave for some hundred small calls, every array compared whole."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nnviz

FILES = sorted((Path(__file__).parent / "vectors").glob("*.json"))
CASES = [case for path in FILES for case in json.loads(path.read_text(encoding="utf-8"))["cases"]]
CALLS = {"conv", "conv_transpose", "pool", "rnn", "act", "dense", "flatten"}


def test_there_are_cases_of_every_call() -> None:
    assert {case["call"] for case in CASES} == CALLS
    assert len(CASES) >= 390
    assert sum(path.stat().st_size for path in FILES) < 600_000


@pytest.mark.parametrize("case", CASES, ids=[f"{c['call']}: {c['id']}" for c in CASES])
def test_a_case_gives_what_pytorch_gave(case: dict[str, Any]) -> None:
    made = getattr(nnviz, case["call"])(*case["args"], **case["options"])
    assert "output" in case["expected"]
    for name, values in case["expected"].items():
        assert_same(made.output if name == "output" else made[name], np.array(values))


def assert_same(ours: np.ndarray, theirs: np.ndarray) -> None:
    """Shapes and whole numbers are the same; other numbers to 9 digits."""
    assert ours.shape == theirs.shape
    assert ours.dtype == theirs.dtype
    if theirs.dtype.kind == "i":
        np.testing.assert_array_equal(ours, theirs)
    else:
        np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-13)
