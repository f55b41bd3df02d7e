"""What the help says, and how it is written: Typer's class for it, with our words in columns."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from nnviz import formats
from nnviz.cli import checks, options
from nnviz.cli.commands import Command
from nnviz.figure import views_of_command
from nnviz.options.operation import Operation
from nnviz.options.option import Option, declared
from nnviz.options.program import Declared, Help, Program
from nnviz.words import Words

Say = Callable[[Words], str]
Found = Operation[Any] | Command[Any]
_EVERY = "Options of every command (nnviz --help explains them)"
_GENERAL = "General options"
_FLAGS = 30
"""Columns of the flags at most; longer ones stand on a line of their own."""


def program(
    names: Callable[[], Sequence[str]],
    load: Callable[[str], Found],
    say: Say | None,
    *,
    completing: bool = False,
) -> Program:
    """The program with a command of each name; `say` speaks another language than English."""
    speak = say or str

    def command(name: str, full: bool) -> Declared:
        found = load(name)
        if isinstance(found, Command):
            return _command(found, speak)
        return described(found, speak) if full else listed(found, speak)

    return Program(
        name="nnviz",
        options=(options.VERSION, options.LANGUAGE),
        commands=names,
        load=command,
        written=Help(
            text=lambda option: _said(option, speak),
            formatter=lambda made: speaking(made, say) if say else made,
        ),
        help=speak(
            Words("Compute and show neural-network operations step by step, on your own numbers.")
        ),
        epilog=speak(Words("nnviz COMMAND --help has a command's options and an example.")),
        shared=lambda: {head: _with_formats(declared(of)) for head, of in options.GROUPS.items()},
        completing=completing,
    )


def listed(operation: Operation[Any], say: Say) -> Declared:
    """A command as it runs: its arguments and options, and the sentence that lists it."""
    inputs = (options.INPUT,) if operation.takes_input else ()
    sections = {
        "": (*operation.arguments, *inputs, *_own(operation)),
        **options.shared_by(operation),
    }
    return Declared(operation.name, sections, say(Words(operation.help)))


def _command(command: Command[Any], say: Say) -> Declared:
    """A command that computes nothing itself, as it runs and as its help describes it."""
    return Declared(
        command.name,
        {
            "": command.arguments,
            say(Words("Options of {op}", op=command.name)): _own(command),
            _GENERAL: declared(options.GeneralOptions),
        },
        say(Words(command.help)),
        _examples(command, say),
        rest=command.rest,
        whole=command.whole,
    )


def described(operation: Operation[Any], say: Say) -> Declared:
    """A command as its help describes it: its own options, and the names of the shared ones."""
    made = listed(operation, say)
    shared = [
        _with_views(option, operation)
        for group in options.shared_by(operation).values()
        for option in _with_formats(group)
        if checks.can_use(operation, option)
    ]
    return made._replace(
        sections={
            "": tuple(o for o in made.sections[""] if not o.flags),
            say(Words("Options of {op}", op=operation.name)): _own(operation),
            _EVERY: shared,
        },
        epilog=_examples(operation, say),
        brief=_EVERY,
    )


def _with_formats(group: Sequence[Option]) -> list[Option]:
    return [o.with_choices(formats.streams()) if o.name == "format" else o for o in group]


def _with_views(option: Option, operation: Operation[Any]) -> Option:
    """--view with the names of the command's own."""
    if option.name != "view":
        return option
    names = views_of_command(operation.name)
    return option._replace(kind=option.kind._replace(choices=names, metavar="|".join(names)))


def _examples(found: Found, say: Say) -> str:
    examples = "\n".join(f"  nnviz {each}" for each in (found.example, *found.more))
    return f"\b\n{say(Words('Examples:'))}\n{examples}"


def _own(found: Found) -> tuple[Option, ...]:
    return tuple(option for option in found.options if option.flags)


def _said(option: Option, say: Say) -> str:
    default = _default(option) if option.flags else ()
    return " ".join(map(say, (Words(option.help), *_choices(option), *default)))


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


# --- how it is written ---------------------------------------------------------


def speaking(formatter: type[Any], say: Say) -> type[Any]:
    """Typer's class that writes help, with its headings and sentences in a language."""
    from rich.cells import cell_len

    class Speaking(formatter):  # type: ignore[misc]
        def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
            args = args.replace("[OPTIONS]", say(Words("[OPTIONS]")))
            args = args.replace("COMMAND [ARGS]...", say(Words("COMMAND [ARGS]...")))
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
