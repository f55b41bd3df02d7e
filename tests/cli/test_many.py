"""Several INPUTs of one command: patterns, the names of what is made, failures, processes."""

from __future__ import annotations

import json
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from nnviz.cli import inputs

Nnviz = Callable[..., Any]


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three matrices of files, and two in a folder below."""
    monkeypatch.chdir(tmp_path)
    Path("in/deep").mkdir(parents=True)
    for name, text in {
        "in/a2.csv": "1,-2\n3,4\n",
        "in/a10.csv": "-5,6\n7,8\n",
        "in/deep/a2.csv": "9,-9\n9,9\n",
        "in/deep/b.csv": "-1,1\n1,1\n",
    }.items():
        Path(name).write_text(text)


def written() -> set[str]:
    return {str(path) for path in Path().rglob("*") if path.is_file() and "in" not in path.parts}


# --- refusals, before anything is computed ------------------------------------------

TWO = ["in/a2.csv", "in/a10.csv"]
REFUSED = [
    pytest.param([*TWO, "-o", "x.json"], 2, "in/a2.csv and in/a10.csv would", id="one name"),
    pytest.param(["in/a2.csv", "in/deep/a2.csv", "-o", "{name}.json"], 2, "a2.json", id="one stem"),
    pytest.param(["in/**/a2.csv", "--map", "{name}.png"], 2, "a2.png", id="one stem of a pattern"),
    pytest.param([*TWO, "-o", "{name}.json", "--map", "m.png"], 2, "m.png", id="one map"),
    pytest.param([*TWO, "-o", "in/{name}.csv"], 2, "in/a2.csv is an input", id="itself"),
    pytest.param(
        ["in/a2.csv", "1 2", "-o", "in/a{index}.json", "-o", "in/a2.csv"],
        2,
        "in/a2.csv",
        id="an input, for both",
    ),
    pytest.param(["in/z*.csv"], 1, "no file matches in/z*.csv", id="a pattern of nothing"),
    pytest.param([*TWO, "in/[xyz].csv"], 1, "no file matches in/[xyz].csv", id="another of it"),
    pytest.param(["in/*", "in/dee?"], 1, "no file matches in/dee?", id="a pattern of folders"),
    pytest.param(["1 2", "-o", "no/x.json"], 1, "there is no folder no", id="no folder"),
    pytest.param(
        ["in/**/a2.csv", "-o", "new/{name}/x.json"], 2, "x.json", id="one name in a new folder"
    ),
    pytest.param(
        [*TWO, "-o", "new/{name}/x.json", "-o", "{parent}/{name}.csv"],
        2,
        "in/a2.csv is an input",
        id="itself, beside new folders",
    ),
    pytest.param(
        [*TWO, "-o", "new/{name}/x.json", "-o", "in/a2.csv/{name}/x.json"],
        1,
        "there is no folder in/a2.csv/a2",
        id="a folder in a file",
    ),
    pytest.param([*TWO, "-", "-"], 2, "standard input can be read once", id="twice from a pipe"),
    pytest.param([*TWO, "-f", "svg"], 2, "-f svg takes one INPUT, and there are 2", id="pictures"),
    pytest.param([*TWO, "--jobs", "0"], 2, "--jobs", id="no process"),
    pytest.param(["1 2", "--jobs", "2"], 2, "--jobs is for several INPUTs", id="jobs of one"),
    pytest.param([*TWO, "--skip-existing"], 2, "--skip-existing is about what -o", id="no file"),
    pytest.param(
        [*TWO, "-o", "{name}.svg", "--skip-existing", "--watch"], 2, "contradict", id="watched"
    ),
    pytest.param(
        [*TWO, "--jobs", "2", "--scheduler", "tcp://x"], 2, "contradict", id="here and elsewhere"
    ),
    pytest.param(["1", "2", "3"], 2, "cannot place these words: 1 2 3", id="without quotes"),
    pytest.param([*TWO, "max"], 2, "cannot place these words: max", id="a word of an option"),
]


@pytest.mark.parametrize(("words", "code", "said"), REFUSED)
def test_what_is_refused_before_anything_is_computed(
    nnviz: Nnviz, words: list[str], code: int, said: str
) -> None:
    done = nnviz("act", "relu", *words)
    assert (done.code, done.out) == (code, "")
    assert said in done.err
    assert done.err.count("error:") == 1
    assert [str(path) for path in Path().iterdir()] == ["in"]


@pytest.mark.parametrize("command", ["check", "beside"])
def test_what_stands_beside_takes_one(nnviz: Nnviz, command: str) -> None:
    words = ["show", *TWO]
    done = (
        nnviz("check", "1", *words)
        if command == "check"
        else nnviz("show", "1 2", "-o", "x.svg", "--beside", " ".join(words))
    )
    assert done.code == 2
    assert "cannot place these words: in/a10.csv" in done.err


# --- what is made ---------------------------------------------------------------------

ALL = {
    "in/a2.csv": [[1, 0], [3, 4]],
    "in/a10.csv": [[0, 6], [7, 8]],
    "in/deep/a2.csv": [[9, 0], [9, 9]],
    "in/deep/b.csv": [[0, 1], [1, 1]],
}
LINES = [
    pytest.param(["in/a10.csv", "in/a2.csv"], ["in/a10.csv", "in/a2.csv"], id="as given"),
    pytest.param(["in/*.csv"], ["in/a2.csv", "in/a10.csv"], id="a pattern, naturally sorted"),
    pytest.param(["in/a?.csv"], ["in/a2.csv"], id="one sign"),
    pytest.param(["in/a[0-9].csv"], ["in/a2.csv"], id="one of some signs"),
    pytest.param(
        ["in/**/*.csv"], ["in/a2.csv", "in/a10.csv", "in/deep/a2.csv", "in/deep/b.csv"], id="deep"
    ),
    pytest.param(
        ["in/deep/*", "in/a2.csv"], ["in/deep/a2.csv", "in/deep/b.csv", "in/a2.csv"], id="both"
    ),
]


@pytest.mark.parametrize(("words", "files"), LINES)
def test_values_are_a_line_an_input(nnviz: Nnviz, words: list[str], files: list[str]) -> None:
    done = nnviz("act", "relu", *words, "--json")
    assert (done.code, done.err) == (0, "")
    assert [json.loads(line) for line in done.out.splitlines()] == [ALL[name] for name in files]


@pytest.mark.parametrize(
    "word", ["[1, -2]", "[[1,-2],[3,4]]", "1 -2; 3 4", "x = [1 -2]", "[1-2].csv"]
)
def test_brackets_of_a_matrix_or_of_a_file_are_no_pattern(nnviz: Nnviz, word: str) -> None:
    for name in ("1", "2", ",", "1.csv"):
        Path(name).write_text("7,7\n")
    Path("[1-2].csv").write_text("1,-2\n")
    done = nnviz("act", "relu", word, "--json")
    assert done.code == 0, done.err
    assert "7" not in done.out


def test_a_matrix_is_called_by_its_number(nnviz: Nnviz) -> None:
    done = nnviz("act", "relu", "1 -2", "in/a2.csv", "-3 4", "-o", "{index}-{name}.json")
    assert (done.code, done.out) == (0, "")
    assert written() == {"0-0.json", "1-a2.json", "2-2.json"}
    assert json.loads(Path("2-2.json").read_text()) == [0, 4]
    assert [line.split(",")[0] for line in done.err.splitlines()] == [
        "wrote 0-0.json",
        "wrote 1-a2.json",
        "wrote 2-2.json",
    ]


def test_folders_of_inputs_are_made(nnviz: Nnviz) -> None:
    done = nnviz("act", "relu", "in/**/*.csv", "-o", "out/{parent}/{name}.json", "-q")
    assert (done.code, done.err) == (0, "")
    made = {str(path) for path in Path("out").rglob("*.json")}
    assert made == {f"out/{name.replace('csv', 'json')}" for name in ALL}
    assert json.loads(Path("out/in/deep/b.json").read_text()) == [[0, 1], [1, 1]]


def test_the_folder_of_many_files_is_made(nnviz: Nnviz) -> None:
    assert nnviz("act", "relu", *TWO, "-o", "new/one/{name}.json").code == 0
    assert len(list(Path("new/one").iterdir())) == 2


def test_a_pattern_of_one_file_names_it_too(nnviz: Nnviz) -> None:
    assert nnviz("act", "relu", "in/a10*", "-o", "{name}.json", "--jobs", "2").code == 0
    assert nnviz("act", "relu", "in/a2.csv", "-o", "{name}.json").code == 0
    assert nnviz("act", "relu", "-o", "{name}.json", stdin="1 -2").code == 0
    assert written() == {"a10.json", "a2.json", "0.json"}


HEADS = [
    ("table", "==> {} <=="),
    ("md", "# `{}`"),
    ("tex", "% {}"),
    ("torch", "# {}"),
    ("csv", "# {}"),
]


@pytest.mark.parametrize(("form", "head"), HEADS)
def test_each_result_stands_under_its_name(nnviz: Nnviz, form: str, head: str) -> None:
    done = nnviz("act", "relu", *TWO, "-f", form)
    assert done.code == 0, done.err
    lines = done.out.splitlines()
    first, second = (lines.index(head.format(name)) for name in TWO)
    assert first == 0
    assert lines[second - 1] == ""
    alone = [nnviz("act", "relu", name, "-f", form).out.splitlines() for name in TWO]
    assert lines[1 : second - 1] == alone[0]
    assert lines[second + 1 :] == alone[1]


def test_one_result_has_no_heading(nnviz: Nnviz) -> None:
    assert nnviz("act", "relu", "in/a2*").out == nnviz("act", "relu", "in/a2.csv").out


def test_npy_are_read_one_by_one(nnviz: Nnviz) -> None:
    stream = BytesIO(nnviz("act", "relu", *TWO, "-f", "npy").raw)
    assert [np.load(stream).tolist() for _ in TWO] == [ALL[name] for name in TWO]


def test_a_pipe_may_be_one_of_them_or_the_kernel(nnviz: Nnviz) -> None:
    lines = nnviz("act", "relu", "in/a2.csv", "-", "--json", stdin="-1 5").out.splitlines()
    assert lines == ["[[1,0],[3,4]]", "[0,5]"]
    # 1·2 + (−2)·1 + 3·0 + 4·1 = 4; (−5)·2 + 6·1 + 7·0 + 8·1 = 4
    done = nnviz("conv", *TWO, "-k", "-", "--json", stdin="2 1; 0 1")
    assert done.out == "[[4]]\n[[4]]\n"
    assert nnviz("conv", *TWO, "-", "-k", "-", stdin="2 1; 0 1").code == 2


def test_a_note_is_said_once(nnviz: Nnviz) -> None:
    done = nnviz("conv", "1 2 3; 4 5 6; 7 8 9", "3 2 1; 6 5 4; 9 8 7", "--json")
    alone = nnviz("conv", "1 2 3; 4 5 6; 7 8 9", "--json")
    assert alone.err.startswith("note:")
    assert done.err == alone.err


# --- failures -------------------------------------------------------------------------


def test_a_file_that_fails_is_reported_and_the_others_go_on(nnviz: Nnviz) -> None:
    Path("in/bad.csv").write_text("1,2\n3\n")
    done = nnviz("act", "relu", "in/a2.csv", "in/bad.csv", "no.csv", "in/a10.csv", "--json")
    assert done.code == 1
    assert [json.loads(line) for line in done.out.splitlines()] == [ALL[n] for n in TWO]
    errors = [line for line in done.err.splitlines() if line.startswith("error:")]
    assert len(errors) == 3
    assert "bad.csv" in done.err
    assert errors[1:] == ["error: no such file: no.csv", "error: 2 of 4 INPUTs failed"]


def test_an_error_says_of_which_input_it_is(nnviz: Nnviz) -> None:
    done = nnviz("conv", "1 2 3; 4 5 6; 7 8 9", *TWO, "--json", "--lang", "ko")
    assert done.code == 1
    assert "error: in/a2.csv: " in done.err
    assert "error: in/a10.csv: " in done.err
    assert done.out.count("\n") == 1
    assert "3개 가운데 2개가 실패" in done.err


def test_a_numbered_map_is_not_written_over_another(nnviz: Nnviz) -> None:
    """The channels of c.png are called c-0.png, c-1.png …: c-1.png is an INPUT's own."""
    rng = np.random.default_rng(1)
    for name, shape in {"c": (4, 4, 3), "c-1": (4, 4)}.items():
        Image.fromarray(rng.integers(0, 256, shape, dtype=np.uint8)).save(f"in/{name}.png")
    done = nnviz("act", "relu", "in/c.png", "in/c-1.png", "--map", "{name}.png")
    assert done.code == 1
    assert "c-1.png belongs to the INPUT in/c-1.png" in done.err
    assert "{index} in front of {name}" in done.err
    assert written() == {"c-1.png"}
    with Image.open("c-1.png") as made, Image.open("in/c-1.png") as given_:
        levels, greys = np.asarray(made, float), np.asarray(given_, float)
    expected = (greys - greys.min()) * 255 / np.ptp(greys)
    assert np.abs(levels - expected).max() <= 0.51


