"""What a user wrote steers no terminal and no page, wherever it is shown."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from PIL import Image

Nnviz = Callable[..., Any]
STEERS = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
"""Control characters but the end of a line, marks of direction, halves of pairs."""
HOSTILE = "a\x1b]0;b\x07\x9b\u202e\u2066\u061c\u200fc"
SPELLED = r"a\x1b]0;b\x07\x9b\u202e\u2066\u061c\u200fc"
TEXTS = st.text(
    st.one_of(st.characters(exclude_categories=["Cs"]), st.sampled_from(HOSTILE + "\n\r\t")),
    min_size=1,
    max_size=8,
)
SHOWN = {
    "a title in SVG": ["show", "1 2", "-f", "svg", "--title", "{}"],
    "a title in HTML": ["show", "1 2", "-f", "html", "--title", "{}"],
    "a title of a step": ["conv", "1", "-k", "1", "-f", "svg", "--steps", "1", "--title", "{}"],
    "letters in the terminal": ["rnn", "--text", "{}", "--hidden", "1"],
    "letters in SVG": ["rnn", "--text", "{}", "--hidden", "1", "-f", "svg"],
    "letters in a trace": ["rnn", "--text", "{}", "--hidden", "1", "--trace"],
    "a path": ["show", "no {}"],
    "a matrix": ["conv", "1 2; 3 {}"],
    "a command": ["{}"],
    "a choice": ["act", "{}", "1"],
    "a word of a chain": ["net", "act relu | pool {}", "1 2; 3 4"],
    "an option of a chain": ["params", "conv --{}", "--input", "1x4x4"],
    "a format": ["show", "1", "-f", "{}"],
    "a suffix": ["show", "1", "-o", "a.{}"],
    "a language": ["show", "1", "--lang", "{}"],
    "weights": ["rnn", "1 2", "--weights", "w{}"],
}  # fmt: skip


def check_safe(result: Any) -> None:
    assert result.code in (0, 1, 2)
    assert "nnviz itself" not in result.err
    assert not STEERS.search(result.out), ascii(result.out)
    assert not STEERS.search(result.err), ascii(result.err)
    if result.out.startswith("<svg"):
        ElementTree.fromstring(result.out)


@pytest.mark.parametrize("words", SHOWN.values(), ids=SHOWN)
@settings(
    deadline=None, max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(TEXTS)
@example(HOSTILE)
@example("\n\r\t")
def test_no_text_steers(nnviz: Nnviz, words: list[str], text: str) -> None:
    given_words = [word.format(text) for word in words]
    check_safe(nnviz(*given_words))
    check_safe(nnviz(*given_words, "--lang", "ko"))


@pytest.mark.skipif(sys.platform == "win32", reason="Windows allows no such names")
@pytest.mark.parametrize(("name", "shown"), [(HOSTILE, SPELLED), ("a\nwrote b", r"a\nwrote b")])
def test_the_name_of_a_file(nnviz: Nnviz, tmp_path: Path, name: str, shown: str) -> None:
    made = nnviz("show", "1 2", "-o", f"{tmp_path}/{name}.json")
    assert made.err == f"wrote {tmp_path}/{shown}.json, 6 bytes\n"
    assert (tmp_path / f"{name}.json").read_text() == "[1,2]\n"
    again = nnviz("conv", f"{tmp_path}/{name}.json", "-k", "1 2 3; 4 5 6; 7 8 9")
    check_safe(again)
    check_safe(nnviz("show", "1", "-o", f"{tmp_path}/{name}.json/b.png"))


@pytest.mark.skipif(sys.platform != "linux", reason="other systems allow no such names")
def test_a_name_that_is_no_text(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "nnviz", "show", "1", "-o", os.fsencode(tmp_path) + b"/\xff.csv"],
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0
    assert done.stderr.decode().endswith("/\\udcff.csv, 2 bytes\n")


def test_titles_inside_files(nnviz: Nnviz, tmp_path: Path) -> None:
    """A title as PNG, GIF, WebP and PDF keep it: one line, spelled out."""
    paths = [tmp_path / f"a.{suffix}" for suffix in ("png", "apng", "gif", "webp", "pdf")]
    words = ["conv", "1 2; 3 4", "-k", "1", "--title", HOSTILE]
    made = nnviz(*words, *(part for path in paths for part in ("-o", str(path))))
    assert made.code == 0
    for path in paths[:2]:
        with Image.open(path) as image:
            assert image.info["Title"] == SPELLED
    for path in paths[2:4]:
        assert SPELLED.encode() in path.read_bytes()
    pdf = paths[4].read_bytes()
    assert HOSTILE.encode("utf-16-be") not in pdf
    assert HOSTILE.encode() not in pdf
