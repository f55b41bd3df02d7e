"""Help and completion, by Typer, from what the operations declare: the one file that drives it.

Commands run without it (see `nnviz.cli.app`): it takes as long to load as a small command to run.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from nnviz import formats
from nnviz.cli import options, streams
from nnviz.figure import view_names
from nnviz.options.operation import Operation
from nnviz.options.option import Option, declared
from nnviz.words import Words

Say = Callable[[Words], str]
_ARGUMENTS = "Arguments"
_FLAGS = 30
"""Columns of the flags at most; longer ones stand on a line of their own."""


def answer(
    words: Sequence[str],
    operations: Sequence[Operation[Any]],
    *,
    say: Say | None = None,
    completing: bool = False,
) -> int:
    """Answer words that ask for help or for completion; the exit code.

    `say` speaks another language than English.
    """
    group = _program(operations, say, completing)
    try:
        code = group.main(list(words), prog_name="nnviz", standalone_mode=False)
    except SystemExit:
        return 0  # Typer's answer to a pipe that was closed while it wrote
    except typer.Abort:
        raise KeyboardInterrupt from None
    return code if isinstance(code, int) else 0


# --- what Typer is told --------------------------------------------------------


def _program(operations: Sequence[Operation[Any]], say: Say | None, completing: bool) -> TyperGroup:
    """The program with a command for each operation; a list of several has no options."""
    speak = say or str
    settings: dict[str, Any] = {
        "help_option_names": list(options.HELP.flags),
        "max_content_width": 100,
        "obj": say,
    }
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
    app.callback()(_program_options)
    is_list = len(operations) > 1 and not completing
    for operation in operations:
        app.command(
            operation.name,
            cls=_Command,
            help=speak(Words(operation.help)),
            epilog=f"\b\n{speak(Words('Example:'))}\n  nnviz {operation.example}",
            context_settings=settings,
        )(_command([] if is_list else _parameters(operation, speak, completing)))
    group = typer.main.get_command(app)
    assert isinstance(group, TyperGroup)
    return group


def _program_options(
    version: Annotated[bool, typer.Option("--version", help=options.VERSION.help)] = False,
) -> None:
    """Options of the program itself."""
    del version


def _command(parameters: Iterable[inspect.Parameter]) -> Callable[..., None]:
    """A function whose signature is a command's, for Typer to read."""

    def command(**_: object) -> None:
        """Never called: what runs is not read by Typer."""

    signature = inspect.Signature(list(parameters))
    command.__signature__ = signature  # type: ignore[attr-defined]
    command.__annotations__ = {p.name: p.annotation for p in signature.parameters.values()}
    return command


def _parameters(
    operation: Operation[Any], say: Say, completing: bool
) -> Iterator[inspect.Parameter]:
    """The command's arguments and options: its own first, then the shared ones by heading."""
    for argument in operation.arguments:
        yield _argument(argument, str, argument.label, completing)
    if operation.takes_input:
        yield _argument(options.INPUT, str | None, f"[{options.INPUT.label}]", completing)
    own = tuple(option for option in operation.options if option.flags)
    headings = {say(Words("Options of {op}", op=operation.name)): own}
    headings |= {heading: declared(record) for heading, record in options.GROUPS.items()}
    choices = {"format": formats.streams(), "view": view_names(operation.name)}
    for heading, group in headings.items():
        for option in group:
            named = option.with_choices(choices.get(option.name, option.kind.choices))
            yield _option(named, heading, say, completing)


def _argument(option: Option, annotation: Any, metavar: str, completing: bool) -> inspect.Parameter:
    made = typer.Argument(
        metavar=metavar,
        help=option.help,
        show_default=False,
        autocompletion=_completion(option) if completing else None,
    )
    default = inspect.Parameter.empty if annotation is str else None
    return _parameter(option.name, Annotated[annotation, made], default)


def _option(option: Option, heading: str, say: Say, completing: bool) -> inspect.Parameter:
    flags = list(option.flags)
    if option.off is not None:
        flags[-1] += f"/{option.off}"
    counted = option.times == "count"
    made = typer.Option(
        *flags,
        help=" ".join(map(say, (Words(option.help), *_choices(option), *_default(option)))),
        metavar=option.kind.metavar or None,
        show_default=False,
        count=counted,
        rich_help_panel=heading,
        autocompletion=_completion(option) if completing else None,
    )
    switch: Any = int if counted else bool | None
    kind = switch if option.kind.is_switch else str | None
    return _parameter(option.name, Annotated[kind, made], 0 if counted else None)


def _parameter(name: str, annotation: Any, default: Any) -> inspect.Parameter:
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
    default = option.implied or option.default
    while isinstance(default, tuple) and len(default) == 1:
        default = default[0]
    if isinstance(default, int | float | str) and not option.kind.is_switch:
        yield Words("[default: {value}]", value=default)


def _completion(option: Option) -> Callable[[str], list[str]] | None:
    if not option.kind.choices:
        return None

    def complete(incomplete: str) -> list[str]:
        return [choice for choice in option.kind.choices if choice.startswith(incomplete)]

    return complete


# --- how it is written ---------------------------------------------------------


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
        """`NET [INPUT]`: what has to be given stands without Typer's braces."""
        return [piece.strip("{}") for piece in super().collect_usage_pieces(ctx)]

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


def _speak(ctx: Any) -> None:
    """Let the help of a command be in another language than English, if one was given."""
    if ctx.obj is not None:
        ctx.formatter_class = speaking(ctx.formatter_class, ctx.obj)


def speaking(formatter: type[Any], say: Say) -> type[Any]:
    """Typer's class that writes help, with its headings and sentences in a language."""
    from rich.cells import cell_len

    class Speaking(formatter):  # type: ignore[misc]
        def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
            super().write_usage(prog, args, say(Words(prefix or "Usage: ")))

        def section(self, name: str) -> Any:
            return super().section(say(Words(name)))

        def write_dl(self, rows: Sequence[tuple[str, str]], *_: int) -> None:
            said = [(first, say(Words(second))) for first, second in rows]
            lead = min(max((cell_len(first) for first, _ in said), default=0), _FLAGS) + 2
            left = " " * self.current_indent
            for first, second in said:
                lines = wrapped(second, max(self.width - self.current_indent - lead, 10))
                head = first + " " * (lead - cell_len(first))
                if cell_len(first) + 2 > lead:
                    self.write(f"{left}{first}\n")
                    head = " " * lead
                self.write(f"{left}{head}{lines[0]}".rstrip() + "\n")
                for line in lines[1:]:
                    self.write(f"{left}{' ' * lead}{line}\n")

    return Speaking


def wrapped(text: str, room: int) -> list[str]:
    """Words on lines of at most `room` columns; Hangul takes two a letter.

    >>> wrapped("합성곱을 단계마다 봅니다", 18)
    ['합성곱을 단계마다', '봅니다']
    """
    from rich.console import Console  # help in English is Typer's own and does without
    from rich.text import Text

    return [line.plain.rstrip() for line in Text(text).wrap(Console(width=room), room)]
