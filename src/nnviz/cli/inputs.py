"""Each INPUT of a command: quoted patterns, and the files that are its own."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from nnviz import files
from nnviz.cli import checks
from nnviz.cli.checks import Written
from nnviz.cli.options import Shared
from nnviz.errors import NnvizError, UsageError
from nnviz.read.given import is_path, is_written_out
from nnviz.read.numbers import is_number
from nnviz.records import NamedTuple

_MAGIC = re.compile(r"[*?[]")
_NUMBERS = re.compile(r"[\s\d.,;:+\-/()\[\]eE]*")
"""A matrix, whatever its brackets; as a pattern `[1, 2]` would be a file called 1."""
_LONGEST_PATTERN = 4096
_PLACE = re.compile(r"\{(name|index|parent)\}")


class Job(NamedTuple):
    """What a command is given where one INPUT is all it has."""

    given: Written
    shared: Shared

    @property
    def outputs(self) -> list[str]:
        return checks.outputs(self.given, self.shared)


# --- the words ------------------------------------------------------------------


def is_pattern(word: str) -> bool:
    """Whether a word may stand for several files; one that is there is itself.

    >>> [is_pattern(word) for word in ("photos/*.jpg", "[1, 2]", "a[0-9].png", "x.png")]
    [True, False, True, False]
    """
    return (
        _MAGIC.search(word) is not None
        and len(word) <= _LONGEST_PATTERN
        and "\n" not in word
        and not _NUMBERS.fullmatch(word)
        and not os.path.lexists(word)
    )


def expanded(words: Iterable[str]) -> Iterator[str]:
    """The INPUTs that words are, each pattern as its files in their natural order."""
    for word in words:
        found = _files(word) if is_pattern(word) else [word]
        if not found and not (is_written_out(word) and not re.search(r"[*?]", word)):
            raise NnvizError("no file matches {pattern}", pattern=word)
        yield from found or [word]


def _files(pattern: str) -> list[str]:
    from glob import glob  # few words are patterns; Path's own cannot begin at any place

    found = filter(os.path.isfile, glob(pattern, recursive=True))  # noqa: PTH207
    return sorted((path for path in found if not _through_link(path, pattern)), key=_natural)


def _through_link(path: str, pattern: str) -> bool:
    """Whether `**` led through a link to a folder, which may lead round and round."""
    start, deep, _ = pattern.partition("**")
    parts = Path(path).parts
    inside = range(len(Path(start).parts) + 1, len(parts))
    return bool(deep) and any(Path(*parts[:n]).is_symlink() for n in inside)


def _natural(path: str) -> tuple[list[int | str], str]:
    """What files are sorted by: `2.png` before `10.png`."""
    parts = re.split(r"([0-9]+)", path.casefold())
    return [int(part) if i % 2 else part for i, part in enumerate(parts)], path


def misplaced(words: Sequence[str]) -> tuple[str, ...]:
    """Of several INPUTs those that are none: a matrix without its quotes, a word of an option."""

    def is_none(word: str) -> bool:
        bare = is_path(word) and not re.search(r"[./\\*?[:]", word)
        return word != "-" and (bare or is_number(word)) and not os.path.lexists(word)

    return tuple(filter(is_none, words)) if len(words) > 1 else ()


# --- the files ------------------------------------------------------------------


def jobs(given: Written, shared: Shared, inputs: Sequence[str]) -> list[Job]:
    """A job an INPUT, its files called after it; without any, standard input is one."""
    if not inputs:
        return [_filled(given, shared, "-", 0)]
    return [
        _filled(given._replace(inputs=(each,)), shared, each, index)
        for index, each in enumerate(inputs)
    ]


def _filled(given: Written, shared: Shared, word: str, index: int) -> Job:
    """A job with the places of its files' names filled: a matrix is called by its number."""
    asked, saved = shared.output, given.texts.get(checks.SAVED)
    if not any(map(_PLACE.search, checks.outputs(given, shared))):
        return Job(given, shared)
    path, _, member = word.partition(":") if not os.path.lexists(word) else (word, "", "")
    named = word != "-" and (os.path.lexists(word) or is_path(word))
    name = "-".join(filter(None, (Path(path).stem, member.replace("/", "-"))))
    said = {"name": name if named else index, "index": index}
    parent = Path(path).parent if named else Path()
    # Beneath another folder, `..` would lead out of that.
    beneath = Path(*(part for part in Path(os.path.normpath(parent)).parts if part != ".."))

    def place(found: re.Match[str]) -> str:
        return str(said.get(found[1], beneath if found.start() else parent))

    output, drawn = (
        tuple(_PLACE.sub(place, path) for path in paths) for paths in (asked.output, asked.map)
    )
    if isinstance(saved, str):
        given = given._replace(texts={**given.texts, checks.SAVED: _PLACE.sub(place, saved)})
    return Job(given, shared._replace(output=replace(asked, output=output, map=drawn)))


def prepare(
    given: Written, shared: Shared, every: Sequence[Job], sources: Iterable[str]
) -> dict[str, str]:
    """Raise where two INPUTs have one output, or one cannot be written; then make the folders of
    files that INPUTs give their names to (any other has to be there).

    Whose the files are that INPUTs are and make, by their real paths: no other job may write one.
    """
    owners: dict[str, Job] = {}
    outputs = [(job, path) for job in every for path in job.outputs]
    for job, path in outputs:
        owner = owners.setdefault(os.path.realpath(path), job)
        if owner is not job:
            raise UsageError(
                "{first} and {second} would both be written to {path}",
                first=owner.given.input,
                second=job.given.input,
                path=path,
                hint="{name}, {parent} or {index} in its name tells them apart",
            )
    named = any(map(_PLACE.search, checks.outputs(given, shared)))
    files.check([path for _, path in outputs], sources, makes=named)
    for _, path in outputs if named else ():
        files.make_folder(path)
    words = (word for job in every for word in job.given.inputs if len(word) <= _LONGEST_PATTERN)
    taken = {os.path.realpath(word): word for word in words}
    return taken | {real: str(job.given.input) for real, job in owners.items()}


def is_done(job: Job, others: Collection[str]) -> bool:
    """Whether all files of a job are there; a map of channels has numbers, unless another's has
    its name.
    """

    def there(path: str) -> bool:
        if path not in job.shared.output.map:
            return os.path.exists(path)
        from nnviz.formats.raster.maps import names

        own = os.path.realpath(path)
        real = map(os.path.realpath, names(path))
        return any(os.path.exists(name) for name in real if name == own or name not in others)

    return all(map(there, job.outputs))
