"""What is written where: standard output, files, notes."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from nnviz import files
from nnviz.errors import NnvizError

Nnviz = Callable[..., Any]

NOTE = "[[1,2,3,4,5],[2,1,0,1,2],[3,0,1,1,0],[1,4,1,1,2],[2,1,1,0,0]]"
KERNEL = "1 0 1; 1 0 1; 0 1 0"
OUTPUT = [[6, 9, 11], [10, 4, 4], [7, 7, 4]]


def ok(result: Any) -> str:
    assert result.code == 0, result.err
    return str(result.out)


VALUES = [
    pytest.param(["--json"], "[[6,9,11],[10,4,4],[7,7,4]]\n", id="--json"),
    pytest.param(["-f", "json"], "[[6,9,11],[10,4,4],[7,7,4]]\n", id="-f json"),
    pytest.param(["-fcsv"], "6,9,11\n10,4,4\n7,7,4\n", id="-f csv"),
    pytest.param(["-f", "none"], "", id="-f none"),
    pytest.param(["--json", "--get", "shape"], "[3,3]\n", id="shape"),
    pytest.param(["--json", "--get", "kernel"], "[[1,0,1],[1,0,1],[0,1,0]]\n", id="kernel"),
    pytest.param(
        ["--json", "--dtype", "float64", "--stride", "2"], "[[6.0,11.0],[7.0,4.0]]\n", id="--dtype"
    ),
    pytest.param(["--json", "--precision", "1"], "[[6,9,11],[10,4,4],[7,7,4]]\n", id="precision"),
]


@pytest.mark.parametrize(("words", "expected"), VALUES)
def test_values(nnviz: Nnviz, words: list[str], expected: str) -> None:
    result = nnviz("conv", NOTE, "-k", KERNEL, *words)
    assert ok(result) == expected
    assert result.err == ""


def test_minus_at_the_beginning(nnviz: Nnviz) -> None:
    assert ok(nnviz("conv", "-1 2; 3 -4", "-k", "-1", "--json", "-q")) == "[[1,-2],[-3,4]]\n"
    assert ok(nnviz("conv", "-k", "-1 0", "-.5 1", "--json")) == ok(
        nnviz("conv", "--kernel=-1 0", "--json", "-.5 1")
    )


def test_standard_input(nnviz: Nnviz) -> None:
    given = nnviz("conv", "-k", KERNEL, "--json", stdin=NOTE)
    asked = nnviz("conv", "-", "-k", KERNEL, "--json", stdin=NOTE)
    assert json.loads(ok(given)) == json.loads(ok(asked)) == OUTPUT


def test_a_trace_can_be_piped_on(nnviz: Nnviz) -> None:
    trace = ok(nnviz("conv", NOTE, "-k", KERNEL, "--trace"))
    assert ok(nnviz("conv", "-k", "1", "--json", "-q", stdin=trace)) == (
        "[[6,9,11],[10,4,4],[7,7,4]]\n"
    )


def test_files_and_what_is_said_of_them(nnviz: Nnviz, tmp_path: Path) -> None:
    first, second = tmp_path / "a.json", tmp_path / "b.csv"
    result = nnviz("conv", NOTE, "-k", KERNEL, "-o", str(first), "-o", str(second))
    assert ok(result) == ""
    assert result.err.splitlines() == [f"wrote {first}, 28 bytes", f"wrote {second}, 20 bytes"]
    assert json.loads(first.read_text()) == OUTPUT
    assert second.read_text() == "6,9,11\n10,4,4\n7,7,4\n"


def test_a_format_beside_files(nnviz: Nnviz, tmp_path: Path) -> None:
    result = nnviz("conv", NOTE, "-k", KERNEL, "--json", "-o", str(tmp_path / "a.npy"))
    assert json.loads(ok(result)) == OUTPUT
    assert "wrote" in result.err


def test_quiet(nnviz: Nnviz, tmp_path: Path) -> None:
    result = nnviz("conv", NOTE, "-q", "-o", str(tmp_path / "a.json"))
    assert ok(result) == result.err == ""
    loud = nnviz("conv", NOTE, "--json")
    assert loud.err.startswith("note: the kernel is the default")


def test_map(nnviz: Nnviz, tmp_path: Path) -> None:
    path = tmp_path / "map.png"
    result = nnviz("conv", NOTE, "-k", KERNEL, "--map", str(path))
    assert ok(result) == ""
    assert result.err.startswith(f"wrote {path}, 3×3, ")
    assert path.read_bytes().startswith(b"\x89PNG")


def test_maps_of_channels(nnviz: Nnviz, tmp_path: Path) -> None:
    path = tmp_path / "map.png"
    ok(nnviz("conv", NOTE, "--filters", "2", "--map", str(path)))
    assert sorted(p.name for p in tmp_path.iterdir()) == ["map-0.png", "map-1.png"]


# --- files are replaced whole or not at all --------------------------------------


REFUSED = [
    pytest.param(["-o", "a.json", "-o", "a.json"], "twice", id="one file twice"),
    pytest.param(["-o", "a.json", "-o", "./a.json"], "twice", id="one file by two names"),
    pytest.param(["-o", "m.png", "--map", "m.png"], "twice", id="figure and map"),
    pytest.param(["-o", "in.json"], "is an input", id="the input"),
    pytest.param(["-o", "link.json"], "is an input", id="a link to the input"),
    pytest.param(["-k", "k.csv", "-o", "k.csv"], "is an input", id="the kernel"),
    pytest.param(["-k", "k.csv:x", "-o", "k.csv"], "is an input", id="an array of a file"),
    pytest.param(["-o", "a.json", "-k", "1 2; 3"], "row 2", id="a ragged kernel"),
    pytest.param(["-o", "a.json", "--trace", "--steps", "99"], "step 99", id="past the last step"),
    pytest.param(["-o", "folder.json"], "it is a folder", id="a folder"),
    pytest.param(["-o", "new.json/"], "it is a folder", id="a folder that is not there"),
    pytest.param(["--map", "in.json.png", "-o", "in.json"], "is an input", id="the second output"),
    pytest.param(["--range", "1,x", "--map", "m.png"], "--range 1,x", id="a range of words"),
]


@pytest.mark.parametrize(("words", "part"), REFUSED)
def test_nothing_is_written(
    nnviz: Nnviz, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], part: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("in.json").write_text(NOTE)
    Path("k.csv").write_text("1,0\n0,1\n")
    Path("a.json").write_text("old")
    Path("link.json").symlink_to("in.json")
    Path("folder.json").mkdir()
    before = {path.name for path in tmp_path.iterdir()}
    result = nnviz("conv", "in.json", *words)
    assert result.code in (1, 2)
    assert part in result.err
    assert {path.name for path in tmp_path.iterdir()} == before
    assert Path("a.json").read_text() == "old"
    assert Path("in.json").read_text() == NOTE


CHAINS = [
    pytest.param("conv -k k.csv", id="a word"),
    pytest.param("conv -kk.csv", id="behind its flag"),
    pytest.param("conv --kernel=k.csv", id="behind an equals sign"),
    pytest.param("act relu | conv -k 'k.csv' # the kernel", id="in quotes"),
    pytest.param("chain.txt", id="in a chain's file"),
]


@pytest.mark.parametrize("chain", CHAINS)
def test_a_file_that_a_chain_reads_is_not_overwritten(
    nnviz: Nnviz, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chain: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("k.csv").write_text("1,0\n0,1\n")
    Path("chain.txt").write_text("conv --kernel=k.csv")
    result = nnviz("net", chain, NOTE, "-o", "k.csv")
    assert result.code == 2
    assert "k.csv is an input" in result.err
    assert Path("k.csv").read_text() == "1,0\n0,1\n"


def test_a_text_may_have_the_name_of_an_output(
    nnviz: Nnviz, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("ab.csv").write_text("old")
    ok(nnviz("rnn", "--text", "ab.csv", "--hidden", "2", "-o", "ab.csv"))
    assert Path("ab.csv").read_text() != "old"


def test_the_maps_of_channels_are_outputs_like_others(
    nnviz: Nnviz, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    ok(nnviz("show", NOTE, "--map", "m-0.png"))
    before = Path("m-0.png").read_bytes()
    drawn = ["--filters", "2", "--map", "m.png"]
    clash = nnviz("conv", NOTE, *drawn, "-o", "m-1.png")
    assert (clash.code, "written twice" in clash.err) == (2, True)
    source = nnviz("conv", "m-0.png", *drawn)
    assert (source.code, "m-0.png is an input" in source.err) == (2, True)
    assert Path("m-0.png").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["m-0.png"]


def test_the_font_is_an_input(nnviz: Nnviz, tmp_path: Path) -> None:
    font = tmp_path / "font.png"
    font.write_bytes(b"\0\1\0\0" + bytes(99))
    result = nnviz("conv", NOTE, "--font", str(font), "-o", str(font))
    assert result.code == 2
    assert "is an input" in result.err
    font.write_text("no font")
    assert "no TrueType or OpenType font" in nnviz("conv", NOTE, "--font", str(font)).err


def test_a_folder_that_cannot_be_looked_into(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: str) -> os.stat_result:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "stat", refuse)
    with pytest.raises(NnvizError, match=r"cannot write .*x\.json: Permission denied"):
        files.check([str(tmp_path / "x.json")], [])


def test_a_failing_second_file_leaves_the_first(nnviz: Nnviz, tmp_path: Path) -> None:
    first = tmp_path / "a.json"
    first.write_text("old")
    result = nnviz(
        "params", "flatten", "--input", "4", "-o", str(first), "-o", str(tmp_path / "b.npy")
    )
    assert result.code == 1
    assert first.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]


def test_the_file_on_standard_input_is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "in.json"
    path.write_text(NOTE)
    with path.open() as stream:
        done = subprocess.run(
            [sys.executable, "-m", "nnviz", "conv", "-o", str(path)],
            stdin=stream,
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 2
    assert "is an input" in done.stderr
    assert path.read_text() == NOTE


@pytest.mark.skipif(not os.path.exists("/dev/null"), reason="no null device on this system")
def test_a_link_to_the_null_device_is_no_input(tmp_path: Path) -> None:
    link = tmp_path / "out.json"
    link.symlink_to("/dev/null")
    with Path("/dev/null").open() as nothing:
        done = subprocess.run(
            [sys.executable, "-m", "nnviz", "conv", NOTE, "-o", str(link)],
            stdin=nothing,
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    assert link.is_symlink()


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no full device on this system")
def test_a_full_disk_is_one_message() -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "nnviz", "conv", NOTE, "--json", "-q"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    assert done.stderr == "error: No space left on device\n"


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no full device on this system")
@pytest.mark.parametrize("words", [["-o"], ["-q", "--map"]], ids=["a figure", "a map"])
def test_a_full_device_is_one_message(nnviz: Nnviz, tmp_path: Path, words: list[str]) -> None:
    link = tmp_path / "out.png"
    link.symlink_to("/dev/full")
    result = nnviz("conv", NOTE, *words, str(link))
    assert result.code == 1
    assert result.err == f"error: cannot write {link}: No space left on device\n"


@pytest.mark.skipif(sys.platform == "win32", reason="no limits on this system")
@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("where", ["a.csv", "-"])
def test_a_disk_that_takes_a_part(tmp_path: Path, unbuffered: str, where: str) -> None:
    import resource

    with (tmp_path / "out.csv").open("wb") as out:
        done = subprocess.run(
            [sys.executable, "-m", "nnviz", "show", "-", "-f", "csv", "-q", "-o", where],
            input=b"12345 67890;" * 2000,
            stdout=out,
            stderr=subprocess.PIPE,
            cwd=tmp_path,
            env={**os.environ, "PYTHONUNBUFFERED": unbuffered, "PYTHONDONTWRITEBYTECODE": "1"},
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000)),
            check=False,
        )
    assert done.returncode == 1
    assert done.stderr.startswith(b"error: ")
    assert done.stderr.endswith(b"File too large\n")
    assert [path.name for path in tmp_path.iterdir()] == ["out.csv"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes on this system")
def test_a_pipe_is_written_directly(nnviz: Nnviz, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.json"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    ok(nnviz("conv", NOTE, "-k", KERNEL, "-o", str(pipe)))
    assert json.loads(os.read(reader, 1000)) == OUTPUT
    os.close(reader)
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_what_no_font_has_is_said_once_whatever_is_written(nnviz: Nnviz, tmp_path: Path) -> None:
    private = "\U0010fffd"  # for private use: no font of a system has it
    paths = [str(tmp_path / name) for name in ("a.svg", "b.png")]
    result = nnviz("show", "1 2", "--title", private, "-o", paths[0], "-o", paths[1])
    assert result.code == 0
    assert result.err.count("no font has") == 1
    assert nnviz("show", "1 2", "-o", paths[0]).err.count("note") == 0
