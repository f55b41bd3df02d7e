"""The result alone: every operation's, and which part of it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drawing import texts
from helpers import run
from nnviz.errors import NnvizError
from nnviz.figure import view_names, views_of_command
from nnviz.figure.scene import Image, Rect, Scene
from nnviz.figure.theme import theme
from nnviz.trace import Trace
from view_checks import drawn, words

RNG = np.random.default_rng(5)


def ints(*shape: int) -> Any:
    return RNG.integers(0, 9, shape)


TRACES: dict[str, Trace] = {
    "conv": run("conv", ints(2, 5, 5), kernel=ints(8, 2, 3, 3)),
    "conv over one axis": run("conv", ints(9), kernel=ints(3, 1, 2)),
    "conv over three axes": run("conv", ints(3, 3, 3), kernel=ints(1, 1, 2, 2, 2)),
    "transposed": run("conv", ints(3, 3), kernel=ints(2, 2), transpose=True),
    "pool": run("pool", ints(4, 4), kernel=2),
    "a batch": run("pool", ints(2, 3, 4, 4), kernel=2),
    "softmax": run("act", ints(3, 3), name="softmax"),
    "dense": run("dense", ints(3), weight=ints(4, 3)),
    "flatten": run("flatten", ints(8, 8)),
    "show": run("show", ints(8, 8)),
    "rnn": run("rnn", np.eye(3), hidden=2),
    "the last of an rnn": run("rnn", np.eye(3), hidden=2, mode="many-to-one"),
    "net": run("net", ints(6, 6), net="conv --filters 2 --size 3 | act relu | pool -k 2"),
    "a picture": run("pool", RNG.integers(0, 256, (3, 60, 80)), kernel=2),
}


@pytest.mark.parametrize("width", [320, 720, 1280])
@pytest.mark.parametrize("name", TRACES)
def test_every_operation_has_it_on_every_page(name: str, width: int) -> None:
    trace = TRACES[name]
    assert view_names(trace.op)[-1] == views_of_command(trace.op)[-1] == "output"
    for step in ((), (1,), (len(trace.steps),)) if len(trace.steps) else ((),):
        said = words(drawn(trace, *step, view="output", width=width))
        assert not any(sign in said for sign in ("∗", "→", "input", "kernel", "weight"))


@given(st.integers(1, 3), st.integers(1, 5), st.integers(1, 4), st.integers(1, 4), st.data())
def test_it_writes_the_numbers_of_its_sample_and_filter(
    samples: int, filters: int, rows: int, columns: int, data: st.DataObject
) -> None:
    # A kernel of one cell: filter f makes f + 1 times every number.
    places = np.arange(samples * rows * columns).reshape(samples, 1, rows, columns)
    weight = np.arange(1, filters + 1).reshape(filters, 1, 1, 1)
    trace = run("conv", places, kernel=weight)
    sample = data.draw(st.integers(0, samples - 1))
    which = data.draw(st.none() | st.integers(0, filters - 1))
    shown = range(filters) if which is None else [which]
    scene = drawn(trace, view="output", sample=sample, filter=which)
    cells = [t.content for t in scene.texts() if t.cell is not None]
    assert cells == [str(v * (f + 1)) for f in shown for v in places[sample].flat]


def lit(scene: Scene) -> int:
    fills = {theme("light").tone(role).active for role in ("output", "hidden")}
    return sum(isinstance(m, Rect) and m.fill in fills for m in scene.flat())


def test_a_step_has_its_own_map_and_what_is_made_so_far() -> None:
    trace = run("conv", np.arange(4).reshape(2, 2), kernel=np.array([[[[1]]], [[[10]]]]))
    scene = drawn(trace, 7, view="output")  # the third cell of filter 1
    assert [t.content for t in scene.texts() if t.cell is not None] == ["0", "10", "20"]
    assert "feature map, channel 1" in texts(scene)
    assert lit(scene) == 1
    assert lit(drawn(TRACES["rnn"], 2, view="output")) == 2  # a row of two
    last = TRACES["the last of an rnn"]
    assert [lit(drawn(last, n, view="output")) for n in (1, 3)] == [0, 2]


def test_large_maps_are_pictures_on_one_scale() -> None:
    scene = drawn(run("conv", ints(30, 30), kernel=ints(20, 1, 2, 2)), view="output")
    assert sum(isinstance(m, Image) for m in scene.flat()) == 16 + 1  # and a bar
    assert {"20×29×29", "… and 4 more maps"} <= set(texts(scene))
    (color,) = (m for m in drawn(TRACES["a picture"], view="output").flat() if isinstance(m, Image))
    assert color.pixels.shape[-1] == 3


def test_planes_are_named_by_their_depth() -> None:
    assert {"depth 0", "depth 1"} <= set(texts(drawn(TRACES["conv over three axes"])))
    two = run("conv", ints(3, 3, 3), kernel=ints(2, 1, 2, 2, 2))
    assert "channel 1, depth 0" in texts(drawn(two, view="output"))
    found = texts(drawn(two, view="output", filter=1))
    assert ("channel 1, depth 1" in found, "channel 0, depth 0" in found) == (True, False)


def test_what_makes_no_array_has_none() -> None:
    trace = run("params", None, net="dense --units 2", input=(3,))
    with pytest.raises(NnvizError, match="it has no output"):
        drawn(trace, view="output")
