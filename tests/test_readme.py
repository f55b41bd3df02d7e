"""What the README and the gallery say is run, and gives what they show."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from nnviz.cli import app

ROOT = Path(__file__).parent.parent
GALLERY = ROOT / "docs" / "gallery"
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(text: str, mark: str) -> list[str]:
    """The code blocks that follow the comment `mark`."""
    return re.findall(rf"<!-- {mark} -->\n```\w*\n(.*?)```", text, re.DOTALL)


RUN = [line for block in blocks(README, "run") for line in block.splitlines()]
FIGURES = blocks((GALLERY / "README.md").read_text(encoding="utf-8"), "figure")


@pytest.fixture
def shell(tmp_path: Path) -> Path:
    """A folder with the samples, and an `nnviz` of this interpreter on the path."""
    (tmp_path / "samples").symlink_to(ROOT / "samples")
    program = tmp_path / "bin" / "nnviz"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m nnviz "$@"\n')
    program.chmod(0o755)
    return tmp_path


def run(command: str, shell: Path) -> str:
    """Run a command as a person's shell would; what it prints on standard output."""
    path = f"{shell / 'bin'}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "COLUMNS": "100"}
    done = subprocess.run(
        ["sh", "-c", command], cwd=shell, env=environment, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


@pytest.mark.skipif(os.name == "nt", reason="the commands are those of a POSIX shell")
@pytest.mark.parametrize("command", RUN)
def test_commands_of_the_readme_run(command: str, shell: Path) -> None:
    printed = run(command, shell)
    assert printed or " -o " in command


@pytest.mark.skipif(os.name == "nt", reason="the commands are those of a POSIX shell")
def test_the_output_shown_is_the_output_printed(shell: Path) -> None:
    (shown,) = blocks(README, "output")
    assert run(RUN[0], shell) == shown


@pytest.mark.parametrize("block", FIGURES)
def test_commands_of_the_gallery_make_its_figures(
    block: str, shell: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program, *words = shlex.split(block)
    name = words[-1]
    monkeypatch.chdir(shell)
    assert (program, app.run(words)) == ("nnviz", 0)
    assert (GALLERY / name).is_file(), "make it with tools/gallery.py"
    assert (shell / name).read_bytes()[:4] == (GALLERY / name).read_bytes()[:4]


def test_what_the_readme_links_to_is_there() -> None:
    links = re.findall(r"\]\((?!http)([^)#]+)\)", README)
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_both_shells_install_and_run_alike() -> None:
    lines = re.findall(r"```(?:sh|powershell)\n(.*?)\n```", README, re.DOTALL)[:4]
    posix, windows = lines[::2], lines[1::2]
    for one, other in zip(posix, windows, strict=True):
        parts = other.replace("\\", "/").replace(".venv/Scripts/", ".venv/bin/").split("; ")
        assert one.split(" && ")[1:] == parts[1:]
