"""A second command on the page of a figure."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Nnviz = Callable[..., Any]
MATRIX = "1 2 3 4; 5 6 7 8; 1 2 3 4"


def test_a_command_beside_is_drawn_like_the_first(nnviz: Nnviz, tmp_path: Path) -> None:
    other = f"conv '{MATRIX}' -k '1 0; 0 1' --stride 2 --title Other"
    path = tmp_path / "x.svg"
    result = nnviz(
        "conv", MATRIX, "-k", "1 0; 0 1", "--steps", "2", "--beside", other, "-o", str(path)
    )
    assert result.code == 0, result.err
    made = path.read_text(encoding="utf-8")
    assert "Convolution, step 2 of 6" in made
    assert "Other, step 2 of 2" in made
    assert "stride 2" in made


@pytest.mark.parametrize(
    ("beside", "says"),
    [
        ("", "--beside  is no command"),
        ("conv '1 2", "--beside conv '1 2 is no command"),
        ("--version", "--beside --version is no command"),
        ("cnv '1 2'", "there is no command cnv"),
        ("conv --list-kernels", "--beside conv --list-kernels is no command"),
        ("pool '1 2;3 4' -k 2 --p 3", "--p belongs to --kind lp"),
        ("pool '1 2;3 4' -k 2 --view unrolled", "pool has no view unrolled"),
        ("rnn '1 2' --hidden 100000", "of memory"),
        ("conv '1 2' -o x.png", "--output belongs to the whole page"),
        ("conv '1 2' --theme dark", "--theme belongs to the whole page"),
        ("conv '1 2' --json", "--json belongs to the whole page"),
        ("pool '1 2' -k 9 --dims 1", "9"),
        ("conv '1 2' 3", "3"),
    ],
)
def test_refused(nnviz: Nnviz, tmp_path: Path, beside: str, says: str) -> None:
    path = tmp_path / "x.png"
    words = ("conv", MATRIX, "-k", "2", "--beside", beside, "--max-memory", "1G")
    result = nnviz(*words, "-o", str(path))
    assert result.code in (1, 2)
    assert says in result.err.replace("''", ""), result.err
    assert not path.exists()


@pytest.mark.parametrize("form", ["gif", "html", "json"])
def test_what_has_no_page_refuses_it(nnviz: Nnviz, tmp_path: Path, form: str) -> None:
    words = ("conv", MATRIX, "-k", "2", "--beside", "conv '1 2' -k 2")
    result = nnviz(*words, "-o", str(tmp_path / f"x.{form}"))
    assert result.code == 2
    assert "--beside changes nothing" in result.err
