"""A command in a real pseudo-terminal: keys go in, the screen comes out."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic

import pyte

PATIENCE = 20.0


def _sit_down() -> None:
    """Make standard input the terminal that ^C is sent from, and heed it.

    What runs in the background of a script is started deaf to it.
    """
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


class Terminal:
    """What a person sits at."""

    def __init__(self, columns: int, rows: int, *words: str, command: str = "") -> None:
        self._master, self.slave = pty.openpty()
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self.screen)
        self.sent = b""
        self._size(columns, rows)
        self.before = termios.tcgetattr(self.slave)
        self.process = subprocess.Popen(
            [sys.executable, *(["-c", command] if command else ["-m", "nnviz", *words])],
            stdin=self.slave,
            stdout=self.slave,
            stderr=self.slave,
            env={**os.environ, "TERM": "xterm-256color"},
            start_new_session=True,
            preexec_fn=_sit_down,  # noqa: PLW1509 - nothing else runs in a test
        )

    def _size(self, columns: int, rows: int) -> None:
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def resize(self, columns: int, rows: int) -> None:
        """A window drawn to another size, which tells the program so."""
        self.screen.resize(rows, columns)
        self._size(columns, rows)

    def press(self, keys: str, shows: str) -> list[str]:
        """Keys as a terminal sends them, and the screen once it shows something."""
        os.write(self._master, keys.encode())
        return self.until(shows)

    def until(self, shows: str) -> list[str]:
        """The screen, once it shows a text."""
        end = monotonic() + PATIENCE
        while not any(shows in line for line in self.screen.display):
            assert monotonic() < end, f"no {shows!r} in:\n" + "\n".join(self.screen.display)
            self._read(0.05)
        return [line.rstrip() for line in self.screen.display]

    def _read(self, seconds: float) -> bool:
        if not select.select([self._master], [], [], seconds)[0]:
            return False
        sent = os.read(self._master, 65536)
        self.sent += sent
        self._stream.feed(sent)
        return True

    def ended(self) -> int:
        """The exit code; the terminal is as it was before."""
        end = monotonic() + PATIENCE
        while self.process.poll() is None:
            assert monotonic() < end, "it goes on"
            self._read(0.05)
        while self._read(0.05):
            pass
        assert termios.tcgetattr(self.slave) == self.before
        for on, off in ((b"\x1b[?1049h", b"\x1b[?1049l"), (b"\x1b[?25l", b"\x1b[?25h")):
            assert self.sent.count(on) == self.sent.count(off) > 0
            assert self.sent.rfind(off) > self.sent.rfind(on)
        return self.process.returncode

    @property
    def after(self) -> str:
        """What is written once the screen is left."""
        return self.sent.rpartition(b"\x1b[?25h")[2].decode().replace("\r\n", "\n")


@contextmanager
def terminal(columns: int, rows: int, *words: str, command: str = "") -> Iterator[Terminal]:
    """A command at a terminal of this size; ended where a test fails."""
    made = Terminal(columns, rows, *words, command=command)
    try:
        yield made
    finally:
        made.process.kill()
        made.process.wait()
        os.close(made.slave)
        os.close(made._master)
