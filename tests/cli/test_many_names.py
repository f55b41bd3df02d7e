"""What the files of several INPUTs are called: no name leads out of its folder, or over another."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.conftest import Nnviz
from nnviz.cli import inputs, options
from nnviz.cli.checks import Written
from nnviz.options.option import Context
from nnviz.read import Stdin


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("in/deep").mkdir(parents=True)
    for name in ("in/a2.csv", "in/a10.csv", "in/deep/a2.csv", "in/deep/b.csv"):
        Path(name).write_text("1,-2\n3,4\n")


def written() -> set[str]:
    return {str(path) for path in Path().rglob("*") if path.is_file() and "in" not in path.parts}


def test_its_hint_tells_them_apart(nnviz: Nnviz) -> None:
    for name, shape in {"c": (3, 4, 4), "c-0": (4, 4)}.items():
        np.save(f"in/{name}.npy", np.zeros(shape))
    words = ["pool", "in/c.npy", "in/c-0.npy", "-k", "2", "--map", "{index}-{name}.png"]
    assert nnviz(*words).code == 0
    assert written() == {"0-c-0.png", "0-c-1.png", "0-c-2.png", "1-c-0.png"}


def test_parent_stays_in_its_folder(nnviz: Nnviz, monkeypatch: pytest.MonkeyPatch) -> None:
    """`..` of an INPUT would lead from maps/ to beside it, over what is there."""
    monkeypatch.chdir("in/deep")
    Path("a2.json").write_text("kept")
    words = ["act", "relu", "../a2.csv", "../deep/../a10.csv", "../deep/b.csv"]
    done = nnviz(*words, "-o", "maps/{parent}/{name}.json")
    assert done.code == 0, done.err
    made = {str(path) for path in Path().rglob("*.json")}
    assert made == {"a2.json", "maps/a2.json", "maps/a10.json", "maps/deep/b.json"}
    assert Path("a2.json").read_text() == "kept"
    done = nnviz("act", "relu", "a2.csv", "../a2.csv", "-o", "maps/{parent}/{name}.json")
    assert "a2.csv and ../a2.csv would both be written to maps/./a2.json" in done.err


def test_parent_alone_is_beside_the_input(nnviz: Nnviz, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir("in/deep")
    assert nnviz("act", "relu", "../a2.csv", "-o", "{parent}/{name}.json").code == 0
    assert Path("../a2.json").is_file()


PARTS = st.lists(st.sampled_from(["..", ".", "a", "b"]), max_size=5)


@given(PARTS, st.booleans())
def test_no_input_leads_out_of_the_folder_of_an_output(parts: list[str], absolute: bool) -> None:
    word = "/" * absolute + "/".join([*parts, "x.csv"])
    shared = options.parse({"output": ["out/{parent}/{name}.json"]}, Context(Stdin(None)))
    (job,) = inputs.jobs(Written({}), shared, [word])
    (made,) = job.outputs
    assert os.path.abspath(made).startswith(os.path.abspath("out") + os.sep)  # noqa: PTH100


def test_a_member_of_a_file_does_not_either(nnviz: Nnviz) -> None:
    members: dict[str, Any] = {"a/../../../x": np.ones(2), "y": np.ones(2)}
    np.savez("in/f.npz", **members)
    words = ["act", "relu", "in/f.npz:a/../../../x", "in/f.npz:y"]
    assert nnviz(*words, "-o", "m/{name}.json").code == 0
    assert written() == {"m/f-a-..-..-..-x.json", "m/f-y.json"}


@pytest.mark.skipif(os.name == "nt", reason="links and pipes with names are POSIX's")
def test_a_pattern_takes_files_and_goes_through_no_link(nnviz: Nnviz) -> None:
    Path("in/round").symlink_to(".")
    Path("in/file.csv").symlink_to("a2.csv")
    os.mkfifo("in/pipe.csv")
    deep = ["in/a10.csv", "in/a2.csv", "in/deep/a2.csv", "in/deep/b.csv", "in/file.csv"]
    assert sorted(inputs.expanded(["in/**/*.csv"])) == deep
    assert sorted(inputs.expanded(["**/*.csv"])) == deep
    assert list(inputs.expanded(["in/round/a*.csv"])) == ["in/round/a2.csv", "in/round/a10.csv"]
    assert "no file matches in/p*" in nnviz("show", "in/p*").err
