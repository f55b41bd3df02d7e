"""Typer commands, derived from what the operations declare."""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable, Iterator, Mapping
from itertools import groupby
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from nnviz import formats
from nnviz.cli import options, streams
from nnviz.figure import view_names
from nnviz.options.operation import Operation
from nnviz.options.option import Option
from nnviz.version import __version__
from nnviz.words import Words

if TYPE_CHECKING:
    from nnviz.cli.help import Say
    from nnviz.cli.options import Shared

COMPLETION = "_NNVIZ_COMPLETE"
"""What Typer's completion scripts set; choices are looked up for them alone."""
GUARD = "\0"
"""Stands before a word that begins with a minus sign and a number; no argument can hold it."""

Execute = Callable[[Operation[Any], dict[str, Any], str | None, dict[str, Any]], None]
_SETTINGS = {"help_option_names": ["-h", "--help"], "max_content_width": 100}
_ARGUMENTS = "Arguments"
_OWN = "own_"
_SHARED = "shared_"


def application(
    operations: list[Operation[Any]],
    execute: Execute,
    *,
    listed: bool = True,
    brief: bool = False,
    say: Say | None = None,
) -> TyperGroup:
    """The program with a command for each operation.

    `listed` names the choices of every option, for help and completion; `brief` leaves the
    options out, for the list of commands. `say` speaks another language than English.
    """
    speak = say or str
    settings = _SETTINGS | {"obj": say}
    app = typer.Typer(
        name="nnviz",
        cls=_Group,
        help=speak(
            Words("Compute and show neural-network operations step by step, on your own numbers.")
        ),
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings=settings,
        epilog=speak(Words("nnviz COMMAND --help has a command's options and an example.")),
    )
    app.callback()(_program)
    named = formats.streams() if listed else ()
    for operation in operations:
        views = view_names(operation.name) if listed else ()
        shared = () if brief else options.all_shared(streams=named, views=views)
        app.command(
            operation.name,
            cls=_Command,
            help=speak(Words(operation.help)),
            epilog=f"\b\n{speak(Words('Example:'))}\n  nnviz {operation.example}",
            context_settings=settings,
        )(_nothing if brief else _function(operation, shared, execute, speak))
    group = typer.main.get_command(app)
    assert isinstance(group, TyperGroup)
    return group


def _nothing() -> None:
    """A command that is only listed."""


def _say_version(asked: bool) -> None:
    if asked:
        streams.write_text(f"nnviz {__version__}")
        raise typer.Exit


def _program(
    version: Annotated[
        bool,
        typer.Option(
            "--version", help="Print the version and stop.", is_eager=True, callback=_say_version
        ),
    ] = False,
) -> None:
    """Options of the program itself; `main` has answered a lone --version already."""
    del version


def takes_input(operation: Operation[Any]) -> bool:
    """Whether a command has the argument INPUT: `params` describes a network and has none."""
    return operation.takes_input


def _function(
    operation: Operation[Any], shared: tuple[Shared, ...], execute: Execute, say: Say
) -> Callable[..., None]:
    """A function whose signature is the command's, for Typer to read."""
    heading = say(Words("Options of {op}", op=operation.name))
    own = [option for option in operation.options if option.flags]
    names = {option.name for option in own}
    parameters = [_argument(_OWN, option) for option in operation.arguments]
    if takes_input(operation):
        parameters.append(_argument("", options.INPUT))
    parameters += [_option(_OWN, option, heading, "last", say) for option in own]
    parameters += [
        _option(_SHARED, each.option, each.group, each.times, say)
        for each in shared
        if each.option.name not in names
    ]

    def command(**texts: Any) -> None:
        given = {name: _unguarded(text) for name, text in texts.items()}
        execute(operation, _part(given, _OWN), given.get("input"), _part(given, _SHARED))

    command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    command.__annotations__ = {p.name: p.annotation for p in parameters}
    return command


