"""Commands derived from what operations declare: their help, completion and start."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len

from nnviz import formats, ops
from nnviz.cli import options
from nnviz.version import __version__

Nnviz = Callable[..., Any]
NAMES = [name.replace("_", "-") for name in ops.names()]


@pytest.mark.parametrize("name", NAMES)
def test_help_names_every_option(nnviz: Nnviz, name: str) -> None:
    operation = ops.load(name.replace("-", "_"))
    for flag in ("--help", "-h"):
        result = nnviz(name, flag)
        assert result.code == 0
        assert operation.help in " ".join(result.out.split())
        assert operation.example.split()[0] in result.out
        for option in operation.options:
            assert all(f in result.out for f in option.flags)
        assert "--output" in result.out
        assert ("--steps" in result.out) == ("steps" not in operation.lacks)


@pytest.mark.parametrize("name", NAMES)
def test_every_example_runs(nnviz: Nnviz, name: str) -> None:
    operation = ops.load(name.replace("-", "_"))
    assert len(operation.more) == 2
    for example in (operation.example, *operation.more):
        words = shlex.split(example)
        assert words[0] == name
        result = nnviz(*words, "-q")
        assert result.code == 0, result.err
    result = nnviz(*shlex.split(operation.example), "--json", "-q")
    json.loads(result.out)


def test_the_list_of_commands_begins_with_those_that_matter_most(nnviz: Nnviz) -> None:
    for words in ([], ["--help"], ["-h"]):
        result = nnviz(*words)
        assert (result.code, result.err) == (0, "")
        listed = result.out.partition("Commands:")[2].split("\n")
        shown = [line.split()[0] for line in listed if line.startswith("  ") and line.strip()]
        assert shown[:4] == ["conv", "pool", "rnn", "params"]
        assert set(NAMES) <= set(shown)


def test_help_names_every_format(nnviz: Nnviz) -> None:
    shown = " ".join(nnviz("--help").out.split())
    assert all(name in shown for name in formats.streams())
    assert {"table", "json", "trace", "csv", "npy", "none"} <= set(formats.streams())


def test_own_options_stand_first(nnviz: Nnviz) -> None:
    shown = nnviz("conv", "--help").out
    headings = ["Arguments:", "Options of conv:", "Options of every command", "Examples:"]
    assert [shown.index(h) for h in headings] == sorted(shown.index(h) for h in headings)


def test_a_command_without_input_has_none(nnviz: Nnviz) -> None:
    assert "INPUT" not in nnviz("params", "--help").out.partition("Options of")[0]


@pytest.mark.parametrize(
    ("words", "listed"),
    [(("conv", "--list-kernels"), "sobel-x"), (("params", "--list-nets"), "lenet5")],
)
def test_announcements_need_no_input(nnviz: Nnviz, words: tuple[str, ...], listed: str) -> None:
    result = nnviz(*words, terminal=True)
    assert result.code == 0
    assert listed in result.out


# --- the program as a process -----------------------------------------------------


def python(code: str, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", code, *words]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_version(spawn: Callable[..., Any], nnviz: Nnviz) -> None:
    for result in (spawn("--version"), nnviz("--version"), nnviz("--version", "conv")):
        assert (result.code, result.out, result.err) == (0, f"nnviz {__version__}\n", "")


@pytest.mark.parametrize("words", [["-"], ["-1"], ["-.5 2"], ["--", "-"], ["--", "--"]], ids=str)
def test_what_is_no_command(nnviz: Nnviz, words: list[str]) -> None:
    result = nnviz(*words)
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith(f"error: there is no command {words[-1]}\n")


@pytest.mark.parametrize("words", [["--"], ["-h", "conv"], ["--help", "--"]], ids=str)
def test_help_of_the_program(nnviz: Nnviz, words: list[str]) -> None:
    assert nnviz(*words).out == nnviz().out


def test_two_dashes_may_stand_before_a_command(nnviz: Nnviz) -> None:
    assert nnviz("--", "show", "1 2", "--json").out == nnviz("show", "1 2", "--json").out


def test_an_option_of_a_command_is_none_of_the_program(nnviz: Nnviz) -> None:
    result = nnviz("--json", "conv", "1 2; 3 4")
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith("error: --json stands after the command\n")


def test_importing_the_command_line_costs_nothing() -> None:
    heavy = "numpy PIL rich typer dataclasses json"
    code = f"import nnviz.cli, sys; print([m for m in '{heavy}'.split() if m in sys.modules])"
    assert python(code).stdout == "[]\n"


@pytest.mark.parametrize("words", [["--help"], ["conv", "--help"], ["params", "-h"]], ids=str)
def test_help_loads_neither_numpy_nor_pillow_nor_rich(words: list[str]) -> None:
    code = (
        "import sys\nfrom nnviz.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "print([m for m in ('numpy', 'PIL', 'rich') if m in sys.modules])"
    )
    result = python(code, *words)
    assert "Usage: nnviz" in result.stdout
    assert result.stdout.endswith("[]\n"), result.stderr


def test_a_small_command_loads_no_rich_no_pillow_and_no_figure() -> None:
    code = (
        "import sys\nfrom nnviz.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "print([m for m in ('PIL', 'rich', 'nnviz.figure.scene', 'nnviz.ops.windows.pool')"
        " if m in sys.modules])"
    )
    assert python(code, "conv", "1 2; 3 4", "-k", "1 1", "--json").stdout.endswith("[]\n")


COMPLETIONS = [
    pytest.param("nnviz po", "pool", id="a command"),
    pytest.param("nnviz conv --str", "--stride", id="an option"),
    pytest.param("nnviz conv --theme pr", "print", id="a choice"),
    pytest.param("nnviz conv -k sob", "sobel-x", id="a preset"),
    pytest.param("nnviz conv --theme = d", "dark", id="a choice after ="),
    pytest.param("nnviz conv --theme=d", "dark", id="a choice after = in one word"),
    pytest.param("nnviz conv --view = net", "network", id="a view after ="),
    pytest.param("nnviz conv -f tra", "trace", id="a format"),
]


@pytest.mark.parametrize(("line", "expected"), COMPLETIONS)
def test_completion(line: str, expected: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("_NNVIZ_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", line)
    monkeypatch.setenv("COMP_CWORD", str(len(line.split()) - 1))
    result = python("import sys; sys.argv[0] = 'nnviz'; from nnviz.cli import main; main()")
    assert expected in result.stdout.split(), result.stderr


@pytest.mark.parametrize("lang", ["en", "ko"])
@pytest.mark.parametrize("name", NAMES)
def test_help_fits_a_screen(nnviz: Nnviz, name: str, lang: str) -> None:
    lines = nnviz("--lang", lang, name, "--help", COLUMNS="100").out.split("\n")
    assert len(lines) <= 60
    assert max(map(cell_len, lines)) <= 100
    assert sum(line.startswith(f"    nnviz {name} ") for line in lines) == 3


def test_help_lists_the_activations(nnviz: Nnviz) -> None:
    for words in (["act"], ["conv"]):
        said = nnviz(*words, "--help").out
        assert all(act in said for act in ("leaky-relu", "hard-sigmoid", "softmax"))


def test_the_help_of_the_program_explains_what_every_command_takes(nnviz: Nnviz) -> None:
    said = nnviz("--help").out
    assert [o.label for o in options.all_shared() if o.label not in said] == []


def test_the_usage_is_in_the_language(nnviz: Nnviz) -> None:
    assert nnviz("--lang", "ko", "conv", "--help").out.startswith("사용법: nnviz conv [옵션]")


FILES = {"fish": ".config/fish/completions/nnviz.fish", "zsh": ".zfunc/_nnviz"}


@pytest.mark.parametrize("shell", FILES)
def test_completion_is_installed_for_a_shell_by_its_name(
    spawn: Callable[..., Any], tmp_path: Path, shell: str
) -> None:
    result = spawn("--install-completion", shell, HOME=str(tmp_path))
    assert result.code == 0, result.err
    assert f"_NNVIZ_COMPLETE=complete_{shell}" in (tmp_path / FILES[shell]).read_text()
    assert f"complete_{shell}" in spawn("--show-completion", shell, HOME=str(tmp_path)).out
