"""What an operation declares: its options, once, for every place that takes them.

The command line, the chain language of `net` and `params`, the Python call, the help
and the reference page are all made from an `Operation`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from nnviz.errors import UsageError
from nnviz.trace import Trace
from nnviz.words import Words

if TYPE_CHECKING:
    from nnviz.read import Stdin

Values: TypeAlias = Mapping[str, Any]
"""Option values by name, complete: what was not given has its default."""


class Context(NamedTuple):
    """What reading an option's text may need beside the text."""

    stdin: Stdin


class Kind(NamedTuple):
    """A kind of option value: `parse` reads text, `accept` checks a Python value.

    Both raise UsageError (or NnvizError for data) naming `flag`.
    """

    metavar: str
    parse: Callable[[str, str, Context], Any]
    accept: Callable[[Any, str], Any]
    choices: tuple[str, ...] = ()


class Option(NamedTuple):
    """An option. No flags: a positional argument (the NAME of `act`). No kind: a switch.

    A switch with `off` has a second flag that says no (`--no-ceil`).
    """

    name: str
    flags: tuple[str, ...]
    kind: Kind | None
    help: str
    default: Any = None
    off: str | None = None

    @property
    def label(self) -> str:
        """How messages call it: its longest flag, or its name in capitals."""
        return max(self.flags, key=len) if self.flags else self.name.upper()


class Operation(NamedTuple):
    """An operation as every caller sees it."""

    name: str
    help: str
    """One sentence."""
    example: str
    """A command that runs, without the leading `nnviz `."""
    options: tuple[Option, ...]
    run: Callable[[Any, Values], Trace]
    """`run(x, values)`: x is a numpy array, or None where no INPUT is read."""
    rank: int = 10
    """Place in `nnviz --help`."""
    reads_input: Callable[[Values], bool] = lambda _: True
    """Whether INPUT is needed, given the options."""
    layer: Callable[[tuple[int, ...], Values], Any] | None = None
    """What `params` asks of a layer, from the input's shape alone; None: not a layer."""
    batched: Callable[[Values], Values] = lambda values: values
    """The options in force where a chain's input has a batch axis."""
    announce: Callable[[Values], str | None] = lambda _: None
    """A text to print instead of running (--list-kernels), if the options ask for one."""

    @property
    def arguments(self) -> tuple[Option, ...]:
        """Positional arguments before INPUT."""
        return tuple(o for o in self.options if not o.flags)

    def option(self, name: str) -> Option:
        """The option of this (Python) name."""
        return next(o for o in self.options if o.name == name)

    def parse(self, texts: Mapping[str, str | bool | None], context: Context) -> dict[str, Any]:
        """Values from what was written: text by option name, True or False for a switch."""
        values: dict[str, Any] = {}
        for option in self.options:
            text = texts.get(option.name)
            if text is None or (text == "" and option.kind is None):
                values[option.name] = option.default
            elif option.kind is None:
                values[option.name] = bool(text)
            else:
                values[option.name] = option.kind.parse(str(text), option.label, context)
        return values

    def accept(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Values from a Python call."""
        unknown = sorted(set(given) - {o.name for o in self.options})
        if unknown:
            raise UsageError(
                "{op} has no option {name}",
                op=self.name,
                name=unknown[0],
                hint=Words("it has: {names}", names=", ".join(o.name for o in self.options)),
            )
        values = {o.name: o.default for o in self.options}
        for name, value in given.items():
            option = self.option(name)
            if value is not None:
                values[name] = value if option.kind is None else option.kind.accept(value, name)
        return values


def command_line(words: Sequence[str], operation: Operation) -> dict[str, str | bool | None]:
    """The options in the words of a chain's layer, by the same names as on a command line.

    Long options may be cut short nowhere; `--stride=2` and `--stride 2` are the same;
    `-k2` is `-k 2`. A word that begins with a minus sign and a digit is a value.
    """
    flags = {flag: option for option in operation.options for flag in option.flags}
    offs = {option.off: option for option in operation.options if option.off}
    waiting = list(operation.arguments)
    texts: dict[str, str | bool | None] = {}
    queue = list(words)
    while queue:
        word = queue.pop(0)
        if not _is_flag(word):
            if not waiting:
                raise UsageError("{op} takes no argument {word}", op=operation.name, word=word)
            texts[waiting.pop(0).name] = word
            continue
        flag, given, value = word.partition("=") if word.startswith("--") else (word, "", "")
        if not word.startswith("--") and len(word) > 2 and word[:2] in flags:
            flag, given, value = word[:2], "=", word[2:]
        if flag in offs:
            texts[offs[flag].name] = False
            continue
        option = flags.get(flag)
        if option is None:
            raise UsageError(
                "{op} has no option {flag}",
                op=operation.name,
                flag=flag,
                hint=Words("it has: {names}", names=" ".join(sorted(flags))),
            )
        if option.kind is None:
            texts[option.name] = True
        elif given:
            texts[option.name] = value
        elif queue:
            texts[option.name] = queue.pop(0)
        else:
            raise UsageError("{flag} needs a value", flag=flag)
    return texts


def _is_flag(word: str) -> bool:
    return len(word) > 1 and word[0] == "-" and not (word[1].isdigit() or word[1] == ".")