def _part(given: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    return {n.removeprefix(prefix): v for n, v in given.items() if n.startswith(prefix)}


def _unguarded(given: Any) -> Any:
    if isinstance(given, list):
        return [_unguarded(text) for text in given]
    return given.removeprefix(GUARD) if isinstance(given, str) else given


def _argument(prefix: str, option: Option) -> inspect.Parameter:
    made = typer.Argument(
        metavar=f"[{option.label}]" if option is options.INPUT else option.label,
        help=option.help,
        show_default=False,
        autocompletion=_completion(option) if COMPLETION in os.environ else None,
    )
    return _parameter(prefix + option.name, Annotated[str | None, made])


def _option(prefix: str, option: Option, heading: str, times: str, say: Say) -> inspect.Parameter:
    flags = list(option.flags)
    if option.off is not None:
        flags[-1] += f"/{option.off}"
    made = typer.Option(
        *flags,
        help=" ".join(map(say, (Words(option.help), *_choices(option), *_default(option)))),
        metavar=option.kind.metavar or None,
        show_default=False,
        count=times == "count",
        rich_help_panel=heading,
        autocompletion=_completion(option) if COMPLETION in os.environ else None,
    )
    kind: Any = bool if option.kind.is_switch else str
    kind = {"last": kind | None, "each": list[str] | None, "count": int}[times]
    return _parameter(prefix + option.name, Annotated[kind, made], 0 if times == "count" else None)


def _parameter(name: str, annotation: Any, default: Any = None) -> inspect.Parameter:
    return inspect.Parameter(
        name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation
    )


def _choices(option: Option) -> Iterator[Words]:
    """The choices of an option, where neither its help nor its metavar has them all."""
    kind = option.kind
    if not all(name in option.help + kind.metavar for name in kind.choices):
        yield Words("One of: {names}.", names=", ".join(kind.choices))


def _default(option: Option) -> Iterator[Words]:
    """The default as the help says it, where it is a number or a word."""
    default = option.default
    while isinstance(default, tuple) and len(default) == 1:
        default = default[0]
    if isinstance(default, int | float | str) and not isinstance(default, bool):
        yield Words("[default: {value}]", value=default)


def _completion(option: Option) -> Callable[[str], list[str]] | None:
    if not option.kind.choices:
        return None
    choices = option.kind.choices

    def complete(incomplete: str) -> list[str]:
        return [choice for choice in choices if choice.startswith(incomplete)]

    return complete


def _speak(ctx: Any) -> None:
    """Let the help of a command be in another language than English, if one was given."""
    if ctx.obj is not None:
        from nnviz.cli.help import speaking

        ctx.formatter_class = speaking(ctx.formatter_class, ctx.obj)


class _Group(TyperGroup):
    """The program, its help in signs that standard output can carry."""

    def get_help(self, ctx: Any) -> str:
        _speak(ctx)
        return streams.carried(super().get_help(ctx))


class _Command(TyperCommand):
    """A command whose help has its own options first and the shared ones by heading."""

    def get_help(self, ctx: Any) -> str:
        _speak(ctx)
        return streams.carried(super().get_help(ctx))

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        """`NET [INPUT]`: an argument that is asked for in our own words is needed all the same."""
        needed = {f"[{p.metavar}]" for p in self.params if p.param_type_name == "argument"}
        return [p[1:-1] if p in needed else p for p in super().collect_usage_pieces(ctx)]

    def format_options(self, ctx: Any, formatter: Any) -> None:
        records: list[tuple[str, Any]] = []
        parameter: Any
        for parameter in self.get_params(ctx):
            if parameter.param_type_name == "argument":  # Typer 0.29 adds a type to its name
                records.append((_ARGUMENTS, (parameter.metavar, parameter.help)))
            elif (record := parameter.get_help_record(ctx)) is not None:
                records.append((_heading(parameter), record))
        for heading, group in groupby(records, key=lambda pair: pair[0]):
            with formatter.section(heading):
                formatter.write_dl([record for _, record in group])


def _heading(parameter: Any) -> str:
    return getattr(parameter, "rich_help_panel", None) or "General options"
