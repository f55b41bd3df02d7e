"""The steps of a result at a terminal: by keys, by themselves, or asking for their values."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from time import monotonic
from typing import TYPE_CHECKING, TypeAlias

from nnviz import lang
from nnviz.cli import streams
from nnviz.cli.options import Shared
from nnviz.errors import UsageError
from nnviz.request import WALK, Request
from nnviz.trace import Trace
from nnviz.words import Words

if TYPE_CHECKING:
    from nnviz.cli._keys import Read
    from nnviz.cli._walking import Walk

Show: TypeAlias = Callable[[], None]
_PACE = 2.0
"""Things a second that --play shows."""
_GLANCE = 0.1
"""Seconds after which a window that was resized is seen."""
_PLAYING = Words("space: wait, go on · q")


def wanted(shared: Shared) -> str | None:
    """The flag by which a walk is asked for; None where none is."""
    return next((f"--{name}" for name in WALK if getattr(shared.practice, name)), None)


def check(shared: Shared, env: Mapping[str, str]) -> None:
    """Raise UsageError where a walk is asked for beside what it contradicts, or has no terminal."""
    flag = wanted(shared)
    if flag is None:
        return
    asked, written = shared.practice, shared.output
    others = {
        "--walk": asked.play and asked.walk, "--ask": asked.play and asked.ask,
        "-o": written.output, "-f": written.format, "--json": written.json,
        "--trace": written.trace, "--map": written.map, "--beside": written.beside,
        "--quiz": asked.quiz, "--watch": written.watch, "--open": written.open,
        "--view": shared.figure.view,
    }  # fmt: skip
    for other, given in others.items():
        if given:
            raise UsageError("{flag} and {other} contradict each other", flag=flag, other=other)
    if shared.figure.fps is not None and not asked.play:
        raise UsageError("{flag} belongs to {what}", flag="--fps", what="--play")
    ends = (sys.stdin, Words("standard input")), (sys.stdout, Words("standard output"))
    for stream, name in ends:
        if not streams.is_terminal(stream):
            raise UsageError(
                "{flag} needs a terminal, and {stream} is none", flag=flag, stream=name
            )
    if env.get("TERM") == "dumb":
        raise UsageError("{flag} needs a terminal that can be drawn on: TERM is dumb", flag=flag)


def run(trace: Trace, request: Request, shared: Shared) -> None:
    """Walk through a trace until it is left; then sum up what was answered."""
    from nnviz.cli._walking import Walk, stages

    found = stages(trace, request)
    if not found:
        flag = wanted(shared)
        raise UsageError("{flag}: {op} has no steps to go through", flag=flag, op=trace.command)
    walk = Walk(found, request, asking=shared.practice.ask)
    try:
        _on_screen(walk, request, shared)
    finally:
        for words in walk.summary():
            streams.write_text(lang.say(words, request.appearance.lang))


def _on_screen(walk: Walk, request: Request, shared: Shared) -> None:
    from rich.console import Console
    from rich.control import Control

    from nnviz.cli._keys import keys

    color = request.screen.color
    console = Console(no_color=not color, force_terminal=True, force_jupyter=False, highlight=False)
    play = shared.practice.play
    with keys() as read, console.screen() as screen:

        def show() -> None:
            # Asked of the terminal itself: Rich would believe COLUMNS, which does not grow.
            columns, lines = console.size = _size()
            seen = request.screen._replace(width=columns, height=lines)
            console.control(Control.home())
            screen.update(walk.moment(seen, _PLAYING if play else None))

        if play:
            _play(walk, read, show, shared.figure.fps or _PACE)
        else:
            _by_keys(walk, read, show)


def _size() -> tuple[int, int]:
    from rich.console import ConsoleDimensions

    size = os.get_terminal_size(sys.stdout.fileno())
    return ConsoleDimensions(size.columns or 80, size.lines or 24)


def _by_keys(walk: Walk, read: Read, show: Show) -> None:
    show()
    size = _size()
    while True:
        key = read(_GLANCE)
        if key and not walk.press(key):
            return
        if key or size != _size():
            size = _size()
            show()


def _play(walk: Walk, read: Read, show: Show, fps: float) -> None:
    """A thing more each time, until it is left; what was shown last stays."""
    going, due = True, monotonic()
    size = None
    while True:
        if going and monotonic() >= due:
            show()
            due += 1 / fps
            going = not walk.ended
            walk.forward()
        elif size != _size():
            show()
        size = _size()
        key = read(min(_GLANCE, max(0.0, due - monotonic())) if going else _GLANCE)
        if key in ("q", "escape"):
            return
        if key == " ":
            going, due = not going and not walk.ended, monotonic()
