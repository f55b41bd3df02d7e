"""What Typer is told of the program and its commands, has read, and complains of."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from nnviz.errors import UsageError
from nnviz.libraries import difflib
from nnviz.options.option import Option, Text
from nnviz.records import NamedTuple
from nnviz.words import Words


class Reading(NamedTuple):
    """What was read."""

    command: str
    """The word that names it; nothing where there were options of the program alone."""
    texts: dict[str, Text]
    """What was written for each option, by its name; nothing for those that were not given."""
    extra: tuple[str, ...] = ()
    """Words that no argument is left for."""


class Declared(NamedTuple):
    """A command, as Typer is told of it."""

    name: str
    sections: Mapping[str, Sequence[Option]]
    """Its arguments and options, by their heading in the help."""
    help: str = ""
    epilog: str = ""
    brief: str = ""
    """The heading whose options are named alone: the program's help says what they are."""
    rest: str = ""
    """What the words after its arguments are called: `FILE...`."""
    whole: bool = False
    """Whether those are a command with options of its own."""


class Help(NamedTuple):
    """How help is written."""

    text: Callable[[Option], str]
    """What the help says of an option."""
    formatter: Callable[[type[Any]], type[Any]]
    """Typer's class that writes help, in a language."""


class Program(NamedTuple):
    """The program: options that stand before the command, and the commands by name."""

    name: str
    options: Sequence[Option]
    commands: Callable[[], Sequence[str]]
    """Their names, as the help lists them."""
    load: Callable[[str, bool], Declared]
    """The declaration of the command that a word names, and whether help is to be made of it;
    only what is asked for is loaded."""
    written: Help
    help: str = ""
    epilog: str = ""
    shared: Callable[[], Mapping[str, Sequence[Option]]] = dict
    """Options of every command by heading, as the help of the program says them."""
    prefix: str = ""
    """What stands before each value that completes the last word: `--theme=` of `--theme=d`."""
    completing: bool = False


GUARD = "\0"
"""Stands before a word that begins with a minus sign and a number; no word can hold it."""
_ALIKE = 0.7
"""How alike a name has to be to be suggested: one far off is worse than none."""


# --- what is wrong with the words: Typer's complaints as our errors -----------------


class WordsError(UsageError):
    """Words that are no option's, or an option without its value."""

    command = ""
    unknown: str | None = None
    """What is spelt as an option, where there is none of this name."""


def unguarded(given: Any) -> Any:
    """Words as they were written."""
    if isinstance(given, list | tuple):
        return [unguarded(text) for text in given]
    return given.removeprefix(GUARD) if isinstance(given, str) else given


def ours(error: Exception, name: str) -> Exception:
    """Typer's complaint about the words of a command, in ours; any other error as it is."""
    if not hasattr(error, "format_message"):
        return error
    context: Any = getattr(error, "ctx", None)
    command = name if context is None else context.command_path
    there = () if context is None else context.command.params
    flags = [flag for p in there for flag in (*p.opts, *p.secondary_opts) if flag[0] == "-"]
    made = _complaint(error, command, flags)
    made.command = command
    return made


def _complaint(error: Any, command: str, flags: Collection[str]) -> WordsError:
    said, flag = error.format_message(), getattr(error, "option_name", None)
    if flag is None:
        message = said.replace(GUARD, "").rstrip(".")
        return WordsError("{message}", message=message[:1].lower() + message[1:])
    if not hasattr(error, "possibilities"):
        if "requires" in said:
            return WordsError("{flag} needs a value", flag=flag)
        return WordsError("{flag} takes no value", flag=flag)
    near = meant(flag, flags)
    hint = Words("did you mean {name}?", name=near) if near else None
    made = WordsError("{op} has no option {flag}", op=command, flag=flag, hint=hint)
    made.unknown = flag
    return made


def meant(flag: str, flags: Collection[str]) -> str | None:
    """Which of some flags is meant: by its name elsewhere, or by its spelling.

    >>> meant("--kernel_size", ["--kernel", "--stride"])
    '--kernel'
    """
    from nnviz.options.elsewhere import OPTIONS  # seldom needed

    plain = flag.lower().replace("_", "-")
    if not plain.startswith("--"):
        return None
    named = [name for name in (plain, *OPTIONS.get(plain, ())) if name in flags]
    near = difflib.get_close_matches(plain[2:], [name[2:] for name in flags], 1, _ALIKE)
    return next(iter([*named, *(f"--{name}" for name in near)]), None)
