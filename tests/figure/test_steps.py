"""Every step of a trace is laid out alike: the frames of a film and the panels of a sheet."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drawing import generators
from helpers import run
from nnviz.figure.scene import Rect, Scene
from nnviz.trace import Trace
from view_checks import drawn

KINDS: dict[str, tuple[str, dict[str, Any]]] = {
    "conv": ("conv", {}),
    "padded conv": ("conv", {"padding": 1, "bias": -7, "act": "relu"}),
    "transposed": ("conv", {"transpose": True, "stride": 2, "padding": 1}),
    "max": ("pool", {"padding": 1, "stride": 1}),
    "avg": ("pool", {"kind": "avg"}),
}


def trace_of(kind: str, x: np.ndarray, w: np.ndarray) -> Trace:
    op, options = KINDS[kind]
    return run(op, x, kernel=w if op == "conv" else 2, **options)


def layout(scene: Scene) -> tuple[object, ...]:
    """Where the arrays stand, how large their numbers are, and how large the arithmetic."""
    names = {"input", "kernel", "bias", "output"}
    said = [text for text in scene.texts() if text.cell is None]
    return (
        sorted((t.content, t.x, t.y) for t in said if t.content in names),
        {t.size for t in scene.texts() if t.cell is not None and "×" not in t.content},
        {
            t.size
            for t in said
            if "(" in t.content and "⌊" not in t.content and "·" not in t.content
        },
        scene.width,
    )


@pytest.mark.parametrize("kind", KINDS)
@settings(deadline=None, max_examples=12)
@given(
    size=st.tuples(st.integers(2, 5), st.integers(2, 5)),
    scale=st.sampled_from([1, 30, 999, 0.37, 1e-9]),
    rng=generators,
)
def test_steps_share_one_layout(
    kind: str, size: tuple[int, int], scale: float, rng: np.random.Generator
) -> None:
    x, w = rng.normal(size=size) * scale, rng.normal(size=(2, 2)) * scale
    if scale >= 1:
        x, w = x.astype(int), w.astype(int)
    trace = trace_of(kind, x, w)
    steps = range(1, min(6, trace.output.size) + 1)
    first, *others = [layout(drawn(trace, step)) for step in steps]
    assert all(other == first for other in others)
    frames = [m for m in drawn(trace, *steps).flat() if isinstance(m, Rect) and m.radius == 8]
    panels = [m for m in frames if m.stroke]
    assert len({(m.width, m.height) for m in panels}) <= 1


def test_the_terms_of_every_step_stand_in_the_same_columns() -> None:
    trace = trace_of(
        "conv", np.array([[10, -20, 3], [-4, 50, -6], [7, -80, 90]]), np.eye(2, dtype=int)
    )
    found = [
        sorted((t.x, t.y) for t in drawn(trace, n).texts() if t.content.startswith(("(", " = ")))
        for n in (1, 2, 3, 4)
    ]
    assert len(found[0]) >= 5
    assert all(places == found[0] for places in found)


def test_rings_in_small_cells_stand_on_the_grid() -> None:
    x = np.arange(144).reshape(12, 12) % 10
    rings = [
        m
        for m in drawn(run("pool", x, kernel=3), 1, 2).flat()
        if isinstance(m, Rect) and m.radius == 6
    ]
    assert {(ring.width, ring.height) for ring in rings} == {(12, 12)}
