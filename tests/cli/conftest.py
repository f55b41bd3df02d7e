"""Running the command line inside the tests, and as a process of its own."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import pytest

from nnviz.cli import app


@dataclass(frozen=True)
class Result:
    """What a command gave back."""

    code: int
    out: str
    err: str
    raw: bytes


Nnviz: TypeAlias = Callable[..., Result]

_ENV = (
    *("NO_COLOR", "FORCE_COLOR", "COLUMNS", "PYTHONIOENCODING"),
    *("NNVIZ_LANG", "NNVIZ_FONT", "NNVIZ_DEBUG"),
)


class _Stream(io.TextIOWrapper):
    """A stream in memory, which can say that it is a terminal."""

    def __init__(self, content: bytes, encoding: str, terminal: bool) -> None:
        self.bytes = io.BytesIO(content)
        super().__init__(self.bytes, encoding=encoding)
        self.terminal = terminal

    def isatty(self) -> bool:
        return self.terminal

    def text(self) -> str:
        self.flush()
        return self.bytes.getvalue().decode(self.encoding)


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in _ENV:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LC_ALL", "C.UTF-8")


@pytest.fixture
def nnviz(monkeypatch: pytest.MonkeyPatch) -> Nnviz:
    """Run a command in this process."""

    def run(
        *words: str,
        stdin: str | bytes = "",
        terminal: bool = False,
        encoding: str = "utf-8",
        **env: str,
    ) -> Result:
        for name, value in env.items():
            monkeypatch.setenv(name, value)
        if encoding != "utf-8":
            monkeypatch.setenv("PYTHONIOENCODING", encoding)
        given = stdin.encode() if isinstance(stdin, str) else stdin
        out, err = _Stream(b"", encoding, terminal), _Stream(b"", encoding, terminal)
        monkeypatch.setattr(sys, "stdin", _Stream(given, "utf-8", terminal))
        monkeypatch.setattr(sys, "stdout", out)
        monkeypatch.setattr(sys, "stderr", err)
        code = app.run(list(words))
        out.flush()
        raw = out.bytes.getvalue()
        return Result(code, raw.decode(encoding, "replace"), err.text(), raw)

    return run


def spawn(*words: str, stdin: bytes = b"", **env: str) -> Result:
    """Run `python -m nnviz` as a process."""
    done = subprocess.run(
        [sys.executable, "-m", "nnviz", *words],
        input=stdin,
        capture_output=True,
        env={**os.environ, **env},
        check=False,
    )
    return Result(done.returncode, done.stdout.decode(), done.stderr.decode(), done.stdout)


@pytest.fixture(name="spawn")
def _spawn() -> Callable[..., Result]:
    return spawn
