"""The study notes of docs: every figure is what the command above it makes."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from nnviz.cli.commands import _note

DOCS = Path(__file__).parents[3] / "docs"
LESSONS = {"note": 25, "gradients": 20}
"""The notes, and how many figures each has at least."""
NOTES = [DOCS / lang / f"{name}.md" for name in LESSONS for lang in ("ko", "en")]
EACH = pytest.mark.parametrize("path", NOTES, ids=lambda path: f"{path.parent.name}/{path.stem}")
LIGHT = 1_500_000
"""Bytes of the figures of a note in both languages."""


def test_what_stands_beneath_the_blocks_is_current(nnviz: Callable[..., Any]) -> None:
    checked = nnviz("notes", "--check", *map(str, NOTES), NNVIZ_LANG="en")
    assert (checked.code, checked.err) == (0, "")


@EACH
def test_a_note_has_its_figures_and_no_other_files(path: Path) -> None:
    assets = f"{path.stem}.assets"
    embedded = re.findall(
        rf"^!\[.+\]\(({assets}/.+\.svg)\)$", path.read_text("utf-8"), re.MULTILINE
    )
    assert len(embedded) >= LESSONS[path.stem]
    there = [f"{assets}/{file.name}" for file in (path.parent / assets).iterdir()]
    assert sorted(embedded) == sorted(there)


@pytest.mark.parametrize("name", LESSONS)
def test_the_figures_are_light(name: str) -> None:
    assert sum(file.stat().st_size for file in DOCS.glob(f"*/{name}.assets/*")) < LIGHT


@pytest.mark.parametrize("name", LESSONS)
def test_both_languages_have_the_same_commands_and_formulas(name: str) -> None:
    korean, english = (DOCS / lang / f"{name}.md" for lang in ("ko", "en"))
    assert [b[1:3] for b in commands(korean)] == [b[1:3] for b in commands(english)]
    assert formulas(korean) == formulas(english)


def own(path: Path) -> str:
    """A note without what its blocks make."""
    return re.sub(r"<!-- nnviz.*?<!-- /nnviz -->", "", path.read_text("utf-8"), flags=re.DOTALL)


def formulas(path: Path) -> list[str]:
    return re.findall(r"^\$\$\n(.*?)^\$\$$", own(path), re.DOTALL | re.MULTILINE)


def commands(path: Path) -> list[tuple[int, str, str]]:
    blocks = _note.read(path.read_text("utf-8")).blocks
    return [(block.line, block.kind, block.text) for block in blocks]


@EACH
def test_every_figure_is_spoken_of(path: Path) -> None:
    """Between two blocks stands a sentence: a figure that no paragraph needs is one too many."""
    pieces = re.split(r"^```nnviz.*?^```$", own(path), flags=re.DOTALL | re.MULTILINE)
    assert all(re.search(r"\w", piece) for piece in pieces)


@EACH
def test_formulas_stand_apart_from_words(path: Path) -> None:
    """GitHub takes `$x$` for a formula where no letter touches it."""
    for line in path.read_text("utf-8").splitlines():
        outside, inside = line.split("$")[::2], line.split("$")[1::2]
        if "$$" in line or not inside:
            continue
        assert len(outside) == len(inside) + 1, line
        assert not any(re.search(r"\w$", before) for before in outside[:-1]), line
        assert not any(re.match(r"\w", after) for after in outside[1:]), line
        assert all(tex.strip() == tex for tex in inside), line
