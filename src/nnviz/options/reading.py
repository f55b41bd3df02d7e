"""The words of a command as the texts of its options: the one reader of words.

The command line and the layers of a chain are both read here, so an option is spelt in one
way. The rules are those of GNU's getopt, as of most programs:

- `--stride 2` and `--stride=2` are the same, and so are `-k 2` and `-k2`; `-qk2` is `-q -k2`;
- options and arguments may be mixed; after `--` every word is an argument;
- a word that begins with a minus sign and a number (`-1 2; 3 -4`) is never an option;
- long options are written out.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import NamedTuple

from nnviz.errors import UsageError
from nnviz.options.option import Option, Text
from nnviz.words import Words


class UnknownOptionError(UsageError):
    """A word is spelt as an option, but there is none of this name."""


class Reading(NamedTuple):
    """What was read."""

    texts: dict[str, Text]
    """What was written for each option, by its name; nothing for those that were not given."""
    extra: tuple[str, ...]
    """Words that no argument is left for."""


def read(words: Iterable[str], options: Iterable[Option], command: str) -> Reading:
    """Read the words of `command`, as messages call it; UsageError where they are no option's.

    >>> from nnviz.ops import load
    >>> read(["-k2", "1 2; 3 4", "--stride=1"], load("pool").options, "pool")
    Reading(texts={'kernel': '2', 'stride': '1'}, extra=('1 2; 3 4',))
    """
    reader = _Reader(tuple(options), command)
    reader.read(deque(words))
    return Reading(reader.texts, tuple(reader.extra))


class _Reader:
    def __init__(self, options: tuple[Option, ...], command: str) -> None:
        self.texts: dict[str, Text] = {}
        self.extra: list[str] = []
        self._command = command
        self._flags = {flag: option for option in options for flag in option.flags}
        self._offs = {option.off: option for option in options if option.off}
        self._arguments = deque(option for option in options if not option.flags)

    def read(self, queue: deque[str]) -> None:
        while queue:
            word = queue.popleft()
            if word == "--":
                for rest in queue:
                    self._argument(rest)
                return
            if not is_flag(word):
                self._argument(word)
            elif word.startswith("--"):
                self._long(word, queue)
            else:
                self._short(word, queue)

    def _argument(self, word: str) -> None:
        if self._arguments:
            self.texts[self._arguments.popleft().name] = word
        else:
            self.extra.append(word)

    def _long(self, word: str, queue: deque[str]) -> None:
        """`--stride 2`, `--stride=2`, `--ceil` or `--no-ceil`."""
        flag, sign, value = word.partition("=")
        switched_off = self._offs.get(flag)
        option = switched_off or self._option(flag)
        if not option.kind.is_switch:
            self._give(option, value if sign else self._next(flag, queue))
        elif sign:
            raise UsageError("{flag} takes no value", flag=flag)
        else:
            self._give(option, switched_off is None)

    def _short(self, word: str, queue: deque[str]) -> None:
        """`-k 2`, `-k2` or `-q`, or several: what follows the first that takes a value is it."""
        for at, letter in enumerate(word[1:], 2):
            flag = f"-{letter}"
            option = self._option(flag)
            if not option.kind.is_switch:
                self._give(option, word[at:] or self._next(flag, queue))
                return
            self._give(option, True)

    def _option(self, flag: str) -> Option:
        if flag in self._flags:
            return self._flags[flag]
        from difflib import get_close_matches  # slow to load, and seldom needed

        near = get_close_matches(flag, [*self._flags, *self._offs], 1) if flag[1] == "-" else ()
        hint = Words("did you mean {name}?", name=near[0]) if near else None
        raise UnknownOptionError(
            "{op} has no option {flag}", op=self._command, flag=flag, hint=hint
        )

    def _next(self, flag: str, queue: deque[str]) -> str:
        if not queue:
            raise UsageError("{flag} needs a value", flag=flag)
        return queue.popleft()

    def _give(self, option: Option, text: str | bool) -> None:
        before = self.texts.get(option.name)
        if option.times == "count":
            self.texts[option.name] = 1 + (before if isinstance(before, int) else 0)
        elif option.times == "each":
            self.texts[option.name] = [*(before if isinstance(before, list) else ()), str(text)]
        else:
            self.texts[option.name] = text


def is_flag(word: str) -> bool:
    """Whether a word is spelt as an option: with a minus sign, and not one of a number."""
    return len(word) > 1 and word[0] == "-" and not (word[1].isdigit() or word[1] == ".")
