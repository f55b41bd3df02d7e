"""The words of a command, read by what its operation declares.

Typer reads the same words and words its own help, completion and complaints, but loading
it takes as long as a small command runs. So words that are plainly right are read here,
and all others are left to Typer; a test holds the two to the same reading.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from nnviz.cli import options
from nnviz.ops._operation import Operation, Option


class Written(NamedTuple):
    """What a command was given: its own options as text, INPUT, and the shared ones."""

    own: dict[str, Any]
    input: str | None
    shared: dict[str, Any]


class _Place(NamedTuple):
    """Where the text of a flag goes."""

    texts: dict[str, Any]
    option: Option
    times: str


def takes_input(operation: Operation) -> bool:
    """Whether a command has the argument INPUT: `params` describes a network and has none."""
    return operation.reads_input({option.name: option.default for option in operation.options})


def is_number(word: str) -> bool:
    """Whether a word that begins with a minus sign is a number or a matrix, not an option."""
    return word[0:1] == "-" and (word[1:2].isdigit() or word[1:2] == ".")


def read(words: list[str], operation: Operation) -> Written | None:
    """What the words after a command's name give it; None where Typer has to say why not."""
    written = Written({}, None, {})
    flags = _flags(operation, written)
    arguments: list[str] = []
    queue = iter(words)
    for word in queue:
        if word == "--":
            arguments += queue
        elif len(word) < 2 or word[0] != "-" or is_number(word):
            arguments.append(word)
        elif not _take(word, queue, flags):
            return None
    names = [argument.name for argument in operation.arguments]
    if len(arguments) > len(names) + takes_input(operation):
        return None
    written.own.update(zip(names, arguments, strict=False))
    return written._replace(input=next(iter(arguments[len(names) :]), None))


def _flags(operation: Operation, written: Written) -> dict[str, _Place]:
    own = {option.name for option in operation.options}
    places = [
        *(_Place(written.own, option, "last") for option in operation.options),
        *(
            _Place(written.shared, shared.option, shared.times)
            for shared in options.all_shared()
            if shared.option.name not in own
        ),
    ]
    flags = {flag: place for place in places for flag in place.option.flags}
    return flags | {place.option.off: place for place in places if place.option.off}


def _take(word: str, queue: Iterator[str], flags: dict[str, _Place]) -> bool:
    """Put an option where it belongs; False where it is none, or has no value."""
    flag, joined, text = word.partition("=") if word[1] == "-" else (word[:2], word[2:], word[2:])
    place = flags.get(flag)
    if place is None:
        return False
    texts, option, times = place
    if option.kind is None:
        if joined:
            return False
        texts[option.name] = (
            texts.get(option.name, 0) + 1 if times == "count" else flag != option.off
        )
        return True
    value = text if joined else next(queue, None)
    if value is None:
        return False
    texts[option.name] = [*texts.get(option.name, ()), value] if times == "each" else value
    return True
