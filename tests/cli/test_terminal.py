"""The view in a terminal of its own: its width, and the colours that it says it has."""

from __future__ import annotations

import os
import re
import struct
import sys
from pathlib import Path

import pytest
from rich.cells import cell_len

pty = pytest.importorskip("pty", reason="there are no pseudo-terminals here")

ROOT = Path(__file__).parents[2]
PHOTO = "; ".join(" ".join(str((r * c) % 251) for c in range(40)) for r in range(40))
_CONTROL = re.compile(r"\x1b\[[0-9;]*m")
_MAIN = [sys.executable, "-c", "from nnviz.cli import main; main()"]


def shown(columns: int, *words: str, **env: str) -> str:
    """What a terminal of so many columns and 24 lines gets."""
    import fcntl
    import termios

    pid, fd = pty.fork()
    if pid == 0:
        kept = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT / "src"), "LC_ALL": "C.UTF-8"}
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        os.execve(sys.executable, [*_MAIN, *words], kept | env)
    sent = b""
    while True:
        try:
            sent += (part := os.read(fd, 65536))
        except OSError:  # Linux, at its end
            break
        if not part:
            break
    assert os.waitpid(pid, 0)[1] == 0, sent
    os.close(fd)
    return sent.decode().replace("\r\n", "\n")


@pytest.mark.parametrize(
    ("env", "there", "never"),
    [
        pytest.param({"COLORTERM": "truecolor"}, "38;2;", "38;5;200", id="truecolor"),
        pytest.param({"COLORTERM": "24bit"}, "38;2;", "38;5;200", id="24bit"),
        pytest.param({"TERM": "xterm-256color"}, "38;5;", "38;2;", id="256"),
        pytest.param({"TERM": "xterm-256color", "COLORTERM": "yes"}, "38;5;", "38;2;", id="other"),
        pytest.param({"TERM": "xterm"}, "\x1b[", "38;", id="16"),
        pytest.param({"TERM": "xterm", "NO_COLOR": "1"}, "", "\x1b[", id="none"),
    ],
)
def test_true_colour_only_where_it_is_said(env: dict[str, str], there: str, never: str) -> None:
    out = shown(80, "show", PHOTO, **{"TERM": "xterm", **env})
    assert there in out
    assert never not in out


@pytest.mark.parametrize("columns", [60, 80, 120])
@pytest.mark.parametrize(
    "words",
    [
        ["conv", "1 2 3 4 5; 2 1 0 1 2; 3 0 1 1 0", "--filters", "64"],
        ["show", PHOTO],
        ["params", "conv --filters 6 | act relu", "--input", "1x9x9", "--view", "bars"],
    ],
    ids=["maps", "a picture", "bars"],
)
def test_no_line_is_wider_than_the_terminal(columns: int, words: list[str]) -> None:
    lines = _CONTROL.sub("", shown(columns, *words, TERM="xterm")).split("\n")
    assert columns / 3 < max(map(cell_len, lines)) <= columns
