"""What Typer is told of the program and its commands, and what it has read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from nnviz.options.option import Option, Text


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
