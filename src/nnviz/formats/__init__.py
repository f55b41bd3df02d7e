"""One file a format: a Trace becomes bytes.

A module of this package whose name has no leading underscore is a format and holds
`FORMAT`. Its module name is the format's name (`-f json`); its suffixes are what `-o` takes.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Literal

from nnviz.errors import UsageError
from nnviz.records import NamedTuple
from nnviz.request import EXERCISE, Request
from nnviz.trace import Trace
from nnviz.words import Words

Kind = Literal["figure", "values", "text"]
FIGURE = (
    *EXERCISE,
    *("steps", "view", "title", "plain", "labels", "symbols", "font", "sample", "filter"),
    *("scale", "width", "ratio", "explain", "check_grad"),
)
"""The options of every command that each format of figures uses."""
MAP = ("range", "sample", "filter")
"""Those that `--map` uses."""


class Made(NamedTuple):
    """The whole content of a file or stream, and what is said of it."""

    content: bytes
    size: tuple[int, int] | None = None
    """Width and height, of what is made of pixels."""
    notes: tuple[Words, ...] = ()
    """What a user should be told of this writing: what was left out, or has no font."""
    more: tuple[tuple[str, bytes], ...] = ()
    """Files beside it, by their paths: the figure of a note."""
    numbers: bytes | memoryview = b""
    """What follows `content`: an array as it lies in memory, for it may be large."""


class Format(NamedTuple):
    """A format: `write(trace, request)` makes the content of a file or stream."""

    kind: Kind
    suffixes: tuple[str, ...]
    """With the point; empty where `-o` has no such file."""
    write: Callable[[Trace, Request], Made]
    stream: bool = True
    """Whether `-f` offers it on standard output."""
    binary: bool = False
    uses: tuple[str, ...] = ()
    """Which options of those for formats it can use, by name: any other would change nothing."""
    in_file: tuple[str, ...] = ()
    """Those that it can use besides where it is a file: of the figure beside it."""
    heading: str = ""
    """What stands above each of several INPUTs on standard output: in a table `==> {name} <==`."""
    views: Callable[[str], tuple[str, ...]] | None = None
    """The views it has of an operation, where not every view of figures."""


@cache
def names() -> tuple[str, ...]:
    """Every format there is, from the files of this folder."""
    found = (path.stem for path in Path(__file__).parent.glob("*.py"))
    return tuple(sorted(name for name in found if not name.startswith("_")))


@cache
def load(name: str) -> Format:
    """The format of this name."""
    module = import_module(f"{__name__}.{name}")
    loaded = module.FORMAT
    assert isinstance(loaded, Format)
    return loaded


def streams() -> tuple[str, ...]:
    """The formats that standard output can get."""
    return tuple(name for name in names() if load(name).stream)


def check_use(name: str, flag: str, used: Collection[str]) -> None:
    """Raise UsageError where an option for formats is not among those that are used."""
    if name not in used:
        raise UsageError(
            "{flag} changes nothing of what is asked for here",
            flag=flag,
            hint=Words("it belongs to {names}", names=", ".join(_users(name))),
        )


def check_explained(trace: Trace) -> None:
    """Raise UsageError where there are no steps of which --explain could say anything."""
    if trace.explain is None or not len(trace.steps):
        raise UsageError(
            "--explain: {op} has no steps of its own to explain",
            op=trace.command,
            hint="--trace and --walk explain those of every layer" if trace.layers else None,
        )


def check_view(op: str, view: str | None, forms: Sequence[Format]) -> None:
    """Raise UsageError where no format that is asked for has the view of an operation."""
    users = [form for form in forms if "view" in form.uses]
    limits = [form.views(op) for form in users if form.views is not None]
    asked = view is not None and limits and len(limits) == len(users)
    if not asked or any(view in names for names in limits):
        return
    raise UsageError(
        "the terminal has no view {name} of {op}",
        name=view,
        op=op,
        hint=Words(
            "it has: {names}; -o figure.svg draws any",
            names=", ".join(dict.fromkeys(name for names in limits for name in names)),
        ),
    )


def _users(name: str) -> Iterator[str]:
    """The formats that use an option, as they are asked for."""
    for each in names():
        form = load(each)
        if name in (*form.uses, *form.in_file):
            yield f"-f {each}" if form.stream and not form.suffixes else f"-o …{form.suffixes[0]}"
    if name in MAP:
        yield "--map"


def by_suffix(path: str) -> Format:
    """The format that a file's suffix names; an error naming the known ones."""
    suffix = Path(path).suffix.lower()
    if suffix[1:] in names() and suffix in load(suffix[1:]).suffixes:
        return _of_file(suffix[1:])
    known = {s: name for name in names() for s in load(name).suffixes}
    if suffix in known:
        return _of_file(known[suffix])
    raise UsageError(
        "{path} has no suffix that nnviz knows" if suffix else "{path} has no suffix",
        path=path,
        hint=Words("known are {names}", names=" ".join(sorted(known))),
    )


def _of_file(name: str) -> Format:
    """The format of a file, with all that it can use."""
    form = load(name)
    return form._replace(uses=(*form.uses, *form.in_file))
