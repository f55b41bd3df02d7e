"""Numbers as people read them: nothing lost where nothing may be, alike within an array."""

from __future__ import annotations

import math
import re
import sys
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction
from math import floor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnviz.numerals import aligned, exact, plain, ratio, rounded, scientific

FLOATS = st.floats(allow_nan=False, allow_infinity=False)


def read(shown: str) -> float:
    """A number as a person reads it."""
    return float(plain(shown))


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
    (-0.20703, "−0.2070"),
    (0.9999, "0.9999"),
    (0.99999, "1.000"),
    (0.1 + 0.2, "0.3"),
    (float(np.float32(0.1) + np.float32(0.2)), "0.3"),
    (10**400, "1" + "0" * 400),
    (0.0005, "0.0005"),
    (0.00012345, "0.0001234"),  # 0.00012344999999999999…
    (0.00001, "1×10⁻⁵"),
    (-1.234e-05, "−1.234×10⁻⁵"),
    (1.5e20, "1.5×10²⁰"),
    (math.inf, "∞"),
    (-math.inf, "−∞"),
    (math.nan, "nan"),
    (10**30, "1" + "0" * 30),
]


@pytest.mark.parametrize(("value", "shown"), ROUNDED)
def test_rounded(value: float, shown: str) -> None:
    assert rounded(value) == shown


HALVES = [
    (2.625, 3, "2.63"),
    (-2.625, 3, "−2.63"),
    (0.5, 1, "0.5"),
    (2.5, 1, "3"),
    (0.125, 2, "0.13"),
    (0.285, 2, "0.28"),  # 0.284999999999999975575…
    (1.005, 3, "1.00"),  # 1.00499999999999989…
    (12345.5, 4, "12346"),
    (-12344.5, 4, "−12345"),
    (0.000030517578125, 11, "3.0517578125×10⁻⁵"),
    (0.000030517578125, 10, "3.051757813×10⁻⁵"),
    (float(np.float32(2.675)), 3, "2.67"),  # 2.6749999523…
    (10.5 / 4, 3, "2.63"),
    (999999.5, 4, "1.000×10⁶"),
]


@pytest.mark.parametrize(("value", "precision", "shown"), HALVES)
def test_half_is_rounded_away_from_zero(value: float, precision: int, shown: str) -> None:
    assert rounded(value, precision) == shown


HALF = st.builds(lambda n, p: n / 2**p, st.integers(-(10**6), 10**6), st.integers(0, 20))
"""Fractions that are floats: every other one of few digits is a half somewhere."""


@given(FLOATS | HALF, st.integers(1, 15))
def test_rounded_as_python_rounds_half_up_in_decimal(value: float, precision: int) -> None:
    context = Context(prec=1500, rounding=ROUND_HALF_UP)
    number = Decimal(value)
    shown = Decimal(plain(rounded(value, precision)))
    if number == number.to_integral_value() and abs(number) < 10**15:
        assert shown == number
        return
    places = min(0, number.adjusted() - precision + 1)
    if "×" in rounded(value, precision):
        places = number.adjusted() - precision + 1
    assert shown == number.quantize(Decimal(1).scaleb(places), context=context)


@given(FLOATS | HALF, st.integers(1, 15))
def test_scientific_as_python_rounds_half_up_in_decimal(value: float, precision: int) -> None:
    context = Context(prec=precision, rounding=ROUND_HALF_UP)
    shown = scientific(value, precision)
    assert Decimal(plain(shown)) == context.create_decimal(Decimal(value))
    digits = shown.partition("×")[0].lstrip("−").replace(".", "")
    assert len(digits) <= precision
    assert digits[0] != "0" or value == 0


@given(FLOATS | HALF, st.integers(1, 6))
def test_zeros_at_the_end_say_that_a_number_was_rounded(value: float, precision: int) -> None:
    shown = rounded(value, precision)
    if "." in shown and shown.partition("×")[0].endswith("0"):
        assert float(plain(shown)) != value
        assert len(re.findall("[0-9]", shown.partition("×")[0].lstrip("−0."))) == precision


@given(st.integers(0, 10**20), st.integers(1, 10**20), st.integers(0, 3))
def test_a_ratio_is_rounded_half_up(over: int, under: int, decimals: int) -> None:
    half_up = floor(Fraction(over, under) * 10**decimals + Fraction(1, 2))
    assert Fraction(ratio(over, under, decimals).replace(",", "")) == Fraction(
        half_up, 10**decimals
    )


@given(FLOATS, st.integers(1, 15))
def test_rounded_is_within_its_precision(value: float, precision: int) -> None:
    shown = rounded(value, precision)
    assert shown not in ("−0", "-0")
    if abs(value) < sys.float_info.max / 10:
        assert read(shown) == pytest.approx(value, rel=10.0 ** (1 - precision), abs=1e-322)


COLUMNS = [
    (["0.25", "10", "−3.5"], ["0.25", "10   ", "−3.5 "]),
    (["7", "−12"], ["7", "−12"]),
    (["0.5", "1.2×10⁻⁵", "nan", ""], ["0.5", "1.2×10⁻⁵", "nan", ""]),
    ([], []),
]


@pytest.mark.parametrize(("texts", "column"), COLUMNS)
def test_points_of_a_column_stand_one_above_the_other(texts: list[str], column: list[str]) -> None:
    assert aligned(texts) == column


def test_what_a_float32_stands_for_is_short_too() -> None:
    array = np.array([0.1, 2.5, 1000], np.float32)
    assert [rounded(v) for v in array] == ["0.1", "2.5", "1000"]
