"""What follows a command: files are opened, and outputs made again as an input changes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic, sleep, time_ns
from typing import Any

import pytest

from nnviz.cli import after

Nnviz = Callable[..., Any]

REFUSED = [
    ("nothing is written", ["conv", "1 2; 3 4", "-k", "1", "--open"], "--open is about what -o"),
    ("no file is read", ["conv", "1 2; 3 4", "-k", "1", "--watch"], "and none is read"),
    ("standard input", ["conv", "-", "-k", "1", "--watch"], "and standard input is read"),
]


@pytest.mark.parametrize(("words", "said"), [r[1:] for r in REFUSED], ids=[r[0] for r in REFUSED])
def test_what_cannot_follow_is_refused(nnviz: Nnviz, words: list[str], said: str) -> None:
    result = nnviz(*words, stdin="1 2\n3 4\n")
    assert (result.code, result.out) == (2, "")
    assert said in result.err


def test_what_was_written_is_opened(
    nnviz: Nnviz, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []

    def launch(path: str) -> int:
        opened.append(path)
        return 0

    monkeypatch.setattr("typer.launch", launch)
    paths = [str(tmp_path / name) for name in ("a.svg", "b.json")]
    result = nnviz("conv", "1 2; 3 4", "-k", "1", "-o", paths[0], "-o", paths[1], "--open")
    assert (result.code, opened) == (0, paths)
    monkeypatch.setattr("typer.launch", lambda _: 1)
    result = nnviz("conv", "1 2; 3 4", "-k", "1", "-o", paths[0], "--open")
    assert (result.code, "no program opens" in result.err) == (1, True)


def test_a_change_is_seen_and_a_file_that_is_gone_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.txt"
    path.write_text("1")
    acts: Iterator[Callable[[], object]] = iter(
        [lambda: None, path.unlink, lambda: path.write_text("22"), lambda: None]
    )
    looks = 0

    def wait(_: float) -> None:
        nonlocal looks
        looks += 1
        next(acts)()

    monkeypatch.setattr(after, "sleep", wait)
    next(after.changes([str(path)], time_ns() + 10**9))
    assert looks == 3


def test_what_changes_while_it_is_read_is_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.txt"
    path.write_text("1")
    written = path.stat().st_mtime_ns
    looks: list[float] = []
    monkeypatch.setattr(after, "sleep", looks.append)
    next(after.changes([str(path)], since=written))
    assert len(looks) == 1


@pytest.mark.skipif(os.name == "nt", reason="a signal of POSIX ends it")
def test_outputs_are_made_again_until_it_is_interrupted(tmp_path: Path) -> None:
    given, out, said = (tmp_path / name for name in ("x.txt", "y.json", "said"))
    given.write_text("1 2\n3 4\n")
    words = ["-m", "nnviz", "conv", str(given), "-k", "2", "-o", str(out), "--watch"]
    with (
        said.open("w") as errors,
        subprocess.Popen(
            [sys.executable, *words],
            stderr=errors,
            # what runs in the background of a script is started deaf to ^C
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
        ) as run,
    ):
        wait_for(lambda: out.exists() and out.read_text() == "[[2,4],[6,8]]\n")
        given.write_text("1 2\n3\n")
        wait_for(lambda: "row 2 has 1 number" in said.read_text())
        given.write_text("5 6\n7 8\n9 10\n")
        wait_for(lambda: out.read_text() == "[[10,12],[14,16],[18,20]]\n")
        run.send_signal(signal.SIGINT)
        assert run.wait(10) == 130


def wait_for(done: Callable[[], bool]) -> None:
    """Until it is so; a machine may be slow."""
    end = monotonic() + 60
    while not done():
        assert monotonic() < end
        sleep(0.05)