# --- going on where it was interrupted ------------------------------------------------


def test_what_is_there_is_left_out(nnviz: Nnviz) -> None:
    Path("a2.json").write_text("done before")
    words = ["act", "relu", "in/*.csv", "-o", "{name}.json", "--skip-existing"]
    done = nnviz(*words)
    assert done.code == 0, done.err
    assert "note: 1 of 2 INPUTs are left out" in done.err
    assert Path("a2.json").read_text() == "done before"
    assert json.loads(Path("a10.json").read_text()) == ALL["in/a10.csv"]
    again = nnviz(*words)
    assert (again.code, "wrote" in again.err) == (0, False)


def test_what_is_half_there_is_made_again(nnviz: Nnviz) -> None:
    Path("a2.json").write_text("done before")
    done = nnviz("act", "relu", *TWO, "-o", "{name}.json", "-o", "{name}.csv", "--skip-existing")
    assert done.code == 0
    assert json.loads(Path("a2.json").read_text()) == ALL["in/a2.csv"]
    assert written() == {"a2.json", "a2.csv", "a10.json", "a10.csv"}


def test_a_map_of_channels_is_known_by_its_first(nnviz: Nnviz) -> None:
    Image.new("RGB", (3, 3), (9, 8, 7)).save("in/c.png")
    words = ["act", "relu", "in/c.png", "--map", "{name}.png", "--skip-existing"]
    assert nnviz(*words).code == 0
    assert written() == {"c-0.png", "c-1.png", "c-2.png"}
    assert "left out" in nnviz(*words).err
    Path("c-0.png").unlink()  # written last: without it the others may be half of them
    assert "left out" not in nnviz(*words).err
    assert written() == {"c-0.png", "c-1.png", "c-2.png"}


# --- properties -------------------------------------------------------------------------


@given(st.lists(st.integers(0, 10**6), min_size=1, unique=True))
def test_numbers_in_names_are_sorted_as_numbers(numbers: list[int]) -> None:
    names = [f"x{n}.png" for n in numbers]
    expected = [f"x{n}.png" for n in sorted(numbers)]
    assert sorted(names, key=inputs._natural) == expected


@given(st.lists(st.lists(st.integers(-99, 99), min_size=1, max_size=3), min_size=1, max_size=3))
def test_no_matrix_is_a_pattern(rows: list[list[int]]) -> None:
    for text in (json.dumps(rows), str(rows[0]), "; ".join(" ".join(map(str, r)) for r in rows)):
        assert not inputs.is_pattern(text)
