"""A notebook's figures: players and still ones, small enough to be kept in it."""

from __future__ import annotations

import base64
import gzip
import html
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import nnviz
from browser import Browser, browser, needs_browser
from drawing import note
from helpers import run
from nnviz import result
from nnviz.formats import load
from nnviz.formats.html import framed
from nnviz.request import Request
from nnviz.result import MOST, Result
from nnviz.trace import Trace

RNG = np.random.default_rng(0)
PHOTO = Image.open(Path(__file__).parents[2] / "samples" / "chelsea.png")


def weights(gates: int, hidden: int, d: int) -> dict[str, np.ndarray]:
    shapes = {"Wx": (gates * hidden, d), "Wh": (gates * hidden, hidden), "b": (gates * hidden,)}
    return {name: RNG.uniform(-1, 1, shape).round(2) for name, shape in shapes.items()}


PLAYED: dict[str, Callable[[], Result]] = {
    "36 steps": lambda: nnviz.conv(np.arange(64).reshape(8, 8) % 10, np.ones((3, 3), int)),
    "64 of decimals": lambda: nnviz.conv(RNG.normal(size=(10, 10)), RNG.normal(size=(3, 3))),
    "27 terms": lambda: nnviz.conv(RNG.normal(size=(3, 6, 6)), RNG.normal(size=(2, 3, 3, 3))),
    "transposed": lambda: nnviz.conv_transpose(np.ones((3, 3)), np.ones((3, 3)) / 3, stride=2),
    "pictures": lambda: nnviz.conv(RNG.normal(size=(28, 28)), np.ones((5, 5)) / 25, stride=3),
    "64 windows": lambda: nnviz.pool(np.arange(256).reshape(16, 16), 2),
    "ten steps": lambda: nnviz.rnn(RNG.normal(size=(10, 3)).round(2), weights(1, 4, 3)),
    "lstm": lambda: nnviz.rnn(RNG.normal(size=(10, 3)).round(2), weights(4, 4, 3), cell="lstm"),
    "gru": lambda: nnviz.rnn(RNG.normal(size=(10, 3)).round(2), weights(3, 4, 3), cell="gru"),
    "curve": lambda: nnviz.act(np.linspace(-3, 3, 36).reshape(6, 6), "sigmoid"),
    "softmax": lambda: nnviz.act(RNG.normal(size=(3, 6)), "softmax"),
    "dense": lambda: nnviz.dense(RNG.normal(size=16), RNG.normal(size=(16, 16))),
    "flatten": lambda: nnviz.flatten(np.arange(36).reshape(6, 6)),
}
STILL: dict[str, Callable[[], Result]] = {
    "photograph": lambda: nnviz.conv(PHOTO, np.array([[-1, 0, 1]] * 3)),
    "photograph in grey": lambda: nnviz.pool(PHOTO.convert("L"), 2),
    "net of it": lambda: nnviz.net("conv --filters 6 --size 5 | act relu | pool -k 2", PHOTO),
    "parameters": lambda: nnviz.params("conv --filters 6 --size 5 | act relu", input=(1, 28, 28)),
}


@pytest.mark.parametrize("made", PLAYED.values(), ids=PLAYED)
def test_a_notebook_has_the_player_of_a_textbook_figure(made: Callable[[], Result]) -> None:
    assert 0 < len((made()._repr_html_() or "").encode()) <= MOST == 150_000


@pytest.mark.parametrize("made", STILL.values(), ids=STILL)
def test_a_notebook_has_the_figure_of_a_photograph_and_of_a_net(
    made: Callable[[], Result],
) -> None:
    assert 0 < len((made()._repr_svg_() or "").encode()) <= MOST


def test_a_notebook_keeps_no_large_figure(monkeypatch: pytest.MonkeyPatch) -> None:
    made = nnviz.conv(np.ones((9, 9)) / 3, np.ones((3, 3)) / 7)
    player, figure = (
        len((shown or "").encode()) for shown in (made._repr_html_(), made._repr_svg_())
    )
    assert figure < player
    monkeypatch.setattr(result, "MOST", player - 1)
    assert made._repr_html_() is None
    assert made._repr_svg_()
    monkeypatch.setattr(result, "MOST", figure - 1)
    assert made._repr_svg_() is None


# --- what is in them ---------------------------------------------------------------

_PACKED = re.compile(r' data-packed="([^"]*)"')


def unframed(trace: Trace) -> str:
    """The page that a notebook's frame holds."""
    made = framed(trace, Request(), 10**9)
    assert made is not None
    return html.unescape(re.findall(r"srcdoc='([^']*)'", made)[0])


def frames_of(page: str) -> str:
    found = re.search(r'<svg class="frames"[^>]*>\n(.*?)\n</svg>', page, re.DOTALL)
    assert found
    return found[1]


def written(trace: Trace) -> str:
    return frames_of(load("html").write(trace, Request()).content.decode())


@pytest.mark.parametrize(
    "trace",
    [
        pytest.param(note(bias=1), id="numbers"),
        pytest.param(
            run("conv", np.arange(900).reshape(30, 30), kernel=np.ones((9, 9), int), stride=9),
            id="pictures",
        ),
    ],
)
def test_what_is_packed_is_what_a_page_has(trace: Trace) -> None:
    page = unframed(trace)
    first, packed = frames_of(page), base64.b64decode(_PACKED.findall(page)[0])
    data = list(dict.fromkeys(re.findall(r' href="([^"]*)"', first)))
    lines = re.sub(
        r' href="(\d+)"', lambda m: f' href="{data[int(m[1])]}"', gzip.decompress(packed).decode()
    )
    assert lines == written(trace)
    # What is seen before the script has run, or without one, is the first step.
    assert "step 1 of 9" in first
    assert "step 2 of 9" not in first


def test_one_figure_is_not_packed() -> None:
    page = unframed(run("show", [[1, 2]]))
    assert _PACKED.findall(page) == []
    assert frames_of(page) == written(run("show", [[1, 2]]))


def test_pictures_have_fewer_pixels_before_there_is_none() -> None:
    trace = nnviz.pool(PHOTO, 2).trace
    fine = framed(trace, Request(steps="1"), 10**9)
    assert fine is not None
    coarse = framed(trace, Request(steps="1"), len(fine) - 1)
    assert coarse is not None
    assert len(coarse) < 0.8 * len(fine)
    assert coarse.count("<image") == fine.count("<image")
    assert framed(trace, Request(steps="1"), 1000) is None


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with browser(tmp_path_factory.mktemp("profile")) as page:
        yield page


SHOWN = (
    "[...document.querySelectorAll('.frames text')].filter(t => t.checkVisibility())"
    ".map(t => t.textContent).filter(t => t.startsWith('Convolution, ')).map(t => t.slice(13))"
)


@needs_browser
def test_a_notebook_plays_what_is_packed(reader: Browser, tmp_path: Path) -> None:
    page = tmp_path / "unframed.html"
    page.write_text(unframed(note()), encoding="utf-8")
    reader.errors.clear()
    reader.open(page)
    reader.until("!document.querySelector('.controls').hidden")
    for key, step in [("Home", 1), ("ArrowRight", 2), ("End", 9)]:
        reader.press(key)
        assert reader.value(SHOWN) == [f"step {step} of 9"]
    assert reader.errors == []
