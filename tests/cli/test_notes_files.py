"""`-o note.md` and `-o note.tex`: the note, its figure beside it, and never over an input."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Nnviz = Callable[..., Any]
X, K = "1 2 3; 4 5 6; 7 8 9", "1 0; 0 1"
COMMANDS = [
    ["conv", X, "-k", K, "--pad", "1"],
    ["pool", X, "-k", "2"],
    ["rnn", "1 0; 0 1", "--hidden", "2"],
    ["act", "softmax", X],
    ["dense", "1 2 3", "--units", "2"],
    ["flatten", X],
    ["show", X],
    ["net", "conv --filters 2 --size 2 | relu | flatten", X],
    ["params", "conv --filters 2 --size 2 | relu | flatten", "--input", "1x3x3"],
]
FIGURES = {"md": "svg", "tex": "pdf"}


@pytest.mark.parametrize("lang", ["en", "ko"])
@pytest.mark.parametrize("form", FIGURES)
@pytest.mark.parametrize("words", COMMANDS, ids=[words[0] for words in COMMANDS])
def test_a_note_and_its_figure(
    nnviz: Nnviz, tmp_path: Path, words: list[str], form: str, lang: str
) -> None:
    if form == "tex":
        pytest.importorskip("fpdf")
    note, figure = tmp_path / f"a.{form}", tmp_path / f"a.{FIGURES[form]}"
    done = nnviz(*words, "-o", str(note), "--lang", lang)
    assert (done.code, done.out) == (0, "")
    said = [line.split(", ")[0] for line in done.err.splitlines() if str(tmp_path) in line]
    assert [Path(line.split(" ")[-1]).name for line in said] == [note.name, figure.name]
    assert figure.name in note.read_text(encoding="utf-8")
    assert figure.stat().st_size > 500
    streamed = nnviz(*words, "-f", form, "--lang", lang, "-q")
    assert streamed.code == 0
    assert figure.name not in streamed.out
    assert set(streamed.out.splitlines()) <= set(note.read_text(encoding="utf-8").splitlines())


def test_the_figure_is_as_asked(nnviz: Nnviz, tmp_path: Path) -> None:
    look = ["--view", "network", "--theme", "dark", "--title", "Mine", "--width", "400"]
    assert nnviz("conv", X, "-k", K, *look, "-o", str(tmp_path / "a.md")).code == 0
    assert nnviz("conv", X, "-k", K, *look, "-o", str(tmp_path / "b.svg")).code == 0
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()
    assert (tmp_path / "a.md").read_text().startswith("## Mine\n\n![Mine: input 3×3")


REFUSED = [
    pytest.param(["-o", "a.md", "-o", "a.svg"], "a.svg would be written twice", id="twice"),
    pytest.param(["-o", "a.md", "-k", "a.svg"], "a.svg is an input", id="over an input"),
    pytest.param(["-f", "md", "--view", "network"], "--view", id="a view of a stream"),
    pytest.param(["-f", "md", "--embed", "obsidian"], "--embed", id="no figure to embed"),
    pytest.param(["-o", "a.tex", "--embed", "obsidian"], "-o ….md", id="LaTeX embeds one way"),
    pytest.param(["-o", "a.md", "--embed", "html"], "markdown", id="no such way"),
]


@pytest.mark.parametrize(("words", "said"), REFUSED)
def test_what_makes_no_sense_is_refused(
    nnviz: Nnviz, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.svg").write_text(K)
    kernel = [] if "-k" in words else ["-k", K]
    done = nnviz("conv", X, *kernel, *words)
    assert done.code == 2
    assert said in done.err
    assert [path.name for path in tmp_path.iterdir()] == ["a.svg"]
    assert Path("a.svg").read_text() == K
