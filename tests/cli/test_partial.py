"""A network of which a layer fails: what comes before it is drawn, then the error says why."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

FAILS = "conv -k box | relu | flatten | conv -k edge"
X = "1 2 3 4; 4 5 6 2; 7 8 9 1; 1 1 1 1"


@pytest.mark.parametrize(
    "words", [["net", FAILS, X], ["params", FAILS, "--input", "4x4"]], ids=["net", "params"]
)
def test_the_terminal_shows_the_layers_before(nnviz: Callable[..., Any], words: list[str]) -> None:
    done = nnviz(*words)
    assert done.code == 1
    assert "stopped after layer 3" in done.out
    assert "flatten" in done.out.lower()
    assert done.err.startswith("error:")
    assert "layer 3 gives it 4" in done.err


def test_figures_are_drawn_and_values_are_not(nnviz: Callable[..., Any], tmp_path: Path) -> None:
    figure, values = tmp_path / "net.svg", tmp_path / "net.json"
    assert nnviz("net", FAILS, X, "-o", str(figure)).code == 1
    assert "stopped after layer 3" in figure.read_text()
    for words in (["--json"], ["-o", str(values)], ["--map", str(tmp_path / "map.png")]):
        done = nnviz("net", FAILS, X, *words)
        assert (done.code, done.out) == (1, "")
    assert [path.name for path in tmp_path.iterdir()] == ["net.svg"]


def test_where_the_first_layer_fails_there_is_the_error_alone(nnviz: Callable[..., Any]) -> None:
    done = nnviz("net", "conv -k edge --dims 3 | relu", X)
    assert (done.code, done.out) == (1, "")
