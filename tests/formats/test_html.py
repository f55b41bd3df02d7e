"""HTML: one page that asks for nothing, steps by mouse and keys, dark and still as wanted."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest

from browser import Browser, browser, needs_browser
from drawing import note, pooled
from helpers import run
from nnviz.errors import UsageError
from nnviz.figure.theme import theme
from nnviz.formats import load
from nnviz.formats.raster.frames import film
from nnviz.request import Appearance, Request
from nnviz.trace import Trace

VOID = {"meta", "input"}


def written(trace: Trace, steps: str | None = None, **appearance: Any) -> str:
    return (
        load("html")
        .write(trace, Request(steps=steps, appearance=Appearance(**appearance)))
        .content.decode()
    )


class Checked(HTMLParser):
    """Every element with its attributes; each is closed in its place."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self._open: list[str] = []
        self._arrangement = ""
        self.feed(text)
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "div":
            self._arrangement = dict(attrs).get("class") or ""
        self.found.append((tag, dict(attrs) | {"in": self._arrangement}))
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs) | {"in": self._arrangement}))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def all(self, tag: str, word: str = "") -> list[dict[str, str | None]]:
        return [a for t, a in self.found if t == tag and word in (a.get("class") or "").split(" ")]

    def hits(self, arrangement: str = "wide") -> list[dict[str, str | None]]:
        return [a for a in self.all("rect", "hit") if a["in"] == f"arrangement {arrangement}"]


def parsed(trace: Trace, steps: str | None = None, **appearance: Any) -> Checked:
    checked = Checked(written(trace, steps, **appearance))
    assert_asks_for_nothing(checked)
    assert_ids_are_unique(checked)
    return checked


def assert_asks_for_nothing(page: Checked) -> None:
    """No address but of the page itself; no style or script that the policy refuses."""
    for tag, attributes in page.found:
        assert tag not in ("link", "iframe", "object", "embed", "base", "form", "img")
        assert "style" not in attributes
        assert not [name for name in attributes if name.startswith("on")]
        for name in ("src", "href", "xlink:href"):
            assert (attributes.get(name) or "#").startswith(("#", "data:image/png;base64,"))
    policy = next(a["content"] or "" for t, a in page.found if t == "meta" and "http-equiv" in a)
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy


def assert_ids_are_unique(page: Checked) -> None:
    ids = [a["id"] for _, a in page.found if "id" in a]
    assert len(set(ids)) == len(ids)
    used = {(a["href"] or "")[1:] for t, a in page.found if t == "use"}
    assert used <= set(ids)


def test_a_step_that_is_not_there() -> None:
    with pytest.raises(UsageError, match="asks for step 10, but there are 9"):
        written(note(), "10")


def test_too_many_steps() -> None:
    with pytest.raises(UsageError, match="at most 200") as caught:
        written(run("conv", np.ones((20, 20), int)))
    assert "--steps" in str(caught.value)


def test_a_frame_and_a_cell_a_step() -> None:
    page = parsed(note())
    steps = page.all("li")
    assert [step["data-name"] for step in steps] == [f"step {n} of 9" for n in range(1, 10)]
    assert [step["data-delay"] for step in steps] == ["1000"] * 8 + ["2000"]
    assert len(page.all("svg", "frames")) == 2
    hits = page.hits()
    places = {(hit["x"], hit["y"]) for hit in hits}
    assert len(places) == len(hits) == len(page.hits("narrow")) == 9
    assert len({x for x, _ in places}) == len({y for _, y in places}) == 3
    assert {(hit["width"], hit["height"]) for hit in hits} == {("44", "44")}


def test_everything_has_a_name() -> None:
    page = parsed(note())
    for tag in ("figure", "button", "input"):
        assert page.all(tag)
        assert all(a.get("aria-label") for a in page.all(tag))
    labels = [figure["aria-label"] or "" for figure in page.all("svg", "frames")]
    assert [x.startswith("Convolution, step 1 of 9: input 5×5 ∗ kernel") for x in labels] == [
        True
    ] * 2
    assert page.all("p", "live")[0]["aria-live"] == "polite"
    arrays = [g["aria-label"] for g in page.all("g") if g.get("role") == "group"]
    named = ("kernel", "feature map", "products")
    assert arrays == 2 * ["input, 5 by 5", *(f"{name}, 3 by 3" for name in named)]
    captions = re.findall("<caption>(.*?)</caption>", written(note()))
    assert captions == arrays[:4]


def test_a_figure_that_fits_a_phone_is_there_once() -> None:
    text = written(run("show", [[1, 2], [3, 4]]))
    assert len(Checked(text).all("svg", "frames")) == 1
    assert "max-width:3" not in text


