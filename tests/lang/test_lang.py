"""Words in other languages: which language is spoken, and that it has every word."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from nnviz import lang
from nnviz.errors import NnvizError, UsageError, describe
from nnviz.words import Words
from templates import KNOWN, in_file, in_source, templates

CATALOGUES = sorted(Path(lang.__file__).parent.glob("*.json"))
_BRACED = re.compile(r"\{(\w+)\}")
_CHANGING = re.compile(r"[}](은|는|이|가|을|를|과|와|로|으로|여야|이어야|라|이라)(?![가-힣])")
"""Korean that depends on the last sound of the word before it, which nobody knows."""


# --- what is said ------------------------------------------------------------------


@pytest.fixture
def _korean(monkeypatch: pytest.MonkeyPatch) -> None:
    """A small catalogue, whatever the real one says."""
    words = {
        "{n} rows": "행 {n}개",
        "conv": "합성곱",
        "{op} failed": "{op} 실패",
        "try again": "다시 해 보세요",
    }
    monkeypatch.setattr(lang, "catalogue", lambda name: words if name == "ko" else {})


SAID = [
    pytest.param(Words("{n} rows", n=3), "ko", "행 3개", id="a template"),
    pytest.param(Words("{n} rows", n=3), "en", "3 rows", id="English is the key"),
    pytest.param(Words("{n} columns", n=3), "ko", "3 columns", id="a missing template"),
    pytest.param(Words("{op} failed", op=Words("conv")), "ko", "합성곱 실패", id="words in words"),
    pytest.param(Words("a {brace"), "ko", "a {brace", id="no arguments, no braces"),
]


@pytest.mark.usefixtures("_korean")
@pytest.mark.parametrize(("words", "language", "expected"), SAID)
def test_say(words: Words, language: str, expected: str) -> None:
    assert lang.say(words, language) == expected


@pytest.mark.usefixtures("_korean")
def test_errors_are_said_in_a_language() -> None:
    error = NnvizError("{op} failed", op=Words("conv"), hint="try again")
    assert describe(error, lambda words: lang.say(words, "ko")) == "합성곱 실패\n  다시 해 보세요"


# --- which language is spoken ------------------------------------------------------


def test_the_languages_are_english_and_those_with_a_catalogue() -> None:
    assert lang.languages() == ("en", *(path.stem for path in CATALOGUES))
    assert "ko" in lang.languages()


SPOKEN = [
    pytest.param("ko", {"NNVIZ_LANG": "en"}, "ko", id="the option first"),
    pytest.param(None, {"NNVIZ_LANG": "ko", "LANG": "en_US.UTF-8"}, "ko", id="then NNVIZ_LANG"),
    pytest.param(None, {"LANG": "ko_KR.UTF-8"}, "ko", id="then the locale"),
    pytest.param(None, {"LC_MESSAGES": "ko_KR.UTF-8", "LANG": "C"}, "ko", id="of messages"),
    pytest.param(None, {"LANG": "ko_KR.UTF-8", "LC_ALL": "C"}, "en", id="LC_ALL before LANG"),
    pytest.param(None, {"LANG": "xx_XX.UTF-8"}, "en", id="a language that is not there"),
    pytest.param(None, {"NNVIZ_LANG": "", "LANG": ""}, "en", id="nothing said"),
]


@pytest.mark.parametrize(("option", "env", "expected"), SPOKEN)
def test_resolve(option: str | None, env: dict[str, str], expected: str) -> None:
    assert lang.resolve(option, env) == expected


@pytest.mark.parametrize(("option", "env"), [("xx", {}), (None, {"NNVIZ_LANG": "xx"})], ids=str)
def test_an_unknown_language_names_those_there_are(option: str | None, env: dict[str, str]) -> None:
    there = ", ".join(lang.languages())
    with pytest.raises(UsageError, match=f"no language xx: there is {there}"):
        lang.resolve(option, env)


# --- what a catalogue has ----------------------------------------------------------


def faults(words: Mapping[str, str], wanted: set[str]) -> list[str]:
    """What is wrong with a catalogue, a line each."""
    found = [f"missing: {key}" for key in sorted(wanted - set(words))]
    found += [f"of nothing in the source: {key}" for key in sorted(set(words) - wanted)]
    for key, said in words.items():
        if set(_BRACED.findall(key)) != set(_BRACED.findall(said)):
            found.append(f"not the same names in braces: {key} → {said}")
        if key and (not said.strip() or key.endswith(" ") != said.endswith(" ")):
            found.append(f"empty, or with a loose end: {key} → {said}")
        if match := _CHANGING.search(said):
            found.append(f"a particle that changes, {match[0]}: {said}")
    return found


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.stem)
def test_a_catalogue_is_complete(path: Path) -> None:
    assert faults(lang.catalogue(path.stem), templates()) == []


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.stem)
def test_a_catalogue_has_each_template_once(path: Path) -> None:
    keys: list[str] = []

    def pairs(items: list[tuple[str, object]]) -> dict[str, object]:
        keys.extend(key for key, said in items if isinstance(said, str))
        return dict(items)

    json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=pairs)
    assert [key for key in set(keys) if keys.count(key) > 1] == []
    assert set(keys) == set(lang.catalogue(path.stem))


GOOD = {"{n} rows": "행 {n}개", "input": "입력"}
MUTATED = [
    pytest.param({"{n} rows": "행 {n}개"}, "missing: input", id="one left out"),
    pytest.param({**GOOD, "inputs": "입력"}, "nothing in the source: inputs", id="one too many"),
    pytest.param({**GOOD, "{n} rows": "행 {m}개"}, "names in braces", id="another name"),
    pytest.param({**GOOD, "{n} rows": "행"}, "names in braces", id="a name left out"),
    pytest.param({**GOOD, "input": " "}, "empty", id="an empty one"),
    pytest.param({**GOOD, "{n} rows": "행 {n}을 씁니다"}, "particle", id="a changing particle"),
]


@pytest.mark.parametrize(("words", "fault"), MUTATED)
def test_a_fault_of_a_catalogue_is_found(words: dict[str, str], fault: str) -> None:
    assert faults(GOOD, set(GOOD)) == []
    assert any(fault in line for line in faults(words, set(GOOD)))


def test_every_text_in_the_source_can_be_translated() -> None:
    """A text that is put together has no template: give `Words` names to fill in."""
    _, put_together = in_source()
    assert sorted(put_together - set(KNOWN)) == []
    assert sorted(set(KNOWN) - put_together) == []


SOURCES = [
    pytest.param("Words('a')", {"a"}, set(), id="a text"),
    pytest.param("UsageError('a', hint='b' if x else 'c')", {"a", "b", "c"}, set(), id="a choice"),
    pytest.param("x = 'b'\nNnvizError('a', hint=x)", {"a", "b"}, set(), id="a constant"),
    pytest.param("paper.say('a')\npaper.say(words)", {"a"}, set(), id="said, or held as words"),
    pytest.param("Words(f'{n} rows')", set(), {"f'{n} rows'"}, id="an f-string"),
    pytest.param("NnvizError('a', hint=f'{n}')", {"a"}, {"f'{n}'"}, id="a hint made by hand"),
    pytest.param("Words('a ' + name)", set(), {"'a ' + name"}, id="a sum"),
]


@pytest.mark.parametrize(("source", "texts", "others"), SOURCES)
def test_the_templates_of_a_source(source: str, texts: set[str], others: set[str]) -> None:
    assert in_file(source) == (texts, others)


def test_both_encodings_of_korean_carry_its_letters() -> None:
    for encoding in ("cp949", "euc_kr", "utf-8"):
        assert lang.letters("ko").encode(encoding)
    with pytest.raises(UnicodeEncodeError):
        lang.letters("ko").encode("latin-1")
    assert lang.letters("en") == ""


# --- counts ------------------------------------------------------------------------

_VERBS = (
    "asks as begins belongs changes does draws gives has holds is its leaves needs of pads reaches "
    "reads sees shows stands takes this unpacks was writes"
)
"""Verbs and the like, which no number stands before: `{name} needs …`."""
_VERB = rf"(?!(?:{_VERBS.replace(' ', '|')})\b)"
_PLURAL = re.compile(rf"(?<=\}})(?: {_VERB}[a-z]+)? {_VERB}([a-z]+s)\b")
"""A word after a number that may be a plural: the next, or the one after an adjective."""


def uncounted(template: str) -> list[str]:
    """The plurals that are left in it where every number is 1."""
    said = str(Words(template, **dict.fromkeys(_BRACED.findall(template), 1)))
    found = {match[1] for match in _PLURAL.finditer(template)}
    return [word for word in sorted(found) if re.search(rf"\b1 ([a-z]+ )?{word}\b", said)]


def test_one_of_anything_is_one() -> None:
    """Every noun after a number, in every template, is known in the one place that counts."""
    assert uncounted("{n} round wheels") == ["wheels"]
    assert {t: uncounted(t) for t in templates() if uncounted(t)} == {}


ONE = [
    pytest.param(Words("{n} axes, {m} steps", n=1, m=1), "1 axis, 1 step", id="two counts"),
    pytest.param(Words("… and {n} more channels", n=1), "… and 1 more channel", id="an adjective"),
    pytest.param(Words("{n} axes", n=11), "11 axes", id="eleven"),
    pytest.param(Words("{n} biases", n="1"), "1 bias", id="a count written out"),
    pytest.param(Words("{name} holds {n} rows", name="1", n=2), "1 holds 2 rows", id="a name"),
    pytest.param(Words("{path} cells", path="part 1"), "part 1 cells", id="the user's own words"),
    pytest.param(
        Words("{n} {what} cannot", n=1, what=Words("input channels")),
        "1 input channel cannot",
        id="words in words",
    ),
]


@pytest.mark.parametrize(("words", "said"), ONE)
def test_a_count_and_its_noun(words: Words, said: str) -> None:
    assert str(words) == said == lang.say(words, "en")
