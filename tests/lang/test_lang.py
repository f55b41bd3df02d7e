"""Words in other languages: catalogues, and which language is spoken."""

from __future__ import annotations

import sys
from types import ModuleType

import pytest

from nnviz import lang
from nnviz.errors import NnvizError, UsageError, describe
from nnviz.words import Words


@pytest.fixture(autouse=True)
def _korean(monkeypatch: pytest.MonkeyPatch) -> None:
    """A catalogue of a language that is there for these tests alone."""
    module = ModuleType("nnviz.lang.ko")
    module.CATALOGUE = {  # type: ignore[attr-defined]
        "{n} rows": "행 {n}개",
        "conv": "합성곱",
        "{op} failed": "{op} 실패",
        "try again": "다시 해 보세요",
    }
    monkeypatch.setitem(sys.modules, "nnviz.lang.ko", module)
    monkeypatch.setattr(lang, "languages", lambda: ("en", "ko"))
    lang.catalogue.cache_clear()


def test_languages_begin_with_english() -> None:
    assert lang.languages()[0] == "en"


SAID = [
    pytest.param(Words("{n} rows", n=3), "ko", "행 3개", id="a template"),
    pytest.param(Words("{n} rows", n=3), "en", "3 rows", id="English is the key"),
    pytest.param(Words("{n} columns", n=3), "ko", "3 columns", id="a missing template"),
    pytest.param(Words("{op} failed", op=Words("conv")), "ko", "합성곱 실패", id="words in words"),
    pytest.param(Words("a {brace"), "ko", "a {brace", id="no arguments, no braces"),
]


@pytest.mark.parametrize(("words", "language", "expected"), SAID)
def test_say(words: Words, language: str, expected: str) -> None:
    assert lang.say(words, language) == expected


SPOKEN = [
    pytest.param("ko", {"NNVIZ_LANG": "en"}, "ko", id="the option first"),
    pytest.param(None, {"NNVIZ_LANG": "ko", "LANG": "en_US.UTF-8"}, "ko", id="then NNVIZ_LANG"),
    pytest.param(None, {"LANG": "ko_KR.UTF-8"}, "ko", id="then the locale"),
    pytest.param(None, {"LANG": "ko_KR.UTF-8", "LC_ALL": "C"}, "en", id="LC_ALL before LANG"),
    pytest.param(None, {"LANG": "fr_FR.UTF-8"}, "en", id="a language that is not there"),
    pytest.param(None, {"NNVIZ_LANG": "", "LANG": ""}, "en", id="nothing said"),
]


@pytest.mark.parametrize(("option", "env", "expected"), SPOKEN)
def test_resolve(option: str | None, env: dict[str, str], expected: str) -> None:
    assert lang.resolve(option, env) == expected


@pytest.mark.parametrize(("option", "env"), [("xx", {}), (None, {"NNVIZ_LANG": "xx"})], ids=str)
def test_an_unknown_language_names_those_there_are(option: str | None, env: dict[str, str]) -> None:
    with pytest.raises(UsageError, match="no language xx: there is en, ko"):
        lang.resolve(option, env)


def test_errors_are_said_in_a_language() -> None:
    error = NnvizError("{op} failed", op=Words("conv"), hint="try again")
    assert describe(error, lambda words: lang.say(words, "ko")) == "합성곱 실패\n  다시 해 보세요"
