"""The page at the width of a phone, a note and a screen: letters that can be read, no scrolling."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from browser import Browser, browser, needs_browser
from drawing import note, pooled
from helpers import run
from nnviz.formats import load
from nnviz.request import Appearance, Request
from nnviz.trace import Trace

pytestmark = needs_browser
WEIGHTS = {"Wx": [[0.5, -1], [1, 0]], "Wh": [[0.5, 0], [0, -0.5]], "Wy": [[1, -1]]}
TRACES: dict[str, Trace] = {
    "conv": note(),
    "pool": pooled(),
    "recurrent": run("rnn", np.eye(2), weights=WEIGHTS),
    "channels": run("conv", np.ones((3, 4, 4), int), kernel=np.ones((3, 2, 2), int)),
    "weights": run("conv", np.ones((9, 9)) / 7, kernel=np.ones((7, 7)) / 3),
    "twelve": run("conv", np.arange(144).reshape(12, 12) % 10, kernel=np.eye(3, dtype=int)),
    "dense": run("dense", [1, 2, 3], weight=np.arange(6).reshape(2, 3), bias=np.array([1, 2])),
    "activation": run("act", [[1, -2], [3, -4]], name="relu"),
}
SEEN = "[...document.querySelectorAll('.frames text')].filter(t => t.checkVisibility())"
LETTERS = f"{SEEN}.map(t => parseFloat(getComputedStyle(t).fontSize) * t.getScreenCTM().a)"
INSIDE = (
    "[...document.querySelectorAll('.arrangement')].filter(a => a.checkVisibility())"
    ".map(a => a.scrollWidth - a.clientWidth)[0]"
)
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with browser(tmp_path_factory.mktemp("profile")) as page:
        yield page


def opened(reader: Browser, trace: Trace, file: Path, width: int, height: int, **look: str) -> None:
    request = Request(appearance=Appearance(**look))  # type: ignore[arg-type]
    file.write_bytes(load("html").write(trace, request).content)
    screen = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": True}
    reader.call("Emulation.setDeviceMetricsOverride", **screen)
    reader.open(file)


@pytest.mark.parametrize("width", [360, 500, 720, 1280])
@pytest.mark.parametrize("name", TRACES)
def test_letters_are_read_and_nothing_is_to_the_side(
    name: str, width: int, reader: Browser, tmp_path: Path
) -> None:
    opened(reader, TRACES[name], tmp_path / "page.html", width, 740)
    assert reader.value("[...document.querySelectorAll('.arrangement')]"
                        ".filter(a => a.checkVisibility()).length") == 1  # fmt: skip
    assert min(reader.value(LETTERS)) >= 10.99
    assert reader.value(SIDEWAYS) <= 0
    assert reader.value(INSIDE) <= 0


def test_spaces_have_their_width(reader: Browser, tmp_path: Path) -> None:
    """Where a text begins with one, and where two stand side by side."""
    opened(reader, note(), tmp_path / "page.html", 720, 740)
    texts = reader.value(f"{SEEN}.map(t => [t.textContent, t.getNumberOfChars()])")
    assert [text for text, drawn in texts if drawn < len(text)] == []
    assert sum(text.startswith(" ") or "  " in text for text, _ in texts) >= 2


@pytest.mark.parametrize("name", ["conv", "pool", "recurrent", "twelve", "dense", "activation"])
def test_input_output_and_sum_are_on_one_screen_of_a_phone(
    name: str, reader: Browser, tmp_path: Path
) -> None:
    opened(reader, TRACES[name], tmp_path / "page.html", 360, 740)
    assert reader.value("document.documentElement.scrollHeight") <= 740


def test_keys_reach_the_cells_of_the_arrangement_that_is_seen(
    reader: Browser, tmp_path: Path
) -> None:
    opened(reader, note(), tmp_path / "page.html", 360, 740)
    reader.value("document.querySelector('.narrow .hit[data-frame=\"2\"]').focus()")
    reader.press("ArrowRight")
    active = "document.activeElement"
    assert reader.value(f"{active}.dataset.frame") == "3"
    assert reader.value(f"{active}.closest('.narrow') !== null")
    title = reader.value(f"{SEEN}[0].textContent")
    assert title == "Convolution, step 4 of 9"
