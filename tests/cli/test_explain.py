"""--explain: wherever steps are shown, of every operation that has some; refused elsewhere."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

import nnviz as api
from cli.conftest import Nnviz
from cli.test_walk import K, X, seen
from helpers import run
from nnviz import ops
from nnviz.cli._walking import Walk, stages
from nnviz.errors import NnvizError
from nnviz.figure import draw
from nnviz.numerals import rounded
from nnviz.request import Appearance, Request, Screen
from screens import TRACES, lines_of, trace_of
from view_checks import assert_tidy

CONV = ["conv", "1 2 3; 4 5 6; 7 8 9", "-k", "1 0; 0 1"]
LIES = "The window lies on rows 0–1, columns 0–1 of the input."
COUNTS = "The product 5×1 = 5, from row 1, column 1, counts most."
NONE = {"show", "params", "net"}
"""Operations without steps of their own."""


BACK = {"conv": (f"conv '{CONV[1]}' -k '1 2' --backward",)}


def explained(trace: dict[str, Any]) -> Iterator[list[str]]:
    """The sentences of every step of a trace document, and of its layers."""
    yield from (step.get("explain", []) for step in trace["steps"])
    for layer in trace.get("layers", ()):
        yield from explained(layer)


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("name", sorted({*ops.names()} - NONE | {"net"}))
def test_every_operation_says_two_or_three_sentences_a_step(
    nnviz: Nnviz, name: str, language: str
) -> None:
    operation, found = ops.load(name), []
    for example in (operation.example, *operation.more, *BACK.get(name, ())):
        words = [w for w in shlex.split(example) if w not in ("--json", "--explain")]
        document = nnviz(*words, "--explain", "--trace", "--lang", language).out
        found += [*explained(json.loads(document))] if document.startswith("{") else []
    assert found
    for sentences in found:
        assert 2 <= len(sentences) <= 3, sentences
        for sentence in sentences:
            assert sentence.endswith("."), sentence
            assert bool(re.search("[가-힣]", sentence)) == (language == "ko"), sentence


STEPPED = [name for name in TRACES if len(trace_of(name).steps)]


@pytest.mark.parametrize(("language", "width"), [("en", 60), ("ko", 80), ("en", 120), ("ko", None)])
@pytest.mark.parametrize("name", STEPPED)
def test_a_terminal_has_the_sentences_beneath_its_table(
    name: str, language: str, width: int | None
) -> None:
    trace = trace_of(name)
    lines = lines_of(trace, Screen(width), steps="1", explain=True, lang=language)
    plain = lines_of(trace, Screen(width), steps="1", lang=language)
    assert max(Console().measure(line).maximum for line in lines) <= (width or 2**20)
    assert len(lines) > len(plain)
    said = trace.explained(trace.steps[0], lambda value: rounded(value, 4))
    text = "".join("".join(lines).split())
    spoken = [*said] if language == "en" else []
    assert all("".join(str(each).split()) in text for each in spoken)


@pytest.mark.parametrize("width", [320, 360, 720, 1280])
@pytest.mark.parametrize("name", STEPPED)
def test_a_figure_has_the_sentences_of_a_step(name: str, width: int) -> None:
    trace = trace_of(name)
    scene = draw(trace, Appearance(explain=True, width=width), [1])
    assert_tidy(scene, width)
    text = "".join("".join(t.content for t in scene.texts()).split())
    for each in trace.explained(trace.steps[0], lambda value: rounded(value, 4)):
        assert "".join(str(each).split()) in text


def test_a_sheet_has_those_of_each_of_its_steps() -> None:
    scene = draw(run("conv", X, kernel=K), Appearance(explain=True), [1, 2, 3, 4])
    text = " ".join(t.content for t in scene.texts())
    assert text.count("The window lies on") == 4
    assert re.findall(r"add up to (\d+)\.", text) == ["6", "8", "12", "14"]


@pytest.mark.parametrize("form", ["md", "tex"])
def test_a_note_has_them_after_its_equations(nnviz: Nnviz, form: str) -> None:
    out = nnviz(*CONV, "--explain", "-f", form).out
    assert out.count("The window lies on") == 4
    assert "add up to 14." in out
    lstm = nnviz("rnn", "1 2; 3 4", "--cell", "lstm", "--hidden", "2", "--explain", "-f", form).out
    assert lstm.count("The output gate is") == 2


def test_a_note_says_it_once_and_its_figure_not_again(nnviz: Nnviz, tmp_path: Path) -> None:
    note = tmp_path / "note.md"
    assert nnviz(*CONV, "--explain", "--steps", "1", "-o", str(note)).code == 0
    assert note.read_text().count(LIES) == 1
    assert "The window" not in note.with_suffix(".svg").read_text()


@pytest.mark.parametrize("suffix", ["svg", "html"])
def test_a_file_has_them(nnviz: Nnviz, tmp_path: Path, suffix: str) -> None:
    file = tmp_path / f"a.{suffix}"
    assert nnviz(*CONV, "--explain", "--steps", "1", "-o", str(file)).code == 0
    assert "The window lies on" in file.read_text()
    again = tmp_path / f"b.{suffix}"
    api.conv(X, K).save(again, steps=1, explain=True)
    assert again.read_text() == file.read_text()


def test_the_trace_has_them_where_they_are_asked_for(nnviz: Nnviz) -> None:
    first = json.loads(nnviz(*CONV, "--explain", "--trace").out)["steps"][0]
    assert first["explain"][::2] == [LIES, COUNTS]
    assert "explain" not in nnviz(*CONV, "--trace").out


# --- a walk ------------------------------------------------------------------------------


def walk(*keys: str, asking: bool = False) -> str:
    request = Request(appearance=Appearance(explain=True))
    made = Walk(stages(run("conv", X, kernel=K), request), request, asking=asking)
    for key in keys:
        assert made.press(key)
    return " ".join(seen(made, 100, 40).split())


def test_a_walk_says_them_when_the_value_is_there() -> None:
    assert COUNTS in walk(*" " * 5)
    assert "The window" not in walk(*" " * 4)


@pytest.mark.parametrize(
    ("language", "size"), [("ko", (60, 20)), ("en", (80, 24)), ("en", (12, 3))]
)
@pytest.mark.parametrize("name", STEPPED)
def test_a_walk_with_them_fits_its_window(name: str, language: str, size: tuple[int, int]) -> None:
    request = Request(appearance=Appearance(explain=True, lang=language))
    made = Walk(stages(trace_of(name), request), request)
    for key in ("end", "home"):
        assert made.press(key)
        lines = seen(made, *size).rstrip("\n").split("\n")
        assert len(lines) <= size[1]
        assert max(Console().measure(line).maximum for line in lines) <= size[0]


def test_where_a_value_is_asked_for_they_come_after_the_answer() -> None:
    assert "add up to" not in walk(*" " * 9, asking=True)
    assert "add up to 6." in walk("6", "enter", asking=True)


# --- refused -----------------------------------------------------------------------------

REFUSED = [
    (CONV, ["--json"], "--explain changes nothing"),
    (CONV, ["-f", "torch"], "--explain changes nothing"),
    (CONV, ["--quiz"], "--explain and --quiz contradict each other"),
    (CONV, ["-o", "a.svg"], "--explain explains steps, and none is drawn"),
    (CONV, ["-o", "a.html", "--steps", "none"], "--explain explains steps, and none is drawn"),
    (["show", "1 2"], [], "show cannot use --explain"),
    (["net", "act relu", "1 -2"], [], "net has no steps of its own to explain"),
    (["net", "act relu", "1 -2"], ["-f", "md"], "net has no steps of its own to explain"),
]


@pytest.mark.parametrize(("command", "more", "error"), REFUSED)
def test_what_would_not_be_explained_is_refused(
    nnviz: Nnviz, tmp_path: Path, command: list[str], more: list[str], error: str
) -> None:
    files = [str(tmp_path / word) if word.startswith("a.") else word for word in more]
    result = nnviz(*command, "--explain", *files)
    assert result.code == 2
    assert error in result.err
    assert not [*tmp_path.iterdir()]


def test_a_network_saved_from_python_is_refused_too(tmp_path: Path) -> None:
    with pytest.raises(NnvizError, match="no steps of its own to explain"):
        api.net("act relu", [1, -2]).save(tmp_path / "a.md", explain=True)
