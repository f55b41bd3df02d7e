"""The outer place: words in, exit code out; every error ends here as a message."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from nnviz import lang, ops
from nnviz.cli import streams
from nnviz.cli.words import Written, read
from nnviz.errors import NnvizError, UsageError, describe
from nnviz.read.text import printable
from nnviz.words import Words

if TYPE_CHECKING:
    from nnviz.ops._operation import Operation

_COMPLETION = "_NNVIZ_COMPLETE"
_DEBUG = "NNVIZ_DEBUG"
_INTERRUPTED = 130
_MOST_LINES = 8
_LONGEST = 300
"""Characters of a line: a message may quote a word of any length."""
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
    except Exception as error:
        if env.get(_DEBUG):
            raise
        known = _known(error)
        _complain(known, _language(words, env))
        return known.exit_code


def _run(words: list[str], env: Mapping[str, str]) -> int:
    if not words or words[0].startswith("-") or _COMPLETION in env:
        return _typer(words, [ops.load(name) for name in ops.names()], env)
    operation = _operation(words[0])
    written = read(words[1:], operation)
    if written is None:
        return _typer(words, [operation], env)
    _execute(operation, written, env)
    return 0


def _execute(operation: Operation, written: Written, env: Mapping[str, str]) -> None:
    from nnviz.cli.flow import execute

    # Typer would end with code 1, but that nobody reads on is no failure.
    with suppress(BrokenPipeError):
        execute(operation, written, env)


def _typer(words: list[str], operations: list[Operation], env: Mapping[str, str]) -> int:
    """Help, completion, and what is wrong with the words of a command."""
    from nnviz.cli.commands import application, guarded

    operations.sort(key=lambda operation: (operation.rank, operation.name))
    group = application(
        operations,
        lambda operation, written: _execute(operation, written, env),
        brief=len(operations) > 1 and _COMPLETION not in env,
    )
    try:
        code = group.main(guarded(words) or ["--help"], prog_name="nnviz", standalone_mode=False)
    except Exception as error:
        if hasattr(error, "format_message"):
            raise _usage(error, " ".join(["nnviz", *words[:1]])) from None
        raise
    return code if isinstance(code, int) else 0


def _operation(word: str) -> Operation:
    """The operation that a command names."""
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
    if isinstance(error, MemoryError):
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


def _complain(error: NnvizError, language: str) -> None:
    lines = describe(error, lambda words: lang.say(words, language)).split("\n")
    shown = [printable(line[:_LONGEST] + "…" * (len(line) > _LONGEST)) for line in lines]
    streams.remark("error: " + "\n".join(shown[:_MOST_LINES]))


def _language(words: list[str], env: Mapping[str, str]) -> str:
    """The language of a message, even where the words of the command are at fault."""
    asked = None
    for word, after in zip(words, [*words[1:], ""], strict=True):
        flag, _, value = word.partition("=")
        if flag == "--lang":
            asked = value or after
    try:
        return lang.resolve(asked, env)
    except NnvizError:
        return lang.ENGLISH
