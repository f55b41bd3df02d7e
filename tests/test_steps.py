"""Which steps --steps names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnviz.errors import UsageError
from nnviz.steps import check, choose

REFUSED = [
    pytest.param("", "not a choice", id="nothing"),
    pytest.param("x", "not a choice", id="a word"),
    pytest.param("1,", "not a choice", id="a comma too many"),
    pytest.param("1-", "not a choice", id="half a range"),
    pytest.param("-1", "not a choice", id="below nothing"),
    pytest.param("1.5", "not a choice", id="half a step"),
    pytest.param("all,1", "not a choice", id="all and more"),
    pytest.param("0", "count from 1", id="from 0"),
    pytest.param("4-2", "ranges go up", id="downwards"),
]


@pytest.mark.parametrize(("spec", "message"), REFUSED)
def test_refused(spec: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        check(spec)
    with pytest.raises(UsageError, match=message):
        choose(spec, 9)


@pytest.mark.parametrize("spec", ["10", "9-10", "1,10", "5-99"])
def test_past_the_last(spec: str) -> None:
    check(spec)
    with pytest.raises(UsageError, match="there are 9"):
        choose(spec, 9)


CHOSEN = [
    pytest.param("3", [3], id="one"),
    pytest.param("1-4", [1, 2, 3, 4], id="a range"),
    pytest.param("1,5,9", [1, 5, 9], id="a list"),
    pytest.param("7-9,1", [7, 8, 9, 1], id="in its own order"),
    pytest.param("2,1-3", [2, 1, 3], id="each once"),
    pytest.param("all", list(range(1, 10)), id="all"),
    pytest.param("none", [], id="none"),
]


@pytest.mark.parametrize(("spec", "expected"), CHOSEN)
def test_chosen(spec: str, expected: list[int]) -> None:
    assert list(choose(spec, 9)) == expected


@given(st.integers(1, 10**9))
def test_many_steps_cost_nothing(count: int) -> None:
    assert len(choose("all", count)) == len(choose(f"1-{count}", count)) == count