def test_every_figure_is_well_formed() -> None:
    text = written(note(bias=1, padding=1, stride=2))
    figures = re.findall(r'<svg class="frames.*?</svg>', text, re.DOTALL)
    assert len(figures) == 2
    for figure in figures:
        root = ElementTree.fromstring(figure)
        first = [t for t in root.iter("text") if (t.get("data-at") or "0")[0] == "0"]
        assert len(first) > 30
        assert max(len(t.get("data-at") or "") for t in root.iter("text")) > 0


def test_titles_are_escaped() -> None:
    page = parsed(note(), "1", title='<script>alert("&")</script>')
    assert page.all("script") == []
    assert (page.all("figure")[0]["aria-label"] or "").startswith('<script>alert("&")</script>')


@pytest.mark.parametrize(
    ("trace", "steps"),
    [
        pytest.param(run("show", [[1, 2]]), None, id="none there"),
        pytest.param(note(), "none", id="none asked for"),
        pytest.param(note(), "3", id="one"),
    ],
)
def test_one_figure_needs_no_player(trace: Trace, steps: str | None) -> None:
    page = parsed(trace, steps)
    assert len([f for f in page.all("svg", "frames") if f["in"] == "arrangement wide"]) == 1
    assert [a for _, a in page.found if "data-at" in a] == []
    assert page.all("script") == page.all("button") == page.all("rect", "hit") == []


def test_channels_have_cells_of_their_own() -> None:
    trace = run("conv", np.arange(9).reshape(3, 3), kernel=np.ones((2, 1, 2, 2), int))
    hits = parsed(trace).hits()
    assert [hit["data-frame"] for hit in hits] == [str(n) for n in range(8)]
    assert [(h["x"], h["y"]) for h in hits[:4]] == [(h["x"], h["y"]) for h in hits[4:]]


@pytest.mark.parametrize("name", ["dark", "print", "transparent"])
def test_a_theme_that_is_asked_for_stays(name: str) -> None:
    text = written(note(), "1-2", theme=name)
    assert "prefers-color-scheme" not in text
    assert (theme(name).page or "transparent") in text
    assert len(Checked(text).hits()) == 2


def test_pictures_are_written_once() -> None:
    image = np.random.default_rng(1).integers(0, 256, (40, 40))
    text = written(run("conv", image, kernel=np.ones((2, 2), int)), "1-9")
    wide, _ = text.split('<div class="arrangement narrow">')
    # The bar beside a map is a few bytes, and may be written in every frame.
    pictures = re.findall(r"data:image/png;base64,[^\"]{300,}", wide)
    assert len(set(pictures)) == len(pictures) == 2


def test_the_font_can_be_embedded() -> None:
    text = written(note(), "1-2", embed_font=True)
    assert text.count("@font-face{font-family:nnviz;font-weight:normal") == 1
    assert "--stack:nnviz, 'DejaVu Sans'" in text
    assert "@font-face" not in written(note(), "1-2")


def test_the_same_bytes_every_time() -> None:
    assert written(pooled()) == written(run("pool", pooled().arrays["input"], kernel=2))


# --- in a browser ----------------------------------------------------------------


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with browser(tmp_path_factory.mktemp("profile")) as page:
        yield page


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "note.html"
    path.write_text(written(note()), encoding="utf-8")
    return path


SHOWN = (
    "[...document.querySelectorAll('.frames text')].filter(t => t.checkVisibility())"
    ".map(t => t.textContent).filter(t => t.startsWith('Convolution, ')).map(t => t.slice(13))"
)
PRESSED = "document.querySelector('#play').getAttribute('aria-pressed')"


def assert_shows(page: Browser, step: int) -> None:
    """One figure is seen, and slider, counter and spoken text say the same."""
    assert page.value(SHOWN) == [f"step {step} of 9"]
    assert page.value("document.querySelector('#slider').value") == str(step)
    assert page.value("document.querySelector('#count').textContent") == f"{step} / 9"
    said = page.value("document.querySelector('#live').textContent")
    assert said.startswith(f"Convolution, step {step} of 9: ")


@needs_browser
def test_keys(reader: Browser, file: Path) -> None:
    reader.open(file)
    assert_shows(reader, 1)
    pressed = ["ArrowRight", "ArrowDown", "ArrowLeft", "End", "ArrowRight", "Home", "ArrowUp"]
    for key, step in zip(pressed, [2, 3, 2, 9, 9, 1, 1], strict=True):
        reader.press(key)
        assert_shows(reader, step)
    assert reader.value(PRESSED) == "false"
    reader.press(" ")
    assert reader.value(PRESSED) == "true"
    reader.press(" ")
    assert reader.value(PRESSED) == "false"


