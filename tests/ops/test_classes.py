"""net --classes: names for the numbers of the last layer, in every view."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nnviz
from helpers import run
from nnviz.errors import NnvizError
from nnviz.exercise import Exercise, exercise
from nnviz.figure.scene import extent
from nnviz.formats import load
from nnviz.formats._classes import listings
from nnviz.request import Request
from nnviz.trace import Listing, Trace
from view_checks import assert_tidy, drawn

ANIMALS = ("cat", "dog", "owl")


def net(x: Any, classes: Any = ANIMALS, chain: str = "flatten", **options: Any) -> Trace:
    return run("net", x, net=chain, classes=classes, **options)


def listing(trace: Trace) -> Listing:
    (found,) = listings(trace)
    return found


def test_the_largest_stand_first_with_their_names() -> None:
    trace = net([1.0, 4, 2])
    assert trace.classes == {"output": ANIMALS}
    assert listing(trace).rows == [("dog", 4), ("owl", 2), ("cat", 1)]
    assert str(listing(trace).title) == "classes, the largest first"
    assert not [*listings(net([1.0, 4, 2], None))]


@given(st.lists(st.integers(-9, 9), min_size=1, max_size=30))
def test_a_name_keeps_its_number(values: list[int]) -> None:
    names = [f"n{i}" for i in range(len(values))]
    rows = listing(net(values, names)).rows
    assert all(values[int(name[1:])] == value for name, value in rows)
    assert [value for _, value in rows] == sorted(values, reverse=True)[:10]


def test_of_a_batch_each_sample_has_its_class() -> None:
    x = np.array([[3.0, 1, 2], [0, 1, 5]]).reshape(2, 3, 1, 1)
    assert listing(net(x)).rows == [(0, "cat", 3), (1, "owl", 5)]


def test_the_last_layer_alone_has_names() -> None:
    x = [1.0, -4, 2]
    assert not [*listings(net(x, chain="relu | relu", layer="1"))]
    assert listing(net(x, chain="relu | relu", layer="2")).rows[0] == ("owl", 2)


@pytest.mark.parametrize(
    ("x", "classes", "message"),
    [
        pytest.param(
            [1, 2], "a,b,c", "--classes has 3 names, but the last layer gives 2", id="more"
        ),
        pytest.param([1, 2], "a", "--classes has 1 name, but the last layer gives 2", id="fewer"),
        pytest.param(
            [[1, 2]], "a,b", "--classes has 2 names, but the last layer gives 1×2", id="map"
        ),
        pytest.param([1, 2], "a,", "classes has an empty name", id="empty"),
    ],
)
def test_refuses(x: Any, classes: str, message: str) -> None:
    with pytest.raises(NnvizError) as error:
        net(x, classes, "relu")
    assert message in str(error.value)


@pytest.mark.parametrize("format_name", ["table", "md", "tex"])
def test_terminal_and_notes_have_the_table(format_name: str) -> None:
    text = load(format_name).write(net([1.0, 4, 2]), Request()).content.decode()
    assert [text.rindex(name) for name in ("dog", "owl", "cat")] == sorted(
        text.rindex(name) for name in ANIMALS
    )


def test_the_figure_has_names_beside_the_numbers() -> None:
    scene = drawn(net([10.0, 40, 20]))
    assert_tidy(scene)
    at = {text.content: extent(text) for text in scene.texts()}
    for name, number in zip(ANIMALS, ("10", "40", "20"), strict=True):
        assert at[name].x + at[name].width < at[number].x


def test_of_many_classes_the_figure_has_the_largest() -> None:
    said = [text.content for text in drawn(net(range(30), [f"#{i}" for i in range(30)])).texts()]
    assert [name for name in said if name[0] == "#"] == [f"#{i}" for i in range(29, 20, -1)]


def test_python_takes_a_list() -> None:
    r = nnviz.net("flatten", [3, 1], classes=["yes", "no"])
    assert "yes" in str(r)
    with pytest.raises(NnvizError, match="classes has 1 name"):
        nnviz.net("flatten", [3, 1], classes=["yes"])


@pytest.mark.parametrize("width", [320, 720])
def test_a_long_name_is_cut_where_a_page_ends(width: int) -> None:
    scene = drawn(net([3, 1], ["a", "all that walks and swims and flies " * 9]), width=width)
    assert_tidy(scene)
    assert scene.width <= width
    assert any(text.content.endswith("…") for text in scene.texts())


def test_an_exercise_does_not_tell_the_largest() -> None:
    trace = net([1, 4, 2])
    made = exercise(trace, Exercise(), None)
    said = load("table").write(made, Request()).content.decode()
    after = said[said.index("classes") :]
    assert [after.index(name) for name in ANIMALS] == sorted(map(after.index, ANIMALS))
    assert not set("142") & set(after)
