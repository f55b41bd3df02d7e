"""What streams can carry: encodings, colours, terminals, pipes that close."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from time import sleep
from typing import Any

import pytest

from nnviz.cli import streams

Nnviz = Callable[..., Any]
M = "1 2 3; 4 5 6; 7 8 9"


@pytest.mark.parametrize("encoding", ["ascii", "cp949", "cp1252", "utf-8"])
@pytest.mark.parametrize(
    "words", [["conv", M], ["conv", M, "--trace"], ["conv", "--help"]], ids=str
)
def test_any_encoding_can_be_written(nnviz: Nnviz, encoding: str, words: list[str]) -> None:
    result = nnviz(*words, encoding=encoding)
    assert result.code == 0, result.err
    assert result.out
    assert result.raw.decode(encoding).replace("\r\n", "\n") == result.out


def test_errors_have_ascii_forms(nnviz: Nnviz) -> None:
    result = nnviz("conv", "1 2; 3 4", encoding="ascii")
    assert result.err.startswith("error: the kernel 3x3 is larger than the padded input 2x2")


COLORS = [
    pytest.param("auto", {}, False, False, id="a pipe"),
    pytest.param("auto", {"TERM": "xterm"}, True, True, id="a terminal"),
    pytest.param("auto", {"TERM": "dumb"}, True, False, id="a dumb terminal"),
    pytest.param("auto", {"NO_COLOR": "1", "FORCE_COLOR": "1"}, True, False, id="NO_COLOR first"),
    pytest.param("auto", {"NO_COLOR": ""}, True, True, id="an empty NO_COLOR"),
    pytest.param("auto", {"FORCE_COLOR": "1"}, False, True, id="FORCE_COLOR"),
    pytest.param("always", {"NO_COLOR": "1"}, False, True, id="always over NO_COLOR"),
    pytest.param("never", {"FORCE_COLOR": "1"}, True, False, id="never over FORCE_COLOR"),
]


@pytest.mark.parametrize(("choice", "env", "terminal", "expected"), COLORS)
def test_colours(
    monkeypatch: pytest.MonkeyPatch,
    choice: str,
    env: dict[str, str],
    terminal: bool,
    expected: bool,
) -> None:
    monkeypatch.setattr(streams, "is_terminal", lambda _: terminal)
    assert streams.colored(choice, env) is expected


def test_a_pipe_gets_no_colour_codes_and_always_gets_them(nnviz: Nnviz) -> None:
    assert "\x1b" not in nnviz("conv", M).out
    assert "\x1b" in nnviz("conv", M, "--color", "always").out


def process(*words: str, stdout: int = subprocess.PIPE, **env: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "nnviz", *words],
        stdin=subprocess.PIPE,
        stdout=stdout,
        stderr=subprocess.PIPE,
        env={**os.environ, **env},
    )


def test_a_closed_pipe_ends_it_quietly() -> None:
    running = process("show", "-", "--json")
    assert running.stdin is not None
    assert running.stdout is not None
    assert running.stderr is not None
    running.stdout.close()
    running.stdin.write(MANY.encode())
    running.stdin.close()
    assert running.stderr.read() == b""
    running.stderr.close()
    assert running.wait() == 0


MANY = ";".join(" ".join(["123456789"] * 20) for _ in range(900))
"""Past what a pipe holds, as JSON: 900 rows of 20 numbers of 9 digits, commas and brackets."""
JSON_OF_MANY = 900 * (20 * 9 + 19 + 2 + 1) + 2
FULL = {
    "json": (["show", "-", "--json"], JSON_OF_MANY),
    "npy": (["show", "-", "-f", "npy"], 128 + 900 * 20 * 8),
    "-o -": (["show", "-", "-f", "csv", "-o", "-"], 900 * (20 * 9 + 19 + 1)),
}


@pytest.mark.skipif(sys.platform == "win32", reason="pipes that do not block are POSIX")
@pytest.mark.parametrize("unbuffered", ["", "1"], ids=["buffered", "unbuffered"])
@pytest.mark.parametrize("blocking", [True, False], ids=["blocks", "does not block"])
@pytest.mark.parametrize(("words", "size"), FULL.values(), ids=FULL)
def test_a_slow_reader_gets_every_byte(
    words: list[str], size: int, blocking: bool, unbuffered: str
) -> None:
    there, here = os.pipe()
    os.set_blocking(here, blocking)
    running = process(*words, stdout=here, PYTHONUNBUFFERED=unbuffered)
    os.close(here)
    assert running.stdin is not None
    assert running.stderr is not None
    running.stdin.write(MANY.encode())
    running.stdin.close()
    with os.fdopen(there, "rb", buffering=0) as reader:
        got = [reader.read(1)]  # the pipe is full before more is read
        sleep(0.1)
        got += iter(lambda: reader.read(50_000), b"")
    assert running.wait() == 0
    assert running.stderr.read() == b""
    running.stderr.close()
    assert len(b"".join(got)) == size


@pytest.mark.skipif(sys.platform == "win32", reason="pipes that do not block are POSIX")
@pytest.mark.parametrize("words", [["--version"], ["--help"], ["conv", "--list-kernels"]], ids=str)
def test_a_full_pipe_is_waited_for(words: list[str]) -> None:
    there, here = os.pipe()
    os.set_blocking(here, False)
    filled = 0
    with suppress(BlockingIOError):
        while True:
            filled += os.write(here, b"x" * 4096)
    running = process(*words, stdout=here, PYTHONUNBUFFERED="1")
    os.close(here)
    sleep(1.0)
    with os.fdopen(there, "rb") as reader:
        got = reader.read()
    out, _ = process(*words).communicate()
    running.communicate()
    assert running.returncode == 0
    assert got[filled:] == out


NOBODY_READS = [["--version"], ["--help"], ["conv", "--help"], ["conv", "--list-kernels"]]


@pytest.mark.parametrize("words", NOBODY_READS, ids=" ".join)
def test_nobody_reads_what_is_asked_for(words: list[str]) -> None:
    there, here = os.pipe()
    os.close(there)
    done = subprocess.run(
        [sys.executable, "-m", "nnviz", *words], stdout=here, stderr=subprocess.PIPE, check=False
    )
    os.close(here)
    assert done.returncode == 0
    assert done.stderr == b""


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no full device on this system")
@pytest.mark.parametrize("words", NOBODY_READS, ids=" ".join)
def test_a_full_disk_is_one_message_whatever_was_asked_for(words: list[str]) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "nnviz", *words],
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert done.returncode == 1
    assert done.stderr == b"error: No space left on device\n"


def test_commands_in_a_pipe() -> None:
    def piped(data: bytes, *words: str) -> bytes:
        out, err = process(*words).communicate(data)
        assert err == b""
        return out

    first = piped(b"[[1,2],[3,4]]", "conv", "-k", "1 0; 0 1", "--pad", "1", "--json")
    assert first == b"[[1,2,0],[3,5,2],[0,3,4]]\n"
    second = piped(first, "act", "relu", "--json")
    assert piped(second, "pool", "-k", "2", "--json", "-q") == b"[[5]]\n"


@pytest.mark.skipif(sys.platform == "win32", reason="pty is POSIX")
def test_a_real_terminal() -> None:
    import pty

    parent, child = pty.openpty()
    asked = subprocess.run(
        [sys.executable, "-m", "nnviz", "conv"], stdin=child, capture_output=True, check=False
    )
    assert asked.returncode == 2
    assert asked.stderr.startswith(b"error: conv needs an INPUT")
    binary = subprocess.run(
        [sys.executable, "-m", "nnviz", "conv", M, "-f", "npy"],
        stdout=child,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(child)
    os.close(parent)
    assert binary.returncode == 2
    assert b"not written to a terminal" in binary.stderr


def test_an_encoding_of_the_environment() -> None:
    out, _ = process("conv", M, PYTHONIOENCODING="ascii").communicate()
    assert out.isascii()
    out, _ = process("conv", M, LC_ALL="C", PYTHONUTF8="0").communicate()
    assert "×".encode() in out


WIPED = "\r\x1b[1A\x1b[2K"
"""Back to the start of the bar's line, which is empty then."""


