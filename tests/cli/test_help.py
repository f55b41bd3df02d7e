"""Speaking Korean: help in columns, streams that cannot carry its letters, errors."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len

from nnviz import lang
from nnviz.cli.help import speaking, wrapped

Nnviz = Callable[..., Any]
M = "1 2 3; 4 5 6; 7 8 9"


def _is_korean(text: str) -> bool:
    return any("가" <= letter <= "힣" for letter in text)


# --- help ----------------------------------------------------------------------------


@pytest.mark.parametrize("words", [[], ["--help"], ["conv", "--help"], ["params", "-h"]], ids=str)
def test_help_is_in_the_language_asked_for(nnviz: Nnviz, words: list[str]) -> None:
    english = nnviz(*words)
    assert english.out.startswith("Usage: nnviz")
    assert not _is_korean(english.out)
    korean = nnviz(*words, NNVIZ_LANG="ko")
    assert korean.code == 0, korean.err
    assert korean.out.startswith("사용법: nnviz")
    assert "Show this message" not in korean.out
    flags = [word for word in english.out.split() if word.startswith("--") and word.isascii()]
    assert [flag for flag in flags if flag.strip("[].,") not in korean.out] == []


def test_columns_hold_wide_letters() -> None:
    text = "가 나다 라마바 abc 사"
    for room in (4, 6, 8, 12, 40):
        lines = wrapped(text, room)
        assert "".join(lines).replace(" ", "") == text.replace(" ", "")
        widths = [sum(2 if _is_korean(c) else 1 for c in line) for line in lines]
        assert max(widths) <= room
        assert room < 6 or " ".join(lines) == text  # a word that fits is not broken


class _Formatter:
    """What Typer's class does, as far as the help needs it."""

    width, current_indent = 24, 2

    def __init__(self) -> None:
        self.text = ""

    def write(self, text: str) -> None:
        self.text += text


def test_a_long_flag_stands_on_a_line_of_its_own() -> None:
    formatter = speaking(_Formatter, lambda words: lang.say(words, "ko"))()
    formatter.width = 46
    formatter.write_dl([("-k", "Colours."), ("--a-flag-that-is-longer-than-30", "Colours.")])
    assert formatter.text.split("\n")[:3] == [
        f"  -k{' ' * 30}색.",
        "  --a-flag-that-is-longer-than-30",
        f"{' ' * 34}색.",
    ]


# --- streams -------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "cp949", "euc_kr"])
def test_a_stream_that_carries_hangul_is_spoken_to(nnviz: Nnviz, encoding: str) -> None:
    result = nnviz("conv", M, "-k", "1", "--lang", "ko", encoding=encoding)
    assert "합성곱" in result.out
    assert "커널은 한 칸" in nnviz("conv", M, "-k", "1", "--lang", "ko").out
    assert result.err == ""


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "latin-1"])
def test_a_stream_that_cannot_falls_back_with_a_note(nnviz: Nnviz, encoding: str) -> None:
    words = ["conv", M, "-k", "1 0; 0 1", "--lang", "ko"]
    result = nnviz(*words, encoding=encoding)
    assert result.code == 0
    assert result.out == nnviz(*words[:-2], encoding=encoding).out
    assert result.err.startswith(f"note: {encoding} cannot carry the letters of ko")
    assert nnviz(*words, "-q", encoding=encoding).err == ""
    assert nnviz(*words, "--json", encoding=encoding).err == ""


def test_help_falls_back_too(nnviz: Nnviz) -> None:
    assert nnviz("conv", "--help", "--lang", "ko", encoding="ascii").out.startswith("Usage:")


def test_a_file_keeps_the_language_of_a_stream_that_cannot(nnviz: Nnviz, tmp_path: Path) -> None:
    words = ["conv", M, "-k", "1 0; 0 1", "--lang", "ko", "-o", str(tmp_path / "a.svg")]
    result = nnviz(*words, "-o", str(tmp_path / "a.txt"), encoding="ascii")
    assert result.code == 0, result.err
    assert result.err.startswith("wrote ")
    assert "합성곱" in (tmp_path / "a.svg").read_text(encoding="utf-8")
    assert "합성곱" in (tmp_path / "a.txt").read_text(encoding="utf-8")


# --- errors --------------------------------------------------------------------------

