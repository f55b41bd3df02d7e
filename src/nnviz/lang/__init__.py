"""Words in the user's language: one file a language, English where one has no words.

A catalogue is a JSON file of this package, named after its language: under headings that
are for its readers, English template → template in its language, with the same names in
braces. Nouns after a count stand in the plural, `{n} axes`: in English `nnviz.words` makes
one of them of one. A word that changes with what stands before it (the Korean particles) is
better avoided after a brace. A test names what a catalogue lacks.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from nnviz.errors import UsageError
from nnviz.words import Words

ENGLISH = "en"
_FOLDER = Path(__file__).parent
_LOCALE = ("LC_ALL", "LC_MESSAGES", "LANG")


def languages() -> tuple[str, ...]:
    """Every language there is, English first."""
    return (ENGLISH, *sorted(path.stem for path in _FOLDER.glob("*.json")))


def say(words: Words, lang: str) -> str:
    """The text of `words` in a language, its English template where there is no other.

    >>> say(Words("{n} steps", n=9), "en")
    '9 steps'
    """
    template = catalogue(lang).get(words.template, words.template)
    return words.filled(template, lambda part: say(part, lang))


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
    locale = next((env[name] for name in _LOCALE if env.get(name)), "") or _of_windows()
    spoken = locale.partition(".")[0].partition("_")[0].lower()
    return spoken if spoken in languages() else ENGLISH


def _of_windows() -> str:
    """The locale of Windows's own menus, which is in no variable; empty elsewhere."""
    if sys.platform != "win32":
        return ""
    import ctypes
    import locale

    return locale.windows_locale.get(ctypes.windll.kernel32.GetUserDefaultUILanguage(), "")


@cache
def catalogue(lang: str) -> Mapping[str, str]:
    """Template by English template; empty for English."""
    if lang == ENGLISH:
        return {}
    import json  # English does without

    parts = json.loads((_FOLDER / f"{lang}.json").read_text(encoding="utf-8"))
    return {key: said for part in parts.values() for key, said in part.items()}


def letters(lang: str) -> str:
    """The letters that a language has beside those of its English templates.

    >>> letters("en"), "합" in letters("ko")
    ('', True)
    """
    words = catalogue(lang)
    own = set("".join(words.values())) - set("".join(words))
    return "".join(sorted(letter for letter in own if letter.isalpha()))
