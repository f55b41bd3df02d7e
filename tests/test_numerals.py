"""Numbers as people read them: nothing lost where nothing may be, alike within an array."""

from __future__ import annotations

import math
import sys
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction
from math import floor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nnviz.numerals import exact, numerals, plain, ratio, rounded, scientific

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
    (0.00012345, "1.234×10⁻⁴"),
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
    (1.005, 3, "1"),  # 1.00499999999999989…
    (12345.5, 4, "12346"),
    (-12344.5, 4, "−12345"),
    (0.000030517578125, 11, "3.0517578125×10⁻⁵"),
    (0.000030517578125, 10, "3.051757813×10⁻⁵"),
    (float(np.float32(2.675)), 3, "2.67"),  # 2.6749999523…
    (10.5 / 4, 3, "2.63"),
    (999999.5, 4, "1×10⁶"),
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


ARRAYS = [
    pytest.param([0.25, 10, -3.5], "0.25 10.00 −3.50", "", id="decimals of all"),
    pytest.param([0.1, 3.25, 1000], "0.10 3.25 1000.00", "", id="a student's numbers"),
    pytest.param([0.09003, 0.2447284, 0.006648], "0.0900 0.2447 0.0066", "", id="long numbers"),
    pytest.param([-0.0455, 2.9959502, 0], "−0.045 2.996 0.000", "", id="the largest long one"),
    pytest.param([1 / 3, 0.00004, 0.5], "0.3333 4×10⁻⁵ 0.5000", "", id="one too small"),
    pytest.param([0.5, -1234.5, 2], "0.5 −1234 2", "", id="short beside a long one"),
    pytest.param([0.25, 0.0005], "0.2500 0.0005", "", id="few decimals are room enough"),
    pytest.param([1.234e-5, 2.5e-5, 3e-6], "1.234 2.500 0.300", "×10⁻⁵", id="all tiny"),
    pytest.param([1e20, -2.5e20], "1.0 −2.5", "×10²⁰", id="all huge"),
    pytest.param([1e-5, 1e-10], "1×10⁻⁵ 1×10⁻¹⁰", "", id="tiny and far apart"),
    pytest.param([-1.234e-5, 2.5, 1e6], "−1.234×10⁻⁵ 2.5 1000000.0", "", id="tiny and large"),
    pytest.param([1.5e20, 2.5], "1.5×10²⁰ 2.5", "", id="huge and usual"),
    pytest.param([0.1 + 0.2, 0.1], "0.3 0.1", "", id="the noise of floats"),
    pytest.param([-0.0, 0.5], "0.0 0.5", "", id="no minus zero"),
]


@pytest.mark.parametrize(("values", "shown", "factor"), ARRAYS)
def test_numbers_of_an_array(values: list[float], shown: str, factor: str) -> None:
    array = np.array(values, float)
    write = numerals(array)
    assert " ".join(write(v) for v in array) == shown
    assert write.factor == factor


def test_what_a_float32_stands_for_is_short_too() -> None:
    array = np.array([0.1, 2.5, 1000], np.float32)
    assert [numerals(array)(v) for v in array] == ["0.1", "2.5", "1000.0"]


def spread(low: int, high: int) -> st.SearchStrategy[float]:
    """Numbers as people write them, of many sizes."""
    digits, power = st.integers(-99999, 99999), st.integers(low, high)
    return st.builds(lambda d, p: float(f"{d}e{p}"), digits, power)


SOME = st.lists(FLOATS.filter(lambda v: abs(v) < 1e300) | spread(-12, 12), min_size=1, max_size=8)


@settings(deadline=None)
@given(SOME, st.integers(1, 8))
def test_a_number_of_an_array_is_never_written_as_nothing(
    values: list[float], precision: int
) -> None:
    write = numerals(np.array(values), precision)
    for value in values:
        assert (read(write(value)) == 0) is (value == 0)
        assert set(write(value)) - set("−0.") or not write(value).startswith("−")


@settings(deadline=None)
@given(SOME, st.integers(1, 8))
def test_a_number_of_an_array_reads_back_as_rounded(values: list[float], precision: int) -> None:
    array = np.array(values)
    write = numerals(array, precision)
    for value in values:
        back, text = read(write(value) + write.factor), write(value)
        unit = 10.0 ** (write.power - write.decimals)
        within = max(0.501 * unit, 1e-322)
        if "×" in text or len(text.partition(".")[2]) != write.decimals:  # On its own.
            within = 0.501 * 10.0 ** (math.floor(math.log10(abs(value))) - precision + 1)
        assert back == pytest.approx(value, rel=1e-12, abs=within)


@settings(deadline=None)
@given(st.lists(spread(-3, 0), min_size=1, max_size=8), st.integers(1, 8))
def test_a_number_has_no_more_digits_than_wanted_unless_they_are_all(
    values: list[float], precision: int
) -> None:
    write = numerals(np.array(values), precision)
    for value in filter(None, values):
        digits = write(value).lstrip("−0.").replace(".", "")
        whole = write(value).partition(".")[0]
        if read(write(value)) != pytest.approx(value, rel=1e-12):
            assert len(digits) <= max(precision, len(whole.lstrip("−")))


@settings(deadline=None)
@given(st.lists(spread(-2, -2), min_size=1, max_size=8))
def test_numbers_of_much_the_same_size_have_the_same_decimals(values: list[float]) -> None:
    write = numerals(np.array(values), 5)
    assert len({len(write(v).partition(".")[2]) for v in values}) == 1
    assert [read(write(v)) for v in values] == values


def test_whole_arrays_stay_whole() -> None:
    assert [numerals(np.array([1, -20]))(v) for v in (1, -20)] == ["1", "−20"]
    assert numerals(np.array([2.0, 3.0]))(2.0) == "2"
    assert numerals(np.array([]))(1.0) == "1"
