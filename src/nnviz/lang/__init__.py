"""Words in the user's language: one file a language, English where one has no words.

A catalogue is a module of this package that holds `CATALOGUE`: English template →
template in its language, with the same names in braces.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pathlib import Path

from nnviz.errors import UsageError
from nnviz.words import Words

ENGLISH = "en"
_LOCALE = ("LC_ALL", "LC_MESSAGES", "LANG")


def languages() -> tuple[str, ...]:
    """Every language there is, English first."""
    found = (path.stem for path in Path(__file__).parent.glob("*.py"))
    return (ENGLISH, *sorted(name for name in found if name[0] != "_" and name != ENGLISH))


def say(words: Words, lang: str) -> str:
    """The text of `words` in a language, its English template where there is no other.

    >>> say(Words("{n} steps", n=9), "en")
    '9 steps'
    """
    template = catalogue(lang).get(words.template, words.template)
    if not words.args:
        return template
    said = {
        name: say(arg, lang) if isinstance(arg, Words) else arg for name, arg in words.args.items()
    }
    return template.format(**said)


def known(name: str) -> str:
    """The language of this name; UsageError naming those there are."""
    if name in languages():
        return name
    raise UsageError(
        "there is no language {name}: there is {names}", name=name, names=", ".join(languages())
    )


def resolve(option: str | None, env: Mapping[str, str]) -> str:
    """The language to speak: --lang, then NNVIZ_LANG, then the locale, then English.

    Raises UsageError where the first two name a language that is not there.

    >>> resolve(None, {"LANG": "de_DE.UTF-8"})
    'en'
    """
    asked = option or env.get("NNVIZ_LANG")
    if asked:
        return known(asked)
    locale = next((env[name] for name in _LOCALE if env.get(name)), "")
    spoken = locale.partition(".")[0].partition("_")[0].lower()
    return spoken if spoken in languages() else ENGLISH


@cache
def catalogue(lang: str) -> Mapping[str, str]:
    """Template by English template; empty for English."""
    if lang == ENGLISH:
        return {}
    words: Mapping[str, str] = import_module(f"{__name__}.{lang}").CATALOGUE
    return words
