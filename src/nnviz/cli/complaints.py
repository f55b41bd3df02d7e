"""Any error as a message for the user, on standard error."""

from __future__ import annotations

import re
import sys

from nnviz import lang
from nnviz.cli import streams
from nnviz.errors import NnvizError, describe
from nnviz.read.text import STANDARD_INPUT
from nnviz.words import Words

_BEYOND = r"array is too big|allowed dimension"
_MOST_LINES = 8
_LONGEST = 300
"""Characters of a line: a message may quote a word of any length."""
_QUOTED = 200
"""Characters of a word that a message quotes, so that what follows it is seen."""
_ISSUES = "please report it, with the command, to the makers of nnviz"


def known(error: Exception) -> NnvizError:
    """Any error as one with a message for the user."""
    if isinstance(error, NnvizError):
        return error
    # NumPy refuses an array that no memory could hold in several ways.
    beyond = isinstance(error, ValueError) and re.search(_BEYOND, str(error))
    if isinstance(error, MemoryError) or beyond:
        return NnvizError(
            "there is not enough memory for this",
            hint="a smaller input, or fewer filters, needs less",
        )
    if isinstance(error, OSError):
        name = error.filename if isinstance(error.filename, str) else ""
        reason = error.strerror or str(error) or type(error).__name__
        return NnvizError("{reason}", reason=f"{name}: {reason}" if name else reason)
    return NnvizError(
        "nnviz itself went wrong: {kind}: {error}",
        kind=type(error).__name__,
        error=str(error).strip().partition("\n")[0][:200],
        hint=_ISSUES,
    )


def complain(error: NnvizError, asked: str) -> None:
    """Say what is wrong, in the language that is asked for."""
    language = streams.spoken(asked, sys.stderr)
    if error.place is not None and error.place.name == STANDARD_INPUT:
        name = lang.say(Words(STANDARD_INPUT), language)
        error.place = error.place._replace(name=name)
    lines = describe(error, lambda words: lang.say(_quoted(words), language)).split("\n")
    shown = [line[:_LONGEST] + "…" * (len(line) > _LONGEST) for line in lines]
    streams.remark("error: " + "\n".join(shown[:_MOST_LINES]))
    if language != asked:
        streams.remark(f"note: {streams.unspoken(asked, sys.stderr)}")


def _quoted(words: Words) -> Words:
    """The words of a message with what it quotes not longer than a line."""
    return Words(words.template, **{name: _quote(arg) for name, arg in words.args.items()})


def _quote(arg: object) -> object:
    if isinstance(arg, Words):
        return _quoted(arg)
    if not isinstance(arg, str):
        return arg
    if arg == STANDARD_INPUT:
        return Words(arg)
    return (arg if len(arg) <= _QUOTED else arg[:_QUOTED] + "…") if arg else "''"
