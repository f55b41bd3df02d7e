"""The outer place: words in, exit code out; every error ends here as a message."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from nnviz import lang, ops
from nnviz.cli import options, streams
from nnviz.cli.checks import Written
from nnviz.errors import NnvizError, UsageError, describe
from nnviz.options.operation import Operation
from nnviz.read.text import STANDARD_INPUT, printable
from nnviz.version import __version__
from nnviz.words import Words

if TYPE_CHECKING:
    from nnviz.options.commands import Reading

Say = Callable[[Words], str]
COMPLETION = "_NNVIZ_COMPLETE"
"""What Typer's completion scripts set in the environment."""
_DEBUG = "NNVIZ_DEBUG"
_BEYOND = re.compile(r"array is too big|allowed dimension")
_INTERRUPTED = 130
_MOST_LINES = 8
_LONGEST = 300
"""Characters of a line: a message may quote a word of any length."""
_QUOTED = 200
"""Characters of a word that a message quotes, so that what follows it is seen."""
_ISSUES = "please report it, with the command, to the makers of nnviz"


def run(words: list[str]) -> int:
    """Run one command and return its exit code."""
    env = os.environ
    streams.prepare(env)
    try:
        return _run(words, env)
    except KeyboardInterrupt:
        return _INTERRUPTED
    except BrokenPipeError:
        return 0  # that nobody reads on is no failure
    except Exception as error:
        if env.get(_DEBUG):
            raise
        known = _known(error)
        _complain(known, _language(words, env))
        return known.exit_code


def _run(words: list[str], env: Mapping[str, str]) -> int:
    from nnviz.cli import help as _help
    from nnviz.options import commands  # with Typer

    speak = _help_words(words, env)
    completing = COMPLETION in env
    program = _help.program(_names, _operation, speak, completing=completing)
    done = commands.run(program, words or ["--help"])
    if isinstance(done, int):
        return done
    return _done(done, env) if done.command or done.texts else _run(["--help"], env)


def _done(given: Reading, env: Mapping[str, str]) -> int:
    if options.VERSION.name in given.texts:
        streams.write_text(f"nnviz {__version__}")
        return 0
    operation = _operation(given.command)
    if given.extra:
        raise UsageError(
            "{command} cannot place these words: {words}",
            command=f"nnviz {operation.name}",
            words=" ".join(given.extra),
            hint='a matrix is one word, in quotes: "1 2; 3 4"',
        )
    from nnviz.cli.flow import run_command

    text = given.texts.get(options.INPUT.name) if operation.takes_input else None
    run_command(operation, Written(given.texts, text if isinstance(text, str) else None), env)
    return 0


def _help_words(words: list[str], env: Mapping[str, str]) -> Say | None:
    """What speaks the help where it is not in English."""
    language = streams.spoken(_language(words, env), sys.stdout)
    return None if language == lang.ENGLISH else lambda said: lang.say(said, language)


def _names() -> list[str]:
    """The commands as the help lists them."""
    loaded = [ops.load(name) for name in ops.names()]
    ranked = sorted(loaded, key=lambda operation: (operation.rank, operation.name))
    return [operation.name for operation in ranked]


def _operation(word: str) -> Operation[Any]:
    """The operation that a word names."""
    names = [name.replace("_", "-") for name in ops.names()]
    if word not in names:
        raise _no_command(word, names)
    return ops.load(word.replace("-", "_"))


def _no_command(word: str, names: list[str]) -> UsageError:
    import difflib

    near = difflib.get_close_matches(word, names, 1)
    hint = Words("there is: {names}; nnviz --help says more", names=", ".join(names))
    if near:
        hint = Words("did you mean {name}?", name=near[0])
    elif os.path.exists(word):
        hint = Words("nnviz show {path} shows it; {names}", path=word, names=", ".join(names))
    return UsageError("there is no command {word}", word=word, hint=hint)


# --- errors --------------------------------------------------------------------


def _known(error: Exception) -> NnvizError:
    """Any error as one with a message for the user."""
    if isinstance(error, NnvizError):
        return error
    if isinstance(error, MemoryError) or _is_beyond_memory(error):
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


def _is_beyond_memory(error: Exception) -> bool:
    """Whether NumPy refuses an array that no memory could hold, as it does in several ways."""
    return isinstance(error, ValueError) and bool(_BEYOND.search(str(error)))


def _complain(error: NnvizError, asked: str) -> None:
    language = streams.spoken(asked, sys.stderr)
    if error.place is not None and error.place.name == STANDARD_INPUT:
        name = lang.say(Words(STANDARD_INPUT), language)
        error.place = error.place._replace(name=name)
    lines = describe(error, lambda words: lang.say(_quoted(words), language)).split("\n")
    shown = [printable(line[:_LONGEST] + "…" * (len(line) > _LONGEST)) for line in lines]
    streams.remark("error: " + "\n".join(shown[:_MOST_LINES]))
    if language != asked:
        streams.remark(f"note: {streams.unspoken(asked, sys.stderr)}")


def _quoted(words: Words) -> Words:
    """The words of a message with what it quotes on one line and not longer than it."""
    return Words(words.template, **{name: _quote(arg) for name, arg in words.args.items()})


def _quote(arg: object) -> object:
    if isinstance(arg, Words):
        return _quoted(arg)
    if not isinstance(arg, str):
        return arg
    if arg == STANDARD_INPUT:
        return Words(arg)
    return printable(arg if len(arg) <= _QUOTED else arg[:_QUOTED] + "…") if arg else "''"


def _language(words: list[str], env: Mapping[str, str]) -> str:
    """The language of a message, even where the words of the command are at fault."""
    asked = None
    for word, after in zip(words, [*words, ""][1:], strict=True):
        flag, _, value = word.partition("=")
        if flag == "--lang":
            asked = value or after
    for option in (asked, None):
        with suppress(NnvizError):
            return lang.resolve(option, env)
    return lang.ENGLISH
