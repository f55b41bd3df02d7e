"""How anything declares its options: a frozen record whose fields carry the declaration.

    @dataclass(frozen=True, kw_only=True)
    class FlattenOptions:
        axis: int = option("--axis", kind=kinds.index(), help="Which axis.", default=0)

The command line, the chain language, the help, the reference page and the defaults of the
Python calls are made from such a record; what runs reads typed attributes of one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Generic, Literal, TypeAlias, TypedDict, TypeVar, Unpack, overload

from nnviz.errors import UsageError
from nnviz.read import Stdin
from nnviz.records import NamedTuple, field, fields

T = TypeVar("T")
D = TypeVar("D")
T_co = TypeVar("T_co", covariant=True)
Record = TypeVar("Record")

Text: TypeAlias = str | bool | int | list[str] | None
"""What was written for an option: its value's text (each of them where it repeats), whether a
switch is on, how often a counted one stands there; None where nothing was."""
Times = Literal["last", "each", "count"]
Use = Literal["always", "input", "format"]
"""What can use an option of every command: any of them, one with an INPUT, or formats that name
it (`nnviz.formats.Format.uses`)."""


class Context(NamedTuple):
    """What reading an option's text may need beside the text."""

    stdin: Stdin


class Kind(NamedTuple, Generic[T_co]):
    """A kind of option value: `parse` reads text, `accept` checks a Python value.

    Both raise UsageError (or NnvizError for data) naming `flag`.
    """

    metavar: str
    parse: Callable[[str, str, Context], T_co]
    accept: Callable[[Any, str], T_co]
    choices: tuple[str, ...] = ()
    is_read: bool = False
    """The text may name a file that is read, or be `-` for standard input."""
    is_text: bool = False
    """The text itself is drawn or written, so it has to be text in the locale's encoding."""
    is_switch: bool = False
    """No text follows: the flag says it all."""
    looks: Callable[[str], bool] | None = None
    """Whether a text looks like one of this kind; where there is none, its choices say."""

    @classmethod
    def of(cls, metavar: str, accept: Callable[[Any, str], T], **more: Any) -> Kind[T]:
        """A kind whose texts are read as the same values from Python are."""
        return Kind(metavar, lambda text, flag, _: accept(text, flag), accept, **more)


def _switch(value: Any, flag: str) -> bool:
    if type(value).__name__ in ("bool", "bool_"):  # NumPy's too
        return bool(value)
    raise UsageError("{flag} {value} is neither True nor False", flag=flag, value=repr(value))


SWITCH: Kind[bool] = Kind("", lambda *_: True, _switch, is_switch=True)


class Option(NamedTuple):
    """An option as it is declared. No flags: a positional argument (the NAME of `act`).

    A switch with `off` has a second flag that says no (`--no-ceil`).
    """

    name: str
    flags: tuple[str, ...]
    kind: Kind[Any]
    help: str
    default: Any = None
    off: str | None = None
    times: Times = "last"
    """Given again, it is refused; each is kept; or they are counted."""
    belongs_to: tuple[str, ...] = ()
    """What it means nothing without, all of it: an option that has to be given (`padding`, one of
    `filters|size`) or to have a value (`kind=avg`, one of `kind=avg|lp`)."""
    apart_from: tuple[str, ...] = ()
    """What it contradicts, or means nothing beside; said in the same way."""
    use: Use = "always"
    implied: str | None = None
    """What the help calls the default, where it depends on other options."""
    replaces_input: bool = False
    """Where it is given, no INPUT is read."""
    prints: Callable[[], str] | None = None
    """The text that is printed instead of running, where it is given (--list-kernels)."""

    @property
    def label(self) -> str:
        """How messages call it: its longest flag, or its name in capitals."""
        return max(self.flags, key=len) if self.flags else self.name.upper()

    def with_choices(self, choices: tuple[str, ...]) -> Option:
        """The same with choices that are too many to be looked up for every run."""
        return self._replace(kind=self.kind._replace(choices=choices))

    def read(self, text: Text, context: Context) -> Any:
        """The value of what was written; the default where nothing was."""
        if text is None:
            return self.default
        if self.kind.is_switch:
            return text
        if isinstance(text, list):
            return tuple(self.kind.parse(each, self.label, context) for each in text)
        return self.kind.parse(str(text), self.label, context)


# --- declaring -----------------------------------------------------------------
# The helpers give a field of a dataclass and say the type of its values, as `field` itself
# does, so that a type checker holds an attribute to its kind and its default.


class _More(TypedDict, total=False):
    """What else an option may say of itself, whatever its kind."""

    off: str
    belongs_to: tuple[str, ...]
    apart_from: tuple[str, ...]
    use: Use
    implied: str
    replaces_input: bool
    prints: Callable[[], str]


@overload
def option(*flags: str, help: str, default: bool = ..., **more: Unpack[_More]) -> bool: ...
@overload
def option(*flags: str, help: str, default: None, **more: Unpack[_More]) -> bool | None: ...
@overload
def option(*flags: str, help: str, times: Literal["count"]) -> int: ...
@overload
def option(*flags: str, kind: Kind[T], help: str, default: D, **more: Unpack[_More]) -> T | D: ...
@overload
def option(*flags: str, kind: Kind[T], help: str, **more: Unpack[_More]) -> T | None: ...
@overload
def option(
    *flags: str, kind: Kind[T], help: str, times: Literal["each"], **more: Unpack[_More]
) -> tuple[T, ...]: ...


def option(*flags: str, kind: Kind[Any] = SWITCH, **declared: Any) -> Any:
    """A field that is an option: a switch, where no kind of value follows its flags."""
    unless_given = {"each": (), "count": 0}.get(
        declared.get("times", "last"), False if kind.is_switch else None
    )
    declared.setdefault("default", unless_given)
    made = Option("", flags, kind, **declared)
    return field(default=made.default, metadata={Option: made})


def argument(*, kind: Kind[T], help: str) -> T:  # noqa: A002 - as of `option`
    """A field that is a positional argument; it has to be given."""
    made: Any = field(metadata={Option: Option("", (), kind, help)})
    declared: T = made
    return declared


# --- reading -------------------------------------------------------------------


def declared(record: type) -> tuple[Option, ...]:
    """The options that a record declares, in its order."""
    return _declared(record)


@cache
def _declared(record: type) -> tuple[Option, ...]:
    return tuple(f.metadata[Option]._replace(name=f.name) for f in fields(record))


def parse(record: type[Record], texts: Mapping[str, Text], context: Context) -> Record:
    """A record of what was written, by the names of its fields."""
    return record(**{o.name: o.read(texts.get(o.name), context) for o in declared(record)})
