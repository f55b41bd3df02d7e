"""Text for people, kept apart from the language it will be said in.

The key of a text is its English template; a catalogue in `nnviz.lang` maps it
to another language; what a user wrote fills it in signs that steer nothing.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from nnviz.libraries import string

_STEERING = ("Cc", "Cf", "Cs", "Zl", "Zp")
_JOINERS = "\u200c\u200d"
"""What Persian and emoji are written with; alone they would not be seen."""
_NONE = "\ufdd0\ufffe\uffff"
"""No characters: XML holds two of them not, and lines are kept whole with the first."""

_MANY = (
    "arrays bytes cells channels digits directions equations files filters frames gradients "
    "groups layers lines maps megapixels names numbers outputs parameters pixels points rows "
    "samples steps terms times values weights windows"
)
_OF_ONE = {"axes": "axis", "biases": "bias", **{many: many[:-1] for many in _MANY.split(" ")}}
"""What is counted in English, and what one of it is called."""
_COUNTED = rf" ?(?:(?:more|input|significant) )?({'|'.join(_OF_ONE)})\b"


def _spelled(character: str) -> str:
    r"""A character as Python's escape: `\n`, `\x1b`, `\u202e`."""
    return character.encode("unicode_escape").decode()


def safe(text: str, spell: Callable[[str], str] = _spelled) -> str:
    r"""A text on one line, what could steer a terminal, a page or its reader's eye spelled out.

    Control characters, line breaks, marks that turn the direction of writing, halves of
    surrogate pairs, and all that XML cannot hold.

    >>> safe("a\x1b[1m\nb"), safe("가 \N{NO-BREAK SPACE}é")
    ('a\\x1b[1m\\nb', '가 \xa0é')
    """
    if text.isprintable():
        return text
    return "".join(spell(c) if _steers(c, text) else c for c in text)


def _steers(character: str, text: str) -> bool:
    if character.isprintable() or (character in _JOINERS and len(text) > 1):
        return False
    return unicodedata.category(character) in _STEERING or character in _NONE


class Words:
    """An English template and what fills it: `str()` says it in English.

    >>> str(Words("row {row} has {n} numbers", row=2, n=3))
    'row 2 has 3 numbers'
    >>> str(Words("{n} more rows, {m} axes", n=1, m=2))  # a count is followed by its noun
    '1 more row, 2 axes'
    """

    __slots__ = ("args", "template")

    def __init__(self, template: str, /, **args: object) -> None:
        self.template = template
        self.args = args

    def __str__(self) -> str:
        return self.filled(self.template, str)

    def filled(self, template: str, say: Callable[[Words], str]) -> str:
        """A template of these words in the language that `say` speaks."""
        if not self.args:
            return template
        said = {name: _said(arg, say) for name, arg in self.args.items()}
        if any(str(arg) == "1" for arg in said.values()):
            template = self._of_one(template, said)
        return template.format(**said)

    def _of_one(self, template: str, said: dict[str, object]) -> str:
        """A template in which the English nouns after a 1 are of one; so are words after it."""
        made, one = "", False
        for literal, name, _, _ in string.Formatter().parse(template):
            made += _after(literal, one).replace("{", "{{").replace("}", "}}")
            if name is None:
                continue
            if one and literal == " " and isinstance(self.args[name], Words):
                said[name] = _after(str(said[name]), one)
            made, one = made + f"{{{name}}}", str(said[name]) == "1"
        return made

    def __repr__(self) -> str:
        return f"Words({str(self)!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Words) and str(self) == str(other)

    def __hash__(self) -> int:
        return hash(str(self))


def _after(text: str, one: bool) -> str:
    """What follows a number, of one where that is 1."""
    match = re.match(_COUNTED, text) if one else None
    if match is None:
        return text
    return text[: match.start(1)] + _OF_ONE[match[1]] + text[match.end() :]


def _said(arg: object, say: Callable[[Words], str]) -> object:
    if isinstance(arg, Words):
        return say(arg)
    return safe(arg) if isinstance(arg, str) else arg
