"""A further language is one file: put into place, help, table and figure speak it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from language import completed
from nnviz import lang
from templates import templates

LANG = Path(lang.__file__).parent
M = "1 2 3; 4 5 6; 7 8 9"
CHAIN = "conv --filters 2 --size 3 | act relu | flatten | dense --units 3"
COMMANDS = {
    "the list of commands": [],
    "help": ["conv", "--help"],
    "help of a chain": ["params", "-h"],
    "a table": ["conv", M, "-k", "1 0; 0 1", "--bias", "2"],
    "a table of parameters": ["params", CHAIN, "--input", "1x8x8"],
    "a recurrent net": ["rnn", M, "--hidden", "2"],
    "an error": ["conv", M, "-k", "1", "--steps", "99"],
    "a figure": ["conv", M, "-k", "1 0; 0 1", "--steps", "2", "-f", "svg"],
    "a sheet": ["pool", M, "-k", "2", "--steps", "1", "-f", "svg"],
    "figures of a net": ["net", CHAIN, M, "-f", "svg"],
}


def pseudo(template: str) -> str:
    """A template whose every word ends in é, with the names in braces as they are."""
    return re.sub(r"\{\w+\}|[^\W\d_]+", lambda m: m[0] + "é" * (m[0][0] != "{"), template)


@cache
def french() -> str:
    """A catalogue of every template."""
    parts: dict[str, dict[str, str]] = json.loads(completed("{}", templates()))
    return json.dumps({head: {key: pseudo(key) for key in part} for head, part in parts.items()})


@pytest.fixture
def _french(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The languages there are, and French in a file of its own."""
    for path in LANG.glob("*.json"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "fr.json").write_text(french(), encoding="utf-8")
    monkeypatch.setattr(lang, "_FOLDER", tmp_path)
    lang.catalogue.cache_clear()
    yield
    lang.catalogue.cache_clear()


def left(text: str, own: Callable[[str], bool]) -> set[str]:
    """The words of a text that have none of a language's own letters."""
    text = re.sub(r"<(?!text|tspan|title|desc)[^>]*>|<[^>]*>", " ", text)
    return {word for word in re.findall(r"[^\W\d_]+", text) if not any(map(own, word))}


@pytest.mark.usefixtures("_french")
@pytest.mark.parametrize("words", COMMANDS.values(), ids=COMMANDS)
def test_a_language_is_one_file(nnviz: Callable[..., Any], words: list[str]) -> None:
    """What stays English in it is what stays English in Korean: names and flags."""
    french, korean = nnviz(*words, NNVIZ_LANG="fr"), nnviz(*words, NNVIZ_LANG="ko")
    assert french.code == korean.code
    said, other = french.out + french.err, korean.out + korean.err
    assert said.count("é") > 3
    names = left(other, lambda letter: "가" <= letter <= "힣")
    assert left(said, lambda letter: letter == "é") <= names


ONE = '{\n"x": {\n"a": "A"\n}\n}\n'
AGAIN = '{"to translate": {"a": "A"}}'
COMPLETED = [
    pytest.param("{}", {"to translate": {"a": "a", "b": "b"}}, id="a new language"),
    pytest.param(ONE, {"x": {"a": "A"}, "to translate": {"b": "b"}}, id="one lacks"),
    pytest.param(AGAIN, {"to translate": {"a": "A", "b": "b"}}, id="lacking again"),
    pytest.param('{"x": {"b": "B", "a": "A"}}', {"x": {"b": "B", "a": "A"}}, id="all is there"),
]


@pytest.mark.parametrize(("text", "expected"), COMPLETED)
def test_the_tool_adds_what_a_language_lacks(text: str, expected: dict[str, Any]) -> None:
    made = completed(text, {"a", "b"})
    assert json.loads(made) == expected
    assert made.startswith(text.rstrip("} \n"))
    assert completed(made, {"a", "b"}) == made
