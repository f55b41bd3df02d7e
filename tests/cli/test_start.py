"""A command loads what it needs, and no more."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

_NOTE = "1 2 3 4 5; 2 1 0 1 2; 3 0 1 1 0; 1 4 1 1 2; 2 1 1 0 0"
_KERNEL = "1 0 1; 1 0 1; 0 1 0"
_LISTED = (
    "import atexit, sys; from nnviz.cli import main; sys.argv[0] = 'nnviz';"
    "atexit.register(lambda: print('\\0', *sys.modules)); main()"
)
_FIGURES = ["PIL", "fractions", "nnviz.figure.scene", "nnviz.formats.raster"]
_NEVER = ["numpy.ma", "numpy.random", "numpy.fft", "rich"]
_HELP = ["numpy", "rich", "PIL"]
CASES = {
    "json": (["conv", _NOTE, "-k", _KERNEL, "--json"], [*_NEVER, *_FIGURES]),
    "png": (["conv", _NOTE, "-k", _KERNEL, "--steps", "1", "-o", "{}/a.png"], _NEVER),
    "gif": (["conv", _NOTE, "-k", _KERNEL, "-o", "{}/a.gif"], _NEVER),
    "act": (["act", "relu", "1 -2; 3 4", "-o", "{}/a.png"], _NEVER),
    "help": (["--help"], _HELP),
    "help of a command": (["conv", "--help"], _HELP),
}


@pytest.mark.parametrize(("words", "without"), CASES.values(), ids=CASES)
def test_a_command_does_without(words: list[str], without: list[str], tmp_path: Path) -> None:
    words = [word.replace("{}", str(tmp_path)) for word in words]
    done = subprocess.run(
        [sys.executable, "-c", _LISTED, *words], capture_output=True, text=True, check=True
    )
    loaded = done.stdout.partition("\0")[2].split()
    assert "typer" in loaded
    assert [name for name in without if name in loaded] == []