def watched(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """Standard error as a terminal, and a person who is not patient."""
    stream = io.StringIO()
    monkeypatch.setattr(stream, "isatty", lambda: True)
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setattr(streams, "PATIENCE", 0.0)
    monkeypatch.setenv("TERM", "xterm-256color")
    return stream


def test_long_work_has_a_bar_that_is_wiped(monkeypatch: pytest.MonkeyPatch) -> None:
    stderr = watched(monkeypatch)
    with streams.progress(quiet=False) as tell:
        assert tell is not None
        assert stderr.getvalue() == ""
        for done in (25, 50):
            tell(done, 100)
    assert list(dict.fromkeys(re.findall(r"\d+%", stderr.getvalue()))) == ["0%", "25%", "50%"]
    assert "38;5;" in stderr.getvalue()
    assert stderr.getvalue().endswith(WIPED)


def test_a_bar_has_no_colours_where_none_are_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    stderr = watched(monkeypatch)
    with streams.progress(quiet=False, color="never") as tell:
        assert tell is not None
        tell(50, 100)
    assert "50%" in stderr.getvalue()
    assert not re.search(r"\x1b\[[0-9;]*m", stderr.getvalue())


@pytest.mark.parametrize(
    ("terminal", "quiet", "patience"),
    [(True, False, 60.0), (False, False, 0.0), (True, True, 0.0)],
    ids=["short work", "no terminal", "quiet"],
)
def test_no_bar(
    monkeypatch: pytest.MonkeyPatch, terminal: bool, quiet: bool, patience: float
) -> None:
    stderr = watched(monkeypatch)
    monkeypatch.setattr(stderr, "isatty", lambda: terminal)
    monkeypatch.setattr(streams, "PATIENCE", patience)
    with streams.progress(quiet) as tell:
        if tell is not None:
            tell(50, 100)
    assert stderr.getvalue() == ""


def test_progress_is_wiped_before_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    stderr = watched(monkeypatch)

    def interrupted() -> None:
        with streams.progress(quiet=False) as tell:
            assert tell is not None
            tell(1, 2)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert stderr.getvalue().endswith(WIPED)
    assert stderr.getvalue().rindex("\x1b[?25h") > stderr.getvalue().rindex("\x1b[?25l")
