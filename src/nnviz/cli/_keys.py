"""Keys as they are pressed, from a terminal that is left as it was found."""

from __future__ import annotations

import codecs
import os
import re
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic, sleep
from types import FrameType
from typing import NoReturn, TypeAlias

Read: TypeAlias = Callable[[float], str]
"""The next key within so many seconds: a character, or a name such as `left`; else nothing."""
_SEQUENCE = re.compile(r"\x1b(\[[0-9;]*[A-Za-z~]|O[A-Za-z])")
_ENDS = {"A": "up", "B": "down", "C": "right", "D": "left", "H": "home", "F": "end"}
_SENT = {f"{lead}{end}": name for lead in "[O" for end, name in _ENDS.items()}
_SENT |= {"[1~": "home", "[7~": "home", "[4~": "end", "[8~": "end", "OM": "enter"}
_SIGNS = {"\r": "enter", "\n": "enter", "\x7f": "back", "\b": "back"}
_WINDOWS = dict(zip("HPMKGO", ("up", "down", "right", "left", "home", "end"), strict=True))
"""What Windows sends after a sign of its own."""
_PATIENCE = 0.05
"""Seconds in which the rest of a key arrives that is sent as several characters."""


@contextmanager
def keys() -> Iterator[Read]:
    """Keys one by one, unseen; in the end the terminal is as before, whatever happened."""
    if sys.platform == "win32":
        yield _read_windows
        return
    import termios

    fd = sys.stdin.fileno()
    before = termios.tcgetattr(fd)
    now = [*before[:6], [*before[6]]]
    now[3] &= ~(termios.ECHO | termios.ICANON)
    # A stopped program would leave its screen behind: ^Z and ^\ are keys like others.
    for key, value in (
        (termios.VMIN, 1),
        (termios.VTIME, 0),
        (termios.VSUSP, 0),
        (termios.VQUIT, 0),
    ):
        now[6][key] = bytes([value])
    ended = {s: signal.signal(s, _end) for s in (signal.SIGTERM, signal.SIGHUP)}
    try:
        termios.tcsetattr(fd, termios.TCSADRAIN, now)
        yield _Sent(fd).read
    finally:
        termios.tcsetattr(fd, termios.TCSADRAIN, before)
        for number, handler in ended.items():
            signal.signal(number, handler)


def _end(number: int, _: FrameType | None) -> NoReturn:
    """Where it is ended from outside: not at once, but by way of all that is put back."""
    raise SystemExit(128 + number)


class _Sent:
    """What a terminal sends, key by key."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._waiting = ""
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def read(self, seconds: float) -> str:
        """The next key; `q` where the terminal is gone."""
        if not self._waiting and not self._more(seconds):
            return ""
        if self._waiting == "\x1b":
            self._more(_PATIENCE)
        found = _SEQUENCE.match(self._waiting)
        if found is not None:
            self._waiting = self._waiting[found.end() :]
            return _SENT.get(found[1], "other")
        sign, self._waiting = self._waiting[:1], self._waiting[1:]
        return "escape" if sign == "\x1b" else _SIGNS.get(sign, sign)

    def _more(self, seconds: float) -> bool:
        import select

        if select.select([self._fd], [], [], seconds)[0]:
            try:
                sent = os.read(self._fd, 1024)
            except OSError:  # A terminal that was closed.
                sent = b""
            self._waiting += self._decoder.decode(sent) if sent else "q"
        return bool(self._waiting)


def _read_windows(seconds: float) -> str:
    import msvcrt

    until = monotonic() + seconds
    while not msvcrt.kbhit():  # type: ignore[attr-defined, unused-ignore]
        if monotonic() >= until:
            return ""
        sleep(_PATIENCE / 5)
    sign: str = msvcrt.getwch()  # type: ignore[attr-defined, unused-ignore]
    if sign == "\x03":
        raise KeyboardInterrupt
    if sign in "\x00\xe0":
        return _WINDOWS.get(msvcrt.getwch(), "other")  # type: ignore[attr-defined, unused-ignore]
    return "escape" if sign == "\x1b" else _SIGNS.get(sign, sign)
