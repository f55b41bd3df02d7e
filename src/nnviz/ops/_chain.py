"""Networks as chains of commands: `conv --filters 6 | act relu | pool -k 2`.

The words are split as a POSIX shell does, and each layer's options are read by the
declaration that the command line reads them by.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from nnviz import ops
from nnviz.errors import NnvizError, Place, UsageError
from nnviz.options import elsewhere
from nnviz.options.operation import Operation
from nnviz.options.option import Context, Kind, Text
from nnviz.options.program import WordsError
from nnviz.read import Stdin
from nnviz.read.text import STANDARD_INPUT, decode, place_at
from nnviz.words import Words

EXAMPLE = "conv --filters 6 --size 5 | act relu | pool -k 2"


class Link(NamedTuple):
    """One layer of a chain: an operation with its options, and where it was written."""

    number: int
    """From 1."""
    text: str
    place: Place
    operation: Operation[Any]
    options: Any
    """The record that the operation declares."""

    @contextmanager
    def blamed(self) -> Iterator[None]:
        """Errors inside say which layer they come from."""
        with _blamed(self.number, self.text, self.place):
            yield


class Chain(NamedTuple):
    """The layers of a network, in order."""

    text: str
    links: tuple[Link, ...]


def chain() -> Kind[Chain]:
    """A chain as text, or a file of one."""

    def parse(text: str, flag: str, context: Context) -> Chain:
        name = flag
        if text == "-":
            name, text = STANDARD_INPUT, decode(context.stdin.read(flag), STANDARD_INPUT)
        elif os.path.exists(text):
            name, text = text, _content(text)
        return parse_chain(text, name, context)

    def accept(value: Any, flag: str) -> Chain:
        if not isinstance(value, str):
            raise UsageError("{flag} is not a text such as {example}", flag=flag, example=EXAMPLE)
        return parse(value, flag, Context(Stdin(None)))

    return Kind("CHAIN|FILE", parse, accept, is_read=True, looks=_looks)


def _looks(text: str) -> bool:
    """Whether a text begins as a chain does, with the name of a layer."""
    first = text.split(maxsplit=1)[:1]
    return bool(first) and _named(first[0])[0] in ops.names()


def _content(path: str) -> str:
    try:
        return decode(Path(path).read_bytes(), path)
    except OSError as error:
        why = error.strerror or str(error)
        raise NnvizError("{path} cannot be read: {why}", path=path, why=why) from None


class _Layer(NamedTuple):
    """A layer as it is written: its options are still text."""

    number: int
    text: str
    place: Place
    operation: Operation[Any]
    texts: Mapping[str, Text]
    pointed: Callable[[], AbstractContextManager[None]]
    """Errors inside point at the word that they are of."""


def parse_chain(text: str, name: str, context: Context) -> Chain:
    """The layers that a text names; an error points at the one that is wrong."""
    written = [
        _written(number, words, text, name) for number, words in enumerate(_layers(text, name), 1)
    ]
    if not written:
        raise UsageError("the chain has no layers", hint=Words("for example {e}", e=EXAMPLE))
    for layer in written:  # a second - is found before the first is read
        with _blamed(layer.number, layer.text, layer.place):
            for option in layer.operation.options:
                if option.kind.is_read and layer.texts.get(option.name) == "-":
                    context.stdin.reserve(option.label)
    return Chain(text.strip(), tuple(_link(layer, context) for layer in written))


def _written(number: int, words: Sequence[_Word], text: str, source: str) -> _Layer:
    place = place_at(text, words[0].start, source, words[-1].end - words[0].start)
    shown = " ".join(text[words[0].start : words[-1].end].split())
    with _blamed(number, shown, place):
        name, *more = _named(words[0].text)
        operation = _operation(name)
        pointed = partial(_pointed, operation, words, text, source)
        with pointed():
            texts = _texts([*more, *(word.text for word in words[1:])], operation)
        missing = [a.label for a in operation.arguments if a.name not in texts]
        if missing:
            raise UsageError("{op} needs {what}", op=operation.name, what=missing[0])
        return _Layer(number, shown, place, operation, texts, pointed)


def _texts(words: Sequence[str], operation: Operation[Any]) -> Mapping[str, Text]:
    """What is written for the options of a layer, read as on the command line."""
    from nnviz.options import commands  # with Typer, which a Python call may do without

    try:
        _, texts, extra = commands.read(words, operation.name, operation.options)
    except WordsError as error:
        if error.unknown and error.hint is None:
            flags = sorted(flag for option in operation.options for flag in option.flags)
            error.hint = Words("it has: {names}", names=" ".join(flags))
        raise
    if extra:
        raise UsageError("{op} takes no argument {word}", op=operation.name, word=extra[0])
    return texts


def _link(layer: _Layer, context: Context) -> Link:
    number, text, place, operation, texts, pointed = layer
    with _blamed(number, text, place), pointed():
        options = operation.parse(texts, context)
        if not operation.reads_input(texts):
            raise UsageError(
                "a layer of a chain takes what comes before it, but this one takes no input"
            )
        return Link(number, text, place, operation, options)


def _named(word: str) -> tuple[str, ...]:
    """The words of a layer by its name, here or elsewhere."""
    return (word,) if word in ops.names() else elsewhere.layer(word) or (word,)


@contextmanager
def _pointed(
    operation: Operation[Any], words: Sequence[_Word], text: str, name: str
) -> Iterator[None]:
    """Errors inside that name a flag point at it and at its value, as they are written."""
    try:
        yield
    except NnvizError as error:
        flag = str(error.message.args.get("flag", ""))
        at = _written_at(flag, operation, [word.text for word in words])
        if error.place is None and at is not None:
            error.place = place_at(
                text, words[at[0]].start, name, words[at[1]].end - words[at[0]].start
            )
        raise


def _written_at(
    flag: str, operation: Operation[Any], words: Sequence[str]
) -> tuple[int, int] | None:
    """The numbers of the words that an option is written in, the last time that it is."""
    option = next((o for o in operation.options if flag in (*o.flags, o.off)), None)
    spellings = {flag, *option.flags} if option else {flag}
    for i in reversed(range(1, len(words))):
        head, sign, _ = words[i].partition("=")
        if head in spellings:
            alone = option is None or option.kind.is_switch or sign
            return i, i if alone else min(i + 1, len(words) - 1)
        if not head.startswith("--") and head[:2] in spellings:
            return i, i
    return None


def _operation(name: str) -> Operation[Any]:
    known = map(ops.load, ops.names())
    layers = {operation.name: operation for operation in known if operation.layer is not None}
    if name not in layers:
        if Path(name).suffix or Path(name).name != name:
            raise UsageError(
                "there is no file {path}", path=name, hint=Words("for example {e}", e=EXAMPLE)
            )
        raise UsageError(
            "{name} is not a layer",
            name=name,
            hint=Words("layers: {names}", names=", ".join(layers)),
        )
    return layers[name]


@contextmanager
def _blamed(number: int, text: str, place: Place) -> Iterator[None]:
    try:
        yield
    except NnvizError as error:
        if error.place is None:
            error.place = place
        error.context.append(Words("in layer {n} of the chain: {text}", n=number, text=text))
        raise


# --- words ---------------------------------------------------------------------


class _Word(NamedTuple):
    text: str
    start: int
    end: int


def _layers(text: str, name: str) -> Iterator[Sequence[_Word]]:
    """The words between `|` and new lines; a `|` with nothing on a side is an error."""
    words: list[_Word] = []
    pipe: int | None = None
    for item in _scan(text, name):
        if isinstance(item, _Word):
            words.append(item)
            pipe = None
            continue
        at, sign = item
        if sign == "|":
            if not words:
                raise UsageError("there is no layer before this |", place=place_at(text, at, name))
            pipe = at
        if words:
            yield words
            words = []
    if words:
        yield words
    elif pipe is not None:
        raise UsageError("there is no layer after this |", place=place_at(text, pipe, name))


_QUOTED = r"""'(?P<raw>[^']*)'|"(?P<text>(?:[^"\\]|\\["\\]|\\(?!["\\]))*)\""""
"""Quotes protect everything; between double ones `\\"` and `\\\\` are `"` and `\\`."""
_QUOTES = re.compile(_QUOTED)
_ITEMS = re.compile(
    rf"""(?P<sign>[|\n])|\#[^\n]*|(?P<word>(?:{_QUOTED}|[^\s|'"])+)|(?P<open>['"])"""
)


def _scan(text: str, name: str) -> Iterator[_Word | tuple[int, str]]:
    """Words, and the signs between layers with their places."""
    for found in _ITEMS.finditer(text):
        if found["open"]:
            raise UsageError(
                "the quote {quote} is never closed",
                quote=found[0],
                place=place_at(text, found.start(), name),
            )
        if found["word"]:
            yield _Word(_QUOTES.sub(_unquoted, found[0]), *found.span())
        elif found["sign"]:
            yield found.start(), found[0]


def _unquoted(quoted: re.Match[str]) -> str:
    if quoted["text"] is None:
        return quoted["raw"]
    return re.sub(r'\\(["\\])', r"\1", quoted["text"])
