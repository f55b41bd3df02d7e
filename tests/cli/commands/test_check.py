"""`nnviz check`: what it says, in which signs, and the code it ends with."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len

Nnviz = Callable[..., Any]
README = Path(__file__).parents[3] / "README.md"
CONV = ("conv", "1 2 0; 4 3 1; 2 5 3", "-k", "1 0; 2 -1")
"""By hand 6 7; 3 10; with the kernel turned 6 −1; 7 2."""

REFUSED: dict[str, tuple[tuple[str, ...], str]] = {
    "nothing": ((), "nnviz check needs MINE"),
    "no command": (("1 2",), "nnviz check needs COMMAND..."),
    "no command of ours": (("1 2", "conf", "1 2"), "did you mean conv?"),
    "no computation": (("1 2", "examples"), "examples is no command that computes"),
    "what prints and stops": (("1", "conv", "--list-kernels"), "no command that computes"),
    "no output": (("1", "params", "conv", "--input", "3x3"), "params has no output"),
    "both from standard input": (("-", "act", "relu", "-"), "both MINE and INPUT ask for it"),
    "a file": (("1", *CONV, "-o", "x.png"), "--output has no place in a check"),
    "another format": (("1", *CONV, "-f", "md"), "or with -f json"),
    "an option of films": (("1", *CONV, "--fps", "3"), "--fps changes nothing"),
    "an option of another": (("1", "act", "relu", "1", "--stride", "2"), "--stride"),
}


@pytest.mark.parametrize(("words", "said"), REFUSED.values(), ids=REFUSED)
def test_refused(nnviz: Nnviz, words: tuple[str, ...], said: str) -> None:
    result = nnviz("check", *words)
    assert (result.code, result.out) == (2, "")
    assert said in result.err


def test_bad_numbers_are_pointed_at(nnviz: Nnviz) -> None:
    result = nnviz("check", "1 x", *CONV)
    assert (result.code, result.out) == (1, "")
    assert "MINE, line 1, column 3" in result.err


def test_right(nnviz: Nnviz) -> None:
    result = nnviz("check", "6 7; 3 10", *CONV)
    assert (result.code, result.out, result.err) == (0, "right: all 4 numbers\n", "")
    rounded = nnviz("check", "0.46 0.76", "act", "tanh", "0.5 1")
    assert (rounded.code, rounded.out.splitlines()) == (
        0,
        ["right: all 2 numbers, rounded as they are written"],
    )


def test_mine_in_any_spelling(nnviz: Nnviz, tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text("6,7\n3,10\n")
    spelled = ("[[6, 7], [3, 10]]", "array([[6, 7],\n [3, 10]])", str(path))
    assert [nnviz("check", mine, *CONV).code for mine in spelled] == [0, 0, 0]
    assert nnviz("check", "-", *CONV, stdin=b"6 7; 3 10").code == 0
    assert nnviz("check", "6 7; 3 10", "conv", *CONV[2:], stdin=CONV[1].encode()).code == 0
    assert nnviz("check", "-1 2", "act", "leaky-relu", "-1 2", "--alpha", "1").code == 0


def test_the_readme_shows_what_is_printed(nnviz: Nnviz, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    text = README.read_text(encoding="utf-8")
    command, shown = re.findall(
        r"<!-- check -->\n```sh\n(.*?)\n```\n\n```\n(.*?)```", text, re.DOTALL
    )[0]
    assert command == f'nnviz check "6 -1; 7 2" conv "{CONV[1]}" -k "{CONV[3]}"'
    result = nnviz("check", "6 -1; 7 2", *CONV)
    assert (result.code, result.out) == (1, shown)


def test_another_shape(nnviz: Nnviz) -> None:
    result = nnviz("check", "1 2; 3 4", *CONV, "--pad", "1")
    assert result.code == 1
    assert result.out.startswith("wrong: yours is 2×2, the result 4×4\n")
    assert "what gives your shape, but not your numbers:" in result.out
    assert "  padding 0 in the place of 1" in result.out


def test_nothing_is_guessed(nnviz: Nnviz) -> None:
    result = nnviz("check", "6 70; 33 10", *CONV)
    assert result.code == 1
    assert result.out.endswith("no mistake that nnviz knows gives your numbers\n")


def test_a_slip(nnviz: Nnviz) -> None:
    out = nnviz("check", "6 7; 3 0", *CONV).out
    assert "one slip that gives your number:\n\n(5×2) left out\n" in out
    assert "yours  (3×1) + (1×0) + (3×(−1)) = 0" in out
    assert "ours   (3×1) + (1×0) + (5×2) + (3×(−1)) = 10" in out


def test_times_count_from_one(nnviz: Nnviz) -> None:
    sequence = ("rnn", "1; 2", "--wx", "0.5", "--wh", "1", "--b", "0.1")
    out = nnviz("check", "0.537; 0.1", *sequence).out
    assert re.search(r"t, cell +yours +ours\n +2, 0 +0.1 +0.9271", out)
    last = nnviz("check", "0.1", *sequence, "--mode", "many-to-one").out
    assert re.search(r"cell +yours +ours\n +0 +0.1 +0.9271", last)


def test_many_cells_are_counted(nnviz: Nnviz) -> None:
    zeros = ";".join(["0 0 0 0 0"] * 5)
    ones = ";".join(["1 1 1 1 1"] * 5)
    assert "… and 17 more" in nnviz("check", zeros, "show", ones).out


@pytest.mark.parametrize("columns", [40, 60, 80, 120])
@pytest.mark.parametrize("language", ["en", "ko"])
def test_no_line_is_wider_than_the_screen(
    nnviz: Nnviz, monkeypatch: pytest.MonkeyPatch, columns: int, language: str
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    mine = ";".join(["1.5 2.25 3"] * 3)
    for rest in (
        ("conv", "1 2 0; 4 3 1; 2 5 3", "-k", "gaussian", "--pad", "1"),
        ("rnn", "1 2; 0 1; 1 1", "--cell", "gru", "--hidden", "3"),
    ):
        result = nnviz("check", mine, *rest, "--lang", language)
        assert max(map(cell_len, result.out.splitlines())) <= columns
        assert ("틀림" in result.out) == (language == "ko")


def test_a_stream_that_carries_only_ascii(nnviz: Nnviz) -> None:
    result = nnviz("check", "6 -1; 7 2", *CONV, encoding="ascii")
    assert "(2x(-1))" in result.out
    assert "?" not in result.out


def test_json(nnviz: Nnviz) -> None:
    found = json.loads(nnviz("check", "6 -1; 7 2", *CONV, "--json").out)
    assert (found["right"], found["shapes"]) == (False, {"yours": [2, 2], "ours": [2, 2]})
    assert found["differing"][0] == {"index": [0, 1], "yours": -1, "ours": 7}
    assert found["explanations"] == [
        {
            "mistake": "kernel-flipped",
            "text": "the kernel turned by 180°, as a mathematician's convolution has it",
            "index": [0, 1],
            "yours": "(2×(−1)) + (0×2) + (3×0) + (1×1) = −1",
            "ours": "(2×1) + (0×0) + (3×2) + (1×(−1)) = 7",
        }
    ]
    right = json.loads(nnviz("check", "6 7; 3 10", *CONV, "-f", "json").out)
    assert (right["right"], right["differing"], right["explanations"]) == (True, [], [])


def test_options_of_the_command_hold_for_the_check(nnviz: Nnviz) -> None:
    small = nnviz("check", "1", "rnn", "1; 2", "--hidden", "9", "--max-memory", "1K")
    assert (small.code, small.out) == (1, "")
    assert "memory" in small.err
    assert nnviz("check", "--lang", "ko", "6 7; 3 10", *CONV).out.startswith("맞음")
    assert "\x1b[" in nnviz("check", "1 2; 3 4", *CONV, "--color", "always").out
    assert "  0.347" in nnviz("check", "1", "act", "tanh", "0.36151", "--precision", "3").out


def test_notes_go_to_standard_error(nnviz: Nnviz) -> None:
    words = ("check", "0", "conv", "1 2 3; 4 5 6; 7 8 9")
    assert "the kernel is the default, edge" in nnviz(*words).err
    assert nnviz(*words, "-q").err == ""
