"""Layers of any kind, drawn at random with options that fit them."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st

import nnviz
from nnviz import Result

MODES = ["zeros", "reflect", "replicate", "circular"]
FEW = settings(deadline=None, max_examples=40)
Case = tuple[np.ndarray, np.ndarray, dict[str, Any]]


def each(draw: st.DrawFn, dims: int, low: int, high: int) -> list[int]:
    return [draw(st.integers(low, high)) for _ in range(dims)]


@st.composite
def layers(draw: st.DrawFn, modes: list[str] = MODES) -> Case:
    """A batch, filters and options that fit them; every number is whole."""
    dims, groups = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    kernel, dilation = each(draw, dims, 1, 3), each(draw, dims, 1, 2)
    sizes = [d * (k - 1) + draw(st.integers(1, 4)) for k, d in zip(kernel, dilation, strict=True)]
    mode = draw(st.sampled_from(modes))
    most = [{"reflect": n - 1, "circular": n}.get(mode, 3) for n in sizes]
    rng = np.random.default_rng(draw(st.integers(0, 999)))
    each_group = draw(st.integers(1, 2))
    x = rng.integers(-9, 10, (draw(st.integers(1, 2)), groups * each_group, *sizes))
    w = rng.integers(-9, 10, (groups * draw(st.integers(1, 2)), each_group, *kernel))
    return (
        x,
        w,
        {
            "stride": each(draw, dims, 1, 3),
            "dilation": dilation,
            "padding": [tuple(each(draw, 2, 0, min(m, 3))) for m in most],
            "padding_mode": mode,
            "groups": groups,
            "dims": dims,
        },
    )


@st.composite
def pools(draw: st.DrawFn) -> tuple[np.ndarray, dict[str, Any]]:
    dims = draw(st.integers(1, 3))
    rng = np.random.default_rng(draw(st.integers(0, 999)))
    if draw(st.booleans()):
        x = rng.integers(-9, 10, (2, 2, *each(draw, dims, 1, 7)))
        return x, {"adaptive": each(draw, dims, 1, 8), "dims": dims}
    kernel, dilation = each(draw, dims, 1, 3), each(draw, dims, 1, 2)
    sizes = [d * (k - 1) + draw(st.integers(1, 5)) for k, d in zip(kernel, dilation, strict=True)]
    return rng.integers(-9, 10, (2, 2, *sizes)), {
        "kernel": kernel,
        "stride": each(draw, dims, 1, 3),
        "dilation": dilation,
        "padding": [tuple(each(draw, 2, 0, k - 1)) for k in kernel],
        "ceil_mode": draw(st.booleans()),
        "dims": dims,
    }


def pool(x: np.ndarray, options: dict[str, Any], **more: Any) -> Result:
    options = {**options, **more}
    return nnviz.pool(x, options.pop("kernel", None), **options)
