"""Figures in pages as axe-core judges them: nothing that it would have mended."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from browser import Browser, browser, needs_browser
from drawing import note, pooled
from helpers import run
from nnviz.formats import load
from nnviz.request import Appearance, Request
from nnviz.trace import Trace

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
pytestmark = [
    needs_browser,
    pytest.mark.skipif(
        not AXE.exists(), reason="there is no axe-core: docs/developing.md says how to install it"
    ),
]
RNG = np.random.default_rng(5)
WEIGHTS = {"Wx": [[0.5, -1], [1, 0]], "Wh": [[0.5, 0], [0, -0.5]], "Wy": [[1, -1]]}
CHAIN = "conv --filters 2 --size 3 | act relu | pool -k 2 | flatten | dense --units 3"
COMMANDS: dict[str, tuple[Trace, dict[str, Any]]] = {
    "conv": (note(padding=1, stride=2, bias=1), {}),
    "in perspective, Korean": (note(), {"view": "iso", "lang": "ko"}),
    "channels": (run("conv", RNG.integers(0, 5, (2, 4, 4)), kernel=np.ones((2, 2, 2), int)), {}),
    "neurons": (run("conv", np.eye(3, dtype=int), kernel=[[1, 2], [3, 4]]), {"view": "network"}),
    "pool": (pooled(), {}),
    "recurrent": (run("rnn", np.eye(2), weights=WEIGHTS), {}),
    "the inside of a cell": (run("rnn", np.eye(2), weights=WEIGHTS), {"view": "cell"}),
    "dense": (run("dense", [1, 2, 3], weight=np.ones((2, 3), int)), {}),
    "activation": (run("act", [[1, -2], [3, -4]], name="relu"), {}),
    "a picture": (run("show", RNG.integers(0, 256, (30, 30))), {}),
    "parameters": (run("params", None, net=CHAIN, input=(1, 8, 8)), {}),
}


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with browser(tmp_path_factory.mktemp("profile")) as page:
        yield page


def page_of(name: str, suffix: str) -> str:
    """A figure of a command as a page: SVG in the smallest one that can hold it."""
    trace, look = COMMANDS[name]
    request = Request(appearance=Appearance(**look))
    text = load(suffix).write(trace, request).content.decode()
    if suffix == "html":
        return text
    return (
        "<!doctype html><html lang='en'><head><meta charset='utf-8'><title>note</title></head>"
        f"<body><main><h1>A note</h1>{text}</main></body></html>"
    )


def violations(reader: Browser, page: str, file: Path, *, dark: bool) -> list[str]:
    file.write_text(page, encoding="utf-8")
    reader.open(file, dark=dark)
    reader.value(AXE.read_text(encoding="utf-8"))
    reader.value("axe.run(document).then((found) => { window.found = found; }); 0")
    reader.until("window.found")
    found = json.loads(reader.value("JSON.stringify([found.violations, found.passes.length])"))
    assert found[1] > 5
    return [f"{v['id']}: {node['html'][:200]}" for v in found[0] for node in v["nodes"]]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("suffix", ["svg", "html"])
@pytest.mark.parametrize("name", COMMANDS)
def test_nothing_is_violated(
    name: str, suffix: str, dark: bool, reader: Browser, tmp_path: Path
) -> None:
    assert violations(reader, page_of(name, suffix), tmp_path / "page.html", dark=dark) == []


def test_axe_finds_what_is_wrong(reader: Browser, tmp_path: Path) -> None:
    page = page_of("conv", "html").replace('aria-label="step"', "").replace(' lang="en"', "")
    found = violations(reader, page, tmp_path / "page.html", dark=False)
    assert {text.split(":")[0] for text in found} == {"label", "html-has-lang"}
