"""What a developer is told is so: the pages lead somewhere, the hooks are the gate's linters."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
GATE = (ROOT / ".ci" / "run").read_text(encoding="utf-8")


@pytest.mark.parametrize("page", ["docs/developing.md", "CONTRIBUTING.md"])
def test_what_a_page_speaks_of_is_there(page: str) -> None:
    path = ROOT / page
    text = path.read_text(encoding="utf-8")
    links = re.findall(r"\]\((?!http)([^)#]+)\)", text)
    files = re.findall(r"`((?:tests|tools|docs|src)/[\w./-]+)`", text)
    assert links
    assert [link for link in links if not (path.parent / link).exists()] == []
    made = set(re.findall(r"<!-- file: (\S+) -->", text)) | {"src/nnviz/lang/fr.json"}
    assert [file for file in files if file not in made and not (ROOT / file).exists()] == []


def test_the_hooks_run_what_the_gate_runs() -> None:
    hooks = (ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8")
    linters = re.findall(r"^\.venv/bin/python -m (?:ruff|mypy).*$", GATE, re.MULTILINE)
    assert linters
    assert re.findall(r"^ +entry: (.*)$", hooks, re.MULTILINE) == linters


def test_coverage_is_measured_with_the_line_that_is_written_down() -> None:
    line = "python -m pytest -n auto --cov --cov-fail-under=90"
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert line in (ROOT / "docs" / "developing.md").read_text(encoding="utf-8")
    command, _, flags = line.partition(" --cov")
    assert command in readme
    assert f'PYTEST_ADDOPTS="--cov{flags}"' in GATE
