"""Convolutions in small tiles of a method that is asked for, whatever suits them."""

from __future__ import annotations

from typing import Any

import pytest

import nnviz.core.conv as conv_module
from nnviz.core.tiles import Method, TilePlan
from nnviz.shapes import Axis

METHODS: tuple[Method, ...] = ("elementwise", "banded", "columns")


def force(monkeypatch: pytest.MonkeyPatch, method: Method, rows: int, cols: int) -> None:
    """Cut everything into small tiles of one method, in two threads."""

    def made(axes: tuple[Axis, Axis, Axis], *_: int, **__: Any) -> TilePlan:
        return TilePlan(
            method, min(rows, axes[1].out), min(cols, axes[2].out), rows, 2, -(-rows // 2)
        )

    monkeypatch.setattr(conv_module, "tile_plan", made)
