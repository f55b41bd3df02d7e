"""Several filters: a row each, all on the page."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drawing import texts
from helpers import run
from nnviz.errors import NnvizError
from nnviz.figure.scene import Image, Scene
from view_checks import drawn

RNG = np.random.default_rng(10)


def ints(*shape: int) -> Any:
    return RNG.integers(-2, 9, shape)


def cells_of(scene: Scene) -> list[str]:
    return [t.content for t in scene.texts() if t.cell is not None]


RANGE: dict[str, tuple[Any, Any, dict[str, Any]]] = {
    "two of two channels": (ints(2, 4, 4), ints(2, 2, 2, 2), {"bias": ints(2)}),
    "eight": (ints(5, 5), ints(8, 1, 3, 3), {"bias": ints(8)}),
    "of decimals": (RNG.normal(size=(5, 5)), RNG.normal(size=(8, 1, 3, 3)), {}),
    "activated": (ints(3, 5, 5), ints(4, 3, 3, 3), {"bias": ints(4), "act": "relu"}),
    "over a vector": (ints(1, 9), ints(3, 1, 3), {"dims": 1}),
    "16 channels in groups of 4": (ints(16, 5, 5), ints(16, 4, 3, 3), {"groups": 4}),
    "depthwise of 16": (ints(16, 5, 5), ints(16, 1, 3, 3), {"groups": 16}),
    "a picture": (RNG.integers(0, 256, (3, 60, 80)), ints(6, 3, 3, 3), {}),
    "depthwise of a picture": (RNG.integers(0, 256, (3, 60, 80)), ints(3, 1, 3, 3), {"groups": 3}),
    "large kernels": (ints(30, 30), ints(4, 1, 11, 11), {}),
    "padded, by 2": (ints(7, 7), ints(3, 1, 3, 3), {"padding": 1, "stride": 2}),
}


@pytest.mark.parametrize("width", [360, 720, 1280])
@pytest.mark.parametrize("name", RANGE)
def test_nothing_leaves_the_page(name: str, width: int) -> None:
    x, w, options = RANGE[name]
    trace = run("conv", x, kernel=w, **options)
    for steps in ((), (len(trace.steps),)):
        said = texts(drawn(trace, *steps, view="filters", width=width))
        assert [f"filter {f}" for f in range(len(w))] == [
            t for t in said if t.startswith("filter ") and " of " not in t
        ]


def test_eight_filters_stand_on_a_page() -> None:
    trace = run("conv", ints(5, 5), kernel=ints(8, 1, 3, 3), bias=ints(8))
    assert drawn(trace).height <= 1400
    assert drawn(trace, width=360).height <= 2000


@settings(max_examples=30)
@given(st.integers(2, 5), st.integers(1, 3), st.integers(1, 2), st.booleans(), st.data())
def test_every_number_of_every_filter_is_there(
    filters: int, channels: int, size: int, biased: bool, data: st.DataObject
) -> None:
    x, w = ints(channels, 3, 3), ints(filters, channels, size, size)
    bias = ints(filters) if biased else None
    trace = run("conv", x, kernel=w, **({} if bias is None else {"bias": bias}))
    which = data.draw(st.none() | st.integers(0, filters - 1))
    out = 4 - size
    expected = [*x.flat]
    for f in range(filters) if which is None else [which]:
        made = [
            (x[:, r : r + size, c : c + size] * w[f]).sum() + (0 if bias is None else bias[f])
            for r in range(out)
            for c in range(out)
        ]
        expected += [*w[f].flat, *([] if bias is None else [bias[f]]), *made]
    scene = drawn(trace, view="filters", filter=which)
    assert cells_of(scene) == [str(v).replace("-", "−") for v in expected]


def test_it_is_the_first_view_of_several_filters_of_few_channels() -> None:
    assert "filter 1" in texts(drawn(run("conv", ints(4, 4), kernel=ints(2, 1, 2, 2))))
    many = texts(drawn(run("conv", ints(5, 4, 4), kernel=ints(2, 5, 2, 2))))
    assert "filter 1" not in many
    step = texts(drawn(run("conv", ints(4, 4), kernel=ints(2, 1, 2, 2)), 1))
    assert "filter 1" not in step  # of a step the views of one filter show more
    with pytest.raises(NnvizError, match="there is one filter"):
        drawn(run("conv", ints(4, 4), kernel=ints(2, 2)), view="filters")


def test_a_step_leaves_the_maps_of_later_filters_empty() -> None:
    trace = run("conv", np.arange(4).reshape(2, 2), kernel=np.array([[[[5]]], [[[10]]], [[[40]]]]))
    scene = drawn(trace, 6, view="filters")  # the second cell of filter 1
    maps = [t for t in cells_of(scene) if not t.startswith("×")]
    assert maps == ["0", "1", "2", "3", "5", "0", "5", "10", "15", "10", "0", "10", "40"]
    large = run("conv", ints(30, 30), kernel=ints(3, 1, 2, 2))
    pictures = [sum(isinstance(m, Image) for m in drawn(large, *s, view="filters").flat())
                for s in ((), (29 * 29 + 1,))]  # fmt: skip
    assert pictures == [5 + 1, 4]  # the input's bar and that of the maps; the third map is to come


def test_of_many_filters_the_first_are_drawn() -> None:
    trace = run("conv", ints(5, 5), kernel=ints(20, 1, 3, 3))
    assert "… and 4 more filters" in texts(drawn(trace))
    said = texts(drawn(trace, 19 * 9 + 1, view="filters"))
    assert "filter 19" in said
    groups = texts(drawn(run("conv", *RANGE["16 channels in groups of 4"][:1],
                             kernel=RANGE["16 channels in groups of 4"][1], groups=4)))  # fmt: skip
    assert groups.count("channels 4 to 7") == 4
