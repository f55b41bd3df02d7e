"""What an argument turns out to be; standard input, which is read once."""

from __future__ import annotations

import errno
import os
import threading
from pathlib import Path

import pytest

from contents import NONE, npy, npz, piped
from nnviz.errors import NnvizError, UsageError
from nnviz.read import Stdin, read_array, read_input


def test_standard_input_is_kept_for_who_asked_first() -> None:
    stdin = piped(b"1 2")
    stdin.reserve("INPUT")
    with pytest.raises(UsageError, match="both INPUT and --kernel"):
        stdin.read("--kernel")
    assert stdin.read("INPUT") == b"1 2"
    with pytest.raises(UsageError, match="two of INPUT"):
        stdin.read("INPUT")


@pytest.mark.usefixtures("here")
def test_files_that_were_read_are_known() -> None:
    Path("a.csv").write_text("1,2")
    Path("b.npz").write_bytes(npz(x=[1]))
    read_input("a.csv", stdin=(stdin := Stdin(None)))
    read_array("b.npz:x", stdin=stdin, name="--kernel")
    read_array("1 2", stdin=stdin, name="--bias")
    assert stdin.opened == ["a.csv", "b.npz"]


def test_a_file_in_a_hidden_folder_is_not_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: str) -> None:
        raise PermissionError(errno.EACCES, "Permission denied", path)

    monkeypatch.setattr("nnviz.read.given.os.path.exists", lambda _: False)
    monkeypatch.setattr("nnviz.read.given.os.stat", refuse)
    with pytest.raises(NnvizError, match=r"cannot read hidden/a\.json: Permission denied"):
        read_input("hidden/a.json", stdin=NONE)


def test_standard_input_is_read_once() -> None:
    stdin = piped(b"1 2")
    read_input("-", stdin=stdin)
    with pytest.raises(UsageError, match="both INPUT and --kernel ask for it") as caught:
        read_array("-", stdin=stdin, name="--kernel")
    assert caught.value.exit_code == 2


def test_a_closed_standard_input() -> None:
    with pytest.raises(NnvizError, match="standard input is closed, and INPUT reads it"):
        read_input("-", stdin=NONE)


def test_an_existing_file_wins_over_text(here: Path) -> None:
    assert read_input("7", stdin=NONE).array.tolist() == [7]
    (here / "7").write_text("1 2 3")
    assert read_input("7", stdin=NONE).array.tolist() == [1, 2, 3]


def test_a_folder_does_not_win_over_text(here: Path) -> None:
    (here / "7").mkdir()
    assert read_input("7", stdin=NONE).array.tolist() == [7]


def test_text_may_be_longer_than_a_name_of_a_file() -> None:
    text = "; ".join(["1 2 3"] * 50_000)
    assert read_input(text, stdin=NONE).array.shape == (50_000, 3)


def test_refuses_a_file_that_may_not_be_read(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def forbid(*_: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    (here / "x").write_text("1")
    monkeypatch.setattr(Path, "open", forbid)
    with pytest.raises(NnvizError, match="cannot read x: Permission denied"):
        read_input("x", stdin=NONE)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
@pytest.mark.parametrize("data", [b"[1, 2]", npy([1, 2])], ids=["JSON", ".npy"])
def test_a_pipe_by_name(data: bytes, here: Path) -> None:
    os.mkfifo(here / "pipe")
    writer = threading.Thread(target=(here / "pipe").write_bytes, args=(data,))
    writer.start()
    assert read_input("pipe", stdin=NONE).array.tolist() == [1, 2]
    writer.join()
