"""The examples of docs/developing.md are put into a copy of the repository, and are true there."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "developing.md").read_text(encoding="utf-8")
COPIED = ("src", "tests", "tools", "docs", "samples", "README.md", "pyproject.toml")
EXAMPLES = dict(
    part.split("\n", 1) for part in PAGE.split("## Adding something")[1].split("\n### ")[1:]
)
_MARKED = re.compile(r"<!-- (file|words|commands)(?:: (\S+))? -->\n```\w+\n(.*?)```", re.DOTALL)
_TABLE = re.compile(r"^\| `([^`]+)` \|", re.MULTILINE)


def run(copy: Path, *words: str) -> str:
    """Run Python on the copy; what it prints."""
    environment = {**os.environ, "PYTHONPATH": str(copy / "src"), "LC_ALL": "C.UTF-8"}
    for name in ("PYTEST_ADDOPTS", "NNVIZ_LANG"):
        environment.pop(name, None)
    done = subprocess.run(
        [sys.executable, *words], cwd=copy, env=environment, capture_output=True, check=False
    )
    assert done.returncode == 0, (done.stdout + done.stderr).decode()
    return done.stdout.decode()


def command(copy: Path, line: str) -> str:
    program, *words = shlex.split(line)
    return run(copy, *(["-m", "nnviz"] if program == "nnviz" else []), *words)


def contents(copy: Path) -> dict[str, bytes]:
    """Every file of the repository's folders."""
    found = (path for name in COPIED for path in [copy / name, *(copy / name).rglob("*")])
    return {
        path.relative_to(copy).as_posix(): path.read_bytes()
        for path in found
        if path.is_file() and "__pycache__" not in path.parts
    }


def changed(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> set[str]:
    return {name for name in {*before, *after} if before.get(name) != after.get(name)}


def copied(folder: Path) -> Path:
    """The repository, without pictures."""
    for name in COPIED:
        if (ROOT / name).is_dir():
            ignored = shutil.ignore_patterns("__pycache__", "*.png", "*.gif")
            shutil.copytree(ROOT / name, folder / name, ignore=ignored)
        else:
            shutil.copy(ROOT / name, folder / name)
    return folder


def put(copy: Path, example: str) -> str:
    """Do what an example says, from its first block to its last; what its commands print."""
    said = []
    for kind, name, text in _MARKED.findall(example):
        if kind == "file":
            path = copy / name
            assert not path.exists()
            path.write_text(text, encoding="utf-8")
        elif kind == "words":
            catalogue = copy / "src" / "nnviz" / "lang" / f"{name}.json"
            (heading, words), *more = json.loads(catalogue.read_text(encoding="utf-8")).items()
            assert not more
            given = json.loads(text)
            assert set(given) <= set(words)
            catalogue.write_text(json.dumps({heading: {**words, **given}}), encoding="utf-8")
        else:
            said += [command(copy, line) for line in text.splitlines()]
    return "".join(said)


def test_every_example_touches_the_files_it_lists_and_passes_its_tests(tmp_path: Path) -> None:
    """One test, since the later examples stand on the earlier ones."""
    copy = copied(tmp_path)
    said: dict[str, str] = {}
    before = contents(copy)
    for name, example in EXAMPLES.items():
        said[name] = put(copy, example)
        after = contents(copy)
        assert changed(before, after) == set(_TABLE.findall(example)) != set(), name
        before = after
    assert "centered  yᵢ = xᵢ − (s×μᵢ)" in said["An operation"]
    assert "[[0.0,0.5,4.5],[1.5,1.5,4.5]]" in said["An operation"]
    assert "3\t4" in said["A format"]
    assert "entrée" in said["A language"]
    assert_clean(copy)
    assert_tests_pass(copy)


def assert_tests_pass(copy: Path) -> None:
    """The tests of the examples, and what the house asks of every operation and format."""
    own = re.findall(r"<!-- file: (tests/\S+) -->", PAGE)
    house = ["tests/test_house.py", "tests/lang", "tests/test_reference.py"]
    chosen = "center or tsv or catalogue or reference"
    printed = run(copy, "-m", "pytest", "-q", "-k", chosen, "-p", "no:cacheprovider", *own, *house)
    passed = re.search(r"(\d+) passed", printed)
    assert passed is not None
    assert int(passed[1]) > 20


def assert_clean(copy: Path) -> None:
    """The files of the examples are written as the linters want."""
    files = re.findall(r"<!-- file: (\S+\.py) -->", PAGE)
    run(copy, "-m", "ruff", "check", "--no-cache", *files)
    run(copy, "-m", "ruff", "format", "--no-cache", "--check", *files)
