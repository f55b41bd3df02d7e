"""Typer, driven from this one file: it reads the words of a command line and of a chain's layers.

Both are read by the Typer command of an operation, which is made from what the operation
declares, so an option is spelt in one way. What stands in help comes from outside (`Help`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from itertools import chain, groupby
from pathlib import Path
from typing import Any, Never

from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption
from typer.main import get_install_completion_arguments

from nnviz.options.option import Option, Text
from nnviz.options.program import GUARD as _GUARD
from nnviz.options.program import Declared, Help, Program, Reading, WordsError, ours, unguarded
from nnviz.words import Words

_NUMBER = r"-[0-9.]"
_SETTINGS = {
    "help_option_names": ["-h", "--help"],
    "max_content_width": 100,
    "allow_extra_args": True,
}
_ARGUMENTS = "Arguments"
_GENERAL = "General options"


# --- reading -------------------------------------------------------------------


def read(words: Iterable[str], name: str, options: tuple[Option, ...]) -> Reading:
    """Read the words of a layer; UsageError where they are no option's.

    >>> from nnviz.ops import load
    >>> read(["-k2", "1 2; 3 4", "--stride=1"], "pool", load("pool").options)
    Reading(command='pool', texts={'kernel': '2', 'stride': '1'}, extra=('1 2; 3 4',))
    """
    try:
        context = _layer(name, options).make_context(name, _guarded(words))
    except Exception as error:
        raise ours(error, name) from None
    return _reading(context, options)


def run(program: Program, words: Iterable[str]) -> Reading | str | int:
    """What the words of a command line say, or the help that they ask for, not yet written.

    The exit code where Typer has answered them.

    What was read is run by the caller: Typer would end a command that is interrupted, or that
    nobody reads on, in ways of its own.
    """
    group = _group(program)
    try:
        done = group.main(_guarded(words), prog_name=program.name, standalone_mode=False)
    except _Helped as asked:
        return str(asked)
    except SystemExit as ended:
        # Fish asks by the exit code whether there is anything; else it is Typer's answer to a
        # pipe that was closed while it wrote.
        return int(ended.code or 0) if program.completing else 0
    except Exception as error:
        said = ours(error, program.name)
        if isinstance(said, WordsError) and said.hint is None:
            said.hint = Words("{command} --help lists its options", command=said.command)
        raise said from None
    return done if isinstance(done, Reading | int) else 0


def complete_in(program: Program, flag: str, shell: str) -> int:
    """Install (or show) completion of a shell by its name: Typer alone takes the one it is in."""
    from typer import completion

    asked: Any = completion.install_callback if "install" in flag else completion.show_callback
    with _group(program).make_context(program.name, []) as context, suppress(SystemExit):
        asked(context, None, shell)
    file = Path.home() / ".zfunc" / f"_{program.name}"
    if shell == "zsh" and "install" in flag and file.is_file():
        # Zsh loads the file at the first Tab, which is to complete already.
        with file.open("a") as more:
            more.write(f'\n[[ $funcstack[1] = {file.name} ]] && {file.name}_completion "$@"\n')
    return 0


def _guarded(words: Iterable[str]) -> list[str]:
    return [_GUARD + word if re.match(_NUMBER, word) else word for word in words]


def _reading(context: Any, options: Iterable[Option]) -> Reading:
    texts = {
        option.name: _text(option, context.params[option.name])
        for option in options
        if isinstance(given := context.params[option.name], bool) or given not in (None, 0, [], ())
    }
    return Reading(context.info_name, texts, tuple(unguarded(context.args)))


def _text(option: Option, given: Any) -> Text:
    text: Text = unguarded(given)
    if not isinstance(text, list) or option.times == "each":
        return text
    if len(text) > 1:
        raise WordsError(
            "{flag} is given {n} times: {texts}",
            flag=option.label,
            n=len(text),
            texts=", ".join(text),
        )
    return str(text[0])


# --- what Typer is told --------------------------------------------------------


@lru_cache(maxsize=64)
def _layer(name: str, options: tuple[Option, ...]) -> TyperCommand:
    return _command(Declared(name, {"": options}))


def _group(program: Program) -> _Group:
    group = _Group(
        name=program.name,
        params=list(_parameters({_GENERAL: program.options}, program.written)),
        help=program.help,
        epilog=program.epilog,
        invoke_without_command=True,
        rich_markup_mode=None,
        context_settings=_SETTINGS | {"obj": program},
    )
    group.params.extend(get_install_completion_arguments())
    return group


def _command(declared: Declared, program: Program | None = None, *, full: bool = False) -> _Command:
    """A command for Typer: with help where it is a program's, and `full` with its words."""
    command = _Command(
        declared.name,
        params=list(_parameters(declared.sections, program.written if program and full else None)),
        help=declared.help,
        epilog=declared.epilog,
        add_help_option=program is not None,
        rich_markup_mode=None,
        context_settings=_SETTINGS | {"allow_interspersed_args": not declared.whole},
    )
    prefix = program.prefix if program else ""
    for parameter in command.params if prefix else ():
        _prefix(parameter, prefix)
    command.declared, command.is_full = declared, full
    return command


def _parameters(
    sections: Mapping[str, Sequence[Option]], written: Help | None
) -> Iterator[TyperOption | TyperArgument]:
    """The options of a command for Typer, with their words where they are `written`."""
    for heading, options in sections.items():
        for option in options:
            said: dict[str, Any] = {"show_default": False, "rich_help_panel": heading}
            if written is not None:
                said |= {"help": written.text(option), "autocompletion": _completion(option)}
            yield (_option if option.flags else _argument)(option, said)


