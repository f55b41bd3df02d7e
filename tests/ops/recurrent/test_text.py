"""rnn --text: characters as inputs, and as what the outputs stand for."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers import run
from nnviz.errors import NnvizError
from nnviz.formats._columns import step_columns
from nnviz.numerals import exact
from nnviz.read import Named
from nnviz.trace import Name

X = [[-0.2, 0.7], [0.9, -0.7]]


def test_text_makes_one_hot_vectors_in_order_of_appearance() -> None:
    trace = run("rnn", None, text="hello", hidden=2)
    assert trace.labels["input"] == tuple("hello")
    assert trace.arrays["input"].argmax(1).tolist() == [0, 1, 2, 2, 3]
    assert trace.arrays["input"].sum(1).tolist() == [1] * 5
    composed = run("rnn", None, text="한글", hidden=2)  # written as letters
    assert composed.labels["input"] == ("한", "글")


def known(alphabet: str, **arrays: np.ndarray) -> Named:
    """Weights of a net for these characters, with as many hidden units as outputs."""
    n = len(alphabet)
    rng = np.random.default_rng(n)
    shapes = {"Wx": (2, n), "Wh": (2, 2), "Wy": (n, 2)}
    made = Named({name: rng.normal(size=shape) for name, shape in shapes.items()} | arrays)
    made.alphabet = alphabet
    return made


def test_weights_may_know_an_alphabet() -> None:
    trace = run("rnn", None, text="ba a", weights=known(" ab"))
    assert trace.arrays["input"].argmax(1).tolist() == [2, 1, 0, 1]
    assert trace.classes["y"] == trace.classes["output"] == (" ", "a", "b")
    assert not run("rnn", None, text="ba", weights=known(" ab", Wy=np.ones((2, 2)))).classes
    assert not run("rnn", X, weights=known("ab")).classes  # no text, no characters
    with pytest.raises(NnvizError, match="“c”, which the weights do not know") as error:
        run("rnn", None, text="abcd", weights=known(" ab"))
    assert "“ ab”" in str(error.value.hint)


@given(st.permutations("abcde"))
def test_the_order_of_an_alphabet_changes_no_prediction(order: list[str]) -> None:
    w = known("abcde")
    at = ["abcde".index(letter) for letter in order]
    other = known("".join(order), Wx=w["Wx"][:, at], Wh=w["Wh"], Wy=w["Wy"][at])
    traces = [run("rnn", None, text="deca", weights=each) for each in (w, other)]
    first, second = (
        [dict(zip(trace.classes["y"], row, strict=True)) for row in trace.results["y"].tolist()]
        for trace in traces
    )
    for one, another in zip(first, second, strict=True):
        assert one == pytest.approx(another)


def test_the_likeliest_characters_stand_beside_their_probabilities() -> None:
    y = np.array([[1.0, 0.5], [4.0, 2.0], [2.0, 1.0], [3.0, 1.5]])
    w = known(" abc", Wx=np.ones((2, 4)), Wh=np.zeros((2, 2)), Wy=y)
    trace = run("rnn", None, text="a b", weights=w)  # h is (tanh 1, tanh 1) at every time
    columns = list(step_columns(trace, list(trace.steps), exact))
    (said,) = [column for column in columns if column.heading == (Name("y", "t", "output"),)]
    each = math.tanh(1) * 1.5
    for entry in said.entries:
        parts = [part.split(": ") for part in str(entry.said[0]).split(", ")]
        names, values = zip(*parts, strict=True)
        assert names == ("a", "c", "b")
        assert [float(value) for value in values] == pytest.approx([4 * each, 3 * each, 2 * each])
    (letters,) = [column for column in columns if column.heading == "input"]
    assert [entry.said for entry in letters.entries] == [("a",), ("“ ”",), ("b",)]