ERRORS = [
    pytest.param(["conv", M, "--strid", "2"], "--strid", id="an unknown option"),
    pytest.param(["conv", M, "--stride", "x"], "정수가 아닙니다", id="no whole number"),
    pytest.param(["conv", "1 2; 3"], "2번째 행의 숫자는 1개", id="a ragged matrix"),
    pytest.param(["conv", "missing.csv"], "파일이 없습니다", id="no file"),
    pytest.param(
        ["conv", "1 2; 3 4"], "커널 3×3: 패딩한 입력 2×2", id="a kernel that is too large"
    ),
    pytest.param(["conv", "-"], "표준 입력: 비어", id="standard input"),
    pytest.param(["params"], "NET 인자가 필요합니다: 체인", id="an argument with its help"),
    pytest.param(["conv", M, "--lang", "xx"], "그런 언어는 없습니다", id="an unknown language"),
    pytest.param(["convx"], "그런 명령은 없습니다", id="an unknown command"),
    pytest.param(["params", "conv | poo", "--input", "3"], "체인의", id="a chain"),
    pytest.param(["conv", M, "-o", "a.xyz"], "지원하지 않는 확장자입니다", id="an unknown suffix"),
]


@pytest.mark.parametrize(("words", "said"), ERRORS)
def test_errors_begin_alike_in_every_language(nnviz: Nnviz, words: list[str], said: str) -> None:
    result = nnviz(*words, NNVIZ_LANG="ko")
    assert result.code in (1, 2)
    assert result.err.startswith("error: ")
    assert said in result.err
    english = nnviz(*words, NNVIZ_LANG="ko", encoding="ascii")
    assert english.err.startswith("error: ")
    assert not _is_korean(english.err)
    assert english.err.split("\n")[-2].startswith("note: ascii cannot carry the letters of ko")


# --- the terminal view ---------------------------------------------------------------

CHAIN = "conv --filters 2 --size 3 | act relu | pool -k 2 | flatten | dense --units 2"
SEQUENCE = "1 2; 3 4; 5 6"
VIEWS = [
    pytest.param(["conv", M, "-k", "1 2; 3 4", "--bias", "1", "--act", "relu"], id="conv"),
    pytest.param(["conv", M, "-k", "1 2; 3 4", "--stride", "2"], id="cells left out"),
    pytest.param(["conv", M, "-k", "1 2; 3 4", "--pad", "1", "--pad-mode", "reflect"], id="pads"),
    pytest.param(["conv", M, "-k", "1 2; 3 4", "--transpose"], id="transposed"),
    pytest.param(["pool", M, "-k", "2", "--kind", "avg"], id="pool"),
    pytest.param(["rnn", SEQUENCE, "--hidden", "2", "--outputs", "1", "--steps", "1"], id="rnn"),
    pytest.param(["rnn", SEQUENCE, "--hidden", "2", "--mode", "many-to-one"], id="many to one"),
    pytest.param(["params", CHAIN, "--input", "1x28x28", "--versus", "mlp"], id="params"),
    pytest.param(["act", "tanh", M], id="act"),
    pytest.param(["dense", "1 2 3", "--units", "2"], id="dense"),
    pytest.param(["flatten", M], id="flatten"),
    pytest.param(["show", M], id="show"),
    pytest.param(["net", "conv -k '1 2; 3 4' | act relu | pool -k 2", M], id="net"),
]
NAMES = {"FLOPs", "PyTorch", "bytes", "float"} | {
    "conv",
    "pool",
    "relu",
    "tanh",
    "flatten",
    "dense",
    "filters",
    "size",
    "units",
    "floor",
}


@pytest.mark.parametrize("width", [60, 80, 120])
@pytest.mark.parametrize("words", VIEWS)
def test_the_terminal_view_is_all_korean_and_fits(
    nnviz: Nnviz, words: list[str], width: int
) -> None:
    result = nnviz(*words, terminal=True, NNVIZ_LANG="ko", COLUMNS=str(width), NO_COLOR="1")
    assert result.code == 0, result.err
    assert _is_korean(result.out)
    assert [line for line in result.out.splitlines() if cell_len(line) > width] == []
    assert set(re.findall(r"[A-Za-z]{4,}", result.out + result.err)) - NAMES <= {"LSTM", "ReLU"}
