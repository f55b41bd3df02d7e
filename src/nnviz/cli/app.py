"""The outer place: words in, exit code out; every error ends here as a message."""

from __future__ import annotations

import os
import re
import shlex
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from nnviz import lang, ops
from nnviz.cli import checks, options, streams
from nnviz.cli.checks import Written
from nnviz.errors import NnvizError, UsageError, describe
from nnviz.options.complaints import WordsError
from nnviz.options.operation import Operation
from nnviz.read.text import STANDARD_INPUT
from nnviz.version import __version__
from nnviz.words import Words

if TYPE_CHECKING:
    from nnviz.options.program import Reading

Say = Callable[[Words], str]
COMPLETION = "_NNVIZ_COMPLETE"
"""What Typer's completion scripts set in the environment."""
_COMPLETED = "_TYPER_COMPLETE_ARGS"
"""Where those of zsh and fish have the words; they take the last of them whole."""
_JOINED = re.compile(r"(?<!\S)(--[\w-]+=)\S*\Z")
_COMPLETIONS = ("--install-completion", "--show-completion")
_SHELLS = ("bash", "zsh", "fish", "powershell", "pwsh")
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
    if completing:
        os.environ.update(_whole_words(env))
    program = _help.program(_names, _operation, speak, completing=completing)
    if joined := _JOINED.search(env.get(_COMPLETED, "")):
        program = program._replace(prefix=joined[1])
    if words[:1] and words[0] in _COMPLETIONS and words[1:] and words[1] in _SHELLS:
        return commands.complete_in(program, words[0], words[1])
    try:
        done = commands.run(program, words or ["--help"])
    except WordsError as error:
        raise _misplaced(error, words) or error from None
    if isinstance(done, int):
        return done
    if isinstance(done, str):
        streams.write_text(done)
        return 0
    if options.VERSION.name in done.texts:
        streams.write_text(f"nnviz {__version__}")
        return 0
    return _done(done, env) if done.command else _run(["--help", *words], env)


def _done(given: Reading, env: Mapping[str, str]) -> int:
    operation = _operation(given.command)
    if given.extra:
        raise _beyond(given, operation)
    from nnviz.cli.flow import run_command

    run_command(operation, _written(given, operation), env, _read_beside)
    return 0


def _written(given: Reading, operation: Operation[Any]) -> Written:
    text = given.texts.get(options.INPUT.name) if operation.takes_input else None
    return Written(given.texts, text if isinstance(text, str) else None)


def _read_beside(text: str) -> tuple[Operation[Any], Written]:
    """The command that is written as a text, after `nnviz`."""
    from nnviz.cli import help as _help
    from nnviz.options import commands

    try:
        words = shlex.split(text)
    except ValueError:  # a quote without its end
        words = []
    given = commands.run(_help.program(_names, _operation, None), words)
    if not words or isinstance(given, int | str) or not given.command:
        raise checks.no_beside(text)
    operation = _operation(given.command)
    if given.extra:
        raise _beyond(given, operation)
    return operation, _written(given, operation)


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

    near = difflib.get_close_matches(word, names, 1, 0.75)
    hint = Words("there is: {names}; nnviz --help says more", names=", ".join(names))
    if near:
        hint = Words("did you mean {name}?", name=near[0])
    elif os.path.exists(word):
        hint = Words("nnviz show {path} shows it; {names}", path=word, names=", ".join(names))
    return UsageError("there is no command {word}", word=word, hint=hint)


def _whole_words(env: Mapping[str, str]) -> dict[str, str]:
    """The words that bash completes, `--theme=d` as one: bash breaks them at the `=`.

    >>> _whole_words({"COMP_WORDS": "nnviz conv --theme = d", "COMP_CWORD": "4"})
    {'COMP_WORDS': 'nnviz conv --theme=d', 'COMP_CWORD': '2'}
    """
    words, number = env.get("COMP_WORDS", ""), env.get("COMP_CWORD", "")
    if not number.isdigit():
        return {}
    broken = re.findall(r"--[\w-]+\s=(?=(\s?))", words)
    removed = sum(1 + bool(space) for space in broken)
    whole = re.sub(r"(--[\w-]+)\s=\s?", r"\1=", words)
    return {"COMP_WORDS": whole, "COMP_CWORD": str(int(number) - removed)} if broken else {}


# --- words in each other's place -----------------------------------------------


def _misplaced(error: WordsError, words: list[str]) -> UsageError | None:
    """What is said better of an option that the command does not have: where it belongs."""
    at = next((i for i, word in enumerate(words) if word.replace("-", "_") in ops.names()), None)
    if error.unknown is None or at is None:
        return None
    operation, after = _operation(words[at]), words[at + 1 :]
    flags = {flag for o in (*operation.options, *options.all_shared()) for flag in o.flags}
    if error.command == "nnviz":
        if error.unknown not in flags:
            return None
        return UsageError(
            "{flag} stands after the command",
            flag=error.unknown,
            hint=_example(f"{operation.name} … {error.unknown}"),
        )
    is_chain = any(argument.kind.looks for argument in operation.arguments)
    if not is_chain or not after or not checks.looks(operation.arguments[-1], after[0]):
        return None
    first = next((i for i, word in enumerate(after) if word.split("=")[0] in flags), len(after))
    chain, rest = " ".join(after[:first]), after[first:]
    return UsageError(
        "{name} is one word, in quotes",
        name=operation.arguments[-1].label,
        hint=_example(" ".join([operation.name, f'"{chain}"', *map(shlex.quote, rest)])),
    )


def _example(words: str) -> Words:
    return Words("for example: nnviz {example}", example=words)


def _beyond(given: Reading, operation: Operation[Any]) -> UsageError:
    """Words that no argument is left for."""
    first = given.texts.get(options.INPUT.name)
    words = [*([first] if isinstance(first, str) else []), *given.extra]
    if len(words) > 1 and all(map(os.path.exists, words)):
        return UsageError(
            "{op} takes one INPUT, and these are {n} files: {words}",
            op=operation.name,
            n=len(words),
            words=" ".join(words),
            hint=Words("one command a file: nnviz {op} {path}", op=operation.name, path=words[0]),
        )
    return UsageError(
        "{command} cannot place these words: {words}",
        command=f"nnviz {operation.name}",
        words=" ".join(given.extra),
        hint='a matrix is one word, in quotes: "1 2; 3 4"',
    )


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
