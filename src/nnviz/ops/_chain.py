"""Networks as chains of commands: `conv --filters 6 | act relu | pool -k 2`.

The package knows some by name: a file each in `nnviz/nets`, whose first line says what it is.
What `_language` finds in a text is read here: each layer's options by the declaration that the
command line reads them by.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import cache, partial
from pathlib import Path
from typing import Any, TypeVar

from nnviz import ops
from nnviz.errors import NnvizError, UsageError
from nnviz.ops._joins import JOINS, JoinOptions
from nnviz.ops._language import Laid, Word, layers
from nnviz.ops._models import model_of
from nnviz.ops._network import Network, Node, blamed
from nnviz.options import elsewhere, kinds
from nnviz.options.operation import Operation
from nnviz.options.option import Context, Kind, Text
from nnviz.options.program import WordsError
from nnviz.read import Stdin
from nnviz.read.text import STANDARD_INPUT, decode, place_at
from nnviz.records import NamedTuple
from nnviz.words import Words

T = TypeVar("T")
EXAMPLE = "conv --filters 6 --size 5 | act relu | pool -k 2"
_INPUT = re.compile(r"^\s*#\s*input:\s*([0-9]+(?:[x×,][0-9]+)*)\s*$", re.MULTILINE)
"""The comment of a chain that says what it is made for."""
NET = "A chain as text, a file of one, a known network, or a model's file."


def chain(*, arrays: bool = False) -> Kind[Network]:
    """A chain as text, a file of one or of a model, or the name of a known network.

    Of a model's file the numbers are read where `arrays` are wanted, else their shapes.
    """

    def parse(text: str, flag: str, context: Context) -> Network:
        name = flag
        if text == "-":
            name, text = STANDARD_INPUT, decode(context.stdin.read(flag), STANDARD_INPUT)
        elif os.path.exists(text):
            context.stdin.opened.append(text)
            if (model := _read(text, partial(model_of, arrays=arrays))) is not None:
                return model
            name, text = text, _content(text)
        elif text in known_nets():
            name, text = f"{text}.net", _content(str(known_nets()[text]))
        beside = Path(name).with_suffix(".safetensors") if name.endswith(".net") else Path()
        net = parse_chain(text, name, context)
        return net._replace(beside=str(beside)) if beside.is_file() else net

    def accept(value: Any, flag: str) -> Network:
        if not isinstance(value, str):
            raise UsageError("{flag} is not a text such as {example}", flag=flag, example=EXAMPLE)
        return parse(value, flag, Context(Stdin(None)))

    known = tuple(known_nets())
    return Kind("CHAIN|FILE|NAME", parse, accept, known, is_read=True, looks=_looks)


def _looks(text: str) -> bool:
    """Whether a text begins as a chain does, with the name of a layer, or is a known network's."""
    first = text.split(maxsplit=1)[:1]
    known = text in known_nets()
    return known or (bool(first) and _named(first[0])[0] in ops.names())


@cache
def known_nets() -> Mapping[str, Path]:
    """The files of the networks that the package knows, by name."""
    found = (Path(ops.__file__).parent.parent / "nets").glob("*.net")
    return {path.stem: path for path in sorted(found)}


def _content(path: str) -> str:
    return decode(_read(path, lambda path: Path(path).read_bytes()), path)


def _read(path: str, read: Callable[[str], T]) -> T:
    try:
        return read(path)
    except OSError as error:
        why = error.strerror or str(error)
        raise NnvizError("{path} cannot be read: {why}", path=path, why=why) from None


class _Layer(NamedTuple):
    """A layer as it is written: its options are still text."""

    operation: Operation[Any]
    texts: Mapping[str, Text]
    pointed: Callable[[], AbstractContextManager[None]]
    """Errors inside point at the word that they are of."""


def parse_chain(text: str, name: str, context: Context) -> Network:
    """The layers that a text names; an error points at the one that is wrong."""
    laid = layers(text, name)
    if not laid:
        raise UsageError("the chain has no layers", hint=Words("for example {e}", e=EXAMPLE))
    first: dict[Any, Laid] = {}
    for each in laid:  # a repeated one is read once
        first.setdefault(_key(each), each)
    written = {
        key: _written(layer, text, name) for key, layer in first.items() if layer.join is None
    }
    for key, layer in written.items():  # a second - is found before the first is read
        with _blamed(first[key]):
            for option in layer.operation.options:
                if option.kind.is_read and layer.texts.get(option.name) == "-":
                    context.stdin.reserve(option.label)
    options = {key: _options(first[key], layer, context) for key, layer in written.items()}
    nodes: list[Node] = []
    slides = [False]  # whether windows slide anywhere before
    for at in laid:
        before = any(slides[n] for n in at.sources)
        operation, record = (
            (written[_key(at)].operation, options[_key(at)])
            if at.join is None
            else (JOINS[at.join], JoinOptions(maps=before))
        )
        slides.append(before or operation.slides)
        nodes.append(Node(at.number, at.text, at.place, operation, record, at.sources, at.name))
    made_for = _INPUT.search(text)
    size = made_for and kinds.sizes(1).parse(made_for[1], "input", context)
    return Network(text.strip(), tuple(nodes), size)


def _key(layer: Laid) -> tuple[object, ...]:
    """What is the same of layers that are read once: how they are written, and where one may
    mean standard input also the place.
    """
    words = tuple(word.text for word in layer.words)
    return layer.words if any(word.endswith("-") for word in words) else words


def _blamed(layer: Laid) -> AbstractContextManager[None]:
    return blamed(layer.number, layer.text, layer.place)


def _written(layer: Laid, text: str, source: str) -> _Layer:
    words = layer.words
    with _blamed(layer):
        name, *more = _named(words[0].text)
        operation = _operation(name)
        pointed = partial(_pointed, operation, words, text, source)
        with pointed():
            texts = _texts([*more, *(word.text for word in words[1:])], operation)
        missing = [a.label for a in operation.arguments if a.name not in texts]
        if missing:
            raise UsageError("{op} needs {what}", op=operation.name, what=missing[0])
        return _Layer(operation, texts, pointed)


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


def _options(laid: Laid, layer: _Layer, context: Context) -> Any:
    with _blamed(laid), layer.pointed():
        options = layer.operation.parse(layer.texts, context)
        if not layer.operation.reads_input(layer.texts):
            raise UsageError(
                "a layer of a chain takes what comes before it, but this one takes no input"
            )
        return options


def _named(word: str) -> tuple[str, ...]:
    """The words of a layer by its name, here or elsewhere."""
    ours = word.replace("-", "_") in ops.names()  # a command has - for _
    return (word,) if ours else elsewhere.layer(word) or (word,)


@contextmanager
def _pointed(
    operation: Operation[Any], words: Sequence[Word], text: str, name: str
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
    file = name.replace("-", "_")
    if file in ops.names() and (found := ops.load(file)).layer is not None:
        return found
    if Path(name).suffix or Path(name).name != name:
        raise UsageError(
            "there is no file {path}", path=name, hint=Words("for example {e}", e=EXAMPLE)
        )
    known = [operation.name for operation in map(ops.load, ops.names()) if operation.layer]
    raise UsageError(
        "{name} is not a layer", name=name, hint=Words("layers: {names}", names=", ".join(known))
    )
