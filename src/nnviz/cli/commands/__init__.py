"""One file a command that computes nothing itself: what it is given, and what it does with it.

A module of this package whose name has no leading underscore is such a command and holds
`COMMAND`; its file name is what is typed. Those that compute are `nnviz.ops`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from nnviz.cli.options import GeneralOptions
from nnviz.errors import UsageError
from nnviz.options.option import Context, Option, declared, parse
from nnviz.read import Stdin
from nnviz.records import NamedTuple
from nnviz.words import Words

if TYPE_CHECKING:
    from nnviz.options.program import Reading

Record = TypeVar("Record")


class Task(NamedTuple, Generic[Record]):
    """What a command was given, read and checked."""

    options: Record
    """Its own."""
    words: tuple[str, ...]
    """Those after its arguments: its `rest`."""
    general: GeneralOptions
    env: Mapping[str, str]


class Command(NamedTuple, Generic[Record]):
    """A command as the program knows it; `Record` is the record of its options."""

    name: str
    help: str
    """One sentence."""
    example: str
    """A command that runs, without the leading `nnviz `."""
    record: type[Record]
    """What declares its arguments and options (see `nnviz.options.option`)."""
    run: Callable[[Task[Record]], int]
    """Does it, and gives the exit code."""
    rest: str = ""
    """What the words after its arguments are called in its usage: `FILE...`; none may stand
    there where it is empty."""
    whole: bool = False
    """Whether `rest` is another command, whose options are its own."""
    rank: int = 20
    """Place in `nnviz --help`."""
    more: tuple[str, ...] = ()
    """Further examples, for the help."""

    @property
    def options(self) -> tuple[Option, ...]:
        return declared(self.record)

    @property
    def arguments(self) -> tuple[Option, ...]:
        return tuple(o for o in self.options if not o.flags)


@cache
def names() -> tuple[str, ...]:
    """Every command there is, from the files of this folder."""
    found = (path.stem for path in Path(__file__).parent.glob("*.py"))
    return tuple(sorted(name for name in found if not name.startswith("_")))


@cache
def load(name: str) -> Command[Any]:
    """The command of this name."""
    command: Command[Any] = import_module(f"{__name__}.{name}").COMMAND
    return command


def perform(command: Command[Any], given: Reading, env: Mapping[str, str]) -> int:
    """Run a command on what was read for it, and give its exit code."""
    context = Context(Stdin(None))
    for label, there in _needed(command, given):
        if not there:
            raise UsageError(
                "{command} needs {what}",
                command=f"nnviz {command.name}",
                what=label,
                hint=Words("for example: nnviz {example}", example=command.example),
            )
    if given.extra and not command.rest:
        raise UsageError(
            "{command} cannot place these words: {words}",
            command=f"nnviz {command.name}",
            words=" ".join(given.extra),
        )
    own, general = (
        parse(record, given.texts, context) for record in (command.record, GeneralOptions)
    )
    return command.run(Task(own, given.extra, general, env))


def _needed(command: Command[Any], given: Reading) -> Iterator[tuple[str, bool]]:
    """What has to be written, and whether it is."""
    for argument in command.arguments:
        yield argument.label, argument.name in given.texts or argument.default is not None
    if command.rest and not command.rest.startswith("["):
        yield command.rest, bool(given.extra)
