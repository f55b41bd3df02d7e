"""Of a step nothing is drawn that only later steps make, in any view, as cells and as pictures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drawing import drawn
from helpers import run
from nnviz.figure.scene import Image, Mark, Rect, Scene, Text
from nnviz.trace import Trace

VIEWS: dict[str, tuple[str, dict[str, Any], str | None, int]] = {
    "equation": ("conv", {}, "equation", 1),
    "with an activation": ("conv", {"act": "relu"}, "equation", 2),
    "channels": ("conv", {}, "channels", 3),
    "channels, activated": ("conv", {"act": "relu"}, "channels", 4),
    "transposed": ("conv", {"transpose": True}, None, 1),
    "transposed, activated": ("conv", {"transpose": True, "act": "relu"}, None, 2),
    "pool": ("pool", {}, None, 1),
    "iso": ("conv", {}, "iso", 1),
    "network": ("conv", {}, "network", 1),
}
"""An operation, its options, the view, and how many of its arrays a step makes."""
CELLS_ONLY = ("iso", "network")


def trace_of(name: str, x: np.ndarray) -> Trace:
    op, options, view, _ = VIEWS[name]
    if op == "pool":
        return run(op, x, kernel=(1,), stride=(1,))
    if view == "channels":
        x = np.stack([x, x * 10_000])
        return run(op, x, kernel=np.ones((1, 2, 1, 1), int), **options)
    return run(op, x, kernel=np.ones((1, 1), int), **options)


def seen(marks: Sequence[Mark], i: int, x: float, y: float) -> bool:
    """Whether a point of mark number i is not painted over."""
    return not any(
        isinstance(m, Rect) and m.fill and m.x < x < m.x + m.width and m.y < y < m.y + m.height
        for m in marks[i + 1 :]
    )


def pictures_of(scene: Scene, shape: tuple[int, int]) -> list[list[tuple[int, int]]]:
    """Of each picture of such an array, the cells that are seen."""
    marks = list(scene.flat())
    found = []
    for i, m in enumerate(marks):
        if isinstance(m, Image) and m.crisp and min(m.width, m.height) > 60:
            w, h = m.width / shape[1], m.height / shape[0]
            found.append(
                [
                    (r, c)
                    for r, c in np.ndindex(*shape)
                    if seen(marks, i, m.x + (c + 0.5) * w, m.y + (r + 0.5) * h)
                ]
            )
    return found


@pytest.mark.parametrize("name", [name for name in VIEWS if name not in CELLS_ONLY])
@settings(deadline=None, max_examples=5)
@given(st.data())
def test_in_pictures(name: str, data: st.DataObject) -> None:
    shape = data.draw(st.tuples(st.integers(25, 40), st.integers(25, 40)), "shape")
    n = data.draw(st.integers(0, shape[0] * shape[1] - 1), "step")
    *_, view, made = VIEWS[name]
    trace = trace_of(name, np.arange(shape[0] * shape[1]).reshape(shape) - 300)
    found = pictures_of(drawn(trace, n + 1, **({"view": view} if view else {})), shape)
    every = list(np.ndindex(*shape))
    part = [cells for cells in found if len(cells) < len(every)]
    expected = made if n + 1 < len(every) else 0
    assert len(part) == expected
    assert all(cells == every[: n + 1] for cells in part)
    assert len(found) >= made + 1  # the input is seen whole


@pytest.mark.parametrize("name", VIEWS)
@settings(deadline=None, max_examples=8)
@given(st.data())
def test_in_cells(name: str, data: st.DataObject) -> None:
    shape = data.draw(st.tuples(st.integers(2, 3), st.integers(2, 3)), "shape")
    count = shape[0] * shape[1]
    n = data.draw(st.integers(0, count - 1), "step")
    *_, view, made = VIEWS[name]
    values = np.arange(101, 101 + count)
    trace = trace_of(name, values.reshape(shape))
    scene = drawn(trace, n + 1, **({"view": view} if view else {}))
    written = [m.content for m in scene.flat() if isinstance(m, Text) and m.cell is not None]
    if view == "channels":
        # The first partial map is the first channel again; the second and the sum are larger.
        assert [int(t) for t in written if len(t) == 7] == [v * 10_000 for v in values.tolist()] + [
            v * 10_000 for v in values[: n + 1].tolist()
        ] + [v * 10_001 for v in values[: n + 1].tolist()] * (made - 2)
        return
    if view == "network":  # the values stand beside the cells; those of the input stay
        later = [str(v) for v in values[n + 1 :].tolist()]
        assert [t.content for t in scene.texts() if t.content in later] == later
        return
    for i, value in enumerate(values.tolist()):
        assert written.count(str(value)) == 1 + (made if i <= n else 0)


@pytest.mark.parametrize("name", [name for name in VIEWS if name not in CELLS_ONLY])
def test_in_a_sheet_of_steps(name: str) -> None:
    shape = 26, 30
    every = list(np.ndindex(*shape))
    trace = trace_of(name, np.arange(780).reshape(shape) - 300)
    found = pictures_of(drawn(trace, 5, 40), shape)
    assert {len(cells) for cells in found if len(cells) < 780} == {5, 40}
    assert all(cells == every[: len(cells)] for cells in found)
