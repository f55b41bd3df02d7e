"""Each kind of option value: what it reads as text and takes from Python, and what it refuses."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from nnviz.errors import NnvizError, UsageError
from nnviz.options import kinds
from nnviz.options.option import SWITCH, Context, Kind
from nnviz.read import Stdin

CONTEXT = Context(Stdin(None))

READ: list[tuple[str, Kind[Any], str, Any]] = [
    ("a count", kinds.count(), " 7 ", 7),
    ("a signed count", kinds.count(), "+7", 7),
    ("an index from the end", kinds.index(), "-2", -2),
    ("one size", kinds.sizes(), "3", (3,)),
    ("a size an axis", kinds.sizes(), "3x4", (3, 4)),
    ("a size an axis with a sign", kinds.sizes(), "3×4×5", (3, 4, 5)),
    ("sizes with commas", kinds.sizes(0), "0,1", (0, 1)),
    ("padding", kinds.padding(), "1", (1,)),
    ("padding an axis", kinds.padding(), "1x2", (1, 2)),
    ("padding before and after", kinds.padding(), "1,2,3,4", ((1, 2), (3, 4))),
    ("padding by name", kinds.padding(), "same-lower", "same-lower"),
    ("a number", kinds.number(), "0.5", 0.5),
    ("a whole number stays whole", kinds.number(), "2", 2),
    ("a fraction", kinds.number(), "1/4", 0.25),
    ("a fraction of fractions", kinds.number(), "0.5/0.2", 2.5),
    ("the true minus sign", kinds.number(), "−1", -1),
    ("a choice", kinds.choice("a", "b"), "b", "b"),
    ("a text", kinds.text(), " any ", " any "),
    ("a switch", SWITCH, "", True),
]


@pytest.mark.parametrize(
    ("kind", "text", "value"), [case[1:] for case in READ], ids=[case[0] for case in READ]
)
def test_text_is_read(kind: Kind[Any], text: str, value: Any) -> None:
    made = kind.parse(text, "--flag", CONTEXT)
    assert made == value
    assert type(made) is type(value)
    assert kind.accept(made, "flag") == made


REFUSED: list[tuple[str, Kind[Any], str, str]] = [
    ("no number", kinds.count(), "two", "--flag two is not a whole number"),
    ("a fraction for a count", kinds.count(), "1.5", "--flag 1.5 is not a whole number"),
    ("below the least", kinds.count(1), "0", "--flag 0 is not a number from 1 to"),
    ("past the most", kinds.count(1, 3), "4", "--flag 4 is not a number from 1 to 3"),
    ("a part that is none", kinds.sizes(), "3xa", "--flag 3xa: a is not a whole number"),
    ("a part that is missing", kinds.sizes(), "3x", "--flag 3x is not a whole number"),
    ("padding that is odd", kinds.padding(), "1,2,3", "3 numbers do not make pairs"),
    ("padding of no known name", kinds.padding(), "equal", "--flag equal is not a padding"),
    ("padding below 0", kinds.padding(), "-1", "--flag -1 is not a number from 0"),
    ("a word for a number", kinds.number(), "much", "--flag much is not a number"),
    ("one over nothing", kinds.number(), "1/0", "--flag 1/0 is not a number"),
    ("infinity", kinds.number(), "1e999", "is not a finite number"),
    ("not above 0", kinds.number(positive=True), "0", "--flag 0 is not above 0"),
    ("no choice", kinds.choice("a", "b"), "C", "--flag C is none of: a, b"),
]


@pytest.mark.parametrize(
    ("kind", "text", "said"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED]
)
def test_text_is_refused(kind: Kind[Any], text: str, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        kind.parse(text, "--flag", CONTEXT)
    assert said in str(caught.value)


REFUSED_VALUES: list[tuple[str, Kind[Any], Any, str]] = [
    ("a truth for a count", kinds.count(), True, "size True is not a whole number"),
    ("a float for a count", kinds.count(), 2.0, "size 2.0 is not a whole number"),
    ("a text for a count", kinds.count(), "2", "size '2' is not a whole number"),
    ("a text for sizes", kinds.sizes(), "2", "size '2' is not a whole number"),
    ("a text for a number", kinds.number(), "2", "size '2' is not a number"),
    ("a number for a text", kinds.text(), 2, "size 2 is not a text"),
    ("a number for a choice", kinds.choice("a"), 2, "size 2 is none of: a"),
    ("an array for a choice", kinds.choice("a"), np.ones(2), "is none of: a"),
    ("words for an array", kinds.array(), [["a"]], "size has elements of type <U1"),
    ("ragged rows", kinds.array(), [[1, 2], [3]], "the rows of size are not of one length"),
]


@pytest.mark.parametrize(
    ("kind", "value", "said"),
    [case[1:] for case in REFUSED_VALUES],
    ids=[case[0] for case in REFUSED_VALUES],
)
def test_values_are_refused(kind: Kind[Any], value: Any, said: str) -> None:
    with pytest.raises(NnvizError) as caught:
        kind.accept(value, "size")
    assert said in str(caught.value)


def test_an_array_may_have_a_name() -> None:
    named, plain = kinds.array_or("edge"), kinds.array()
    assert named.parse("edge", "-k", CONTEXT) == named.accept("edge", "kernel") == "edge"
    for kind in (named, plain):
        made = kind.parse("1 2; 3 4", "-k", CONTEXT)
        np.testing.assert_array_equal(made, [[1, 2], [3, 4]])
        np.testing.assert_array_equal(kind.accept([[1, 2], [3, 4]], "kernel"), made)
    with pytest.raises(NnvizError):
        plain.parse("edge", "-k", CONTEXT)


def test_one_value_serves_every_axis() -> None:
    assert kinds.each_axis((2,), 3, "--stride") == (2, 2, 2)
    assert kinds.each_pair((1, 2), 2, "--pad") == ((1, 1), (2, 2))
    assert kinds.each_pair((1,), 2, "--pad") == ((1, 1), (1, 1))
    assert kinds.each_pair("same", 2, "--pad") == "same"
    with pytest.raises(UsageError, match="2 values, but the window has 3 axes"):
        kinds.each_axis((1, 2), 3, "--stride")
    with pytest.raises(UsageError, match="pads 1 axis, but the window has 2"):
        kinds.each_pair(((1, 2),), 2, "--pad")
