"""The outer place: words in, exit code out; every error ends here as a message."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from time import time_ns
from typing import Any

from nnviz import lang
from nnviz.cli import commands, complaints, options, reading, streams
from nnviz.cli.checks import Written
from nnviz.errors import NnvizError
from nnviz.options.operation import Operation
from nnviz.options.program import WordsError
from nnviz.version import __version__
from nnviz.words import Words

Say = Callable[[Words], str]
COMPLETION = "_NNVIZ_COMPLETE"
"""What Typer's completion scripts set in the environment."""
_COMPLETED = "_TYPER_COMPLETE_ARGS"
"""Where those of zsh and fish have the words; they take the last of them whole."""
_JOINED = r"(?<!\S)(--[\w-]+=)\S*\Z"
_COMPLETIONS = ("--install-completion", "--show-completion")
_SHELLS = ("bash", "zsh", "fish", "powershell", "pwsh")
_DEBUG = "NNVIZ_DEBUG"
_INTERRUPTED = 130


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
        known = complaints.known(error)
        complaints.complain(known, _language(words, env))
        return known.exit_code


def _run(words: list[str], env: Mapping[str, str]) -> int:
    from nnviz.cli import help as _help
    from nnviz.options import commands as _commands  # with Typer

    speak = _help_words(words, env)
    completing = COMPLETION in env
    if completing:
        os.environ.update(_whole_words(env))
    program = _help.program(reading.names, reading.find, speak, completing=completing)
    if _COMPLETED in env and (joined := re.search(_JOINED, env[_COMPLETED])):
        program = program._replace(prefix=joined[1])
    if words[:1] and words[0] in _COMPLETIONS and words[1:] and words[1] in _SHELLS:
        return _commands.complete_in(program, words[0], words[1])
    try:
        done = _commands.run(program, words or ["--help"])
    except WordsError as error:
        raise reading.misplaced(error, words) or error from None
    if isinstance(done, int):
        return done
    if isinstance(done, str):
        streams.write_text(done)
        return 0
    if options.VERSION.name in done.texts:
        streams.write_text(f"nnviz {__version__}")
        return 0
    if not done.command:
        return _run(["--help", *words], env)
    found = reading.find(done.command)
    if not isinstance(found, Operation):
        return commands.perform(found, done, env)
    _compute(found, reading.written(done, found), env)
    return 0


def _compute(operation: Operation[Any], given: Written, env: Mapping[str, str]) -> None:
    """Run a command, and again whenever it is asked to."""
    from nnviz.cli.many import run_command

    start = time_ns()
    ran = run_command(operation, given, env)
    if not (ran.output.open or ran.output.watch):
        return
    from nnviz.cli.after import changes, show_files

    if ran.output.open:
        show_files(ran.written)
    for _ in changes(ran.read, start) if ran.output.watch else ():
        try:
            run_command(operation, given, env)
        except NnvizError as error:  # of a file that is being written: it changes once more
            asked = given.texts.get(options.LANGUAGE.name)
            complaints.complain(error, lang.resolve(asked if isinstance(asked, str) else None, env))


def _help_words(words: list[str], env: Mapping[str, str]) -> Say | None:
    """What speaks the help where it is not in English."""
    language = streams.spoken(_language(words, env), sys.stdout)
    return None if language == lang.ENGLISH else lambda said: lang.say(said, language)


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
