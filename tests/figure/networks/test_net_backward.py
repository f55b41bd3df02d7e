"""A network gone back through: values above, their gradients below, the loss at its end."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from helpers import run
from nnviz.backpropagation import backward
from nnviz.errors import NnvizError
from nnviz.figure import view_names
from nnviz.formats.raster.frames import film
from nnviz.request import THEMES, Request
from nnviz.trace import Trace
from view_checks import drawn, words

CHAIN = "dense --weight '2' --bias '1' | dense --weight '3'"
"""x = 5 makes 11 and 33; with a target of 30 the gradients are 2·3 = 6, 18 and 36."""


def net(chain: str, x: Any, **asked: Any) -> Trace:
    return run("net", x, net=chain, **asked)


def small() -> Trace:
    return net(CHAIN, [5], target=[30], loss="mse")


@pytest.mark.parametrize("look", THEMES)
@pytest.mark.parametrize("lang", ["en", "ko"])
def test_each_value_stands_above_its_gradient(look: Any, lang: str) -> None:
    scene = drawn(backward(small()), theme=look, lang=lang)
    at = {text.content: text for text in scene.texts()}
    for value, gradient in (("5", "36"), ("11", "18"), ("33", "6")):
        assert at[value].y < at[gradient].y
        assert abs(at[value].x - at[gradient].x) <= 24
    assert "9" in at  # the loss, 3²
    assert at["5"].x < at["11"].x < at["33"].x < at["9"].x


def test_the_loss_of_a_run_stands_at_its_end() -> None:
    said = words(drawn(small()))
    assert said.index("33") < said.index("9")
    assert "loss" in said
    assert "36" not in said


def test_steps_are_those_of_the_layer_that_takes_the_input() -> None:
    trace = backward(small())
    said = " ".join(words(drawn(trace, 1)))
    assert "(18×2)" in said
    assert "weight" in " ".join(words(drawn(trace, view="equation")))
    assert "output" in view_names(trace.op)
    with pytest.raises(NnvizError, match="has no view iso"):
        drawn(trace, view="iso")


def test_its_own_views_have_no_steps() -> None:
    for view in ("pipeline", "graph"):
        with pytest.raises(NnvizError, match=f"the view {view} cannot draw this: it draws the wh"):
            drawn(backward(small()), 1, view=view)


def test_a_photograph_takes_no_more_room_than_the_run_twice() -> None:
    chain = " | ".join(["conv --filters 4 --size 3 --pad 1 | relu"] * 9)
    trace = net(chain, np.random.default_rng(1).random((40, 60)))
    there, back = drawn(trace), drawn(backward(trace))
    assert back.height <= 2 * there.height
    assert back.height <= 1400


@pytest.mark.parametrize("width", [320, 720])
@pytest.mark.parametrize("view", ["pipeline", "graph"])
def test_a_step_of_training_shows_all_of_it(view: str, width: int) -> None:
    trace = net(CHAIN, [5], target=[30], loss="mse", update=True, lr=0.01)
    said = words(drawn(trace, view=view, width=width))
    assert {"5", "11", "33", "9", "36", "18", "6"} <= {*said}  # values, the loss, gradients
    assert {"target", "t"} <= {*" ".join(said).split()}
    assert [s for s in said if s.startswith("layer ")] == [
        *("layer 1: weight  1×1", "layer 1: bias  1", "layer 2: weight  1×1"),
    ]
    assert {"90", "66", "1.1", "0.82", "2.34"} <= {*said}  # ∂w₁ = 18·5, ∂w₂ = 6·11; w − 0.01·∂w


def test_of_many_arrays_the_first_are_drawn() -> None:
    chain = " | ".join(["dense --units 2"] * 7)
    trace = net(chain, [1, 2], target=[1, 2], loss="mse", update=True)
    assert "… and 2 more" in words(drawn(trace))


def test_a_film_goes_back_layer_by_layer() -> None:
    made = film(backward(small()), Request())
    shown = [[n for n in ("6", "18", "36") if n in words(scene)] for scene in made.scenes]
    assert shown == [["6"], ["6", "18"], ["6", "18", "36"]]
    assert {scene.height for scene in made.scenes} == {drawn(backward(small())).height}


def test_a_film_passes_where_branches_meet() -> None:
    trace = backward(net("residual { dense --weight '1 2; 0 1' } | dense --weight '1 1'", [1, 2]))
    assert len(film(trace, Request()).scenes) == 3  # the output, the layer in the branch, the input
    assert len(film(trace, Request("all")).scenes) == 2  # those of the input, asked for
