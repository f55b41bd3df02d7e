"""From the words of a command line to a command and what it is given."""

from __future__ import annotations

import os
import shlex
from collections.abc import Sequence
from typing import Any, TypeAlias

from nnviz import ops
from nnviz.cli import checks, commands, options
from nnviz.cli import inputs as inputs_of
from nnviz.cli.checks import Written
from nnviz.cli.commands import Command
from nnviz.errors import UsageError
from nnviz.libraries import difflib
from nnviz.options.operation import Operation
from nnviz.options.program import Reading, WordsError
from nnviz.words import Words

Found: TypeAlias = Operation[Any] | Command[Any]


def every() -> list[Found]:
    """The commands as the help lists them."""
    found: list[Found] = [*map(ops.load, ops.names()), *map(commands.load, commands.names())]
    return sorted(found, key=lambda each: (each.rank, each.name))


def names() -> list[str]:
    """The commands' names."""
    return [found.name for found in every()]


def find(word: str) -> Found:
    """The operation, or other command, that a word names."""
    if word in _operations():
        return ops.load(word.replace("-", "_"))
    if word in commands.names():
        return commands.load(word)
    raise _no_command(word)


def read(words: Sequence[str]) -> tuple[Operation[Any], Written] | None:
    """The operation that words name, as they stand after `nnviz`, and what it is given; None
    where they ask for no computation.
    """
    from nnviz.cli import help as _help
    from nnviz.options import commands as _commands

    given = _commands.run(_help.program(names, find, None), words) if words else 0
    if isinstance(given, int | str) or not given.command:
        return None
    found = find(given.command)
    return (found, written(given, found, one=True)) if isinstance(found, Operation) else None


def read_beside(text: str) -> tuple[Operation[Any], Written]:
    """The command of --beside, written as one text."""
    try:
        words = shlex.split(text)
    except ValueError:  # a quote without its end
        words = []
    found = read(words)
    if found is None:
        raise checks.no_beside(text)
    return found


def written(given: Reading, operation: Operation[Any], *, one: bool = False) -> Written:
    """What an operation is given, of INPUTs `one` or several; UsageError where there are words
    that it has no place for.
    """
    words = given.texts.get(options.INPUT.name)
    inputs = tuple(words) if isinstance(words, list) else ()
    beyond = given.extra or (inputs[1:] if one else inputs_of.misplaced(inputs))
    if beyond:
        raise UsageError(
            "{command} cannot place these words: {words}",
            command=f"nnviz {operation.name}",
            words=" ".join(beyond),
            hint='a matrix is one word, in quotes: "1 2; 3 4"',
        )
    return Written(given.texts, inputs)


def _operations() -> list[str]:
    """Their names as commands are written: with - for the _ of a file."""
    return [name.replace("_", "-") for name in ops.names()]


def _no_command(word: str) -> UsageError:
    near = difflib.get_close_matches(word, names(), 1, 0.75)
    there = ", ".join(names())
    hint = Words("there is: {names}; nnviz --help says more", names=there)
    if near:
        hint = Words("did you mean {name}?", name=near[0])
    elif os.path.exists(word):
        hint = Words("nnviz show {path} shows it; {names}", path=word, names=there)
    return UsageError("there is no command {word}", word=word, hint=hint)


# --- words in each other's place -----------------------------------------------


def misplaced(error: WordsError, words: list[str]) -> UsageError | None:
    """What is said better of an option that the command does not have: where it belongs."""
    at = next((i for i, word in enumerate(words) if word in _operations()), None)
    if error.unknown is None or at is None:
        return None
    operation, after = ops.load(words[at].replace("-", "_")), words[at + 1 :]
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
