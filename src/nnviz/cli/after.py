"""What follows a command: its files are opened, and it waits for its inputs to change."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from time import sleep

from nnviz.errors import NnvizError

EVERY = 0.2
"""Seconds from look to look at the files that are watched."""

GRAIN = 10_000_000
"""Nanoseconds by which the clock of a file system may be behind."""

_Seen = dict[str, tuple[int, int, int]]


def show_files(paths: Sequence[str]) -> None:
    """Open files in the programs that show them; NnvizError where there is none."""
    import typer

    for path in paths:
        if typer.launch(path) != 0:
            raise NnvizError("no program opens {path} here", path=path, hint="open it yourself")


def changes(paths: Sequence[str], since: int) -> Iterator[None]:
    """Wait, and go on whenever one of some files is another one than before.

    Whatever was written after the time `since`, in nanoseconds, may not be what was read.
    """
    seen = {path: state for path, state in _look(paths).items() if state[0] < since - GRAIN}
    while True:
        sleep(EVERY)
        now = seen | _look(paths)  # one that is being replaced may not be there
        if now != seen:
            seen = now
            yield


def _look(paths: Sequence[str]) -> _Seen:
    found: _Seen = {}
    for path in paths:
        try:
            there = os.stat(path)  # noqa: PTH116 - a text as it was given
        except OSError:
            continue
        found[path] = there.st_mtime_ns, there.st_size, there.st_ino
    return found