@needs_browser
def test_pointing_at_an_output_cell(reader: Browser, file: Path) -> None:
    reader.open(file)
    reader.point('.hit[data-frame="4"]')
    reader.until(f"{SHOWN}[0] === 'step 5 of 9'")
    assert_shows(reader, 5)
    box = reader.value(
        "(r => [r.width, r.height])(document.querySelector('.hit.there').getBoundingClientRect())"
    )
    assert box == [44, 44]


@needs_browser
def test_focus_on_an_output_cell(reader: Browser, file: Path) -> None:
    reader.open(file)
    reader.value("document.querySelector('.hit[data-frame=\"2\"]').focus()")
    assert_shows(reader, 3)
    reader.press("ArrowRight")
    assert_shows(reader, 4)
    assert reader.value("document.activeElement.dataset.frame") == "3"


@needs_browser
def test_buttons_and_slider(reader: Browser, file: Path) -> None:
    reader.open(file)
    for button, step in [("#next", 2), ("#last", 9), ("#back", 8), ("#first", 1)]:
        reader.point(button, click=True)
        assert_shows(reader, step)
    reader.point("#slider", click=True)
    assert_shows(reader, 5)


@needs_browser
def test_it_plays_when_asked_and_stops_where_less_motion_is_wanted(
    reader: Browser, tmp_path: Path
) -> None:
    fast = tmp_path / "fast.html"
    fast.write_text(written(note(), fps=20.0), encoding="utf-8")
    reader.open(fast, still=False)
    assert reader.value(PRESSED) == "false"
    assert_shows(reader, 1)
    reader.press(" ")
    assert reader.value(PRESSED) == "true"
    assert reader.value("document.querySelector('#live').getAttribute('aria-live')") == "off"
    reader.until(f"{SHOWN}[0] === 'step 9 of 9'")
    reader.until(f"{SHOWN}[0] === 'step 1 of 9'")
    reader.media(still=True)
    reader.until(f"{PRESSED} === 'false'")


@needs_browser
def test_dark_and_light(reader: Browser, file: Path) -> None:
    for dark, name in ((False, "light"), (True, "dark")):
        reader.open(file, dark=dark)
        own = theme(name)
        rgb = [f"rgb({', '.join(str(c) for c in bytes.fromhex((x or '')[1:]))})"
               for x in (own.page, own.ink)]  # fmt: skip
        body = reader.value("getComputedStyle(document.body).backgroundColor")
        page = reader.value("getComputedStyle(document.querySelector('.frames rect')).fill")
        title = reader.value("getComputedStyle(document.querySelector('.frames text')).fill")
        assert [body, page, title] == [rgb[0], rgb[0], rgb[1]]


@needs_browser
def test_nothing_is_asked_for_and_nothing_refused(reader: Browser, file: Path) -> None:
    reader.requests.clear()
    reader.errors.clear()
    reader.open(file, still=False, dark=True)
    reader.press("End")
    reader.point("#play", click=True)
    assert reader.requests == [file.as_uri()]
    assert reader.errors == []


def test_frames_and_targets_agree() -> None:
    trace = pooled()
    hits = parsed(trace).hits()
    assert len(hits) == len(film(trace, Request()).scenes) == 4


def test_a_recurrent_step_has_its_output_and_its_state() -> None:
    weights = {"Wx": np.ones((2, 1)), "Wh": np.eye(2), "Wy": np.ones((1, 2))}
    trace = run("rnn", [[1], [0], [2]], weights=weights, mode="many-to-one")
    hits = parsed(trace).hits()
    assert [hit["data-frame"] for hit in hits] == ["0", "1", "2", "2"]
    assert ["role" in hit for hit in hits] == [True, True, True, False]
    assert len({hit["y"] for hit in hits}) == 2


@pytest.mark.parametrize("view", ["equation", "network", "iso"])
def test_every_view_has_its_cells(view: str) -> None:
    trace = run("conv", np.arange(9).reshape(3, 3), kernel=np.array([[1, 0], [0, 1]]))
    hits = [hit for hit in parsed(trace, view=view).hits() if "role" in hit]
    assert [hit["data-frame"] for hit in hits] == ["0", "1", "2", "3"]
    assert len({(hit["x"], hit["y"]) for hit in hits}) == 4
    assert all(float(hit["width"] or 0) < 100 > float(hit["height"] or 0) for hit in hits)
