"""The outer place: words in, exit code out; every error ends here as a message."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from nnviz import lang, ops
from nnviz.cli import streams
from nnviz.errors import NnvizError, UsageError, describe
from nnviz.read.sources import STANDARD_INPUT
from nnviz.read.text import printable
from nnviz.words import Words

if TYPE_CHECKING:
    from nnviz.options.operation import Operation

_DEBUG = "NNVIZ_DEBUG"
_NUMBER = re.compile(r"-[0-9.]")
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
        return 0
    except SystemExit:
        return 0  # Typer's answer to a pipe that was closed while it wrote help
    except Exception as error:
        if env.get(_DEBUG):
            raise
        known = _known(error, " ".join(["nnviz", *words[:1]]))
        _complain(known, _language(words, env))
        return known.exit_code


def _run(words: list[str], env: Mapping[str, str]) -> int:
    from nnviz.cli.checks import Written
    from nnviz.cli.commands import COMPLETION, GUARD, application
    from nnviz.cli.flow import execute

    def command(
        operation: Operation[Any], own: dict[str, Any], given: str | None, shared: dict[str, Any]
    ) -> None:
        # Typer would end with code 1, but that nobody reads on is no failure.
        with suppress(BrokenPipeError):
            execute(operation, Written(own, given, shared), env)

    operations = _operations(words, env)
    helps = not words or not {"-h", "--help"}.isdisjoint(words)
    brief = len(operations) > 1 and COMPLETION not in env
    say = _help_words(words, env) if helps else None
    listed = COMPLETION in env or helps
    group = application(operations, command, listed=listed, brief=brief, say=say)
    guarded = [GUARD + word if _NUMBER.match(word) else word for word in words]
    code = group.main(guarded or ["--help"], prog_name="nnviz", standalone_mode=False)
    return code if isinstance(code, int) else 0


def _help_words(words: list[str], env: Mapping[str, str]) -> Callable[[Words], str] | None:
    """What speaks the help where it is not in English."""
    language = streams.spoken(_language(words, env), sys.stdout)
    return None if language == lang.ENGLISH else lambda said: lang.say(said, language)


def _operations(words: list[str], env: Mapping[str, str]) -> list[Operation[Any]]:
    """The one operation that the words name; all of them for help and completion."""
    from nnviz.cli.commands import COMPLETION

    names = [name.replace("_", "-") for name in ops.names()]
    if words and not words[0].startswith("-") and COMPLETION not in env:
        if words[0] not in names:
            raise _no_command(words[0], names)
        return [ops.load(words[0].replace("-", "_"))]
    loaded = [ops.load(name) for name in ops.names()]
    return sorted(loaded, key=lambda operation: (operation.rank, operation.name))


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


def _known(error: Exception, command: str) -> NnvizError:
    """Any error as one with a message for the user."""
    from typer import Abort, BadParameter

    if isinstance(error, NnvizError):
        return error
    if isinstance(error, BadParameter.__mro__[1]):
        return _usage(error, command)
    if isinstance(error, Abort):
        return NnvizError("stopped")
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


def _usage(error: Any, command: str) -> UsageError:
    """Typer's complaint about the words of a command, in ours."""
    lists = Words("{command} --help lists its options", command=command)
    flag = getattr(error, "option_name", None)
    if flag is None:
        message = _plain(error.format_message())
        extra = re.search(r"unexpected extra arguments? \((.*)\)", message.replace("(s)", "s"))
        if extra is None:
            return UsageError("{message}", message=message, hint=lists)
        return UsageError(
            "{command} cannot place these words: {words}",
            command=command,
            words=extra[1],
            hint='a matrix is one word, in quotes: "1 2; 3 4"',
        )
    if hasattr(error, "possibilities"):
        import difflib

        near = difflib.get_close_matches(flag, error.possibilities or (), 1, 0)
        hint = Words("did you mean {name}?", name=near[0]) if near else lists
        return UsageError("{command} has no option {flag}", command=command, flag=flag, hint=hint)
    if "requires" in error.message:
        return UsageError("{flag} needs a value", flag=flag, hint=lists)
    return UsageError("{flag} takes no value", flag=flag, hint=lists)


def _plain(message: str) -> str:
    shown = message.replace("\0", "").replace("\\x00", "")
    return (shown[:1].lower() + shown[1:]).rstrip(".")


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
