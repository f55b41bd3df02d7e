"""Whether a text was meant as a path, and what is said when there is no such file."""

from __future__ import annotations

from pathlib import Path

import pytest

from nnviz.read.given import is_path, is_written_out, no_such_file


@pytest.mark.parametrize(
    "text",
    ["photo.png", "photo", "a/b", r"a\b", "my cat.jpg", "cat 2.jpg", "2 cats.jpg", "x.npz:w",
     "1/x", "weights (1).json", ".hidden"],
)  # fmt: skip
def test_meant_as_a_path(text: str) -> None:
    assert is_path(text)


@pytest.mark.parametrize(
    "text",
    ["1", "-1 2", "1/9 2/9", "1.5", "1 2; 3 x", "1 x", "[[1, 2]]", "[a.png]", '{"a": 1}', "", " ",
     "1,2\nx.png", "1 2 3.abc", "1 2 nan", "−1"],
)  # fmt: skip
def test_meant_as_a_matrix(text: str) -> None:
    assert not is_path(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("1", True), ("1 2; 3 4", True), ("[x]", True), ("−1, 2", True), ("x", False), ("", False)],
)
def test_written_out(text: str, expected: bool) -> None:
    assert is_written_out(text) is expected


def test_names_the_nearest_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "photo.png").touch()
    (tmp_path / "folder.pns").mkdir()
    monkeypatch.chdir(tmp_path)
    assert "did you mean photo.png?" in str(no_such_file("foto.png", "INPUT"))
    typed = str(tmp_path / "photo.pgn")
    assert f"did you mean {tmp_path / 'photo.png'}?" in str(no_such_file(typed, "INPUT"))


@pytest.mark.parametrize("path", ["no/such/folder/x.png", "zzzzzz", "a\0b"])
def test_says_what_can_be_given_where_nothing_is_near(
    path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    message = str(no_such_file(path, "--kernel"))
    assert "no such file" in message
    assert "--kernel is a path, - or the matrix itself" in message