def _option(option: Option, said: Mapping[str, Any]) -> TyperOption:
    flags, counted = list(option.flags), option.times == "count"
    if option.off is not None:
        flags[-1] += f"/{option.off}"
    how: dict[str, Any] = {"metavar": option.kind.metavar or None}
    if counted:
        how |= {"count": True, "type": int, "default": 0}
    elif option.kind.is_switch:
        how["is_flag"] = True
    else:  # a value given twice is seen, to be refused: Typer would take the last
        how |= {"type": str, "multiple": True}
    return TyperOption(param_decls=[option.name, *flags], **how, **said)


def _argument(option: Option, said: Mapping[str, Any]) -> TyperArgument:
    each = option.times == "each"
    metavar = option.label if option.default is None else f"[{option.label}]"
    metavar += "..." * each
    return TyperArgument(
        param_decls=[option.name], type=str, metavar=metavar, nargs=-1 if each else None, **said
    )


def _completion(option: Option) -> Callable[[Any, Any, str], list[str]] | None:
    if not option.kind.choices:
        return None

    def complete(_: object, __: object, incomplete: str) -> list[str]:
        return [choice for choice in option.kind.choices if choice.startswith(incomplete)]

    return complete


def _prefix(parameter: Any, prefix: str) -> None:
    """Complete the word `--theme=d` as a whole."""
    bare = parameter.shell_complete

    def whole(ctx: Any, incomplete: str) -> list[Any]:
        found: list[Any] = bare(ctx, incomplete)
        for item in found:
            item.value = prefix + item.value
        return found

    parameter.shell_complete = whole


# --- Typer's classes -----------------------------------------------------------


class _Group(TyperGroup):
    """The program, whose commands are made when they are asked for."""

    lists = False

    def invoke(self, ctx: Any) -> Any:
        """What was read of the command, or of the program alone."""
        done = super().invoke(ctx)
        if ctx.invoked_subcommand:
            return done
        return _reading(ctx, ctx.obj.options)._replace(command="")

    def list_commands(self, ctx: Any) -> list[str]:
        return list(ctx.obj.commands())

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        program: Program = ctx.obj
        name = unguarded(cmd_name)
        if ctx.resilient_parsing and name not in program.commands():
            return None  # a word that is being completed
        declared = program.load(name, program.completing)
        if self.lists:  # the help says of each command its sentence alone
            declared = declared._replace(sections={})
        return _command(declared, program, full=program.completing)

    def get_help(self, ctx: Any) -> Never:
        self.lists = True
        _finished(super().get_help, ctx)

    def format_options(self, ctx: Any, formatter: Any) -> None:
        super().format_options(ctx, formatter)
        written: Help = ctx.obj.written
        for heading, options in ctx.obj.shared().items():
            with formatter.section(heading):
                formatter.write_dl([(_spelt(option), written.text(option)) for option in options])


def _spelt(option: Option) -> str:
    """`-o, --output FILE`, as Typer's own help has it."""
    return f"{', '.join(option.flags)} {option.kind.metavar}".rstrip()


class _Command(TyperCommand):
    """A command whose help has its own options first and the shared ones by heading."""

    declared: Declared
    is_full = False

    def invoke(self, ctx: Any) -> Reading:
        above = _reading(ctx.parent, ctx.parent.obj.options)
        own = _reading(ctx, chain.from_iterable(self.declared.sections.values()))
        return own._replace(texts=above.texts | own.texts)

    def get_help(self, ctx: Any) -> str:
        program: Program = ctx.obj
        if not self.is_full:  # words for every option are made for those who read them
            _command(program.load(ctx.info_name, True), program, full=True).get_help(ctx)
        _finished(super().get_help, ctx)

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        """`NET [INPUT]`: an argument that is asked for in our own words is needed all the same."""
        needed = {f"[{p.metavar}]" for p in self.params if p.param_type_name == "argument"}
        pieces = [p[1:-1] if p in needed else p for p in super().collect_usage_pieces(ctx)]
        rest = self.declared.rest
        return [*pieces, rest] if rest else pieces

    def format_options(self, ctx: Any, formatter: Any) -> None:
        records: list[tuple[str, Any]] = []
        parameter: Any
        for parameter in self.get_params(ctx):
            if parameter.param_type_name == "argument":  # Typer 0.29 adds a type to its name
                records.append((_ARGUMENTS, (parameter.metavar, parameter.help)))
            elif (record := parameter.get_help_record(ctx)) is not None:
                records.append((getattr(parameter, "rich_help_panel", None) or _GENERAL, record))
        for heading, group in groupby(records, key=lambda pair: pair[0]):
            with formatter.section(heading):
                rows = [record for _, record in group]
                if heading == self.declared.brief:
                    _write_names(formatter, [name for name, _ in rows])
                else:
                    formatter.write_dl(rows)


def _write_names(formatter: Any, names: Iterable[str]) -> None:
    """Options by their names alone, none of them broken."""
    line, left = "", " " * formatter.current_indent
    for name in names:
        if line and len(left) + len(line) + len(name) + 3 > formatter.width:
            formatter.write(f"{left}{line}\n")
            line = ""
        line += f"   {name}" if line else name
    formatter.write(f"{left}{line}\n")


def _finished(made: Callable[[Any], str], ctx: Any) -> Never:
    ctx.formatter_class = ctx.obj.written.formatter(ctx.formatter_class)
    raise _Helped(made(ctx))


class _Helped(Exception):  # noqa: N818 - no error, but what Typer would write by itself
    """The help that is asked for."""
