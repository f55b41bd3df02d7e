"""Numbers as people read them: nothing lost where nothing may be, alike within an array."""

from __future__ import annotations

import math
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nnviz.numerals import exact, numerals, plain, rounded

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
