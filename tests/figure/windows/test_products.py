"""The products of a step as a block beside its sum: in kernel order, a row a line of the sum."""

from __future__ import annotations

from itertools import takewhile
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drawing import generators
from helpers import run
from nnviz.figure.scene import Scene, Text
from view_checks import drawn

X, EDGE = np.arange(1, 10).reshape(3, 3), np.array([[1, 0, -1]] * 3)


def block(scene: Scene) -> list[Text]:
    """The texts of the group that is read out as the products."""
    parts = iter(scene.parts())
    any(isinstance(part, str) and part.startswith(("products", "곱")) for part in parts)
    return [part for part in takewhile(lambda part: part is not None, parts) if is_text(part)]  # type: ignore[misc]


def is_text(part: object) -> bool:
    return isinstance(part, Text)


def said(scene: Scene) -> list[str]:
    return [text.content for text in block(scene)]


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_the_products_stand_beside_the_sum(lang: str) -> None:
    scene = drawn(run("conv", X, kernel=EDGE), 1, lang=lang)
    assert said(scene) == ["1", "0", "−3", "4", "0", "−6", "7", "0", "−9"]
    lines = {text.y for text in scene.texts() if text.content.startswith("(")}
    for y in lines:  # each line of the sum runs through the middle of a row of products
        (row,) = {t.y for t in block(scene) if abs(t.y - y) < 12}
        assert abs((y - 0.365 * 15) - (row - 0.365 * 11)) <= 2
    assert len(lines) == 3


@settings(max_examples=8, deadline=None)
@given(
    st.integers(2, 9), st.integers(0, 4), st.integers(0, 1), st.sampled_from([9, 300, 0.5]),
    st.booleans(), st.sampled_from([720, 1280]), generators,
)  # fmt: skip
def test_they_add_up_wherever_they_are_drawn(
    size: int, more: int, pad: int, top: float, bias: bool, width: int, rng: np.random.Generator
) -> None:
    n = size + more
    x = rng.uniform(-top, top, (n, n))
    x = x.astype(int) if top > 1 else x
    w = rng.integers(-3, 4, (size, size))
    trace = run("conv", x, kernel=w, padding=pad, **({"bias": 7} if bias else {}))
    step = int(rng.integers(1, len(trace.steps) + 1))
    scene = drawn(trace, step, width=width)
    found = [float(text.replace("−", "-")) for text in said(scene)]
    assert len(found) in (0, size * size)
    made = trace.output.reshape(-1)[step - 1] - 7 * bias
    if found:
        assert sum(found) == pytest.approx(made, abs=0 if top > 1 else 1e-3 * size**2)


@pytest.mark.parametrize("n", [3, 5, 7, 10, 16, 24])
def test_small_numbers_have_room_for_them_on_a_note(n: int) -> None:
    x = np.random.default_rng(n).integers(0, 10, (n, n))
    scene = drawn(run("conv", x, kernel=EDGE), 1)
    assert said(scene) == [str(v).replace("-", "−") for v in (x[:3, :3] * EDGE).reshape(-1)]
    assert scene.height <= 640


@pytest.mark.parametrize("width", [320, 360])
def test_on_a_phone_the_sum_stands_alone(width: int) -> None:
    w = EDGE
    x = np.arange(64).reshape(8, 8) % 10
    assert not said(drawn(run("conv", x, kernel=w), 2, width=width))


@pytest.mark.parametrize("size", [6, 7, 9, 11])
def test_what_is_left_out_of_a_sum_is_seen(size: int) -> None:
    rng = np.random.default_rng(size)
    x, w = rng.integers(0, 10, (14, 14)), rng.integers(-2, 3, (size, size))
    scene = drawn(run("conv", x, kernel=w), 9)
    assert len(said(scene)) == size * size
    assert scene.height <= (640 if size < 9 else 900)


@pytest.mark.parametrize(
    ("x", "kernel", "steps"),
    [
        pytest.param(X, EDGE[:1], (1,), id="a kernel of one row"),
        pytest.param(X, EDGE[:, :1], (1,), id="a kernel of one column"),
        pytest.param(np.arange(49).reshape(7, 7), EDGE, (1, 2), id="a sheet"),
        pytest.param(np.arange(18).reshape(2, 3, 3), EDGE, (1,), id="two channels"),
        pytest.param(np.arange(900).reshape(30, 30), np.ones((13, 13), int), (1,), id="13×13"),
    ],
)
def test_elsewhere_the_sum_stands_alone(x: Any, kernel: Any, steps: tuple[int, ...]) -> None:
    assert not said(drawn(run("conv", x, kernel=kernel), *steps))
