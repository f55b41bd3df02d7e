"""Standard input, output and error: what they can carry, and writing to them."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from io import RawIOBase
from time import monotonic
from typing import TYPE_CHECKING, TextIO, cast

from nnviz import files, lang
from nnviz.errors import NnvizError
from nnviz.request import Screen
from nnviz.words import Words, safe

if TYPE_CHECKING:
    from rich.progress import Progress


def prepare(env: Mapping[str, str]) -> None:
    """Make redirected output UTF-8, unless PYTHONIOENCODING says otherwise."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is None:
            continue
        if not is_terminal(stream) and not env.get("PYTHONIOENCODING"):
            reconfigure(encoding="utf-8")
        reconfigure(errors="replace")


def is_terminal(stream: TextIO | None) -> bool:
    """Whether a person sits at this stream."""
    try:
        return stream is not None and stream.isatty()
    except ValueError:  # closed
        return False


def colored(choice: str, env: Mapping[str, str]) -> bool:
    """Whether standard output gets colours: --color, NO_COLOR, FORCE_COLOR, a terminal."""
    if choice != "auto":
        return choice == "always"
    if env.get("NO_COLOR"):
        return False
    if env.get("FORCE_COLOR"):
        return env["FORCE_COLOR"] != "0"
    return is_terminal(sys.stdout) and env.get("TERM") != "dumb"


def screen(choice: str, env: Mapping[str, str]) -> Screen:
    """What standard output can show."""
    import shutil

    color, carried = colored(choice, env), encoding(sys.stdout)
    if is_terminal(sys.stdout):
        size = shutil.get_terminal_size()
        return Screen(size.columns, color, carried, size.lines)
    asked = env.get("COLUMNS", "")
    width = int(asked) if asked.isdecimal() and int(asked) else None
    return Screen(width, color, carried, piped=True)


def encoding(stream: TextIO | None) -> str:
    """The encoding of a stream."""
    return getattr(stream, "encoding", None) or "utf-8"


def write(data: bytes) -> None:
    """Bytes to standard output, all of them, now."""
    if sys.stdout is None:
        raise NnvizError("standard output is closed", hint="write a file with -o")
    try:
        _put(sys.stdout, data)
    except OSError:
        _abandon_output()
        raise


def _put(stream: TextIO, data: bytes) -> None:
    """What a stream holds, then `data`, past the buffer: that loses count where a pipe is full."""
    stream.flush()
    files.put(getattr(stream.buffer, "raw", cast(RawIOBase, stream.buffer)), data)


PATIENCE = 0.5
"""Seconds before a person is shown how far it is."""
_shown: list[Progress] = []
"""The bar that stands at the foot of the terminal."""


@contextmanager
def progress(quiet: bool, color: str = "auto") -> Iterator[Callable[[int, int], None] | None]:
    """What to tell how far it is: a bar on a line of the terminal, which is wiped in the end."""
    if quiet or not is_terminal(sys.stderr):
        yield None
        return
    began = monotonic()
    with ExitStack() as stack:
        stack.callback(_shown.clear)

        def tell(done: int, count: int) -> None:
            if not _shown and monotonic() - began >= PATIENCE:
                _shown.append(stack.enter_context(_bar(color)))
                _shown[0].add_task("")
            for bar in _shown:
                bar.update(bar.task_ids[0], completed=done, total=count, refresh=True)

        yield tell


def _bar(color: str) -> Progress:
    """Rich's bar, which few commands need."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TimeRemainingColumn

    return Progress(
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(),
        console=Console(file=sys.stderr, no_color=True if color == "never" else None),
        auto_refresh=False,
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
    )


def spoken(language: str, stream: TextIO | None) -> str:
    """The language, or English where the stream cannot carry its letters."""
    try:
        lang.letters(language).encode(encoding(stream))
    except UnicodeEncodeError:
        return lang.ENGLISH
    return language


def unspoken(language: str, stream: TextIO | None) -> Words:
    """That a stream is spoken to in English, and how it would not be."""
    return Words(
        "{encoding} cannot carry the letters of {language}, so this is in English; "
        "PYTHONIOENCODING=utf-8 would",
        encoding=encoding(stream),
        language=language,
    )


def carried(text: str, stream: TextIO | None = None) -> str:
    """The text in signs that a stream, else standard output, can carry."""
    from nnviz.formats.terminal.ascii import ascii_form

    return ascii_form(text, encoding(stream or sys.stdout))


def write_text(text: str) -> None:
    """Lines to standard output, in signs it can carry."""
    write((carried(text.rstrip("\n")) + "\n").encode(encoding(sys.stdout), "replace"))


def remark(text: str) -> None:
    """A line to standard error, in signs it can carry; lost where it is closed."""
    if sys.stderr is None:
        return
    line = carried("\n".join(map(safe, text.split("\n"))), sys.stderr) + "\n"
    with suppress(OSError):
        for bar in _shown:  # above it
            bar.console.print(line, end="", markup=False, highlight=False, soft_wrap=True)
            return
        _put(sys.stderr, line.encode(encoding(sys.stderr), "replace"))


def _abandon_output() -> None:
    """Nothing may be left for Python to flush at exit, which would fail again."""
    try:
        devnull = os.open(os.devnull, os.O_WRONLY)
        os.dup2(devnull, sys.stdout.fileno())
        os.close(devnull)
    except (OSError, ValueError, AttributeError):
        return
