"""Numbers as people read them: nothing lost where nothing may be, alike within an array."""

from __future__ import annotations

import math
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nnviz.numerals import exact, numerals, rounded

FLOATS = st.floats(allow_nan=False, allow_infinity=False)


def read(shown: str) -> float:
    """A number as a person reads it."""
    digits, _, power = shown.replace("−", "-").partition("×10")
    signs = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
    return float(digits + ("e" + power.translate(signs) if power else ""))


@given(FLOATS | st.integers())
def test_exact_loses_nothing(value: float) -> None:
    shown = exact(value)
    assert "-" not in shown.replace("e-", "")
    assert type(value)(shown.replace("−", "-")) == value


ROUNDED = [
    (7, "7"),
    (-7, "−7"),
    (2.0, "2"),
    (-0.0, "0"),
    (0.1, "0.1"),
    (-0.76159, "−0.7616"),
    (1234.5678, "1235"),
    (0.00012345, "1.234×10⁻⁴"),
    (-1.234e-05, "−1.234×10⁻⁵"),
    (1.5e20, "1.5×10²⁰"),
    (math.inf, "inf"),
    (-math.inf, "−inf"),
    (math.nan, "nan"),
    (10**30, "1" + "0" * 30),
]


@pytest.mark.parametrize(("value", "shown"), ROUNDED)
def test_rounded(value: float, shown: str) -> None:
    assert rounded(value) == shown


@given(FLOATS, st.integers(1, 15))
def test_rounded_is_within_its_precision(value: float, precision: int) -> None:
    shown = rounded(value, precision)
    assert shown not in ("−0", "-0")
    if abs(value) < sys.float_info.max / 10:
        assert read(shown) == pytest.approx(value, rel=10.0 ** (1 - precision), abs=1e-322)


@settings(deadline=None)
@given(st.lists(FLOATS, min_size=1, max_size=6), st.integers(1, 8))
def test_numbers_of_an_array_are_written_alike(values: list[float], precision: int) -> None:
    array = np.array(values)
    write = numerals(array, precision)
    shown = [write(v) for v in array]
    assert len({len(s.partition(".")[2]) for s in shown}) == 1
    assert all(set(s) - set("−0.") or not s.startswith("−") for s in shown)
    largest = np.abs(array).max()
    if 0 < largest < 1e300:
        for value, text in zip(values, shown, strict=True):
            unit = 10.0 ** (math.floor(math.log10(largest)) - precision + 1)
            assert read(text + write.factor) == pytest.approx(value, abs=max(unit, 1e-322))


def test_whole_arrays_stay_whole() -> None:
    assert [numerals(np.array([1, -20]))(v) for v in (1, -20)] == ["1", "−20"]
    assert numerals(np.array([2.0, 3.0]))(2.0) == "2"
    assert numerals(np.array([]))(1.0) == "1"
