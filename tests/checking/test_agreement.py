"""What is right as it was written down: rounded to its decimals or digits, and no further."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnviz.checking.agreement import Written

RIGHT: dict[str, tuple[Any, Any]] = {
    "the very number": ([0.4621171572600098], [0.4621171572600098]),
    "two decimals": ([0.46], [0.4621171572600098]),
    "zeros at the end are not seen": ([0.5, 0.46], [0.4981, 0.4621]),
    "a tie rounded up": ([0.13], [0.125]),
    "a tie rounded to even": ([0.12], [0.125]),
    "four digits, as a table shows them": ([1234.0, 0.4621], [1234.4321, 0.46211]),
    "single precision": (np.array([0.1, 0.2], np.float32).sum(keepdims=True), [0.1 + 0.2]),
    "whole numbers": ([3, -4], [3, -4]),
    "whole numbers with a point": ([3.0, -4.0], [3, -4]),
    "rounded to whole numbers, two digits left": ([13, 5], [12.75, 5.25]),
    "a column for a row": ([[1], [2]], [1, 2]),
    "no number": ([np.nan, np.inf], [np.nan, np.inf]),
}
WRONG: dict[str, tuple[Any, Any]] = {
    "off in the last decimal": ([0.47], [0.4621171572600098]),
    "cut off, not rounded": ([0.46], [0.4671]),
    "below a power of ten": ([0.998], [1.0]),
    "off by one": ([4, 5], [3, 5]),
    "off by one among large ones": ([1234567, 3], [1234567, 4]),
    "off by a few among large ones": ([65253734, 3], [65253732.0, 3.0]),
    "half of a whole number": ([3.5], [3]),
    "0 and 1 for probabilities": ([0, 1], [0.2689, 0.7311]),
    "a whole number for a small fraction": ([3], [2.75]),
    "one more number": ([1, 2, 3], [1, 2]),
    "other axes": ([[1, 2], [3, 4]], [1, 2, 3, 4]),
    "infinity": ([np.inf], [-np.inf]),
    "no numbers at all": (np.zeros((2, 0)), [1, 2]),
}


@pytest.mark.parametrize(("mine", "made"), RIGHT.values(), ids=RIGHT)
def test_right(mine: Any, made: Any) -> None:
    assert Written.of(np.asarray(mine)).agrees(np.asarray(made))


@pytest.mark.parametrize(("mine", "made"), WRONG.values(), ids=WRONG)
def test_wrong(mine: Any, made: Any) -> None:
    assert not Written.of(np.asarray(mine)).agrees(np.asarray(made))


NUMBERS = st.lists(st.floats(-100, 100, allow_subnormal=False), min_size=1, max_size=6)


@given(NUMBERS, st.integers(1, 8))
def test_rounding_is_right(values: list[float], decimals: int) -> None:
    made = np.array(values)
    if np.any(made.round(decimals) % 1):  # else no decimal is left to be seen
        assert Written.of(made.round(decimals)).agrees(made)


@given(NUMBERS, st.integers(2, 4), st.data())
def test_two_units_of_the_last_decimal_are_wrong(
    values: list[float], decimals: int, data: st.DataObject
) -> None:
    made = np.clip(values, -9, 9)
    mine = made.round(decimals)
    at = data.draw(st.integers(0, len(values) - 1))
    mine[at] = (mine[at] + 2 * 10.0**-decimals).round(decimals)
    if mine[at] * 10 ** (decimals - 1) % 1:  # else it shows fewer decimals than were meant
        assert not Written.of(mine).agreeing(made)[at]
