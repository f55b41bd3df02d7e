"""Completion as it is typed: the shells themselves, in a pseudo-terminal, with what is installed.

A line is typed up to a Tab, and what the shell makes of it is read off the terminal.
"""

from __future__ import annotations

import os
import re
import select
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from time import monotonic

import pytest

pty = pytest.importorskip("pty", reason="there are no pseudo-terminals here")

PATIENCE = 60.0
"""Seconds that a shell on a busy machine may take."""
TYPED = [
    pytest.param("nnviz po", "nnviz pool", id="a command"),
    pytest.param("nnviz conv --theme=d", "--theme=dark", id="a choice after ="),
    pytest.param("nnviz conv --theme d", "--theme dark", id="a choice"),
    pytest.param("nnviz conv --dila", "--dilation", id="an option"),
    pytest.param("nnviz conv -k emb", "-k emboss", id="a preset"),
    pytest.param("nnviz conv pict", "picture.png", id="a file for INPUT"),
    pytest.param("nnviz conv -k pict", "-k picture.png", id="a file for a kernel"),
    pytest.param("nnviz conv x -o pict", "-o picture.png", id="a file for the output"),
    pytest.param("nnviz act sig", "act sigmoid", id="an argument's choice"),
    pytest.param("nnviz params vgg", "params vgg16", id="a known network"),
    pytest.param("nnviz net pict", "net picture.png", id="a file for a network"),
]
_CONTROL = re.compile(r"\x1b(\[[0-9;?<>=]*[a-zA-Z]|[()][A-Z0-9]|\][^\x07]*\x07|[=>78])|[\x07\r]")
_ANSWERS = {b"\x1b[c": b"\x1b[?62c", b"\x1b[0c": b"\x1b[?62c", b"\x1b[6n": b"\x1b[1;1R"}
"""What a terminal says to a shell that asks what it is."""


def plain(raw: bytes) -> str:
    """What was sent, without colours, bells and movements."""
    return _CONTROL.sub("", raw.decode(errors="replace")).replace("\b", "")


@pytest.fixture(scope="module", params=["bash", "zsh", "fish"])
def home(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home in which completion was installed for a shell, which its name ends with."""
    shell = request.param
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    made: Path = tmp_path_factory.mktemp("home") / shell
    (made / "bin").mkdir(parents=True)
    (made / "picture.png").touch()
    program = made / "bin" / "nnviz"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m nnviz "$@"\n')
    program.chmod(0o755)
    done = subprocess.run(
        [program, "--install-completion", shell],
        env=environment(made),
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return made


def environment(home: Path) -> dict[str, str]:
    source = Path(__file__).parents[2] / "src"
    return {
        "HOME": str(home),
        "ZDOTDIR": str(home),
        "PATH": f"{home}/bin:{os.environ['PATH']}",
        "PYTHONPATH": str(source),
        "TERM": "xterm",
        "LC_ALL": "C.UTF-8",
        "PS1": "$ ",
    }


def seen(home: Path, typed: str, expected: str) -> str:
    """What stands in the terminal after `typed` and a Tab; at once where it is as expected."""
    pid, fd = pty.fork()
    if pid == 0:
        os.chdir(home)
        os.execvpe(home.name, [home.name, "-i"], environment(home))
    try:
        os.write(fd, f"{typed}\t".encode())
        text = ""
        for text in _screens(fd):
            if expected in text:
                break
        return text
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        os.close(fd)


def _screens(fd: int) -> Iterator[str]:
    """What was sent so far, each time that there is more."""
    raw, until = b"", monotonic() + PATIENCE
    while monotonic() < until and select.select([fd], [], [], until - monotonic())[0]:
        sent = os.read(fd, 65536)
        for question, answer in _ANSWERS.items():
            if question in sent:
                os.write(fd, answer)
        raw += sent
        yield plain(raw)


@pytest.mark.parametrize(("typed", "expected"), TYPED)
def test_a_tab_completes(home: Path, typed: str, expected: str) -> None:
    assert expected in seen(home, typed, expected)


INSTALLED = {
    "bash": ".bash_completions/nnviz.sh",
    "zsh": ".zfunc/_nnviz",
    "fish": ".config/fish/completions/nnviz.fish",
}


def test_the_shells_own_file_is_installed(home: Path) -> None:
    own = INSTALLED[home.name]
    assert f"_NNVIZ_COMPLETE=complete_{home.name}" in (home / own).read_text()
    assert not any((home / other).exists() for other in INSTALLED.values() if other != own)


@pytest.mark.parametrize(
    ("command", "lacking"),
    [("params", ["--gray", "--map", "--unit", "--sample"]), ("show", ["--steps", "--kernel"])],
)
def test_only_what_a_command_can_use_is_offered(command: str, lacking: list[str]) -> None:
    said = subprocess.run(
        [sys.executable, "-m", "nnviz"],
        check=True,
        env=os.environ
        | {
            "_NNVIZ_COMPLETE": "complete_fish",
            "_TYPER_COMPLETE_FISH_ACTION": "get-args",
            "_TYPER_COMPLETE_ARGS": f"nnviz {command} --",
        },
        capture_output=True,
        text=True,
    ).stdout
    offered = {line.split("\t")[0] for line in said.splitlines()}
    assert {"--theme", "--output", "--lang"} <= offered
    assert not offered & {*lacking}
