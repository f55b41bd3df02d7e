"""Every way to be wrong: one message, the right exit code, never a traceback."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from nnviz.read import Stdin

M = "1 2 3; 4 5 6; 7 8 9"

USAGE = [
    pytest.param(["cnv", M], ["no command cnv", "did you mean conv"], id="unknown command"),
    pytest.param(["bogus"], ["no command bogus", "conv, "], id="command unlike any"),
    pytest.param(["conv", "--strid", "2", M], ["--strid", "--stride"], id="unknown option"),
    pytest.param(["conv", M, "-k"], ["-k needs a value"], id="option without its value"),
    pytest.param(["conv", M, "--json=1"], ["--json takes no value"], id="switch with a value"),
    pytest.param(["conv", "1", "2", "3"], ["2 3", "quotes"], id="matrix without quotes"),
    pytest.param(["conv", M, "--json", "--json"], ["json, json"], id="--json twice"),
    pytest.param(["conv", M, "--json", "-f", "csv"], ["csv, json"], id="two formats"),
    pytest.param(["conv", M, "--trace", "-fjson"], ["json, trace"], id="--trace and -f"),
    pytest.param(["conv", M, "-f", "table", "-f", "table"], ["table, table"], id="-f twice"),
    pytest.param(["conv", M, "-f", "xml"], ["xml", "json", "csv"], id="unknown format"),
    pytest.param(["conv", M, "-o", "x.xyz"], ["x.xyz", ".json", ".csv"], id="unknown suffix"),
    pytest.param(["conv", M, "-o", "json"], ["json has no suffix"], id="no suffix"),
    pytest.param(["conv", M, "-o", "x.trace"], ["x.trace", "suffix"], id="format without files"),
    pytest.param(["conv", M, "-o", ""], ["--output", "name of a file"], id="empty file name"),
    pytest.param(["conv", M, "--map", "x.json"], ["x.json", ".png"], id="map that is no picture"),
    pytest.param(["conv", M, "--range", "9"], ["--range 9"], id="range of one number"),
    pytest.param(["conv", M, "--range", "9,2"], ["--range 9,2"], id="range downwards"),
    pytest.param(["conv", M, "--steps", "x"], ["--steps x", "1-4"], id="steps that are words"),
    pytest.param(["conv", M, "--steps", "0"], ["--steps 0"], id="steps from 0"),
    pytest.param(
        ["conv", M, "--steps", "3", "-k", "1 0;0 1;1 1", "--trace"],
        ["step 3", "are 2"],
        id="past the last step",
    ),
    pytest.param(["conv", M, "--precision", "0"], ["--precision 0"], id="no digits"),
    pytest.param(["conv", M, "--precision", "18"], ["18", "17"], id="too many digits"),
    pytest.param(["conv", M, "--theme", "pink"], ["--theme pink", "dark"], id="unknown theme"),
    pytest.param(["conv", M, "--scale", "0"], ["--scale"], id="scale of nothing"),
    pytest.param(["conv", M, "--frame", "2147483648"], ["2147483648"], id="number past 2^31 - 1"),
    pytest.param(["conv", M, "--resize", "3"], ["--resize 3"], id="one size of two"),
    pytest.param(["conv", M, "--color", "red"], ["--color red", "always"], id="unknown colour"),
    pytest.param(["conv", M, "--lang", "xx"], ["no language xx", "en"], id="unknown language"),
    pytest.param(["conv", M, "--get", "y", "--json"], ["--get y", "output"], id="no such result"),
    pytest.param(["conv", M, "--stride", "0"], ["--stride 0", "1"], id="stride 0"),
    pytest.param(["conv", M, "--view", "pie"], ["no view pie", "equation"], id="unknown view"),
    pytest.param(["\x1b[31m" + "x" * 9000], ["no command", "…"], id="a word no terminal takes"),
    pytest.param(["conv", M, "--act", "\n"], ["--act \\n", "relu"], id="a value of several lines"),
    pytest.param(
        ["conv", M, "-f", "svg", "--title", "a\udcff"],
        [r"--title a\udcff"],
        id="a title that is no text",
    ),
    pytest.param(
        ["rnn", "--text", "\udcff", "--hidden", "2"], [r"--text \udcff"], id="text that is none"
    ),
    pytest.param(["conv", M, "--act", ""], ["--act ''", "relu"], id="a value of nothing"),
    pytest.param(["conv", M, "--act", "x" * 9000], ["…", "relu"], id="a value of any length"),
    pytest.param(["conv", M, "--steps", "\N{FULLWIDTH DIGIT ONE}"], ["--steps"], id="wide digit"),
    pytest.param(["show", M, "--steps", "1"], ["show cannot use --steps"], id="steps of a matrix"),
    pytest.param(
        ["params", "conv", "--input", "3x3", "--steps", "1"],
        ["params cannot use --steps"],
        id="steps of counts",
    ),
    pytest.param(
        ["net", "act relu", M, "--steps", "1"], ["no steps", "--layer N"], id="steps of a net"
    ),
    pytest.param(["conv", M, "--sample", "1"], ["--sample 1", "has 1"], id="one sample"),
    pytest.param(["act"], ["act needs NAME", "relu"], id="no NAME"),
    pytest.param(
        ["conv", M, "--list-kernels", "--theme", "pink"], ["pink"], id="unused but checked"
    ),
]

DATA = [
    pytest.param(["conv", "1 2; x 4", "--json"], ["'x'", "line 1, column 6", "^"], id="word"),
    pytest.param(["conv", "1 2 3; 4 5", "--json"], ["row 2", "2", "3"], id="ragged row"),
    pytest.param(["conv", M, "-k", "sobl-x"], ["did you mean sobel-x"], id="preset misspelt"),
    pytest.param(["conv", M, "-k", "blur"], ["no such file: blur", "gaussian"], id="no preset"),
    pytest.param(["conv", "no.png", "--json"], ["no such file: no.png"], id="missing file"),
    pytest.param(["conv", "1 2; 3 4", "--json"], ["3×3", "2×2"], id="kernel larger than input"),
    pytest.param(["conv", M, "-o", "no/x.json"], ["no/x.json", "no folder no"], id="no folder"),
    pytest.param(["conv", M, "--font", "no.ttf"], ["no.ttf"], id="no font"),
]


def check(result: Any, code: int, parts: list[str]) -> None:
    assert result.code == code, result.err
    assert result.err.startswith("error: ")
    assert result.out == ""
    assert "Traceback" not in result.err
    assert "nnviz itself" not in result.err
    assert len(result.err.splitlines()) <= 6
    assert len(result.err) < 1000
    assert result.err.replace("\n", "").isprintable()
    for part in parts:
        assert part in result.err


@pytest.mark.parametrize(("words", "parts"), USAGE)
def test_bad_usage(nnviz: Callable[..., Any], words: list[str], parts: list[str]) -> None:
    check(nnviz(*words), 2, parts)


@pytest.mark.parametrize(("words", "parts"), DATA)
def test_bad_data(nnviz: Callable[..., Any], words: list[str], parts: list[str]) -> None:
    check(nnviz(*words), 1, parts)


def test_no_input_on_a_terminal(nnviz: Callable[..., Any]) -> None:
    check(nnviz("conv", terminal=True), 2, ["conv needs an INPUT", "nnviz conv "])


def test_binary_on_a_terminal(nnviz: Callable[..., Any]) -> None:
    check(nnviz("conv", M, "-f", "npy", terminal=True), 2, ["npy", "terminal", "-o"])


TWICE = [
    pytest.param(["conv", "-", "-k", "-"], ["--kernel", "INPUT"], id="INPUT first"),
    pytest.param(["conv", "-k", "-", "-"], ["--kernel", "INPUT"], id="INPUT last"),
    pytest.param(["conv", "-k", "-"], ["--kernel", "INPUT"], id="INPUT left out"),
    pytest.param(["conv", "--bias", "-", M, "-k", "-"], ["--kernel", "--bias"], id="two options"),
    pytest.param(["net", "conv -k -", "-"], ["--kernel", "INPUT"], id="in a chain"),
    pytest.param(["net", "conv -k -"], ["--kernel", "INPUT"], id="in a chain, INPUT left out"),
    pytest.param(
        ["rnn", "--text", "ab", "--wx", "-", "--wh", "-"], ["--wx", "--wh"], id="without INPUT"
    ),
]


class _Endless(io.BytesIO):
    """Standard input that no command may wait for."""

    def read(self, *_: object) -> bytes:
        raise AssertionError("standard input was read")


@pytest.mark.parametrize(("words", "parts"), TWICE)
def test_standard_input_twice(
    nnviz: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
    words: list[str],
    parts: list[str],
) -> None:
    endless = Stdin(_Endless())
    monkeypatch.setattr("nnviz.cli.flow.Stdin", lambda *_, **__: endless)
    check(nnviz(*words), 2, ["standard input", *parts])


UNREAD = [
    pytest.param(["conv", "--list-kernels"], id="--list-kernels"),
    pytest.param(["conv", "--list-kernels", "-k", "-"], id="--list-kernels beside a -"),
    pytest.param(["rnn", "--text", "ab", "--hidden", "2"], id="--text"),
    pytest.param(["params", "conv", "--input", "3x3"], id="params"),
    pytest.param(["conv", M], id="INPUT"),
]


@pytest.mark.parametrize("words", UNREAD)
def test_standard_input_is_not_read_where_nothing_asks_for_it(
    nnviz: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, words: list[str]
) -> None:
    monkeypatch.setattr("nnviz.cli.flow.Stdin", lambda *_, **__: Stdin(_Endless()))
    result = nnviz(*words)
    assert result.code == 0, result.err
    assert result.out


def test_empty_standard_input(nnviz: Callable[..., Any]) -> None:
    check(nnviz("conv", "--json"), 1, ["standard input"])


FAULTS = [
    pytest.param(MemoryError(), "not enough memory", id="memory"),
    pytest.param(
        ValueError("array is too big; it is"), "not enough memory", id="more than any memory"
    ),
    pytest.param(OSError(28, "No space left on device"), "No space left", id="system"),
    pytest.param(ZeroDivisionError("division by zero"), "please report it", id="a bug"),
]


@pytest.mark.parametrize(("fault", "part"), FAULTS)
def test_faults_are_one_message(
    nnviz: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, fault: Exception, part: str
) -> None:
    def fail(*_: object) -> None:
        raise fault

    monkeypatch.setattr("nnviz.cli.computing.read_input", lambda *_, **__: fail())
    result = nnviz("conv", M, "--json")
    assert result.code == 1
    assert result.err.startswith("error: ")
    assert part in result.err
    assert "Traceback" not in result.err


def test_debugging_shows_the_traceback(
    nnviz: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("nnviz.cli.computing.read_input", fail)
    with pytest.raises(ZeroDivisionError):
        nnviz("conv", M, "--json", NNVIZ_DEBUG="1")


def test_the_caret_is_as_wide_as_the_word(nnviz: Callable[..., Any]) -> None:
    lines = nnviz("conv", "1 한국 2; 3 4 5").err.splitlines()
    assert lines[2:4] == ["    1 한국 2; 3 4 5", "      ^^^^"]


def test_interrupt(nnviz: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("nnviz.cli.computing.read_input", stop)
    result = nnviz("conv", M, "--json")
    assert (result.code, result.out, result.err) == (130, "", "")


def test_an_error_is_said_in_the_language_asked_for(
    nnviz: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    words = {"there is no command {word}": "{word} 명령이 없습니다"}
    monkeypatch.setattr("nnviz.lang.catalogue", lambda lang: words if lang == "ko" else {})
    for result in (nnviz("bogus", "--lang", "ko"), nnviz("bogus", "--lang=ko")):
        assert result.err.startswith("error: bogus 명령이 없습니다")
    assert nnviz("bogus", NNVIZ_LANG="ko").err.startswith("error: bogus 명령이 없습니다")


def test_a_caret_stands_right_under_a_matrix_that_begins_with_a_minus(
    nnviz: Callable[..., Any], tmp_path: Path
) -> None:
    result = nnviz("conv", "-1 2; x 4", "--json", "-o", str(tmp_path / "x.json"))
    lines = result.err.splitlines()
    row = next(i for i, line in enumerate(lines) if "-1 2; x 4" in line)
    assert lines[row + 1].index("^") == lines[row].index("x")
    assert not (tmp_path / "x.json").exists()
